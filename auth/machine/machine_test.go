package machine_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/memstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

const (
	issuer = "https://coffre.example"
	system = "system-1"
)

var errDown = errors.New("database is down")

// world is a token server with one registered system.
type world struct {
	*machine.Server
	t       *testing.T
	clock   *storagetest.Clock
	once    session.Once
	key     *ecdsa.PrivateKey // of the system
	signer  *ecdsa.PrivateKey // of the server
	systems map[string]machine.System
	down    bool
	jti     int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := storagetest.NewClock()
	w := &world{t: t, clock: clock, once: memstore.NewOnce(clock.Now), key: newKey(t, elliptic.P256()), signer: newKey(t, elliptic.P256())}
	w.systems = map[string]machine.System{system: {
		ID: system, Administration: "administration-1", SIRET: "21370999900015", Name: "Guichet unique",
		Scopes: []string{"deposit", "retrieve"}, KeySet: keySet(t, jose.JSONWebKey{Key: w.key.Public(), KeyID: "k1", Algorithm: "ES256"}),
	}}
	w.Server = w.server(issuer)
	return w
}

func (w *world) server(issuer string) *machine.Server {
	w.t.Helper()
	s, err := machine.New(machine.Config{Issuer: issuer, Signer: w.signer, Once: w.once, Now: w.clock.Now, Systems: w.find})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) find(_ context.Context, id string) (machine.System, error) {
	if w.down {
		return machine.System{}, errDown
	}
	s, ok := w.systems[id]
	if !ok {
		return machine.System{}, machine.ErrUnknownSystem
	}
	return s, nil
}

func newKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
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

func keySet(t *testing.T, keys ...jose.JSONWebKey) []byte {
	t.Helper()
	b, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// asBearer is how an unbound token is sent.
var asBearer = machine.Call{Method: "GET", Path: "/api/v1/administration", Scheme: "Bearer"}

type claims = map[string]any

// assertion is what an honest system says, a new one at each call.
func (w *world) assertion() claims {
	w.jti++
	now := w.clock.Now()
	return claims{
		"iss": system, "sub": system, "aud": issuer, "jti": fmt.Sprint("jti-", w.jti),
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
}

func (w *world) sign(c claims) string {
	return sign(w.t, jose.ES256, jose.JSONWebKey{Key: w.key, KeyID: "k1"}, c, "JWT")
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, c claims, typ jose.ContentType) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType(typ))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jwt.Signed(s).Claims(c).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func form(assertion string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

func (w *world) wantGranted(f url.Values) machine.Token {
	w.t.Helper()
	got, err := w.Grant(w.t.Context(), f, machine.Call{})
	if err != nil {
		w.t.Fatalf("an honest system is refused: %v", err)
	}
	return got
}

func (w *world) wantRefused(f url.Values, code string) {
	w.t.Helper()
	got, err := w.Grant(w.t.Context(), f, machine.Call{})
	var refused *machine.Error
	if !errors.As(err, &refused) || refused.Code != code {
		w.t.Errorf("error %v, want %s", err, code)
	}
	if got != (machine.Token{}) {
		w.t.Errorf("a refusal comes with %+v", got)
	}
}

func (w *world) wantNotRead(token string) {
	w.t.Helper()
	if p, err := w.Verify(w.t.Context(), token, asBearer); !errors.Is(err, session.ErrNotFound) || p.Kind != "" {
		w.t.Errorf("read as %+v, %v; want ErrNotFound", p, err)
	}
}
