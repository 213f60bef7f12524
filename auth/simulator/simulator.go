//go:build demo

// Package simulator plays FranceConnect, FranceConnect+ and ProConnect for the
// demonstration, as strict as the real ones: unknown parameters, foreign
// redirect URIs and stale codes are refused with their error numbers, ID
// tokens and userinfo are signed (ES256) and, at FranceConnect+, encrypted to
// the key that the relying party publishes; subs are pairwise, and the same at
// both FranceConnects.
//
// Trust: none. Anybody who can reach it can be anybody, so it is built only
// with the tag demo, and refuses to exist unless the configuration says demo
// and every listener is on loopback. Its keys live as long as the process.
package simulator

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Prefix is where it is mounted.
const Prefix = "/simulateur/"

// Config of a Simulator.
type Config struct {
	Mode      string   // must be "demo"
	Listeners []string // host:port, each on loopback
	PublicURL string   // of the gateway it is mounted on
	// ClientKeys is where the relying party publishes its keys; "" is
	// PublicURL/oidc/jwks.
	ClientKeys string
	// Encryption is how a token's key is wrapped at FranceConnect+; "" is
	// RSA-OAEP-256.
	Encryption jose.KeyAlgorithm
	Now        func() time.Time
}

// The ids of the providers, as in paths.
const (
	FranceConnect     = "franceconnect"
	FranceConnectPlus = "franceconnect-plus"
	ProConnect        = "proconnect"
)

// Client is the relying party that each simulator knows.
type Client struct {
	ID           string // of the provider, as in paths
	Profile      string // as in the configuration
	Kind         string // of the people: "citizen" or "agent"
	Label        string
	Issuer       string
	ClientID     string
	ClientSecret string
}

// Simulator serves all three providers. Safe for concurrent use.
type Simulator struct {
	mux   *http.ServeMux
	sides []*side
}

// side is one provider.
type side struct {
	c        Config
	id       string
	issuer   string
	client   Client
	redirect string
	logout   string
	key      *ecdsa.PrivateKey
	mu       sync.Mutex
	codes    map[string]grant
	tokens   map[string]grant
	proofs   map[string]struct{} // jti of assertions that were used
}

// grant is what a code or an access token stands for.
type grant struct {
	persona   Persona
	nonce     string
	acr       string
	challenge string
	scopes    []string
	until     time.Time
}

// New refuses anything but a demonstration on loopback.
func New(c Config) (*Simulator, error) {
	if c.Mode != "demo" {
		return nil, errors.New("the simulators run only in a demonstration")
	}
	if len(c.Listeners) == 0 {
		return nil, errors.New("the simulators need to know every listener")
	}
	for _, l := range c.Listeners {
		host, _, err := net.SplitHostPort(l)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return nil, fmt.Errorf("the simulators refuse to start: %s is not loopback", l)
		}
	}
	s := &Simulator{mux: http.NewServeMux()}
	for _, id := range []string{FranceConnect, FranceConnectPlus, ProConnect} {
		p, err := newSide(c, id)
		if err != nil {
			return nil, err
		}
		s.sides = append(s.sides, p)
		base := Prefix + id + "/api/v2"
		s.mux.HandleFunc("GET "+base+"/.well-known/openid-configuration", p.metadata)
		s.mux.HandleFunc("GET "+base+"/jwks", p.jwks)
		s.mux.HandleFunc("GET "+base+"/authorize", p.authorize)
		s.mux.HandleFunc("POST "+base+"/authorize", p.choose)
		s.mux.HandleFunc("POST "+base+"/token", p.token)
		s.mux.HandleFunc("GET "+base+"/userinfo", p.userinfo)
		s.mux.HandleFunc("GET "+base+"/session/end", p.end)
		s.mux.HandleFunc("GET "+base+"/style.css", style)
	}
	return s, nil
}

func newSide(c Config, id string) (*side, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate simulator key: %w", err)
	}
	issuer := c.PublicURL + Prefix + id + "/api/v2"
	if c.ClientKeys == "" {
		c.ClientKeys = c.PublicURL + "/oidc/jwks"
	}
	if c.Encryption == "" {
		c.Encryption = jose.RSA_OAEP_256
	}
	registered := map[string]Client{
		FranceConnect:     {Profile: "franceconnect", Kind: "citizen", Label: "FranceConnect"},
		FranceConnectPlus: {Profile: "franceconnect+", Kind: "citizen", Label: "FranceConnect+"},
		ProConnect:        {Profile: "proconnect", Kind: "agent", Label: "ProConnect"},
	}[id]
	registered.ID, registered.Issuer, registered.ClientID, registered.ClientSecret = id, issuer, "coffre-"+id, rand.Text()
	return &side{
		c: c, id: id, issuer: issuer, key: key, codes: map[string]grant{}, tokens: map[string]grant{}, proofs: map[string]struct{}{},
		client: registered, redirect: c.PublicURL + "/callback/" + id, logout: c.PublicURL + "/logout/callback",
	}, nil
}

