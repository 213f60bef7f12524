package machine_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/machine"
)

const (
	here      = "/api/v1/administration/grants/a%2Fb/content"
	tokenPath = "/oauth/token"
)

// holder is a system that binds its tokens to a key of its own.
type holder struct {
	w   *world
	alg jose.SignatureAlgorithm
	key crypto.Signer
	n   int
}

func (w *world) holder() *holder {
	return &holder{w: w, alg: jose.ES256, key: newKey(w.t, elliptic.P256())}
}

// claims of an honest proof, a new one at each call; of no token at the token
// endpoint.
func (h *holder) claims(method, path, token string) claims {
	h.n++
	c := claims{"htm": method, "htu": issuer + path, "iat": h.w.clock.Now().Unix(), "jti": fmt.Sprint("proof-", h.n)}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		c["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return c
}

func (h *holder) sign(c claims) string {
	h.w.t.Helper()
	return embed(h.w.t, h.alg, h.key, c, "dpop+jwt")
}

// embed signs with a key whose public half is in the header.
func embed(t *testing.T, alg jose.SignatureAlgorithm, key any, c claims, typ jose.ContentType) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType(typ))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jwt.Signed(s).Claims(c).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (h *holder) proof(method, path, token string) string {
	return h.sign(h.claims(method, path, token))
}

// token is one bound to the holder's key.
func (h *holder) token() string {
	h.w.t.Helper()
	got, err := h.w.Grant(h.w.t.Context(), form(h.w.sign(h.w.assertion())), machine.Call{Method: "POST", Path: tokenPath, Proofs: []string{h.proof("POST", tokenPath, "")}})
	if err != nil || got.TokenType != "DPoP" {
		h.w.t.Fatalf("token %+v, %v", got, err)
	}
	return got.AccessToken
}

func bound(method, path string, proofs ...string) machine.Call {
	return machine.Call{Method: method, Path: path, Scheme: "DPoP", Proofs: proofs}
}

func (w *world) wantNoHolder(token string, call machine.Call, want error) {
	w.t.Helper()
	if p, err := w.Verify(w.t.Context(), token, call); !errors.Is(err, want) || p.Kind != "" {
		w.t.Errorf("read as %+v, %v; want %v", p, err, want)
	}
}

func (w *world) wantHolder(token string, call machine.Call) {
	w.t.Helper()
	if p, err := w.Verify(w.t.Context(), token, call); err != nil || p.Kind != auth.System || p.System != system {
		w.t.Errorf("an honest holder is refused: %+v, %v", p, err)
	}
}

func changed(c claims, name string, value any) claims {
	c[name] = value
	if value == nil {
		delete(c, name)
	}
	return c
}

// proofsThatLie are of the right key but one: each says something else than
// the request that it comes with.
func proofsThatLie() map[string]func(h *holder, c claims) string {
	say := func(name string, value any) func(*holder, claims) string {
		return func(h *holder, c claims) string { return h.sign(changed(c, name, value)) }
	}
	at := func(d time.Duration) func(*holder, claims) string {
		return func(h *holder, c claims) string { return h.sign(changed(c, "iat", h.w.clock.Now().Add(d).Unix())) }
	}
	return map[string]func(h *holder, c claims) string{
		"another method":              say("htm", "PUT"),
		"the method in small letters": func(h *holder, c claims) string { return h.sign(changed(c, "htm", strings.ToLower(c["htm"].(string)))) },
		"no method":                   say("htm", nil),
		"another path":                say("htu", issuer+"/api/v1/administration/grants"),
		"a path decoded":              say("htu", issuer+"/api/v1/administration/grants/a/b/content"),
		"another host": func(h *holder, c claims) string {
			return h.sign(changed(c, "htu", strings.Replace(c["htu"].(string), "coffre.", "evil.", 1)))
		},
		"another port": func(h *holder, c claims) string {
			return h.sign(changed(c, "htu", strings.Replace(c["htu"].(string), ".example/", ".example:8443/", 1)))
		},
		"no TLS": func(h *holder, c claims) string {
			return h.sign(changed(c, "htu", strings.Replace(c["htu"].(string), "https:", "http:", 1)))
		},
		"a name before the host": func(h *holder, c claims) string {
			return h.sign(changed(c, "htu", strings.Replace(c["htu"].(string), "//", "//x@", 1)))
		},
		"the path alone":          say("htu", here),
		"no address":              say("htu", nil),
		"an address that is none": say("htu", "https://coffre.example/%zz"),
		"61 seconds ago":          at(-61 * time.Second),
		"yesterday":               at(-24 * time.Hour),
		"31 seconds from now":     at(31 * time.Second),
		"in a thousand years":     say("iat", 1<<55),
		"no time":                 say("iat", nil),
		"a time in words":         say("iat", "now"),
		"no name":                 say("jti", nil),
		"an endless name":         say("jti", strings.Repeat("x", 257)),
		"too long to read":        say("more", strings.Repeat("x", 4096)),
	}
}

