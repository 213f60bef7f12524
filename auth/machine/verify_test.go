package machine_test

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/machine"
)

func (w *world) kid() string { return w.KeySet().Keys[0].KeyID }

// TestTokenIsOfTheProfile: anybody can verify it with the published key
// (RFC 9068), and the server reads the system in it.
func TestTokenIsOfTheProfile(t *testing.T) {
	w := newWorld(t)
	raw := w.wantGranted(form(w.sign(w.assertion()))).AccessToken
	set := w.KeySet()
	jws, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	if h := jws.Headers[0]; h.ExtraHeaders[jose.HeaderType] != "at+jwt" || len(set.Key(h.KeyID)) != 1 {
		t.Errorf("header %+v", h)
	}
	if !set.Keys[0].IsPublic() || set.Keys[0].Use != "sig" || set.Keys[0].Algorithm != "ES256" {
		t.Errorf("published %+v", set.Keys[0])
	}
	var c map[string]any
	if err := jws.Claims(set.Keys[0].Key, &c); err != nil {
		t.Fatal(err)
	}
	now := float64(w.clock.Now().Unix())
	for name, want := range map[string]any{
		"iss": issuer, "sub": system, "client_id": system, "aud": issuer, "iat": now, "exp": now + 300,
		"scope": "deposit retrieve", "siret": "21370999900015",
	} {
		if c[name] != want {
			t.Errorf("%s is %v, want %v", name, c[name], want)
		}
	}
	other := w.wantGranted(form(w.sign(w.assertion()))).AccessToken
	if jti, _ := c["jti"].(string); len(jti) < 22 || strings.Contains(other, raw) {
		t.Errorf("jti %q", jti)
	}
	p, err := w.Verify(t.Context(), raw, asBearer)
	if err != nil || p.Kind != auth.System || p.System != system || p.Administration != "administration-1" || p.Name != "Guichet unique" ||
		p.Account != "" || p.Safe != "" || p.Door != "api" || !slices.Equal(p.Scopes, []string{"deposit", "retrieve"}) ||
		!p.Expires.Equal(w.clock.Now().Add(5*time.Minute).Truncate(time.Second)) {
		t.Errorf("principal %+v, %v", p, err)
	}
}

func TestTokenLivesFiveMinutes(t *testing.T) {
	w := newWorld(t)
	raw := w.wantGranted(form(w.sign(w.assertion()))).AccessToken
	w.clock.Advance(5*time.Minute - time.Second)
	if _, err := w.Verify(t.Context(), raw, asBearer); err != nil {
		t.Errorf("after 4:59: %v", err)
	}
	w.clock.Advance(time.Second)
	w.wantNotRead(raw)
}

// TestTokenEndsWithItsSystem: a system that the operator removes is out at
// once, and narrowed scopes stay narrowed.
func TestTokenEndsWithItsSystem(t *testing.T) {
	w := newWorld(t)
	f := form(w.sign(w.assertion()))
	f.Set("scope", "retrieve")
	raw := w.wantGranted(f).AccessToken
	if p, err := w.Verify(t.Context(), raw, asBearer); err != nil || !slices.Equal(p.Scopes, []string{"retrieve"}) {
		t.Errorf("scopes %v, %v", p.Scopes, err)
	}
	delete(w.systems, system)
	w.wantNotRead(raw)
}

// honest are the claims of a token that the server would give.
func (w *world) honest() claims {
	now := w.clock.Now()
	return claims{
		"iss": issuer, "sub": system, "client_id": system, "aud": issuer, "jti": "j", "iat": now.Unix(),
		"exp": now.Add(5 * time.Minute).Unix(), "scope": "deposit",
	}
}

func (w *world) forge(c claims, typ jose.ContentType) string {
	return sign(w.t, jose.ES256, jose.JSONWebKey{Key: w.signer, KeyID: w.kid()}, c, typ)
}

