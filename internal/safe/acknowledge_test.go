package safe_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// retrieval is a document on its way to a town hall.
type retrieval struct {
	*world
	c *citizen
	m *mairie
	d *document
	g safe.Grant
}

func newRetrieval(t *testing.T) *retrieval {
	t.Helper()
	w := newWorld(t)
	r := &retrieval{world: w, c: w.citizen(t, "angela"), m: w.keyedMairie(t, "Mairie de Valmont", "21370999900015")}
	r.d = r.c.put(t, 5000)
	r.g = r.c.share(t, r.d, r.m)
	return r
}

// release opens the grant and gives the id of the event that says so.
func (r *retrieval) release(t *testing.T, who safe.Actor, key string) string {
	t.Helper()
	rel, err := r.ReleaseGrantOnce(r.ctx, who, r.g.ID, key)
	must(t, err)
	return checkProof(t, r.world, rel.Proof).ID
}

// acknowledged is what the town hall signs, with a change.
func (r *retrieval) acknowledged(t *testing.T, release string, change func(*sealed.Acknowledgement)) []byte {
	t.Helper()
	a := sealed.Acknowledgement{
		Administration: string(r.m.ID), Grant: string(r.g.ID), Safe: string(r.c.Safe), Doc: string(r.d.v.Doc), Version: string(r.d.v.ID),
		SHA256: hex.EncodeToString(r.d.sum[:]), Release: release, Outcome: sealed.OutcomeIntact, At: stamp(r.clock.now()),
	}
	if change != nil {
		change(&a)
	}
	b, err := sealed.SignAcknowledgement(a, r.m.root)
	must(t, err)
	return b
}

func (r *retrieval) deleted(t *testing.T, change func(*sealed.Deletion)) []byte {
	t.Helper()
	d := sealed.Deletion{
		Administration: string(r.m.ID), Grant: string(r.g.ID), Safe: string(r.c.Safe), Doc: string(r.d.v.Doc), Version: string(r.d.v.ID),
		At: stamp(r.clock.now()), How: sealed.DeletedByClient,
	}
	if change != nil {
		change(&d)
	}
	b, err := sealed.SignDeletion(d, r.m.root)
	must(t, err)
	return b
}

// shown is the grant as both sides list it.
func (r *retrieval) shown(t *testing.T) safe.Grant {
	t.Helper()
	hers, _, err := r.Grants(r.ctx, r.c.Actor, safe.Page{})
	must(t, err)
	theirs, _, err := r.Received(r.ctx, r.m.agent, safe.ReceivedWanted{}, safe.Page{})
	must(t, err)
	if len(hers) != 1 || len(theirs) != 1 || (hers[0].Copies == nil) != (theirs[0].Copies == nil) {
		t.Fatalf("she sees %+v, they see %+v", hers, theirs)
	}
	if c := hers[0].Copies; c != nil && (c.DeleteBy != theirs[0].Copies.DeleteBy || c.Last != theirs[0].Copies.Last) {
		t.Fatalf("she sees %+v, they see %+v", c, theirs[0].Copies)
	}
	return hers[0]
}

func (r *retrieval) count(t *testing.T, what string) (n int) {
	t.Helper()
	for _, e := range r.events(t, r.c.Safe) {
		if e.What == what && e.Result == journal.ResultDone {
			n++
		}
	}
	return n
}

