package oidc_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

// testRelyingParty is what must hold between us and any provider.
func testRelyingParty(t *testing.T, p peer) {
	for name, test := range map[string]func(*testing.T, peer){
		"everybody logs in as himself":      everybodyLogsIn,
		"turning back is no log-in":         turnBack,
		"another log-in's state is refused": foreignState,
		"another log-in's nonce is refused": foreignNonce,
		"a code is good once":               codeOnce,
		"a proof key is needed":             proofKey,
		"a wrong secret is refused":         wrongSecret,
		"parameters beyond the list":        strictParameters,
		"logging out there, and back":       logOut,
		"a higher level, for one act":       higherLevel,
	} {
		t.Run(name, func(t *testing.T) { test(t, p) })
	}
}

func everybodyLogsIn(t *testing.T, p peer) {
	rp := p.client(t, nil)
	seen := map[string]string{}
	for person, want := range p.people {
		got := p.logIn(t, rp, person)
		again := p.logIn(t, rp, person)
		if got.Sub == "" || got.Sub != again.Sub || seen[got.Sub] != "" {
			t.Errorf("%s is %q, then %q; %s before", person, got.Sub, again.Sub, seen[got.Sub])
		}
		seen[got.Sub] = person
		if strings.Contains(got.Sub, person) {
			t.Errorf("sub %q says who it is at other services", got.Sub)
		}
		if got.IDToken == "" {
			t.Error("no ID token to log out with")
		}
		want.Issuer, want.Sub, want.IDToken = p.config.Issuer, got.Sub, got.IDToken
		if got != want {
			t.Errorf("%s is\n%+v, want\n%+v", person, got, want)
		}
	}
}

func turnBack(t *testing.T, p peer) {
	rp := p.client(t, nil)
	q, attempt := p.visit(t, rp, "")
	who, err := rp.Finish(t.Context(), q, attempt)
	wantRefused(t, who, err, "access-denied")
}

// foreignState: the answer to somebody's log-in, slipped to another browser.
func foreignState(t *testing.T, p peer) {
	rp := p.client(t, nil)
	q, _ := p.visit(t, rp, p.anybody(t))
	_, victim, err := rp.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who, err := rp.Finish(t.Context(), q, victim)
	wantRefused(t, who, err, "login-expired")
}

// foreignNonce: somebody's code under the victim's state.
func foreignNonce(t *testing.T, p peer) {
	rp := p.client(t, nil)
	q, attempt := p.visit(t, rp, p.anybody(t))
	_, victim, err := rp.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q.Set("state", victim.State)
	victim.Verifier = attempt.Verifier // even without the proof key's help
	who, err := rp.Finish(t.Context(), q, victim)
	wantRefused(t, who, err, "login-refused")
}

func codeOnce(t *testing.T, p peer) {
	rp := p.client(t, nil)
	q, attempt := p.visit(t, rp, p.anybody(t))
	if _, err := rp.Finish(t.Context(), q, attempt); err != nil {
		t.Fatal(err)
	}
	who, err := rp.Finish(t.Context(), q, attempt)
	wantRefused(t, who, err, "login-refused")
}

// proofKey: where a verifier is due, one that is another's or missing is
// refused; where none is due, one too many is as well.
func proofKey(t *testing.T, p peer) {
	rp := p.client(t, nil)
	wrong := []string{strings.Repeat("v", 43)}
	if p.pkce {
		wrong = append(wrong, "")
	}
	for _, verifier := range wrong {
		q, attempt := p.visit(t, rp, p.anybody(t))
		attempt.Verifier = verifier
		who, err := rp.Finish(t.Context(), q, attempt)
		wantRefused(t, who, err, "login-refused")
	}
}

func wrongSecret(t *testing.T, p peer) {
	q, attempt := p.visit(t, p.client(t, nil), p.anybody(t))
	rp := p.client(t, func(c *oidc.Config) { c.ClientSecret += "x" })
	who, err := rp.Finish(t.Context(), q, attempt)
	wantRefused(t, who, err, "login-refused")
}

