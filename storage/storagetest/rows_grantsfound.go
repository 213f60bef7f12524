package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// grantsFound: what an office looks for is all of it that fits, in pages, and
// nothing that does not.
func grantsFound(t *testing.T, db Database) {
	citizen := putAccount(t, db, account("Fatou DIALLO"))
	update(t, db, func(tx safe.Tx) error {
		return tx.Safes.Put(t.Context(), safe.Safe{ID: citizen.Safe, Account: citizen.ID, VK: []byte{1}, Created: start()})
	})
	v := insertVersion(t, db, version(citizen.Safe, safe.Kept))
	admin := putAdministration(t, db, administration(1, "Mairie"))
	r := request(admin.ID, 0)
	r.Reference = "É-417_%"
	putRequest(t, db, r)
	theirs := request(safe.NewID[safe.AdministrationID](), 0)
	theirs.Reference = r.Reference
	putRequest(t, db, theirs)
	all := grantsToFind(t, db, v, admin, r, theirs, citizen.Name)
	now := start().Add(time.Hour)
	for name, c := range map[string]struct {
		f    safe.GrantFilter
		fits func(safe.Grant) bool
	}{
		"live":           {safe.GrantFilter{State: "live"}, func(g safe.Grant) bool { return g.Ended.IsZero() && g.NotAfter.After(now) }},
		"expired":        {safe.GrantFilter{State: "expired"}, func(g safe.Grant) bool { return g.Ended.IsZero() && !g.NotAfter.After(now) }},
		"ended":          {safe.GrantFilter{State: "ended"}, func(g safe.Grant) bool { return !g.Ended.IsZero() }},
		"one service":    {safe.GrantFilter{Only: []string{"ccas", "Centre d’action sociale"}}, func(g safe.Grant) bool { return g.Service != "" }},
		"one of his own": {safe.GrantFilter{Services: []string{"ccas"}, Only: []string{"ccas", "Centre d’action sociale"}}, func(g safe.Grant) bool { return g.Service == "ccas" }},
		"kind":           {safe.GrantFilter{Kind: "residence"}, func(g safe.Grant) bool { return g.Kind == "residence" }},
		"reference":      {safe.GrantFilter{Reference: r.Reference}, func(g safe.Grant) bool { return g.Request == r.ID }},
		"name, purpose":  {safe.GrantFilter{Words: []string{"diallo", "inscrire", "ecole"}}, func(g safe.Grant) bool { return g.Purpose == "Inscrire à l’École" }},
		"signs":          {safe.GrantFilter{Words: []string{"_100%"}}, func(g safe.Grant) bool { return g.Purpose == "Aide_100%" }},
		"sign":           {safe.GrantFilter{Words: []string{"%_"}}, func(safe.Grant) bool { return false }},
		"no such":        {safe.GrantFilter{Reference: "É-417"}, func(safe.Grant) bool { return false }},
		"all at once": {
			safe.GrantFilter{State: "live", Kind: "residence", Reference: r.Reference, Words: []string{"etat"}, Services: []string{"ccas"}},
			func(g safe.Grant) bool {
				return g.Request == r.ID && g.Kind == "residence" && g.Service != "Centre d’action sociale"
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.f.Now = now
			want := slices.DeleteFunc(slices.Clone(all), func(g safe.Grant) bool { return !c.fits(g) })
			wantPages(t, db, want, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
				return tx.Grants.OfAdministration(ctx, admin.ID, c.f, p)
			})
		})
	}
}

// grantsToFind are in every state, of every service and kind, the newest first.
func grantsToFind(t *testing.T, db Database, v safe.Version, admin safe.Administration, r, theirs safe.Request, holder string) []safe.Grant {
	t.Helper()
	var all []safe.Grant
	for i := range 12 {
		g := grantOf(v, i)
		g.Administration = admin.ID
		g.Service = []string{"", "ccas", "Centre d’action sociale"}[i%3]
		g.Kind = []string{"identity", "residence"}[i%2]
		g.Purpose = []string{"Inscrire à l’École", "Aide_100%"}[i/2%2]
		switch i % 4 {
		case 1:
			g.NotAfter = start()
		case 2:
			g.Ended = start().Add(time.Minute)
		case 3:
			g.Request, g.Reference = r.ID, r.Reference
		case 0: // of another administration's request: its reference is not ours to show
			g.Request = theirs.ID
		}
		insertGrant(t, db, g)
		g.Sealed, g.AdministrationName, g.Holder = nil, admin.Name, holder
		all = append(all, g)
	}
	slices.Reverse(all)
	return all
}