// TestALostAnswerCostsNoOpening: the citizen allowed one opening, the line broke,
// and whoever asks again with the same key gets what he was given.
func TestALostAnswerCostsNoOpening(t *testing.T) {
	r := newRetrieval(t)
	n := r.c.newGrant(t, r.d, r.m)
	n.Openings = 1
	var err error
	r.g, err = r.Share(r.ctx, r.c.Actor, n)
	must(t, err)
	key := newKey()
	first := r.release(t, r.m.system, key)
	if again := r.release(t, r.m.system, key); again != first || r.count(t, journal.WhatGrantReleased) != 1 {
		t.Fatalf("released as %s, then as %s", first, again)
	}
	_, err = r.ReleaseGrantOnce(r.ctx, r.m.system, r.g.ID, newKey())
	wantKind(t, err, safe.Ended)
	_, err = r.ReleaseGrantOnce(r.ctx, r.m.agent, r.g.ID, key) // somebody else's key
	wantKind(t, err, safe.Ended)
	_, err = r.ReleaseGrantOnce(r.ctx, r.m.system, r.c.share(t, r.d, r.m).ID, key)
	wantKind(t, err, safe.KeyReused)
	_, err = r.ReleaseGrantOnce(r.ctx, r.m.system, r.g.ID, "short")
	wantKind(t, err, safe.Invalid)
	list, _, err := r.Received(r.ctx, r.m.system, safe.ReceivedWanted{}, safe.Page{})
	must(t, err)
	if i := slices.IndexFunc(list, func(g safe.Grant) bool { return g.ID == r.g.ID }); list[i].Openings != 1 {
		t.Fatalf("%d openings are counted", list[i].Openings)
	}
	r.clock.add(25 * time.Hour)
	_, err = r.ReleaseGrantOnce(r.ctx, r.m.system, r.g.ID, key)
	wantKind(t, err, safe.Ended)
}

// TestWhatIsTakenBackIsNotGivenAgain though it was released before.
func TestWhatIsTakenBackIsNotGivenAgain(t *testing.T) {
	r := newRetrieval(t)
	key := newKey()
	r.release(t, r.m.system, key)
	must(t, r.EndGrant(r.ctx, r.c.Actor, r.g.ID))
	_, err := r.ReleaseGrantOnce(r.ctx, r.m.system, r.g.ID, key)
	wantKind(t, err, safe.Ended)
}

// TestARetrievalIsAcknowledgedOnce and both sides see by whom it was signed.
func TestARetrievalIsAcknowledgedOnce(t *testing.T) {
	r := newRetrieval(t)
	if g := r.shown(t); g.Copies != nil {
		t.Fatalf("never opened, and there are %+v", g.Copies)
	}
	release := r.release(t, r.m.system, newKey())
	if c := r.shown(t).Copies; c == nil || c.Acknowledgement != nil || c.Deletion != nil || !c.DeleteBy.Equal(r.g.NotAfter.Add(30*24*time.Hour)) {
		t.Fatalf("opened, the copies are %+v", c)
	}
	signed := r.acknowledged(t, release, nil)
	must(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, signed))
	must(t, r.Acknowledge(r.ctx, r.m.agent, r.g.ID, signed)) // the answer was lost
	vk := r.m.root.VK()
	a := r.shown(t).Copies.Acknowledgement
	if a == nil || a.What != sealed.OutcomeIntact || string(a.Body) != string(signed) || string(a.VK) != string(vk[:]) {
		t.Fatalf("acknowledged as %+v", a)
	}
	e := r.events(t, r.c.Safe)[0]
	if e.What != journal.WhatGrantAcknowledged || e.Detail["outcome"] != "intact" || e.Detail["release"] != release || e.Who.Name != r.m.system.Name {
		t.Fatalf("the journal says %+v", e)
	}
	if n := r.count(t, journal.WhatGrantAcknowledged); n != 1 {
		t.Fatalf("acknowledged %d times", n)
	}
	other := r.acknowledged(t, release, func(a *sealed.Acknowledgement) { a.Outcome = sealed.OutcomeAltered })
	wantKind(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, other), safe.AlreadyExists)
	hers, _, err := r.Grants(r.ctx, r.c.Actor, safe.Page{})
	must(t, err)
	keys, err := r.GrantKeys(r.ctx, hers)
	must(t, err)
	if len(keys) != 1 {
		t.Fatalf("%d keys come with it", len(keys))
	}
	if _, err := journal.VerifyLeaf(r.vkey, keys[0].Entry, keys[0]); err != nil {
		t.Fatal(err)
	}
	fact, err := journal.ParseKeyFact(keys[0].Entry)
	must(t, err)
	if fact.ID != string(r.m.ID) || fact.Name != r.m.Name {
		t.Fatalf("the key is %+v", fact)
	}
	must(t, r.EndGrant(r.ctx, r.c.Actor, r.g.ID))
	if c := r.shown(t).Copies; !c.DeleteBy.Equal(r.clock.now().Add(30 * 24 * time.Hour)) {
		t.Fatalf("ended, the copies are %+v", c)
	}
}

