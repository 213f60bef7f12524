package safe_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// cut breaks off after n bytes, as a connection does.
type cut struct {
	r io.Reader
	n int64
}

func (c *cut) Read(p []byte) (int, error) {
	if c.n <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.n)])
	c.n -= int64(n)
	return n, err
}

func TestWrongUploadsLeaveNothingAndCanBeTriedAgain(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := newDocument(t, 100_000)
	size := int64(len(d.sealed))
	v, err := w.Reserve(w.ctx, c.Actor, newKey(), "", size)
	must(t, err)
	other := newDocument(t, 100_000)
	x25519 := bytes.Replace(bytes.Clone(d.sealed), []byte("-> mlkem768x25519 "), []byte("-> X25519 aaaaaaaaaa "), 1)[:size]

	for _, bad := range []struct {
		name   string
		body   io.Reader
		length int64
		sum    [32]byte
		kind   safe.Kind
	}{
		{"announces more", bytes.NewReader(d.sealed), size + 1, d.sum, safe.WrongLength},
		{"announces less", bytes.NewReader(d.sealed), size - 1, d.sum, safe.WrongLength},
		{"sends less", bytes.NewReader(d.sealed[:size-1]), size, d.sum, safe.WrongLength},
		{"sends more", io.MultiReader(bytes.NewReader(d.sealed), strings.NewReader("x")), size, d.sum, safe.WrongLength},
		{"is cut in the header", &cut{bytes.NewReader(d.sealed), 100}, size, d.sum, safe.WrongLength},
		{"is cut in the payload", &cut{bytes.NewReader(d.sealed), size - 10}, size, d.sum, safe.WrongLength},
		{"has another hash", bytes.NewReader(other.sealed), size, d.sum, safe.WrongHash},
		{"is not age", bytes.NewReader(bytes.Repeat([]byte("a"), int(size))), size, d.sum, safe.WrongForm},
		{"is for another kind of key", bytes.NewReader(x25519), size, d.sum, safe.WrongForm},
	} {
		t.Run(bad.name, func(t *testing.T) {
			_, err := w.Store(w.ctx, c.Actor, v.Doc, v.ID, bad.body, bad.length, bad.sum)
			wantKind(t, err, bad.kind)
			if w.blobs.count() != 0 {
				t.Fatal("an object was left behind")
			}
			e := w.events(t, c.Safe)[0]
			if e.What != journal.WhatDocumentAdded || e.Result != journal.ResultRefused {
				t.Fatalf("the failed try is journalled as %+v", e)
			}
			sound(t, w)
		})
	}
	for range 2 { // the second time is a repetition
		d.v, err = w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(d.sealed), size, d.sum)
		must(t, err)
	}
	_, err = w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(other.sealed), size, other.sum)
	wantKind(t, err, safe.AlreadyExists)
	_, err = w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(other.sealed), size, d.sum)
	wantKind(t, err, safe.WrongHash) // the sum was right, the bytes were not
	must(t, c.change(t, w.Domain, []safe.Adoption{c.adoption(t, d)}, nil))
}

// TestAnUploadThatWasCutOffIsTakenUpOnlyWithTheSameBytes: the gateway died
// between object and row.
func TestAnUploadThatWasCutOffIsTakenUpOnlyWithTheSameBytes(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d, other := newDocument(t, 1000), newDocument(t, 1000)
	size := int64(len(d.sealed))
	v, err := w.Reserve(w.ctx, c.Actor, newKey(), "", size)
	must(t, err)
	w.blobs.set(v.Object(), d.sealed)
	_, err = w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(other.sealed), size, other.sum)
	wantKind(t, err, safe.AlreadyExists)
	got, err := w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(d.sealed), size, d.sum)
	must(t, err)
	if got.State != safe.Stored || got.SHA256 != d.sum {
		t.Fatalf("the version is %s with hash %x", got.State, got.SHA256)
	}
	sound(t, w)
}

