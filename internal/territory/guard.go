package territory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// ErrOutside: an address, region or certificate that is not the authority's.
var ErrOutside = errors.New("outside the territory")

// Backend is something that holds citizens' bytes.
type Backend struct {
	Name    string // "database", "objects", "sessions": what the page calls it
	Address string // host:port, or an absolute path: this machine
	Region  string // of an object store, "" for none
}

// Config of a Guard. Lookup and Dial are the standard library's when nil.
type Config struct {
	Rules  Rules
	Now    func() time.Time
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// dialTime is for one try to connect.
const dialTime = 5 * time.Second

// Guard holds connections against the rules. Safe for concurrent use.
type Guard struct{ c Config }

// NewGuard makes one.
func NewGuard(c Config) *Guard {
	if c.Lookup == nil {
		c.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if c.Dial == nil {
		// A connection whose other end is gone without a word is found out.
		alive := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
		d := &net.Dialer{Timeout: dialTime, KeepAliveConfig: alive}
		c.Dial = d.DialContext
	}
	return &Guard{c}
}

// DialContext connects to an address whose every resolution is inside, and to
// the very address that was checked: a name that resolves otherwise a moment
// later leads nowhere. Sockets of this machine pass.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if network == "unix" {
		return g.c.Dial(ctx, network, address)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	addrs, _, err := g.resolve(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	var last error
	for _, a := range addrs {
		conn, err := g.c.Dial(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		last = errors.Join(last, err)
	}
	return nil, last
}

// VerifyConnection is for tls.Config: one certificate of a chain that was
// verified has to be the authority's, where the rules name any; without such a
// chain the server's own, whose key it has shown to have. What it merely sends
// along, it may have from anybody.
func (g *Guard) VerifyConnection(s tls.ConnectionState) error {
	if len(g.c.Rules.Certificates) == 0 {
		return nil
	}
	chains := s.VerifiedChains
	if len(chains) == 0 && len(s.PeerCertificates) > 0 {
		chains = [][]*x509.Certificate{s.PeerCertificates[:1]}
	}
	for _, chain := range chains {
		for _, cert := range chain {
			if g.c.Rules.certificate(cert.Raw) {
				return nil
			}
		}
	}
	return fmt.Errorf("certificate of %s: %w", s.ServerName, ErrOutside)
}

// Check resolves every backend and says where it is, by the names of networks;
// ErrOutside names all that are not inside.
func (g *Guard) Check(ctx context.Context, backends []Backend) (journal.TerritoryFact, error) {
	hash := g.c.Rules.Hash()
	at := journal.TerritoryFact{
		Type: journal.FactTerritory, Rules: hex.EncodeToString(hash[:]), Time: g.c.Now().UTC().Format(time.RFC3339), Backends: []journal.Place{},
	}
	var errs []error
	for _, b := range backends {
		p, err := g.place(ctx, b)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", b.Name, err))
			continue
		}
		at.Backends = append(at.Backends, p)
	}
	return at, errors.Join(errs...)
}

// here is the name of what never leaves the machine.
const here = "localhost"

func (g *Guard) place(ctx context.Context, b Backend) (journal.Place, error) {
	p := journal.Place{Name: b.Name, Region: b.Region}
	if !g.c.Rules.region(b.Region) {
		return p, fmt.Errorf("region %q: %w", b.Region, ErrOutside)
	}
	if len(b.Address) > 0 && b.Address[0] == '/' {
		p.Networks = []string{here}
		return p, nil
	}
	_, networks, err := g.resolve(ctx, b.Address)
	if err != nil {
		return p, err
	}
	slices.Sort(networks)
	p.Networks = slices.Compact(networks)
	return p, nil
}

// resolve gives the addresses behind host:port and the names of their
// networks; ErrOutside when a single one is not inside.
func (g *Guard) resolve(ctx context.Context, address string) ([]netip.Addr, []string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, fmt.Errorf("resolve %s: %w", address, err)
	}
	addrs := make([]netip.Addr, 0, 1)
	if ip, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, ip)
	} else if addrs, err = g.c.Lookup(ctx, host); err != nil {
		return nil, nil, fmt.Errorf("resolve %s: %w", host, err)
	}
	if len(addrs) == 0 {
		return nil, nil, fmt.Errorf("resolve %s: no address", host)
	}
	var names []string
	for _, a := range addrs {
		n, ok := g.c.Rules.network(a)
		if !ok {
			return nil, nil, fmt.Errorf("%s is %s: %w", host, a.Unmap(), ErrOutside)
		}
		names = append(names, n.Name)
	}
	return addrs, names, nil
}
