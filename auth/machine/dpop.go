package machine

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth/session"
)

const (
	// proofTime is how old a proof may be; it may be as far ahead as leeway.
	proofTime = time.Minute
	// maxProof bounds what is parsed before anything is verified.
	maxProof = 4 << 10
	// proofType of DPoP proofs: an assertion or a token is none.
	proofType = "dpop+jwt"
	// schemeBound is how a bound token is sent, and its token_type.
	schemeBound = "DPoP"
	schemeFree  = "Bearer"
)

// ErrProof: a token that is bound to a key came without a proof of that key
// for this very request.
var ErrProof = errors.New("no proof of possession that fits")

// ErrScheme: a bound token was sent as a bearer token, or the reverse.
var ErrScheme = errors.New("the token is not of the scheme that it was sent by")

// ProofAlgorithms are those of DPoP proofs (RFC 9449).
func ProofAlgorithms() []string { return []string{string(jose.ES256), string(jose.EdDSA)} }

// Call is the request that a token or a proof came with.
type Call struct {
	Method string
	Path   string   // as sent, still escaped; what stands before it is the issuer
	Scheme string   // of Authorization: "Bearer" or "DPoP"
	Proofs []string // the DPoP headers, all of them
}

// confirmation is whose token it is (RFC 7800).
type confirmation struct {
	Thumbprint string `json:"jkt,omitempty"` // RFC 9449 §6.1
}

// proof is a DPoP proof whose signature, address and time are right. It is
// worth nothing before it is spent.
type proof struct {
	Method string           `json:"htm"`
	URL    string           `json:"htu"`
	Issued *jwt.NumericDate `json:"iat"`
	ID     string           `json:"jti"`
	Token  string           `json:"ath"`

	print string // of the key that it proves
}

// proven reads the proof of a call. It remembers nothing, so that a stranger
// cannot fill the memory.
func (s *Server) proven(call Call) (proof, error) {
	if len(call.Proofs) != 1 || len(call.Proofs[0]) > maxProof {
		return proof{}, fmt.Errorf("%d proofs, or an endless one", len(call.Proofs))
	}
	jws, err := jwt.ParseSigned(call.Proofs[0], []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA})
	if err != nil {
		return proof{}, fmt.Errorf("parse proof: %w", err)
	}
	if len(jws.Headers) != 1 || jws.Headers[0].ExtraHeaders[jose.HeaderType] != proofType {
		return proof{}, errors.New("not of the type " + proofType)
	}
	key := jws.Headers[0].JSONWebKey // never with private members: those do not parse
	if key == nil || !fits(key, jws.Headers[0].Algorithm) {
		return proof{}, errors.New("the header has no public key that fits its algorithm")
	}
	var p proof
	if err := jws.Claims(key.Key, &p); err != nil {
		return proof{}, fmt.Errorf("verify proof: %w", err)
	}
	now := s.c.Now()
	switch {
	case p.Method != call.Method:
		return proof{}, fmt.Errorf("the proof is for the method %.20q", p.Method)
	case !samePlace(p.URL, s.c.Issuer+call.Path):
		return proof{}, fmt.Errorf("the proof is for the address %.200q", p.URL)
	case p.Issued == nil || p.Issued.Time().After(now.Add(leeway)) || p.Issued.Time().Before(now.Add(-proofTime)):
		return proof{}, errors.New("the proof is not of now")
	case p.ID == "" || len(p.ID) > 256:
		return proof{}, errors.New("the proof has no usable jti")
	}
	print, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return proof{}, fmt.Errorf("name key of proof: %w", err)
	}
	p.print = base64.RawURLEncoding.EncodeToString(print)
	return p, nil
}

// fits says whether the key is of the one kind that the algorithm is for.
func fits(key *jose.JSONWebKey, alg string) bool {
	switch k := key.Key.(type) {
	case *ecdsa.PublicKey:
		return alg == string(jose.ES256) && k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return alg == string(jose.EdDSA)
	default:
		return false
	}
}

// samePlace compares addresses without query and fragment (RFC 9449 §4.3).
func samePlace(said, ours string) bool {
	a, err := place(said)
	b, err2 := place(ours)
	return err == nil && err2 == nil && a == b
}

// place writes an address in one way (RFC 3986 §6.2.2 and §6.2.3).
func place(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if u.Host == "" || u.User != nil {
		return "", errors.New("not an absolute address")
	}
	host, path := strings.ToLower(u.Host), u.EscapedPath()
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path, nil
}

// spend makes a proof good once, on all gateways; names are each key's own.
func (s *Server) spend(ctx context.Context, p proof) error {
	left := p.Issued.Time().Add(proofTime).Sub(s.c.Now()) + 2*leeway
	err := s.c.Once.Put(ctx, "dpop/"+p.print+"/"+p.ID, []byte{1}, left)
	if errors.Is(err, session.ErrExists) {
		return fmt.Errorf("%w: the proof was used before", ErrProof)
	}
	if err != nil {
		return fmt.Errorf("remember proof: %w", err)
	}
	return nil
}

// asked reads the proof by whose key a token is asked to be bound, if any.
func (s *Server) asked(call Call) (p proof, bound bool, err error) {
	if len(call.Proofs) == 0 {
		return proof{}, false, nil
	}
	if p, err = s.proven(call); err != nil {
		return proof{}, false, refuse("invalid_dpop_proof", "%w", err)
	}
	return p, true, nil
}

// held asks the sender of a bound token for a proof of its key, for this call
// and this token; of an unbound one for none.
func (s *Server) held(ctx context.Context, c claims, raw string, call Call) error {
	bound := c.Confirmation != nil
	if call.Scheme != schemeBound && call.Scheme != schemeFree || bound != (call.Scheme == schemeBound) {
		return ErrScheme
	}
	if !bound {
		return nil
	}
	p, err := s.proven(call)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	sum := sha256.Sum256([]byte(raw))
	switch {
	case c.Confirmation.Thumbprint == "" || p.print != c.Confirmation.Thumbprint:
		return fmt.Errorf("%w: the proof is by another key", ErrProof)
	case p.Token != base64.RawURLEncoding.EncodeToString(sum[:]):
		return fmt.Errorf("%w: the proof is not for this token", ErrProof)
	}
	return s.spend(ctx, p)
}
