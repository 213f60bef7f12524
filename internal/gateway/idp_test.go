package gateway_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// keycloak is an ordinary OpenID Connect provider that tells of log-outs by
// the back channel.
type keycloak struct {
	*httptest.Server
	t   *testing.T
	key *ecdsa.PrivateKey

	mu    sync.Mutex
	codes map[string]object // claims of the ID token, by code
	drawn int
	down  bool
}

func newKeycloak(t *testing.T) *keycloak {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	k := &keycloak{t: t, key: key, codes: map[string]object{}}
	k.Server = httptest.NewServer(http.HandlerFunc(k.serve))
	t.Cleanup(k.Close)
	return k
}

// registered lets citizens log in there.
func (k *keycloak) registered(_ *safe.Config, c *gateway.Config) {
	p, err := oidc.New(oidc.Config{
		ID: "keycloak", Profile: oidc.Plain, Issuer: k.URL, ClientID: "coffre", ClientSecret: "s",
		RedirectURL: c.PublicURL + "/callback/keycloak", PostLogoutURL: c.PublicURL + "/logout/callback", Now: c.Now,
	})
	must(k.t, err)
	if c.Providers == nil {
		c.Providers = map[string]*oidc.Provider{}
	}
	c.Providers["keycloak"] = p
	c.Site.Providers = append(c.Site.Providers, gateway.SiteProvider{ID: "keycloak", Kind: "citizen", Label: "Keycloak", Level: 1})
}

func (k *keycloak) serve(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var v any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		v = object{
			"issuer": k.URL, "authorization_endpoint": k.URL + "/auth", "token_endpoint": k.URL + "/token", "jwks_uri": k.URL + "/certs",
			"authorization_response_iss_parameter_supported": true,
		}
	case "/certs":
		v = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}}
	case "/token":
		claims, ok := k.codes[r.PostFormValue("code")]
		if !ok || r.PostFormValue("code_verifier") == "" {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		v = object{"access_token": "a", "token_type": "Bearer", "id_token": k.sign("JWT", claims)}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		k.t.Errorf("encode: %v", err)
	}
}

func (k *keycloak) sign(typ jose.ContentType, claims object) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: k.key, KeyID: "k1"}}, (&jose.SignerOptions{}).WithType(typ))
	if err != nil {
		k.t.Errorf("sign: %v", err)
		return ""
	}
	raw, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		k.t.Errorf("sign: %v", err)
	}
	return raw
}

// back is the address that it sends a browser back with, which it was sent at
// the address to.
func (k *keycloak) back(t *testing.T, to, sub, sid string, w *world) string {
	t.Helper()
	u, err := url.Parse(to)
	must(t, err)
	q := u.Query()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drawn++
	code := fmt.Sprint("code-", k.drawn)
	now := w.clock.now().Unix()
	k.codes[code] = object{
		"iss": k.URL, "aud": "coffre", "sub": sub, "sid": sid, "nonce": q.Get("nonce"), "iat": now, "exp": now + 300, "given_name": sub,
	}
	return "/callback/keycloak?" + url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {k.URL}, "session_state": {sid}}.Encode()
}

// logout is what it sends by the back channel.
func (k *keycloak) logout(w *world, jti, sub, sid string) request {
	now := w.clock.now().Unix()
	c := object{
		"iss": k.URL, "aud": "coffre", "iat": now, "exp": now + 120, "jti": jti,
		"events": object{"http://schemas.openid.net/event/backchannel-logout": object{}},
	}
	if sub != "" {
		c["sub"] = sub
	}
	if sid != "" {
		c["sid"] = sid
	}
	return form("/logout/keycloak", "logout_token", k.sign("logout+jwt", c))
}

// logoutPart is the contract's of what a provider says.
func logoutPart(t *testing.T, s *story) {
	t.Helper()
	s.do(t, s.idp.logout(s.world, "jti-1", "nobody-here", "")).is(t, http.StatusOK)
	s.do(t, form("/logout/keycloak", "logout_token", "x")).is(t, http.StatusBadRequest)
}
