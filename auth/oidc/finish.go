package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Identity is what a provider has proven. Nothing of it is ever matched with
// another account: an account is (Issuer, Sub).
type Identity struct {
	Issuer, Sub           string
	GivenName, FamilyName string
	SIRET                 string // agents
	IDP                   string // which identity provider behind the provider
	ACR                   string
	Level                 int
	IDToken               string // for logging out at the provider
}

// Name as people read it.
func (i Identity) Name() string { return strings.TrimSpace(i.GivenName + " " + i.FamilyName) }

type claims struct {
	Nonce      string `json:"nonce"`
	ACR        string `json:"acr"`
	Sub        string `json:"sub"`
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	UsualName  string `json:"usual_name"`
	SIRET      string `json:"siret"`
	IDP        string `json:"idp_id"`
}

// Finish checks the provider's answer to an attempt and proves the identity.
// Every refusal is an *Error.
func (p *Provider) Finish(ctx context.Context, query url.Values, a Attempt) (Identity, error) {
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.State)) != 1 || a.State == "" {
		return Identity{}, refuse("login-expired", "state is not this log-in's")
	}
	d, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	if iss := query.Get("iss"); (iss != "" || d.issInURL) && iss != p.c.Issuer { // RFC 9207
		return Identity{}, refuse("login-refused", "answer of another issuer")
	}
	if e := query.Get("error"); e != "" {
		return Identity{}, answered(e, query.Get("error_description"))
	}
	token, raw, err := p.exchange(ctx, d, query.Get("code"), a)
	if err != nil {
		return Identity{}, err
	}
	idt, c, err := p.verifyID(ctx, d, raw, a.Nonce, token.AccessToken)
	if err != nil {
		return Identity{}, err
	}
	if p.c.Profile != Plain {
		if c, err = p.signedUserinfo(ctx, d, token, idt.Subject, c); err != nil {
			return Identity{}, err
		}
	}
	level := Level(c.ACR)
	if p.c.Profile == Plain && c.ACR == "" {
		level = 1
	}
	if level < p.c.MinLevel {
		return Identity{}, refuse("level-too-low", "acr %q is below what was asked", c.ACR)
	}
	if c.FamilyName == "" {
		c.FamilyName = c.UsualName
	}
	return Identity{
		Issuer: idt.Issuer, Sub: idt.Subject, GivenName: c.GivenName, FamilyName: c.FamilyName, SIRET: c.SIRET,
		IDP: c.IDP, ACR: c.ACR, Level: level, IDToken: raw,
	}, nil
}

// answered translates an error that the provider sent the browser back with.
func answered(code, description string) error {
	switch {
	case code == "access_denied":
		return refuse("access-denied", "turned back at the provider")
	case code == "temporarily_unavailable" || code == "server_error":
		return refuse("provider-unavailable", "provider says %s", code)
	case strings.Contains(description, "Y500015"):
		return refuse("private-agent", "private-sector agent")
	default:
		return refuse("login-refused", "provider says %.60s", code)
	}
}

// Level is the eIDAS level of an acr value; 0 when it promises none.
func Level(acr string) int {
	for n, prefix := range []string{1: "eidas1", 2: "eidas2", 3: "eidas3"} {
		if prefix != "" && (acr == prefix || acr == prefix+"-mfa") {
			return n
		}
	}
	return 0
}

func (p *Provider) exchange(ctx context.Context, d *discovered, code string, a Attempt) (*oauth2.Token, string, error) {
	var opts []oauth2.AuthCodeOption
	if a.Verifier != "" {
		opts = append(opts, oauth2.VerifierOption(a.Verifier))
	}
	token, err := d.oauth.Exchange(gooidc.ClientContext(ctx, p.c.Client), code, opts...)
	var refusedByThem *oauth2.RetrieveError
	switch {
	case errors.As(err, &refusedByThem):
		return nil, "", refuse("login-refused", "token endpoint says %s", refusedByThem.ErrorCode)
	case err != nil:
		return nil, "", &Error{Slug: "provider-unavailable", Cause: err}
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, "", refuse("login-refused", "no ID token")
	}
	return token, raw, nil
}

