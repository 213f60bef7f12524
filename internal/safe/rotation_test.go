package safe_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// office is an administration whose keyring is in the test's hand.
type office struct {
	*mairie
	ring *sealed.Keyring
	box  sealed.Container
}

func (w *world) office(t *testing.T, name, siret string) *office {
	t.Helper()
	o := &office{mairie: w.mairie(t, name, siret)}
	var err error
	o.ring, o.box = newKeyring(t, w, string(o.ID))
	_, err = w.PutAdministrationKeyring(w.ctx, o.agent, nil, o.box)
	must(t, err)
	o.root = o.ring.Root()
	o.key, err = o.ring.Vault()
	must(t, err)
	return o
}

// take puts the next keyring in the place of the one in use.
func (o *office) take(t *testing.T, w *world, ring *sealed.Keyring, box sealed.Container) *office {
	t.Helper()
	_, err := w.PutAdministrationKeyring(w.ctx, o.agent, at(o.box.Hash()), box)
	must(t, err)
	m := *o.mairie
	next := &office{mairie: &m, ring: ring, box: box}
	next.root = ring.Root()
	next.key, err = ring.Vault()
	must(t, err)
	return next
}

func (o *office) succeed(t *testing.T, w *world) *office {
	t.Helper()
	ring, box, err := o.ring.Succeed()
	must(t, err)
	return o.take(t, w, ring, box)
}

func (o *office) vk() []byte { vk := o.root.VK(); return vk[:] }

// TestAnAdministrationReplacesItsKey: the log says that the former root wants it
// and until when that one counts; what was sealed before opens as before.
func TestAnAdministrationReplacesItsKey(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	o := w.office(t, "Université de Valmont", "19370999900011")
	d := c.put(t, 3000)
	live := c.share(t, d, o.mairie)
	w.clock.add(time.Hour)
	next := o.succeed(t, w)
	last := next.succeed(t, w)

	keys, err := w.AdministrationKeys(w.ctx, o.ID)
	must(t, err)
	if len(keys) != 3 || !bytes.Equal(keys[0].VK, last.vk()) || !bytes.Equal(keys[1].VK, next.vk()) || !bytes.Equal(keys[2].VK, o.vk()) {
		t.Fatalf("keys: %+v", keys)
	}
	for i, k := range keys {
		fact, err := journal.ParseKeyFact(k.Key.Entry)
		must(t, err)
		if _, err := journal.VerifyLeaf(w.vkey, k.Key.Entry, *k.Key); err != nil || fact.ID != string(o.ID) || fact.Name != "Université de Valmont" {
			t.Errorf("key %d: %+v, %v", i, fact, err)
		}
		if (k.Ended == nil) != (i == 0) {
			t.Errorf("key %d ended: %v", i, k.Ended)
		}
	}
	step, err := journal.ParseSuccessionFact(keys[2].Ended.Entry)
	must(t, err)
	if _, err := journal.VerifyLeaf(w.vkey, keys[2].Ended.Entry, *keys[2].Ended); err != nil || step.Time != stamp(w.clock.now()) || step.Epoch != 2 {
		t.Errorf("succession: %+v, %v", step, err)
	}
	if err := sealed.VerifySuccession(string(o.ID), sealed.VK(o.vk()), sealed.VK(next.vk()), step.Epoch, step.Signature); err != nil {
		t.Error(err)
	}
	rel, err := w.ReleaseGrant(w.ctx, o.agent, live.ID)
	must(t, err)
	if former := last.ring.Vaults()[2]; !bytes.Equal(open(t, w, rel, former), d.plain) {
		t.Error("what was sealed before does not open")
	}
	if again, err := w.PutAdministrationKeyring(w.ctx, o.agent, at(next.box.Hash()), last.box); err != nil || again.Hash != last.box.Hash() {
		t.Errorf("the same again, whose answer was lost: %v", err)
	}
	sound(t, w)
}

// TestAKeyThatIsNotPublicYetIsWaitedFor: whoever verifies gets all keys or is told
// to try again, never a line without its end, or no key of an administration that
// has one.
func TestAKeyThatIsNotPublicYetIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Université de Valmont", "19370999900011")
	none := w.with(func(cfg *safe.Config) { cfg.Log = behind{w.log, 0} })
	if keys, err := none.AdministrationKeys(w.ctx, o.ID); !safe.IsKind(err, safe.Unavailable) {
		t.Errorf("its first key is not public: %+v, %v", keys, err)
	}
	next := o.succeed(t, w)
	h, err := w.log.Head(w.ctx)
	must(t, err)
	before := h.Size
	next.succeed(t, w)
	away := w.with(func(cfg *safe.Config) { cfg.Log = behind{w.log, before} })
	if keys, err := away.AdministrationKeys(w.ctx, o.ID); !safe.IsKind(err, safe.Unavailable) {
		t.Errorf("its third key is not public: %+v, %v", keys, err)
	}
	if keys, err := w.AdministrationKeys(w.ctx, o.ID); err != nil || len(keys) != 3 {
		t.Errorf("all are public: %+v, %v", keys, err)
	}
	without := w.mairie(t, "Mairie de Valmont", "21370999900015")
	if keys, err := none.AdministrationKeys(w.ctx, without.ID); err != nil || len(keys) != 0 {
		t.Errorf("it has no key: %+v, %v", keys, err)
	}
}

