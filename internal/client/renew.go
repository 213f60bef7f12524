package client

import (
	"context"
	"net/http"
	"sync"
)

// renewal gives a caller who works for longer than a token lasts the next one.
type renewal struct {
	mu    sync.Mutex
	ask   func(context.Context) (string, error) // nil asks for none
	token string
}

// Renew is asked for the token after one that is over. It is said before the first
// call.
func (c *Client) Renew(ask func(context.Context) (string, error)) { c.tokens.ask = ask }

// now is the token in use.
func (r *renewal) now() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.token
}

// next is the one after used, asked for once however many find out.
func (r *renewal) next(ctx context.Context, used string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.token != used {
		return nil
	}
	token, err := r.ask(ctx)
	if err == nil {
		r.token = token
	}
	return err
}

// sendRenewed sends what can be sent twice, and once more with a new token when
// the old one is over.
func (c *Client) sendRenewed(ctx context.Context, rq request) (*http.Response, error) {
	used := c.tokens.now()
	resp, err := c.sendOnce(ctx, rq)
	if c.tokens.ask == nil || rq.body != nil || !IsProblem(err, "session-expired") && !IsProblem(err, "unauthenticated") {
		return resp, err
	}
	if err := c.tokens.next(ctx, used); err != nil {
		return nil, err
	}
	return c.sendOnce(ctx, rq)
}
