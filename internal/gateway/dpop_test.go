package gateway_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// holder is a standard system with a token bound to a key of its own.
type holder struct {
	*standardMachine
	proofKey *ecdsa.PrivateKey
	token    string
}

func (m *standardMachine) holder(t *testing.T) *holder {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	h := &holder{m, key, ""}
	a := m.w.do(t, m.askWith(h.proof(http.MethodPost, m.w.url+"/oauth/token"))).is(t, http.StatusOK)
	if h.token = a.string(t, "access_token"); a.string(t, "token_type") != "DPoP" {
		t.Errorf("token %s", a.body)
	}
	return h
}

func (m *standardMachine) askWith(proof string) request {
	return form("/oauth/token", "grant_type", "client_credentials", "client_assertion_type", assertionType, "client_assertion", m.assertion(nil)).with("DPoP", proof)
}

// proof as RFC 9449 §4.2 says, for the holder's token once it has one.
func (h *holder) proof(method, address string) string {
	h.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: h.proofKey}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	must(h.t, err)
	c := map[string]any{"htm": method, "htu": address, "iat": h.w.clock.now().Unix(), "jti": rand.Text()}
	if h.token != "" {
		sum := sha256.Sum256([]byte(h.token))
		c["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	raw, err := jwt.Signed(signer).Claims(c).Serialize()
	must(h.t, err)
	return raw
}

const officePath = "/api/v1/administration"

// asks is a call with the holder's token and these proofs.
func (h *holder) asks(scheme string, proofs ...string) *http.Request {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.w.ctx, http.MethodGet, h.w.url+officePath+"?x=y", nil)
	must(h.t, err)
	r.Header.Set("Authorization", scheme+" "+h.token)
	r.Header["Dpop"] = proofs
	return r
}

func (h *holder) status(r *http.Request) int {
	h.t.Helper()
	res, err := straight.Do(r)
	must(h.t, err)
	must(h.t, res.Body.Close())
	return res.StatusCode
}

// TestBoundToken: a system that knows of us what the standards say finds that
// tokens can be bound, and calls with a new proof each time.
func TestBoundToken(t *testing.T) {
	w := newWorld(t)
	h := w.standardMachine(t, w.office(t, "Mairie de Valmont", valmont), "deposit").holder(t)
	var meta struct {
		Algorithms []string `json:"dpop_signing_alg_values_supported"`
	}
	w.do(t, request{method: http.MethodGet, path: "/.well-known/oauth-authorization-server"}).read(t, &meta)
	if !slices.Equal(meta.Algorithms, []string{"ES256", "EdDSA"}) {
		t.Errorf("discovery says %v", meta.Algorithms)
	}
	for range 2 {
		if got := h.status(h.asks("DPoP", h.proof(http.MethodGet, w.url+officePath))); got != http.StatusOK {
			t.Errorf("an honest holder gets %d", got)
		}
	}
	public := request{method: http.MethodGet, path: "/api/v1/site", header: object{"Authorization": "DPoP " + h.token}}
	w.do(t, public).is(t, http.StatusOK)
}

// TestBoundTokenIsRefused: whoever has the token without its key is told what
// is missing, in both languages and in the words of the standard.
func TestBoundTokenIsRefused(t *testing.T) {
	w := newWorld(t)
	m := w.standardMachine(t, w.office(t, "Mairie de Valmont", valmont), "deposit")
	h, thief := m.holder(t), m.holder(t)
	spent := h.proof(http.MethodGet, w.url+officePath)
	if got := h.status(h.asks("DPoP", spent)); got != http.StatusOK {
		t.Fatalf("an honest holder gets %d", got)
	}
	thief.token = h.token
	honest := func() string { return h.proof(http.MethodGet, w.url+officePath) }
	for name, c := range map[string]struct {
		scheme, code string
		proofs       []string
	}{
		"no proof":             {"DPoP", "invalid_dpop_proof", nil},
		"the same proof again": {"DPoP", "invalid_dpop_proof", []string{spent}},
		"another's proof":      {"DPoP", "invalid_dpop_proof", []string{thief.proof(http.MethodGet, w.url+officePath)}},
		"another method":       {"DPoP", "invalid_dpop_proof", []string{h.proof(http.MethodPut, w.url+officePath)}},
		"another address":      {"DPoP", "invalid_dpop_proof", []string{h.proof(http.MethodGet, "https://evil.example"+officePath)}},
		"two proofs":           {"DPoP", "invalid_dpop_proof", []string{honest(), honest()}},
		"as a bearer token":    {"Bearer", "invalid_token", nil},
		"as one, with a proof": {"Bearer", "invalid_token", []string{honest()}},
	} {
		t.Run(name, func(t *testing.T) {
			for lang, sentence := range map[string]string{"fr": "une preuve neuve, de cette clé, pour cette demande", "en": "a new proof by that key for this request"} {
				r := h.asks(c.scheme, c.proofs...)
				r.Header.Set("Accept-Language", lang)
				res, err := straight.Do(r)
				must(t, err)
				body, err := io.ReadAll(res.Body)
				must(t, err)
				must(t, res.Body.Close())
				a := answer{"GET " + officePath, res.StatusCode, res.Header, body}
				if p := a.is(t, http.StatusUnauthorized).refuses(t, "token-proof"); !strings.Contains(p.Detail, sentence) {
					t.Errorf("%s: %s", lang, p.Detail)
				}
				if got := a.header.Get("WWW-Authenticate"); got != `DPoP realm="coffre", error="`+c.code+`", algs="ES256 EdDSA"` {
					t.Errorf("WWW-Authenticate: %s", got)
				}
			}
		})
	}
	if log := w.logged.String(); strings.Contains(log, "eyJ") || !strings.Contains(log, "the proof was used before") {
		t.Errorf("the log says\n%.2000s", log)
	}
}

