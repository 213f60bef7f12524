package oidc_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

func down(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }

const (
	discovery = "/.well-known/openid-configuration"
	jwks      = "/jwks"
)

// TestEndpointThatFails: whatever cannot be had or is no honest answer closes
// the door, and says that it is the provider's.
func TestEndpointThatFails(t *testing.T) {
	garbage := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>maintenance</html>")) }
	lies := map[string]lie{
		"discovery of another issuer": {func(_ *testing.T, h *hostile) { h.metadata = set("issuer", "https://evil.example") }, "provider-unavailable"},
		"discovery without keys":      {func(_ *testing.T, h *hostile) { h.metadata = set("jwks_uri", "") }, "provider-unavailable"},
		"discovery without tokens":    {func(_ *testing.T, h *hostile) { h.metadata = set("token_endpoint", "") }, "provider-unavailable"},
		"keys of the wrong form": {func(_ *testing.T, h *hostile) {
			h.handle[jwks] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":7}`)) }
		}, "provider-unavailable"},
		"no keys": {func(_ *testing.T, h *hostile) {
			h.handle[jwks] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) }
		}, "login-refused"},
		"no userinfo endpoint": {func(_ *testing.T, h *hostile) { h.metadata = set("userinfo_endpoint", "") }, "provider-unavailable"},
	}
	for _, at := range []string{discovery, jwks, "/token"} {
		lies[at+" down"] = lie{func(_ *testing.T, h *hostile) { h.handle[at] = down }, "provider-unavailable"}
		lies[at+" without end"] = lie{func(_ *testing.T, h *hostile) { h.handle[at] = endless("application/json") }, "provider-unavailable"}
		lies[at+" is garbage"] = lie{func(_ *testing.T, h *hostile) { h.handle[at] = garbage }, "provider-unavailable"}
		lies[at+" hangs up"] = lie{func(_ *testing.T, h *hostile) {
			h.handle[at] = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		}, "provider-unavailable"}
	}
	testLies(t, oidc.FranceConnect, lies)
}

// TestNoRedirectIsFollowed: a redirect would carry the code and our secret to
// another place.
func TestNoRedirectIsFollowed(t *testing.T) {
	for _, at := range []string{discovery, jwks, "/token"} {
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			h := newHostile(t)
			h.handle[at] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, h.URL+"/elsewhere", status) }
			h.handle["/elsewhere"] = func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %d was followed: %s", at, status, r.Method) }
			slug := "provider-unavailable"
			if at == "/token" {
				slug = "login-refused"
			}
			who, err := h.logIn(h.client(oidc.FranceConnect, 1))
			wantRefused(t, who, err, slug)
		}
	}
}

// TestProviderMayStartLater: down at first, the provider is found once it is
// up, without a restart of ours; and while it is down it is not stormed.
func TestProviderMayStartLater(t *testing.T) {
	h := newHostile(t)
	h.handle[discovery] = down
	p := h.client(oidc.FranceConnect, 1)
	for range 20 {
		who, err := h.logIn(p)
		wantRefused(t, who, err, "provider-unavailable")
	}
	if n := h.times(discovery); n != 1 {
		t.Errorf("a provider that is down was asked %d times at once", n)
	}
	delete(h.handle, discovery)
	h.clock.Advance(soon)
	h.wantLogIn(p)
	h.wantLogIn(p)
	if n := h.times(discovery); n != 2 {
		t.Errorf("asked %d times for metadata, want 2", n)
	}
}

// TestOneWhoLeavesSpoilsNothing: a browser that hangs up during discovery
// does not make the provider look down to everybody else.
func TestOneWhoLeavesSpoilsNothing(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.FranceConnect, 1)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := p.Begin(gone); err != nil {
		t.Errorf("discovery ended with the caller: %v", err)
	}
	h.wantLogIn(p)
}

// TestKeysDownIsClosed: once keys have lapsed and cannot be read again nobody
// logs in; until then the keys that were read are good.
func TestKeysDownIsClosed(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.FranceConnect, 1)
	h.wantLogIn(p)
	h.handle[jwks] = down
	h.clock.Advance(59 * time.Minute)
	h.wantLogIn(p)
	h.clock.Advance(2 * time.Minute)
	who, err := h.logIn(p)
	wantRefused(t, who, err, "provider-unavailable")
	delete(h.handle, jwks)
	h.clock.Advance(soon)
	h.wantLogIn(p)
}

// TestKeysTurn: a new key is found when it is first used, and a withdrawn one
// is refused within the hour.
func TestKeysTurn(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.FranceConnect, 1)
	h.wantLogIn(p)
	oldKey, oldKID := h.key, h.kid
	h.key, h.kid = newKey(t), "k2"
	h.jwk = jose.JSONWebKey{Key: h.key.Public(), KeyID: h.kid, Algorithm: "ES256", Use: "sig"}
	h.clock.Advance(soon)
	h.wantLogIn(p)
	h.key, h.kid = oldKey, oldKID
	h.clock.Advance(time.Hour)
	who, err := h.logIn(p)
	wantRefused(t, who, err, "login-refused")
}

// TestUnknownKeyIsSoughtOnce: tokens under made-up names make us ask the
// provider once in a while, not once each.
func TestUnknownKeyIsSoughtOnce(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.FranceConnect, 1)
	h.wantLogIn(p)
	h.clock.Advance(soon)
	h.idJWT = func(c map[string]any) string {
		return signed(t, jose.ES256, jose.JSONWebKey{Key: h.key, KeyID: "made-up"}, c)
	}
	for range 50 {
		who, err := h.logIn(p)
		wantRefused(t, who, err, "login-refused")
	}
	if n := h.times(jwks); n != 2 {
		t.Errorf("the keys were asked for %d times, want 2", n)
	}
	h.idJWT = h.sign
	h.wantLogIn(p) // others are unharmed
}

// TestManyAtOnce: a crowd at a cold start asks for metadata and keys once.
func TestManyAtOnce(t *testing.T) {
	h := newHostile(t)
	p := h.client(oidc.Plain, 1)
	to, attempt, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.begun = queryOf(t, to)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			q := queryOf(t, to)
			if _, err := p.Finish(t.Context(), map[string][]string{"state": q["state"], "code": {code}, "iss": {h.URL}}, attempt); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if d, k := h.times(discovery), h.times(jwks); d != 1 || k != 1 {
		t.Errorf("metadata asked for %d times, keys %d times", d, k)
	}
}

// TestClocksMayDiffer by 30 s, and no more (refusals are above).
func TestClocksMayDiffer(t *testing.T) {
	for _, claim := range []map[string]int64{{"exp": -29}, {"iat": 30}, {"nbf": 30}} {
		h := newHostile(t)
		for name, seconds := range claim {
			h.id = set(name, h.clock.Now().Unix()+seconds)
		}
		h.wantLogIn(h.client(oidc.FranceConnect, 1))
	}
}
