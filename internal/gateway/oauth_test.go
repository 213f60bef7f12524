package gateway_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// standardMachine is a system that knows of us only what the standards say.
type standardMachine struct {
	w   *world
	t   *testing.T
	id  string
	key *ecdsa.PrivateKey
}

func (w *world) standardMachine(t *testing.T, o *office, scopes ...string) *standardMachine {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "2026", Algorithm: "ES256", Use: "sig"}}})
	must(t, err)
	sys, err := w.domain.RegisterSystem(w.ctx, operator(), safe.NewSystem{Administration: o.ID, Name: "Logiciel", Scopes: scopes, KeySet: set})
	must(t, err)
	return &standardMachine{w, t, string(sys.ID), key}
}

func (m *standardMachine) assertion(change func(map[string]any)) string {
	m.t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: m.key, KeyID: "2026"}}, nil)
	must(m.t, err)
	now := m.w.clock.now()
	c := map[string]any{"iss": m.id, "sub": m.id, "aud": m.w.url, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	if change != nil {
		change(c)
	}
	raw, err := jwt.Signed(signer).Claims(c).Serialize()
	must(m.t, err)
	return raw
}

// endpoint is what discovery (RFC 8414) says.
func (w *world) endpoint(t *testing.T) (token, keys string) {
	t.Helper()
	a := w.do(t, request{method: http.MethodGet, path: "/.well-known/oauth-authorization-server"}).is(t, http.StatusOK)
	if a.string(t, "issuer") != w.url {
		t.Errorf("issuer %s", a.body)
	}
	return a.string(t, "token_endpoint"), a.string(t, "jwks_uri")
}

func (m *standardMachine) config(style oauth2.AuthStyle, scopes ...string) clientcredentials.Config {
	m.t.Helper()
	token, _ := m.w.endpoint(m.t)
	return clientcredentials.Config{
		ClientID: m.id, TokenURL: token, Scopes: scopes, AuthStyle: style,
		EndpointParams: url.Values{"client_assertion_type": {assertionType}, "client_assertion": {m.assertion(nil)}},
	}
}

