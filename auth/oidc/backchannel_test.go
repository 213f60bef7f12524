package oidc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

func (h *hostile) logoutClaims() map[string]any {
	now := h.clock.Now().Unix()
	return map[string]any{
		"iss": h.URL, "aud": clientID, "sub": honestID, "sid": "sid-1", "jti": "jti-1", "iat": now, "exp": now + 120,
		"events": map[string]any{logoutEvent: map[string]any{}},
	}
}

func (h *hostile) logoutToken(typ jose.ContentType, claims map[string]any) string {
	opts := &jose.SignerOptions{}
	if typ != "" {
		opts = opts.WithType(typ)
	}
	return signedAs(h.t, jose.ES256, jose.JSONWebKey{Key: h.key, KeyID: h.kid}, claims, opts)
}

// TestLoggedOutThere: what Keycloak sends, and the shorter forms that the
// specification allows.
func TestLoggedOutThere(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"of a session":         func(map[string]any) {},
		"of all her sessions":  func(c map[string]any) { delete(c, "sid") },
		"of whoever has it":    func(c map[string]any) { delete(c, "sub") },
		"without an end":       func(c map[string]any) { delete(c, "exp") },
		"with an event's data": func(c map[string]any) { c["events"] = map[string]any{logoutEvent: map[string]any{"x": 1}, "other": 1} },
	} {
		h := newHostile(t)
		p := h.client(oidc.Plain, 1)
		c := h.logoutClaims()
		change(c)
		got, err := p.Logout(t.Context(), h.logoutToken("logout+jwt", c))
		sub, _ := c["sub"].(string)
		sid, _ := c["sid"].(string)
		if err != nil || got.Issuer != h.URL || got.Sub != sub || got.SID != sid || got.ID != "jti-1" || !got.Until.After(h.clock.Now()) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestLogoutTokenThatLies(t *testing.T) {
	change := func(name string, v any) func(map[string]any) {
		return func(c map[string]any) {
			c[name] = v
			if v == nil {
				delete(c, name)
			}
		}
	}
	for name, lie := range map[string]struct {
		typ    jose.ContentType
		change func(map[string]any)
	}{
		"an ID token":              {"", func(c map[string]any) { delete(c, "events"); c["nonce"] = "n" }},
		"no type":                  {"", func(map[string]any) {}},
		"another type":             {"JWT", func(map[string]any) {}},
		"an access token's type":   {"at+jwt", func(map[string]any) {}},
		"no events":                {"logout+jwt", change("events", nil)},
		"another event":            {"logout+jwt", change("events", map[string]any{"x": map[string]any{}})},
		"an event that is text":    {"logout+jwt", change("events", map[string]any{logoutEvent: "yes"})},
		"an event that is null":    {"logout+jwt", change("events", map[string]any{logoutEvent: nil})},
		"events that are a list":   {"logout+jwt", change("events", []string{logoutEvent})},
		"a nonce":                  {"logout+jwt", change("nonce", "n")},
		"an empty nonce":           {"logout+jwt", change("nonce", "")},
		"no name":                  {"logout+jwt", change("jti", nil)},
		"an endless name":          {"logout+jwt", change("jti", strings.Repeat("x", 257))},
		"nobody":                   {"logout+jwt", func(c map[string]any) { delete(c, "sub"); delete(c, "sid") }},
		"another issuer":           {"logout+jwt", change("iss", "https://evil.example")},
		"another client":           {"logout+jwt", change("aud", "somebody-else")},
		"several clients":          {"logout+jwt", change("aud", []string{clientID, "somebody-else"})},
		"no issue time":            {"logout+jwt", change("iat", nil)},
		"an old one":               {"logout+jwt", func(c map[string]any) { c["iat"] = c["iat"].(int64) - 151; delete(c, "exp") }},
		"one that has ended":       {"logout+jwt", func(c map[string]any) { c["exp"] = c["iat"].(int64) - 31 }},
		"one of the future":        {"logout+jwt", func(c map[string]any) { c["iat"] = c["iat"].(int64) + 31 }},
		"claims of the wrong kind": {"logout+jwt", change("jti", 7)},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t)
			p := h.client(oidc.Plain, 1)
			c := h.logoutClaims()
			lie.change(c)
			wantNoLogout(t, p, h.logoutToken(lie.typ, c))
		})
	}
	h := newHostile(t)
	p := h.client(oidc.Plain, 1)
	good := h.logoutToken("logout+jwt", h.logoutClaims())
	part := strings.Split(good, ".")
	for name, raw := range map[string]string{
		"nothing":        "",
		"text":           "log her out",
		"another key":    signedAs(t, jose.ES256, jose.JSONWebKey{Key: newKey(t), KeyID: h.kid}, h.logoutClaims(), (&jose.SignerOptions{}).WithType("logout+jwt")),
		"unsigned":       unsigned(t, map[string]any{"alg": "none", "typ": "logout+jwt"}, h.logoutClaims(), nil),
		"no signature":   part[0] + "." + part[1] + ".",
		"a public HMAC":  signedAs(t, jose.HS256, []byte(strings.Repeat("k", 32)), h.logoutClaims(), (&jose.SignerOptions{}).WithType("logout+jwt")),
		"much too large": good + strings.Repeat("A", 1<<20),
	} {
		t.Run(name, func(t *testing.T) { wantNoLogout(t, p, raw) })
	}
}

