package client

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// SystemKey authenticates an administration's system. It opens no document.
type SystemKey struct {
	ClientID string
	key      jose.JSONWebKey
}

// NewSystemKey draws a P-256 key.
func NewSystemKey(kid string) (SystemKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return SystemKey{}, fmt.Errorf("generate key: %w", err)
	}
	return SystemKey{key: jose.JSONWebKey{Key: k, KeyID: kid, Algorithm: string(jose.ES256), Use: "sig"}}, nil
}

// ParseSystemKey reads a private JWK; its member client_id, when there, is the
// system's id.
func ParseSystemKey(b []byte) (SystemKey, error) {
	var more struct {
		ClientID string `json:"client_id"`
	}
	var k SystemKey
	if err := errors.Join(json.Unmarshal(b, &more), k.key.UnmarshalJSON(b)); err != nil {
		return SystemKey{}, fmt.Errorf("read system key: %w", err)
	}
	if private, ok := k.key.Key.(*ecdsa.PrivateKey); !ok || private.Curve != elliptic.P256() {
		return SystemKey{}, errors.New("read system key: not a private P-256 key (JWK)")
	}
	k.ClientID = more.ClientID
	return k, nil
}

// String hides it.
func (SystemKey) String() string { return "[redacted]" }

// GoString hides it from %#v.
func (SystemKey) GoString() string { return "[redacted]" }

// Reveal is the private JWK, for a file that only its owner can read.
func (k SystemKey) Reveal() ([]byte, error) { return k.key.MarshalJSON() }

// PublicSet is what the operator registers.
func (k SystemKey) PublicSet() ([]byte, error) {
	b, err := json.MarshalIndent(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{k.key.Public()}}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode key set: %w", err)
	}
	return b, nil
}

// SystemToken asks for an access token (client_credentials, RFC 7523
// private_key_jwt). The assertion is for this server's public address only.
// The token is bound to the Client's ProofKey when its type says DPoP; a
// gateway that binds none says Bearer.
func (c *Client) SystemToken(ctx context.Context, k SystemKey, scope string) (Token, error) {
	assertion, err := c.assertion(k)
	if err != nil {
		return Token{}, err
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {k.ClientID}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
	if scope != "" {
		form.Set("scope", scope)
	}
	var t Token
	return t, c.form(ctx, "/oauth/token", form, &t)
}

func (c *Client) assertion(k SystemKey) (string, error) {
	opt := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.key}, opt)
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	now := c.now()
	s, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: k.ClientID, Subject: k.ClientID, Audience: jwt.Audience{c.base.String()}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute)),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	return s, nil
}

// DepositOrder is a plain document for somebody's inbox (gateway door).
type DepositOrder struct {
	Address  string
	Name     string
	Type     string // "" is application/octet-stream
	Size     int64
	Body     io.Reader
	Key      string // Idempotency-Key; "" draws one
	Progress Progress
	Issue    []byte // what the administration has signed of it; nil is none
}

// Deposit sends plain bytes that the gateway seals on their way.
func (c *Client) Deposit(ctx context.Context, o DepositOrder) (DepositReceipt, error) {
	if o.Key == "" {
		o.Key = newKey()
	}
	if o.Type == "" {
		o.Type = "application/octet-stream"
	}
	h := keyed(o.Key)
	h.Set("Content-Type", o.Type)
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": o.Name}); v != "" {
		h.Set("Content-Disposition", v)
	}
	if len(o.Issue) > 0 {
		h.Set("Coffre-Issue", base64.StdEncoding.EncodeToString(o.Issue))
	}
	var r DepositReceipt
	_, err := c.call(ctx, request{
		method: http.MethodPut, path: "/api/v1/deposits/" + url.PathEscape(o.Address), header: h, length: o.Size,
		body: &counting{r: o.Body, ctx: ctx, phase: "sending", total: o.Size, p: o.Progress},
	}, &r)
	return r, err
}
