package storagetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func request(of safe.AdministrationID, i int) safe.Request {
	at := start().Add(time.Duration(i) * time.Second)
	return safe.Request{
		ID: safe.NewID[safe.RequestID](), Administration: of, Service: "Scolarité", Procedure: "Inscription", Purpose: "École d’Évry",
		Reference: fmt.Sprint("dossier ", i%3), Body: []byte{0, 255, byte(i)}, ByID: "agent", ByName: "Camille Martin",
		Created: at, AnswerBy: at.Add(time.Hour), NotAfter: at.Add(2 * time.Hour),
	}
}

func putRequest(t *testing.T, db safe.Rows, r safe.Request) safe.Request {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Requests.Insert(t.Context(), r) })
	return r
}

func getRequest(id safe.RequestID) func(context.Context, safe.Tx) (safe.Request, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Request, error) { return tx.Requests.Get(ctx, id) }
}

func replyTo(r safe.Request, of safe.SafeID, i int) safe.Reply {
	at := start().Add(time.Duration(i) * time.Second)
	return safe.Reply{ID: safe.NewID[safe.ReplyID](), Request: r.ID, Safe: of, Created: at, Changed: at}
}

func putReply(t *testing.T, db safe.Rows, p safe.Reply) safe.Reply {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Replies.Put(t.Context(), p) })
	return p
}

func getReply(id safe.ReplyID) func(context.Context, safe.Tx) (safe.Reply, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Reply, error) { return tx.Replies.Get(ctx, id) }
}

func requestTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out, and an id is used once":                requestRoundTrip,
		"lists are newest first, with what came of each":                requestLists,
		"a reply is one safe's, and changes":                            replyRoundTrip,
		"replies are newest first, from either side":                    replyLists,
		"notes come out as they went in, the oldest first":              requestNotes,
		"grants are found by the request and the kind that they answer": answeringGrants,
	}
}

func requestRoundTrip(t *testing.T, db Database) {
	admin := putAdministration(t, db, administration(1, "Mairie de Valmont"))
	r := request(admin.ID, 1)
	r.Safe = safe.NewID[safe.SafeID]()
	wantMissing(t, db, getRequest(r.ID))
	putRequest(t, db, r)
	want := r
	want.AdministrationName = admin.Name
	wantEqual(t, mustRead(t, db, getRequest(r.ID)), want)
	err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.Requests.Insert(t.Context(), r) })
	wantKind(t, err, safe.AlreadyExists)
	r.Closed, r.Purpose = start().Add(time.Minute), "another"
	update(t, db, func(tx safe.Tx) error { return tx.Requests.Close(t.Context(), r) })
	want.Closed = r.Closed
	wantEqual(t, mustRead(t, db, getRequest(r.ID)), want)
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error {
		return tx.Requests.Close(t.Context(), safe.Request{ID: "x"})
	}), safe.NotFound)
	tally := func(ctx context.Context, tx safe.Tx) (safe.Tally, error) { return tx.Requests.Tally(ctx, r.ID) }
	wantEqual(t, mustRead(t, db, tally), safe.Tally{})
	wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.Tally, error) { return tx.Requests.Tally(ctx, "x") })
}

