package oidc_test

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

func queryOf(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// TestParametersSent: exactly what each provider takes. FranceConnect answers
// one parameter too many with Y030007.
func TestParametersSent(t *testing.T) {
	basis := []string{"client_id", "nonce", "redirect_uri", "response_type", "scope", "state"}
	// An acr that was not asked for would not be answered.
	const claims = `{"id_token":{"acr":{"essential":true,"values":["eidas2","eidas3"]}}}`
	pkce := slices.Sorted(slices.Values(append([]string{"code_challenge", "code_challenge_method"}, basis...)))
	for _, c := range []struct {
		profile oidc.Profile
		names   []string
		scope   string
	}{
		{oidc.FranceConnect, append([]string{"acr_values"}, basis...), "openid given_name family_name idp_id"},
		{oidc.ProConnect, append([]string{"claims"}, pkce...), "openid given_name usual_name siret idp_id"},
		{oidc.Plain, pkce, "openid profile"},
	} {
		h := newHostile(t)
		to, attempt, err := h.client(c.profile, 2).Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		q := queryOf(t, to)
		if got := slices.Sorted(maps.Keys(q)); !slices.Equal(got, c.names) {
			t.Errorf("%s is sent %v, want %v", c.profile, got, c.names)
		}
		want := map[string]string{
			"client_id": clientID, "redirect_uri": redirect, "response_type": "code", "scope": c.scope,
			"state": attempt.State, "nonce": attempt.Nonce,
		}
		if c.profile == oidc.FranceConnect {
			want["acr_values"] = "eidas2"
		} else {
			want["code_challenge_method"] = "S256"
		}
		if c.profile == oidc.ProConnect {
			want["claims"] = claims
		}
		for name, v := range want {
			if q.Get(name) != v {
				t.Errorf("%s: %s is %q, want %q", c.profile, name, q.Get(name), v)
			}
		}
		if (attempt.Verifier == "") != (c.profile == oidc.FranceConnect) || (attempt.Verifier != "" && strings.Contains(to, attempt.Verifier)) {
			t.Errorf("%s: verifier %q, sent %s", c.profile, attempt.Verifier, to)
		}
	}
}

func TestEveryAttemptIsItsOwn(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.ProConnect, 1)
	form := regexp.MustCompile(`^[A-Za-z0-9]{64}$`)
	seen := map[string]bool{}
	for range 50 {
		_, a, err := p.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []string{a.State, a.Nonce, a.Verifier} {
			if seen[v] {
				t.Errorf("%q came twice", v)
			}
			seen[v] = true
		}
		if !form.MatchString(a.State) || !form.MatchString(a.Nonce) {
			t.Errorf("state %q, nonce %q: not 64 letters and digits", a.State, a.Nonce)
		}
	}
}

// TestEmptyAttempt: an answer without log-in, with every value empty, matches
// nothing.
func TestEmptyAttempt(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.FranceConnect, 1)
	for _, a := range []oidc.Attempt{{}, {State: "s"}, {Nonce: "n"}} {
		who, err := p.Finish(t.Context(), url.Values{"state": {a.State}, "code": {code}, "iss": {h.URL}}, a)
		wantRefused(t, who, err, "login-expired")
	}
}

// TestNoCodeAsksNothing: an answer without a code is refused here.
func TestNoCodeAsksNothing(t *testing.T) {
	h := newHostile(t)
	h.answer = func(q url.Values) { q.Del("code") }
	who, err := h.logIn(h.client(oidc.FranceConnect, 1))
	wantRefused(t, who, err, "login-refused")
	if n := h.times("/token"); n != 0 {
		t.Errorf("the token endpoint was asked %d times for nothing", n)
	}
}

func TestLevels(t *testing.T) {
	for acr, want := range map[string]int{
		"eidas1": 1, "eidas2": 2, "eidas3": 3, "eidas1-mfa": 1, "": 0, "eidas0": 0, "eidas0-mfa": 0,
		"eidas": 0, "eidas4": 0, "eidas10": 0, "EIDAS3": 0, "eidas3 ": 0, "eidas1 eidas3": 0,
		"https://proconnect.gouv.fr/assurance/certification-dirigeant": 0,
	} {
		if got := oidc.Level(acr); got != want {
			t.Errorf("level of %q is %d, want %d", acr, got, want)
		}
	}
}

