package client

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// ProofKey binds a system's token to this process (DPoP, RFC 9449): whoever
// sees the token, in a proxy's log say, cannot use it. Safe for concurrent use.
type ProofKey struct{ signer jose.Signer }

// NewProofKey draws a P-256 key that is never written anywhere.
func NewProofKey() (*ProofKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		return nil, fmt.Errorf("make proof key: %w", err)
	}
	return &ProofKey{signer}, nil
}

// String hides it.
func (*ProofKey) String() string { return "[redacted]" }

// GoString hides it from %#v.
func (*ProofKey) GoString() string { return "[redacted]" }

// proof is for one request, with the token when there is one already.
func (k *ProofKey) proof(method string, at url.URL, token string, now time.Time) (string, error) {
	at.RawQuery = ""
	claims := struct {
		Method string           `json:"htm"`
		URL    string           `json:"htu"`
		Issued *jwt.NumericDate `json:"iat"`
		ID     string           `json:"jti"`
		Token  string           `json:"ath,omitempty"`
	}{method, at.String(), jwt.NewNumericDate(now), rand.Text(), ""}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims.Token = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	raw, err := jwt.Signed(k.signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign proof: %w", err)
	}
	return raw, nil
}

// authorize says in the request's header whose it is.
func (c *Client) authorize(r *http.Request) error {
	scheme, token := "Bearer", c.tokens.now()
	if c.proof != nil {
		proof, err := c.proof.proof(r.Method, *r.URL, token, c.now())
		if err != nil {
			return err
		}
		scheme = "DPoP"
		r.Header.Set("DPoP", proof)
	}
	if token != "" {
		r.Header.Set("Authorization", scheme+" "+token)
	}
	return nil
}
