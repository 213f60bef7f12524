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

func mandate(i int) safe.MandateRow {
	at := start().Add(time.Duration(i) * time.Second)
	return safe.MandateRow{
		ID: safe.NewID[safe.MandateID](), Kind: safe.StandingMandate, Safe: "safe", Structure: "s", StructureName: "France Services", Mediator: "m",
		MediatorName: "Nadia", Delegation: "d", Acts: []string{"deposit", "share"}, Presence: "each", Purpose: "dossier", Reference: "n° 12",
		Body: []byte{0, 255}, Created: at, NotAfter: at.Add(time.Hour),
	}
}

func insertMandate(t *testing.T, db safe.Rows, m safe.MandateRow) safe.MandateRow {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Mandates.Insert(t.Context(), m) })
	return m
}

func mandateRows(t *testing.T, db Database) {
	get := func(id safe.MandateID) func(context.Context, safe.Tx) (safe.MandateRow, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.MandateRow, error) { return tx.Mandates.Get(ctx, id) }
	}
	m := mandate(1)
	wantMissing(t, db, get(m.ID))
	insertMandate(t, db, m)
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Mandates.Insert(t.Context(), m) }), safe.AlreadyExists)
	wantEqual(t, mustRead(t, db, get(m.ID)), m)
	m.Confirmed, m.ConfirmedBy, m.Ended, m.By, m.Revocation = start(), "Luc", start().Add(time.Second), "citizen", []byte{7}
	update(t, db, func(tx safe.Tx) error { return tx.Mandates.Update(t.Context(), m) })
	wantEqual(t, mustRead(t, db, get(m.ID)), m)
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Mandates.Update(t.Context(), safe.MandateRow{ID: "x"}) }), safe.NotFound)
	bare := mandate(2)
	bare.Body, bare.Kind = nil, safe.PaperMandate
	insertMandate(t, db, bare)
	wantEqual(t, mustRead(t, db, get(bare.ID)), bare)
}

func mandateLists(t *testing.T, db Database) {
	var ofSafe, ofMediator, unconfirmed []safe.MandateRow
	for i := range 12 {
		m := mandate(i / 2)
		m.Kind = []safe.MandateKind{safe.SessionMandate, safe.StandingMandate, safe.PaperMandate}[i%3]
		if i%3 == 2 && i > 5 {
			m.Confirmed, m.ConfirmedBy = start(), "Luc"
		}
		if i%4 == 0 {
			m.Ended, m.By, m.Confirmed, m.ConfirmedBy = start(), "citizen", start(), "Luc"
		}
		insertMandate(t, db, m)
		other := mandate(i)
		other.Safe, other.Mediator, other.Structure = "other", "other", "other"
		insertMandate(t, db, other)
		if ofSafe = append(ofSafe, m); m.Kind != safe.SessionMandate {
			ofMediator = append(ofMediator, m)
		}
		if m.Kind == safe.PaperMandate && m.Confirmed.IsZero() {
			unconfirmed = append(unconfirmed, m)
		}
	}
	then := mandate(2).NotAfter // when three times two of them are over
	inForce := func(m safe.MandateRow) bool { return m.Ended.IsZero() && m.NotAfter.After(then) }
	newest := func(a, b safe.MandateRow) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) }
	for name, list := range map[string]struct {
		want []safe.MandateRow
		read func(context.Context, safe.Tx, safe.Page) ([]safe.MandateRow, string, error)
	}{
		"of a safe": {ofSafe, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.MandateRow, string, error) {
			return tx.Mandates.OfSafe(ctx, "safe", then, p)
		}},
		"of a mediator": {ofMediator, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.MandateRow, string, error) {
			return tx.Mandates.OfMediator(ctx, "m", p)
		}},
		"unconfirmed": {unconfirmed, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.MandateRow, string, error) {
			return tx.Mandates.Unconfirmed(ctx, "s", p)
		}},
	} {
		t.Log(name)
		slices.SortFunc(list.want, newest)
		if name == "of a safe" {
			slices.SortStableFunc(list.want, func(a, b safe.MandateRow) int { return compareBool(inForce(a), inForce(b)) })
		}
		badCursor(t, db, list.read)
		wantPages(t, db, list.want, list.read)
	}
}

