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

func mediationTests() map[string]rowsTest {
	return map[string]rowsTest{
		"a structure has one SIRET":                             structureRows,
		"a mediator has one identity, and is listed by name":    mediatorRows,
		"a session is found by its code while it has one":       delegationRows,
		"a session moves from the state that it is in, once":    delegationMoves,
		"sessions are newest first, a safe's that go on before": delegationLists,
		"sessions are found by their mandate, and counted":      delegationsUnder,
		"sessions that wait are found, oldest first":            waitingDelegations,
		"sessions that are over are found, and those that rest": dueDelegations,
		"a mandate comes out as it went in, and ends":           mandateRows,
		"mandates are newest first, a safe's in force before":   mandateLists,
		"mandates in force are a structure's":                   mandatesInForce,
		"documents of a mandate are wiped, not forgotten":       mandateDocumentRows,
		"a grant is under one mandate":                          mandateGrantRows,
		"a proposal is one safe's":                              proposalRows,
		"activity adds up":                                      activityRows,
		"pages of sessions that are over are found":             sentPageRows,
	}
}

func structure(i int) safe.Structure {
	return safe.Structure{
		ID: safe.NewID[safe.StructureID](), SIRET: fmt.Sprintf("%014d", i), Name: "France Services d’Évry", From: start(),
		Until: start().Add(time.Hour), Made: start().Add(time.Second),
	}
}

func getStructure(id safe.StructureID) func(context.Context, safe.Tx) (safe.Structure, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Structure, error) { return tx.Structures.Get(ctx, id) }
}

func structureRows(t *testing.T, db Database) {
	var all []safe.Structure
	for i := range 5 {
		st := structure(i)
		wantMissing(t, db, getStructure(st.ID))
		update(t, db, func(tx safe.Tx) error { return tx.Structures.Put(t.Context(), st) })
		st.Name, st.Ended = "Renommée", start().Add(time.Minute)
		update(t, db, func(tx safe.Tx) error { return tx.Structures.Put(t.Context(), st) })
		wantEqual(t, mustRead(t, db, getStructure(st.ID)), st)
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) (safe.Structure, error) {
			return tx.Structures.BySIRET(ctx, st.SIRET)
		}), st)
		all = append(all, st)
	}
	second := structure(0)
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Structures.Put(t.Context(), second) }), safe.AlreadyExists)
	slices.SortFunc(all, func(a, b safe.Structure) int { return cmp.Compare(a.ID, b.ID) })
	list := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Structure, string, error) {
		return tx.Structures.All(ctx, p)
	}
	wantPages(t, db, all, list)
}

func mediator(of safe.StructureID, name, sub string) safe.Mediator {
	return safe.Mediator{
		ID: safe.NewID[safe.MediatorID](), Structure: of, Issuer: "https://issuer.test", Sub: sub, Name: name, Role: safe.MediatorRole,
		Trained: "2026-01-31", From: start(), Until: start().Add(time.Hour), Left: start().Add(time.Minute), Created: start(),
	}
}

func mediatorRows(t *testing.T, db Database) {
	of := safe.NewID[safe.StructureID]()
	var all []safe.Mediator
	get := func(id safe.MediatorID) func(context.Context, safe.Tx) (safe.Mediator, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.Mediator, error) { return tx.Mediators.Get(ctx, id) }
	}
	put := func(m safe.Mediator) error {
		return db.Update(t.Context(), func(tx safe.Tx) error { return tx.Mediators.Put(t.Context(), m) })
	}
	for i := range 6 {
		m := mediator(of, fmt.Sprint("Nadia ", i/2), fmt.Sprint(i))
		wantMissing(t, db, get(m.ID))
		if err := put(m); err != nil {
			t.Fatal(err)
		}
		m.Role, m.Left = safe.NoRole, time.Time{}
		if err := put(m); err != nil {
			t.Fatal(err)
		}
		wantEqual(t, mustRead(t, db, get(m.ID)), m)
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) (safe.Mediator, error) {
			return tx.Mediators.ByIdentity(ctx, m.Issuer, m.Sub)
		}), m)
		all = append(all, m)
	}
	if err := put(mediator("other", "Nadia 0", "elsewhere")); err != nil {
		t.Fatal(err)
	}
	wantKind(t, put(mediator(of, "Nadia 0", "0")), safe.AlreadyExists)
	slices.SortFunc(all, func(a, b safe.Mediator) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	list := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Mediator, string, error) {
		return tx.Mediators.OfStructure(ctx, of, p)
	}
	badCursor(t, db, list)
	wantPages(t, db, all, list)
}