func TestLimitsAreSaidBeforeAnyByte(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.mairie(t, "Mairie", "21370999900015")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)
	limit := func(err error, k safe.Kind, want int64) {
		t.Helper()
		wantKind(t, err, k)
		if e := asError(err); e.Limit != want {
			t.Fatalf("limit said is %d, want %d", e.Limit, want)
		}
	}
	_, err = w.Reserve(w.ctx, c.Actor, newKey(), "", sealed.SealedSize(2*mib)+1)
	limit(err, safe.DocumentTooLarge, 2*mib)
	_, err = w.Reserve(w.ctx, c.Actor, newKey(), "", 10)
	wantKind(t, err, safe.Empty)
	for range 2 {
		_, err = w.Reserve(w.ctx, c.Actor, newKey(), "", sealed.SealedSize(2*mib))
		must(t, err)
	}
	_, err = w.Reserve(w.ctx, c.Actor, newKey(), "", sealed.SealedSize(2*mib))
	limit(err, safe.SafeFull, 6*mib)
	deposit := func(n int64) error {
		_, err := w.Deposit(w.ctx, m.system, ad.ID, safe.DepositInput{Key: newKey(), Name: "a", Size: n, Body: failing{t}})
		return err
	}
	limit(deposit(2*mib+1), safe.DocumentTooLarge, 2*mib)
	limit(deposit(2*mib), safe.SafeFull, 6*mib)
	wantKind(t, deposit(0), safe.Empty)
	wantKind(t, deposit(-1), safe.Invalid)

	w.clock.add(25 * time.Hour) // reservations lapse and give their room back
	_, err = w.Scrub(w.ctx)
	must(t, err)
	_, err = w.Reserve(w.ctx, c.Actor, newKey(), "", sealed.SealedSize(2*mib))
	must(t, err)
}

// failing is a body that nobody may read.
type failing struct{ t *testing.T }

func (f failing) Read([]byte) (int, error) {
	f.t.Error("the body was read before the limit was said")
	return 0, io.EOF
}

func TestWrongDepositsLeaveNothing(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.mairie(t, "Mairie", "21370999900015")
	stranger := w.mairie(t, "Université", "19370999900012")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)
	plain := bytes.Repeat([]byte("x"), 300_000)
	good := safe.DepositInput{Key: newKey(), Name: "acte.pdf", Type: "application/pdf", Size: 300_000}
	for _, bad := range []struct {
		name   string
		who    safe.Actor
		change func(*safe.DepositInput)
		body   io.Reader
		kind   safe.Kind
		reason string
	}{
		{"by a stranger", stranger.system, nil, failing{t}, safe.NotFound, "not-found"},
		{"by a citizen", c.Actor, nil, failing{t}, safe.Forbidden, "forbidden"},
		{"too short", m.system, nil, bytes.NewReader(plain[1:]), safe.WrongLength, "wrong-length"},
		{"too long", m.system, nil, io.MultiReader(bytes.NewReader(plain), strings.NewReader("y")), safe.WrongLength, "wrong-length"},
		{"cut", m.system, nil, &cut{bytes.NewReader(plain), 150_000}, safe.WrongLength, "wrong-length"},
		{"with a long name", m.system, func(in *safe.DepositInput) { in.Name = strings.Repeat("n", 4096) }, failing{t}, safe.Invalid, ""},
		{"with control characters", m.system, func(in *safe.DepositInput) { in.Name = "a\nb" }, failing{t}, safe.Invalid, ""},
		{"with a path", m.system, func(in *safe.DepositInput) { in.Name = "../a" }, failing{t}, safe.Invalid, ""},
		{"with a type that is none", m.system, func(in *safe.DepositInput) { in.Type = "pdf;;" }, failing{t}, safe.Invalid, ""},
		{"with a short key", m.system, func(in *safe.DepositInput) { in.Key = "1" }, failing{t}, safe.Invalid, ""},
	} {
		t.Run(bad.name, func(t *testing.T) {
			in := good
			in.Body = bad.body
			if bad.change != nil {
				bad.change(&in)
			}
			_, err := w.Deposit(w.ctx, bad.who, ad.ID, in)
			wantKind(t, err, bad.kind)
			if bad.reason != "" {
				wantRefused(t, w, c.Safe, journal.WhatDeposit, bad.reason, actorID(bad.who))
			}
			if w.blobs.count() != 0 {
				t.Fatal("an object was left behind")
			}
			v, err := w.Figures(w.ctx, c.Actor)
			must(t, err)
			if v.Usage.Bytes != 0 {
				t.Fatalf("%d bytes of room are still held", v.Usage.Bytes)
			}
		})
	}
	in := good
	in.Body = bytes.NewReader(plain)
	_, err = w.Deposit(w.ctx, m.system, ad.ID, in) // the same key, after all these
	must(t, err)
	must(t, w.EndAddress(w.ctx, c.Actor, ad.ID))
	in.Key, in.Body = newKey(), failing{t}
	_, err = w.Deposit(w.ctx, m.system, ad.ID, in)
	wantKind(t, err, safe.Ended)
	wantRefused(t, w, c.Safe, journal.WhatDeposit, "ended", actorID(m.system))
}