// TestAcknowledgementsOfOthersAreRefused, one by one.
func TestAcknowledgementsOfOthersAreRefused(t *testing.T) {
	r := newRetrieval(t)
	release := r.release(t, r.m.system, newKey())
	other := r.keyedMairie(t, "Département de la Brenne", "22360999900018")
	wantKind(t, r.Acknowledge(r.ctx, other.agent, r.g.ID, r.acknowledged(t, release, nil)), safe.NotFound)
	wantRefused(t, r.world, r.c.Safe, journal.WhatGrantAcknowledged, "not-found", string(other.agent.Account))
	for what, change := range map[string]struct {
		kind   safe.Kind
		change func(*sealed.Acknowledgement)
	}{
		"a release that never was": {safe.NotFound, func(a *sealed.Acknowledgement) { a.Release = sealed.NewID() }},
		"another administration":   {safe.Invalid, func(a *sealed.Acknowledgement) { a.Administration = string(other.ID) }},
		"another grant":            {safe.Invalid, func(a *sealed.Acknowledgement) { a.Grant = sealed.NewID() }},
		"another safe":             {safe.Invalid, func(a *sealed.Acknowledgement) { a.Safe = sealed.NewID() }},
		"another document":         {safe.Invalid, func(a *sealed.Acknowledgement) { a.Doc = sealed.NewID() }},
		"another version":          {safe.Invalid, func(a *sealed.Acknowledgement) { a.Version = sealed.NewID() }},
		"a time to come":           {safe.Invalid, func(a *sealed.Acknowledgement) { a.At = stamp(r.clock.now().Add(time.Hour)) }},
	} {
		if err := r.Acknowledge(r.ctx, r.m.system, r.g.ID, r.acknowledged(t, release, change.change)); !safe.IsKind(err, change.kind) {
			t.Errorf("%s: %v", what, err)
		}
	}
	mine := *r
	mine.m = other
	forged := mine.acknowledged(t, release, func(a *sealed.Acknowledgement) { a.Administration = string(r.m.ID) })
	wantKind(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, forged), safe.Forbidden)
	wantKind(t, r.Acknowledge(r.ctx, r.m.system, r.g.ID, []byte("{}")), safe.Forbidden)
	if c := r.shown(t).Copies; c.Acknowledgement != nil {
		t.Fatalf("acknowledged as %+v", c)
	}
}

// TestCopiesAreToBeDeletedInTime: once the grant has ended it is in the list of
// the administration, after thirty days both sides see that it is late, and an
// attestation ends it.
func TestCopiesAreToBeDeletedInTime(t *testing.T) {
	r := newRetrieval(t)
	due := func() []safe.Grant {
		all, _, err := r.DueDeletions(r.ctx, r.m.agent, safe.Page{})
		must(t, err)
		return all
	}
	declare := func(signed ...[]byte) (int, []safe.RefusedDeletion) {
		t.Helper()
		done, refused, err := r.DeclareDeletions(r.ctx, r.m.agent, signed)
		must(t, err)
		return len(done), refused
	}
	if n, refused := declare(r.deleted(t, nil)); n != 0 || len(refused) != 1 || !safe.IsKind(refused[0].Err, safe.Invalid) {
		t.Fatalf("never opened, and deleted: %d, %+v", n, refused)
	}
	r.release(t, r.m.system, newKey())
	if all := due(); len(all) != 0 {
		t.Fatalf("still open, and due: %+v", all)
	}
	r.clock.add(30*24*time.Hour + time.Minute) // it has ended
	if all := due(); len(all) != 1 || all[0].ID != r.g.ID || all[0].Copies.Overdue(r.clock.now()) {
		t.Fatalf("ended, due are %+v", all)
	}
	r.clock.add(30 * 24 * time.Hour)
	if g := r.shown(t); !g.Copies.Overdue(r.clock.now()) {
		t.Fatalf("a month later it is %+v", g.Copies)
	}
	for what, change := range map[string]func(*sealed.Deletion){
		"another version": func(d *sealed.Deletion) { d.Version = sealed.NewID() },
		"another safe":    func(d *sealed.Deletion) { d.Safe = sealed.NewID() },
		"a time to come":  func(d *sealed.Deletion) { d.At = stamp(r.clock.now().Add(time.Hour)) },
		"before it came":  func(d *sealed.Deletion) { d.At = stamp(r.g.Created.Add(-time.Hour)) },
		"another grant":   func(d *sealed.Deletion) { d.Grant = sealed.NewID() },
	} {
		if n, refused := declare(r.deleted(t, change)); n != 0 || len(refused) != 1 {
			t.Errorf("%s: %d, %+v", what, n, refused)
		}
	}
	signed := r.deleted(t, nil)
	if n, refused := declare([]byte("{}"), signed, signed); n != 1 || len(refused) != 2 {
		t.Fatalf("declared %d, refused %+v", n, refused)
	}
	c := r.shown(t).Copies
	if c.Deletion == nil || c.Deletion.What != sealed.DeletedByClient || string(c.Deletion.Body) != string(signed) || c.Overdue(r.clock.now()) {
		t.Fatalf("deleted, it is %+v", c)
	}
	if all := due(); len(all) != 0 || r.count(t, journal.WhatGrantDeleted) != 1 {
		t.Fatalf("due are %+v, events %d", all, r.count(t, journal.WhatGrantDeleted))
	}
	other := r.keyedMairie(t, "Département de la Brenne", "22360999900018")
	_, refused, err := r.DeclareDeletions(r.ctx, other.agent, [][]byte{signed})
	must(t, err)
	if len(refused) != 1 || !safe.IsKind(refused[0].Err, safe.NotFound) {
		t.Fatalf("another's: %+v", refused)
	}
}