func delegation(i int) safe.Delegation {
	at := start().Add(time.Duration(i) * time.Second)
	return safe.Delegation{
		ID: safe.NewID[safe.DelegationID](), Mediator: "m", MediatorName: "Nadia", Structure: "s", StructureName: "France Services",
		Opener: "session", Code: [32]byte{1, byte(i)}, Number: "42", Way: safe.ByPhone, Recipient: "age1pq1x", VK: []byte{1, 2},
		Acts: []string{"deposit", "read"}, Purpose: "dossier d’APL", Minutes: 20, Standing: "x", State: safe.DelegationPending,
		Created: at, Until: at.Add(10 * time.Minute),
	}
}

func insertDelegation(t *testing.T, db safe.Rows, d safe.Delegation) safe.Delegation {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Delegations.Insert(t.Context(), d) })
	return d
}

func getDelegation(id safe.DelegationID) func(context.Context, safe.Tx) (safe.Delegation, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Delegation, error) { return tx.Delegations.Get(ctx, id) }
}

func byCode(hash [32]byte) func(context.Context, safe.Tx) (safe.Delegation, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Delegation, error) {
		return tx.Delegations.ByCode(ctx, hash)
	}
}

func delegationRows(t *testing.T, db Database) {
	d := delegation(1)
	wantMissing(t, db, getDelegation(d.ID))
	wantMissing(t, db, byCode(d.Code))
	insertDelegation(t, db, d)
	wantEqual(t, mustRead(t, db, getDelegation(d.ID)), d)
	wantEqual(t, mustRead(t, db, byCode(d.Code)), d)
	same := delegation(2)
	same.Code = d.Code
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Delegations.Insert(t.Context(), same) }), safe.AlreadyExists)
	for i := range 2 { // without a code there is nothing to be the same
		bare := delegation(3 + i)
		bare.Code, bare.VK, bare.Acts = [32]byte{}, nil, []string{"deposit"}
		insertDelegation(t, db, bare)
		wantEqual(t, mustRead(t, db, getDelegation(bare.ID)), bare)
	}
	wantMissing(t, db, byCode([32]byte{}))
}

func delegationMoves(t *testing.T, db Database) {
	d := insertDelegation(t, db, delegation(1))
	code := d.Code
	move := func(to safe.Delegation, from safe.DelegationState) error {
		return db.Update(t.Context(), func(tx safe.Tx) error { return tx.Delegations.Move(t.Context(), to, from) })
	}
	d.State, d.Code, d.Safe, d.Account, d.Citizen, d.Mandate = safe.DelegationClaimed, [32]byte{}, "safe", "account", "Angela", "mandate"
	d.Binding = []byte{3, 0, 7}
	d.Wrong, d.Until, d.Started, d.Seen, d.Locked = 2, start(), start().Add(1*time.Second), start().Add(2*time.Second), start().Add(3*time.Second)
	d.Left, d.Ended, d.By, d.Opener, d.Acts = start().Add(4*time.Second), start().Add(5*time.Second), "citizen", "other", []string{"read"}
	wantKind(t, move(d, safe.DelegationActive), safe.Stale)
	if err := move(d, safe.DelegationPending); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, mustRead(t, db, getDelegation(d.ID)), d)
	wantMissing(t, db, byCode(code))
	wantKind(t, move(d, safe.DelegationPending), safe.Stale)
	d.ID = "nobody"
	wantKind(t, move(d, safe.DelegationClaimed), safe.Stale)
}

func newestDelegation(a, b safe.Delegation) int {
	return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
}

func delegationLists(t *testing.T, db Database) {
	var ofMediator, ofSafe, open []safe.Delegation
	for i := range 9 {
		d := delegation(i / 2)
		d.Code = [32]byte{2, byte(i)}
		if i%3 == 0 {
			d.Safe = "mine"
		}
		if i%4 == 0 {
			d.Ended = start()
		}
		insertDelegation(t, db, d)
		other := delegation(i)
		other.Mediator, other.Structure, other.Code = "other", "other", [32]byte{3, byte(i)}
		insertDelegation(t, db, other)
		ofMediator = append(ofMediator, d)
		if d.Safe != "" {
			ofSafe = append(ofSafe, d)
		}
		if d.Ended.IsZero() {
			open = append(open, d)
		}
	}
	slices.SortFunc(ofMediator, newestDelegation)
	slices.SortFunc(ofSafe, func(a, b safe.Delegation) int {
		return cmp.Or(compareBool(a.Ended.IsZero(), b.Ended.IsZero()), newestDelegation(a, b))
	})
	slices.SortFunc(open, func(a, b safe.Delegation) int { return cmp.Compare(a.ID, b.ID) })
	mine := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Delegation, string, error) {
		return tx.DelegationLists.OfMediator(ctx, "m", p)
	}
	hers := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Delegation, string, error) {
		return tx.DelegationLists.OfSafe(ctx, "mine", p)
	}
	badCursor(t, db, mine)
	badCursor(t, db, hers)
	wantPages(t, db, ofMediator, mine)
	wantPages(t, db, ofSafe, hers)
	for m, want := range map[safe.MediatorID][]safe.Delegation{"": open, "m": open, "other": nil} {
		wantPages(t, db, want, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Delegation, string, error) {
			return tx.DelegationLists.Open(ctx, "s", m, p)
		})
	}
}

