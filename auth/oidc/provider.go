// Package oidc is the relying party of FranceConnect, ProConnect and plain
// OpenID Connect providers: where to send somebody, and what to believe of
// what comes back.
//
// Trust: it believes an identity only when an ID token and, where the profile
// has one, a signed userinfo verify under the provider's published keys, are
// for this client, answer this very log-in (state, nonce, issuer) and have the
// assurance that was asked. Keys come from the provider over TLS; when they
// cannot be had, nobody logs in. An identity opens no document.
package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Profile is how a provider wants to be talked to.
type Profile string

const (
	// FranceConnect v2: acr_values and nonce mandatory, any parameter beyond
	// its list (PKCE's included) refused, signed userinfo.
	FranceConnect Profile = "franceconnect"
	// FranceConnectPlus is FranceConnect for substantial and high assurance:
	// tokens come encrypted to us.
	FranceConnectPlus Profile = "franceconnect+"
	// ProConnect: PKCE, claims, signed userinfo.
	ProConnect Profile = "proconnect"
	// Plain OpenID Connect: PKCE, identity in the ID token.
	Plain Profile = "plain"
)

// Config of a Provider.
type Config struct {
	ID            string // as in paths: "franceconnect"
	Profile       Profile
	Issuer        string
	ClientID      string
	ClientSecret  string // "" where Keys say who we are (private_key_jwt)
	RedirectURL   string
	PostLogoutURL string
	// MinLevel is the eIDAS level asked for; if zero 1, and 2 at
	// FranceConnect+, which has no lower one.
	MinLevel int
	// TwoFactors asks ProConnect for a log-in with two factors and refuses
	// any other.
	TwoFactors bool
	// Encrypted refuses tokens that are not encrypted to us; always so at
	// FranceConnect+. Needs Keys.
	Encrypted bool
	// Keys of ours; nil where none are needed.
	Keys *Keys
	// AccountsOf is the issuer whose accounts people log in to here: the same
	// authority under another name, which gives the same sub (FranceConnect+
	// for FranceConnect). "" is this issuer.
	AccountsOf string
	// HelpedBy are identity providers behind this one (idp_id) through which
	// somebody else may log in in a citizen's name: Aidants Connect.
	HelpedBy []string
	// RefuseIDP are identity providers behind this one (idp_id) through which
	// nobody comes in.
	RefuseIDP []string
	Now       func() time.Time
	// Client reaches the provider; nil is one with a timeout of 10 s.
	Client *http.Client
}

// Provider logs people in. Discovery happens at first use and is tried again
// until it succeeds, so that a provider may start after the gateway. Safe for
// concurrent use.
type Provider struct {
	c  Config
	mu sync.Mutex
	up *discovered
	// The last time that discovery failed, and how: whoever was waiting
	// meanwhile is told the same, instead of waiting again.
	failed   time.Time
	failedAs error
}

type discovered struct {
	keys     *keySet
	oauth    oauth2.Config
	logout   string
	issInURL bool // authorization_response_iss_parameter_supported (RFC 9207)
	userinfo string
}

// Error is a log-in that did not happen; Slug is stable and has a sentence.
// Issuer and Sub are set where the refusal came after somebody was proven.
type Error struct {
	Slug        string
	Cause       error
	Issuer, Sub string
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Slug
	}
	return e.Slug + ": " + e.Cause.Error()
}

func (e *Error) Unwrap() error { return e.Cause }

func refuse(slug, format string, args ...any) error {
	return &Error{Slug: slug, Cause: fmt.Errorf(format, args...)}
}

