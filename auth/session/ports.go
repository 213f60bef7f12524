package session

import (
	"context"
	"errors"
	"time"
)

var (
	// ErrNotFound: no such session or entry, or past its time.
	ErrNotFound = errors.New("not found")
	// ErrExists: the key is taken.
	ErrExists = errors.New("exists already")
	// ErrChanged: compare-and-set lost.
	ErrChanged = errors.New("changed meanwhile")
	// ErrUnavailable: the store does not answer, or cannot promise what it
	// answers; nobody is logged out by it.
	ErrUnavailable = errors.New("short-lived state is unavailable")
)

// Session is what is kept of a log-in: never access tokens or identity claims.
type Session struct {
	ID             string // public, for lists
	Kind           string // "browser", "cli"
	Principal      string // auth.Kind
	Account        string
	Safe           string
	Administration string
	Structure      string // mediator
	Counter        string // of a citizen at the counter: the mediator's session that she came for
	Name           string
	Provider       string
	Issuer, Sub    string
	SID            string // the provider's name for its own session, "" if none
	Through        string // a helper's service by which she logged in (Aidants Connect); "" is herself
	ACR            string
	Level          int
	AuthTime       time.Time // ours: when the provider's answer was verified
	Started        time.Time
	Seen           time.Time
	IdleUntil      time.Time
	Until          time.Time
	IDTokenHint    []byte // sealed, for logout at the provider
	Device         string // label
}

// Ends is when the session is over if nothing happens.
func (s Session) Ends() time.Time {
	if s.IdleUntil.Before(s.Until) {
		return s.IdleUntil
	}
	return s.Until
}

// Store keeps sessions under the SHA-256 of their cookie or token. Safe for
// concurrent use; what it acknowledged is seen by every replica. Sessions
// past their Ends are not found.
type Store interface {
	// Put inserts or replaces.
	Put(ctx context.Context, hash [32]byte, s Session) error
	Get(ctx context.Context, hash [32]byte) (Session, error)
	// Touch moves Seen and IdleUntil of a session that still exists; it never
	// brings an ended one back.
	Touch(ctx context.Context, hash [32]byte, seen, idleUntil time.Time) error
	// Delete is nil when there is none.
	Delete(ctx context.Context, hash [32]byte) error
	// OfAccount lists, newest first.
	OfAccount(ctx context.Context, account string) ([]Session, error)
	// DeleteID ends a session by public id, if it is that account's.
	DeleteID(ctx context.Context, account, id string) error
}

// News brings word of sessions that ended, on whichever replica.
type News interface {
	// Follow tells l until ctx ends, and connects again meanwhile. What ended
	// while it was not heard is not told later.
	Follow(ctx context.Context, l Listener)
}

// Listener hears News. Safe for concurrent use.
type Listener interface {
	// Hear says whether ends are heard from now on.
	Hear(bool)
	// Ended says that what was read under this hash before is no longer so.
	Ended(hash [32]byte)
}

// Once keeps small values that are used once: login states, device codes,
// jti of assertions. Safe for concurrent use.
type Once interface {
	// Put is ErrExists when the key is taken.
	Put(ctx context.Context, key string, value []byte, ttl time.Duration) error
	Get(ctx context.Context, key string) ([]byte, error)
	// Take reads and removes: of concurrent callers exactly one has it, the
	// others get ErrNotFound.
	Take(ctx context.Context, key string) ([]byte, error)
	// Replace is compare-and-set, keeping the time to live; ErrChanged when
	// the value is not old.
	Replace(ctx context.Context, key string, old, value []byte) error
}

// Limiter counts tries in a sliding or fixed window.
type Limiter interface {
	// Allow counts one try for the key; at most n in per. When it is refused,
	// retryAfter says how long to wait.
	Allow(ctx context.Context, key string, n int, per time.Duration) (ok bool, retryAfter time.Duration, err error)
}