func (p *Provider) verifyID(ctx context.Context, d *discovered, raw, nonce, access string) (*gooidc.IDToken, claims, error) {
	var c claims
	idt, err := p.verify(ctx, d, raw)
	if err != nil {
		return nil, c, err
	}
	if err := idt.Claims(&c); err != nil {
		return nil, c, refuse("login-refused", "read claims: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) != 1 {
		return nil, c, refuse("login-refused", "nonce is not this log-in's")
	}
	if idt.AccessTokenHash != "" {
		if err := idt.VerifyAccessToken(access); err != nil {
			return nil, c, refuse("login-refused", "at_hash: %w", err)
		}
	}
	if idt.IssuedAt.After(p.c.Now().Add(leeway)) {
		return nil, c, refuse("login-refused", "token from the future")
	}
	return idt, c, nil
}

// verify checks signature, issuer, audience and expiry, and tells a refusal
// from a provider whose keys cannot be had.
func (p *Provider) verify(ctx context.Context, d *discovered, raw string) (*gooidc.IDToken, error) {
	idt, err := d.verifier.Verify(gooidc.ClientContext(ctx, p.c.Client), raw)
	if err == nil {
		if len(idt.Audience) != 1 {
			return nil, refuse("login-refused", "token for several clients")
		}
		return idt, nil
	}
	var net *url.Error
	if errors.As(err, &net) || strings.Contains(err.Error(), "fetching keys") {
		return nil, &Error{Slug: "provider-unavailable", Cause: err}
	}
	return nil, refuse("login-refused", "verify token: %w", err)
}

const maxUserinfo = 64 << 10

// signedUserinfo wants application/jwt: go-oidc would take unsigned JSON.
func (p *Provider) signedUserinfo(ctx context.Context, d *discovered, token *oauth2.Token, sub string, id claims) (claims, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.userinfo, nil)
	if err != nil {
		return claims{}, refuse("login-refused", "userinfo: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token.AccessToken)
	req.Header.Set("Accept", "application/jwt")
	res, err := p.c.Client.Do(req)
	if err != nil {
		return claims{}, &Error{Slug: "provider-unavailable", Cause: err}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxUserinfo))
	if err != nil || res.StatusCode != http.StatusOK {
		return claims{}, &Error{Slug: "provider-unavailable", Cause: fmt.Errorf("userinfo answers %d", res.StatusCode)}
	}
	if t, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || t != "application/jwt" {
		return claims{}, refuse("login-refused", "userinfo is not signed")
	}
	return p.readUserinfo(ctx, d, string(body), sub, id)
}

func (p *Provider) readUserinfo(ctx context.Context, d *discovered, raw, sub string, id claims) (claims, error) {
	info, err := p.verifyUserinfo(ctx, d, raw)
	if err != nil {
		return claims{}, err
	}
	var c claims
	if err := info.Claims(&c); err != nil {
		return claims{}, refuse("login-refused", "read userinfo: %w", err)
	}
	if c.Sub != sub || sub == "" {
		return claims{}, refuse("login-refused", "userinfo of somebody else")
	}
	c.Nonce, c.ACR = id.Nonce, id.ACR // assurance is the ID token's word
	return c, nil
}

// verifyUserinfo has the ID token's checks but expiry, which a userinfo JWT
// does not carry: it was fetched this instant, with a token that lives 60 s.
func (p *Provider) verifyUserinfo(ctx context.Context, d *discovered, raw string) (*gooidc.IDToken, error) {
	v := d.provider.Verifier(&gooidc.Config{
		ClientID: p.c.ClientID, SupportedSigningAlgs: []string{gooidc.ES256, gooidc.RS256}, SkipExpiryCheck: true,
	})
	info, err := v.Verify(gooidc.ClientContext(ctx, p.c.Client), raw)
	if err != nil {
		return nil, refuse("login-refused", "verify userinfo: %w", err)
	}
	return info, nil
}