// TestProofThatLies: at a resource and at the token endpoint, and the honest
// one is good afterwards.
func TestProofThatLies(t *testing.T) {
	for name, lie := range proofsThatLie() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			h := w.holder()
			token := h.token()
			w.wantNoHolder(token, bound("GET", here, lie(h, h.claims("GET", here, token))), machine.ErrProof)
			w.wantHolder(token, bound("GET", here, h.proof("GET", here, token)))
			if name == "a path decoded" || name == "the path alone" {
				return
			}
			w.wantNotBound(lie(h, h.claims("POST", tokenPath, "")))
		})
	}
}

// wantNotBound: a proof that is no good gets no token, not even an unbound
// one, and costs no assertion.
func (w *world) wantNotBound(proofs ...string) {
	w.t.Helper()
	f := form(w.sign(w.assertion()))
	got, err := w.Grant(w.t.Context(), f, machine.Call{Method: "POST", Path: tokenPath, Proofs: proofs})
	var refused *machine.Error
	if !errors.As(err, &refused) || refused.Code != "invalid_dpop_proof" || got != (machine.Token{}) {
		w.t.Errorf("got %+v, %v", got, err)
	}
	w.wantGranted(f)
}

// TestProofOfATokenOnly: what is right but for the token that it is about.
func TestProofOfATokenOnly(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	token, other := h.token(), h.token()
	w.wantNoHolder(token, bound("GET", here, h.proof("GET", here, "")), machine.ErrProof)
	w.wantNoHolder(token, bound("GET", here, h.proof("GET", here, other)), machine.ErrProof)
	w.wantNoHolder(token, bound("GET", here, h.sign(changed(h.claims("GET", here, token), "ath", ""))), machine.ErrProof)
	thief := w.holder()
	w.wantNoHolder(token, bound("GET", here, thief.proof("GET", here, token)), machine.ErrProof)
	w.wantNoHolder(token, bound("GET", here), machine.ErrProof)
	w.wantHolder(token, bound("GET", here, h.proof("GET", here, token)))
}

// TestTwoProofs: also when one of them is right, in two headers or in one.
func TestTwoProofs(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	token := h.token()
	w.wantNoHolder(token, bound("GET", here, h.proof("GET", here, token), h.proof("GET", here, token)), machine.ErrProof)
	w.wantNoHolder(token, bound("GET", here, h.proof("GET", here, token)+", "+h.proof("GET", here, token)), machine.ErrProof)
	w.wantNoHolder(token, bound("GET", here, h.proof("GET", here, token), ""), machine.ErrProof)
	w.wantNotBound(h.proof("POST", tokenPath, ""), h.proof("POST", tokenPath, ""))
	w.wantNotBound("")
}

