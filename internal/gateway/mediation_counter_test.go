//go:build demo

package gateway_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// atCounter is a session that a mediator has opened at the counter, in this
// browser; nothing is locked yet.
func (b *browser) atCounter(t *testing.T) *visit {
	t.Helper()
	b.w.structure(t, "France Services de Valmont", franceServices)
	b.mediatorLogIn("nadia", "/mediation")
	d := &desk{w: b.w, caller: caller{cookie: b.cookies["__Host-sid"]}}
	v, open := d.opens(t, "counter", sealed.ActDeposit)
	asks := b.w.do(t, open).is(t, 201)
	v.opened(t, asks)
	v.number = asks.string(t, "number") // he has no screen of his own then
	return v
}

func (b *browser) locked(t *testing.T) *visit {
	t.Helper()
	v := b.atCounter(t)
	b.call("POST", v.path("/lock"), nil).is(t, 200)
	return v
}

// comesToCounter gives the address at the provider that a citizen is sent to.
func (b *browser) comesToCounter(t *testing.T, v *visit) string {
	t.Helper()
	to := b.sentTo(b.get("/login/" + simulator.FranceConnect + "?" + url.Values{"counter": {v.id}, "return": {"/approuver"}}.Encode()))
	if !strings.HasPrefix(to, simulator.Prefix+simulator.ProConnect+"/api/v2/session/end?") {
		t.Fatalf("the mediator is still logged in at ProConnect: she is sent to %s", to)
	}
	out := b.theirs("GET", to, nil)
	if again := b.sentTo(b.get("/login/" + simulator.FranceConnect + "?counter=" + v.id)); !strings.Contains(again, "/session/end?") {
		t.Errorf("before ProConnect has confirmed it she is sent to %s", again)
	}
	if got := b.sentTo(b.get(out + "&error=server_error&error_description=Y030111")); got != refused("provider-logout") {
		t.Errorf("a log-out that failed leads to %s", got)
	}
	to = b.sentTo(b.get("/login/" + simulator.FranceConnect + "?" + url.Values{"counter": {v.id}, "return": {"/approuver"}}.Encode()))
	to = b.sentTo(b.get(b.theirs("GET", to, nil)))
	if !strings.HasPrefix(to, simulator.Prefix+simulator.FranceConnect) {
		t.Fatalf("she is sent to %s", to)
	}
	return to
}

// isAtCounter fails unless somebody is logged in for ten minutes.
func (b *browser) isAtCounter(t *testing.T, v *visit) {
	t.Helper()
	s, err := b.w.sessions.Current(b.w.ctx, &http.Request{Header: http.Header{"Cookie": {"__Host-sid=" + b.cookies["__Host-sid"]}}})
	must(t, err)
	if s.Counter != v.id || s.Until.Sub(s.Started) != 10*time.Minute {
		t.Errorf("she is logged in at %q for %s", s.Counter, s.Until.Sub(s.Started))
	}
}

func stateOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Query().Get("state")
}

// TestNoLogOutIsForged with the state of a log-in, which whoever leaves for it
// reads in the address: the mediator does not come back while she is there.
func TestNoLogOutIsForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	v := b.locked(t)
	to := b.comesToCounter(t, v)
	if !strings.Contains(to, "prompt=login") {
		t.Errorf("whoever is logged in at FranceConnect already is taken for her: %s", to)
	}
	if got := b.sentTo(b.get("/logout/callback?state=" + stateOf(t, to))); got != "/" {
		t.Errorf("the state of a log-in ends a log-out, at %s", got)
	}
	w.clock.add(time.Second)
	back := b.mediatorLogInKeeping(t, "nadia")
	w.do(t, request{who: back, method: "POST", path: v.path("/resumption")}).is(t, 409).refuses(t, "session-locked")
	if state := w.do(t, request{who: back, method: "GET", path: v.path("")}).string(t, "state"); state != "pending" {
		t.Errorf("the session is %s", state)
	}
}

// TestEveryLogInAtTheCounterStaysThere: a stronger one, one begun before, one
// by another link; nobody else's takes its place, and what is no citizen's is
// refused until she has left.
func TestEveryLogInAtTheCounterStaysThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	v := b.atCounter(t)
	before := b.leave(simulator.FranceConnect, "angela", "/avant") // in another tab, before the lock
	his := b.sentTo(b.get("/login/mediator"))
	b.call("POST", v.path("/lock"), nil).is(t, 200)
	b.get(b.theirs("POST", b.comesToCounter(t, v), url.Values{"persona": {"angela"}}))
	b.isAtCounter(t, v)

	if got := b.sentTo(b.get(b.climb(up, "angela"))); got != "/export" || b.get("/api/v1/me").string(t, "level") != "eidas2" {
		t.Fatalf("the stronger log-in ends at %s", got)
	}
	b.isAtCounter(t, v)
	if got := b.sentTo(b.get(before)); got != "/avant" {
		t.Errorf("the tab of before ends at %s", got)
	}
	b.isAtCounter(t, v)
	if got := b.logIn(simulator.FranceConnect, "marcel", ""); got != refused("other-person") {
		t.Errorf("somebody else's log-in ends at %s", got)
	}
	for name, got := range map[string]string{
		"the mediators' door":         b.sentTo(b.get("/login/mediator")),
		"the mediator's, from before": b.sentTo(b.get(b.theirs("POST", his, url.Values{"persona": {"nadia"}}))),
		"the agents' door":            b.sentTo(b.get("/login/" + simulator.ProConnect)),
	} {
		if got != refused("session-locked") {
			t.Errorf("%s leads to %s", name, got)
		}
	}
	b.isAtCounter(t, v)
	out := b.sentTo(b.call("POST", "/logout", nil))
	if got := b.sentTo(b.get(b.theirs("GET", out, nil))); !strings.HasPrefix(got, "/mediation?") {
		t.Errorf("she leaves to %s", got)
	}
}

