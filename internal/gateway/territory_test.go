package gateway_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func valmontFact() journal.TerritoryFact {
	return journal.TerritoryFact{
		Type: "territory", Rules: strings.Repeat("0f", 32), Time: "2026-11-23T09:00:00Z",
		Backends: []journal.Place{{Name: "objects", Networks: []string{"Salle serveurs de Valmont"}, Region: "valmont-1"}},
	}
}

// onGround lets a gateway stand on a territory that a test moves away.
func onGround(gone *atomic.Bool) setting {
	return func(_ *safe.Config, c *gateway.Config) {
		c.Ground = func() (journal.TerritoryFact, error) {
			if gone.Load() {
				return valmontFact(), errors.New("objects: s3.valmont is 203.0.113.5: " + secretCause)
			}
			return valmontFact(), nil
		}
	}
}

// Anybody reads where the bytes are and finds it in the public log; once a
// backend is elsewhere nothing is served that touches one.
func TestNothingIsServedOffTheTerritory(t *testing.T) {
	t.Parallel()
	var gone atomic.Bool
	w := newWorld(t, onGround(&gone))
	c := w.citizen(t, "angela")
	must(t, w.domain.Announce(w.ctx, valmontFact()))
	for !attested(t, w) { // the sequencer comes every second
	}
	var got struct {
		journal.TerritoryFact
		Inside bool
		Leaf   journal.Leaf
	}
	must(t, json.Unmarshal(w.do(t, request{method: "GET", path: "/api/v1/territory"}).is(t, 200).body, &got))
	entry, err := got.TerritoryFact.Encode()
	must(t, err)
	if string(got.Leaf.Entry) != string(entry) || !got.Inside {
		t.Errorf("the leaf is of %q, the page says %q", got.Leaf.Entry, entry)
	}
	if _, err := journal.VerifyLeaf(w.vkey, got.Leaf.Entry, got.Leaf); err != nil {
		t.Errorf("the leaf is not in the log: %v", err)
	}

	gone.Store(true)
	for _, rq := range []request{
		{who: c.caller, method: "GET", path: "/api/v1/safe"},
		{who: c.caller, method: "GET", path: "/api/v1/safe/manifest"},
		{method: "GET", path: "/log/checkpoint"},
		{method: "POST", path: "/oauth/device"},
	} {
		w.do(t, rq).is(t, 503).refuses(t, "off-territory")
	}
	w.do(t, request{method: "GET", path: "/healthz"}).is(t, 200)
	w.do(t, request{method: "GET", path: "/readyz"}).is(t, 503)
	a := w.do(t, request{method: "GET", path: "/api/v1/territory"}).is(t, 200)
	if !strings.Contains(string(a.body), `"inside":false`) || strings.Contains(string(a.body), "203.0.113.5") {
		t.Errorf("%s", a.body)
	}
	gone.Store(false)
	w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe"}).is(t, 200)
}

func attested(t *testing.T, w *world) bool {
	t.Helper()
	_, err := w.domain.Announced(w.ctx, valmontFact())
	if err != nil && !safe.IsKind(err, safe.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}