func TestLevelAsked(t *testing.T) {
	for _, c := range []struct {
		asked int
		acr   string
		ok    bool
	}{{1, "eidas1", true}, {1, "eidas3", true}, {2, "eidas1", false}, {2, "eidas2", true}, {3, "eidas2", false}, {3, "eidas3", true}} {
		h := newHostile(t)
		h.id = set("acr", c.acr)
		who, err := h.logIn(h.client(oidc.FranceConnect, c.asked))
		if !c.ok {
			wantRefused(t, who, err, "level-too-low")
		} else if err != nil || who.Level != oidc.Level(c.acr) {
			t.Errorf("asked %d, got %s: %+v, %v", c.asked, c.acr, who, err)
		}
	}
}

// TestPlainWithoutLevels: a provider that speaks of no level counts as low,
// and never as more.
func TestPlainWithoutLevels(t *testing.T) {
	h := newHostile(t)
	h.id = set("acr", "")
	if who := h.wantLogIn(h.client(oidc.Plain, 1)); who.Level != 1 {
		t.Errorf("level %d, want 1", who.Level)
	}
	who, err := h.logIn(h.client(oidc.Plain, 2))
	wantRefused(t, who, err, "level-too-low")
}

func TestUnusableConfig(t *testing.T) {
	good := oidc.Config{Profile: oidc.Plain, Issuer: "https://op.example", ClientID: "c", ClientSecret: "s", RedirectURL: redirect}
	if _, err := oidc.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*oidc.Config){
		"issuer": func(c *oidc.Config) { c.Issuer = "" }, "client": func(c *oidc.Config) { c.ClientID = "" },
		"secret": func(c *oidc.Config) { c.ClientSecret = "" }, "redirect": func(c *oidc.Config) { c.RedirectURL = "" },
		"profile": func(c *oidc.Config) { c.Profile = "googleconnect" },
	} {
		c := good
		spoil(&c)
		if _, err := oidc.New(c); err == nil {
			t.Errorf("made without a usable %s", name)
		}
	}
}

func TestLogoutURL(t *testing.T) {
	h := newHostile(t)
	h.metadata = set("end_session_endpoint", h.URL+"/end?tenant=1")
	p := h.client(oidc.FranceConnect, 1)
	to, err := p.LogoutURL(t.Context(), "hint", "state-1")
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"tenant": {"1"}, "id_token_hint": {"hint"}, "state": {"state-1"}, "post_logout_redirect_uri": {"https://coffre.example/logout/callback"}}
	if !strings.HasPrefix(to, h.URL+"/end?") || !maps.EqualFunc(queryOf(t, to), want, slices.Equal) {
		t.Errorf("log out at %s", to)
	}
	if to, err := p.LogoutURL(t.Context(), "", "state-1"); to != "" || refusedAs(err) != "provider-logout" {
		t.Errorf("without a hint the provider would refuse %s: %v", to, err)
	}
	h2 := newHostile(t)
	h2.handle[discovery] = down
	if to, err := h2.client(oidc.FranceConnect, 1).LogoutURL(t.Context(), "hint", "s"); to != "" || refusedAs(err) != "provider-unavailable" {
		t.Errorf("log out at a provider that is down: %s, %v", to, err)
	}
	// One that has no such place has no log-out to wait for.
	h3 := newHostile(t)
	h3.metadata = set("end_session_endpoint", "")
	if to, err := h3.client(oidc.Plain, 1).LogoutURL(t.Context(), "hint", "s"); to != "" || err != nil {
		t.Errorf("log out where there is none: %s, %v", to, err)
	}
}

// refusedAs is the slug of a refusal.
func refusedAs(err error) string {
	var refused *oidc.Error
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.Slug
}

// TestBegunAnew: on a machine that several people use, whoever is logged in at
// the provider already is asked again.
func TestBegunAnew(t *testing.T) {
	for _, profile := range []oidc.Profile{oidc.FranceConnect, oidc.ProConnect, oidc.Plain} {
		p := newHostile(t).client(profile, 1)
		for name, begin := range map[string]func(context.Context, int) (string, oidc.Attempt, error){"login": p.BeginAnew, "": p.BeginAt} {
			to, _, err := begin(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if got := queryOf(t, to).Get("prompt"); got != name {
				t.Errorf("%s is asked for %q, want %q", profile, got, name)
			}
		}
	}
}
