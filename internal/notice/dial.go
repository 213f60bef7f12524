package notice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrAddress: the name leads to an address that may not be called.
var ErrAddress = errors.New("address may not be called")

const (
	// callTime is for a whole call, connection included.
	callTime = 10 * time.Second
	dialTime = 5 * time.Second
)

// Hosts is where somebody may be called: "host", "host:port" or "*.domain",
// which is every name below it. Without a port it is 443.
type Hosts []string

// Allows says whether a URL is one of those: https, a listed host and port,
// nothing of a log-in and no fragment in it.
func (h Hosts) Allows(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Opaque != "" || u.Host == "" {
		return false
	}
	name, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = "443"
	}
	return slices.ContainsFunc(h, func(listed string) bool {
		host, at, err := net.SplitHostPort(listed)
		if err != nil {
			host, at = listed, "443"
		}
		if at != port {
			return false
		}
		if domain, ok := strings.CutPrefix(host, "*"); ok {
			return strings.HasSuffix(name, strings.ToLower(domain)) && len(name) > len(domain)
		}
		return name == strings.ToLower(host)
	})
}

// Guard calls hosts that the operator does not run. Lookup is the system's when
// it is nil.
type Guard struct {
	// Inside are networks that may be called although they are not public.
	Inside []netip.Prefix
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// DialContext looks the name up once, refuses it when a single one of its
// addresses may not be called, and connects to the very address that it looked
// at: what the name says a moment later leads nowhere.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap().WithZone("")
		if !g.allows(addrs[i]) {
			return nil, fmt.Errorf("dial %s: %w", host, ErrAddress)
		}
	}
	d := net.Dialer{Timeout: dialTime}
	last := fmt.Errorf("dial %s: no address", host)
	for _, a := range addrs {
		conn, err := d.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func (g *Guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	if g.Lookup != nil {
		return g.Lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func (g *Guard) allows(a netip.Addr) bool {
	in := func(p netip.Prefix) bool { return p.Contains(a) }
	if slices.ContainsFunc(g.Inside, in) {
		return true
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(notPublic(), in)
}

// notPublic are networks that look public and are not, or hide another address
// in theirs.
func notPublic() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// Client calls by the guard. roots may be nil: the system's authorities.
func (g *Guard) Client(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout: callTime,
		// What a redirect leads to was listed by nobody.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // it would look names up by itself
			DialContext:            g.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout:    dialTime,
			ResponseHeaderTimeout:  callTime,
			MaxResponseHeaderBytes: 16 << 10,
			MaxConnsPerHost:        32,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
	}
}