// TestAKeyIsReplacedOnlyByItsOwnRoot: who has a referent's session and no key puts
// no other key in its place.
func TestAKeyIsReplacedOnlyByItsOwnRoot(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Université de Valmont", "19370999900011")
	_, alien := newKeyring(t, w, string(o.ID))
	alien.Epoch = 2
	_, err := w.PutAdministrationKeyring(w.ctx, o.agent, at(o.box.Hash()), alien)
	wantKind(t, err, safe.Invalid)
	next := o.succeed(t, w)
	_, box, err := o.ring.Succeed() // by a colleague who had not heard of it
	must(t, err)
	_, err = w.PutAdministrationKeyring(w.ctx, o.agent, at(o.box.Hash()), box)
	wantKind(t, err, safe.Stale)
	_, err = w.PutAdministrationKeyring(w.ctx, o.agent, at(next.box.Hash()), box)
	wantKind(t, err, safe.Invalid)
	forged, spoiled, err := next.ring.Succeed()
	must(t, err)
	_ = forged
	spoiled.Line[0].Signature = slices.Clone(spoiled.Line[0].Signature)
	spoiled.Line[0].Signature[5] ^= 1
	_, err = w.PutAdministrationKeyring(w.ctx, o.agent, at(next.box.Hash()), spoiled)
	if err == nil {
		t.Error("a line that nobody signed was taken")
	}
	_, err = w.PutAdministrationKeyring(w.ctx, o.system, at(next.box.Hash()), box)
	wantKind(t, err, safe.Forbidden)
}

// TestAKeyRotatedWhileGranting: what a citizen has sealed to the key of a moment
// ago is taken for a day, then she is told to try again; without another root, too.
func TestAKeyRotatedWhileGranting(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	o := w.office(t, "Mairie de Valmont", "21370999900015")
	d := c.put(t, 3000)
	former := o.key.Recipient().Fingerprint()
	ring, box, err := o.ring.Rotate()
	must(t, err)
	next := o.take(t, w, ring, box).succeed(t, w)
	share := func(recipient string) error {
		n := c.newGrant(t, d, o.mairie)
		n.Recipient = recipient
		_, err := w.Share(w.ctx, c.Actor, n)
		return err
	}
	must(t, share(former))
	must(t, share(""))
	w.clock.add(safe.DefaultOverlap - time.Second)
	must(t, share(former))
	w.clock.add(2 * time.Second)
	wantReason(t, share(former), safe.Stale, safe.ReasonKeyRotated)
	wantReason(t, share("ab"), safe.Stale, safe.ReasonKeyRotated)
	must(t, share(next.key.Recipient().Fingerprint()))
}

// TestAnAgentWhoLeavesIsCutOff: at once, and nothing changes for the citizens.
func TestAnAgentWhoLeavesIsCutOff(t *testing.T) {
	w := appointing(t)
	c := w.citizen(t, "angela")
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	referent, leaver := m.agent, w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), referent, safe.Referent)
	w.appoint(t, referent, leaver, safe.AgentRole)
	ring, box := newKeyring(t, w, string(m.ID))
	_, err := w.PutAdministrationKeyring(w.ctx, referent, nil, box)
	must(t, err)
	m.key, err = ring.Vault()
	must(t, err)
	d := c.put(t, 3000)
	g := c.share(t, d, m)
	_, err = w.ReleaseGrant(w.ctx, leaver, g.ID)
	must(t, err)
	_, err = w.AdministrationKeyring(w.ctx, leaver)
	must(t, err)

	w.appoint(t, referent, leaver, safe.NoRole)
	_, err = w.ReleaseGrant(w.ctx, leaver, g.ID)
	wantReason(t, err, safe.Forbidden, safe.ReasonAgentLeft)
	_, err = w.GrantContent(w.ctx, leaver, g.ID)
	wantReason(t, err, safe.Forbidden, safe.ReasonAgentLeft)
	_, err = w.AdministrationKeyring(w.ctx, leaver)
	wantReason(t, err, safe.Forbidden, safe.ReasonAgentLeft)
	_, err = w.PutAdministrationKeyring(w.ctx, leaver, at(box.Hash()), box)
	wantReason(t, err, safe.Forbidden, safe.ReasonAgentLeft)

	rel, err := w.ReleaseGrant(w.ctx, referent, g.ID)
	must(t, err)
	if !bytes.Equal(open(t, w, rel, m.key), d.plain) {
		t.Error("his colleague does not open what she could open")
	}
	if keys, err := w.AdministrationKeys(w.ctx, m.ID); err != nil || len(keys) != 1 {
		t.Errorf("the key is another one: %+v, %v", keys, err)
	}
}

func at(hash [32]byte) *[32]byte { return &hash }