// TestOnlyACounterDecidesAtTheCounter: its code leads nowhere from elsewhere,
// and whoever came for it is led nowhere else.
func TestOnlyACounterDecidesAtTheCounter(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v, open := m.desk.opens(t, "counter", sealed.ActDeposit)
	v.opened(t, m.do(t, open).is(t, 201))
	m.do(t, m.c.at(t, v).claims(v.code)).is(t, 404) // not before the lock
	phone := m.desk.open(t, sealed.ActDeposit)
	m.do(t, m.c.at(t, v).claims(phone.code)).is(t, 404)
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/lock")}).is(t, 200)
	m.do(t, m.c.claims(v.code)).is(t, 404)
	m.do(t, m.c.at(t, v).claims(v.code)).is(t, 200)
	m.do(t, m.c.claims(phone.code)).is(t, 200)
}

// TestTheCounterIsFreeOnceSheHasLeft: she who approved, by a log-out that her
// provider confirmed; one who leaves before has said no.
func TestTheCounterIsFreeOnceSheHasLeft(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	lock := func() (*visit, *citizen) {
		m.desk.again(t)
		v, open := m.desk.opens(t, "counter", sealed.ActDeposit)
		asks := m.do(t, open).is(t, 201)
		v.opened(t, asks)
		v.number = asks.string(t, "number")
		m.do(t, request{who: v.caller, method: "POST", path: v.path("/lock")}).is(t, 200)
		return v, m.c.at(t, v)
	}
	comesBack := func(v *visit) answer {
		m.clock.add(time.Second)
		m.desk.again(t)
		v.desk = m.desk
		return m.do(t, request{who: v.caller, method: "POST", path: v.path("/resumption")})
	}
	left := func(v *visit, who safe.AccountID) {
		must(t, m.domain.CitizenLeft(m.ctx, safe.DelegationID(v.id), who, m.clock.now()))
	}

	v, here := lock()
	left(v, here.Account)
	comesBack(v).is(t, 410).refuses(t, "session-over")
	m.do(t, here.claims(v.code)).is(t, 404)

	v, here = lock()
	m.do(t, here.claims(v.code)).is(t, 200)
	left(v, m.citizenAccount(t, "somebody-else").ID)
	comesBack(v).is(t, 409).refuses(t, "session-locked")
	left(v, here.Account)
	comesBack(v).is(t, 410).refuses(t, "session-over")

	v, here = lock()
	var in asked
	m.do(t, here.claims(v.code)).is(t, 200).read(t, &in)
	m.do(t, here.approval(t, v, here.drafts(in, nil, nil), nil)).is(t, 200)
	// Her provider cannot be told: nothing says that she is logged out there.
	out := m.do(t, request{who: here.caller, method: "POST", path: "/logout"}.with("Sec-Fetch-Site", "same-origin"))
	if got := out.is(t, http.StatusSeeOther).header.Get("Location"); !strings.HasSuffix(got, refused("provider-unavailable")) {
		t.Errorf("she leaves to %s", got)
	}
	comesBack(v).is(t, 409).refuses(t, "session-locked")
	left(v, here.Account)
	comesBack(v).is(t, 200)
	m.do(t, v.collects()).is(t, 200)
}

// TestALogOutWithoutProofIsNone: without the ID token her provider would refuse
// to log her out.
func TestALogOutWithoutProofIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	v := b.locked(t)
	acc := w.citizenAccount(t, "angela")
	token, _, err := w.sessions.Create(w.ctx, session.Session{
		Kind: session.Browser, Principal: "citizen", Account: string(acc.ID), Safe: string(acc.Safe), Name: acc.Name,
		Provider: simulator.FranceConnect, Level: 1, AuthTime: w.clock.now(), Counter: v.id,
	})
	must(t, err)
	b.cookies["__Host-sid"] = token
	if got := b.sentTo(b.call("POST", "/logout", nil)); got != refused("provider-logout") {
		t.Errorf("she leaves to %s", got)
	}
}
