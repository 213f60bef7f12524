//go:build demo

package gateway_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// byPaper is a browser that Nadia has locked, and a citizen who has a paper key
// and was logged in today.
type byPaper struct {
	*counter
	b *browser
	v *visit
	c *citizen
}

func newPaper(t *testing.T, settings ...setting) *byPaper {
	t.Helper()
	w := newWorld(t, append([]setting{simulated(t)}, settings...)...)
	p := &byPaper{b: w.browser(t), c: w.citizen(t, "fatou")}
	p.v = p.b.locked(t)
	p.counter = &counter{world: w, t: t, id: p.v.id, lent: p.b.cookies["__Host-lent"], safe: string(p.c.Safe)}
	return p
}

// comes goes by way of the mediator's log-out to the page where she types it.
func (p *byPaper) comes() {
	p.t.Helper()
	out := p.b.sentTo(p.b.get("/login/paper?" + url.Values{"counter": {p.id}, "return": {"/aide?papier=1"}}.Encode()))
	if !strings.HasPrefix(out, simulator.Prefix+simulator.ProConnect+"/api/v2/session/end?") {
		p.t.Fatalf("the mediator is still logged in at ProConnect: she is sent to %s", out)
	}
	p.asks(p.safe).is(p.t, 409).refuses(p.t, "session-locked") // until ProConnect has confirmed it
	if got := p.b.sentTo(p.b.get(p.b.theirs("GET", out, nil))); got != "/aide?papier=1" {
		p.t.Fatalf("she comes to %s", got)
	}
}

func (p *byPaper) challenge() string {
	p.t.Helper()
	return p.asks(p.safe).is(p.t, 200).string(p.t, "challenge")
}

// lastTold is the newest event of a word in the citizen's journal.
func (p *byPaper) lastTold(what, result string) journal.Event {
	p.t.Helper()
	return p.v.told(p.t, p.c, what, result)
}

// TestAPaperKeyStandsForALogIn at a locked counter: ten minutes, for looking and
// for letting the mediator act; her journal says who, by what and where, and she
// is told.
func TestAPaperKeyStandsForALogIn(t *testing.T) {
	t.Parallel()
	p := newPaper(t)
	p.comes()
	in := p.challenge()
	a := p.proves(in, p.signed(p.c, in)).is(t, 204)
	p.b.cookies["__Host-sid"] = cookieOf(a, "__Host-sid")
	p.b.isAtCounter(t, p.v)
	if me := p.b.get("/api/v1/me").is(t, 200); me.string(t, "level") != "paper" || me.string(t, "name") != p.c.Name {
		t.Errorf("she is %s", me.body)
	}
	e := p.lastTold(journal.WhatPaperLogin, journal.ResultDone)
	if e.Who.Kind != "citizen" || e.Who.Name != p.c.Name || e.Detail["structure"] != "France Services de Valmont" || e.Detail["mediator"] != "Nadia HADDAD" {
		t.Errorf("her journal says %+v", e)
	}
	here := *p.c
	here.caller = caller{cookie: p.b.cookies["__Host-sid"]}
	for path, want := range map[string]int{"/api/v1/safe/keyring": 200, "/api/v1/safe/manifest": 200, "/api/v1/safe/export": 403} {
		p.do(t, request{who: here.caller, method: "GET", path: path}).is(t, want)
	}
	p.do(t, request{who: here.caller, method: "PUT", path: "/api/v1/safe/paper", json: object{"allowed": true}}).is(t, 403).refuses(t, "paper-refused")
	p.do(t, request{who: here.caller, method: "DELETE", path: "/api/v1/safe/addresses/" + newKey()}).is(t, 403).refuses(t, "paper-refused")

	d := p.c.put(t, 1000)
	p.do(t, request{who: p.c.caller, method: "POST", path: "/api/v1/safe/documents/" + d.doc + "/release"}).is(t, 200) // and the structure is public
	var asks asked
	p.do(t, here.claims(p.v.code)).is(t, 200).read(t, &asks)
	p.do(t, here.approval(t, p.v, here.drafts(asks, nil, nil), nil)).is(t, 200)
	if got := p.b.sentTo(p.b.call("POST", "/logout", nil)); got != "/mediation?seance="+p.id {
		t.Errorf("she was logged in nowhere else, and leaves to %s", got)
	}
	p.clock.add(time.Second)
	back := p.b.mediatorLogInKeeping(t, "nadia")
	p.do(t, request{who: back, method: "POST", path: p.v.path("/resumption")}).is(t, 200)
}