// strictParameters: the peer is as strict as the provider that it plays;
// otherwise what passes here could fail there.
func strictParameters(t *testing.T, p peer) {
	to, _, err := p.client(t, nil).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type change struct{ name, value, number string }
	changes := []change{
		{"max_age", "60", "Y030007"},
		{"resource", "https://api.example", "Y030007"},
		{"scope", "openid everything", "Y030007"},
		{"scope", "given_name", "Y030007"},
		{"acr_values", "eidas9", "Y030007"},
		{"prompt", "none", "Y030007"},
		{"nonce", "short", "Y030007"},
		{"state", "short", "Y030007"},
		{"response_type", "token", "Y030007"},
		{"client_id", "somebody", "Y030007"},
		{"redirect_uri", "https://evil.example/callback", "Y030031"},
		{"redirect_uri", p.config.RedirectURL + "/more", "Y030031"},
	}
	if p.pkce {
		changes = append(changes, change{"code_challenge_method", "plain", "Y030007"}, change{"code_challenge_method", "", "Y030007"})
	} else {
		if p.config.Profile == oidc.FranceConnectPlus {
			changes = append(changes, change{"acr_values", "eidas1", "Y030007"}, change{"scope", "openid idp_id", "Y030007"})
		} else {
			changes = append(changes, change{"acr_values", "eidas2", "Y030007"})
		}
		changes = append(changes, change{"code_challenge", strings.Repeat("c", 43), "Y030007"}, change{"login_hint", "x", "Y030007"},
			change{"acr_values", "", "Y030007"}, change{"nonce", "", "Y030007"}, change{"state", "", "Y030007"})
	}
	for _, c := range changes {
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set(c.name, c.value)
		if c.value == "" {
			q.Del(c.name)
		}
		u.RawQuery = q.Encode()
		end := browse(t, u.String(), p.anybody(t), p.config.RedirectURL)
		onTheirPage := end.query == nil && end.status == 400 && strings.Contains(end.page, c.number)
		sentBack := end.query.Get("error") != "" && !end.query.Has("code") && c.name != "redirect_uri"
		if !onTheirPage && !sentBack {
			t.Errorf("%s=%q: came back with %v, or status %d without %s", c.name, c.value, end.query, end.status, c.number)
		}
	}
}

// higherLevel: what is asked for one act is had, or the door is not opened.
func higherLevel(t *testing.T, p peer) {
	rp := p.client(t, nil)
	to, attempt, err := rp.BeginAt(t.Context(), 3)
	if p.config.Profile == oidc.FranceConnect {
		wantRefused(t, oidc.Identity{}, err, "level-unavailable")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	end := browse(t, to, p.anybody(t), p.config.RedirectURL)
	who, err := rp.Finish(t.Context(), end.query, attempt)
	if err != nil || who.Level != 3 || who.ACR != "eidas3" {
		t.Errorf("asked for eidas3, is %+v, %v", who, err)
	}
	q, attempt := p.visit(t, rp, p.anybody(t)) // the usual level, under an attempt for the higher one
	attempt.Level = 3
	if who, err := rp.Finish(t.Context(), q, attempt); err == nil {
		t.Errorf("asked for level 3, admitted %+v", who)
	}
}

func logoutAt(t *testing.T, rp *oidc.Provider, hint, state string) string {
	t.Helper()
	to, err := rp.LogoutURL(t.Context(), hint, state)
	if err != nil || to == "" {
		t.Fatalf("log out at %q, %v", to, err)
	}
	return to
}

func logOut(t *testing.T, p peer) {
	rp := p.client(t, nil)
	who := p.logIn(t, rp, p.anybody(t))
	to := logoutAt(t, rp, who.IDToken, "state-of-the-logout")
	end := browse(t, to, "", p.config.PostLogoutURL)
	if end.query.Get("state") != "state-of-the-logout" {
		t.Errorf("log out at %s: back with %v, status %d\n%s", to, end.query, end.status, end.page)
	}
	elsewhere := p.client(t, func(c *oidc.Config) { c.PostLogoutURL = "https://evil.example/" })
	for name, to := range map[string]string{
		"to another site":  logoutAt(t, elsewhere, who.IDToken, "s"),
		"with a bad hint":  logoutAt(t, rp, who.IDToken[:len(who.IDToken)-8]+"AAAAAAAA", "s"),
		"without a hint":   strings.Replace(to, "id_token_hint", "hint", 1),
		"with no way back": strings.Replace(to, "post_logout_redirect_uri", "back", 1),
	} {
		if end := browse(t, to, "", "https://evil.example/"); end.query != nil || end.status != 400 {
			t.Errorf("log out %s: back with %v, status %d", name, end.query, end.status)
		}
	}
}
