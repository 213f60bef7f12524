package territory_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/territory"
)

const rules = `
networks:
  - name: Salle serveurs de Valmont
    range: 10.1.2.0/24
  - name: Cette machine
    range: 127.0.0.0/8
regions: [valmont-1]
`

func parse(t *testing.T, text string) territory.Rules {
	t.Helper()
	r, err := territory.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func now() time.Time { return time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC) }

// names is a resolver that answers each lookup of a host with the next of its
// answers, the last one for ever.
type names map[string][]string

func (n names) lookup(_ context.Context, host string) ([]netip.Addr, error) {
	all, ok := n[host]
	if !ok {
		return nil, errors.New("no such host")
	}
	if len(all) > 1 {
		n[host] = all[1:]
	}
	var out []netip.Addr
	for _, a := range strings.Fields(all[0]) {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}

func TestWhereBackendsAreIsSaidWithoutAddresses(t *testing.T) {
	g := territory.NewGuard(territory.Config{
		Rules: parse(t, rules), Now: now,
		Lookup: names{"s3.valmont": {"10.1.2.7 10.1.2.8"}, "db.valmont": {"::ffff:10.1.2.9"}}.lookup,
	})
	got, err := g.Check(t.Context(), []territory.Backend{
		{Name: "objects", Address: "s3.valmont:443", Region: "valmont-1"},
		{Name: "database", Address: "db.valmont:5432"},
		{Name: "sessions", Address: "127.0.0.1:6379"},
		{Name: "files", Address: "/var/lib/coffre"},
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(rules))
	if got.Rules != hex.EncodeToString(sum[:]) || got.Time != "2026-03-01T10:00:00Z" || len(got.Backends) != 4 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{"Salle serveurs de Valmont", "Salle serveurs de Valmont", "Cette machine", "localhost"} {
		if got.Backends[i].Networks[0] != want || len(got.Backends[i].Networks) != 1 {
			t.Errorf("%s is in %q, want %q", got.Backends[i].Name, got.Backends[i].Networks, want)
		}
	}
}

func TestABackendElsewhereIsNamed(t *testing.T) {
	g := territory.NewGuard(territory.Config{
		Rules: parse(t, rules), Now: now,
		Lookup: names{"mixed": {"10.1.2.7 203.0.113.5"}, "away": {"2001:db8::1"}}.lookup,
	})
	for name, b := range map[string]territory.Backend{
		"one of two addresses": {Name: "objects", Address: "mixed:443"},
		"another family":       {Name: "objects", Address: "away:443"},
		"an address":           {Name: "objects", Address: "203.0.113.5:443"},
		"a region":             {Name: "objects", Address: "10.1.2.7:443", Region: "us-east-1"},
	} {
		_, err := g.Check(t.Context(), []territory.Backend{b})
		if !errors.Is(err, territory.ErrOutside) || !strings.Contains(err.Error(), "objects") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := g.Check(t.Context(), []territory.Backend{{Name: "objects", Address: "unknown:443"}}); err == nil {
		t.Error("a name that does not resolve passes")
	}
}

// A name that was inside when it was checked and is outside when it is dialled
// (rebinding) reaches nobody, and what is dialled is what was checked.
func TestDiallingChecksTheAddressThatItDials(t *testing.T) {
	var dialled []string
	g := territory.NewGuard(territory.Config{
		Rules: parse(t, rules), Now: now, Lookup: names{"s3.valmont": {"10.1.2.7", "203.0.113.5"}}.lookup,
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			dialled = append(dialled, address)
			return nil, errors.New("nobody there")
		},
	})
	if _, err := g.DialContext(t.Context(), "tcp", "s3.valmont:443"); err == nil || errors.Is(err, territory.ErrOutside) {
		t.Fatalf("first: %v", err)
	}
	if _, err := g.DialContext(t.Context(), "tcp", "s3.valmont:443"); !errors.Is(err, territory.ErrOutside) {
		t.Fatalf("rebound: %v", err)
	}
	if len(dialled) != 1 || dialled[0] != "10.1.2.7:443" {
		t.Errorf("dialled %q", dialled)
	}
}

func TestACertificateHasToBeTheAuthoritys(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	sum := sha256.Sum256(server.Certificate().Raw)
	for name, pinned := range map[string]string{"ours": hex.EncodeToString(sum[:]), "another": strings.Repeat("ab", 32)} {
		g := territory.NewGuard(territory.Config{Rules: parse(t, rules+"certificates: ["+pinned+"]\n"), Now: now})
		conf := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		conf.VerifyConnection = g.VerifyConnection
		conf.ServerName = "example.com"
		d := tls.Dialer{Config: conf}
		conn, err := d.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if conn != nil {
			_ = conn.Close()
		}
		if (name == "ours") != (err == nil) || name == "another" && !errors.Is(err, territory.ErrOutside) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A certificate is public: a server that sends the authority's along with its
// own has shown nothing.
func TestACertificateThatIsOnlySentAlongCountsForNothing(t *testing.T) {
	cert := func(raw string) *x509.Certificate { return &x509.Certificate{Raw: []byte(raw)} }
	sum := sha256.Sum256([]byte("authority"))
	g := territory.NewGuard(territory.Config{Rules: parse(t, rules+"certificates: ["+hex.EncodeToString(sum[:])+"]\n"), Now: now})
	sent := []*x509.Certificate{cert("own"), cert("authority")}
	for name, s := range map[string]tls.ConnectionState{
		"beside a chain that verifies": {PeerCertificates: sent, VerifiedChains: [][]*x509.Certificate{{cert("own"), cert("public root")}}},
		"without one":                  {PeerCertificates: sent},
	} {
		if err := g.VerifyConnection(s); !errors.Is(err, territory.ErrOutside) {
			t.Errorf("%s: %v", name, err)
		}
	}
	chain := [][]*x509.Certificate{{cert("own"), cert("public root")}, {cert("own"), cert("authority")}}
	if err := g.VerifyConnection(tls.ConnectionState{PeerCertificates: sent, VerifiedChains: chain}); err != nil {
		t.Error(err)
	}
}

func TestAWrongFileSaysHowToMendIt(t *testing.T) {
	for text, want := range map[string]string{
		`networks: []`: "name at least one",
		"networks: [{name: a, range: 0.0.0.0/0}]":                      "whole internet",
		"networks: [{name: a, range: 10.0.0.1/8}]":                     "write 10.0.0.0/8",
		"networks: [{range: 10.0.0.0/8}]":                              "has no name",
		"networks: [{name: a, range: 10.0.0.0/8}]\ncloud: yes":         "cloud",
		"networks: [{name: a}]":                                        "has no range",
		"networks: [{name: a, range: 10.0.0.0/8}]\ncertificates: [AB]": "64 small hexadecimal digits",
	} {
		if _, err := territory.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestTheExampleIsAFileOfRules(t *testing.T) {
	if _, err := territory.Load("../../ops/deploy/territory.example.yaml"); err != nil {
		t.Fatal(err)
	}
}
