package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

const (
	clientID = "coffre"
	secret   = "a-secret-of-the-test"
	redirect = "https://coffre.example/callback/fc"
	code     = "code-1"
	access   = "access-1"
	honestID = "honest-sub-v1"
)

// hostile is a provider that tells the truth until a test makes it lie.
type hostile struct {
	*httptest.Server
	t     *testing.T
	clock *storagetest.Clock
	key   *ecdsa.PrivateKey
	kid   string
	jwk   jose.JSONWebKey
	begun url.Values // parameters that the browser was sent with

	metadata func(map[string]any)
	answer   func(url.Values)
	id, info func(map[string]any)               // claims
	idJWT    func(claims map[string]any) string // signature
	infoJWT  func(claims map[string]any) string
	byKey    func(*http.Request) bool    // whether the client proves itself by its key
	handle   map[string]http.HandlerFunc // instead of an endpoint
	asked    map[string]*atomic.Int32    // how often each endpoint was
}

func newHostile(t *testing.T) *hostile {
	t.Helper()
	h := &hostile{t: t, clock: storagetest.NewClock(), key: newKey(t), kid: "k1", handle: map[string]http.HandlerFunc{}, asked: map[string]*atomic.Int32{}}
	h.jwk = jose.JSONWebKey{Key: h.key.Public(), KeyID: h.kid, Algorithm: "ES256", Use: "sig"}
	h.idJWT, h.infoJWT = h.sign, h.sign
	h.byKey = func(*http.Request) bool { return false }
	for _, p := range []string{"/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"} {
		h.asked[p] = &atomic.Int32{}
	}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (h *hostile) serve(w http.ResponseWriter, r *http.Request) {
	if n := h.asked[r.URL.Path]; n != nil {
		n.Add(1)
	}
	if f := h.handle[r.URL.Path]; f != nil {
		f(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		m := map[string]any{
			"issuer": h.URL, "authorization_endpoint": h.URL + "/authorize", "token_endpoint": h.URL + "/token",
			"userinfo_endpoint": h.URL + "/userinfo", "jwks_uri": h.URL + "/jwks", "end_session_endpoint": h.URL + "/end",
			"id_token_signing_alg_values_supported":          []string{"ES256", "HS256", "none"},
			"authorization_response_iss_parameter_supported": true,
		}
		apply(h.metadata, m)
		h.json(w, m)
	case "/jwks":
		h.json(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{h.jwk}})
	case "/token":
		if r.PostFormValue("code") != code || r.PostFormValue("client_id") != clientID || (r.PostFormValue("client_secret") != secret && !h.byKey(r)) || r.PostFormValue("redirect_uri") != redirect {
			w.WriteHeader(http.StatusBadRequest)
			h.json(w, map[string]string{"error": "invalid_grant"})
			return
		}
		claims := h.idClaims()
		apply(h.id, claims)
		h.json(w, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": h.idJWT(claims)})
	case "/userinfo":
		claims := map[string]any{"iss": h.URL, "aud": clientID, "sub": honestID, "given_name": "Angela Claire Louise", "family_name": "DUBOIS", "idp_id": "idp-1"}
		apply(h.info, claims)
		w.Header().Set("Content-Type", "application/jwt")
		_, _ = w.Write([]byte(h.infoJWT(claims)))
	default:
		http.NotFound(w, r)
	}
}

func (h *hostile) idClaims() map[string]any {
	now := h.clock.Now().Unix()
	return map[string]any{
		"iss": h.URL, "aud": clientID, "sub": honestID, "nonce": h.begun.Get("nonce"), "acr": "eidas1",
		"iat": now, "exp": now + 60, "at_hash": atHash(access),
	}
}

func atHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func apply[T any](f func(T), v T) {
	if f != nil {
		f(v)
	}
}

func (h *hostile) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		h.t.Errorf("encode: %v", err)
	}
}

func (h *hostile) sign(claims map[string]any) string {
	return signed(h.t, jose.ES256, jose.JSONWebKey{Key: h.key, KeyID: h.kid}, claims)
}

func signed(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	return signedAs(t, alg, key, claims, nil)
}

func signedAs(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any, opts *jose.SignerOptions) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign(b)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// unsigned writes a token by hand.
func unsigned(t *testing.T, header, claims map[string]any, sig []byte) string {
	t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(header) + "." + part(claims) + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// client is our relying party for this provider.
func (h *hostile) client(profile oidc.Profile, minLevel int) *oidc.Provider {
	h.t.Helper()
	return h.clientWith(func(c *oidc.Config) { c.Profile, c.MinLevel = profile, minLevel })
}

func (h *hostile) clientWith(change func(*oidc.Config)) *oidc.Provider {
	h.t.Helper()
	c := oidc.Config{
		ID: "fc", Profile: oidc.FranceConnect, Issuer: h.URL, ClientID: clientID, ClientSecret: secret, RedirectURL: redirect,
		PostLogoutURL: "https://coffre.example/logout/callback", Now: h.clock.Now,
	}
	change(&c)
	p, err := oidc.New(c)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// logIn goes to the provider and back.
func (h *hostile) logIn(p *oidc.Provider) (oidc.Identity, error) {
	h.t.Helper()
	to, attempt, err := p.Begin(h.t.Context())
	if err != nil {
		return oidc.Identity{}, err
	}
	u, err := url.Parse(to)
	if err != nil {
		h.t.Fatal(err)
	}
	h.begun = u.Query()
	q := url.Values{"code": {code}, "state": {h.begun.Get("state")}, "iss": {h.URL}}
	apply(h.answer, q)
	return p.Finish(h.t.Context(), q, attempt)
}

// wantRefused: the slug is the one expected, and there is nobody to log in.
func wantRefused(t *testing.T, got oidc.Identity, err error, slug string) {
	t.Helper()
	var refused *oidc.Error
	if !errors.As(err, &refused) {
		t.Fatalf("logged in as %+v, error %v; want a refusal %s", got, err, slug)
	}
	if refused.Slug != slug {
		t.Errorf("refused as %s (%v), want %s", refused.Slug, err, slug)
	}
	proven := slices.Contains([]string{"level-too-low", "two-factors", "idp-refused", "helper-refused"}, slug)
	if (refused.Sub == honestID) != proven || (refused.Issuer != "") != proven {
		t.Errorf("the refusal names %q at %q", refused.Sub, refused.Issuer)
	}
	if got != (oidc.Identity{}) {
		t.Errorf("a refusal comes with somebody: %+v", got)
	}
}

func (h *hostile) wantLogIn(p *oidc.Provider) oidc.Identity {
	h.t.Helper()
	who, err := h.logIn(p)
	if err != nil {
		h.t.Fatalf("an honest provider is refused: %v", err)
	}
	if who.Sub != honestID || who.Issuer != h.URL {
		h.t.Fatalf("logged in as %+v", who)
	}
	return who
}

func (h *hostile) times(endpoint string) int { return int(h.asked[endpoint].Load()) }

// soon is well after the pause between two tries.
const soon = 10 * time.Second