func mandatesInForce(t *testing.T, db Database) {
	var all, of []safe.MandateRow
	for i := range 12 {
		m := mandate(i)
		m.Kind = []safe.MandateKind{safe.SessionMandate, safe.StandingMandate, safe.PaperMandate}[i%3]
		m.Ended, m.By, m.Revocation = time.Time{}, "", nil
		if i%4 == 0 {
			m.Mediator = "other"
		}
		if i > 8 {
			m.Ended = start()
		}
		insertMandate(t, db, m)
		elsewhere := m
		elsewhere.ID, elsewhere.Structure = safe.NewID[safe.MandateID](), "other"
		insertMandate(t, db, elsewhere)
		if m.Kind == safe.SessionMandate || !m.Ended.IsZero() {
			continue
		}
		if all = append(all, m); m.Mediator == "m" {
			of = append(of, m)
		}
	}
	for m, want := range map[safe.MediatorID][]safe.MandateRow{"": all, "m": of, "nobody": nil} {
		slices.SortFunc(want, func(a, b safe.MandateRow) int { return cmp.Compare(a.ID, b.ID) })
		wantPages(t, db, want, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.MandateRow, string, error) {
			return tx.Mandates.InForce(ctx, "s", m, p)
		})
	}
}

func mandateDocumentRows(t *testing.T, db Database) {
	var all []safe.MandateDocument
	put := func(d safe.MandateDocument) {
		update(t, db, func(tx safe.Tx) error { return tx.MandateDocuments.Put(t.Context(), d) })
	}
	get := func(doc safe.DocumentID) func(context.Context, safe.Tx) (safe.MandateDocument, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.MandateDocument, error) {
			return tx.MandateDocuments.Get(ctx, "m", doc)
		}
	}
	for i := range 4 {
		d := safe.MandateDocument{Mandate: "m", Doc: safe.DocumentID(fmt.Sprint(i)), Version: "v", Sealed: []byte{byte(i)}, At: start()}
		if i == 3 {
			d.Sealed, d.Record = nil, "event"
		}
		wantMissing(t, db, get(d.Doc))
		put(d)
		d.Version = "w"
		put(d)
		wantEqual(t, mustRead(t, db, get(d.Doc)), d)
		d.Sealed = nil
		all = append(all, d)
		d.Mandate, d.Sealed = "other", []byte{9}
		put(d)
	}
	of := func(ctx context.Context, tx safe.Tx) ([]safe.MandateDocument, error) {
		return tx.MandateDocuments.Of(ctx, "m")
	}
	wantEqual(t, mustRead(t, db, of), all)
	update(t, db, func(tx safe.Tx) error { return tx.MandateDocuments.Wipe(t.Context(), "m") })
	wantEqual(t, mustRead(t, db, of), all)
	wantEqual(t, mustRead(t, db, get("1")), all[1])
	kept := mustRead(t, db, func(ctx context.Context, tx safe.Tx) (safe.MandateDocument, error) {
		return tx.MandateDocuments.Get(ctx, "other", "1")
	})
	wantEqual(t, kept.Sealed, []byte{9})
}

func mandateGrantRows(t *testing.T, db Database) {
	get := func(ctx context.Context, tx safe.Tx) (safe.MandateID, error) { return tx.MandateGrants.Get(ctx, "g") }
	put := func() error {
		return db.Update(t.Context(), func(tx safe.Tx) error { return tx.MandateGrants.Put(t.Context(), "g", "m") })
	}
	wantMissing(t, db, get)
	if err := put(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, put(), safe.AlreadyExists)
	wantEqual(t, mustRead(t, db, get), "m")
	for range 2 {
		update(t, db, func(tx safe.Tx) error { return tx.MandateGrants.Drop(t.Context(), "g") })
		wantMissing(t, db, get)
	}
}

func proposalRows(t *testing.T, db Database) {
	var all []safe.Proposal
	for i := range 4 {
		p := safe.Proposal{
			ID: safe.NewID[safe.ProposalID](), Safe: "safe", Mandate: "m", MediatorName: "Nadia", StructureName: "France Services", Doc: "d",
			Sealed: []byte{byte(i)}, Created: start().Add(time.Duration(i) * time.Second),
		}
		insert := func(tx safe.Tx) error { return tx.Proposals.Insert(t.Context(), p) }
		update(t, db, insert)
		wantKind(t, db.Update(t.Context(), insert), safe.AlreadyExists)
		all = append(all, p)
	}
	of := func(limit int) []safe.Proposal {
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Proposal, error) {
			return tx.Proposals.OfSafe(ctx, "safe", limit)
		})
	}
	wantEqual(t, of(9), all)
	wantEqual(t, of(2), all[:2])
	drop := func(of safe.SafeID) error {
		return db.Update(t.Context(), func(tx safe.Tx) error { return tx.Proposals.Delete(t.Context(), of, all[0].ID) })
	}
	wantKind(t, drop("other"), safe.NotFound)
	if err := drop("safe"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, drop("safe"), safe.NotFound)
	wantEqual(t, of(9), all[1:])
}
