package safe_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// successor is the next root with what it has signed, as her client makes it.
func (c *citizen) successor(t *testing.T, to *mairie, shares map[safe.GrantID]*document) (*citizen, safe.Succession) {
	t.Helper()
	next := *c
	var err error
	next.ring, next.keyring, err = c.ring.Succeed()
	must(t, err)
	next.vault, err = next.ring.Vault()
	must(t, err)
	next.manifest.Epoch, next.manifest.Previous = c.manifest.Epoch+1, hex.EncodeToString(c.hash[:])
	n := safe.Succession{Keyring: next.keyring, Match: c.hash, Epoch: next.manifest.Epoch, Manifest: next.sealManifest(t)}
	next.hash = sha256.Sum256(n.Manifest)
	for id, d := range shares {
		n.Grants = append(n.Grants, safe.Regrant{ID: id, Grant: next.sealGrant(t, d, string(to.ID), to.key.Recipient())})
	}
	return &next, n
}

// TestARootHasASuccessor: keyring, manifest and shares in force change in one
// step. What the old root signs afterwards is refused, with a session or without.
func TestARootHasASuccessor(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	d := c.put(t, 3000)
	live, ended := c.share(t, d, m), c.share(t, d, m)
	must(t, w.EndGrant(w.ctx, c.Actor, ended.ID))
	next, n := c.successor(t, m, map[safe.GrantID]*document{live.ID: d})
	before := len(w.events(t, c.Safe))
	got, err := w.Succeed(w.ctx, c.Actor, c.keyring.Hash(), n)
	must(t, err)
	if again, err := w.Succeed(w.ctx, c.Actor, c.keyring.Hash(), n); err != nil || again.Hash != got.Hash { // its answer was lost
		t.Fatalf("the same succession again: %v", err)
	}
	e := w.events(t, c.Safe)
	if len(e) != before+1 || e[0].What != journal.WhatRootChanged || e[0].Detail["grants"] != "1" || e[0].Detail["epoch"] != "2" {
		t.Errorf("the journal says %+v", e[0])
	}

	rel, err := w.ReleaseGrant(w.ctx, m.agent, live.ID)
	must(t, err)
	vk := next.ring.Root().VK()
	if !bytes.Equal(rel.VK, vk[:]) || !bytes.Equal(open(t, w, rel, m.key), d.plain) {
		t.Error("the administration does not open what it had")
	}
	v, err := w.Figures(w.ctx, c.Actor)
	must(t, err)
	if _, err := journal.VerifyLeaf(w.vkey, v.Key.Entry, *v.Key); err != nil {
		t.Error(err)
	}
	if f, err := journal.ParseKeyFact(v.Key.Entry); err != nil || f.Epoch != 2 {
		t.Errorf("the log says %+v, %v", f, err)
	}

	// The thief has the old root and a session.
	thief := *c
	thief.hash, thief.manifest = next.hash, next.manifest
	wantKind(t, thief.send(t, safe.Change{Erase: []safe.DocumentID{d.v.Doc}}), safe.Forbidden)
	_, box, err := c.ring.Reseal([]sealed.NewUnlocker{{Kind: "paper", P: sealed.NewSecret()}}, nil, w.clock.now())
	must(t, err)
	_, err = w.PutKeyring(w.ctx, c.Actor, got.Hash, box)
	wantKind(t, err, safe.Invalid)
	_, rival := c.successor(t, m, map[safe.GrantID]*document{live.ID: d})
	rival.Match, rival.Epoch = next.hash, next.manifest.Epoch+1
	_, err = w.Succeed(w.ctx, c.Actor, got.Hash, rival)
	wantKind(t, err, safe.Invalid)
	old := c.newGrant(t, d, m)
	oldVK := c.ring.Root().VK()
	old.VK = oldVK[:]
	_, err = w.Share(w.ctx, c.Actor, old)
	wantKind(t, err, safe.Stale)

	// The holder goes on.
	must(t, next.send(t, safe.Change{Reseal: []safe.Adoption{next.adoption(t, d)}}))
	fresh := next.newGrant(t, d, m)
	fresh.VK = vk[:]
	_, err = w.Share(w.ctx, c.Actor, fresh)
	must(t, err)
	_, box, err = next.ring.Reseal([]sealed.NewUnlocker{{Kind: "paper", P: sealed.NewSecret()}}, nil, w.clock.now())
	must(t, err)
	bare := box
	bare.Line = nil
	_, err = w.PutKeyring(w.ctx, c.Actor, got.Hash, bare)
	wantKind(t, err, safe.Forbidden) // the signature is over the line
	_, err = w.PutKeyring(w.ctx, c.Actor, got.Hash, box)
	must(t, err)
	sound(t, w)
}

