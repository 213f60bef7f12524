package safe_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// trial is one act, tried through ports that break, then looked at, then
// tried again as a client would.
type trial struct {
	// act is tried, with everything it needs drawn beforehand. A second try
	// sends exactly the same.
	act func(w *world) error
	// visible is called after each try; acknowledged says that act was nil
	// once. It fails when something is half-done or was lost.
	visible func(t *testing.T, w *world, acknowledged bool)
}

// TestEveryPortCallCanBreak breaks each call of each port in turn, in every
// mode, at every step of each act. After each: check is content, nothing
// acknowledged is lost, nothing half-done is to be seen; the same act tried
// again succeeds; and once time has passed scrub leaves exactly what is kept.
func TestEveryPortCallCanBreak(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, w *world, c *citizen, m *mairie) trial{
		"upload": uploadTrial, "deposit": depositTrial, "change": changeTrial,
		"erase": eraseTrial, "release": releaseTrial, "share": shareTrial,
		"answer": answerTrial,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.citizen(t, "angela")
			m := w.keyedMairie(t, "Mairie", "21370999900015")
			for _, md := range []mode{failBefore, failAfter, killBefore, killAfter} {
				broke := 0
				for n := 1; ; n++ {
					f := &faults{mode: md, n: n}
					try(t, w, f, prepare(t, w, c, m))
					if f.hit == "" {
						break
					}
					broke++
				}
				if broke < 5 {
					t.Fatalf("only %d calls were broken: this test looks at the wrong ports", broke)
				}
				w.clock.add(26 * time.Hour)
				tidy(t, w)
			}
		})
	}
}

func try(t *testing.T, w *world, f *faults, tr trial) {
	t.Helper()
	brittle := w.with(func(c *safe.Config) {
		c.Rows, c.Blobs, c.Log = faultyRows{f, w.db}, faultyBlobs{w.blobs, f}, faultyLog{w.log, f}
	})
	err := tr.act(brittle)
	defer func() {
		if t.Failed() {
			t.Logf("when %s (call %d) %s; the act said %v", f.hit, f.n, f.mode, err)
		}
	}()
	if f.hit != "" && err != nil && !safe.IsKind(err, safe.Unavailable) {
		t.Errorf("an outage was reported as %v", err)
	}
	sound(t, w)
	tr.visible(t, w, err == nil)
	must(t, tr.act(w)) // after the restart, the same again
	tr.visible(t, w, true)
	if t.Failed() {
		t.FailNow()
	}
}

// tidy scrubs, and asks that exactly the readable versions have an object.
func tidy(t *testing.T, w *world) {
	t.Helper()
	r, err := w.Scrub(w.ctx)
	must(t, err)
	if len(r.Findings) > 0 {
		t.Fatalf("after scrub: %v", r.Findings)
	}
	if r.Pending != 0 || r.Objects != r.Versions {
		t.Fatalf("after scrub: %d pending, %d objects for %d versions", r.Pending, r.Objects, r.Versions)
	}
}

// readable says whether the holder gets the document, and fails on anything
// between all and nothing.
func readable(t *testing.T, w *world, c *citizen, d *document) bool {
	t.Helper()
	r, err := w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
	if safe.IsKind(err, safe.NotFound) {
		return false
	}
	must(t, err)
	if !bytes.Equal(open(t, w, r, c.vault), d.plain) {
		t.Error("other bytes came out")
	}
	return true
}

func nextManifest(t *testing.T, c *citizen) (sealed.Manifest, []byte) {
	t.Helper()
	m := c.manifest
	m.Epoch++
	m.Previous = fmt.Sprintf("%x", c.hash)
	body, err := m.Seal(c.ring.Root(), c.vault.Recipient())
	must(t, err)
	return m, body
}

// moved makes the citizen's client know the manifest that the server has.
func (c *citizen) moved(t *testing.T, w *world, m sealed.Manifest, body []byte) (moved bool) {
	t.Helper()
	have, err := w.Manifest(w.ctx, c.Actor)
	must(t, err)
	if have.Hash == sha256.Sum256(body) {
		c.manifest, c.hash = m, have.Hash
		return true
	}
	if have.Hash != c.hash {
		t.Error("the manifest is neither the old nor the new one")
	}
	return false
}

func uploadTrial(t *testing.T, _ *world, c *citizen, _ *mairie) trial {
	t.Helper()
	d, key := newDocument(t, 600), newKey()
	var body []byte
	var m sealed.Manifest
	match := c.hash
	return trial{
		act: func(w *world) error {
			v, err := w.Reserve(w.ctx, c.Actor, key, "", int64(len(d.sealed)))
			if err != nil {
				return err
			}
			if d.v, err = w.Store(w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(d.sealed), int64(len(d.sealed)), d.sum); err != nil {
				d.v = v
				return err
			}
			if body == nil {
				m, body = nextManifest(t, c)
				c.adoption(t, d)
			}
			_, err = w.Change(w.ctx, c.Actor, match, c.signedOn(t, match, safe.Change{
				Epoch: m.Epoch, Sealed: body, Adopt: []safe.Adoption{{Doc: d.v.Doc, Version: d.v.ID, Grant: d.grant}},
			}))
			return err
		},
		visible: func(t *testing.T, w *world, acknowledged bool) {
			t.Helper()
			there := d.v.Doc != "" && readable(t, w, c, d)
			moved := body != nil && c.moved(t, w, m, body)
			if acknowledged && !there {
				t.Error("an acknowledged document is lost")
			}
			if there != moved {
				t.Errorf("half a change is to be seen: document %v, manifest %v", there, moved)
			}
		},
	}
}

