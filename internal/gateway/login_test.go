//go:build demo

package gateway_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// wantJournal is the one entry that the last request wrote.
func (w *world) wantJournal(t *testing.T, what, result, reason string) journal.Event {
	t.Helper()
	all := w.rows.take()
	if len(all) != 1 || all[0].What != what || all[0].Result != result || all[0].Reason != reason {
		t.Fatalf("the journal says %+v, want %s %s %s", all, what, result, reason)
	}
	return all[0]
}

func TestLogInAsACitizen(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	back := b.leave("franceconnect", "angela", "/coffre/documents?tri=date")
	if name, _ := b.underWay(); name == "" || b.cookies["__Host-sid"] != "" {
		t.Errorf("cookies on the way: %v", b.cookies)
	}
	a := b.get(back)
	e := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "")
	if to := b.sentTo(a); to != "/coffre/documents?tri=date" {
		t.Errorf("ended at %s", to)
	}
	if name, _ := b.underWay(); name != "" || b.cookies["__Host-sid"] == "" {
		t.Errorf("cookies after it: %v", b.cookies)
	}
	if b.who() != "Angela Claire Louise DUBOIS" {
		t.Errorf("logged in as %q", b.who())
	}
	var me struct{ Kind string }
	b.get("/api/v1/me").read(t, &me)
	if me.Kind != "citizen" || e.Who.ID == "" || e.Safe == "" || e.Detail["acr"] != "eidas1" {
		t.Errorf("me %+v, journal %+v", me, e)
	}
	for _, line := range strings.Split(w.logged.String(), "\n") {
		for _, personal := range []string{"DUBOIS", "Angela", b.cookies["__Host-sid"]} {
			if strings.Contains(line, personal) {
				t.Errorf("the log tells who: %s", line)
			}
		}
	}
}

func TestLogInAsAnAgent(t *testing.T) {
	w := newWorld(t, simulated(t))
	o := w.keyless(t, "Mairie de Valmont", valmont)
	b := w.browser(t)
	b.logIn("proconnect", "camille", "")
	a := b.get("/api/v1/administration").is(t, http.StatusOK)
	if a.string(t, "id") != string(o.ID) {
		t.Errorf("agent of %s", a.body)
	}
	b.get("/api/v1/safe").is(t, http.StatusForbidden)

	stranger := w.browser(t)
	a = stranger.get(stranger.leave("proconnect", "etranger", ""))
	w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, safe.ReasonUnknownOrganisation)
	if to := stranger.sentTo(a); to != refused("unknown-organisation") || stranger.who() != "" {
		t.Errorf("an agent of no registered organisation ends at %s, as %q", to, stranger.who())
	}
}

// TestSamePersonSameSafe: an account is (issuer, sub), and nothing else.
func TestSamePersonSameSafe(t *testing.T) {
	w := newWorld(t, simulated(t))
	var seen []string
	for _, person := range []string{"angela", "angela", "marcel"} {
		b := w.browser(t)
		back := b.leave("franceconnect", person, "")
		b.get(back)
		seen = append(seen, w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "").Safe)
	}
	if seen[0] == "" || seen[0] != seen[1] || seen[1] == seen[2] {
		t.Errorf("safes %v", seen)
	}
}

func TestLogInRotatesTheSession(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.logIn("franceconnect", "angela", "")
	before := b.cookies["__Host-sid"]
	b.logIn("franceconnect", "marcel", "")
	if b.cookies["__Host-sid"] == before || b.who() != "Marcel LEROY" {
		t.Errorf("logged in as %q", b.who())
	}
	old := w.browser(t)
	old.cookies["__Host-sid"] = before
	if who := old.who(); who != "" {
		t.Errorf("the cookie of before is still %s", who)
	}
}

