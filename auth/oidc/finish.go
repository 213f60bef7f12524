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
	Nonce      string  `json:"nonce"`
	ACR        string  `json:"acr"`
	Sub        string  `json:"sub"`
	GivenName  string  `json:"given_name"`
	FamilyName string  `json:"family_name"`
	UsualName  string  `json:"usual_name"`
	SIRET      string  `json:"siret"`
	IDP        string  `json:"idp_id"`
	AZP        string  `json:"azp"`
	IssuedAt   float64 `json:"iat"` // a NumericDate may have a fraction
	NotBefore  float64 `json:"nbf"`
}

// Finish checks the provider's answer to an attempt and proves the identity.
// Every refusal is an *Error.
func (p *Provider) Finish(ctx context.Context, query url.Values, a Attempt) (Identity, error) {
	for _, name := range []string{"state", "iss", "code", "error"} {
		if len(query[name]) > 1 {
			return Identity{}, refuse("login-refused", "answer has %s more than once", name)
		}
	}
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.State)) != 1 || a.State == "" || a.Nonce == "" {
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
		return Identity{}, &Error{
			Slug: "level-too-low", Cause: fmt.Errorf("acr %.60q is below what was asked", c.ACR), Issuer: idt.Issuer, Sub: idt.Subject,
		}
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
	case strings.Contains(description, "Y500015"): // under any code
		return refuse("private-agent", "private-sector agent")
	case code == "access_denied":
		return refuse("access-denied", "turned back at the provider")
	case code == "temporarily_unavailable" || code == "server_error":
		return refuse("provider-unavailable", "provider says %s", code)
	default:
		return refuse("login-refused", "provider says %.60q", code)
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
	if code == "" {
		return nil, "", refuse("login-refused", "answer without a code")
	}
	var opts []oauth2.AuthCodeOption
	if a.Verifier != "" {
		opts = append(opts, oauth2.VerifierOption(a.Verifier))
	}
	token, err := d.oauth.Exchange(gooidc.ClientContext(ctx, p.c.Client), code, opts...)
	var answer *oauth2.RetrieveError
	switch {
	case errors.As(err, &answer) && answer.Response.StatusCode < http.StatusInternalServerError:
		return nil, "", refuse("login-refused", "token endpoint says %d %.60q", answer.Response.StatusCode, answer.ErrorCode)
	case answer != nil: // its text may be anything
		return nil, "", refuse("provider-unavailable", "token endpoint answers %d", answer.Response.StatusCode)
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
	idt, c, err := p.verify(ctx, d, raw, false)
	if err != nil {
		return nil, c, err
	}
	if c.IssuedAt == 0 || idt.Subject == "" {
		return nil, c, refuse("login-refused", "ID token without issue time or subject")
	}
	if subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) != 1 {
		return nil, c, refuse("login-refused", "nonce is not this log-in's")
	}
	if idt.AccessTokenHash != "" {
		if err := idt.VerifyAccessToken(access); err != nil {
			return nil, c, refuse("login-refused", "at_hash: %w", err)
		}
	}
	return idt, c, nil
}

// verify checks signature, issuer, audience and times, and tells a refusal
// from a provider whose keys cannot be had. Only a userinfo JWT may lack an
// expiry: it was fetched this instant, with a token that lives 60 s.
func (p *Provider) verify(ctx context.Context, d *discovered, raw string, userinfo bool) (*gooidc.IDToken, claims, error) {
	var c claims
	now := p.c.Now()
	sig := &signature{keys: d.keys}
	t, err := gooidc.NewVerifier(p.c.Issuer, sig, &gooidc.Config{
		ClientID: p.c.ClientID, SupportedSigningAlgs: algorithms(), SkipExpiryCheck: userinfo,
		Now: func() time.Time { return now.Add(-leeway) },
	}).Verify(ctx, raw)
	if errors.Is(sig.err, errNoKeys) {
		return nil, c, &Error{Slug: "provider-unavailable", Cause: sig.err}
	}
	if err != nil {
		return nil, c, refuse("login-refused", "verify token: %w", err)
	}
	if err := t.Claims(&c); err != nil {
		return nil, c, refuse("login-refused", "read claims: %w", err)
	}
	latest := float64(now.Add(leeway).Unix())
	switch {
	case len(t.Audience) != 1 || (c.AZP != "" && c.AZP != p.c.ClientID):
		return nil, c, refuse("login-refused", "token for several clients")
	case c.IssuedAt > latest || c.NotBefore > latest:
		return nil, c, refuse("login-refused", "token from the future")
	}
	return t, c, nil
}

// signedUserinfo wants application/jwt: go-oidc would take unsigned JSON.
func (p *Provider) signedUserinfo(ctx context.Context, d *discovered, token *oauth2.Token, sub string, id claims) (claims, error) {
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
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return claims{}, &Error{Slug: "provider-unavailable", Cause: fmt.Errorf("read userinfo: %w", err)}
	case res.StatusCode >= http.StatusInternalServerError:
		return claims{}, refuse("provider-unavailable", "userinfo answers %d", res.StatusCode)
	case res.StatusCode != http.StatusOK:
		return claims{}, refuse("login-refused", "userinfo answers %d", res.StatusCode)
	}
	if t, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || t != "application/jwt" {
		return claims{}, refuse("login-refused", "userinfo is not signed")
	}
	_, c, err := p.verify(ctx, d, string(body), true)
	if err != nil {
		return claims{}, err
	}
	if c.Sub != sub {
		return claims{}, refuse("login-refused", "userinfo of somebody else")
	}
	c.ACR = id.ACR // assurance is the ID token's word
	return c, nil
}
