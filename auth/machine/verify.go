package machine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/session"
)

// Verify reads an access token of ours: session.ErrNotFound when it is none,
// or over, or its system is no longer registered; ErrScheme or ErrProof when
// whoever sent it does not show that it is theirs, in an *Error that names the
// system.
func (s *Server) Verify(ctx context.Context, raw string, call Call) (auth.Principal, error) {
	c, err := s.read(raw)
	if err != nil {
		return auth.Principal{}, fmt.Errorf("verify token: %w: %w", session.ErrNotFound, err)
	}
	sys, err := s.c.Systems(ctx, c.Subject)
	if errors.Is(err, ErrUnknownSystem) {
		return auth.Principal{}, fmt.Errorf("verify token: %w: %w", session.ErrNotFound, err)
	}
	if err != nil {
		return auth.Principal{}, fmt.Errorf("verify token: find system: %w", err)
	}
	if err := s.held(ctx, c, raw, call); errors.Is(err, ErrScheme) || errors.Is(err, ErrProof) {
		return auth.Principal{}, &Error{Code: "invalid_token", Cause: fmt.Errorf("verify token: %w", err), System: &sys}
	} else if err != nil {
		return auth.Principal{}, fmt.Errorf("verify token: %w", err)
	}
	return auth.Principal{
		Kind: auth.System, System: sys.ID, Administration: sys.Administration, Name: sys.Name, Door: "api",
		Scopes: strings.Fields(c.Scope), Expires: c.Expiry.Time(),
	}, nil
}

func (s *Server) read(raw string) (claims, error) {
	var c claims
	if len(raw) > maxToken {
		return c, errors.New("too long")
	}
	jws, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return c, err
	}
	if len(jws.Headers) != 1 || jws.Headers[0].KeyID != s.kid || jws.Headers[0].ExtraHeaders[jose.HeaderType] != tokenType {
		return c, errors.New("not an access token of this server")
	}
	if err := jws.Claims(s.public.Key, &c); err != nil {
		return c, err
	}
	now := s.c.Now()
	switch {
	case c.Issuer != s.c.Issuer, len(c.Audience) != 1 || c.Audience[0] != s.c.Issuer, c.Subject == "" || c.Client != c.Subject:
		return c, errors.New("for another server")
	case c.Expiry == nil || !now.Before(c.Expiry.Time()):
		return c, errors.New("expired")
	}
	return c, nil
}