// TestWayBackIsLocal: no link to our log-in leads to somebody else's page.
func TestWayBackIsLocal(t *testing.T) {
	w := newWorld(t, simulated(t), unlimited)
	for back, want := range map[string]string{
		"": "/", "/": "/", "/coffre": "/coffre", "/coffre?a=b&c=d#e": "/coffre?a=b&c=d#e", "/é": "/%c3%a9",
		"//evil.example": "/", "///evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/", `/\/evil.example`: "/",
		"https://evil.example": "/", "https:evil.example": "/", "https:/evil.example": "/", "HTTP://evil.example": "/",
		"javascript:alert(1)": "/", "data:text/html,x": "/", "evil.example": "/", "@evil.example": "/", "coffre": "/",
		"/\t/evil.example": "/", "\t//evil.example": "/", " //evil.example": "/", "/\r\nLocation: https://evil.example": "/",
		"/\n/evil.example": "/", "?x": "/", "#x": "/", "/%zz": "/", ".": "/", "..//evil.example": "/",
		"/.//evil.example": "/evil.example", "/..//evil.example": "/evil.example", "/a/..//evil.example": "/evil.example",
		"/./\\evil.example": "/", "/%2f/evil.example": "/%2f/evil.example", "/%5cevil.example": "/%5cevil.example",
	} {
		b := w.browser(t)
		to := b.logIn("franceconnect", "angela", back)
		if to != want {
			t.Errorf("return %q leads to %q, want %q", back, to, want)
		}
		u, err := url.Parse(to)
		must(t, err)
		at, err := url.Parse(w.url + "/callback/franceconnect")
		must(t, err)
		if at.ResolveReference(u).Host != at.Host {
			t.Errorf("return %q leads to another site: %q", back, to)
		}
	}
}

// TestTurningBackIsJournalled with its reason, and logs nobody in.
func TestTurningBackIsJournalled(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	a := b.get(b.leave("franceconnect", "", "/coffre"))
	w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, "access-denied")
	if to := b.sentTo(a); to != refused("access-denied") || b.who() != "" || len(b.cookies) != 0 {
		t.Errorf("ended at %s, as %q with %v", to, b.who(), b.cookies)
	}
}

// TestCallbackThatLies: each ends on the page that says so, logs nobody in,
// and leaves whoever was logged in as she was.
func TestCallbackThatLies(t *testing.T) {
	for name, c := range map[string]struct {
		change func(url.Values)
		slug   string
	}{
		"another state":  {func(q url.Values) { q.Set("state", strings.Repeat("x", 64)) }, "login-expired"},
		"no state":       {func(q url.Values) { q.Del("state") }, "login-expired"},
		"another code":   {func(q url.Values) { q.Set("code", "x") }, "login-refused"},
		"no code":        {func(q url.Values) { q.Del("code") }, "login-refused"},
		"another issuer": {func(q url.Values) { q.Set("iss", "https://evil.example") }, "login-refused"},
		"no issuer":      {func(q url.Values) { q.Del("iss") }, "login-refused"},
		"a private-sector agent": {func(q url.Values) {
			q.Del("code")
			q.Set("error", "server_error")
			q.Set("error_description", "Y500015")
		}, "private-agent"},
		"an error with markup": {func(q url.Values) {
			q.Del("code")
			q.Set("error", "</script><script>alert(1)</script>&refus=x")
		}, "login-refused"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, simulated(t))
			b := w.browser(t)
			b.logIn("franceconnect", "marcel", "")
			back, err := url.Parse(b.leave("franceconnect", "angela", ""))
			must(t, err)
			q := back.Query()
			c.change(q)
			a := b.get(back.Path + "?" + q.Encode())
			w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, c.slug)
			if to := b.sentTo(a); to != refused(c.slug) {
				t.Errorf("ended at %s", to)
			}
			if who := b.who(); who != "Marcel LEROY" {
				t.Errorf("now logged in as %q", who)
			}
			// The attempt is spent: the true answer comes too late. Without its
			// state it is not found, and nobody can spend it.
			want := refused("login-expired")
			if strings.HasSuffix(name, "state") {
				want = "/"
			}
			if to := b.sentTo(b.get(back.String())); to != want {
				t.Errorf("the same log-in again ends at %s, want %s", to, want)
			}
		})
	}
}

// TestCallbackIsGoodOnce, in the browser that left, within its time.
func TestCallbackIsGoodOnce(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	back := b.leave("franceconnect", "angela", "")

	victim := w.browser(t) // is sent the link that would log her in as Angela
	if to := victim.sentTo(victim.get(back)); to != refused("login-expired") || victim.who() != "" {
		t.Errorf("in another browser it ends at %s, as %q", to, victim.who())
	}
	victim.leave("franceconnect", "marcel", "")
	if to := victim.sentTo(victim.get(back)); to != refused("login-expired") || victim.who() != "" {
		t.Errorf("under another log-in it ends at %s, as %q", to, victim.who())
	}

	name, kept := b.underWay()
	if to := b.sentTo(b.get(back)); to != "/" {
		t.Fatalf("ended at %s", to)
	}
	again := w.browser(t)
	again.cookies[name] = kept
	if to := again.sentTo(again.get(back)); to != refused("login-expired") || again.who() != "" {
		t.Errorf("replayed with its cookie it ends at %s, as %q", to, again.who())
	}

	late := w.browser(t)
	back = late.leave("franceconnect", "angela", "")
	w.clock.add(10 * time.Minute)
	if to := late.sentTo(late.get(back)); to != refused("login-expired") || late.who() != "" {
		t.Errorf("after ten minutes it ends at %s, as %q", to, late.who())
	}
}

