package gateway_test

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// counted is an object store that notes every call.
type counted struct {
	safe.Blobs
	mu    sync.Mutex
	calls []string
}

func (c *counted) call(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, what)
}

func (c *counted) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.calls
	c.calls = nil
	return out
}

func (c *counted) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	c.call("Put")
	return c.Blobs.Put(ctx, key, r, size)
}

func (c *counted) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	c.call("Open")
	return c.Blobs.Open(ctx, key, offset, length)
}

func (c *counted) Size(ctx context.Context, key string) (int64, error) {
	c.call("Size")
	return c.Blobs.Size(ctx, key)
}

func (c *counted) Delete(ctx context.Context, key string) error {
	c.call("Delete")
	return c.Blobs.Delete(ctx, key)
}

func (c *counted) List(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	c.call("List")
	return c.Blobs.List(ctx, prefix, after, limit)
}

// TestASharedDocumentStaysWhereItIs: from a share to its end, and for all lists
// of it, the object store is not asked for anything, so that a gibibyte is
// shared like a kilobyte; only its reader's fetching reads it, once.
func TestASharedDocumentStaysWhereItIs(t *testing.T) {
	t.Parallel()
	var blobs *counted
	w := newWorld(t, func(c *safe.Config, _ *gateway.Config) {
		blobs = &counted{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	d := c.put(t, 100*kib)
	if stored := blobs.take(); !slices.Contains(stored, "Put") {
		t.Fatalf("an upload called %q: this test counts at the wrong place", stored)
	}
	id := c.share(t, d, o)
	const received = "/api/v1/administration/grants"
	w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/grants"}).is(t, 200)
	w.do(t, request{who: o.system, method: "GET", path: received}).is(t, 200)
	w.do(t, request{who: o.system, method: "POST", path: received + "/" + id + "/release"}).is(t, 200)
	if calls := blobs.take(); len(calls) > 0 {
		t.Errorf("sharing, listing and releasing called the object store: %q", calls)
	}
	w.do(t, request{who: o.system, method: "GET", path: received + "/" + id + "/content"}).is(t, 200)
	if calls := blobs.take(); !slices.Equal(calls, []string{"Open"}) {
		t.Errorf("fetching called the object store: %q", calls)
	}
	w.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/grants/" + id}).is(t, 204)
	if calls := blobs.take(); len(calls) > 0 {
		t.Errorf("ending called the object store: %q", calls)
	}
}
