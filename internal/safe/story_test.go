package safe_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// open does what a client does: grant, then document, verified to the end.
func open(t *testing.T, w *world, r safe.Release, reader *sealed.Identity) []byte {
	t.Helper()
	vk, err := sealed.ParseVK(r.VK)
	must(t, err)
	g, err := sealed.OpenGrant(r.Grant, reader, vk)
	must(t, err)
	return openWith(t, w, r.Version, g)
}

func openWith(t *testing.T, w *world, v safe.Version, g sealed.OpenedGrant) []byte {
	t.Helper()
	obj, err := w.OpenObject(w.ctx, v, 0, -1)
	must(t, err)
	defer obj.Close()
	b, err := io.ReadAll(obj)
	must(t, err)
	var out bytes.Buffer
	must(t, sealed.OpenDocument(&out, bytes.NewReader(b), g.Grant.Ref(), g.Key))
	return out.Bytes()
}

func checkProof(t *testing.T, w *world, p safe.Proof) journal.Event {
	t.Helper()
	e, _, err := journal.VerifyEvent(w.vkey, p.Event, p.Salt[:], p.Leaf)
	must(t, err)
	return e
}

func TestDocumentGoesInAndComesOutAndTheJournalSaysSo(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 200_000)

	r, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
	must(t, err)
	if !bytes.Equal(open(t, w, r, c.vault), d.plain) {
		t.Fatal("other bytes came out")
	}
	e := checkProof(t, w, r.Proof)
	if e.What != journal.WhatDocumentOpened || e.Doc != string(d.v.Doc) || e.Who.ID != string(c.Account) || e.Result != journal.ResultDone {
		t.Fatalf("the proven event is %+v", e)
	}

	page, err := w.Journal(w.ctx, c.Actor, "", 100)
	must(t, err)
	var whats []string
	for _, it := range page.Items {
		e, _, err := journal.VerifyEvent(w.vkey, it.Event, it.Salt[:], journal.Leaf{
			Index: it.Index, Size: sizeOf(t, w, page.Checkpoint), Path: it.Path, Checkpoint: string(page.Checkpoint),
		})
		must(t, err)
		whats = append(whats, e.What)
	}
	want := []string{
		journal.WhatDocumentOpened, journal.WhatDocumentAdded, journal.WhatSafeOpened, journal.WhatTerms, journal.WhatLogin,
	}
	if len(whats) != len(want) {
		t.Fatalf("journal holds %q, want %q", whats, want)
	}
	for i := range want {
		if whats[i] != want[i] {
			t.Fatalf("journal holds %q, want %q", whats, want)
		}
	}
}

func sizeOf(t *testing.T, w *world, checkpoint []byte) int64 {
	t.Helper()
	cp, err := journal.OpenCheckpoint(w.vkey, string(checkpoint))
	must(t, err)
	return cp.Size
}