// TestIssuerMixUp: an answer of one provider at the other's address.
func TestIssuerMixUp(t *testing.T) {
	w := newWorld(t, simulated(t))
	w.keyless(t, "Mairie de Valmont", valmont)
	b := w.browser(t)
	back := b.leave("franceconnect", "angela", "")
	mixed := strings.Replace(back, "/callback/franceconnect", "/callback/proconnect", 1)
	if to := b.sentTo(b.get(mixed)); to != refused("login-expired") || b.who() != "" {
		t.Errorf("ended at %s, as %q", to, b.who())
	}
	if to := b.sentTo(b.get(back)); to != refused("login-expired") || b.who() != "" {
		t.Errorf("then, at the right one, at %s as %q", to, b.who())
	}
	b.get("/login/google").is(t, http.StatusNotFound).refuses(t, "not-found")
	b.get("/callback/google?code=x&state=y").is(t, http.StatusNotFound).refuses(t, "not-found")
}

// TestProviderDown: nobody logs in, whoever is logged in stays, and the
// provider is found again when it is back.
func TestProviderDown(t *testing.T) {
	var down bool
	broken := func(_ *safe.Config, c *gateway.Config) {
		for prefix, h := range c.Extra {
			c.Extra[prefix] = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if down {
					rw.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				h.ServeHTTP(rw, r)
			})
		}
	}
	w := newWorld(t, simulated(t), broken)
	down = true
	b := w.browser(t)
	if to := b.sentTo(b.get("/login/franceconnect")); to != refused("provider-unavailable") || len(b.cookies) != 0 {
		t.Errorf("ended at %s with %v", to, b.cookies)
	}
	down = false
	w.clock.add(10 * time.Second)
	back := b.leave("franceconnect", "angela", "")
	down = true
	a := b.get(back)
	w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, "provider-unavailable")
	if to := b.sentTo(a); to != refused("provider-unavailable") || b.who() != "" {
		t.Errorf("ended at %s, as %q", to, b.who())
	}
	down = false
	w.clock.add(10 * time.Second)
	b.logIn("franceconnect", "angela", "")
	down = true
	if b.who() == "" {
		t.Error("a provider that is down has ended a session of ours")
	}
}

// TestLowAssuranceIsInHerOwnJournal: whoever edits the address on the way to
// the provider gets a lower assurance than was asked for, and no session; she
// sees that somebody got as far as that in her name.
func TestLowAssuranceIsInHerOwnJournal(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.get(b.leave("franceconnect", "angela", ""))
	own := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "").Safe
	to := b.sentTo(b.get("/login/franceconnect-plus?level=3"))
	lowered := strings.Replace(to, "acr_values=eidas3", "acr_values=eidas2", 1)
	other := w.browser(t)
	name, value := b.underWay()
	other.cookies[name] = value
	a := other.get(other.theirs(http.MethodPost, lowered, url.Values{"persona": {"angela"}}))
	e := w.wantJournal(t, journal.WhatLoginRefused, journal.ResultRefused, "level-too-low")
	if to := other.sentTo(a); to != refused("level-too-low") || other.who() != "" || e.Safe != own || own == "" || lowered == to {
		t.Errorf("ended at %s, as %q; journal of %q, hers is %q", to, other.who(), e.Safe, own)
	}
}

func TestLogInRoutesAreNavigations(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	for _, r := range []request{
		{method: http.MethodPost, path: "/login/franceconnect"},
		{method: http.MethodPost, path: "/callback/franceconnect"},
		{method: http.MethodGet, path: "/logout"},
	} {
		a := w.do(t, r)
		if !slices.Contains([]int{http.StatusMethodNotAllowed, http.StatusNotFound}, a.status) {
			t.Errorf("%s %s: %d", r.method, r.path, a.status)
		}
	}
	var site struct{ Providers []struct{ ID, Kind string } }
	must(t, json.Unmarshal(b.get("/api/v1/site").body, &site))
	if len(site.Providers) != 3 {
		t.Errorf("providers %+v", site.Providers)
	}
}
