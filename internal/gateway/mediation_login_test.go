//go:build demo

package gateway_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// mediatorLogIn goes through the mediators' door and gives where it ends.
func (b *browser) mediatorLogIn(person, back string) string {
	b.t.Helper()
	to := b.sentTo(b.get("/login/mediator?" + url.Values{"return": {back}}.Encode()))
	if !strings.HasPrefix(to, simulator.Prefix+simulator.ProConnect) {
		b.t.Fatalf("the mediators' door leads to %s", to)
	}
	u, err := url.Parse(to)
	must(b.t, err)
	if claims := u.Query().Get("claims"); !strings.Contains(claims, `"essential":true`) || !strings.Contains(claims, `"eidas1-mfa"`) || strings.Contains(claims, `"eidas1"`) {
		b.t.Errorf("two factors are not demanded: %s", claims)
	}
	return b.sentTo(b.get(b.theirs("POST", to, url.Values{"persona": {person}})))
}

// TestMediatorsComeInByTheirOwnDoor, with two factors, of an approved structure;
// one person may be an agent there and a mediator, and chooses by the door.
func TestMediatorsComeInByTheirOwnDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	if got := b.mediatorLogIn("nadia", "/mediation"); got != refused("unknown-structure") {
		t.Errorf("a mediator of no structure goes to %s", got)
	}
	w.structure(t, "France Services de Valmont", franceServices)
	if got := b.mediatorLogIn("nadia", "/mediation"); got != "/mediation" {
		t.Errorf("she goes to %s", got)
	}
	me := b.get("/api/v1/me").is(t, 200)
	if me.string(t, "kind") != "mediator" || me.string(t, "name") != "Nadia HADDAD" || me.string(t, "level") != "eidas1-mfa" {
		t.Errorf("she is told %s", me.body)
	}
	w.clock.add(10*time.Minute + time.Second)
	b.get("/api/v1/me").is(t, 401).refuses(t, "session-expired")

	w.structure(t, "Mairie de Valmont, médiation", valmont)
	w.keyless(t, "Mairie de Valmont", valmont)
	for door, kind := range map[string]string{"mediator": "mediator", simulator.ProConnect: "agent"} {
		c := w.browser(t)
		if door == "mediator" {
			c.mediatorLogIn("camille", "/")
		} else {
			c.logIn(door, "camille", "/")
		}
		if got := c.get("/api/v1/me").is(t, 200).string(t, "kind"); got != kind {
			t.Errorf("by the door %s she is %s", door, got)
		}
	}
	if got := b.mediatorLogIn("etranger", "/"); got != refused("unknown-structure") {
		t.Errorf("a stranger goes to %s", got)
	}
}

// TestOneFactorIsNotEnough, even where the provider gives less than was asked.
func TestOneFactorIsNotEnough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulated(t))
	w.structure(t, "France Services de Valmont", franceServices)
	b := w.browser(t)
	to := b.sentTo(b.get("/login/mediator"))
	lower := strings.NewReplacer("eidas1-mfa", "eidas1").Replace(to)
	if got := b.sentTo(b.get(b.theirs("POST", lower, url.Values{"persona": {"nadia"}}))); got != refused("two-factors") {
		t.Errorf("with one factor she goes to %s", got)
	}
	b.get("/api/v1/me").is(t, 401)
}