func TestShareIsReadByItsReaderUntilItEnds(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	other := w.keyedMairie(t, "Département de la Brenne", "22360999900018")
	d := c.put(t, 5000)
	g := c.share(t, d, m)

	for _, who := range []safe.Actor{m.agent, m.system} {
		r, err := w.ReleaseGrant(w.ctx, who, g.ID)
		must(t, err)
		if !bytes.Equal(open(t, w, r, m.key), d.plain) {
			t.Fatal("other bytes came out")
		}
		e := checkProof(t, w, r.Proof)
		if e.Who.Name != who.Name || e.Who.AdministrationName != m.Name || e.Purpose != g.Purpose || e.Safe != string(c.Safe) {
			t.Fatalf("the release is journalled as %+v", e)
		}
		if _, err := journal.VerifyLeaf(w.vkey, r.Key.Entry, *r.Key); err != nil {
			t.Fatalf("key of the safe: %v", err)
		}
	}
	list, _, err := w.Grants(w.ctx, c.Actor, safe.Page{})
	must(t, err)
	if len(list) != 1 || list[0].Openings != 2 || list[0].Opened.IsZero() {
		t.Fatalf("the citizen sees %+v", list)
	}

	_, err = w.ReleaseGrant(w.ctx, other.agent, g.ID)
	wantKind(t, err, safe.NotFound)
	wantRefused(t, w, c.Safe, journal.WhatGrantReleased, "not-found", string(other.agent.Account))

	must(t, w.EndGrant(w.ctx, c.Actor, g.ID))
	must(t, w.EndGrant(w.ctx, c.Actor, g.ID)) // twice is once
	_, err = w.ReleaseGrant(w.ctx, m.agent, g.ID)
	wantKind(t, err, safe.Ended)
	wantRefused(t, w, c.Safe, journal.WhatGrantReleased, "ended", string(m.agent.Account))
	_, err = w.GrantContent(w.ctx, m.agent, g.ID)
	wantKind(t, err, safe.Ended)

	late := c.share(t, d, m)
	w.clock.add(31 * 24 * time.Hour)
	_, err = w.ReleaseGrant(w.ctx, m.system, late.ID)
	wantKind(t, err, safe.Expired)
	wantRefused(t, w, c.Safe, journal.WhatGrantReleased, "expired", string(m.system.System))

	ended := 0
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatGrantEnded {
			ended++
		}
	}
	if ended != 1 {
		t.Fatalf("%d events of one ended grant", ended)
	}
}

// wantRefused asks for a refused try on top of a safe's journal.
func wantRefused(t *testing.T, w *world, id safe.SafeID, what, reason, who string) {
	t.Helper()
	all := w.events(t, id)
	if len(all) == 0 {
		t.Fatal("the journal is empty")
	}
	if e := all[0]; e.What != what || e.Result != journal.ResultRefused || e.Reason != reason || e.Who.ID != who {
		t.Fatalf("on top of the journal: %s %s %q by %s; want %s refused %q by %s", e.What, e.Result, e.Reason, e.Who.ID, what, reason, who)
	}
}

func TestErasedIsGoneAtOnceForEverybody(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	d := c.put(t, 5000)
	g := c.share(t, d, m)
	must(t, c.change(t, w.Domain, nil, []safe.DocumentID{d.v.Doc}))

	_, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
	wantKind(t, err, safe.NotFound)
	_, err = w.Content(w.ctx, c.Actor, d.v.Doc)
	wantKind(t, err, safe.NotFound)
	_, err = w.ReleaseGrant(w.ctx, m.agent, g.ID)
	wantKind(t, err, safe.NotFound)
	_, err = w.GrantContent(w.ctx, m.agent, g.ID)
	wantKind(t, err, safe.NotFound)
	if n := w.blobs.count(); n != 0 {
		t.Fatalf("%d objects left after an erasure", n)
	}
	v, err := w.Figures(w.ctx, c.Actor)
	must(t, err)
	if v.Usage.Documents != 0 || v.Usage.Bytes != 0 {
		t.Fatalf("figures after the erasure: %+v", v.Usage)
	}
	sound(t, w)
}

func sound(t *testing.T, w *world) {
	t.Helper()
	r, err := w.CheckDeep(w.ctx)
	must(t, err)
	for _, f := range r.Findings {
		t.Errorf("check: %s", f)
	}
}

