package machine

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/session"
)

const (
	// tokenTime is how long an access token lives.
	tokenTime = 5 * time.Minute
	// assertionTime is how far ahead an assertion may expire.
	assertionTime = 5 * time.Minute
	// leeway between two clocks.
	leeway = 30 * time.Second
	// maxToken bounds what is parsed before anything is verified.
	maxToken = 8 << 10
)

// System is a registered machine.
type System struct {
	ID             string
	Administration string
	SIRET          string
	Name           string
	Scopes         []string
	KeySet         []byte // JWK set, public keys
}

// ErrUnknownSystem: there is no such system, or no longer.
var ErrUnknownSystem = errors.New("unknown system")

// Systems finds a system by its client id; ErrUnknownSystem when there is
// none. Safe for concurrent use.
type Systems func(ctx context.Context, id string) (System, error)

// Config of a Server. All of it is needed.
type Config struct {
	Issuer  string // the gateway's public URL
	Signer  crypto.Signer
	Once    session.Once
	Now     func() time.Time
	Systems Systems
}

// Server gives and verifies access tokens. Safe for concurrent use.
type Server struct {
	c      Config
	kid    string
	public jose.JSONWebKey
	signer jose.Signer
}

// New makes a Server; its key has to be on P-256, for ES256.
func New(c Config) (*Server, error) {
	key, ok := c.Signer.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("make token server: the signing key must be on P-256")
	}
	public := jose.JSONWebKey{Key: key.Public(), Algorithm: string(jose.ES256), Use: "sig"}
	print, err := public.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return nil, fmt.Errorf("make token server: %w", err)
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(print)
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: public.KeyID}},
		(&jose.SignerOptions{}).WithType(tokenType),
	)
	if err != nil {
		return nil, fmt.Errorf("make token server: %w", err)
	}
	return &Server{c: c, kid: public.KeyID, public: public, signer: signer}, nil
}

// KeySet is what verifiers of tokens need.
func (s *Server) KeySet() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{s.public}}
}

// Issuer is the audience of assertions and the issuer of tokens.
func (s *Server) Issuer() string { return s.c.Issuer }
