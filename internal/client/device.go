package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Device is a log-in that waits for its holder's browser (RFC 8628).
type Device struct {
	DeviceCode              string `json:"device_code"`
	UserCode                string `json:"user_code"`
	VerificationURI         string `json:"verification_uri"`
	VerificationURIComplete string `json:"verification_uri_complete"`
	ExpiresIn               int    `json:"expires_in"` // seconds
	Interval                int    `json:"interval"`   // seconds between polls
}

// Token of the token endpoint.
type Token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

const (
	deviceClient = "coffre-cli"
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
)

func (c *Client) form(ctx context.Context, path string, form url.Values, out any) error {
	body := form.Encode()
	_, err := c.call(ctx, request{
		method: http.MethodPost, path: path, body: strings.NewReader(body), length: int64(len(body)),
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}, out)
	return err
}

// StartDevice asks for codes. name tells the holder later which machine it was.
func (c *Client) StartDevice(ctx context.Context, name string) (Device, error) {
	d := Device{Interval: 5}
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	err := c.form(ctx, "/oauth/device", url.Values{"client_id": {deviceClient}, "device_name": {name}}, &d)
	return d, err
}

var (
	// ErrDenied: the holder refused this machine.
	ErrDenied = errors.New("the request was refused in the browser")
	// ErrCodeExpired: nobody answered in time.
	ErrCodeExpired = errors.New("the code has expired")
)

// AwaitDevice polls until the holder has answered.
func (c *Client) AwaitDevice(ctx context.Context, d Device) (Token, error) {
	wait := time.Duration(max(d.Interval, 1)) * time.Second
	for {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return Token{}, ctx.Err()
		case <-timer.C:
		}
		var t Token
		err := c.form(ctx, "/oauth/token", url.Values{
			"grant_type": {deviceGrant}, "client_id": {deviceClient}, "device_code": {d.DeviceCode},
		}, &t)
		var refused *OAuthError
		switch {
		case err == nil:
			return t, nil
		case !errors.As(err, &refused):
			return Token{}, err
		case refused.Code == "slow_down":
			wait += 5 * time.Second
		case refused.Code == "access_denied":
			return Token{}, ErrDenied
		case refused.Code == "expired_token":
			return Token{}, ErrCodeExpired
		case refused.Code != "authorization_pending":
			return Token{}, fmt.Errorf("await answer: %w", err)
		}
	}
}
