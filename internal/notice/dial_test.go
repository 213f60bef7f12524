package notice_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/notice"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// resolver answers each question with the next list.
func resolver(answers ...string) func(context.Context, string) ([]netip.Addr, error) {
	var n atomic.Int64
	return func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr(answers[min(int(n.Add(1)), len(answers))-1])}, nil
	}
}

// TestNothingInsideIsCalled: every network that is not the public's, by its
// number or by a name, refuses before a connection is made.
func TestNothingInsideIsCalled(t *testing.T) {
	for _, ip := range []string{
		"127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::",
		"100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1", "2001:0:7f00:1::",
	} {
		for host, g := range map[string]*notice.Guard{
			ip:                   {},
			"si.valmont.example": {Lookup: resolver(ip)},
		} {
			conn, err := g.DialContext(t.Context(), "tcp", net.JoinHostPort(host, "443"))
			if !errors.Is(err, notice.ErrAddress) {
				t.Errorf("%s at %s: %v", host, ip, err)
			}
			if conn != nil {
				t.Errorf("%s at %s is connected to", host, ip)
			}
		}
	}
}

// TestANameThatLeadsInsideBesidesOutsideIsRefused whole.
func TestANameThatLeadsInsideBesidesOutsideIsRefused(t *testing.T) {
	g := notice.Guard{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("93.184.215.14"), netip.MustParseAddr("10.0.0.1")}, nil
	}}
	if _, err := g.DialContext(t.Context(), "tcp", "si.valmont.example:443"); !errors.Is(err, notice.ErrAddress) {
		t.Errorf("dial: %v", err)
	}
}

func trusted(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// at is a guard for which example.com, the name in the test server's
// certificate, is one listed address, and then what follows.
func at(answers ...string) *notice.Guard {
	return &notice.Guard{Inside: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Lookup: resolver(answers...)}
}

func port(t *testing.T, s *httptest.Server) string {
	t.Helper()
	_, p, err := net.SplitHostPort(s.Listener.Addr().String())
	must(t, err)
	return p
}

// TestRebinding: the name is asked once for each connection, and the address
// that was looked at is the one that is dialled; the answer of a moment later
// is refused for itself.
func TestRebinding(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") }))
	defer s.Close()
	c := at("127.0.0.1", "127.0.0.2").Client(trusted(s))
	get := func() error {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com:"+port(t, s)+"/", http.NoBody)
		must(t, err)
		resp, err := c.Do(r)
		if err == nil {
			must(t, resp.Body.Close())
		}
		return err
	}
	must(t, get())
	if err := get(); !errors.Is(err, notice.ErrAddress) {
		t.Errorf("the second look: %v", err)
	}
}

func TestHosts(t *testing.T) {
	h := notice.Hosts{"si.valmont.example", "api.brenne.example:8443", "*.push.example"}
	for url, want := range map[string]bool{
		"https://si.valmont.example/hook?a=1": true, "https://SI.valmont.example:443/": true, "https://si.valmont.example": true,
		"https://api.brenne.example:8443/": true, "https://a.b.push.example/x": true,
		"http://si.valmont.example/": false, "https://si.valmont.example:444/": false, "https://api.brenne.example/": false,
		"https://push.example/": false, "https://evilpush.example/": false, "https://si.valmont.example.evil.example/": false,
		"https://u:p@si.valmont.example/": false, "https://evil.example/#si.valmont.example": false, "https://si.valmont.example/#x": false,
		"https://si.valmont.example./": false, "//si.valmont.example/": false, "https:si.valmont.example": false, "": false, "https://": false,
		"https://127.0.0.1/": false, "ftp://si.valmont.example/": false, "https://si.valmont.example\\@evil.example/": false,
	} {
		if h.Allows(url) != want {
			t.Errorf("%s is allowed: %v", url, !want)
		}
	}
	if (notice.Hosts{}).Allows("https://si.valmont.example/") {
		t.Error("an empty list allows something")
	}
}
