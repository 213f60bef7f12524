package oidc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

// lie is one misbehaviour of a provider, and the refusal it earns.
type lie struct {
	tell func(t *testing.T, h *hostile)
	slug string
}

func testLies(t *testing.T, profile oidc.Profile, lies map[string]lie) {
	for name, l := range lies {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t)
			p := h.client(profile, 1)
			l.tell(t, h)
			who, err := h.logIn(p)
			wantRefused(t, who, err, l.slug)
		})
	}
}

func TestHonestProviderLogsIn(t *testing.T) {
	for _, profile := range []oidc.Profile{oidc.FranceConnect, oidc.ProConnect, oidc.Plain} {
		h := newHostile(t)
		who := h.wantLogIn(h.client(profile, 1))
		want := oidc.Identity{Issuer: h.URL, Sub: honestID, ACR: "eidas1", Level: 1, IDToken: who.IDToken}
		if profile != oidc.Plain {
			want.GivenName, want.FamilyName, want.IDP = "Angela Claire Louise", "DUBOIS", "idp-1"
		}
		if who != want || who.IDToken == "" {
			t.Errorf("%s: %+v, want %+v", profile, who, want)
		}
	}
}

func set(name string, v any) func(map[string]any) { return func(c map[string]any) { c[name] = v } }

// idClaim lies about one claim of the ID token.
func idClaim(name string, v any) lie {
	return lie{func(_ *testing.T, h *hostile) { h.id = set(name, v) }, "login-refused"}
}

func infoClaim(name string, v any) lie {
	return lie{func(_ *testing.T, h *hostile) { h.info = set(name, v) }, "login-refused"}
}

// later moves a claim's time relative to now.
func later(name string, seconds int64) lie {
	return lie{func(_ *testing.T, h *hostile) { h.id = set(name, h.clock.Now().Unix()+seconds) }, "login-refused"}
}

func TestIDTokenThatLies(t *testing.T) {
	lies := map[string]lie{
		"another nonce":                idClaim("nonce", strings.Repeat("x", 64)),
		"no nonce":                     idClaim("nonce", ""),
		"another issuer":               idClaim("iss", "https://evil.example"),
		"the issuer with a slash":      {func(_ *testing.T, h *hostile) { h.id = set("iss", h.URL+"/") }, "login-refused"},
		"another client":               idClaim("aud", "somebody-else"),
		"several clients":              idClaim("aud", []string{clientID, "somebody-else"}),
		"no client":                    idClaim("aud", []string{}),
		"issued to another client":     idClaim("azp", "somebody-else"),
		"nobody":                       idClaim("sub", ""),
		"expired beyond the leeway":    later("exp", -31),
		"no expiry":                    idClaim("exp", nil),
		"from the future":              later("iat", 31),
		"no issue time":                idClaim("iat", 0),
		"not valid before the future":  later("nbf", 31),
		"hash of another access token": idClaim("at_hash", atHash("access-2")),
		"hash of nothing known":        idClaim("at_hash", "AAAA"),
		"lower assurance than asked":   {func(_ *testing.T, h *hostile) { h.id = set("acr", "eidas0") }, "level-too-low"},
		"no assurance":                 {func(_ *testing.T, h *hostile) { h.id = set("acr", "") }, "level-too-low"},
		"assurance of an unknown name": {func(_ *testing.T, h *hostile) { h.id = set("acr", "eidas10") }, "level-too-low"},
		"claims that are no object": {func(t *testing.T, h *hostile) {
			h.idJWT = func(map[string]any) string { return rawPayload(t, h, `"sub"`) }
		}, "login-refused"},
		"userinfo's higher assurance": {func(_ *testing.T, h *hostile) { h.id, h.info = set("acr", "eidas0"), set("acr", "eidas3") }, "level-too-low"},
		"no ID token at all": {func(_ *testing.T, h *hostile) {
			h.handle["/token"] = tokenAnswer(h, map[string]any{"access_token": access, "token_type": "Bearer"})
		}, "login-refused"},
		"an ID token that is a number": {func(_ *testing.T, h *hostile) {
			h.handle["/token"] = tokenAnswer(h, map[string]any{"access_token": access, "token_type": "Bearer", "id_token": 7})
		}, "login-refused"},
		"an ID token and no access one": {func(_ *testing.T, h *hostile) {
			h.handle["/token"] = tokenAnswer(h, map[string]any{"id_token": h.sign(h.idClaims())})
		}, "provider-unavailable"},
	}
	testLies(t, oidc.FranceConnect, lies)
	testLies(t, oidc.Plain, map[string]lie{"nobody, without userinfo": lies["nobody"]})
}

