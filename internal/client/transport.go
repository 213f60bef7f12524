package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// maxAnswer bounds a JSON answer: a manifest of 8 MiB in base64, with room.
const maxAnswer = 32 << 20

// Config of a Client.
type Config struct {
	Server string // https://…, or http:// on a loopback name
	Token  string // bearer token; "" when HTTP carries a session otherwise
	// Proof is the key that Token is bound to, or with which SystemToken asks
	// for a bound one; nil for a bearer token.
	Proof    *ProofKey
	Language string // "fr" or "en", for the gateway's sentences
	HTTP     *http.Client
	Memory   *Memory // nil forgets at the end of the process
	// Policy of witnesses that the citizen trusts, rather than the gateway's
	// word for it (journal.ParsePolicy); "" takes the gateway's, and never a weaker one after.
	Policy string
	Now    func() time.Time // nil is the system's clock
}

// Client calls one gateway as one caller.
type Client struct {
	base   *url.URL
	http   *http.Client
	tokens renewal
	proof  *ProofKey
	lang   string
	memory *Memory
	now    func() time.Time
	policy journal.Policy // the citizen's own; the zero one otherwise
	watch  watch

	meeting meeting
}

// New makes a Client. Nothing is sent yet.
func New(c Config) (*Client, error) {
	base, err := ParseServer(c.Server)
	if err != nil {
		return nil, err
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: 2 * time.Minute,
			DialContext:     (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
			WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10,
		}}
	}
	own := *c.HTTP
	// A redirect would carry the token elsewhere; the interface has none.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Memory == nil {
		c.Memory = NewMemory()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	cl := &Client{base: base, http: &own, tokens: renewal{token: c.Token}, proof: c.Proof, lang: c.Language, memory: c.Memory, now: c.Now}
	if c.Policy != "" {
		if cl.policy, err = journal.ParsePolicy(c.Policy); err != nil {
			return nil, err
		}
	}
	cl.watch = watch{client: cl}
	return cl, nil
}

// ParseServer reads a gateway's address and refuses to send secrets over an
// unprotected line.
func ParseServer(server string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(server, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
		return nil, fmt.Errorf("read server address %q: write it as https://coffre.example.fr", server)
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return u, nil
	}
	return nil, fmt.Errorf("read server address %q: only https is safe beyond this machine", server)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Server is the address that the Client calls.
func (c *Client) Server() string { return c.base.String() }

// request is one call. in is sent as JSON when body is nil.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	in           any
	body         io.Reader
	length       int64
}

// send repeats a read whose proof was refused: a proxy that repeats one, as it
// may, spends the proof on a gateway that it then gives up.
func (c *Client) send(ctx context.Context, rq request) (*http.Response, error) {
	resp, err := c.sendRenewed(ctx, rq)
	if c.proof != nil && rq.method == http.MethodGet && IsProblem(err, "token-proof") {
		return c.sendOnce(ctx, rq)
	}
	return resp, err
}

func (c *Client) sendOnce(ctx context.Context, rq request) (*http.Response, error) {
	body, length := rq.body, rq.length
	if rq.header == nil {
		rq.header = http.Header{}
	}
	if rq.in != nil {
		b, err := json.Marshal(rq.in)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body, length = bytes.NewReader(b), int64(len(b))
		rq.header.Set("Content-Type", "application/json")
	}
	u := *c.base
	u.Path, u.RawQuery = rq.path, rq.query.Encode()
	r, err := http.NewRequestWithContext(ctx, rq.method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.ContentLength = length
	r.Header = rq.header
	if err := c.authorize(r); err != nil {
		return nil, err
	}
	if c.lang != "" {
		r.Header.Set("Accept-Language", c.lang)
	}
	r.Header.Set("User-Agent", "coffre-cli")
	resp, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", ErrOffline, err)
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	err = refusal(resp)
	var o *OAuthError
	if said, unread := http.ParseTime(resp.Header.Get("Date")); unread == nil && errors.As(err, &o) {
		o.Ahead = c.now().Sub(said)
	}
	return nil, err
}

// refusal reads a problem document; anything else is named by its status.
func refusal(resp *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var p Problem
	var o OAuthError
	switch {
	case kind == "application/problem+json" && json.Unmarshal(b, &p) == nil && p.Type != "":
		p.Status = resp.StatusCode
		if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			p.After = time.Duration(n) * time.Second
		}
		return &p
	case json.Unmarshal(b, &o) == nil && o.Code != "":
		return &o
	case resp.StatusCode >= 500:
		return fmt.Errorf("%w: status %d", ErrOffline, resp.StatusCode)
	}
	return &Problem{Type: "unexpected-answer", Title: "Unexpected answer", Status: resp.StatusCode, Detail: "Is this the address of a Coffre?"}
}

// call sends and decodes a JSON answer into out, unless out is nil. It gives
// the answer's ETag.
func (c *Client) call(ctx context.Context, rq request, out any) (etag string, err error) {
	_, etag, err = c.sized(ctx, rq, out)
	return etag, err
}

// sized is call, and says how long the answer was.
func (c *Client) sized(ctx context.Context, rq request, out any) (size int, etag string, err error) {
	resp, err := c.send(ctx, rq)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	etag = resp.Header.Get("ETag")
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, "", fmt.Errorf("%w: %w", ErrOffline, err)
	case out == nil:
		return len(b), etag, nil
	case len(b) > maxAnswer:
		return 0, "", errors.New("read answer: too long")
	}
	if err := json.Unmarshal(b, out); err != nil {
		return 0, "", fmt.Errorf("read answer to %s %s: %w", rq.method, rq.path, err)
	}
	return len(b), etag, nil
}

func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	_, err := c.call(ctx, request{method: http.MethodGet, path: path, query: query}, out)
	return err
}