func wantNoLogout(t *testing.T, p *oidc.Provider, raw string) {
	t.Helper()
	got, err := p.Logout(t.Context(), raw)
	var refused *oidc.Error
	if !errors.As(err, &refused) || got != (oidc.LoggedOut{}) {
		t.Errorf("taken for a log-out of %+v, %v", got, err)
	}
}

// TestWhoComesInByWhat: proven, and refused all the same; the refusal says for
// whom, so that her journal can.
func TestWhoComesInByWhat(t *testing.T) {
	helped := func(c *oidc.Config) { c.HelpedBy = []string{"idp-1"} }
	refused := func(c *oidc.Config) { c.RefuseIDP = []string{"idp-0", "idp-1"} }
	agents := func(c *oidc.Config) { c.Profile, c.TwoFactors = oidc.ProConnect, true }
	for name, c := range map[string]struct {
		change []func(*oidc.Config)
		acr    string
		slug   string
	}{
		"a helper":                         {[]func(*oidc.Config){helped}, "eidas1", ""},
		"a helper, where that is refused":  {[]func(*oidc.Config){helped, refused}, "eidas1", "helper-refused"},
		"a provider that is refused":       {[]func(*oidc.Config){refused}, "eidas1", "idp-refused"},
		"an agent with one factor":         {[]func(*oidc.Config){agents}, "eidas1", "two-factors"},
		"an agent with two":                {[]func(*oidc.Config){agents}, "eidas1-mfa", ""},
		"an agent with a stronger way":     {[]func(*oidc.Config){agents}, "eidas2", ""},
		"an agent with two, too low":       {[]func(*oidc.Config){agents}, "eidas0-mfa", "level-too-low"},
		"an agent with a word of his own":  {[]func(*oidc.Config){agents}, "x-mfa", "level-too-low"},
		"an agent where one factor is all": {[]func(*oidc.Config){func(c *oidc.Config) { c.Profile = oidc.ProConnect }}, "eidas1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t)
			h.id = set("acr", c.acr)
			p := h.clientWith(func(config *oidc.Config) {
				for _, f := range c.change {
					f(config)
				}
			})
			who, err := h.logIn(p)
			if c.slug != "" {
				wantRefused(t, who, err, c.slug)
				return
			}
			if err != nil || who.Helped != strings.HasPrefix(name, "a helper") {
				t.Errorf("%+v, %v", who, err)
			}
		})
	}
}

// TestTwoFactorsAreAskedFor as an essential claim: ProConnect honours no
// other.
func TestTwoFactorsAreAskedFor(t *testing.T) {
	h := newHostile(t)
	to, _, err := h.clientWith(func(c *oidc.Config) { c.Profile, c.TwoFactors = oidc.ProConnect, true }).Begin(t.Context())
	if err != nil || !strings.Contains(to, "%22essential%22%3Atrue%2C%22values%22%3A%5B%22eidas1-mfa%22%2C%22eidas2%22%2C%22eidas3%22%5D") {
		t.Errorf("asked for %s, %v", to, err)
	}
}

// TestSamePeopleElsewhere: an account found at FranceConnect is hers at
// FranceConnect+, when the operator has said that both are one authority.
func TestSamePeopleElsewhere(t *testing.T) {
	h := newHostile(t)
	p := h.clientWith(func(c *oidc.Config) { c.AccountsOf = "https://fc.example" })
	who, err := h.logIn(p)
	if err != nil || who.Issuer != "https://fc.example" || who.Sub != honestID {
		t.Errorf("%+v, %v", who, err)
	}
}
