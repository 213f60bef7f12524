package machine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth/session"
)

// Error is a refusal in the words of RFC 6749 §5.2. Cause is for the log.
type Error struct {
	Code  string // "invalid_client", "invalid_scope", …
	Cause error
	// System is the registered one that was named, whoever it was who named
	// it; nil when none was.
	System *System
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Code
	}
	return e.Code + ": " + e.Cause.Error()
}

func (e *Error) Unwrap() error { return e.Cause }

// naming says which registered system a refusal is about.
func naming(sys System, err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.System = &sys
	}
	return err
}

func refuse(code, format string, args ...any) error {
	return &Error{Code: code, Cause: fmt.Errorf(format, args...)}
}

// Token is the answer of the token endpoint.
type Token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope,omitempty"`
}

// claims of an access token (RFC 9068 §2.2).
type claims struct {
	Issuer   string           `json:"iss"`
	Subject  string           `json:"sub"`
	Client   string           `json:"client_id"`
	Audience jwt.Audience     `json:"aud"`
	Expiry   *jwt.NumericDate `json:"exp"`
	IssuedAt *jwt.NumericDate `json:"iat"`
	ID       string           `json:"jti"`
	Scope    string           `json:"scope"`
	SIRET    string           `json:"siret"`

	Confirmation *confirmation `json:"cnf,omitempty"`
}

// tokenType of access tokens: nothing else is taken for one.
const tokenType = "at+jwt"

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Grant answers a client_credentials request, with a token that is bound to
// the key of the call's proof when it has one. Every refusal is an *Error;
// anything else is a backend that does not answer.
func (s *Server) Grant(ctx context.Context, form url.Values, call Call) (Token, error) {
	p, bound, err := s.asked(call)
	if err != nil {
		return Token{}, err
	}
	sys, err := s.authenticate(ctx, form)
	if err != nil {
		return Token{}, err
	}
	scopes, err := narrowed(form.Get("scope"), sys.Scopes)
	if err != nil {
		return Token{}, naming(sys, err)
	}
	now := s.c.Now()
	c := claims{
		Issuer: s.c.Issuer, Subject: sys.ID, Client: sys.ID, Audience: jwt.Audience{s.c.Issuer},
		Expiry: jwt.NewNumericDate(now.Add(tokenTime)), IssuedAt: jwt.NewNumericDate(now), ID: rand.Text(),
		Scope: strings.Join(scopes, " "), SIRET: sys.SIRET,
	}
	scheme := schemeFree
	if bound {
		if err := s.spend(ctx, p); errors.Is(err, ErrProof) {
			return Token{}, &Error{Code: "invalid_dpop_proof", Cause: err, System: &sys}
		} else if err != nil {
			return Token{}, err
		}
		scheme, c.Confirmation = schemeBound, &confirmation{p.print}
	}
	raw, err := jwt.Signed(s.signer).Claims(c).Serialize()
	if err != nil {
		return Token{}, fmt.Errorf("sign token: %w", err)
	}
	return Token{AccessToken: raw, TokenType: scheme, ExpiresIn: int(tokenTime / time.Second), Scope: c.Scope}, nil
}

// narrowed is what was asked for, all of it registered; nothing asked is
// everything registered.
func narrowed(asked string, registered []string) ([]string, error) {
	if asked == "" {
		return registered, nil
	}
	scopes := strings.Fields(asked)
	for _, x := range scopes {
		if !slices.Contains(registered, x) {
			return nil, refuse("invalid_scope", "scope %.40q is not registered", x)
		}
	}
	return scopes, nil
}

// authenticate verifies the client's assertion (RFC 7523 §3): its own key,
// this issuer as the only audience, short, and used once.
func (s *Server) authenticate(ctx context.Context, form url.Values) (System, error) {
	raw := form.Get("client_assertion")
	if form.Get("client_assertion_type") != assertionType || raw == "" || len(raw) > maxToken {
		return System{}, refuse("invalid_client", "no private_key_jwt assertion")
	}
	jws, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256, jose.PS256})
	if err != nil {
		return System{}, refuse("invalid_client", "parse assertion: %w", err)
	}
	var unverified jwt.Claims
	if err := jws.UnsafeClaimsWithoutVerification(&unverified); err != nil {
		return System{}, refuse("invalid_client", "read assertion: %w", err)
	}
	id := unverified.Subject
	if named := form.Get("client_id"); id == "" || unverified.Issuer != id || named != "" && named != id {
		return System{}, refuse("invalid_client", "issuer, subject and client are not the same")
	}
	sys, err := s.c.Systems(ctx, id)
	if errors.Is(err, ErrUnknownSystem) {
		return System{}, &Error{Code: "invalid_client", Cause: err}
	}
	if err != nil {
		return System{}, fmt.Errorf("find system: %w", err)
	}
	verified, err := verifiedBy(jws, sys.KeySet)
	if err == nil {
		err = s.admit(ctx, id, verified)
	}
	return sys, naming(sys, err)
}

// verifiedBy checks the signature with the key that the header names, or the
// only one.
func verifiedBy(jws *jwt.JSONWebToken, set []byte) (jwt.Claims, error) {
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(set, &keys); err != nil {
		return jwt.Claims{}, refuse("invalid_client", "read registered keys: %w", err)
	}
	candidates := keys.Keys
	if len(jws.Headers) != 1 {
		return jwt.Claims{}, refuse("invalid_client", "not one signature")
	}
	if kid := jws.Headers[0].KeyID; kid != "" {
		candidates = keys.Key(kid)
	}
	if len(candidates) != 1 || !candidates[0].IsPublic() {
		return jwt.Claims{}, refuse("invalid_client", "the header names no registered key")
	}
	if alg := candidates[0].Algorithm; alg != "" && alg != jws.Headers[0].Algorithm {
		return jwt.Claims{}, refuse("invalid_client", "the key is registered for another algorithm")
	}
	var c jwt.Claims
	if err := jws.Claims(candidates[0].Key, &c); err != nil {
		return jwt.Claims{}, refuse("invalid_client", "verify assertion: %w", err)
	}
	return c, nil
}

// admit checks what a verified assertion says, and that it is new.
func (s *Server) admit(ctx context.Context, id string, c jwt.Claims) error {
	now := s.c.Now()
	switch {
	case len(c.Audience) != 1 || c.Audience[0] != s.c.Issuer:
		return refuse("invalid_client", "the assertion is for another audience: write %s", s.c.Issuer)
	case c.Expiry == nil || c.Expiry.Time().Before(now.Add(-leeway)):
		return refuse("invalid_client", "the assertion has expired")
	case c.Expiry.Time().After(now.Add(assertionTime + leeway)):
		return refuse("invalid_client", "the assertion lives longer than %s", assertionTime)
	case c.NotBefore != nil && c.NotBefore.Time().After(now.Add(leeway)), c.IssuedAt != nil && c.IssuedAt.Time().After(now.Add(leeway)):
		return refuse("invalid_client", "the assertion is from the future")
	case c.ID == "" || len(c.ID) > 256:
		return refuse("invalid_client", "the assertion has no usable jti")
	}
	err := s.c.Once.Put(ctx, "jti/"+id+"/"+c.ID, []byte{1}, c.Expiry.Time().Sub(now)+2*leeway)
	if errors.Is(err, session.ErrExists) {
		return refuse("invalid_client", "the assertion was used before")
	}
	if err != nil {
		return fmt.Errorf("remember assertion: %w", err)
	}
	return nil
}
