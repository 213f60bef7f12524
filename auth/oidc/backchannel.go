package oidc

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// LoggedOut is what a provider says when somebody's session there has ended
// (OpenID Connect Back-Channel Logout 1.0). Sub or SID may be "", not both.
type LoggedOut struct {
	Issuer string // whose accounts
	Sub    string // "" is whoever has SID
	SID    string // "" is every session of Sub
	ID     string // jti: the caller sees to it that it is used once
	Until  time.Time
}

// logoutEvent is the member of events that makes a token a logout token.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutLives is how old a logout token may be, and how long its jti has to be
// remembered, when it says no end of its own.
const logoutLives = 2 * time.Minute

// Logout verifies a logout token. Nothing else that the provider signs is one:
// its typ is logout+jwt, it names the event, and it has no nonce, which an ID
// token always has here.
func (p *Provider) Logout(ctx context.Context, raw string) (LoggedOut, error) {
	raw, err := p.opened(raw)
	if err != nil {
		return LoggedOut{}, err
	}
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return LoggedOut{}, refuse("logout-refused", "parse logout token: %w", err)
	}
	if typ := jws.Signatures[0].Header.ExtraHeaders[jose.HeaderType]; typ != "logout+jwt" {
		return LoggedOut{}, refuse("logout-refused", "not a logout token by its type")
	}
	d, err := p.discover(ctx)
	if err != nil {
		return LoggedOut{}, err
	}
	// Without expiry, as older providers send it, its age is what bounds it.
	t, _, err := p.verify(ctx, d, raw, true)
	if err != nil {
		return LoggedOut{}, err
	}
	var c struct {
		ID     string                     `json:"jti"`
		SID    string                     `json:"sid"`
		Nonce  *json.RawMessage           `json:"nonce"`
		Events map[string]json.RawMessage `json:"events"`
	}
	if err := t.Claims(&c); err != nil {
		return LoggedOut{}, refuse("logout-refused", "read claims: %w", err)
	}
	now := p.c.Now()
	var event map[string]any
	switch {
	case json.Unmarshal(c.Events[logoutEvent], &event) != nil || event == nil:
		return LoggedOut{}, refuse("logout-refused", "no logout event")
	case c.Nonce != nil:
		return LoggedOut{}, refuse("logout-refused", "a nonce: this is an ID token")
	case c.ID == "" || len(c.ID) > 256:
		return LoggedOut{}, refuse("logout-refused", "no usable jti")
	case t.Subject == "" && c.SID == "":
		return LoggedOut{}, refuse("logout-refused", "neither subject nor session")
	case t.IssuedAt.Before(now.Add(-logoutLives - leeway)):
		return LoggedOut{}, refuse("logout-refused", "too old")
	case !t.Expiry.IsZero() && t.Expiry.Before(now.Add(-leeway)):
		return LoggedOut{}, refuse("logout-refused", "expired")
	}
	return LoggedOut{Issuer: p.c.AccountsOf, Sub: t.Subject, SID: c.SID, ID: c.ID, Until: t.IssuedAt.Add(logoutLives + 2*leeway)}, nil
}