// TestTokenThatLies: even under our own key, another kind of token is none.
func TestTokenThatLies(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Verify(t.Context(), w.forge(w.honest(), "at+jwt"), asBearer); err != nil {
		t.Fatalf("the forger of these tests is no good: %v", err)
	}
	for name, change := range map[string]func(claims){
		"another issuer":      func(c claims) { c["iss"] = "https://evil.example" },
		"another audience":    func(c claims) { c["aud"] = "https://evil.example" },
		"two audiences":       func(c claims) { c["aud"] = []string{issuer, "https://evil.example"} },
		"no audience":         func(c claims) { delete(c, "aud") },
		"no subject":          func(c claims) { delete(c, "sub") },
		"another's client id": func(c claims) { c["client_id"] = "system-2" },
		"no client id":        func(c claims) { delete(c, "client_id") },
		"an unknown system":   func(c claims) { c["sub"], c["client_id"] = "system-2", "system-2" },
		"expired":             func(c claims) { c["exp"] = w.clock.Now().Unix() },
		"no expiry":           func(c claims) { delete(c, "exp") },
	} {
		t.Run(name, func(t *testing.T) {
			c := w.honest()
			change(c)
			w.wantNotRead(w.forge(c, "at+jwt"))
		})
	}
	for _, typ := range []jose.ContentType{"JWT", "", "jwt", "id_token", "logout+jwt", "at+jwt "} {
		w.wantNotRead(w.forge(w.honest(), typ))
	}
}

func TestTokenWithABadSignature(t *testing.T) {
	w := newWorld(t)
	raw := w.wantGranted(form(w.sign(w.assertion()))).AccessToken
	header := claims{"alg": "none", "typ": "at+jwt", "kid": w.kid()}
	for name, token := range map[string]string{
		"alg none":               unsigned(t, header, w.honest()) + ".",
		"another key":            sign(t, jose.ES256, jose.JSONWebKey{Key: newKey(t, elliptic.P256()), KeyID: w.kid()}, w.honest(), "at+jwt"),
		"the system's own":       sign(t, jose.ES256, jose.JSONWebKey{Key: w.key, KeyID: w.kid()}, w.honest(), "at+jwt"),
		"another kid":            sign(t, jose.ES256, jose.JSONWebKey{Key: w.signer, KeyID: "k1"}, w.honest(), "at+jwt"),
		"no kid":                 sign(t, jose.ES256, w.signer, w.honest(), "at+jwt"),
		"HS256 with the kid":     sign(t, jose.HS256, jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), KeyID: w.kid()}, w.honest(), "at+jwt"),
		"cut":                    raw[:len(raw)-4],
		"an assertion":           w.sign(w.assertion()),
		"no signature":           raw[:strings.LastIndex(raw, ".")+1],
		"a letter changed":       strings.Replace(raw, ".", ".A", 1),
		"nothing":                "",
		"dots":                   "..",
		"longer than any honest": raw + strings.Repeat("A", 9000),
	} {
		t.Run(name, func(t *testing.T) { w.wantNotRead(token) })
	}
}

// TestAnotherServersToken: same key, other address.
func TestAnotherServersToken(t *testing.T) {
	w := newWorld(t)
	c := w.assertion()
	c["aud"] = "https://other.example"
	got, err := w.server("https://other.example").Grant(t.Context(), form(w.sign(c)), machine.Call{})
	if err != nil {
		t.Fatal(err)
	}
	w.wantNotRead(got.AccessToken)
}

func TestSigningKeyIsP256(t *testing.T) {
	w := newWorld(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]machine.Config{"none": {}, "P-384": {Signer: newKey(t, elliptic.P384())}, "RSA": {Signer: rsaKey}} {
		c.Issuer, c.Once, c.Now, c.Systems = issuer, w.once, w.clock.Now, w.find
		if _, err := machine.New(c); err == nil {
			t.Errorf("made with a key of the wrong kind: %s", name)
		}
	}
}