// New makes a Provider without reaching it.
func New(c Config) (*Provider, error) {
	if c.Issuer == "" || c.ClientID == "" || c.RedirectURL == "" || c.ClientSecret == "" && c.Keys == nil {
		return nil, errors.New("issuer, client id, redirect URL, and a secret or keys are needed")
	}
	switch c.Profile {
	case FranceConnect, ProConnect, Plain:
		c.MinLevel = max(c.MinLevel, 1)
	case FranceConnectPlus:
		c.MinLevel, c.Encrypted = max(c.MinLevel, 2), true
	default:
		return nil, fmt.Errorf("unknown profile %q: write franceconnect, franceconnect+, proconnect or plain", c.Profile)
	}
	if c.Encrypted && c.Keys == nil {
		return nil, errors.New("keys are needed where tokens are encrypted")
	}
	if c.AccountsOf == "" {
		c.AccountsOf = c.Issuer
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Client = strict(c.Client)
	return &Provider{c: c}, nil
}

// ID as in paths.
func (p *Provider) ID() string { return p.c.ID }

// Profile of the provider.
func (p *Provider) Profile() Profile { return p.c.Profile }

// Issuer of the provider.
func (p *Provider) Issuer() string { return p.c.Issuer }

// AccountsOf is the issuer whose accounts people log in to here.
func (p *Provider) AccountsOf() string { return p.c.AccountsOf }

// Top is the highest level that can be asked for here.
func (p *Provider) Top() int {
	if p.c.Profile == FranceConnectPlus || p.c.Profile == ProConnect {
		return 3
	}
	return p.c.MinLevel
}

func (p *Provider) scopes() []string {
	switch p.c.Profile {
	case FranceConnect:
		return []string{"openid", "given_name", "family_name", "idp_id"}
	case FranceConnectPlus: // refuses idp_id
		return []string{"openid", "given_name", "family_name"}
	case ProConnect:
		return []string{"openid", "given_name", "usual_name", "siret", "idp_id"}
	case Plain:
		return []string{"openid", "profile"}
	}
	return nil
}

// discover reads the provider's metadata once it can be had.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.c.Now()
	if p.up != nil {
		return p.up, nil
	}
	if p.failedAs != nil && now.Sub(p.failed) < pause {
		return nil, &Error{Slug: "provider-unavailable", Cause: p.failedAs}
	}
	up, err := p.read(ctx)
	if err != nil {
		p.failed, p.failedAs = now, err
		return nil, &Error{Slug: "provider-unavailable", Cause: err}
	}
	p.up, p.failedAs = up, nil
	return up, nil
}

func (p *Provider) read(ctx context.Context) (*discovered, error) {
	// Others wait for this answer: one caller who leaves does not spoil it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	provider, err := gooidc.NewProvider(gooidc.ClientContext(ctx, p.c.Client), p.c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover provider: %w", err)
	}
	var more struct {
		Keys   string `json:"jwks_uri"`
		Logout string `json:"end_session_endpoint"`
		Iss    bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, fmt.Errorf("discover provider: %w", err)
	}
	endpoint := provider.Endpoint()
	if endpoint.AuthURL == "" || endpoint.TokenURL == "" || more.Keys == "" {
		return nil, errors.New("discover provider: an endpoint is missing")
	}
	endpoint.AuthStyle = oauth2.AuthStyleInParams // no probing: a code lives 30 s
	return &discovered{
		keys:   &keySet{url: more.Keys, client: p.c.Client, now: p.c.Now},
		logout: more.Logout, issInURL: more.Iss, userinfo: provider.UserInfoEndpoint(),
		oauth: oauth2.Config{
			ClientID: p.c.ClientID, ClientSecret: p.c.ClientSecret, Endpoint: endpoint,
			RedirectURL: p.c.RedirectURL, Scopes: p.scopes(),
		},
	}, nil
}

// leeway between two clocks; go-oidc has none.
const leeway = 30 * time.Second

// Attempt is one log-in on its way: remember it under a single-use cookie.
type Attempt struct {
	State, Nonce, Verifier string
	Level                  int // that was asked for; the provider's own if zero
	// TwoFactors were asked for, beside what the provider's own rule asks.
	TwoFactors bool
}

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// random64 is what the French providers want state and nonce to be.
func random64() string {
	var out [64]byte
	var b [1]byte
	for i := 0; i < len(out); {
		_, _ = rand.Read(b[:])
		if int(b[0]) < 4*len(alphanumerics) { // no letter is likelier
			out[i] = alphanumerics[int(b[0])%len(alphanumerics)]
			i++
		}
	}
	return string(out[:])
}