// TestStandardClient: x/oauth2 knows nothing of us, finds its way by
// discovery, and calls the interface with the token it gets.
func TestStandardClient(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Mairie de Valmont", valmont)
	m := w.standardMachine(t, o, "deposit", "retrieve")
	for name, style := range map[string]oauth2.AuthStyle{"in parameters": oauth2.AuthStyleInParams, "not told how": oauth2.AuthStyleAutoDetect} {
		c := m.config(style)
		res, err := c.Client(w.ctx).Get(w.url + "/api/v1/administration")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := io.ReadAll(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		if res.StatusCode != http.StatusOK || !strings.Contains(string(b), string(o.ID)) {
			t.Errorf("%s: %d %s", name, res.StatusCode, b)
		}
	}
	c := m.config(oauth2.AuthStyleInParams, "deposit")
	got, err := c.Token(w.ctx)
	must(t, err)
	if got.Type() != "Bearer" || got.Extra("scope") != "deposit" || got.Extra("expires_in") != 300.0 {
		t.Errorf("token %+v", got)
	}
}

// TestPublishedKeyVerifies: another service of the administration can check
// whose token it is without asking us.
func TestPublishedKeyVerifies(t *testing.T) {
	w := newWorld(t)
	m := w.standardMachine(t, w.office(t, "Mairie de Valmont", valmont), "deposit")
	c := m.config(oauth2.AuthStyleInParams)
	got, err := c.Token(w.ctx)
	must(t, err)
	_, at := w.endpoint(t)
	var set jose.JSONWebKeySet
	w.do(t, request{method: http.MethodGet, path: strings.TrimPrefix(at, w.url)}).read(t, &set)
	jws, err := jwt.ParseSigned(got.AccessToken, []jose.SignatureAlgorithm{jose.ES256})
	must(t, err)
	keys := set.Key(jws.Headers[0].KeyID)
	if len(keys) != 1 || !keys[0].IsPublic() || jws.Headers[0].ExtraHeaders[jose.HeaderType] != "at+jwt" {
		t.Fatalf("header %+v, keys %+v", jws.Headers[0], set)
	}
	var claims map[string]any
	must(t, jws.Claims(keys[0].Key, &claims))
	if claims["siret"] != valmont || claims["sub"] != m.id || claims["scope"] != "deposit" {
		t.Errorf("claims %v", claims)
	}
}

func refusedWith(t *testing.T, err error, status int, code string) {
	t.Helper()
	var r *oauth2.RetrieveError
	if !errors.As(err, &r) || r.Response.StatusCode != status || r.ErrorCode != code {
		t.Errorf("error %v, want %d %s", err, status, code)
	}
}

func TestStandardClientIsRefused(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Mairie de Valmont", valmont)
	m, other := w.standardMachine(t, o, "deposit"), w.standardMachine(t, o, "deposit")
	ask := func(change func(*clientcredentials.Config)) error {
		c := m.config(oauth2.AuthStyleInParams)
		change(&c)
		_, err := c.Token(w.ctx)
		return err
	}
	saying := func(f func(map[string]any)) func(*clientcredentials.Config) {
		return func(c *clientcredentials.Config) { c.EndpointParams.Set("client_assertion", m.assertion(f)) }
	}
	used := m.config(oauth2.AuthStyleInParams)
	_, err := used.Token(w.ctx)
	must(t, err)
	for name, c := range map[string]struct {
		change func(*clientcredentials.Config)
		code   string
	}{
		"the same assertion again":   {func(c *clientcredentials.Config) { c.EndpointParams = used.EndpointParams }, "invalid_client"},
		"another's assertion":        {func(c *clientcredentials.Config) { c.EndpointParams.Set("client_assertion", other.assertion(nil)) }, "invalid_client"},
		"in another's name":          {func(c *clientcredentials.Config) { c.ClientID = other.id }, "invalid_client"},
		"a secret only":              {func(c *clientcredentials.Config) { c.EndpointParams, c.ClientSecret = nil, "secret" }, "invalid_client"},
		"a scope not registered":     {func(c *clientcredentials.Config) { c.Scopes = []string{"retrieve"} }, "invalid_scope"},
		"for the endpoint's address": {saying(func(c map[string]any) { c["aud"] = w.url + "/oauth/token" }), "invalid_client"},
		"living an hour":             {saying(func(c map[string]any) { c["exp"] = w.clock.now().Add(time.Hour).Unix() }), "invalid_client"},
		"expired":                    {saying(func(c map[string]any) { c["exp"] = w.clock.now().Add(-time.Minute).Unix() }), "invalid_client"},
		"without a name":             {saying(func(c map[string]any) { delete(c, "jti") }), "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			status := http.StatusUnauthorized
			if c.code != "invalid_client" {
				status = http.StatusBadRequest
			}
			refusedWith(t, ask(c.change), status, c.code)
		})
	}
	if log := w.logged.String(); strings.Contains(log, "eyJ") || !strings.Contains(log, "used before") {
		t.Errorf("the log says\n%.2000s", log)
	}
}

// TestUnknownSystemsAreTheSame: a name that is registered is told from one
// that never was by nothing.
func TestUnknownSystemsAreTheSame(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Mairie de Valmont", valmont)
	m := w.standardMachine(t, o, "deposit")
	bodies := map[string]bool{}
	for _, id := range []string{safe.NewID[string](), m.id, "' OR 1=1 --", strings.Repeat("a", 26)} {
		stranger := &standardMachine{w, t, id, m.key}
		if id == m.id { // right name, wrong key
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			must(t, err)
			stranger.key = key
		}
		a := w.do(t, form("/oauth/token", "grant_type", "client_credentials", "client_assertion_type", assertionType, "client_assertion", stranger.assertion(nil)))
		bodies[string(a.is(t, http.StatusUnauthorized).body)] = true
	}
	if len(bodies) != 1 {
		t.Errorf("strangers can tell systems apart: %v", bodies)
	}
}

// TestOneKindOfTokenForOneUse: what proves a system is no token, and a token
// proves no system.
func TestOneKindOfTokenForOneUse(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Mairie de Valmont", valmont)
	m := w.standardMachine(t, o, "deposit")
	w.do(t, request{who: caller{bearer: m.assertion(nil)}, method: http.MethodGet, path: "/api/v1/administration"}).is(t, http.StatusUnauthorized)
	w.do(t, form("/oauth/token", "grant_type", "client_credentials", "client_assertion_type", assertionType, "client_assertion", o.system.bearer)).
		is(t, http.StatusUnauthorized)
	for _, path := range []string{"/api/v1/sessions", "/api/v1/me", "/api/v1/safe", "/api/v1/safe/journal"} {
		w.do(t, request{who: o.system, method: http.MethodGet, path: path}).is(t, http.StatusForbidden).refuses(t, "forbidden")
	}
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/api/v1/administration?access_token="+o.system.bearer, nil)
	must(t, err)
	res, err := straight.Do(r)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token in the address is taken: %d", res.StatusCode)
	}
}
