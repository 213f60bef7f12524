package gateway_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// line is a bare connection, for what http.Client does not do.
type line struct {
	*net.TCPConn
	r *bufio.Reader
}

func (w *world) dial(t *testing.T) *line {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return &line{c.(*net.TCPConn), bufio.NewReader(c)}
}

// announce sends the head of a request with a length, and no body.
func (l *line) announce(t *testing.T, w *world, r request, length int, expect bool) {
	t.Helper()
	req := r.make(t, w)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.method, r.path, req.URL.Host, length)
	if expect {
		req.Header.Set("Expect", "100-continue")
	}
	must(t, req.Header.Write(&b))
	_, err := io.WriteString(l, b.String()+"\r\n")
	must(t, err)
}

func (l *line) answer(t *testing.T, asked string) answer {
	t.Helper()
	resp, err := http.ReadResponse(l.r, nil)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return answer{asked, resp.StatusCode, resp.Header, body}
}

// TestLimitsAreSaidBeforeTheBytesAreSent: whoever asks with Expect, or
// reserves, hears it before sending anything.
func TestLimitsAreSaidBeforeTheBytesAreSent(t *testing.T) {
	s := newScene(t, func(c *safe.Config, _ *gateway.Config) { c.Limits.Safe = 5 * mib })
	deposit := func() request { return s.o.deposit(s.address, []byte{}) }
	for _, tc := range []struct {
		name   string
		r      request
		length int
		slug   string
		limit  int64
	}{
		{"document over the limit", deposit(), 4*mib + 1, "document-too-large", 4 * mib},
		{"far over the limit", deposit(), 1 << 40, "document-too-large", 4 * mib},
		{"safe full", deposit(), 4 * mib, "", 0},
		{"nothing", deposit(), 0, "empty", 0},
		{"a stranger's address", s.o.deposit(newKey(), []byte{}), 1000, "not-found", 0},
		{"nobody", deposit().by(nobody), 1000, "unauthenticated", 0},
		{"a name that is none", deposit().with("Content-Disposition", `attachment; filename="a/b"`), 1000, "name", 0},
		{"another length than reserved", s.c.upload(s.d), len(s.d.sealed) + 1, "wrong-length", 0},
		{"a body over the route's limit", request{who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads"}, 64*kib + 1, "body-too-large", 64 * kib},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := s.dial(t)
			l.announce(t, s.world, tc.r, tc.length, true)
			a := l.answer(t, tc.name)
			if tc.slug == "" { // it fits: the gateway asks for the bytes
				a.is(t, http.StatusContinue)
				return
			}
			a.secure(t)
			if p := a.refuses(t, tc.slug); p.Limit != tc.limit {
				t.Errorf("the limit named is %d, want %d", p.Limit, tc.limit)
			}
		})
	}
	l := s.dial(t)
	up := s.c.upload(s.d)
	l.announce(t, s.world, up, len(up.body), true)
	l.answer(t, "first").is(t, http.StatusContinue)
	_, err := l.Write(up.body)
	must(t, err)
	l.answer(t, "then").is(t, 201)
}

// TestAConnectionThatIsCut, at several places, on both doors.
func TestAConnectionThatIsCut(t *testing.T) {
	s := newScene(t)
	n := 0
	for _, sent := range []int{0, 1, 100, 2000, 70_000, len(s.d.sealed) - 1} {
		for operation, r := range map[string]request{
			"putVersion": s.c.upload(s.d), "deposit": s.o.deposit(s.address, s.d.sealed),
		} {
			s.rows.take()
			l := s.dial(t)
			l.announce(t, s.world, r, len(r.body), false)
			_, err := l.Write(r.body[:sent])
			must(t, err)
			must(t, l.Close())
			s.answers(operation, n+1)
			if e := s.rows.take(); len(e) == 0 || e[len(e)-1].Reason != "wrong-length" || e[len(e)-1].Safe != string(s.c.Safe) {
				t.Errorf("cut after %d bytes, %s leaves %+v in the journal", sent, operation, e)
			}
		}
		n++
		if left := s.objects(t); left != 0 {
			t.Fatalf("cut after %d bytes: %d objects were left behind", sent, left)
		}
		s.sound(t)
	}
	s.do(t, s.c.upload(s.d)).is(t, 201)
	s.do(t, s.o.deposit(s.address, s.d.sealed)).is(t, 201)
	n64 := int64(len(s.d.sealed))
	if used := s.used(t); used != n64+sealed.SealedSize(n64) {
		t.Errorf("%d bytes are held: the room of the cut tries is lost", used)
	}
}

func (s *scene) used(t *testing.T) int64 {
	t.Helper()
	v, err := s.domain.Figures(s.ctx, s.c.Actor)
	must(t, err)
	return v.Usage.Bytes
}

