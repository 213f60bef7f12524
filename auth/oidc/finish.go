package oidc

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Identity is what a provider has proven. Nothing of it is ever matched with
// another account: an account is (Issuer, Sub), where Issuer is the one whose
// accounts these are (Config.AccountsOf).
type Identity struct {
	Issuer, Sub           string
	GivenName, FamilyName string
	SIRET                 string // agents
	IDP                   string // which identity provider behind the provider
	Helped                bool   // by which somebody else may act in her name
	ACR                   string
	Level                 int
	IDToken               string // for logging out at the provider; signed, no longer encrypted
	SID                   string // the provider's name for its session, "" if none
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
	SID        string  `json:"sid"`
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
	sid := c.SID
	if p.c.Profile != Plain {
		if c, err = p.signedUserinfo(ctx, d, token, idt.Subject, c); err != nil {
			return Identity{}, err
		}
	}
	who := Identity{
		Issuer: p.c.AccountsOf, Sub: idt.Subject, GivenName: c.GivenName, FamilyName: cmp.Or(c.FamilyName, c.UsualName), SIRET: c.SIRET,
		IDP: c.IDP, Helped: slices.Contains(p.c.HelpedBy, c.IDP), ACR: c.ACR, Level: Level(c.ACR), IDToken: raw, SID: sid,
	}
	if p.c.Profile == Plain && c.ACR == "" {
		who.Level = 1
	}
	return p.admit(who, max(a.Level, p.c.MinLevel), a.TwoFactors || p.c.TwoFactors)
}

// admit refuses somebody who is proven, by a way that is not enough; then her
// own journal can tell who tried.
func (p *Provider) admit(who Identity, level int, twoFactors bool) (Identity, error) {
	slug := ""
	switch {
	case slices.Contains(p.c.RefuseIDP, who.IDP):
		slug = "idp-refused"
		if who.Helped {
			slug = "helper-refused"
		}
	case who.Level < level:
		slug = "level-too-low"
	case twoFactors && who.Level < 2 && !strings.HasSuffix(who.ACR, "-mfa"):
		slug = "two-factors"
	default:
		return who, nil
	}
	return Identity{}, &Error{
		Slug: slug, Cause: fmt.Errorf("acr %.60q by %.60q is not what was asked", who.ACR, who.IDP), Issuer: who.Issuer, Sub: who.Sub,
	}
}

// answered translates an error that the provider sent the browser back with.
// The numbers are FranceConnect's and ProConnect's, and come under any code.
func answered(code, description string) error {
	for number, slug := range map[string]string{
		"Y500015": "private-agent", "Y030007": "provider-parameters", "Y030031": "provider-redirect",
		"Y030111": "provider-logout", "Y100009": "provider-claims",
	} {
		if strings.Contains(description, number) {
			return refuse(slug, "provider says %s", number)
		}
	}
	switch code {
	case "access_denied":
		return refuse("access-denied", "turned back at the provider")
	case "temporarily_unavailable", "server_error":
		return refuse("provider-unavailable", "provider says %s", code)
	case "unmet_authentication_requirements": // of an essential acr
		return refuse("level-unavailable", "provider says %s", code)
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
	if p.c.ClientSecret == "" {
		proof, err := p.c.Keys.assertion(p.c.ClientID, p.c.Issuer, p.c.Now())
		if err != nil {
			return nil, "", &Error{Slug: "provider-unavailable", Cause: err}
		}
		opts = append(opts, oauth2.SetAuthURLParam("client_assertion", proof),
			oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
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
	raw, err = p.opened(raw)
	return token, raw, err
}

// opened is the signed token inside an encrypted one, where it was agreed that
// tokens are encrypted; what was agreed is not left to the sender.
func (p *Provider) opened(raw string) (string, error) {
	if !p.c.Encrypted {
		return raw, nil
	}
	inner, err := p.c.Keys.open(raw)
	if err != nil {
		return "", &Error{Slug: "login-refused", Cause: err}
	}
	return inner, nil
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
	raw, err := p.opened(string(body))
	if err != nil {
		return claims{}, err
	}
	_, c, err := p.verify(ctx, d, raw, true)
	if err != nil {
		return claims{}, err
	}
	if c.Sub != sub {
		return claims{}, refuse("login-refused", "userinfo of somebody else")
	}
	c.ACR = id.ACR // assurance is the ID token's word
	return c, nil
}