func TestDepositIsReadByItsHolderAlone(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)

	plain := bytes.Repeat([]byte("acte de naissance "), 10_000)
	in := safe.DepositInput{Key: newKey(), Name: "acte.pdf", Type: "application/pdf", Size: int64(len(plain)), Body: bytes.NewReader(plain)}
	receipt, err := w.Deposit(w.ctx, m.system, ad.ID, in)
	must(t, err)
	if sum := sha256.Sum256(plain); receipt.Content.SHA256 != hex.EncodeToString(sum[:]) || receipt.Content.Size != int64(len(plain)) {
		t.Fatal("the receipt speaks of other bytes")
	}
	e := checkProof(t, w, receipt.Proof)
	if e.What != journal.WhatDeposit || e.Administration != string(m.ID) || e.Safe != string(c.Safe) {
		t.Fatalf("the deposit is journalled as %+v", e)
	}
	for key, obj := range w.blobs.objs {
		if bytes.Contains(obj, []byte("acte de naissance")) {
			t.Fatalf("%s holds plain text", key)
		}
	}

	in.Body = bytes.NewReader(plain)
	again, err := w.Deposit(w.ctx, m.system, ad.ID, in)
	must(t, err)
	if again.Version.ID != receipt.Version.ID || !reflect.DeepEqual(again.Content, receipt.Content) || !bytes.Equal(again.Proof.Event, receipt.Proof.Event) {
		t.Fatal("a repetition gave another receipt")
	}
	changed := bytes.Clone(plain)
	changed[7] ^= 1
	in.Body = bytes.NewReader(changed)
	_, err = w.Deposit(w.ctx, m.system, ad.ID, in)
	wantKind(t, err, safe.KeyReused)
	in.Body, in.Name = bytes.NewReader(plain), "autre.pdf"
	_, err = w.Deposit(w.ctx, m.system, ad.ID, in)
	wantKind(t, err, safe.KeyReused)

	inbox, _, err := w.Inbox(w.ctx, c.Actor, safe.Page{})
	must(t, err)
	if len(inbox) != 1 || inbox[0].OriginName != m.Name || w.blobs.count() != 1 {
		t.Fatalf("inbox holds %d deposits, store %d objects", len(inbox), w.blobs.count())
	}
	r, err := w.ReleaseOwn(w.ctx, c.Actor, inbox[0].Doc)
	must(t, err)
	slip, err := sealed.OpenSlip(r.Grant, c.vault)
	must(t, err)
	if slip.Grant.Name != "acte.pdf" || slip.Grant.Origin != string(m.ID) || slip.Grant.Door != "gateway" {
		t.Fatalf("the slip says %+v", slip.Grant)
	}
	if !bytes.Equal(openWith(t, w, r.Version, slip), plain) {
		t.Fatal("other bytes came out")
	}

	d := &document{plain: plain, key: slip.Key, sum: r.Version.SHA256, v: r.Version, sealed: w.blobs.objs[r.Version.Object()]}
	must(t, c.change(t, w.Domain, []safe.Adoption{c.adoption(t, d)}, nil))
	if e := w.events(t, c.Safe)[0]; e.What != journal.WhatDocumentAdded || e.AdministrationName != m.Name {
		t.Fatalf("the adoption is journalled as %+v", e)
	}
	sound(t, w)
}

// silentLog is a log that publishes nothing.
type silentLog struct{ safe.Publisher }

func (silentLog) Await(context.Context, string) (journal.Record, journal.Leaf, error) {
	return journal.Record{}, journal.Leaf{}, context.DeadlineExceeded
}

func TestNoLeafNoKey(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	d := c.put(t, 500)
	g := c.share(t, d, m)
	mute := w.with(func(c *safe.Config) { c.Log = silentLog{w.log} })
	own, err := mute.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
	wantKind(t, err, safe.Unavailable)
	other, err := mute.ReleaseGrant(w.ctx, m.agent, g.ID)
	wantKind(t, err, safe.Unavailable)
	if own.Grant != nil || other.Grant != nil {
		t.Fatal("a grant was given without its leaf")
	}
	plan, err := mute.Export(w.ctx, c.Actor)
	wantKind(t, err, safe.Unavailable)
	if plan != nil {
		t.Fatal("an export was given without its leaf")
	}
	if e := w.events(t, c.Safe)[1]; e.What != journal.WhatGrantReleased || e.Result != journal.ResultDone {
		t.Fatalf("the journal rather says too much than too little, but it says %+v", e)
	}
}