// TestAnOpeningAfterADeletionIsToBeDeletedAgain: what was attested is of the
// copies of before.
func TestAnOpeningAfterADeletionIsToBeDeletedAgain(t *testing.T) {
	r := newRetrieval(t)
	r.release(t, r.m.system, newKey())
	_, _, err := r.DeclareDeletions(r.ctx, r.m.system, [][]byte{r.deleted(t, nil)})
	must(t, err)
	if c := r.shown(t).Copies; c.Deletion == nil || !c.DeleteBy.IsZero() {
		t.Fatalf("deleted early, it is %+v", c)
	}
	before := r.deleted(t, nil)
	r.clock.add(time.Hour)
	r.release(t, r.m.agent, "")
	if c := r.shown(t).Copies; c.Deletion != nil || c.DeleteBy.IsZero() {
		t.Fatalf("opened again, it is %+v", c)
	}
	_, refused, err := r.DeclareDeletions(r.ctx, r.m.system, [][]byte{before})
	must(t, err)
	if len(refused) != 1 || !safe.IsKind(refused[0].Err, safe.Stale) {
		t.Fatalf("refused %+v", refused)
	}
	must(t, r.c.change(t, r.Domain, nil, []safe.DocumentID{r.d.v.Doc}))
	_, refused, err = r.DeclareDeletions(r.ctx, r.m.system, [][]byte{r.deleted(t, nil)})
	must(t, err)
	if len(refused) != 1 || !safe.IsKind(refused[0].Err, safe.NotFound) {
		t.Fatalf("of a document that she has erased: %+v", refused)
	}
}

// TestTheSameKeyAfterADeletionIsAnotherOpening: copies that were attested to be
// gone do not come back under a release of before, which she would not see.
func TestTheSameKeyAfterADeletionIsAnotherOpening(t *testing.T) {
	r := newRetrieval(t)
	key := newKey()
	first := r.release(t, r.m.system, key)
	r.clock.add(time.Minute)
	_, _, err := r.DeclareDeletions(r.ctx, r.m.system, [][]byte{r.deleted(t, nil)})
	must(t, err)
	r.clock.add(time.Hour)
	again := r.release(t, r.m.system, key)
	if again == first || r.count(t, journal.WhatGrantReleased) != 2 {
		t.Fatalf("released as %s, then as %s: she reads of %d", first, again, r.count(t, journal.WhatGrantReleased))
	}
	if g := r.shown(t); g.Copies.Deletion != nil || g.Copies.DeleteBy.IsZero() || g.Openings != 2 {
		t.Fatalf("opened again, it is %+v, opened %d times", g.Copies, g.Openings)
	}
	if third := r.release(t, r.m.system, key); third != again {
		t.Fatalf("a lost answer costs an opening: %s, then %s", again, third)
	}
}