// TestASessionThatExpiresWhileBytesArrive: they are kept, but nothing becomes
// part of the safe before she logs in again; then nothing is lost.
func TestASessionThatExpiresWhileBytesArrive(t *testing.T) {
	s := newScene(t)
	acc, err := s.domain.Account(s.ctx, s.c.Actor)
	must(t, err)
	cookie, _ := s.login(t, acc, session.Browser)
	s.c.caller = caller{cookie: cookie}
	started := make(chan struct{})
	s.blobs.onStart(func() { close(started) })
	up := s.c.upload(s.d)
	l := s.dial(t)
	l.announce(t, s.world, up, len(up.body), false)
	_, err = l.Write(up.body[:80_000])
	must(t, err)
	<-started
	s.blobs.onStart(nil)
	s.clock.add(5 * time.Hour)
	_, err = l.Write(up.body[80_000:])
	must(t, err)
	l.answer(t, "the upload").is(t, 201)

	in, body := s.c.nextChange(t, []object{s.c.adoption(t, s.d)}, nil)
	adopt := request{who: s.c.caller, method: "PUT", path: "/api/v1/safe/manifest", json: in, header: object{"If-Match": s.c.etag}}
	s.refused(t, adopt, 401, "session-expired")
	s.refused(t, up, 401, "session-expired")
	s.c.bearer, _ = s.login(t, acc, session.CLI)
	s.c.cookie = ""
	s.do(t, request{who: s.c.caller, method: "GET", path: "/api/v1/safe/documents/" + s.d.doc}).is(t, 404)
	s.do(t, adopt.by(s.c.caller)).is(t, 204)
	s.c.note(body)
	got := s.do(t, request{who: s.c.caller, method: "GET", path: "/api/v1/safe/documents/" + s.d.doc + "/content"}).is(t, 200)
	if !bytes.Equal(got.body, s.d.sealed) {
		t.Error("other bytes came out")
	}
	s.sound(t)
}

// TestAnUploadThatComesTooLate: the reservation lapses; the sweep gives its
// room back and the sentence says to start again.
func TestAnUploadThatComesTooLate(t *testing.T) {
	s := newScene(t)
	s.clock.add(25 * time.Hour)
	s.do(t, s.c.upload(s.d)).is(t, 410).refuses(t, "expired")
	_, err := s.domain.Sweep(s.ctx)
	must(t, err)
	s.do(t, s.c.upload(s.d)).is(t, 404)
	if s.used(t) != 0 {
		t.Errorf("%d bytes are still held", s.used(t))
	}
	s.sound(t)
}

// hasty is a gateway that waits for two seconds only: short for a test, long
// for a busy machine.
func hasty(_ *safe.Config, c *gateway.Config) { c.Progress = 2 * time.Second }

// TestAWriterThatStandsStillIsCut, and what it sent is gone.
func TestAWriterThatStandsStillIsCut(t *testing.T) {
	s := newScene(t, hasty)
	waiting := map[string]*line{}
	for operation, r := range map[string]request{
		"putVersion":  s.c.upload(s.d),
		"deposit":     s.o.deposit(s.address, s.d.plain),
		"createGrant": {who: s.c.caller, method: "POST", path: "/api/v1/safe/grants", body: []byte(`{"doc":`), header: object{"Idempotency-Key": newKey()}},
	} {
		l := s.dial(t)
		l.announce(t, s.world, r, len(r.body), false)
		_, err := l.Write(r.body[:len(r.body)/2])
		must(t, err)
		waiting[operation] = l
	}
	for operation, l := range waiting {
		l.answer(t, operation).is(t, 422).refuses(t, "wrong-length")
		if _, err := l.r.ReadByte(); err == nil {
			t.Errorf("%s: the connection goes on", operation)
		}
	}
	// Nor does a body that no route wants keep a connection.
	l := s.dial(t)
	l.announce(t, s.world, request{method: "GET", path: "/healthz"}, 1000, false)
	l.answer(t, "health").is(t, 413)
	_, err := io.Copy(io.Discard, l.r)
	must(t, err)
	if left := s.objects(t); left != 0 {
		t.Errorf("%d objects were left behind", left)
	}
	s.sound(t)
}

// TestAReaderThatStandsStillIsCut: others are served meanwhile.
func TestAReaderThatStandsStillIsCut(t *testing.T) {
	w := newWorld(t, hasty, func(c *safe.Config, _ *gateway.Config) { c.Limits.Document = 64 * mib })
	c := w.citizen(t, "angela")
	d := c.put(t, 32*mib)
	get := request{who: c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc + "/content"}
	l := w.dial(t)
	must(t, l.SetReadBuffer(16*kib))
	l.announce(t, w, get, 0, false)
	w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe"}).is(t, 200)
	if status := w.answers("getContent", 1); status != 200 {
		t.Errorf("it was observed as %d", status)
	}
	resp, err := http.ReadResponse(l.r, nil)
	must(t, err)
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err == nil || n >= int64(len(d.sealed)) {
		t.Errorf("%d of %d bytes came after standing still, %v", n, len(d.sealed), err)
	}
	next, err := http.DefaultClient.Do(get.make(t, w))
	must(t, err)
	defer next.Body.Close()
	h := sha256.New()
	if n, err := io.Copy(h, next.Body); err != nil || [32]byte(h.Sum(nil)) != d.sum {
		t.Errorf("the next reader gets %d of %d bytes, %v", n, len(d.sealed), err)
	}
}

// TestAWriterThatIsSlowButMovesIsNotCut: the whole takes longer than any pause
// may.
func TestAWriterThatIsSlowButMovesIsNotCut(t *testing.T) {
	s := newScene(t, hasty)
	up := s.c.upload(s.d)
	l := s.dial(t)
	l.announce(t, s.world, up, len(up.body), false)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i, rest := 0, up.body; len(rest) > 0; i++ {
		n := min(len(rest), len(up.body)/25)
		_, err := l.Write(rest[:n])
		must(t, err)
		rest = rest[n:]
		<-tick.C
	}
	l.answer(t, "the slow upload").is(t, 201)
	for _, e := range s.rows.take() {
		if e.What == journal.WhatDocumentAdded && e.Result == journal.ResultRefused {
			t.Errorf("the journal has %+v", e)
		}
	}
}
