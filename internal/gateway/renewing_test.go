package gateway_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// renewing are the acts of devices that replace the safe's keys while others use
// them.
var renewing = []string{
	"rest", "add", "add", "rename", "erase", "adopt", "share", "share", "share", "renew", "renew", "rotate", "reseal",
}

// TestDevicesAtOnceReplaceTheRoot: three command lines change one safe, share
// from it and replace its root and its lock, at the same moment and on top of
// what they last saw. What was acknowledged is there in the end, under the last
// root; no manifest of an earlier root follows one of a later; the
// administration opens every share that is left.
func TestDevicesAtOnceReplaceTheRoot(t *testing.T) {
	w := newWorld(t, unlimited)
	o := w.office(t, "Mairie de Valmont", valmont)
	few(t)
	roots, shares, checks := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		act := rapid.Custom(func(rt *rapid.T) act {
			a := drawAct(rt)
			a.What = rapid.SampledFrom(renewing).Draw(rt, "what")
			return a
		})
		rounds := rapid.SliceOfN(rapid.SliceOfN(act, devices, devices), 3, 6).Draw(rt, "rounds")
		checks++
		w.clock.add(time.Hour)
		o.system.bearer = w.token(t, o)
		h := newHousehold(t, w, o, fmt.Sprintf("renewing-%d", checks))
		for n, round := range rounds {
			h.play(n, round)
			h.account(rt, round)
		}
		h.look(rt)
		h.read(rt)
		roots, shares = roots+h.written.roots, shares+len(h.shares)
	})
	if roots == 0 || shares == 0 {
		t.Errorf("%d roots were replaced, %d shares made, in %d safes", roots, shares, checks)
	}
	t.Logf("%d roots were replaced, %d shares made, in %d safes", roots, shares, checks)
	w.sound(t)
}

func (h *household) share(ctx context.Context, s *client.Safe, e sealed.Entry) error {
	g, err := s.Share(ctx, e, client.ShareOrder{Administration: string(h.office.ID), Purpose: "école", Until: h.w.clock.now().Add(time.Hour)})
	if err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.shares[g.ID] = h.paper(e.ID)
	}
	return err
}

// keyring is what manifests of a safe may be sealed to and signed by.
type keyring struct {
	vaults []*sealed.Identity
	roots  []sealed.VK // oldest first
	last   int         // root of the manifest that was opened last
}

func (h *household) keysOf(t *rapid.T) *keyring {
	have, err := h.w.domain.Keyring(h.w.ctx, h.Actor)
	must(h.t, err)
	var box sealed.Container
	must(h.t, sealed.DecodeCanonical(have.Body, &box))
	k := &keyring{vaults: h.safes[0].VaultIdentities()}
	for _, f := range box.Line {
		k.roots = append(k.roots, sealed.VK(f.VK))
	}
	k.roots = append(k.roots, sealed.VK(box.VK))
	for _, p := range h.ways {
		if _, err := sealed.OpenKeyring(box, p); err != nil {
			t.Fatalf("a way opens no more: %v", err)
		}
	}
	return k
}

func (k *keyring) open(b []byte) (m sealed.Manifest, err error) {
	for i := k.last; i < len(k.roots); i++ {
		for _, id := range k.vaults {
			if m, err = sealed.OpenManifest(b, id, k.roots[i]); err == nil {
				k.last = i
				return m, nil
			}
		}
	}
	return m, err
}

// read opens what the administration was given, and what a device without memory
// finds by each way.
func (h *household) read(t *rapid.T) {
	for id, p := range h.shares {
		rel := h.w.do(h.t, request{who: h.office.system, method: "POST", path: "/api/v1/administration/grants/" + id + "/release"})
		if p.gone {
			rel.is(h.t, 404)
			continue
		}
		var shown struct{ Grant, VK []byte }
		rel.is(h.t, 200).read(h.t, &shown)
		vk, err := sealed.ParseVK(shown.VK)
		must(h.t, err)
		g, err := sealed.OpenGrant(shown.Grant, h.office.key, vk)
		if err != nil || g.Grant.Doc != p.id {
			t.Fatalf("a share of %s does not open: %v", p.id, err)
		}
	}
	for _, way := range h.ways {
		c, err := client.New(client.Config{Server: h.w.url, Token: h.bearer, Memory: client.NewMemory(), Now: h.w.clock.now})
		must(h.t, err)
		s, err := c.Unlock(h.w.ctx, way)
		must(h.t, err)
		_, err = s.Reseal(h.w.ctx, nil)
		must(h.t, err)
		for _, p := range h.papers {
			if e, err := s.Find(p.id); err == nil {
				path := filepath.Join(h.dir, "again-"+p.id)
				must(h.t, s.Get(h.w.ctx, e, path, client.GetOptions{Force: true}))
				if b, err := os.ReadFile(path); err != nil || !bytes.Equal(b, p.content) {
					t.Fatalf("%s holds %q, want %q: %v", p.id, b, p.content, err)
				}
			}
		}
	}
}
