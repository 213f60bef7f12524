package gateway_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// replicated is a world with a second replica of its gateway.
func replicated(t *testing.T) (m *mediated, elsewhere string) {
	t.Helper()
	var sc safe.Config
	var gc gateway.Config
	m = newMediated(t, func(s *safe.Config, g *gateway.Config) {
		s.Limits = safe.Limits{Document: 32 * mib, Safe: 128 * mib}
		sc, gc = *s, *g
	})
	gc.Safe = safe.New(sc)
	server := httptest.NewUnstartedServer(nil)
	server.Config = gateway.Server(gateway.New(gc).Handler(), slog.New(slog.DiscardHandler))
	server.Start()
	t.Cleanup(server.Close)
	return m, server.URL
}

// soon is how long what runs may go on: a second, and time for a slow machine.
const soon = 3 * time.Second

// TestAnEndCutsADownloadOnAnotherReplica in the middle, within a second.
func TestAnEndCutsADownloadOnAnotherReplica(t *testing.T) {
	t.Parallel()
	m, elsewhere := replicated(t)
	big := m.c.put(t, 24*mib)
	v := m.visit(t, m.desk, m.c, []*document{big}, nil, sealed.ActRead)
	down, err := http.NewRequestWithContext(m.ctx, http.MethodGet, elsewhere+v.path("/documents/"+big.doc+"/content"), nil)
	must(t, err)
	v.authenticate(down)
	resp, err := straight.Do(down)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the transfer begins with %d", resp.StatusCode)
	}
	_, err = io.CopyN(io.Discard, resp.Body, 64*kib)
	must(t, err)
	m.do(t, request{who: m.c.caller, method: "DELETE", path: "/api/v1/safe/delegations/" + v.id}).is(t, 204)
	ended := time.Now()
	n, err := io.Copy(io.Discard, &trickle{Reader: resp.Body, until: ended.Add(time.Second)})
	if err == nil || n >= int64(len(big.sealed))-64*kib {
		t.Errorf("%d bytes came after the end of the session, to the end: %v", n, err)
	}
	if took := time.Since(ended); took > soon {
		t.Errorf("the transfer went on for %s", took)
	}
}

// TestAnEndCutsAnUploadOnAnotherReplica, and nothing more can be done there.
func TestAnEndCutsAnUploadOnAnotherReplica(t *testing.T) {
	t.Parallel()
	m, elsewhere := replicated(t)
	v := m.visit(t, m.desk, m.c, nil, nil, sealed.ActDeposit)
	d := newDocument(t, 28*mib)
	a := m.do(t, v.reserves(len(d.sealed))).is(t, 201)
	at := v.path("/documents/" + a.string(t, "doc") + "/versions/" + a.string(t, "version"))
	body, half := io.Pipe()
	up, err := http.NewRequestWithContext(m.ctx, http.MethodPut, elsewhere+at, body)
	must(t, err)
	up.ContentLength = int64(len(d.sealed))
	up.Header.Set("Content-Digest", digestOf(d.sum))
	v.authenticate(up)
	sent := make(chan error, 1)
	go func() {
		resp, err := straight.Do(up)
		if err == nil {
			err = resp.Body.Close()
			if resp.StatusCode >= http.StatusMultipleChoices {
				err = errRefused
			}
		}
		sent <- err
	}()
	_, err = half.Write(d.sealed[:len(d.sealed)/2]) // more than the network holds: the handler reads
	must(t, err)
	must(t, m.domain.RevokeMandate(m.ctx, m.c.Actor, safe.MandateID(v.mandate.ID), nil))
	ended := time.Now()
	if err := <-sent; err == nil {
		t.Error("an upload ends well after its session")
	}
	if took := time.Since(ended); took > soon {
		t.Errorf("the upload was held for %s", took)
	}
	_ = half.Close()
	later, err := http.NewRequestWithContext(m.ctx, http.MethodPost, elsewhere+v.path("/uploads"), bytes.NewReader([]byte(`{"sealed":5000}`)))
	must(t, err)
	later.Header.Set("Idempotency-Key", newKey())
	v.authenticate(later)
	resp, err := straight.Do(later)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusGone {
		t.Errorf("on the other replica the session answers %d", resp.StatusCode)
	}
}

var errRefused = errors.New("refused")

// trickle reads nothing until a time: by then the network holds all that it can.
type trickle struct {
	io.Reader
	until time.Time
}

func (r *trickle) Read(p []byte) (int, error) {
	if wait := time.Until(r.until); wait > 0 {
		<-time.After(wait)
	}
	return r.Reader.Read(p)
}
