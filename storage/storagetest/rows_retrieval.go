package storagetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func retrievalTests() map[string]rowsTest {
	return map[string]rowsTest{
		"an opening is kept, found by its key and acknowledged once": openingRoundTrip,
		"copies come out as they went in, with what was last said":   copiesRoundTrip,
		"copies that are due come in the order of their ends":        copiesDue,
		"what became of a grant is erased with its document":         retrievalsErased,
	}
}

func opening(of safe.GrantID, i int) safe.Opening {
	return safe.Opening{
		ID: safe.NewID[string](), Record: "17", Grant: of, Version: safe.NewID[safe.VersionID](), By: "guichet",
		Key: "same", At: start().Add(time.Duration(i) * time.Second),
	}
}

func said(what string) *safe.Said {
	return &safe.Said{Body: []byte{0, 255, 1}, What: what, VK: []byte{1, 2}, KeyLeaf: 7, At: start().Add(time.Hour)}
}

func getCopies(id safe.GrantID) func(context.Context, safe.Tx) (safe.Copies, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Copies, error) { return tx.Holdings.Get(ctx, id) }
}

func openingRoundTrip(t *testing.T, db Database) {
	first, second := opening("g", 1), opening("g", 2)
	get := func(id string) func(context.Context, safe.Tx) (safe.Opening, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.Opening, error) { return tx.Openings.Get(ctx, id) }
	}
	byKey := func(by, key string) func(context.Context, safe.Tx) (safe.Opening, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.Opening, error) { return tx.Openings.ByKey(ctx, by, key) }
	}
	wantMissing(t, db, get(first.ID))
	wantMissing(t, db, byKey("guichet", "same"))
	for _, o := range []safe.Opening{second, first} {
		insert := func(tx safe.Tx) error { return tx.Openings.Insert(t.Context(), o) }
		update(t, db, insert)
		wantKind(t, db.Update(t.Context(), insert), safe.AlreadyExists)
	}
	keyless := opening("g", 3)
	keyless.Key = ""
	update(t, db, func(tx safe.Tx) error { return tx.Openings.Insert(t.Context(), keyless) })
	wantEqual(t, mustRead(t, db, get(first.ID)), first)
	wantEqual(t, mustRead(t, db, byKey("guichet", "same")), second)
	wantMissing(t, db, byKey("other", "same"))
	wantMissing(t, db, byKey("guichet", ""))
	first.Said = said("intact")
	acknowledge := func(tx safe.Tx) error { return tx.Openings.Acknowledge(t.Context(), first) }
	update(t, db, acknowledge)
	wantEqual(t, mustRead(t, db, get(first.ID)), first)
	wantKind(t, db.Update(t.Context(), acknowledge), safe.AlreadyExists)
}

func copiesOf(g safe.Grant) safe.Copies {
	return safe.Copies{
		Grant: g.ID, Administration: g.Administration, Service: g.Service, Ends: g.NotAfter, DeleteBy: g.NotAfter.Add(time.Hour),
	}
}

func putCopies(t *testing.T, db safe.Rows, c safe.Copies) safe.Copies {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Holdings.Put(t.Context(), c) })
	return c
}

func copiesRoundTrip(t *testing.T, db Database) {
	g := grantOf(version(safe.NewID[safe.SafeID](), safe.Kept), 1)
	wantMissing(t, db, getCopies(g.ID))
	c := putCopies(t, db, copiesOf(g))
	wantEqual(t, mustRead(t, db, getCopies(g.ID)), c)
	o := opening(g.ID, 1)
	update(t, db, func(tx safe.Tx) error { return tx.Openings.Insert(t.Context(), o) })
	o.Said = said("infected")
	update(t, db, func(tx safe.Tx) error { return tx.Openings.Acknowledge(t.Context(), o) })
	c.Last, c.Acknowledgement, c.Deletion, c.DeleteBy = o.ID, o.Said, said("client"), time.Time{}
	putCopies(t, db, c)
	wantEqual(t, mustRead(t, db, getCopies(g.ID)), c)
	other := putCopies(t, db, copiesOf(grantOf(version(g.Safe, safe.Kept), 2)))
	of := func(ids ...safe.GrantID) func(context.Context, safe.Tx) ([]safe.Copies, error) {
		return func(ctx context.Context, tx safe.Tx) ([]safe.Copies, error) { return tx.Holdings.Of(ctx, ids) }
	}
	both := mustRead(t, db, of(other.Grant, "none", c.Grant))
	slices.SortFunc(both, func(a, b safe.Copies) int { return cmp.Compare(a.Last, b.Last) })
	wantEqual(t, both, []safe.Copies{other, c})
	if none := mustRead(t, db, of()); len(none) != 0 {
		t.Errorf("of no grant there are %+v", none)
	}
	c.Deletion = nil
	putCopies(t, db, c)
	wantEqual(t, mustRead(t, db, getCopies(g.ID)), c)
}

func copiesDue(t *testing.T, db Database) {
	admin := putAdministration(t, db, administration(1, "Mairie"))
	v := insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept))
	var due []safe.Grant
	for i := range 9 {
		g := grantOf(v, i)
		g.Administration, g.Service = admin.ID, []string{"", "ccas", "etat-civil"}[i%3]
		g.NotAfter = start().Add(time.Duration(i/2) * time.Hour) // pairs that end at once
		g.Openings = 1
		insertGrant(t, db, g)
		c := copiesOf(g)
		switch i {
		case 2: // deleted
			c.DeleteBy = time.Time{}
		case 8: // not over
			c.Ends = start().Add(24 * time.Hour)
		default:
			g = mustRead(t, db, getGrant(g.ID))
			g.Sealed = nil // no list's
			due = append(due, g)
		}
		putCopies(t, db, c)
		putCopies(t, db, copiesOf(grantOf(v, i))) // another administration's
	}
	slices.SortFunc(due, func(a, b safe.Grant) int { return cmp.Or(a.NotAfter.Compare(b.NotAfter), cmp.Compare(a.ID, b.ID)) })
	list := func(services ...string) func(context.Context, safe.Tx, safe.Page) ([]safe.Grant, string, error) {
		return func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
			return tx.Holdings.Due(ctx, admin.ID, services, start().Add(12*time.Hour), p)
		}
	}
	badCursor(t, db, list())
	wantPages(t, db, due, list())
	wantPages(t, db, slices.DeleteFunc(slices.Clone(due), func(g safe.Grant) bool { return g.Service == "etat-civil" }), list("ccas", "none'"))
}

func retrievalsErased(t *testing.T, db Database) {
	of := safe.NewID[safe.SafeID]()
	gone, kept := insertVersion(t, db, version(of, safe.Kept)), insertVersion(t, db, version(of, safe.Kept))
	for _, v := range []safe.Version{gone, kept} {
		g := insertGrant(t, db, grantOf(v, 1))
		o := opening(g.ID, 1)
		update(t, db, func(tx safe.Tx) error { return tx.Openings.Insert(t.Context(), o) })
		putCopies(t, db, copiesOf(g))
		if v.Doc == gone.Doc {
			update(t, db, func(tx safe.Tx) error { return tx.Sweep.Erase(t.Context(), of, gone.Doc) })
			wantMissing(t, db, getCopies(g.ID))
			wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.Opening, error) { return tx.Openings.Get(ctx, o.ID) })
			continue
		}
		mustRead(t, db, getCopies(g.ID))
	}
}
