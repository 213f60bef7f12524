//go:build demo

package gateway_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// cli is a command line that waits to be let in.
type cli struct {
	w              *world
	t              *testing.T
	device, user   string
	complete, page string
}

func (w *world) cli(t *testing.T, name string) *cli {
	t.Helper()
	a := w.do(t, form("/oauth/device", "client_id", "coffre-cli", "device_name", name)).is(t, http.StatusOK)
	var v struct {
		Interval int `json:"interval"`
		Expires  int `json:"expires_in"`
	}
	a.read(t, &v)
	if v.Interval != 2 || v.Expires != 600 {
		t.Errorf("interval %d, expires in %d", v.Interval, v.Expires)
	}
	return &cli{w, t, a.string(t, "device_code"), a.string(t, "user_code"), a.string(t, "verification_uri_complete"), a.string(t, "verification_uri")}
}

func (c *cli) ask() answer {
	c.t.Helper()
	return c.w.do(c.t, form("/oauth/token", "grant_type", deviceGrant, "client_id", "coffre-cli", "device_code", c.device))
}

// poll asks after the interval.
func (c *cli) poll() answer {
	c.t.Helper()
	c.w.clock.add(2 * time.Second)
	return c.ask()
}

// told is the error that a command line is told (RFC 8628 §3.5).
func told(t *testing.T, a answer, code string) {
	t.Helper()
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	if got := a.is(t, status).string(t, "error"); got != code || strings.Contains(string(a.body), "access_token") {
		t.Errorf("told %s, want %s", a.body, code)
	}
}

func (b *browser) answerDevice(user string, allow bool) answer {
	b.t.Helper()
	var all []string
	for name, v := range b.cookies {
		all = append(all, name+"="+v)
	}
	return b.w.do(b.t, request{
		method: http.MethodPost, path: "/api/v1/devices/" + user, json: object{"allow": allow},
		header: object{"Cookie": strings.Join(all, "; ")},
	})
}

func (w *world) angela(t *testing.T) *browser {
	t.Helper()
	b := w.browser(t)
	if to := b.logIn("franceconnect", "angela", ""); to != "/" {
		t.Fatalf("log-in ended at %s", to)
	}
	return b
}

