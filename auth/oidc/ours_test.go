package oidc_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

// plus is an honest FranceConnect+ that encrypts to keys of ours.
func plus(t *testing.T, keys *oidc.Keys) (*hostile, *oidc.Provider) {
	t.Helper()
	h := newHostile(t)
	h.id = set("acr", "eidas2")
	h.idJWT = func(c map[string]any) string { return wrapped(t, keys.Public(), jose.RSA_OAEP_256, h.sign(c)) }
	h.infoJWT = func(c map[string]any) string { return wrapped(t, keys.Public(), jose.ECDH_ES, h.sign(c)) }
	return h, h.clientWith(func(c *oidc.Config) { c.Profile, c.Keys = oidc.FranceConnectPlus, keys })
}

// wrapped encrypts to a published key, in the way agreed.
func wrapped(t *testing.T, set jose.JSONWebKeySet, alg jose.KeyAlgorithm, signed string) string {
	t.Helper()
	return sealedTo(t, opening(t, set, alg), alg, jose.A256GCM, (&jose.EncrypterOptions{}).WithContentType("JWT"), signed)
}

func opening(t *testing.T, set jose.JSONWebKeySet, alg jose.KeyAlgorithm) jose.JSONWebKey {
	t.Helper()
	for _, k := range set.Keys {
		if k.Use == "enc" && (k.Algorithm == string(jose.ECDH_ES)) == strings.HasPrefix(string(alg), "ECDH") {
			return k
		}
	}
	t.Fatalf("no key for %s is published", alg)
	return jose.JSONWebKey{}
}

func sealedTo(t *testing.T, key jose.JSONWebKey, alg jose.KeyAlgorithm, enc jose.ContentEncryption, opts *jose.EncrypterOptions, plain string) string {
	t.Helper()
	e, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: alg, Key: key.Key, KeyID: key.KeyID, PBES2Count: 1000}, opts)
	if err != nil {
		t.Fatal(err)
	}
	jwe, err := e.Encrypt([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jwe.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestEncryptedLogIn: what is kept for logging out is the signed token, which
// the provider asks for, not the encrypted one.
func TestEncryptedLogIn(t *testing.T) {
	h, p := plus(t, newKeys(t))
	who := h.wantLogIn(p)
	if who.Level != 2 || who.GivenName != "Angela Claire Louise" || strings.Count(who.IDToken, ".") != 2 {
		t.Errorf("logged in as %+v", who)
	}
	if to := logoutAt(t, p, who.IDToken, "s"); !strings.Contains(to, who.IDToken) {
		t.Errorf("log out at %s", to)
	}
}

func TestEncryptionThatLies(t *testing.T) {
	keys, others := newKeys(t), newKeys(t)
	cty := (&jose.EncrypterOptions{}).WithContentType("JWT")
	zip := (&jose.EncrypterOptions{Compression: jose.DEFLATE}).WithContentType("JWT")
	public := keys.Public()
	with := func(alg jose.KeyAlgorithm, enc jose.ContentEncryption, opts *jose.EncrypterOptions) func(string) string {
		return func(s string) string { return sealedTo(t, opening(t, public, alg), alg, enc, opts, s) }
	}
	shared := jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), KeyID: opening(t, public, jose.RSA_OAEP).KeyID}
	for name, wrap := range map[string]func(string) string{
		"not encrypted":              func(s string) string { return s },
		"RSA1_5":                     with(jose.RSA1_5, jose.A256GCM, cty),
		"ECDH-ES with a wrapped key": with(jose.ECDH_ES_A256KW, jose.A256GCM, cty),
		"AES-CBC":                    with(jose.RSA_OAEP_256, jose.A256CBC_HS512, cty),
		"a shorter key":              with(jose.RSA_OAEP_256, jose.A128GCM, cty),
		"compressed":                 with(jose.RSA_OAEP_256, jose.A256GCM, zip),
		"content of another type":    with(jose.RSA_OAEP_256, jose.A256GCM, (&jose.EncrypterOptions{}).WithContentType("json")),
		"a shared key":               func(s string) string { return sealedTo(t, shared, jose.DIRECT, jose.A256GCM, cty, s) },
		"a password": func(s string) string {
			return sealedTo(t, jose.JSONWebKey{Key: "password"}, jose.PBES2_HS256_A128KW, jose.A256GCM, cty, s)
		},
		"somebody else's key": func(s string) string { return wrapped(t, others.Public(), jose.RSA_OAEP_256, s) },
		"somebody else's, by our name": func(s string) string {
			return sealedTo(t, renamed(opening(t, others.Public(), jose.RSA_OAEP), shared.KeyID), jose.RSA_OAEP, jose.A256GCM, cty, s)
		},
		"encrypted twice":              func(s string) string { return wrapped(t, public, jose.RSA_OAEP, wrapped(t, public, jose.RSA_OAEP, s)) },
		"changed on the way":           func(s string) string { return tampered(wrapped(t, public, jose.RSA_OAEP_256, s)) },
		"unsigned inside":              func(s string) string { return wrapped(t, public, jose.RSA_OAEP, unsignedCopy(t, s)) },
		"text inside":                  func(string) string { return wrapped(t, public, jose.RSA_OAEP, "let me in") },
		"nothing inside":               func(string) string { return wrapped(t, public, jose.RSA_OAEP, "") },
		"five parts that are no token": func(string) string { return "a.b.c.d.e" },
		"an endless number of parts":   func(string) string { return strings.Repeat(".", 10_000) },
		"a name of a key never made": func(s string) string {
			return sealedTo(t, renamed(opening(t, public, jose.RSA_OAEP), "x"), jose.RSA_OAEP, jose.A256GCM, cty, s)
		},
		"the signing key as encryption": func(s string) string {
			return sealedTo(t, jose.JSONWebKey{Key: public.Keys[0].Key, KeyID: public.Keys[0].KeyID}, jose.ECDH_ES, jose.A256GCM, cty, s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := plus(t, keys)
			honest := h.idJWT
			h.idJWT = func(c map[string]any) string { return wrap(h.sign(c)) }
			who, err := h.logIn(p)
			wantRefused(t, who, err, "login-refused")
			h.idJWT = honest
			h.infoJWT = func(c map[string]any) string { return wrap(h.sign(c)) }
			who, err = h.logIn(p)
			wantRefused(t, who, err, "login-refused")
		})
	}
}