// TestNoOtherPaperKeyDoes: whatever is wrong is refused, the same way where the
// difference would tell who has a safe, and written down where there is one.
func TestNoOtherPaperKeyDoes(t *testing.T) {
	t.Parallel()
	off := func(c *safe.Config, _ *gateway.Config) { c.PaperDoor = false }
	other := func(p *byPaper) *citizen { return p.world.citizen(p.t, "marcel") }
	signing := func(p *byPaper, change func(*sealed.Presence), by *citizen) []byte {
		in := sealed.Presence{Suite: sealed.Suite, Safe: p.safe, Session: p.id, Challenge: p.challenge()}
		p.last = in.Challenge
		change(&in)
		b, err := sealed.SignPresence(in, by.ring.Root())
		must(p.t, err)
		return b
	}
	for name, row := range map[string]struct {
		try     func(p *byPaper) answer
		status  int
		slug    string
		journal bool // hers
		set     []setting
	}{
		"a challenge that was used": {func(p *byPaper) answer {
			in := p.challenge()
			p.proves(in, p.signed(p.c, in)).is(p.t, 204)
			return p.proves(in, p.signed(p.c, in))
		}, 403, "paper-refused", true, nil},
		"a challenge that was never made": {func(p *byPaper) answer {
			in := strings.Repeat("A", 43)
			return p.proves(in, p.signed(p.c, in))
		}, 403, "paper-refused", true, nil},
		"a challenge that is old": {func(p *byPaper) answer {
			in := p.challenge()
			p.clock.add(5*time.Minute + time.Second)
			return p.proves(in, p.signed(p.c, in))
		}, 403, "paper-refused", true, nil},
		"a challenge of another safe": {func(p *byPaper) answer {
			in := p.asks(string(other(p).Safe)).is(p.t, 200).string(p.t, "challenge")
			p.safe = string(p.c.Safe)
			return p.proves(in, p.signed(p.c, in))
		}, 403, "paper-refused", true, nil},
		"another safe's signature": {func(p *byPaper) answer {
			b := signing(p, func(*sealed.Presence) {}, other(p))
			return p.proves(p.last, b)
		}, 403, "paper-refused", true, nil},
		"signed for another counter": {func(p *byPaper) answer {
			b := signing(p, func(in *sealed.Presence) { in.Session = newKey() }, p.c)
			return p.proves(p.last, b)
		}, 403, "paper-refused", true, nil},
		"signed for another safe": {func(p *byPaper) answer {
			b := signing(p, func(in *sealed.Presence) { in.Safe = newKey() }, p.c)
			return p.proves(p.last, b)
		}, 403, "paper-refused", true, nil},
		"another challenge signed": {func(p *byPaper) answer {
			b := signing(p, func(in *sealed.Presence) { in.Challenge = strings.Repeat("A", 43) }, p.c)
			return p.proves(p.last, b)
		}, 403, "paper-refused", true, nil},
		"a signature of another kind": {func(p *byPaper) answer {
			in := p.challenge()
			return p.proves(in, p.c.ring.Root().Sign("coffre/v1/revocation", []byte(`{}`)))
		}, 403, "paper-refused", true, nil},
		"a number that is no safe's": {func(p *byPaper) answer { return p.asks(newKey()) }, 403, "paper-refused", false, nil},
		"what is no number":          {func(p *byPaper) answer { return p.asks("coffre") }, 403, "paper-refused", false, nil},
		"switched off by her": {func(p *byPaper) answer {
			must(p.t, p.domain.ChoosePaper(p.ctx, p.c.Actor, false))
			return p.asks(p.safe)
		}, 403, "paper-refused", true, nil},
		"switched off by her meanwhile": {func(p *byPaper) answer {
			in := p.challenge()
			must(p.t, p.domain.ChoosePaper(p.ctx, p.c.Actor, false))
			return p.proves(in, p.signed(p.c, in))
		}, 403, "paper-refused", true, nil},
		"the mediator's own safe": {func(p *byPaper) answer {
			_, err := p.domain.SignIn(p.ctx, safe.SignIn{Kind: safe.Citizen, Issuer: "https://fc.test", Sub: "fatou", Name: "Nadia HADDAD", ACR: "eidas1", Door: "web"})
			must(p.t, err)
			return p.asks(p.safe)
		}, 403, "same-person", true, nil},
		"another browser": {func(p *byPaper) answer {
			p.lent = ""
			return p.asks(p.safe)
		}, 404, "not-found", false, nil},
		"a browser that is locked for another session": {func(p *byPaper) answer {
			p.id = newKey()
			return p.asks(p.safe)
		}, 404, "not-found", false, nil},
		"a counter that is over": {func(p *byPaper) answer {
			p.clock.add(10*time.Minute + time.Second)
			return p.asks(p.safe)
		}, 404, "not-found", false, nil},
		"the sixth try on one safe": {func(p *byPaper) answer {
			for range 5 {
				p.challenge()
			}
			return p.asks(p.safe)
		}, 429, "rate-limited", false, nil},
		"the eleventh try at one mediator's": {func(p *byPaper) answer {
			for range 10 {
				p.asks(newKey()).is(p.t, 403)
			}
			return p.asks(p.safe)
		}, 429, "rate-limited", false, nil},
		"not of the operator's policy": {func(p *byPaper) answer {
			if got := p.b.get("/login/paper?counter=" + p.id).status; got != 404 {
				p.t.Errorf("the way there answers %d", got)
			}
			kept, err := p.once.Get(p.ctx, "counter/"+p.id)
			must(p.t, err)
			must(p.t, p.once.Replace(p.ctx, "counter/"+p.id, kept, []byte("out")))
			return p.asks(p.safe)
		}, 403, "paper-refused", false, []setting{off}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPaper(t, row.set...)
			if row.set == nil {
				p.comes()
			}
			row.try(p).is(t, row.status).refuses(t, row.slug)
			if row.journal {
				p.lastTold(journal.WhatPaperLogin, journal.ResultRefused)
			}
		})
	}
}

// TestAnOldLogInIsNoWord: a year after her last log-in with a provider she logs
// in there again.
func TestAnOldLogInIsNoWord(t *testing.T) {
	t.Parallel()
	p := newPaper(t)
	p.comes()
	p.challenge()
	must(t, p.db.Update(p.ctx, func(tx safe.Tx) error {
		acc, err := tx.Accounts.Get(p.ctx, p.c.Account)
		must(t, err)
		acc.Proven = p.clock.now().Add(-365*24*time.Hour - time.Second)
		return tx.Accounts.Put(p.ctx, acc)
	}))
	p.asks(p.safe).is(t, 403).refuses(t, "paper-refused")
	_, err := p.domain.SignIn(p.ctx, safe.SignIn{Kind: safe.Citizen, Issuer: "https://fc.test", Sub: "fatou", Name: p.c.Name, ACR: "eidas1", Door: "web"})
	must(t, err)
	p.challenge()
}
