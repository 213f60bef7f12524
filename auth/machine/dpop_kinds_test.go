package machine_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/auth/session"
)

// TestProofOfTheWrongKind: neither another algorithm, nor another token, nor a
// key that is told.
func TestProofOfTheWrongKind(t *testing.T) {
	public := func(k any) json.RawMessage {
		b, err := json.Marshal(jose.JSONWebKey{Key: k})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, lie := range map[string]func(h *holder, c claims) string{
		"alg none": func(h *holder, c claims) string {
			return unsigned(t, claims{"alg": "none", "typ": "dpop+jwt", "jwk": public(h.key.Public())}, c) + "."
		},
		"no signature": func(h *holder, c claims) string { p := h.sign(c); return p[:strings.LastIndex(p, ".")+1] },
		"HS256 with the public key": func(h *holder, c claims) string {
			return byHMAC(t, public(h.key.Public()), public(h.key.Public()), c)
		},
		"HS256 with a key in the header": func(h *holder, c claims) string {
			return byHMAC(t, []byte("k"), json.RawMessage(`{"kty":"oct","k":"aw"}`), c)
		},
		"RSA": func(_ *holder, c claims) string { return embed(t, jose.PS256, newRSA(t), c, "dpop+jwt") },
		"P-384": func(_ *holder, c claims) string {
			return embed(t, jose.ES384, newKey(t, elliptic.P384()), c, "dpop+jwt")
		},
		"a key of another kind than the algorithm's": func(h *holder, c claims) string {
			pub, _, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			return h.withHeader(c, claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": public(pub)})
		},
		"no key in the header": func(h *holder, c claims) string { return sign(t, jose.ES256, h.key, c, "dpop+jwt") },
		"another's key in the header": func(h *holder, c claims) string {
			return h.withHeader(c, claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": public(newKey(t, elliptic.P256()).Public())})
		},
		"the private key in the header": func(h *holder, c claims) string {
			return h.withHeader(c, claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": public(h.key)})
		},
		"a private member of another kind": func(h *holder, c claims) string {
			jwk := bytes.Replace(public(h.key.Public()), []byte("{"), []byte(`{"k":"AAAA",`), 1)
			return h.withHeader(c, claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": json.RawMessage(jwk)})
		},
		"an assertion":    func(h *holder, c claims) string { return embed(t, jose.ES256, h.key, c, "JWT") },
		"an access token": func(h *holder, c claims) string { return embed(t, jose.ES256, h.key, c, "at+jwt") },
		"nothing":         func(*holder, claims) string { return "" },
		"text":            func(*holder, claims) string { return "let me in" },
		"changed on its way": func(h *holder, c claims) string {
			p := strings.Split(h.sign(c), ".")
			q := strings.Split(h.sign(changed(c, "jti", "x")), ".")
			return p[0] + "." + q[1] + "." + p[2]
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			h := w.holder()
			token := h.token()
			honest := claims{"alg": "ES256", "typ": "dpop+jwt", "jwk": public(h.key.Public())}
			w.wantHolder(token, bound("GET", here, h.withHeader(h.claims("GET", here, token), honest))) // the forger is good
			w.wantNoHolder(token, bound("GET", here, lie(h, h.claims("GET", here, token))), machine.ErrProof)
			w.wantNotBound(lie(h, h.claims("POST", tokenPath, "")))
		})
	}
}

// withHeader signs with the holder's P-256 key under any header.
func (h *holder) withHeader(c, header claims) string {
	h.w.t.Helper()
	input := unsigned(h.w.t, header, c)
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, h.key.(*ecdsa.PrivateKey), sum[:])
	if err != nil {
		h.w.t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func byHMAC(t *testing.T, secret []byte, jwk json.RawMessage, c claims) string {
	t.Helper()
	input := unsigned(t, claims{"alg": "HS256", "typ": "dpop+jwt", "jwk": jwk}, c)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// TestProofWrittenOtherwise: addresses that the standard takes for the same,
// Ed25519, and clocks a little apart.
func TestProofWrittenOtherwise(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []*holder{h, {w: w, alg: jose.EdDSA, key: key}} {
		token := h.token()
		for _, htu := range []string{issuer + here, issuer + here + "?a=b#c", "HTTPS://COFFRE.example:443" + here} {
			w.wantHolder(token, bound("GET", here, h.sign(changed(h.claims("GET", here, token), "htu", htu))))
		}
		for _, d := range []time.Duration{-59 * time.Second, 30 * time.Second} {
			w.wantHolder(token, bound("GET", here, h.sign(changed(h.claims("GET", here, token), "iat", w.clock.Now().Add(d).Unix()))))
		}
	}
}

// TestTokenNamesItsKey: another service that verifies tokens finds the
// thumbprint where RFC 9449 says (§6.1), and none in an unbound one.
func TestTokenNamesItsKey(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	want, err := (&jose.JSONWebKey{Key: h.key.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]any{
		h.token(): map[string]any{"jkt": base64.RawURLEncoding.EncodeToString(want)},
		w.wantGranted(form(w.sign(w.assertion()))).AccessToken: nil,
	} {
		jws, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		var c claims
		if err := jws.Claims(w.signer.Public(), &c); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(c["cnf"]) != fmt.Sprint(want) {
			t.Errorf("cnf is %v, want %v", c["cnf"], want)
		}
	}
}

// TestExampleOfTheStandard: the proof that RFC 9449 prints (§7.1) is good, and
// names the key by the thumbprint that it prints (§6.1).
func TestExampleOfTheStandard(t *testing.T) {
	const printed = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19" +
		".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9" +
		".2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
	w := newWorld(t)
	now := time.Unix(1562262618, 0).UTC()
	s, err := machine.New(machine.Config{
		Issuer: "https://resource.example.org", Signer: w.signer, Once: w.once, Now: func() time.Time { return now }, Systems: w.find,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := w.assertion()
	c["aud"], c["iat"], c["exp"] = s.Issuer(), now.Unix(), now.Add(time.Minute).Unix()
	got, err := s.Grant(t.Context(), form(w.sign(c)), machine.Call{Method: "GET", Path: "/protectedresource", Proofs: []string{printed}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(got.AccessToken, ".")[1])
	if err != nil || !bytes.Contains(b, []byte(`"cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}`)) {
		t.Errorf("%s, %v", b, err)
	}
}

// TestMemoryDownIsNoRefusal: a proof that cannot be remembered is not good,
// and its sender is not told that it was bad.
func TestMemoryDownIsNoRefusal(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	token := h.token()
	s, err := machine.New(machine.Config{Issuer: issuer, Signer: w.signer, Once: noMemory{}, Now: w.clock.Now, Systems: w.find})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Verify(t.Context(), token, bound("GET", here, h.proof("GET", here, token)))
	if !errors.Is(err, errDown) || errors.Is(err, machine.ErrProof) || p.Kind != "" {
		t.Errorf("%+v, %v", p, err)
	}
}

// noMemory is a session.Once that does not answer.
type noMemory struct{ session.Once }

func (noMemory) Put(context.Context, string, []byte, time.Duration) error { return errDown }
