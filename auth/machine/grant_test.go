package machine_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/machine"
)

func TestGrant(t *testing.T) {
	w := newWorld(t)
	got := w.wantGranted(form(w.sign(w.assertion())))
	if got.TokenType != "Bearer" || got.ExpiresIn != 300 || got.Scope != "deposit retrieve" {
		t.Errorf("token %+v", got)
	}
	f := form(w.sign(w.assertion()))
	f.Set("scope", "deposit")
	f.Set("client_id", system)
	if got := w.wantGranted(f); got.Scope != "deposit" {
		t.Errorf("asked for deposit, got %q", got.Scope)
	}
}

// TestAssertionThatLies: each is refused as the RFC says, and gets no token.
func TestAssertionThatLies(t *testing.T) {
	for name, change := range map[string]func(w *world, c claims){
		"for another server":         func(_ *world, c claims) { c["aud"] = "https://evil.example" },
		"for its token endpoint":     func(_ *world, c claims) { c["aud"] = issuer + "/oauth/token" },
		"for two servers":            func(_ *world, c claims) { c["aud"] = []string{issuer, "https://evil.example"} },
		"for nobody":                 func(_ *world, c claims) { delete(c, "aud") },
		"by another issuer":          func(_ *world, c claims) { c["iss"] = "system-2" },
		"without issuer":             func(_ *world, c claims) { delete(c, "iss") },
		"without subject":            func(_ *world, c claims) { delete(c, "sub") },
		"as another system":          func(_ *world, c claims) { c["iss"], c["sub"] = "system-2", "system-2" },
		"expired beyond the leeway":  func(w *world, c claims) { c["exp"] = w.clock.Now().Add(-31 * time.Second).Unix() },
		"without expiry":             func(_ *world, c claims) { delete(c, "exp") },
		"living over five minutes":   func(w *world, c claims) { c["exp"] = w.clock.Now().Add(5*time.Minute + 31*time.Second).Unix() },
		"living for ever":            func(_ *world, c claims) { c["exp"] = 1 << 60 },
		"from the future":            func(w *world, c claims) { c["iat"] = w.clock.Now().Add(31 * time.Second).Unix() },
		"not valid before later":     func(w *world, c claims) { c["nbf"] = w.clock.Now().Add(31 * time.Second).Unix() },
		"without name":               func(_ *world, c claims) { delete(c, "jti") },
		"with an endless name":       func(_ *world, c claims) { c["jti"] = strings.Repeat("x", 257) },
		"with a subject of no name":  func(_ *world, c claims) { c["sub"], c["iss"] = "", "" },
		"with claims of other types": func(_ *world, c claims) { c["exp"] = "tomorrow" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.systems["system-2"] = machine.System{ID: "system-2", KeySet: keySet(t, jose.JSONWebKey{Key: newKey(t, elliptic.P256()).Public(), KeyID: "k1"})}
			c := w.assertion()
			change(w, c)
			w.wantRefused(form(w.sign(c)), "invalid_client")
		})
	}
}

func TestAssertionAtTheEdge(t *testing.T) {
	w := newWorld(t)
	for name, at := range map[string]time.Duration{"exp": -30 * time.Second, "iat": 30 * time.Second, "nbf": 30 * time.Second} {
		c := w.assertion()
		c[name] = w.clock.Now().Add(at).Unix() + 1
		if name != "exp" {
			c[name] = w.clock.Now().Add(at).Unix()
		}
		w.wantGranted(form(w.sign(c)))
	}
	c := w.assertion()
	c["exp"] = w.clock.Now().Add(5 * time.Minute).Unix()
	delete(c, "iat") // RFC 7523 does not ask for it
	w.wantGranted(form(w.sign(c)))
}

func TestSignatureThatLies(t *testing.T) {
	for name, make := range map[string]func(w *world) string{
		"alg none": func(w *world) string { return unsigned(w.t, claims{"alg": "none", "kid": "k1"}, w.assertion()) + "." },
		"HS256 with the public key": func(w *world) string {
			return sign(w.t, jose.HS256, w.systems[system].KeySet, w.assertion(), "JWT")
		},
		"another key": func(w *world) string {
			return sign(w.t, jose.ES256, jose.JSONWebKey{Key: newKey(w.t, elliptic.P256()), KeyID: "k1"}, w.assertion(), "JWT")
		},
		"another kid": func(w *world) string {
			return sign(w.t, jose.ES256, jose.JSONWebKey{Key: w.key, KeyID: "k2"}, w.assertion(), "JWT")
		},
		"a curve that was not registered": func(w *world) string {
			return sign(w.t, jose.ES384, jose.JSONWebKey{Key: newKey(w.t, elliptic.P384()), KeyID: "k1"}, w.assertion(), "JWT")
		},
		"RSA under the kid of an EC key": func(w *world) string {
			return sign(w.t, jose.PS256, jose.JSONWebKey{Key: newRSA(w.t), KeyID: "k1"}, w.assertion(), "JWT")
		},
		"our own key": func(w *world) string {
			return sign(w.t, jose.ES256, jose.JSONWebKey{Key: w.signer, KeyID: "k1"}, w.assertion(), "JWT")
		},
		"claims changed": func(w *world) string {
			part := strings.Split(w.sign(w.assertion()), ".")
			return strings.Join([]string{part[0], strings.Split(w.sign(w.assertion()), ".")[1], part[2]}, ".")
		},
		"text":          func(*world) string { return "let me in" },
		"nothing":       func(*world) string { return "" },
		"much too long": func(w *world) string { c := w.assertion(); c["x"] = strings.Repeat("x", 9000); return w.sign(c) },
		"our own token": func(w *world) string { return w.wantGranted(form(w.sign(w.assertion()))).AccessToken },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.wantRefused(form(make(w)), "invalid_client")
			w.wantGranted(form(w.sign(w.assertion())))
		})
	}
}