// TestProofAtTheTokenEndpointIsRefused: in the words of RFC 9449 §5, and
// nobody gets an unbound token who asked for a bound one.
func TestProofAtTheTokenEndpointIsRefused(t *testing.T) {
	w := newWorld(t)
	h := w.standardMachine(t, w.office(t, "Mairie de Valmont", valmont), "deposit").holder(t)
	for _, proof := range []string{h.proof(http.MethodGet, w.url+"/oauth/token"), h.proof(http.MethodPost, w.url+"/oauth/device"), "", "x"} {
		a := w.do(t, h.askWith(proof)).is(t, http.StatusBadRequest)
		if a.string(t, "error") != "invalid_dpop_proof" {
			t.Errorf("%.20s: %s", proof, a.body)
		}
	}
}

// TestProofNamesThePublicAddress: a proxy may call the gateway by another
// name; what a proof is for stays what its sender called.
func TestProofNamesThePublicAddress(t *testing.T) {
	w := newWorld(t)
	h := w.standardMachine(t, w.office(t, "Mairie de Valmont", valmont), "deposit").holder(t)
	for address, want := range map[string]int{w.url + officePath: http.StatusOK, "http://gateway-1.internal:8080" + officePath: http.StatusUnauthorized} {
		r := h.asks("DPoP", h.proof(http.MethodGet, address))
		r.Host = "gateway-1.internal:8080"
		r.Header.Set("X-Forwarded-Host", "gateway-1.internal:8080")
		if got := h.status(r); got != want {
			t.Errorf("a proof for %s gets %d", address, got)
		}
	}
}

// TestUnboundTokenStaysOne: who sends no proof is asked for none.
func TestUnboundTokenStaysOne(t *testing.T) {
	w := newWorld(t)
	m := w.standardMachine(t, w.office(t, "Mairie de Valmont", valmont), "deposit")
	h := m.holder(t)
	c := m.config(oauth2.AuthStyleInParams)
	got, err := c.Token(w.ctx)
	must(t, err)
	h.token = got.AccessToken
	for scheme, want := range map[string]int{"Bearer": http.StatusOK, "DPoP": http.StatusUnauthorized} {
		if status := h.status(h.asks(scheme, h.proof(http.MethodGet, w.url+officePath))); got.Type() != "Bearer" || status != want {
			t.Errorf("a %s token sent as %s gets %d", got.Type(), scheme, status)
		}
	}
	a := w.do(t, request{method: http.MethodGet, path: officePath}).is(t, http.StatusUnauthorized)
	if !slices.Equal(a.header.Values("WWW-Authenticate"), []string{`Bearer realm="coffre"`, `DPoP realm="coffre"`}) {
		t.Errorf("WWW-Authenticate: %q", a.header.Values("WWW-Authenticate"))
	}
}

// TestOurClientBindsItsToken: what a command line sends as a system is worth
// nothing to whoever reads it on its way.
func TestOurClientBindsItsToken(t *testing.T) {
	w := newWorld(t)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	address := c.address(t, o)
	key, err := client.NewProofKey()
	must(t, err)
	asking, err := client.New(client.Config{Server: w.url, Now: w.clock.now, Proof: key})
	must(t, err)
	token, err := asking.SystemToken(w.ctx, o.signing, "")
	must(t, err)
	if token.TokenType != "DPoP" {
		t.Fatalf("the token is a %s token", token.TokenType)
	}
	own, err := client.New(client.Config{Server: w.url, Now: w.clock.now, Token: token.AccessToken, Proof: key})
	must(t, err)
	for range 2 {
		_, err = own.Deposit(w.ctx, client.DepositOrder{Address: address, Name: "acte.pdf", Size: 6, Body: strings.NewReader("an act")})
		must(t, err)
		_, err = own.Received(w.ctx)
		must(t, err)
	}
	w.do(t, o.deposit(address, []byte("an act")).by(caller{bearer: token.AccessToken})).refuses(t, "token-proof")
	other, err := client.NewProofKey()
	must(t, err)
	thief, err := client.New(client.Config{Server: w.url, Now: w.clock.now, Token: token.AccessToken, Proof: other})
	must(t, err)
	if _, err := thief.Received(w.ctx); !client.IsProblem(err, "token-proof") {
		t.Errorf("a thief with a key of his own gets %v", err)
	}
}