// TestOneMachineForTwo: at the counter the mediator is locked out, the citizen
// logs in for ten minutes, approves and is logged out of FranceConnect too, and
// the mediator proves himself again before anything begins.
func TestOneMachineForTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	v := b.atCounter(t)
	if got := b.sentTo(b.get("/login/" + simulator.FranceConnect + "?counter=" + v.id)); got != refused("not-found") {
		t.Errorf("before the lock somebody logs in: %s", got)
	}
	b.call("POST", v.path("/lock"), nil).is(t, 200)
	b.get(v.path("")).is(t, 401)

	to := b.comesToCounter(t, v)
	if got := b.sentTo(b.get(b.theirs("POST", to, url.Values{"persona": {"angela"}}))); got != "/approuver" {
		t.Fatalf("she goes to %s", got)
	}
	list := b.get("/api/v1/sessions").is(t, 200)
	var sessions struct {
		Items []struct{ Expires, Started time.Time }
	}
	list.read(t, &sessions)
	if left := sessions.Items[0].Expires.Sub(sessions.Items[0].Started); left != 10*time.Minute {
		t.Errorf("at the counter she is logged in for %s", left)
	}
	c := w.here(t, b)
	var in asked
	w.do(t, c.claims(v.code)).is(t, 200).read(t, &in)
	w.do(t, c.approval(t, v, c.drafts(in, nil, nil), nil)).is(t, 200)

	back := b.mediatorLogInKeeping(t, "nadia") // somebody else's tab: she has not left
	w.do(t, request{who: back, method: "POST", path: v.path("/resumption")}).is(t, 409).refuses(t, "session-locked")
	out := b.sentTo(b.call("POST", "/logout", nil))
	if !strings.HasPrefix(out, simulator.Prefix+simulator.FranceConnect) {
		t.Fatalf("the log-out goes to %s", out)
	}
	if got := b.sentTo(b.get(b.theirs("GET", out, nil))); !strings.HasPrefix(got, "/mediation?") {
		t.Errorf("after the log-out the browser goes to %s", got)
	}
	w.do(t, request{who: back, method: "POST", path: v.path("/resumption")}).is(t, 409).refuses(t, "session-locked")
	w.clock.add(time.Second)
	b.mediatorLogIn("nadia", "/mediation")
	v.desk = &desk{w: w, caller: caller{cookie: b.cookies["__Host-sid"]}}
	w.do(t, v.collects()).is(t, 404)
	w.do(t, request{who: v.caller, method: "POST", path: v.path("/resumption")}).is(t, 200)
	w.do(t, v.collects()).is(t, 200)
	page, err := w.domain.Journal(w.ctx, c.Actor, "", 1)
	must(t, err)
	if e, err := journal.DecodeEvent(page.Items[0].Event); err != nil || e.What != journal.WhatMediationStarted || e.Who.Name != "Nadia HADDAD" {
		t.Errorf("the journal ends with %+v", e)
	}
}

// here opens a safe for whoever is logged in in that browser.
func (w *world) here(t *testing.T, b *browser) *citizen {
	t.Helper()
	me := b.get("/api/v1/me").is(t, 200)
	var in struct{ Safe struct{ ID string } }
	me.read(t, &in)
	c := &citizen{w: w, caller: caller{cookie: b.cookies["__Host-sid"]}, Actor: safe.Actor{
		Kind: safe.Citizen, Account: safe.AccountID(me.string(t, "account")), Safe: safe.SafeID(in.Safe.ID), Name: me.string(t, "name"), Level: 1, Door: "web",
	}}
	must(t, w.domain.AcceptTerms(w.ctx, c.Actor, w.domain.TermsVersion()))
	c.ring, c.keyring = newKeyring(t, w, in.Safe.ID)
	var err error
	c.vault, err = c.ring.Vault()
	must(t, err)
	c.manifest = sealed.Manifest{Suite: sealed.Suite, Safe: in.Safe.ID, Epoch: 1, Time: stamp(w.clock.now())}
	_, err = w.domain.OpenSafe(w.ctx, c.Actor, c.keyring, c.sealManifest(t))
	must(t, err)
	return c
}

// mediatorLogInKeeping is a log-in of the mediator in another browser.
func (b *browser) mediatorLogInKeeping(t *testing.T, person string) caller {
	t.Helper()
	other := b.w.browser(t)
	other.mediatorLogIn(person, "/")
	return caller{cookie: other.cookies["__Host-sid"]}
}
