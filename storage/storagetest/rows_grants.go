package storagetest

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func grantOf(v safe.Version, i int) safe.Grant {
	return safe.Grant{
		ID: safe.NewID[safe.GrantID](), Safe: v.Safe, Doc: v.Doc, Version: v.ID,
		Administration: safe.NewID[safe.AdministrationID](), Service: "etat-civil", Purpose: "Demande d’acte",
		Procedure: "etat-civil", Sealed: []byte{1, 2, byte(i)}, Key: string(safe.NewID[safe.GrantID]()),
		Created: start().Add(time.Duration(i) * time.Second), NotAfter: start().Add(24 * time.Hour), DocSealed: v.Sealed,
	}
}

func insertGrant(t *testing.T, db safe.Rows, g safe.Grant) safe.Grant {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Grants.Insert(t.Context(), g) })
	return g
}

func getGrant(id safe.GrantID) func(context.Context, safe.Tx) (safe.Grant, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Grant, error) { return tx.Grants.Get(ctx, id) }
}

func grantTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out, with the names of both sides": grantRoundTrip,
		"a key is used once in a safe":                         grantKeys,
		"missing": func(t *testing.T, db Database) {
			wantMissing(t, db, getGrant("x"))
			wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.Grant, error) { return tx.Grants.ByKey(ctx, "x", "y") })
			wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error {
				return tx.Grants.Update(t.Context(), safe.Grant{ID: "x", Sealed: []byte{1}})
			}), safe.NotFound)
		},
		"lists are newest first": grantLists, "what is looked for is found": grantsFound,
	}
}

func grantRoundTrip(t *testing.T, db Database) {
	citizen := putAccount(t, db, account("Camille Martin"))
	admin := putAdministration(t, db, administration(1, "Mairie de Valmont"))
	update(t, db, func(tx safe.Tx) error {
		return tx.Safes.Put(t.Context(), safe.Safe{ID: citizen.Safe, Account: citizen.ID, VK: []byte{1}, Created: start()})
	})
	v := insertVersion(t, db, version(citizen.Safe, safe.Kept))
	g := grantOf(v, 1)
	g.Administration = admin.ID
	insertGrant(t, db, g)
	g.AdministrationName, g.Holder = admin.Name, citizen.Name
	byKey := func(ctx context.Context, tx safe.Tx) (safe.Grant, error) { return tx.Grants.ByKey(ctx, g.Safe, g.Key) }
	wantEqual(t, mustRead(t, db, getGrant(g.ID)), g)
	wantEqual(t, mustRead(t, db, byKey), g)
	changed := g
	changed.Ended, changed.Opened, changed.Openings = start().Add(time.Hour), start().Add(time.Minute), 3
	next := v
	next.ID, next.Key, next.Sealed = safe.NewID[safe.VersionID](), "", v.Sealed+1
	insertVersion(t, db, next)
	changed.Version, changed.Sealed, changed.DocSealed = next.ID, []byte("other"), next.Sealed
	want := changed
	changed.Purpose, changed.NotAfter = "another", start()
	for _, sealed := range [][]byte{changed.Sealed, {}} { // the latter of what is past
		changed.Sealed, want.Sealed = sealed, sealed
		update(t, db, func(tx safe.Tx) error { return tx.Grants.Update(t.Context(), changed) })
		wantEqual(t, mustRead(t, db, getGrant(g.ID)), want)
		changed = want
	}
}

func grantKeys(t *testing.T, db Database) {
	a := grantOf(insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept)), 1)
	a.Key = "k"
	insertGrant(t, db, a)
	again := a
	again.ID = safe.NewID[safe.GrantID]()
	err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.Grants.Insert(t.Context(), again) })
	wantKind(t, err, safe.AlreadyExists)
	again.Safe = safe.NewID[safe.SafeID]()
	insertGrant(t, db, again)
	for range 2 {
		free := grantOf(version(a.Safe, safe.Kept), 2)
		free.Key = ""
		insertGrant(t, db, free)
	}
}

func grantLists(t *testing.T, db Database) {
	v := insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept))
	other := insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept))
	admin := putAdministration(t, db, administration(1, "Mairie"))
	ofSafe, ofAdmin := insertGrants(t, db, v, other, admin.ID)
	listSafe := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
		return tx.Grants.OfSafe(ctx, v.Safe, p)
	}
	wantPages(t, db, ofSafe, listSafe)
	badCursor(t, db, listSafe)
	wantPages(t, db, ofAdmin, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
		return tx.Grants.OfAdministration(ctx, admin.ID, safe.GrantFilter{}, p)
	})
	var ofService []safe.Grant
	for _, g := range ofAdmin {
		if g.Service == "" || g.Service == "ccas" {
			ofService = append(ofService, g)
		}
	}
	if len(ofService) == 0 || len(ofService) == len(ofAdmin) {
		t.Fatalf("%d of %d grants are of the service", len(ofService), len(ofAdmin))
	}
	wantPages(t, db, ofService, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
		return tx.Grants.OfAdministration(ctx, admin.ID, safe.GrantFilter{Services: []string{"ccas", "none'"}}, p)
	})
	many := make([]string, 150)
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	wantPages(t, db, ofAdmin, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
		return tx.Grants.OfAdministration(ctx, admin.ID, safe.GrantFilter{Services: append(many, "ccas", "etat-civil")}, p)
	})
	if err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.Grants.Update(t.Context(), ofAdmin[0]) }); err == nil {
		t.Fatal("a grant as a list gives it was written back, without its sealed bytes")
	}
}

// insertGrants of two safes, some to the administration; those of the first
// safe and those to the administration, as lists give them: the newest first,
// without what is sealed.
func insertGrants(t *testing.T, db Database, v, other safe.Version, admin safe.AdministrationID) (ofSafe, ofAdmin []safe.Grant) {
	t.Helper()
	for i := range 9 {
		g := grantOf(v, i/2) // pairs made in the same microsecond
		if i%3 == 0 {
			g = grantOf(other, i/2)
		}
		if i%2 == 0 {
			g.Administration = admin
			g.Service = []string{"", "ccas", "etat-civil"}[i/2%3]
		}
		insertGrant(t, db, g)
		g = mustRead(t, db, getGrant(g.ID))
		g.Sealed = nil
		if g.Safe == v.Safe {
			ofSafe = append(ofSafe, g)
		}
		if g.Administration == admin {
			ofAdmin = append(ofAdmin, g)
		}
	}
	newest := func(a, b safe.Grant) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		if a.ID > b.ID {
			return -1
		}
		return 1
	}
	slices.SortFunc(ofSafe, newest)
	slices.SortFunc(ofAdmin, newest)
	return ofSafe, ofAdmin
}
