package safe_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// eventOf is the newest event of that kind in a safe's journal.
func (w *world) eventOf(t *testing.T, id safe.SafeID, what string) journal.Event {
	t.Helper()
	for _, e := range w.events(t, id) {
		if e.What == what && e.Result == journal.ResultDone {
			return e
		}
	}
	t.Fatalf("no event %s", what)
	return journal.Event{}
}

// TestTheJournalCommitsToContents (O2): what a client committed to at the
// upload is what the events of upload, share and release have; who has the key
// opens it, who has not is told nothing.
func TestTheJournalCommitsToContents(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	d := newDocument(t, 5000)
	c.upload(t, d)
	content := sealed.ContentOf(d.key, d.plain)
	commitment, err := content.Commitment()
	must(t, err)
	ad := c.adoption(t, d)
	for _, bad := range []string{"x", strings.Repeat("A", 64), commitment[:62]} {
		ad.Content = bad
		wantKind(t, c.change(t, w.Domain, []safe.Adoption{ad}, nil), safe.WrongForm)
	}
	ad.Content = commitment
	must(t, c.change(t, w.Domain, []safe.Adoption{ad}, nil))
	g := c.share(t, d, m)
	r, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
	must(t, err)
	if e := checkProof(t, w, r.Proof); e.Detail["content"] != commitment {
		t.Errorf("the release tells of content %q", e.Detail["content"])
	}
	for _, what := range []string{journal.WhatDocumentAdded, journal.WhatGrantCreated, journal.WhatGrantReleased} {
		if got := w.eventOf(t, c.Safe, what).Detail["content"]; got != commitment {
			t.Errorf("%s tells of content %q, want %q", what, got, commitment)
		}
	}
	sum := sha256.Sum256(d.plain)
	for _, e := range w.events(t, c.Safe) {
		b, err := e.Encode()
		must(t, err)
		if bytes.Contains(b, []byte(hex.EncodeToString(sum[:]))) {
			t.Errorf("%s tells the hash of a document", b)
		}
	}
	// A client of before sends none, and is served.
	old := c.put(t, 600)
	c.share(t, old, m)
	if got, there := w.eventOf(t, c.Safe, journal.WhatGrantCreated).Detail["content"]; there {
		t.Errorf("a content %q that nobody committed to", got)
	}
}

// TestADepositCommitsToItsContent: by the gateway at its own door. Depositor
// and holder open it, also after the answer was lost; the adoption keeps it
// whatever the adopting client says.
func TestADepositCommitsToItsContent(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)
	plain := bytes.Repeat([]byte("acte de naissance "), 1000)
	in := safe.DepositInput{Key: newKey(), Name: "acte.pdf", Size: int64(len(plain)), Body: bytes.NewReader(plain)}
	first, err := w.Deposit(w.ctx, m.system, ad.ID, in)
	must(t, err)
	in.Body = bytes.NewReader(plain)
	again, err := w.Deposit(w.ctx, m.system, ad.ID, in)
	must(t, err)
	e := checkProof(t, w, first.Proof)
	for what, r := range map[string]safe.DepositReceipt{"the receipt": first, "that of a repetition": again} {
		sum := sha256.Sum256(plain)
		if r.Content.SHA256 != hex.EncodeToString(sum[:]) || r.Content.Size != int64(len(plain)) {
			t.Errorf("%s speaks of other bytes", what)
		}
		if err := r.Content.Verify(e.Detail["content"]); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if hidden := hex.EncodeToString(first.Content.Nonce); strings.Contains(string(first.Proof.Event), hidden) {
		t.Error("the journal tells the nonce")
	}
	r, err := w.ReleaseOwn(w.ctx, c.Actor, first.Version.Doc)
	must(t, err)
	slip, err := sealed.OpenSlip(r.Grant, c.vault)
	must(t, err)
	if err := sealed.ContentOf(slip.Key, plain).Verify(e.Detail["content"]); err != nil {
		t.Errorf("the holder: %v", err)
	}
	d := &document{plain: plain, key: slip.Key, sum: r.Version.SHA256, v: r.Version, sealed: w.blobs.objs[r.Version.Object()]}
	adoption := c.adoption(t, d)
	adoption.Content = strings.Repeat("0", 64)
	must(t, c.change(t, w.Domain, []safe.Adoption{adoption}, nil))
	if got := w.eventOf(t, c.Safe, journal.WhatDocumentAdded).Detail["content"]; got != e.Detail["content"] {
		t.Errorf("the adoption tells of content %q", got)
	}
}
