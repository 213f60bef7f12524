package gateway_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestACitizensProgramLetsAMediatorAct: what it signs and seals is what the
// mediator's tab can use; keys that the screen does not show get nothing.
func TestACitizensProgramLetsAMediatorAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.structure(t, "France Services de Valmont", franceServices)
	p := w.person(t, "angela")
	d := w.desk(t, st, "Nadia Haddad")
	s := p.unlock(t)
	path := filepath.Join(t.TempDir(), "avis.pdf")
	must(t, os.WriteFile(path, []byte("avis d’imposition"), 0o600))
	e, err := s.Put(w.ctx, path, client.PutOptions{})
	must(t, err)

	v := d.open(t, sealed.ActRead)
	asked, err := s.ClaimDelegation(w.ctx, v.code)
	must(t, err)
	number := w.do(t, request{who: v.caller, method: "GET", path: v.path("")}).string(t, "number")
	other, err := sealed.NewSessionKey(sealed.NewSecret())
	must(t, err)
	yes := client.Allowance{Print: other.Public().Print(), Number: number, Acts: []string{sealed.ActRead}, Documents: []sealed.Entry{e}}
	if _, err := s.Allow(w.ctx, asked, yes); !errors.Is(err, sealed.ErrMismatch) {
		t.Fatalf("with other keys than the screen's: %v", err)
	}
	yes.Minutes = 7
	link := sealed.LinkSecret([]byte(sealed.NewID())[:16])
	yes.Print, yes.Secret = v.key.Public().Print(), &link
	m, err := s.Allow(w.ctx, asked, yes)
	must(t, err)
	from, err1 := time.Parse(time.RFC3339, m.Created)
	end, err2 := time.Parse(time.RFC3339, m.NotAfter)
	if err1 != nil || err2 != nil || end.Sub(from) != 7*time.Minute {
		t.Errorf("the mandate lasts from %s until %s", m.Created, m.NotAfter)
	}
	// The tab is given her client's word as it was said, and knows it by its link.
	var told struct{ Signed, Binding []byte }
	w.do(t, v.collects()).is(t, 200).read(t, &told)
	if !slices.Equal(told.Binding, link.Binding(told.Signed)) {
		t.Errorf("the tab is told %x", told.Binding)
	}
	rel := w.do(t, request{who: v.caller, method: "POST", path: v.path("/documents/" + e.ID + "/release")}).is(t, 200)
	var out struct{ Grant, VK []byte }
	rel.read(t, &out)
	vk, err := sealed.ParseVK(out.VK)
	must(t, err)
	g, err := sealed.OpenGrant(out.Grant, v.key.Identity(), vk)
	must(t, err)
	must(t, m.CheckRead(g.Grant))

	c := p.connect(t)
	if list, err := c.Delegations(w.ctx); err != nil || len(list) != 1 || list[0].State != "active" {
		t.Errorf("sessions: %+v, %v", list, err)
	}
	must(t, s.Revoke(w.ctx, m.ID))
	v.over(t)
	rows, err := c.Mandates(w.ctx)
	must(t, err)
	if len(rows) != 1 || rows[0].State != "ended" || rows[0].By != "citizen" {
		t.Errorf("mandates: %+v", rows)
	}
	must(t, c.StopDelegation(w.ctx, v.id)) // over already
}
