package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// While sessions and counts are unavailable, nobody is told that she is
// logged out: it is not known. What needs no session goes on (ADR 13).

// spared says which requests are counted in this process alone, or not at
// all, while they cannot be counted together: of callers who are known without
// a session, or who read what is public. What somebody would guess is not
// tried uncounted.
func (r Rate) spared() bool { return r == RateRead || r == RateWrite }

// tally takes one of the tries that a caller has in a minute.
func (g *Gateway) tally(ctx context.Context, rate Rate, key string) error {
	n := rate.most(g.pace)
	err := g.count(ctx, g.limiter, key, n, time.Minute)
	if !rate.spared() || !errors.Is(err, session.ErrUnavailable) {
		return err
	}
	if g.spare == nil {
		return nil
	}
	return g.count(ctx, g.spare, key, n, time.Minute)
}

// count takes one of the n tries that a key has in a while.
func (g *Gateway) count(ctx context.Context, l session.Limiter, key string, n int, per time.Duration) error {
	ok, wait, err := l.Allow(ctx, key, n, per)
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	if !ok {
		return &problem.Error{Slug: "rate-limited", RetryAfter: int(wait/time.Second) + 1}
	}
	return nil
}

// uncounted is what somebody sees whose request could not be counted: where a
// browser was led to, a page.
func (g *Gateway) uncounted(rt Route, w http.ResponseWriter, r *http.Request, err error) error {
	if rt.Operation == "" && rt.Method == http.MethodGet && errors.Is(err, session.ErrUnavailable) {
		return g.turnedAway(w, r, err)
	}
	return err
}