func actorID(a safe.Actor) string {
	if a.Kind == safe.System {
		return string(a.System)
	}
	return string(a.Account)
}

func TestTriesOnWhatIsNotThereLookLikeTriesOnWhatIsNotYours(t *testing.T) {
	w := newWorld(t)
	owner, stranger := w.citizen(t, "angela"), w.citizen(t, "marcel")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	other := w.keyedMairie(t, "Université", "19370999900012")
	d := owner.put(t, 1000)
	g := owner.share(t, d, m)
	foreign := []error{}
	missing := []error{}
	try := func(f func(safe.DocumentID, safe.VersionID, safe.GrantID) error) {
		foreign = append(foreign, f(d.v.Doc, d.v.ID, g.ID))
		missing = append(missing, f(safe.NewID[safe.DocumentID](), safe.NewID[safe.VersionID](), safe.NewID[safe.GrantID]()))
	}
	a := stranger.Actor
	try(func(doc safe.DocumentID, _ safe.VersionID, _ safe.GrantID) error {
		_, err := w.ReleaseOwn(w.ctx, a, doc)
		return err
	})
	try(func(doc safe.DocumentID, _ safe.VersionID, _ safe.GrantID) error {
		_, err := w.Document(w.ctx, a, doc)
		return err
	})
	try(func(doc safe.DocumentID, _ safe.VersionID, _ safe.GrantID) error {
		_, err := w.Reserve(w.ctx, a, newKey(), doc, 5000)
		return err
	})
	try(func(doc safe.DocumentID, v safe.VersionID, _ safe.GrantID) error {
		_, err := w.Store(w.ctx, a, doc, v, failing{t}, 5000, [32]byte{})
		return err
	})
	try(func(doc safe.DocumentID, v safe.VersionID, _ safe.GrantID) error {
		return stranger.change(t, w.Domain, []safe.Adoption{{Doc: doc, Version: v, Grant: d.grant}}, nil)
	})
	try(func(doc safe.DocumentID, _ safe.VersionID, _ safe.GrantID) error {
		return stranger.change(t, w.Domain, nil, []safe.DocumentID{doc})
	})
	try(func(doc safe.DocumentID, v safe.VersionID, _ safe.GrantID) error {
		n := owner.newGrant(t, d, m)
		n.Doc, n.Version = doc, v
		_, err := w.Share(w.ctx, a, n)
		return err
	})
	try(func(_ safe.DocumentID, _ safe.VersionID, g safe.GrantID) error { return w.EndGrant(w.ctx, a, g) })
	try(func(_ safe.DocumentID, _ safe.VersionID, g safe.GrantID) error {
		_, err := w.ReleaseGrant(w.ctx, other.agent, g)
		return err
	})
	try(func(_ safe.DocumentID, _ safe.VersionID, g safe.GrantID) error {
		_, err := w.GrantContent(w.ctx, other.system, g)
		return err
	})
	for i := range foreign {
		if !safe.IsKind(foreign[i], safe.NotFound) || !safe.IsKind(missing[i], safe.NotFound) {
			t.Errorf("try %d: foreign %v, missing %v", i, foreign[i], missing[i])
		}
	}
	for _, e := range w.events(t, owner.Safe) {
		if e.Who.ID == string(a.Account) {
			t.Errorf("another citizen's try is in the owner's journal: %+v", e)
		}
	}
}
