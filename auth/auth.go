// Package auth says who is calling: the Principal that an authenticator made
// of a session or token, kept in the request's context under a key that no
// other package can write.
//
// Trust: a Principal exists only after a cookie or token was verified by
// auth/session or auth/machine. Nothing in a request's body, query or other
// headers changes it. It proves identity; it never opens a document.
package auth

import (
	"context"
	"time"
)

// Kind is a role, decided by how somebody logged in.
type Kind string

const (
	// Citizen logged in by FranceConnect.
	Citizen Kind = "citizen"
	// Agent of an administration, logged in by ProConnect.
	Agent Kind = "agent"
	// System of an administration, authenticated by its key.
	System Kind = "system"
	// Mediator of a structure, logged in by ProConnect with two factors, by the
	// mediators' own door.
	Mediator Kind = "mediator"
)

// Principal is an authenticated caller.
type Principal struct {
	Kind           Kind
	Account        string // citizen, agent; of a mediator, the id as one
	Safe           string // citizen
	Administration string // agent, system
	Structure      string // mediator
	Counter        string // citizen at the counter: the mediator's session that she came for
	System         string // system
	Name           string
	Level          int    // eIDAS: 1 low, 2 substantial, 3 high
	ACR            string // as the provider said it
	Provider       string
	Through        string // a helper's service by which she logged in; "" is herself
	Session        string // public id of the session; "" for systems
	Device         string
	Door           string // "web", "cli", "api"
	Scopes         []string
	Expires        time.Time
	Since          time.Time // when the provider's answer was verified; zero for systems
}

type contextKey struct{}

// With gives a context that carries p. Called once, by the gateway.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From reads the Principal; false when nobody is logged in.
func From(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(contextKey{}).(Principal)
	return p, ok
}