// Begin gives the address to send the browser to.
func (p *Provider) Begin(ctx context.Context) (string, Attempt, error) { return p.BeginAt(ctx, 0) }

// BeginAt asks for a level above the provider's own, for one act.
func (p *Provider) BeginAt(ctx context.Context, level int) (string, Attempt, error) {
	return p.begin(ctx, level, p.c.TwoFactors, false)
}

// BeginAnew is BeginAt on a machine that several people use: whoever is logged
// in at the provider already proves himself again.
func (p *Provider) BeginAnew(ctx context.Context, level int) (string, Attempt, error) {
	return p.begin(ctx, level, p.c.TwoFactors, true)
}

// BeginTwoFactors asks for a log-in with two factors, made anew, and nothing
// less comes in by it. Who can say nothing of factors lets nobody in.
func (p *Provider) BeginTwoFactors(ctx context.Context) (string, Attempt, error) {
	return p.begin(ctx, 0, true, true)
}

func (p *Provider) begin(ctx context.Context, level int, twoFactors, anew bool) (string, Attempt, error) {
	level = max(level, p.c.MinLevel)
	if level > p.Top() {
		return "", Attempt{}, refuse("level-unavailable", "level %d cannot be had here", level)
	}
	d, err := p.discover(ctx)
	if err != nil {
		return "", Attempt{}, err
	}
	a := Attempt{State: random64(), Nonce: random64(), Level: level, TwoFactors: twoFactors}
	opts := []oauth2.AuthCodeOption{gooidc.Nonce(a.Nonce)}
	switch p.c.Profile {
	case FranceConnect, FranceConnectPlus:
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", fmt.Sprintf("eidas%d", level)))
	case ProConnect: // says in the ID token only the assurance that was asked for
		opts = append(opts, oauth2.SetAuthURLParam("claims", `{"id_token":{"acr":{"essential":true,"values":`+levelsFrom(level, twoFactors)+`}}}`))
	case Plain:
	}
	if anew {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"))
	}
	if p.proofKey() {
		a.Verifier = oauth2.GenerateVerifier()
		opts = append(opts, oauth2.S256ChallengeOption(a.Verifier))
	}
	return d.oauth.AuthCodeURL(a.State, opts...), a, nil
}

// proofKey says whether the provider takes PKCE; FranceConnect refuses it.
func (p *Provider) proofKey() bool {
	return p.c.Profile != FranceConnect && p.c.Profile != FranceConnectPlus
}

// levelsFrom lists the acr values of a level and above, in JSON.
func levelsFrom(level int, twoFactors bool) string {
	lowest := `"eidas1","eidas1-mfa"`
	if twoFactors {
		lowest = `"eidas1-mfa"`
	}
	acrs := []string{lowest, `"eidas2"`, `"eidas3"`}
	return "[" + strings.Join(acrs[min(level, len(acrs))-1:], ",") + "]"
}

// LogoutURL is where to send the browser to log out at the provider as well;
// "" only when the provider has no such place. Where it cannot be asked, or would
// refuse for want of a hint, that is an error: somebody may be logged in there
// still.
func (p *Provider) LogoutURL(ctx context.Context, idTokenHint, state string) (string, error) {
	d, err := p.discover(ctx)
	switch {
	case err != nil:
		return "", err
	case d.logout == "":
		return "", nil
	case idTokenHint == "":
		return "", refuse("provider-logout", "no ID token is left to log out with")
	}
	q := url.Values{"id_token_hint": {idTokenHint}, "post_logout_redirect_uri": {p.c.PostLogoutURL}, "state": {state}}
	sep := "?"
	if strings.Contains(d.logout, "?") {
		sep = "&"
	}
	return d.logout + sep + q.Encode(), nil
}
