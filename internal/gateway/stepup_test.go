//go:build demo

package gateway_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// exportAt makes one act ask for a level.
func exportAt(level int) setting {
	return func(c *safe.Config, _ *gateway.Config) { c.Policy.Levels = map[safe.Act]int{safe.ActExport: level} }
}

// climb leaves for a stronger log-in, through the log-out that comes first, and
// gives the address that the provider sends the browser back with.
func (b *browser) climb(path, person string) string {
	b.t.Helper()
	to := b.sentTo(b.get(path))
	if strings.Contains(to, "/session/end?") {
		to = b.sentTo(b.get(b.theirs(http.MethodGet, to, nil)))
	}
	if !strings.HasPrefix(to, simulator.Prefix+simulator.FranceConnectPlus) {
		b.t.Fatalf("the stronger log-in goes to %s", to)
	}
	return b.theirs(http.MethodPost, to, url.Values{"persona": {person}})
}

const up = "/login/franceconnect-plus?level=2&return=/export"

// TestStepUp: an act that asks for more says how much; logged in again at
// FranceConnect+, she is the same person with the same safe, back where she
// was, under a new session; the old one is over.
func TestStepUp(t *testing.T) {
	w := newWorld(t, simulated(t), exportAt(2))
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	me := b.get("/api/v1/me")
	var site struct{ Levels map[string]int }
	if b.get("/api/v1/site").read(t, &site); len(site.Levels) != 1 || site.Levels["export"] != 2 {
		t.Errorf("the pages are told %v", site.Levels)
	}
	a := b.get("/api/v1/safe/export")
	a.is(t, http.StatusForbidden).refuses(t, "level-too-low")
	var problem struct{ Level int }
	if a.read(t, &problem); problem.Level != 2 {
		t.Errorf("she is not told how much more is asked: %s", a.body)
	}
	before := b.cookies["__Host-sid"]
	back := b.climb(up, "angela")
	if b.cookies["__Host-sid"] != before || b.who() == "" {
		t.Error("leaving for a stronger log-in has ended her session")
	}
	if to := b.sentTo(b.get(back)); to != "/export" {
		t.Errorf("ended at %s", to)
	}
	e := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "")
	after := b.get("/api/v1/me")
	if after.string(t, "account") != me.string(t, "account") || after.string(t, "level") != "eidas2" || e.Detail["acr"] != "eidas2" {
		t.Errorf("before %s\nafter %s\njournal %+v", me.body, after.body, e)
	}
	if b.cookies["__Host-sid"] == before {
		t.Error("the session kept its identifier")
	}
	old := w.browser(t)
	old.cookies["__Host-sid"] = before
	if old.who() != "" {
		t.Error("the session of before lives on")
	}
	if a := b.get("/api/v1/safe/export"); a.status == http.StatusForbidden {
		t.Errorf("still refused: %s", a.body)
	}
}

// TestStepUpLogsOutFirst at FranceConnect, whose session is shared between
// sites; level 3 is asked anew there each time, and needs it not. Another
// site's link logs nobody out.
func TestStepUpLogsOutFirst(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	to := b.sentTo(b.get(up))
	if !strings.HasPrefix(to, simulator.Prefix+"franceconnect/api/v2/session/end?") || !strings.Contains(to, "id_token_hint=ey") {
		t.Errorf("level 2 goes to %s", to)
	}
	for name, a := range map[string]answer{
		"level 3":             b.get("/login/franceconnect-plus?level=3"),
		"another site's link": b.call(http.MethodGet, up, object{"Sec-Fetch-Site": "cross-site"}),
		"nobody logged in":    w.browser(t).get(up),
	} {
		want := "acr_values=eidas2"
		if name == "level 3" {
			want = "acr_values=eidas3"
		}
		if to := b.sentTo(a); !strings.HasPrefix(to, simulator.Prefix+"franceconnect-plus/api/v2/authorize?") || !strings.Contains(to, want) {
			t.Errorf("%s goes to %s", name, to)
		}
	}
	// The way back from the log-out is good once, in this browser.
	back := b.theirs(http.MethodGet, to, nil)
	if to := b.sentTo(w.browser(t).get(back)); to != "/" {
		t.Errorf("in another browser it leads to %s", to)
	}
	if to := b.sentTo(b.get(back)); !strings.Contains(to, "/authorize?") {
		t.Errorf("it leads to %s", to)
	}
	if to := b.sentTo(b.get(back)); to != "/" {
		t.Errorf("a second time it leads to %s", to)
	}
	// Neither is it a log-in that an answer could be for.
	to = b.sentTo(b.get(up))
	u, err := url.Parse(b.theirs(http.MethodGet, to, nil))
	must(t, err)
	forged := "/callback/franceconnect-plus?code=x&state=" + u.Query().Get("state")
	if to := b.sentTo(b.get(forged)); !strings.HasPrefix(to, "/connexion?refus=") {
		t.Errorf("a forged answer ends at %s", to)
	}
}

