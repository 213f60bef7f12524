package gateway_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// under fetches the start of what was shared, has something happen, and says
// whether the rest came and what whoever asks again is told.
func under(t *testing.T, w *world, o *office, d *document, grant string, happens func()) (whole bool, again answer) {
	t.Helper()
	fetch := request{who: o.system, method: "GET", path: "/api/v1/administration/grants/" + grant + "/content"}
	resp, err := straight.Do(fetch.make(t, w))
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the transfer begins with %s", resp.Status)
	}
	start := make([]byte, 64*kib)
	_, err = io.ReadFull(resp.Body, start)
	must(t, err)
	happens()
	rest, err := io.Copy(io.Discard, resp.Body)
	whole = err == nil && int(rest)+len(start) == len(d.sealed)
	if !whole && err == nil {
		t.Errorf("%d of %d bytes came, and the answer says that they are all", int(rest)+len(start), len(d.sealed))
	}
	return whole, w.do(t, fetch.with("Range", "bytes=65536-"))
}

// large makes room for documents that no buffer on the way holds.
func large(c *safe.Config, _ *gateway.Config) {
	c.Limits = safe.Limits{Document: 64 * mib, Safe: 256 * mib}
}

// TestAShareThatEndsStopsWhatIsOnItsWay: within a second of the citizen's word,
// and never as if it were all; whoever asks for the rest is told why, and her
// journal tells that he did.
func TestAShareThatEndsStopsWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, large)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	d := c.put(t, 32*mib)
	second := func() { w.clock.add(time.Second) }

	if whole, again := under(t, w, o, d, c.share(t, d, o), second); !whole || again.status != http.StatusPartialContent {
		t.Errorf("a transfer that nobody ended came whole: %v, and its rest with %d", whole, again.status)
	}
	grant := c.share(t, d, o)
	whole, again := under(t, w, o, d, grant, func() {
		w.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/grants/" + grant}).is(t, 204)
		second()
	})
	if whole {
		t.Error("the whole document came after its share had ended")
	}
	again.is(t, 410).refuses(t, "ended")
	if len(w.told) != 1 || w.told[0].What != journal.WhatGrantReleased || w.told[0].Result != journal.ResultRefused || w.told[0].Safe != string(c.Safe) {
		t.Errorf("her journal tells %+v", w.told)
	}

	if whole, _ = under(t, w, o, d, c.share(t, d, o), func() { w.clock.add(31 * 24 * time.Hour) }); whole {
		t.Error("the whole document came after the share's last day")
	}
	o.system.bearer = w.token(t, o)
	again = w.do(t, request{who: o.system, method: "GET", path: "/api/v1/administration/grants/" + grant + "/content"})
	again.is(t, 410).refuses(t, "ended")
}