func unsigned(t *testing.T, parts ...claims) string {
	t.Helper()
	var out []string
	for _, p := range parts {
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, base64.RawURLEncoding.EncodeToString(b))
	}
	return strings.Join(out, ".")
}

func TestRequestThatLies(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		change func(url.Values)
		code   string
	}{
		"no assertion type": {func(f url.Values) { f.Del("client_assertion_type") }, "invalid_client"},
		"another assertion type": {func(f url.Values) {
			f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
		}, "invalid_client"},
		"a secret instead": {func(f url.Values) {
			f.Del("client_assertion")
			f.Set("client_id", system)
			f.Set("client_secret", "secret")
		}, "invalid_client"},
		"another client's name":    {func(f url.Values) { f.Set("client_id", "system-2") }, "invalid_client"},
		"a scope not registered":   {func(f url.Values) { f.Set("scope", "admin") }, "invalid_scope"},
		"one scope too many":       {func(f url.Values) { f.Set("scope", "deposit admin") }, "invalid_scope"},
		"a scope almost the right": {func(f url.Values) { f.Set("scope", "Deposit") }, "invalid_scope"},
	} {
		t.Run(name, func(t *testing.T) {
			f := form(w.sign(w.assertion()))
			c.change(f)
			w.wantRefused(f, c.code)
		})
	}
}

// TestAssertionIsGoodOnce: also at the last moment at which it verifies, and
// for one of many who send it at once.
func TestAssertionIsGoodOnce(t *testing.T) {
	w := newWorld(t)
	c := w.assertion()
	c["exp"] = w.clock.Now().Add(5 * time.Minute).Unix()
	again := form(w.sign(c))
	w.wantGranted(again)
	for range 11 {
		w.wantRefused(again, "invalid_client")
		w.clock.Advance(30 * time.Second)
	}
	w.wantRefused(again, "invalid_client")

	raw := form(w.sign(w.assertion()))
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := w.Grant(t.Context(), raw, machine.Call{}); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("one assertion was good %d times", won.Load())
	}
}

// TestNamesAreEachSystems: one system's jti does not spoil another's, and
// names cannot be chosen to collide.
func TestNamesAreEachSystems(t *testing.T) {
	w := newWorld(t)
	w.systems["system"] = machine.System{ID: "system", Scopes: []string{"deposit"}, KeySet: w.systems[system].KeySet}
	for _, who := range []string{system, "system"} {
		c := w.assertion()
		c["iss"], c["sub"], c["jti"] = who, who, "same"
		w.wantGranted(form(w.sign(c)))
	}
}

// TestRefusedAssertionIsNotSpent: what fails before it is believed leaves no
// trace that a stranger could fill the memory with.
func TestRefusedAssertionIsNotSpent(t *testing.T) {
	w := newWorld(t)
	c := w.assertion()
	w.wantRefused(form(sign(t, jose.ES256, jose.JSONWebKey{Key: newKey(t, elliptic.P256()), KeyID: "k1"}, c, "JWT")), "invalid_client")
	w.wantGranted(form(w.sign(c)))
}

func TestSeveralKeys(t *testing.T) {
	w := newWorld(t)
	next, rsaKey := newKey(t, elliptic.P256()), newRSA(t)
	s := w.systems[system]
	s.KeySet = keySet(t,
		jose.JSONWebKey{Key: w.key.Public(), KeyID: "k1"}, jose.JSONWebKey{Key: next.Public(), KeyID: "k2"},
		jose.JSONWebKey{Key: rsaKey.Public(), KeyID: "k3", Algorithm: "PS256"})
	free := newRSA(t)
	s.KeySet = keySet(t, append(keysOf(t, s.KeySet), jose.JSONWebKey{Key: free.Public(), KeyID: "k4"})...)
	w.systems[system] = s
	w.wantGranted(form(w.sign(w.assertion())))
	w.wantGranted(form(sign(t, jose.PS256, jose.JSONWebKey{Key: free, KeyID: "k4"}, w.assertion(), "JWT")))
	w.wantRefused(form(sign(t, jose.RS256, jose.JSONWebKey{Key: free, KeyID: "k4"}, w.assertion(), "JWT")), "invalid_client")
	w.wantGranted(form(sign(t, jose.ES256, jose.JSONWebKey{Key: next, KeyID: "k2"}, w.assertion(), "JWT")))
	w.wantGranted(form(sign(t, jose.PS256, jose.JSONWebKey{Key: rsaKey, KeyID: "k3"}, w.assertion(), "JWT")))
	w.wantRefused(form(sign(t, jose.RS256, jose.JSONWebKey{Key: rsaKey, KeyID: "k3"}, w.assertion(), "JWT")), "invalid_client")
	w.wantRefused(form(sign(t, jose.ES256, w.key, w.assertion(), "JWT")), "invalid_client") // which one?
}

func keysOf(t *testing.T, set []byte) []jose.JSONWebKey {
	t.Helper()
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(set, &keys); err != nil {
		t.Fatal(err)
	}
	return keys.Keys
}

func TestBackendDownIsNoRefusal(t *testing.T) {
	w := newWorld(t)
	token := w.wantGranted(form(w.sign(w.assertion()))).AccessToken
	f := form(w.sign(w.assertion()))
	w.down = true
	var refused *machine.Error
	if _, err := w.Grant(t.Context(), f, machine.Call{}); !errors.Is(err, errDown) || errors.As(err, &refused) {
		t.Errorf("grant: %v", err)
	}
	if p, err := w.Verify(t.Context(), token, asBearer); !errors.Is(err, errDown) || p.Kind != "" {
		t.Errorf("verify: %+v, %v", p, err)
	}
}