// TestBoundTokenIsNoBearerToken: with its proof or without; and an unbound one
// does not become more by being sent as a bound one.
func TestBoundTokenIsNoBearerToken(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	token := h.token()
	for _, scheme := range []string{"Bearer", "", "dpop", "Basic"} {
		call := bound("GET", here, h.proof("GET", here, token))
		call.Scheme = scheme
		w.wantNoHolder(token, call, machine.ErrScheme)
	}
	w.wantNoHolder(token, asBearer, machine.ErrScheme)
	free := w.wantGranted(form(w.sign(w.assertion()))).AccessToken
	w.wantNoHolder(free, bound("GET", here, h.proof("GET", here, free)), machine.ErrScheme)
	w.wantHolder(free, asBearer)
}

// TestTokenBoundInAnotherWay: a confirmation that this server does not know is
// none that it may pass over.
func TestTokenBoundInAnotherWay(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	c := w.honest()
	c["cnf"] = claims{"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}
	token := w.forge(c, "at+jwt")
	w.wantNoHolder(token, asBearer, machine.ErrScheme)
	w.wantNoHolder(token, bound("GET", here, h.proof("GET", here, token)), machine.ErrProof)
}

// TestProofIsGoodOnce: to the last moment at which it verifies, across the two
// doors, and for one of many who send it at once.
func TestProofIsGoodOnce(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	token := h.token()
	again := h.sign(changed(h.claims("GET", here, token), "iat", w.clock.Now().Add(30*time.Second).Unix()))
	w.wantHolder(token, bound("GET", here, again))
	for range 9 {
		w.wantNoHolder(token, bound("GET", here, again), machine.ErrProof)
		w.clock.Advance(10 * time.Second)
	}
	w.wantNoHolder(token, bound("GET", here, again), machine.ErrProof)

	twice := h.proof("POST", tokenPath, token)
	call := bound("POST", tokenPath, twice)
	if _, err := w.Grant(t.Context(), form(w.sign(w.assertion())), call); err != nil {
		t.Fatal(err)
	}
	w.wantNoHolder(token, call, machine.ErrProof)
	var refused *machine.Error
	if _, err := w.Grant(t.Context(), form(w.sign(w.assertion())), call); !errors.As(err, &refused) || refused.Code != "invalid_dpop_proof" {
		t.Errorf("a proof is good for two tokens: %v", err)
	}

	raced := bound("GET", here, h.proof("GET", here, token))
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := w.Verify(t.Context(), token, raced); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("one proof was good %d times", won.Load())
	}
}

// TestNamesOfProofsAreEachKeys: a stranger who has seen a proof's name cannot
// spoil it, neither by a token of his own nor at the token endpoint.
func TestNamesOfProofsAreEachKeys(t *testing.T) {
	w := newWorld(t)
	h, thief := w.holder(), w.holder()
	token, his := h.token(), thief.token()
	named := func(h *holder, token string) machine.Call {
		return bound("GET", here, h.sign(changed(h.claims("GET", here, token), "jti", "same")))
	}
	w.wantHolder(his, named(thief, his))
	w.wantNoHolder(token, named(thief, token), machine.ErrProof)
	w.wantHolder(token, named(h, token))
}

// TestRefusedProofIsNotSpent: nobody fills the memory with proofs who has
// neither a token nor a registered key.
func TestRefusedProofIsNotSpent(t *testing.T) {
	w := newWorld(t)
	h := w.holder()
	p := h.proof("POST", tokenPath, "")
	call := machine.Call{Method: "POST", Path: tokenPath, Proofs: []string{p}}
	if _, err := w.Grant(t.Context(), form("no assertion"), call); err == nil {
		t.Fatal("a stranger has a token")
	}
	got, err := w.Grant(t.Context(), form(w.sign(w.assertion())), call)
	if err != nil {
		t.Fatal(err)
	}
	proof := h.proof("GET", here, got.AccessToken)
	w.wantNoHolder(got.AccessToken, bound("PUT", here, proof), machine.ErrProof)
	w.wantHolder(got.AccessToken, bound("GET", here, proof))
}