// Clients says how to log in at each.
func (s *Simulator) Clients() []Client {
	var all []Client
	for _, p := range s.sides {
		all = append(all, p.client)
	}
	return all
}

// ServeHTTP implements http.Handler.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (p *side) france() bool { return p.id != ProConnect }

func (p *side) plus() bool { return p.id == FranceConnectPlus }

func (p *side) metadata(w http.ResponseWriter, _ *http.Request) {
	all := map[string]any{
		"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token",
		"userinfo_endpoint": p.issuer + "/userinfo", "jwks_uri": p.issuer + "/jwks", "end_session_endpoint": p.issuer + "/session/end",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"ES256"}, "userinfo_signing_alg_values_supported": []string{"ES256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"},
		// FranceConnect advertises it too, and refuses it all the same.
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	}
	if p.plus() {
		for _, what := range []string{"id_token", "userinfo"} {
			all[what+"_encryption_alg_values_supported"] = []string{"RSA-OAEP", "RSA-OAEP-256", "ECDH-ES"}
			all[what+"_encryption_enc_values_supported"] = []string{"A256GCM"}
		}
	}
	writeJSON(w, http.StatusOK, all)
}

func (p *side) jwks(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.kid(), Algorithm: "ES256", Use: "sig"}}})
}

func (p *side) kid() string { return "simulateur-" + p.id }

// sign makes a JWT.
func (p *side) sign(claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.key, KeyID: p.kid()}}, nil)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(b)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// sub is pairwise: the same person is somebody else at each provider, except
// that both FranceConnects know her by one.
func (p *side) sub(who Persona) string {
	h := sha256.Sum256([]byte(strings.TrimSuffix(p.id, "-plus") + "/" + cmp.Or(who.As, who.ID)))
	return hex.EncodeToString(h[:]) + "v1"
}

// take removes what a code or token stands for, if it still lives.
func (p *side) take(from map[string]grant, key string, keep bool) (grant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := from[key]
	if !keep {
		delete(from, key)
	}
	return g, ok && p.c.Now().Before(g.until)
}

func (p *side) put(in map[string]grant, g grant, life time.Duration) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := rand.Text()
	g.until = p.c.Now().Add(life)
	in[key] = g
	return key
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// encrypt wraps a signed token for the relying party, where that is agreed.
func (p *side) encrypt(ctx context.Context, signed string) (string, error) {
	if !p.plus() {
		return signed, nil
	}
	set, err := p.clientKeys(ctx)
	if err != nil {
		return "", err
	}
	for _, key := range set.Keys {
		_, wide := key.Key.(*rsa.PublicKey)
		if key.Use != "enc" || wide == (p.c.Encryption == jose.ECDH_ES) {
			continue
		}
		enc, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: p.c.Encryption, Key: key.Key, KeyID: key.KeyID},
			(&jose.EncrypterOptions{}).WithContentType("JWT"))
		if err != nil {
			return "", err
		}
		jwe, err := enc.Encrypt([]byte(signed))
		if err != nil {
			return "", err
		}
		return jwe.CompactSerialize()
	}
	return "", errors.New("the relying party publishes no key to encrypt to")
}

// clientKeys reads what the relying party publishes, each time: here a
// rotation is seen at once.
func (p *side) clientKeys(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.c.ClientKeys, nil)
	if err != nil {
		return set, err
	}
	res, err := (&http.Client{Timeout: 5 * time.Second}).Do(r)
	if err != nil {
		return set, err
	}
	defer func() { _ = res.Body.Close() }()
	return set, json.NewDecoder(http.MaxBytesReader(nil, res.Body, 64<<10)).Decode(&set)
}

// challengeOf is "" for a verifier that was not sent.
func challengeOf(verifier string) string {
	if verifier == "" {
		return ""
	}
	h := sha256.Sum256([]byte(verifier))
	return strings.TrimRight(base64.URLEncoding.EncodeToString(h[:]), "=")
}
