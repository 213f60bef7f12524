package client

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
)

// newKey draws an Idempotency-Key.
func newKey() string { return rand.Text() }

func decodeBase64(s string) ([]byte, error) { return base64.StdEncoding.Strict().DecodeString(s) }

func keyed(key string) http.Header { return http.Header{"Idempotency-Key": {key}} }

// Site asks who hosts this safe.
func (c *Client) Site(ctx context.Context) (Site, error) {
	var s Site
	return s, c.get(ctx, "/api/v1/site", nil, &s)
}

// Me asks who is logged in.
func (c *Client) Me(ctx context.Context) (Me, error) {
	var m Me
	return m, c.get(ctx, "/api/v1/me", nil, &m)
}

// Terms asks for the terms in force.
func (c *Client) Terms(ctx context.Context) (Terms, error) {
	var t Terms
	return t, c.get(ctx, "/api/v1/terms", nil, &t)
}

// AcceptTerms accepts a version of them.
func (c *Client) AcceptTerms(ctx context.Context, version string) error {
	in := map[string]string{"version": version}
	_, err := c.call(ctx, request{method: http.MethodPut, path: "/api/v1/me/terms", in: in}, nil)
	return err
}

// EndSession ends a session of this account.
func (c *Client) EndSession(ctx context.Context, id string) error {
	return c.remove(ctx, "/api/v1/sessions/"+id)
}

func (c *Client) remove(ctx context.Context, path string) error {
	_, err := c.call(ctx, request{method: http.MethodDelete, path: path}, nil)
	return err
}

// Figures of the caller's safe, not verified.
func (c *Client) Figures(ctx context.Context) (Figures, error) {
	var f Figures
	return f, c.get(ctx, "/api/v1/safe", nil, &f)
}

// Grants lists everything that was shared, newest first.
func (c *Client) Grants(ctx context.Context) ([]Grant, error) {
	return all[Grant](ctx, c, "/api/v1/safe/grants", nil)
}

// EndGrant takes a share back, at once.
func (c *Client) EndGrant(ctx context.Context, id string) error {
	return c.remove(ctx, "/api/v1/safe/grants/"+url.PathEscape(id))
}

// Addresses lists who may deposit.
func (c *Client) Addresses(ctx context.Context) ([]Address, error) {
	return all[Address](ctx, c, "/api/v1/safe/addresses", nil)
}

// CreateAddress lets an administration deposit.
func (c *Client) CreateAddress(ctx context.Context, administration string) (Address, error) {
	var a Address
	_, err := c.call(ctx, request{
		method: http.MethodPost, path: "/api/v1/safe/addresses", header: keyed(newKey()),
		in: map[string]string{"administration": administration},
	}, &a)
	return a, err
}

// EndAddress stops deposits to it.
func (c *Client) EndAddress(ctx context.Context, id string) error {
	return c.remove(ctx, "/api/v1/safe/addresses/"+url.PathEscape(id))
}

// Administration is the caller's.
func (c *Client) Administration(ctx context.Context) (Administration, error) {
	var a Administration
	return a, c.get(ctx, "/api/v1/administration", nil, &a)
}

// Received lists what was shared with the caller's administration.
func (c *Client) Received(ctx context.Context) ([]Grant, error) {
	return all[Grant](ctx, c, "/api/v1/administration/grants", nil)
}

// Bounds of a list: more than an administration's million of shares. A gateway
// that always has a next page fills no memory.
const (
	mostPages = 1 << 13
	mostBytes = 1 << 30
)

// all reads every page.
func all[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	var items []T
	err := pages(ctx, c, path, query, func(page []T) bool {
		items = append(items, page...)
		return false
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

// pages reads them one by one, until told says that it is enough.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values, told func([]T) (enough bool)) error {
	q := url.Values{"limit": {"200"}}
	for k, v := range query {
		q[k] = v
	}
	for n, bytes := 1, 0; ; n++ {
		var page list[T]
		size, _, err := c.sized(ctx, request{method: http.MethodGet, path: path, query: q}, &page)
		if err != nil {
			return err
		}
		if bytes += size; n > mostPages || bytes > mostBytes {
			return fmt.Errorf("read %s: %d pages of %d bytes: %w", path, n, bytes, ErrEndless)
		}
		if told(page.Items) || page.Next == "" || page.Next == q.Get("after") {
			return nil
		}
		q.Set("after", page.Next)
	}
}