// compareBool has those first of which it is true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// delegationsUnder: what goes on under a mandate is found by it, and what goes
// on is counted.
func delegationsUnder(t *testing.T, db Database) {
	var want []safe.Delegation
	for i, change := range []func(*safe.Delegation){
		func(d *safe.Delegation) { d.Mandate = "wanted" },
		func(d *safe.Delegation) { d.Standing, d.State = "wanted", safe.DelegationActive },
		func(d *safe.Delegation) { d.Mandate = "other" },
		func(d *safe.Delegation) { d.Mandate, d.Safe = "wanted", "other" },
		func(d *safe.Delegation) {
			d.Mandate, d.State, d.Ended, d.By = "wanted", safe.DelegationEnded, start().Add(time.Minute), "citizen"
		},
		func(d *safe.Delegation) {
			d.State, d.Ended, d.By = safe.DelegationDenied, start().Add(time.Second), "citizen"
		},
	} {
		d := delegation(i)
		d.Code, d.Safe = [32]byte{9, byte(i)}, "safe"
		change(&d)
		insertDelegation(t, db, d)
		if i < 2 {
			want = append([]safe.Delegation{d}, want...)
		}
	}
	wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Delegation, error) {
		return tx.DelegationLists.Under(ctx, "safe", "wanted")
	}), want)
	counts := mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.DelegationCount, error) {
		return tx.DelegationLists.Count(ctx, start().Add(time.Minute))
	})
	slices.SortFunc(counts, func(a, b safe.DelegationCount) int { return cmp.Compare(a.State, b.State) })
	wantEqual(t, counts, []safe.DelegationCount{
		{State: safe.DelegationActive, Count: 1}, {State: safe.DelegationEnded, By: "citizen", Count: 1}, {State: safe.DelegationPending, Count: 3},
	})
}

func waitingDelegations(t *testing.T, db Database) {
	var want []safe.Delegation
	for i := range 8 {
		d := delegation(i)
		switch i {
		case 3:
			d.State = safe.DelegationClaimed
		case 5:
			d.Ended = start()
		case 6:
			d.Mediator = "other"
		}
		insertDelegation(t, db, d)
		if i > 1 && i != 3 && i != 5 && i != 6 {
			want = append(want, d)
		}
	}
	for limit, want := range map[int][]safe.Delegation{10: want, 2: want[:2]} {
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Delegation, error) {
			return tx.DelegationLists.Waiting(ctx, "m", start().Add(2*time.Second), limit)
		}), want)
	}
}

func dueDelegations(t *testing.T, db Database) {
	var want []safe.Delegation
	add := func(i int, due, seen, ended time.Time) {
		d := delegation(i)
		d.Until, d.Seen, d.Ended = due, seen, ended
		insertDelegation(t, db, d)
		want = append(want, d)
	}
	now := start().Add(time.Hour)
	add(1, now.Add(-time.Minute), time.Time{}, time.Time{})
	add(2, now, now, time.Time{})
	add(3, now.Add(time.Hour), now.Add(-10*time.Minute), time.Time{})
	for i, ended := range []time.Time{{}, {}, start()} {
		d := delegation(10 + i)
		d.Until, d.Seen, d.Ended = now.Add(time.Second), now.Add(-time.Minute), ended
		if i == 1 {
			d.Seen = time.Time{}
		}
		if i == 2 {
			d.Until, d.Seen = start(), start()
		}
		insertDelegation(t, db, d)
	}
	for limit, want := range map[int][]safe.Delegation{10: want, 2: want[:2], 3: want} {
		wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Delegation, error) {
			return tx.DelegationLists.Due(ctx, now, now.Add(-10*time.Minute), limit)
		}), want)
	}
}