// TestStepUpIsForHerAlone: whoever else logs in on her computer acts in
// nobody's safe by it; turning back loses nothing.
func TestStepUpIsForHerAlone(t *testing.T) {
	w := newWorld(t, simulated(t))
	other := w.browser(t)
	other.get(other.leave("franceconnect", "marcel", ""))
	his := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "").Safe
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	for person, slug := range map[string]string{"marcel": "other-person", "": "access-denied"} {
		a := b.get(b.climb(up, person))
		e := w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, slug)
		if to := b.sentTo(a); to != refused(slug) || b.who() != "Angela Claire Louise DUBOIS" {
			t.Errorf("as %q it ends at %s, she is %q", person, to, b.who())
		}
		if (person == "marcel") != (e.Safe == his) {
			t.Errorf("the journal has it for %q, his is %q", e.Safe, his)
		}
	}
	// Her session is over by the time: then it is an ordinary log-in.
	back := b.climb(up, "marcel")
	b.call(http.MethodPost, "/logout", nil)
	if to := b.sentTo(b.get(back)); to != "/export" || b.who() != "Marcel LEROY" {
		t.Errorf("ended at %s as %q", to, b.who())
	}
}

// TestLevelThatCannotBeHad: said before she is sent away, and no level is
// taken that is none.
func TestLevelThatCannotBeHad(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	if to := b.sentTo(b.get("/login/franceconnect?level=2")); to != refused("level-unavailable") {
		t.Errorf("ended at %s", to)
	}
	for _, level := range []string{"", "0", "4", "-1", "x", "2.5"} {
		if to := b.sentTo(b.get("/login/franceconnect-plus?level=" + level)); to != refused("invalid") {
			t.Errorf("level %q leads to %s", level, to)
		}
	}
}

// TestTwoTabs of one browser log in at once: both end where they began.
func TestTwoTabs(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	one, two := b.leave("franceconnect", "angela", "/documents"), b.leave("franceconnect", "angela", "/journal")
	if to := b.sentTo(b.get(two)); to != "/journal" {
		t.Errorf("the second tab ends at %s", to)
	}
	if to := b.sentTo(b.get(one)); to != "/documents" || b.who() == "" {
		t.Errorf("the first tab ends at %s as %q", to, b.who())
	}
	if name, _ := b.underWay(); name != "" {
		t.Errorf("%s is left behind", name)
	}
}

// TestHelpersSession: the pages and every entry of the journal say that a
// helper may have opened it; a command line let in by it says so too.
func TestHelpersSession(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.get(b.leave("franceconnect", "marcel-aide", ""))
	e := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "")
	if e.Who.Through != "Aidants Connect" || b.get("/api/v1/me").string(t, "through") != "Aidants Connect" {
		t.Errorf("journal %+v, me %s", e, b.get("/api/v1/me").body)
	}
	if list := b.get("/api/v1/sessions").items(t, "through"); len(list) != 1 || list[0] != "Aidants Connect" {
		t.Errorf("sessions %v", list)
	}
	himself := w.browser(t)
	himself.get(himself.leave("franceconnect", "marcel", ""))
	if own := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, ""); own.Safe != e.Safe || own.Who.Through != "" {
		t.Errorf("himself %+v, helped %+v", own, e)
	}
}

// TestHelpersRefused: where the operator wants no session in somebody else's
// hands, the refusal has its own sentence and stands in the citizen's journal.
func TestHelpersRefused(t *testing.T) {
	w := newWorld(t, simulatedAs(t, func(c *oidc.Config) {
		if c.ID == simulator.FranceConnect {
			c.RefuseIDP = []string{simulator.AidantsConnect}
		}
	}))
	himself := w.browser(t)
	himself.get(himself.leave("franceconnect", "marcel", ""))
	own := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "").Safe
	b := w.browser(t)
	a := b.get(b.leave("franceconnect", "marcel-aide", ""))
	e := w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, "helper-refused")
	if to := b.sentTo(a); to != refused("helper-refused") || b.who() != "" || e.Safe != own {
		t.Errorf("ended at %s as %q, journal %+v", to, b.who(), e)
	}
}

// TestOurKeysAtProviders are published, and nothing private with them.
func TestOurKeysAtProviders(t *testing.T) {
	w := newWorld(t, simulated(t))
	a := w.do(t, request{method: http.MethodGet, path: "/oidc/jwks"}).is(t, http.StatusOK)
	if strings.Contains(string(a.body), `"d":`) || strings.Count(string(a.body), `"kty"`) != 3 {
		t.Errorf("published: %s", a.body)
	}
	without := newWorld(t)
	if a := without.do(t, request{method: http.MethodGet, path: "/oidc/jwks"}).is(t, http.StatusOK); strings.TrimSpace(string(a.body)) != `{"keys":[]}` {
		t.Errorf("published: %s", a.body)
	}
}