func renamed(k jose.JSONWebKey, kid string) jose.JSONWebKey {
	k.KeyID = kid
	return k
}

// tampered changes one letter of the ciphertext.
func tampered(jwe string) string {
	part := strings.Split(jwe, ".")
	first := "A"
	if strings.HasPrefix(part[3], first) {
		first = "B"
	}
	part[3] = first + part[3][1:]
	return strings.Join(part, ".")
}

func unsignedCopy(t *testing.T, s string) string {
	t.Helper()
	var c map[string]any
	token, err := jwt.ParseSigned(s, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	if err := token.UnsafeClaimsWithoutVerification(&c); err != nil {
		t.Fatal(err)
	}
	return unsigned(t, map[string]any{"alg": "none"}, c, nil)
}

// TestNobodyEncryptsUnasked: where it was not agreed, an encrypted token is no
// token, whatever it holds.
func TestNobodyEncryptsUnasked(t *testing.T) {
	keys := newKeys(t)
	h := newHostile(t)
	p := h.clientWith(func(c *oidc.Config) { c.Keys = keys })
	h.wantLogIn(p)
	h.idJWT = func(c map[string]any) string { return wrapped(t, keys.Public(), jose.RSA_OAEP_256, h.sign(c)) }
	who, err := h.logIn(p)
	wantRefused(t, who, err, "login-refused")
}

// TestOurKeysRotate with an overlap: what a provider encrypts to the keys that
// it read yesterday still opens; what it encrypts to those of before does not.
func TestOurKeysRotate(t *testing.T) {
	var files [3][]byte
	var keys [3]*oidc.Keys
	for i := range files {
		var old []byte
		var err error
		if i > 0 {
			old = files[i-1]
		}
		if files[i], err = oidc.NewKeys(old); err != nil {
			t.Fatal(err)
		}
		if keys[i], err = oidc.ParseKeys(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i, opens := range []bool{false, true, true} {
		h, p := plus(t, keys[2])
		h.idJWT = func(c map[string]any) string { return wrapped(t, keys[i].Public(), jose.RSA_OAEP, h.sign(c)) }
		h.infoJWT = func(c map[string]any) string { return wrapped(t, keys[i].Public(), jose.ECDH_ES, h.sign(c)) }
		who, err := h.logIn(p)
		if opens != (err == nil) || opens == (who.Sub == "") {
			t.Errorf("to the keys of rotation %d: %+v, %v", i, who, err)
		}
	}
	b, err := json.Marshal(keys[2].Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{`"d":`, `"p":`, `"q":`, `"dp":`, `"qi":`} {
		if strings.Contains(string(b), private) {
			t.Errorf("published: %s", b)
		}
	}
	var sign, open int
	for _, k := range keys[2].Public().Keys {
		if k.Use == "sig" {
			sign++
		}
		if k.Use == "enc" {
			open++
		}
	}
	if sign != 2 || open != 2 { // the newest RSA and the newest EC
		t.Errorf("%d keys that sign and %d that open are published", sign, open)
	}
	for name, damaged := range map[string]string{"nothing": "", "text": "x", "no keys": `{"keys":[]}`, "public ones": string(b), "half": string(files[0][:len(files[0])/2])} {
		if k, err := oidc.ParseKeys([]byte(damaged)); err == nil || k != nil {
			t.Errorf("%s is taken for keys", name)
		}
		if name == "nothing" {
			continue
		}
		if _, err := oidc.NewKeys([]byte(damaged)); err == nil {
			t.Errorf("%s is rotated", name)
		}
	}
}

// TestWeProveOurselvesByKey: the assertion is for this provider alone, short,
// new each time, and no secret is sent beside it.
func TestWeProveOurselvesByKey(t *testing.T) {
	keys := newKeys(t)
	h := newHostile(t)
	seen := map[string]bool{}
	h.byKey = func(r *http.Request) bool {
		token, err := jwt.ParseSigned(r.PostFormValue("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Errorf("assertion: %v", err)
			return false
		}
		var c jwt.Claims
		if err := token.Claims(keys.Public(), &c); err != nil {
			t.Errorf("assertion: %v", err)
			return false
		}
		now := h.clock.Now()
		if c.Issuer != clientID || c.Subject != clientID || len(c.Audience) != 1 || c.Audience[0] != h.URL || seen[c.ID] || c.ID == "" ||
			c.Expiry.Time().Sub(now) > time.Minute || r.PostForm.Has("client_secret") || r.Header.Get("Authorization") != "" {
			t.Errorf("assertion %+v, form %v", c, r.PostForm)
		}
		seen[c.ID] = true
		return true
	}
	p := h.clientWith(func(c *oidc.Config) { c.ClientSecret, c.Keys = "", keys })
	h.wantLogIn(p)
	h.wantLogIn(p)
	if len(seen) != 2 {
		t.Errorf("%d assertions", len(seen))
	}
}

// TestWhatIsMissingIsSaid at start, not at the first log-in.
func TestWhatIsMissingIsSaid(t *testing.T) {
	good := oidc.Config{Profile: oidc.FranceConnect, Issuer: "https://fc.example", ClientID: "x", ClientSecret: "y", RedirectURL: redirect}
	for name, change := range map[string]func(*oidc.Config){
		"no way to prove ourselves":   func(c *oidc.Config) { c.ClientSecret = "" },
		"no issuer":                   func(c *oidc.Config) { c.Issuer = "" },
		"an unknown profile":          func(c *oidc.Config) { c.Profile = "google" },
		"FranceConnect+ without keys": func(c *oidc.Config) { c.Profile = oidc.FranceConnectPlus },
		"encryption without keys":     func(c *oidc.Config) { c.Encrypted = true },
	} {
		c := good
		change(&c)
		if p, err := oidc.New(c); err == nil || p != nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// peopleOf a provider, as both peers have them.
func peopleOf(profile oidc.Profile) map[string]oidc.Identity {
	citizens := map[string]oidc.Identity{
		"angela": {GivenName: "Angela Claire Louise", FamilyName: "DUBOIS", IDP: "simulateur", ACR: "eidas1", Level: 1},
		"marcel": {GivenName: "Marcel", FamilyName: "LEROY", IDP: "simulateur", ACR: "eidas1", Level: 1},
	}
	switch profile {
	case oidc.ProConnect:
		return map[string]oidc.Identity{
			"camille": {GivenName: "Camille", FamilyName: "MARTIN", SIRET: "21370999900015", IDP: "simulateur", ACR: "eidas1", Level: 1},
			"karim":   {GivenName: "Karim", FamilyName: "BENALI", SIRET: "22360999900018", IDP: "simulateur", ACR: "eidas1", Level: 1},
		}
	case oidc.FranceConnectPlus: // tells no identity provider
		for name, who := range citizens {
			who.IDP, who.ACR, who.Level = "", "eidas2", 2
			citizens[name] = who
		}
	case oidc.FranceConnect, oidc.Plain:
	}
	return citizens
}

func newKeys(t *testing.T) *oidc.Keys {
	t.Helper()
	b, err := oidc.NewKeys(nil)
	if err != nil {
		t.Fatal(err)
	}
	k, err := oidc.ParseKeys(b)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// publishing is our jwks_uri.
func publishing(t *testing.T, keys func() *oidc.Keys) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		if err := json.NewEncoder(w).Encode(keys().Public()); err != nil {
			t.Errorf("publish: %v", err)
		}
	}
}