func tokenAnswer(h *hostile, v map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { h.json(w, v) }
}

func rawPayload(t *testing.T, h *hostile, payload string) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: h.key, KeyID: h.kid}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func idJWT(f func(t *testing.T, h *hostile, claims map[string]any) string) lie {
	return lie{func(t *testing.T, h *hostile) {
		h.idJWT = func(c map[string]any) string { return f(t, h, c) }
	}, "login-refused"}
}

// hmacWith signs with a published key as if it were a shared secret.
func hmacWith(t *testing.T, h *hostile, claims map[string]any, key []byte) string {
	t.Helper()
	token := unsigned(t, map[string]any{"alg": "HS256", "kid": h.kid}, claims, nil)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.TrimSuffix(token, ".")))
	return unsigned(t, map[string]any{"alg": "HS256", "kid": h.kid}, claims, mac.Sum(nil))
}

func TestSignatureThatLies(t *testing.T) {
	testLies(t, oidc.FranceConnect, map[string]lie{
		"alg none": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return unsigned(t, map[string]any{"alg": "none", "kid": h.kid}, c, nil)
		}),
		"alg None, in capitals": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return unsigned(t, map[string]any{"alg": "NONE", "kid": h.kid}, c, nil)
		}),
		"no signature": idJWT(func(_ *testing.T, h *hostile, c map[string]any) string {
			s := h.sign(c)
			return s[:strings.LastIndex(s, ".")+1]
		}),
		"a signature of zeros": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return unsigned(t, map[string]any{"alg": "ES256", "kid": h.kid}, c, make([]byte, 64))
		}),
		"HS256 with the public key, PEM": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			der, err := x509.MarshalPKIXPublicKey(h.key.Public())
			if err != nil {
				t.Fatal(err)
			}
			return hmacWith(t, h, c, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		}),
		"HS256 with the published JWK": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			b, err := json.Marshal(h.jwk)
			if err != nil {
				t.Fatal(err)
			}
			return hmacWith(t, h, c, b)
		}),
		"HS256 with our client secret": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return hmacWith(t, h, c, []byte(secret))
		}),
		"another key, the right kid": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return signed(t, jose.ES256, jose.JSONWebKey{Key: newKey(t), KeyID: h.kid}, c)
		}),
		"the right key, another kid": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return signed(t, jose.ES256, jose.JSONWebKey{Key: h.key, KeyID: "k2"}, c)
		}),
		"a key that came along in the header": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return embedded(t, c)
		}),
		"RS256 under the kid of an EC key": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			return signed(t, jose.RS256, jose.JSONWebKey{Key: newRSA(t), KeyID: h.kid}, c)
		}),
		"PS256, which nobody asked for": {func(t *testing.T, h *hostile) {
			key := newRSA(t)
			h.jwk = jose.JSONWebKey{Key: key.Public(), KeyID: h.kid, Use: "sig"}
			h.idJWT = func(c map[string]any) string {
				return signed(t, jose.PS256, jose.JSONWebKey{Key: key, KeyID: h.kid}, c)
			}
		}, "login-refused"},
		"a key published for encryption":        {func(_ *testing.T, h *hostile) { h.jwk.Use = "enc" }, "login-refused"},
		"a key published for another algorithm": {func(_ *testing.T, h *hostile) { h.jwk.Algorithm = "ES384" }, "login-refused"},
		"claims changed after signing": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			s := h.sign(c)
			c["sub"] = "victim"
			forged := unsigned(t, map[string]any{"alg": "ES256", "kid": h.kid}, c, nil)
			return strings.SplitN(s, ".", 2)[0] + "." + strings.Split(forged, ".")[1] + s[strings.LastIndex(s, "."):]
		}),
		"JSON serialization with two signatures": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			part := strings.Split(h.sign(c), ".")
			sig := map[string]string{"protected": part[0], "signature": part[2]}
			b, err := json.Marshal(map[string]any{"payload": part[1], "signatures": []any{sig, sig}})
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}),
		"JSON serialization": idJWT(func(t *testing.T, h *hostile, c map[string]any) string {
			part := strings.Split(h.sign(c), ".")
			b, err := json.Marshal(map[string]string{"protected": part[0], "payload": part[1], "signature": part[2]})
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}),
		"no token but text": idJWT(func(*testing.T, *hostile, map[string]any) string { return "<script>alert(1)</script>" }),
	})
}