func requestLists(t *testing.T, db Database) {
	admin := putAdministration(t, db, administration(1, "Mairie"))
	other := putAdministration(t, db, administration(2, "Autre"))
	var all []safe.Request
	for i := range 9 {
		r := request(admin.ID, i/2) // pairs made in the same microsecond
		putRequest(t, db, request(other.ID, i))
		if i%4 == 0 {
			r.Closed = start()
		}
		putRequest(t, db, r)
		r.AdministrationName = admin.Name
		for n := range i {
			p := replyTo(r, safe.NewID[safe.SafeID](), n)
			p.Given, p.Waiting, p.RefusedAll = int64(n%2), n%3 == 0, n == 1
			putReply(t, db, p)
			r.Tally.Given += p.Given
			if p.Waiting {
				r.Tally.Waiting++
			}
			if p.RefusedAll {
				r.Tally.Refused++
			}
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b safe.Request) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) })
	list := func(f safe.RequestFilter) func(context.Context, safe.Tx, safe.Page) ([]safe.Request, string, error) {
		return func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Request, string, error) {
			return tx.Requests.OfAdministration(ctx, admin.ID, f, p)
		}
	}
	without := func(drop func(safe.Request) bool) []safe.Request { return slices.DeleteFunc(slices.Clone(all), drop) }
	closed := func(r safe.Request) bool { return !r.Closed.IsZero() }
	otherFile := func(r safe.Request) bool { return r.Reference != "dossier 1" }
	badCursor(t, db, list(safe.RequestFilter{}))
	wantPages(t, db, all, list(safe.RequestFilter{}))
	wantPages(t, db, without(closed), list(safe.RequestFilter{Open: true}))
	wantPages(t, db, without(otherFile), list(safe.RequestFilter{Reference: "dossier 1"}))
	wantPages(t, db, without(func(r safe.Request) bool { return closed(r) || otherFile(r) }), list(safe.RequestFilter{Open: true, Reference: "dossier 1"}))
}

func replyRoundTrip(t *testing.T, db Database) {
	citizen := putAccount(t, db, account("Camille Martin"))
	update(t, db, func(tx safe.Tx) error {
		return tx.Safes.Put(t.Context(), safe.Safe{ID: citizen.Safe, Account: citizen.ID, VK: []byte{1}, Created: start()})
	})
	r := putRequest(t, db, request("a", 1))
	p := replyTo(r, citizen.Safe, 1)
	of := func(ctx context.Context, tx safe.Tx) (safe.Reply, error) {
		return tx.Replies.Of(ctx, r.ID, citizen.Safe)
	}
	wantMissing(t, db, getReply(p.ID))
	wantMissing(t, db, of)
	putReply(t, db, p)
	want := p
	want.Holder = citizen.Name
	wantEqual(t, mustRead(t, db, of), want)
	for _, change := range []func(*safe.Reply){
		func(p *safe.Reply) { p.Given, p.Waiting, p.Refused = 2, true, []string{"tax-notice", "photo"} },
		func(p *safe.Reply) { p.Refused, p.RefusedAll, p.Waiting = nil, true, false },
		func(p *safe.Reply) { p.RefusedAll, p.Changed = false, start().Add(time.Hour) },
	} {
		change(&p)
		change(&want)
		putReply(t, db, p)
		wantEqual(t, mustRead(t, db, getReply(p.ID)), want)
	}
	second := replyTo(r, citizen.Safe, 2)
	err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.Replies.Put(t.Context(), second) })
	wantKind(t, err, safe.AlreadyExists)
}

func replyLists(t *testing.T, db Database) {
	admin := putAdministration(t, db, administration(1, "Mairie"))
	mine, asked := safe.NewID[safe.SafeID](), putRequest(t, db, request(admin.ID, 0))
	var ofMine []safe.Asked
	var ofAsked, waiting []safe.Reply
	for i := range 9 {
		r := putRequest(t, db, request(admin.ID, i))
		r.AdministrationName = admin.Name
		ofMine = append(ofMine, safe.Asked{Reply: putReply(t, db, replyTo(r, mine, i/2)), Request: r})
		p := replyTo(asked, safe.NewID[safe.SafeID](), i/2)
		p.Waiting = i%2 == 0
		putReply(t, db, p)
		if ofAsked = append(ofAsked, p); p.Waiting {
			waiting = append(waiting, p)
		}
	}
	newest := func(a, b safe.Reply) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) }
	slices.SortFunc(ofMine, func(a, b safe.Asked) int { return newest(a.Reply, b.Reply) })
	slices.SortFunc(ofAsked, newest)
	slices.SortFunc(waiting, newest)
	list := func(waiting bool) func(context.Context, safe.Tx, safe.Page) ([]safe.Reply, string, error) {
		return func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Reply, string, error) {
			return tx.Replies.OfRequest(ctx, asked.ID, waiting, p)
		}
	}
	own := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Asked, string, error) {
		return tx.Replies.OfSafe(ctx, mine, p)
	}
	badCursor(t, db, own)
	badCursor(t, db, list(false))
	wantPages(t, db, ofMine, own)
	wantPages(t, db, ofAsked, list(false))
	wantPages(t, db, waiting, list(true))
}

