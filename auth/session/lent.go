package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// lent is the cookie of a machine that is lent to somebody for a while, who has
// not yet said who she is.
const lent = "lent"

// Lend marks this browser as the one in which something of that name waits.
func (m *Manager) Lend(ctx context.Context, w http.ResponseWriter, to string, wait time.Duration) error {
	token := NewToken()
	if err := m.c.Once.Put(ctx, "lent/"+HashKey(token), []byte(to), wait); err != nil {
		return fmt.Errorf("lend browser: %w", err)
	}
	http.SetCookie(w, m.cookie(lent, token, wait))
	return nil
}

// LentTo is what waits in the browser of a request; ErrNone where nothing does.
func (m *Manager) LentTo(ctx context.Context, r *http.Request) (string, error) {
	c, err := r.Cookie(m.cookieName(lent))
	if err != nil {
		return "", fmt.Errorf("find lent browser: %w", ErrNone)
	}
	to, err := m.c.Once.Get(ctx, "lent/"+HashKey(c.Value))
	if err != nil {
		return "", fmt.Errorf("find lent browser: %w", err)
	}
	return string(to), nil
}

// takeBack forgets what waits here: the machine is its owner's again.
func (m *Manager) takeBack(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(m.cookieName(lent))
	if err != nil {
		return nil
	}
	if _, err := m.c.Once.Take(ctx, "lent/"+HashKey(c.Value)); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("take browser back: %w", err)
	}
	http.SetCookie(w, m.cookie(lent, "", -time.Second))
	return nil
}
