package gateway_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// successor is the body of the next succession, and who the citizen is then.
func (c *citizen) successor(t *testing.T, o *office, shares map[string]*document) (object, *citizen, []byte) {
	t.Helper()
	next := *c
	var err error
	next.ring, next.keyring, err = c.ring.Succeed()
	must(t, err)
	next.vault, err = next.ring.Vault()
	must(t, err)
	next.manifest.Epoch, next.manifest.Previous = c.manifest.Epoch+1, c.hash
	body := next.sealManifest(t)
	grants := []object{}
	for id, d := range shares {
		grants = append(grants, object{"id": id, "grant": next.sealGrant(t, d, string(o.ID), o.key.Recipient())})
	}
	in := object{"keyring": next.keyring, "match": c.hash, "epoch": next.manifest.Epoch, "manifest": body, "grants": grants}
	return in, &next, body
}

func (c *citizen) succession(in object, etag any) request {
	return request{who: c.caller, method: "POST", path: "/api/v1/safe/succession", json: in, header: object{"If-Match": etag}}
}

// keyringTag is the ETag of the keyring that is there.
func (c *citizen) keyringTag(t *testing.T) string {
	t.Helper()
	return c.w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/keyring"}).is(t, 200).header.Get("ETag")
}

// successionPart replaces the root of a safe that has no grant in force.
func successionPart(t *testing.T, s *story) {
	t.Helper()
	c := s.world.citizen(t, "succession")
	in, next, body := c.successor(t, s.office, nil)
	tag := c.keyringTag(t)
	s.do(t, c.succession(in, tag).with("If-Match", nil)).is(t, 428)
	s.do(t, c.succession(in, `"`+c.hash+`"`)).is(t, 412).refuses(t, "stale")
	forged := clone(in)
	box := next.keyring
	box.Signature = nil
	forged["keyring"] = box
	s.do(t, c.succession(forged, tag)).is(t, 403).refuses(t, "forbidden")
	forged["keyring"], forged["match"] = next.keyring, "00"
	s.do(t, c.succession(forged, tag)).is(t, 422).refuses(t, "invalid")
	if a := s.do(t, c.succession(in, tag)).is(t, 204); a.header.Get("ETag") == tag {
		t.Error("the keyring has the ETag that it had")
	}
	next.note(body)
	next.change(t, nil, nil)
}

func clone(in object) object {
	out := object{}
	for k, v := range in {
		out[k] = v
	}
	return out
}

// TestAStolenRootIsReplaced: the thief has everything that the citizen had, and
// her session. After she has replaced the root he writes nothing, shares
// nothing, and what he has seals to nobody.
func TestAStolenRootIsReplaced(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.c.put(t, 4000)
	id := s.c.share(t, d, s.o)
	thief := *s.c
	in, next, body := s.c.successor(t, s.o, map[string]*document{id: d})
	s.do(t, s.c.succession(in, s.c.keyringTag(t))).is(t, 204)
	next.note(body)
	thief.manifest, thief.hash, thief.etag = next.manifest, next.hash, next.etag

	erase, _ := thief.nextChange(t, nil, []string{d.doc})
	s.do(t, request{who: thief.caller, method: "PUT", path: "/api/v1/safe/manifest", json: erase, header: object{"If-Match": next.etag}}).is(t, 403).refuses(t, "forbidden")
	_, ring := rotated(t, s.world, &thief)
	keyring := request{who: thief.caller, method: "PUT", path: "/api/v1/safe/keyring", json: ring, header: object{"If-Match": next.keyringTag(t)}}
	s.refused(t, keyring, 422, "invalid")
	again, _, _ := thief.successor(t, s.o, map[string]*document{id: d})
	s.refused(t, thief.succession(again, next.keyringTag(t)), 422, "invalid")
	vk := thief.ring.Root().VK()
	share := thief.newGrant(t, d, s.o)
	share["vk"] = vk[:]
	s.refused(t, request{who: thief.caller, method: "POST", path: "/api/v1/safe/grants", json: share, header: object{"Idempotency-Key": newKey()}}, 412, "stale")

	// The administration opens what it had, under the new root and no other.
	rel := s.do(t, request{who: s.o.agent, method: "POST", path: "/api/v1/administration/grants/" + id + "/release"}).is(t, 200)
	var shown struct{ Grant, VK []byte }
	rel.read(t, &shown)
	grant, now := shown.Grant, next.ring.Root().VK()
	if !bytes.Equal(shown.VK, now[:]) {
		t.Error("the release shows another key")
	}
	if _, err := sealed.OpenGrant(grant, s.o.key, now); err != nil {
		t.Error(err)
	}
	if _, err := sealed.OpenGrant(grant, s.o.key, vk); err == nil {
		t.Error("the old root has signed it")
	}
	next.change(t, nil, []string{d.doc})
	s.sound(t)
}

// TestASuccessionSeesEveryGrant: one that another device has just given, or one
// that the request leaves out, sends it back.
func TestASuccessionSeesEveryGrant(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.c.put(t, 4000)
	id := s.c.share(t, d, s.o)
	tag := s.c.keyringTag(t)
	for name, shares := range map[string]map[string]*document{
		"left out": nil, "another's": {newKey(): d}, "one too many": {id: d, newKey(): d},
	} {
		in, _, _ := s.c.successor(t, s.o, shares)
		if a := s.do(t, s.c.succession(in, tag)); a.status != http.StatusPreconditionFailed {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	in, _, _ := s.c.successor(t, s.o, map[string]*document{id: d})
	late := s.c.share(t, d, s.o)
	s.refused(t, s.c.succession(in, tag), 412, "stale")
	in, next, body := s.c.successor(t, s.o, map[string]*document{id: d, late: d})
	s.do(t, s.c.succession(in, tag)).is(t, 204)
	next.note(body)
	s.clock.add(time.Minute)
	for _, g := range []string{id, late} {
		s.do(t, request{who: s.o.agent, method: "POST", path: "/api/v1/administration/grants/" + g + "/release"}).is(t, 200)
	}
	s.sound(t)
}