func TestDeviceIsLetIn(t *testing.T) {
	w := newWorld(t, simulated(t))
	b, c := w.angela(t), w.cli(t, "Portable d'Angela")
	if !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{8}$`).MatchString(c.user) || len(c.device) != 43 {
		t.Errorf("codes %q, %q", c.user, c.device)
	}
	if c.page != w.url+"/appareil" || c.complete != c.page+"?code="+c.user {
		t.Errorf("to be confirmed at %s, %s", c.page, c.complete)
	}
	told(t, c.poll(), "authorization_pending")
	a := b.get("/api/v1/devices/"+c.user).is(t, http.StatusOK)
	if a.string(t, "device") != "Portable d'Angela" || strings.Contains(string(a.body), c.device) {
		t.Errorf("she is shown %s", a.body)
	}
	told(t, c.poll(), "authorization_pending") // being looked at is not being allowed
	b.answerDevice(c.user, true).is(t, http.StatusNoContent)
	got := c.poll().is(t, http.StatusOK)
	token := caller{bearer: got.string(t, "access_token")}
	if name := w.do(t, request{who: token, method: http.MethodGet, path: "/api/v1/me"}).string(t, "name"); name != "Angela Claire Louise DUBOIS" {
		t.Errorf("let in as %s", name)
	}
	if got.string(t, "token_type") != "Bearer" {
		t.Errorf("token %s", got.body)
	}
	told(t, c.poll(), "expired_token") // the code was good once
	b.get("/api/v1/devices/"+c.user).is(t, http.StatusNotFound)
	if d := b.get("/api/v1/sessions").items(t, "device"); len(d) != 2 || d[0] != "Portable d'Angela" {
		t.Errorf("her sessions are %v", d)
	}
}

func TestDeviceIsJournalled(t *testing.T) {
	w := newWorld(t, simulated(t))
	b := w.browser(t)
	b.get(b.leave("franceconnect", "angela", ""))
	who := w.wantJournal(t, journal.WhatLogin, journal.ResultDone, "")
	angela := safe.Actor{Kind: safe.Citizen, Account: safe.AccountID(who.Who.ID), Safe: safe.SafeID(who.Safe), Level: 1}
	must(t, w.domain.AcceptTerms(w.ctx, angela, w.domain.TermsVersion()))
	for _, allow := range []bool{true, false} {
		b.answerDevice(w.cli(t, "Portable").user, allow).is(t, http.StatusNoContent)
	}
	page, err := w.domain.Journal(w.ctx, angela, "", 2)
	must(t, err)
	var results []string
	for _, item := range page.Items {
		e, err := journal.DecodeEvent(item.Event)
		must(t, err)
		if e.What != journal.WhatDeviceAllowed || e.Detail["device"] != "Portable" || e.Who.ID != who.Who.ID {
			t.Errorf("her journal says %+v", e)
		}
		results = append(results, e.Result)
	}
	if !slices.Equal(results, []string{journal.ResultRefused, journal.ResultDone}) {
		t.Errorf("her journal says %v", results)
	}
}

func TestDeviceIsRefused(t *testing.T) {
	w := newWorld(t, simulated(t))
	b, c := w.angela(t), w.cli(t, "Portable")
	b.answerDevice(c.user, false).is(t, http.StatusNoContent)
	b.answerDevice(c.user, true).is(t, http.StatusNotFound) // no second thoughts
	told(t, c.poll(), "access_denied")
	told(t, c.poll(), "expired_token")
}

func TestDeviceThatAsksTooOften(t *testing.T) {
	w := newWorld(t, simulated(t))
	b, c := w.angela(t), w.cli(t, "Portable")
	told(t, c.poll(), "authorization_pending")
	told(t, c.ask(), "slow_down")
	b.answerDevice(c.user, true).is(t, http.StatusNoContent)
	told(t, c.ask(), "slow_down")
	c.poll().is(t, http.StatusOK) // nothing is lost by it
}

func TestDeviceWaitsTenMinutes(t *testing.T) {
	w := newWorld(t, simulated(t))
	c := w.cli(t, "Portable")
	w.clock.add(10*time.Minute - 3*time.Second)
	b := w.angela(t)
	told(t, c.poll(), "authorization_pending")
	w.clock.add(time.Second)
	told(t, c.poll(), "expired_token")
	b.answerDevice(c.user, true).is(t, http.StatusNotFound)
	told(t, c.poll(), "expired_token")
}

// TestGuessingCodes: twenty tries in ten minutes, right ones counted.
func TestGuessingCodes(t *testing.T) {
	w := newWorld(t, simulated(t))
	b, c := w.angela(t), w.cli(t, "Portable")
	var limited answer
	for i := range 40 {
		if i == 19 {
			w.clock.add(time.Minute) // beyond the limit of a minute, which is another
		}
		limited = b.get("/api/v1/devices/BBBBBBBB")
		if limited.status != http.StatusNotFound {
			if i != 20 {
				t.Errorf("limited after %d tries", i)
			}
			break
		}
	}
	limited.is(t, http.StatusTooManyRequests).refuses(t, "rate-limited")
	if limited.header.Get("Retry-After") == "" {
		t.Error("it is not said for how long")
	}
	w.clock.add(61 * time.Second)
	b.answerDevice(c.user, true).is(t, http.StatusTooManyRequests)
	told(t, c.poll(), "authorization_pending")
	other := w.browser(t)
	other.logIn("franceconnect", "marcel", "")
	other.get("/api/v1/devices/"+c.user).is(t, http.StatusOK) // others are unharmed
	w.clock.add(8 * time.Minute)
	b.get("/api/v1/devices/"+w.cli(t, "Portable").user).is(t, http.StatusOK)
}

func TestCodesOfAnotherForm(t *testing.T) {
	w := newWorld(t, simulated(t), unlimited)
	b, c := w.angela(t), w.cli(t, "Portable")
	for _, code := range []string{
		strings.ToLower(c.user), c.user[:7], c.user + "B", c.user[:4] + "-" + c.user[4:], c.device, "AEIOUYAE", url.PathEscape("../" + c.user), "%00%00%00%00%00%00%00%00",
	} {
		if a := b.get("/api/v1/devices/" + code); a.status != http.StatusNotFound && a.status != http.StatusBadRequest && a.status != http.StatusPermanentRedirect {
			t.Errorf("code %q: %d %s", code, a.status, a.body)
		}
	}
	told(t, c.poll(), "authorization_pending")
}

// TestOnlyAnAccountInABrowserLetsIn: nobody, a command line, a machine and
// another site do not.
func TestOnlyAnAccountInABrowserLetsIn(t *testing.T) {
	w := newWorld(t, simulated(t))
	o := w.office(t, "Mairie de Valmont", valmont)
	first, c := w.cli(t, "Portable"), w.cli(t, "Autre")
	b := w.angela(t)
	b.answerDevice(first.user, true).is(t, http.StatusNoContent)
	token := caller{bearer: first.poll().string(t, "access_token")}
	yes := request{method: http.MethodPost, path: "/api/v1/devices/" + c.user, json: object{"allow": true}}
	w.do(t, yes).is(t, http.StatusUnauthorized)
	w.do(t, yes.by(token)).is(t, http.StatusForbidden)
	w.do(t, yes.by(o.system)).is(t, http.StatusForbidden)
	w.do(t, yes.by(caller{cookie: b.cookies["__Host-sid"]}).with("Sec-Fetch-Site", "cross-site")).is(t, http.StatusForbidden)
	w.do(t, yes.by(caller{cookie: b.cookies["__Host-sid"]}).with("Origin", "https://evil.example")).is(t, http.StatusForbidden)
	told(t, c.poll(), "authorization_pending")
	w.do(t, yes.by(o.agent)).is(t, http.StatusNoContent)
	agent := caller{bearer: c.poll().string(t, "access_token")}
	w.do(t, request{who: agent, method: http.MethodGet, path: "/api/v1/administration"}).is(t, http.StatusOK)
	w.do(t, request{who: agent, method: http.MethodGet, path: "/api/v1/safe"}).is(t, http.StatusForbidden)
}

// TestDeviceTokenEndsLikeASession: she ends it from her list, at once.
func TestDeviceTokenEndsLikeASession(t *testing.T) {
	w := newWorld(t, simulated(t))
	b, c := w.angela(t), w.cli(t, "Portable")
	b.answerDevice(c.user, true).is(t, http.StatusNoContent)
	token := caller{bearer: c.poll().string(t, "access_token")}
	me := request{who: token, method: http.MethodGet, path: "/api/v1/me"}
	w.do(t, me).is(t, http.StatusOK)
	id := b.get("/api/v1/sessions").items(t, "id")[0]
	b.call(http.MethodDelete, "/api/v1/sessions/"+id, nil).is(t, http.StatusNoContent)
	w.do(t, me).is(t, http.StatusUnauthorized).refuses(t, "session-expired")
}

// TestOneOfManyCollects: an allowed code that is polled from several places
// gives one token.
func TestOneOfManyCollects(t *testing.T) {
	w := newWorld(t, simulated(t), unlimited)
	b, c := w.angela(t), w.cli(t, "Portable")
	b.answerDevice(c.user, true).is(t, http.StatusNoContent)
	var mu sync.Mutex
	tokens := 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			res, err := straight.PostForm(w.url+"/oauth/token", url.Values{"grant_type": {deviceGrant}, "client_id": {"coffre-cli"}, "device_code": {c.device}})
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			if res.StatusCode == http.StatusOK {
				tokens++
			}
		})
	}
	wg.Wait()
	if tokens != 1 {
		t.Errorf("%d tokens were given", tokens)
	}
}

func TestDeviceRequestsThatLie(t *testing.T) {
	w := newWorld(t, simulated(t), unlimited)
	told(t, w.do(t, form("/oauth/device")), "invalid_client")
	told(t, w.do(t, form("/oauth/device", "client_id", "somebody")), "invalid_client")
	for _, name := range []string{"a\x00b", "a\nb", strings.Repeat("x", 101), "\xff\xfe"} {
		told(t, w.do(t, form("/oauth/device", "client_id", "coffre-cli", "device_name", name)), "invalid_request")
	}
	c := w.cli(t, "")
	ask := func(pairs ...string) answer { return w.do(t, form("/oauth/token", pairs...)) }
	told(t, ask("grant_type", deviceGrant, "client_id", "somebody", "device_code", c.device), "invalid_client")
	told(t, ask("grant_type", deviceGrant, "device_code", c.device), "invalid_client")
	told(t, ask("grant_type", deviceGrant, "client_id", "coffre-cli"), "expired_token")
	told(t, ask("grant_type", deviceGrant, "client_id", "coffre-cli", "device_code", c.user), "expired_token")
	told(t, ask("grant_type", "authorization_code", "client_id", "coffre-cli", "code", c.device), "unsupported_grant_type")
	twice := form("/oauth/token", "grant_type", deviceGrant, "client_id", "coffre-cli", "device_code", c.device)
	twice.body = append(twice.body, "&device_code=x"...)
	told(t, w.do(t, twice), "invalid_request")
	inURL := form("/oauth/token?" + string(form("", "grant_type", deviceGrant, "client_id", "coffre-cli", "device_code", c.device).body))
	told(t, w.do(t, inURL), "unsupported_grant_type") // never from the address
	told(t, c.poll(), "authorization_pending")
}