func embedded(t *testing.T, claims map[string]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: newKey(t)}, &jose.SignerOptions{EmbedJWK: true})
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

func TestUserinfoThatLies(t *testing.T) {
	plainJSON := func(mediaType string) lie {
		return lie{func(_ *testing.T, h *hostile) {
			h.handle["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", mediaType)
				_, _ = fmt.Fprintf(w, `{"iss":%q,"aud":%q,"sub":%q,"given_name":"Angela"}`, h.URL, clientID, honestID)
			}
		}, "login-refused"}
	}
	status := func(n int, slug string) lie {
		return lie{func(_ *testing.T, h *hostile) {
			h.handle["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(n) }
		}, slug}
	}
	lies := map[string]lie{
		"unsigned JSON":                  plainJSON("application/json"),
		"unsigned JSON said to be a JWT": plainJSON("application/jwt"),
		"a JWT without its media type": {func(_ *testing.T, h *hostile) {
			h.handle["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(h.sign(map[string]any{"iss": h.URL, "aud": clientID, "sub": honestID})))
			}
		}, "login-refused"},
		"somebody else":   infoClaim("sub", "victim"),
		"nobody":          infoClaim("sub", ""),
		"another issuer":  infoClaim("iss", "https://evil.example"),
		"another client":  infoClaim("aud", "somebody-else"),
		"several clients": infoClaim("aud", []string{clientID, "somebody-else"}),
		"from the future": infoClaim("iat", 4102444800),
		"no issuer":       infoClaim("iss", nil),
		"no client":       infoClaim("aud", nil),
		"alg none": {func(t *testing.T, h *hostile) {
			h.infoJWT = func(c map[string]any) string { return unsigned(t, map[string]any{"alg": "none"}, c, nil) }
		}, "login-refused"},
		"another key": {func(t *testing.T, h *hostile) {
			h.infoJWT = func(c map[string]any) string {
				return signed(t, jose.ES256, jose.JSONWebKey{Key: newKey(t), KeyID: h.kid}, c)
			}
		}, "login-refused"},
		"our token refused": status(http.StatusUnauthorized, "login-refused"),
		"broken":            status(http.StatusBadGateway, "provider-unavailable"),
		"a redirect elsewhere": {func(t *testing.T, h *hostile) {
			h.handle["/userinfo"] = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, h.URL+"/elsewhere", http.StatusFound)
			}
			h.handle["/elsewhere"] = func(http.ResponseWriter, *http.Request) { t.Error("the access token was carried elsewhere") }
		}, "login-refused"},
		"an endless answer": {func(_ *testing.T, h *hostile) {
			h.handle["/userinfo"] = endless("application/jwt")
		}, "provider-unavailable"},
	}
	testLies(t, oidc.FranceConnect, lies)
	testLies(t, oidc.ProConnect, map[string]lie{"unsigned JSON at ProConnect": lies["unsigned JSON"]})
}