// TestASuccessionIsAllOrNothing: whatever is not as it was when it was made
// sends the client back; nothing has changed.
func TestASuccessionIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie de Valmont", "21370999900015")
	d := c.put(t, 3000)
	g := c.share(t, d, m)
	_, good := c.successor(t, m, map[safe.GrantID]*document{g.ID: d})
	stranger := w.citizen(t, "minh")
	_, theirs := stranger.successor(t, m, nil)
	bare := good.Keyring
	for name, tc := range map[string]struct {
		spoil func(*safe.Succession)
		want  safe.Kind
	}{
		"no grant":      {func(n *safe.Succession) { n.Grants = nil }, safe.Stale},
		"another grant": {func(n *safe.Succession) { n.Grants = []safe.Regrant{{ID: safe.NewID[safe.GrantID](), Grant: d.grant}} }, safe.Stale},
		"one too many": {func(n *safe.Succession) {
			n.Grants = append(n.Grants[:1:1], safe.Regrant{ID: safe.NewID[safe.GrantID](), Grant: d.grant})
		}, safe.Stale},
		"a grant twice":       {func(n *safe.Succession) { n.Grants = append(n.Grants[:1:1], n.Grants[0]) }, safe.Invalid},
		"a grant of no form":  {func(n *safe.Succession) { n.Grants = []safe.Regrant{{ID: g.ID, Grant: []byte("x")}} }, safe.WrongForm},
		"another manifest":    {func(n *safe.Succession) { n.Match[0] ^= 1 }, safe.Stale},
		"manifest's epoch":    {func(n *safe.Succession) { n.Epoch++ }, safe.Invalid},
		"manifest of no form": {func(n *safe.Succession) { n.Manifest = []byte("x") }, safe.WrongForm},
		"another's keyring":   {func(n *safe.Succession) { n.Keyring = theirs.Keyring }, safe.Invalid},
		"no line":             {func(n *safe.Succession) { n.Keyring = bare; n.Keyring.Line = nil }, safe.Forbidden},
		"the same root": {func(n *safe.Succession) {
			_, n.Keyring, _ = c.ring.Reseal([]sealed.NewUnlocker{{Kind: "paper", P: sealed.NewSecret()}}, nil, w.clock.now())
		}, safe.Invalid},
		"no signature": {func(n *safe.Succession) { n.Keyring.Signature = nil }, safe.Forbidden},
		"two steps": {func(n *safe.Succession) {
			once, _, err := c.ring.Succeed()
			must(t, err)
			_, n.Keyring, err = once.Succeed()
			must(t, err)
		}, safe.Invalid},
	} {
		n := good
		tc.spoil(&n)
		if _, err := w.Succeed(w.ctx, c.Actor, c.keyring.Hash(), n); !safe.IsKind(err, tc.want) {
			t.Errorf("%s: %v, want kind %d", name, err, tc.want)
		}
	}
	_, err := w.Succeed(w.ctx, c.Actor, [32]byte{1}, good)
	wantKind(t, err, safe.Stale)
	_, err = w.Succeed(w.ctx, m.agent, c.keyring.Hash(), good)
	wantKind(t, err, safe.Forbidden)

	// Another share, or an end, between the list and the succession.
	late := c.share(t, d, m)
	_, err = w.Succeed(w.ctx, c.Actor, c.keyring.Hash(), good)
	wantKind(t, err, safe.Stale)
	_, both := c.successor(t, m, map[safe.GrantID]*document{g.ID: d, late.ID: d})
	must(t, w.EndGrant(w.ctx, c.Actor, g.ID))
	_, err = w.Succeed(w.ctx, c.Actor, c.keyring.Hash(), both)
	wantKind(t, err, safe.Stale)
	w.clock.add(31 * 24 * time.Hour) // both are past
	rel, err := w.Keyring(w.ctx, c.Actor)
	must(t, err)
	if rel.Hash != c.keyring.Hash() || !readable(t, w, c, d) {
		t.Error("something has changed")
	}
	none, n := c.successor(t, m, nil)
	_, err = w.Succeed(w.ctx, c.Actor, c.keyring.Hash(), n)
	must(t, err)
	must(t, none.send(t, safe.Change{}))
	sound(t, w)
}