func depositTrial(t *testing.T, w *world, c *citizen, m *mairie) trial {
	t.Helper()
	all, err := w.Addresses(w.ctx, c.Actor)
	must(t, err)
	if len(all) == 0 {
		ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
		must(t, err)
		all = append(all, ad)
	}
	plain := newDocument(t, 700).plain
	in := safe.DepositInput{Key: newKey(), Name: "acte.pdf", Size: int64(len(plain))}
	before := len(inbox(t, w, c))
	return trial{
		act: func(w *world) error {
			in.Body = bytes.NewReader(plain)
			_, err := w.Deposit(w.ctx, m.system, all[0].ID, in)
			return err
		},
		visible: func(t *testing.T, w *world, acknowledged bool) {
			t.Helper()
			now := inbox(t, w, c)
			if n := len(now) - before; n < 0 || n > 1 || acknowledged && n != 1 {
				t.Fatalf("%d deposits came into the inbox, acknowledged: %v", n, acknowledged)
			}
			for _, v := range now {
				r, err := w.ReleaseOwn(w.ctx, c.Actor, v.Doc)
				must(t, err)
				slip, err := sealed.OpenSlip(r.Grant, c.vault)
				must(t, err)
				if got := openWith(t, w, r.Version, slip); len(got) != len(plain) {
					t.Error("a deposit does not open")
				}
			}
			if acknowledged { // keep the inbox short
				must(t, c.change(t, w.Domain, nil, []safe.DocumentID{newest(now).Doc}))
			}
		},
	}
}

func newest(all []safe.Version) safe.Version {
	out := all[0]
	for _, v := range all {
		if v.At.After(out.At) {
			out = v
		}
	}
	return out
}

func inbox(t *testing.T, w *world, c *citizen) []safe.Version {
	t.Helper()
	all, _, err := w.Inbox(w.ctx, c.Actor, safe.Page{})
	must(t, err)
	return all
}

func changeTrial(t *testing.T, _ *world, c *citizen, _ *mairie) trial {
	t.Helper()
	m, body := nextManifest(t, c)
	match := c.hash
	return trial{
		act: func(w *world) error {
			_, err := w.Change(w.ctx, c.Actor, match, c.signedOn(t, match, safe.Change{Epoch: m.Epoch, Sealed: body}))
			return err
		},
		visible: func(t *testing.T, w *world, acknowledged bool) {
			t.Helper()
			if !c.moved(t, w, m, body) && acknowledged {
				t.Error("an acknowledged change is lost")
			}
		},
	}
}

func eraseTrial(t *testing.T, _ *world, c *citizen, m *mairie) trial {
	t.Helper()
	d := c.put(t, 600)
	g := c.share(t, d, m)
	next, body := nextManifest(t, c)
	match := c.hash
	return trial{
		act: func(w *world) error {
			_, err := w.Change(w.ctx, c.Actor, match, c.signedOn(t, match, safe.Change{Epoch: next.Epoch, Sealed: body, Erase: []safe.DocumentID{d.v.Doc}}))
			return err
		},
		visible: func(t *testing.T, w *world, acknowledged bool) {
			t.Helper()
			there := readable(t, w, c, d)
			_, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
			if (err == nil) != there {
				t.Errorf("the holder reads it: %v; the administration: %v", there, err)
			}
			if c.moved(t, w, next, body) == there {
				t.Error("half an erasure is to be seen")
			}
			if acknowledged && there {
				t.Error("an erased document can still be read")
			}
		},
	}
}

func releaseTrial(t *testing.T, w *world, c *citizen, m *mairie) trial {
	t.Helper()
	d := c.put(t, 600)
	g := c.share(t, d, m)
	releases := func(w *world) (n int) {
		for _, e := range w.events(t, c.Safe) {
			if e.Grant == string(g.ID) && e.What == journal.WhatGrantReleased && e.Result == journal.ResultDone {
				n++
			}
		}
		return n
	}
	got := 0
	return trial{
		act: func(w *world) error {
			r, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
			if err != nil {
				if len(r.Grant) > 0 {
					t.Error("a key came with an error")
				}
				return err
			}
			got++
			checkProof(t, w, r.Proof)
			return nil
		},
		visible: func(t *testing.T, w *world, _ bool) {
			t.Helper()
			if n := releases(w); n < got {
				t.Errorf("%d keys were given, %d are in the journal", got, n)
			}
		},
	}
}

func shareTrial(t *testing.T, w *world, c *citizen, m *mairie) trial {
	t.Helper()
	d := c.put(t, 600)
	n := c.newGrant(t, d, m)
	count := func(w *world) (grants, events int) {
		all, _, err := w.Grants(w.ctx, c.Actor, safe.Page{})
		must(t, err)
		for _, g := range all {
			if g.Doc == d.v.Doc {
				grants++
			}
		}
		for _, e := range w.events(t, c.Safe) {
			if e.Doc == string(d.v.Doc) && e.What == journal.WhatGrantCreated {
				events++
			}
		}
		return grants, events
	}
	return trial{
		act: func(w *world) error {
			_, err := w.Share(w.ctx, c.Actor, n)
			return err
		},
		visible: func(t *testing.T, w *world, acknowledged bool) {
			t.Helper()
			grants, events := count(w)
			if grants != events || grants > 1 || acknowledged && grants != 1 {
				t.Errorf("%d grants, %d events, acknowledged: %v", grants, events, acknowledged)
			}
		},
	}
}