// endless never stops sending: whoever wants all of it never comes to an end.
func endless(mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		block := []byte(strings.Repeat(" ", 64<<10))
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
}

func TestAnswerThatLies(t *testing.T) {
	answer := func(slug string, f func(url.Values)) lie {
		return lie{func(_ *testing.T, h *hostile) { h.answer = f }, slug}
	}
	said := func(slug, code, description string) lie {
		return answer(slug, func(q url.Values) {
			q.Del("code")
			q.Set("error", code)
			q.Set("error_description", description)
		})
	}
	testLies(t, oidc.FranceConnect, map[string]lie{
		"another state":                  answer("login-expired", func(q url.Values) { q.Set("state", strings.Repeat("x", 64)) }),
		"no state":                       answer("login-expired", func(q url.Values) { q.Del("state") }),
		"two states":                     answer("login-refused", func(q url.Values) { q.Add("state", "x") }),
		"another issuer":                 answer("login-refused", func(q url.Values) { q.Set("iss", "https://evil.example") }),
		"no issuer where it is promised": answer("login-refused", func(q url.Values) { q.Del("iss") }),
		"another issuer, unpromised": {func(_ *testing.T, h *hostile) {
			h.metadata = set("authorization_response_iss_parameter_supported", false)
			h.answer = func(q url.Values) { q.Set("iss", "https://evil.example") }
		}, "login-refused"},
		"another issuer with an error":   answer("login-refused", func(q url.Values) { q.Set("iss", "https://evil.example"); q.Set("error", "access_denied") }),
		"another code":                   answer("login-refused", func(q url.Values) { q.Set("code", "code-2") }),
		"no code":                        answer("login-refused", func(q url.Values) { q.Del("code") }),
		"two codes":                      answer("login-refused", func(q url.Values) { q.Add("code", "code-2") }),
		"turned back":                    said("access-denied", "access_denied", "User auth aborted"),
		"a private-sector agent":         said("private-agent", "server_error", "(Y500015) agent du secteur privé"),
		"a private-sector agent, denied": said("private-agent", "access_denied", "Y500015"),
		"a failure of theirs":            said("provider-unavailable", "server_error", "oops"),
		"a pause of theirs":              said("provider-unavailable", "temporarily_unavailable", ""),
		"an error and a code":            answer("access-denied", func(q url.Values) { q.Set("error", "access_denied") }),
		"an unknown error":               said("login-refused", "login_required", ""),
		"parameters beyond the list":     said("provider-parameters", "invalid_request", "Y030007 paramètres"),
		"a way back not registered":      said("provider-redirect", "invalid_request", "(Y030031)"),
		"a way out not registered":       said("provider-logout", "invalid_request", "Y030111"),
		"a claim not authorised":         said("provider-claims", "invalid_request", "Y100009"),
		"an assurance not to be had":     said("level-unavailable", "unmet_authentication_requirements", ""),
	})
}

// TestErrorTextStaysOut: what a provider, or whoever made the link, writes
// into an error reaches neither the page nor, unquoted or at length, the log.
func TestErrorTextStaysOut(t *testing.T) {
	h := newHostile(t)
	h.answer = func(q url.Values) {
		q.Del("code")
		q.Set("error", "<img src=x onerror=alert(1)>\nlevel=ERROR forged"+strings.Repeat("x", 10_000))
		q.Set("error_description", "<script>stolen</script>")
	}
	who, err := h.logIn(h.client(oidc.FranceConnect, 1))
	wantRefused(t, who, err, "login-refused")
	if msg := err.Error(); len(msg) > 200 || strings.Contains(msg, "\n") || strings.Contains(msg, "stolen") {
		t.Errorf("the log would get %.300q", msg)
	}
}
