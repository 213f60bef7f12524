package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// delegated runs what gives the session itself.
func (g *Gateway) delegated(w http.ResponseWriter, r *http.Request, do func(context.Context, safe.Actor, safe.DelegationID) (safe.Delegation, error)) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	d, err := do(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewOwnDelegation(d))
}

func (g *Gateway) mandatesBy(w http.ResponseWriter, r *http.Request, list func(context.Context, safe.Actor, safe.Page) ([]safe.MandateFor, string, error)) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := list(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, g.viewMandateFor))
}

// working reads the ids of an act on a document.
func working(r *http.Request) (id safe.DelegationID, doc safe.DocumentID, version safe.VersionID, err error) {
	if id, err = delegationOf(r); err != nil {
		return id, doc, version, err
	}
	if doc, err = docOf(r); err != nil {
		return id, doc, version, err
	}
	if v := mux.Vars(r)["version"]; v != "" {
		version, err = safe.ParseID[safe.VersionID](v)
	}
	return id, doc, version, err
}

func (g *Gateway) listWorking(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	items, err := g.safe.WorkingDocuments(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, "", viewWorking))
}

func (g *Gateway) releaseWorking(w http.ResponseWriter, r *http.Request) error {
	id, doc, _, err := working(r)
	if err != nil {
		return err
	}
	rel, err := g.safe.ReleaseWorking(r.Context(), actor(r), id, doc)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRelease(rel))
}

func (g *Gateway) getWorkingContent(w http.ResponseWriter, r *http.Request) error {
	id, doc, _, err := working(r)
	if err != nil {
		return err
	}
	v, err := g.safe.WorkingContent(r.Context(), actor(r), id, doc)
	if err != nil {
		return err
	}
	cut := g.whileAlive(w, r, id)
	defer cut.end()
	return g.stream(cutWriter{w, cut}, r, v)
}

func (g *Gateway) reserveWorking(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Sealed int64 `json:"sealed"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	v, err := g.safe.ReserveWorking(r.Context(), actor(r), id, r.Header.Get("Idempotency-Key"), in.Sealed)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, struct {
		Doc     string    `json:"doc"`
		Version string    `json:"version"`
		Expires time.Time `json:"expires"`
	}{string(v.Doc), string(v.ID), v.Expires.UTC()})
}

func (g *Gateway) putWorking(w http.ResponseWriter, r *http.Request) error {
	id, doc, version, err := working(r)
	if err != nil {
		return err
	}
	length, sum, err := stated(r)
	if err != nil {
		return err
	}
	cut := g.whileAlive(w, r, id)
	defer cut.end()
	v, err := g.safe.StoreWorking(r.Context(), actor(r), id, doc, version, cutReader{r.Body, cut}, length, sum)
	if err == nil {
		err = cut.why()
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewStored(v))
}

func (g *Gateway) depositWorking(w http.ResponseWriter, r *http.Request) error {
	id, doc, version, err := working(r)
	if err != nil {
		return err
	}
	var in struct {
		Slip    []byte `json:"slip"`
		Content string `json:"content"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	v, proof, err := g.safe.DepositWorking(r.Context(), actor(r), id, doc, version, in.Slip, in.Content)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, struct {
		storedView
		Proof eventView `json:"proof"`
	}{viewStored(v), viewProof(proof)})
}

func (g *Gateway) shareWorking(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Doc            string `json:"doc"`
		Version        string `json:"version"`
		Administration string `json:"administration"`
		Service        string `json:"service"`
		Purpose        string `json:"purpose"`
		Procedure      string `json:"procedure"`
		NotAfter       string `json:"notAfter"`
		Openings       int64  `json:"openings"`
		Kind           string `json:"kind"`
		Request        string `json:"request"`
		Recipient      string `json:"recipient"`
		Grant          []byte `json:"grant"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	n, err := grantInput{
		Doc: in.Doc, Version: in.Version, Administration: in.Administration, Service: in.Service, Purpose: in.Purpose,
		Procedure: in.Procedure, NotAfter: in.NotAfter, Openings: in.Openings, Kind: in.Kind, Grant: in.Grant, Recipient: in.Recipient,
	}.parse(r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	if in.Request != "" {
		if n.Request, err = safe.ParseID[safe.RequestID](in.Request); err != nil {
			return err
		}
	}
	made, err := g.safe.ShareWorking(r.Context(), actor(r), id, n)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewGrant(made, g.now(), false))
}

func (g *Gateway) getWorkingRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	request, err := safe.ParseID[safe.RequestID](mux.Vars(r)["request"])
	if err != nil {
		return err
	}
	v, err := g.safe.RequestWorking(r.Context(), actor(r), id, request)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRequest(v, g.now()))
}

func (g *Gateway) proposeWorking(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Doc    string `json:"doc"`
		Sealed []byte `json:"sealed"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	doc, err := safe.ParseID[safe.DocumentID](in.Doc)
	if err != nil {
		return err
	}
	p, err := g.safe.ProposeWorking(r.Context(), actor(r), id, doc, in.Sealed)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewProposal(p))
}

// aliveEvery is how often the row of a session is read while bytes run: its
// end, on whichever replica, cuts them within a second.
const aliveEvery = 400 * time.Millisecond

// mostUnknown is how often the row may not be had before a transfer is cut all
// the same.
const mostUnknown = 5

// cutter stops a transfer when its session is over.
type cutter struct {
	over atomic.Pointer[error]
	stop context.CancelFunc
	done chan struct{}
}

// whileAlive watches the session until end.
func (g *Gateway) whileAlive(w http.ResponseWriter, r *http.Request, id safe.DelegationID) *cutter {
	ctx, cancel := context.WithCancel(r.Context())
	c := &cutter{stop: cancel, done: make(chan struct{})}
	a, rc := actor(r), http.NewResponseController(w)
	go func() {
		defer close(c.done)
		tick := time.NewTicker(aliveEvery)
		defer tick.Stop()
		for unknown := 0; ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := g.safe.DelegationAlive(ctx, a, id)
			if ctx.Err() != nil {
				return
			}
			if safe.IsKind(err, safe.Unavailable) {
				unknown++
			} else {
				unknown = 0
			}
			if c.over.Load() == nil && (err == nil || unknown > 0 && unknown < mostUnknown) {
				continue
			}
			if err != nil {
				c.over.CompareAndSwap(nil, &err)
			}
			// Whatever waits in the network waits no longer; again and again, since
			// a write that begins meanwhile gives itself more time.
			_ = rc.SetReadDeadline(time.Unix(1, 0))
			_ = rc.SetWriteDeadline(time.Unix(1, 0))
		}
	}()
	return c
}

func (c *cutter) end() {
	c.stop()
	<-c.done
}

// why is nil while the session may go on.
func (c *cutter) why() error {
	if err := c.over.Load(); err != nil {
		return *err
	}
	return nil
}

type cutWriter struct {
	http.ResponseWriter
	cut *cutter
}

func (w cutWriter) Write(p []byte) (int, error) {
	if err := w.cut.why(); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (w cutWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

type cutReader struct {
	r   io.Reader
	cut *cutter
}

func (r cutReader) Read(p []byte) (int, error) {
	if err := r.cut.why(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	if over := r.cut.why(); over != nil && err != nil && !errors.Is(err, io.EOF) {
		err = over
	}
	return n, err
}