func requestNotes(t *testing.T, db Database) {
	id := safe.NewID[safe.ReplyID]()
	var all []safe.RequestNote
	for i := range 7 {
		n := safe.RequestNote{
			ID: safe.NewID[safe.NoteID](), Reply: id, From: "safe", About: "refusal", Kinds: []string{"photo", "identity"},
			ForSafe: []byte{0, byte(i)}, ForAdministration: []byte{1, byte(i)}, VK: []byte{1, 2}, KeyLeaf: int64(i) - 1,
			Created: start().Add(time.Duration(i/2) * time.Second),
		}
		if i > 3 {
			n.Kinds = nil
		}
		insert := func(tx safe.Tx) error { return tx.Answers.InsertNote(t.Context(), n) }
		update(t, db, insert)
		wantKind(t, db.Update(t.Context(), insert), safe.AlreadyExists)
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) (safe.RequestNote, error) { return tx.Answers.Note(ctx, n.ID) }), n)
		all = append(all, n)
	}
	wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.RequestNote, error) { return tx.Answers.Note(ctx, "x") })
	slices.SortFunc(all, func(a, b safe.RequestNote) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	for limit, want := range map[int][]safe.RequestNote{10: all, 3: all[4:]} {
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.RequestNote, error) {
			return tx.Answers.Notes(ctx, id, limit)
		}), want)
	}
}

func answeringGrants(t *testing.T, db Database) {
	r := putRequest(t, db, request("a", 1))
	var all, mine []safe.Grant
	v := insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept))
	for i := range 8 {
		of := v
		if i%2 == 0 {
			of = insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept))
		}
		g := grantOf(of, i/3)
		g.Request, g.Kind, g.MostOpenings = r.ID, []string{"identity", "photo"}[i%4/2], int64(i)
		insertGrant(t, db, g)
		insertGrant(t, db, grantOf(of, i))
		wantEqual(t, mustRead(t, db, getGrant(g.ID)), g)
		g.Sealed = nil // no list's
		if all = append(all, g); of.Safe == v.Safe {
			mine = append(mine, g)
		}
	}
	slices.SortFunc(all, func(a, b safe.Grant) int {
		return cmp.Or(cmp.Compare(a.Safe, b.Safe), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(mine, func(a, b safe.Grant) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) })
	list := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Grant, string, error) {
		return tx.Answers.GrantsOf(ctx, r.ID, p)
	}
	badCursor(t, db, list)
	wantPages(t, db, all, list)
	for limit, want := range map[int][]safe.Grant{10: mine, 2: mine[:2]} {
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Grant, error) {
			return tx.Answers.Grants(ctx, r.ID, v.Safe, limit)
		}), want)
	}
	later := grantOf(v, 100)
	later.Doc, later.Kind = safe.NewID[safe.DocumentID](), "photo"
	insertGrant(t, db, later)
	before := func(limit int, kinds ...string) []safe.Given {
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Given, error) {
			return tx.Answers.Before(ctx, v.Safe, kinds, limit)
		})
	}
	newest := safe.Given{Kind: "photo", Doc: later.Doc, At: later.Created}
	wantEqual(t, before(1, "identity", "photo"), []safe.Given{newest})
	if got := before(9, "identity", "photo"); len(got) != 3 || got[0] != newest || got[1].Doc != v.Doc || got[2].Doc != v.Doc {
		t.Fatalf("documents given before: %+v", got)
	}
	if got := before(9, "", "other"); len(got) != 0 {
		t.Fatalf("documents given as nothing: %+v", got)
	}
}
