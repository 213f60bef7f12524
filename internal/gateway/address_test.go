package gateway_test

import (
	"net/netip"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestAFloodBehindAProxyIsItsOwn: who is not logged in is counted by the
// address that the proxy has seen, which nobody else can write.
func TestAFloodBehindAProxyIsItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *safe.Config, c *gateway.Config) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	})
	site := func(w *world, from string) answer {
		return w.do(t, request{method: "GET", path: "/login/nobody"}.with("X-Forwarded-For", from))
	}
	flood := func(w *world, from string) {
		t.Helper()
		for range 60 {
			site(w, from).is(t, 404)
		}
		site(w, from).is(t, 429)
	}
	flood(w, "192.0.2.1")
	for _, claim := range []string{"192.0.2.9, 192.0.2.1", "x, 192.0.2.1, 10.0.0.3", "192.0.2.1,10.0.0.3"} {
		site(w, claim).is(t, 429) // he may write what he likes before
	}
	site(w, "192.0.2.1, 192.0.2.2").is(t, 404)
	flood(w, "2001:db8:1:2::1")
	site(w, "2001:db8:1:2:ffff::7").is(t, 429)
	site(w, "2001:db8:1:3::1").is(t, 404)

	bare := newWorld(t)
	flood(bare, "192.0.2.1")
	site(bare, "192.0.2.2").is(t, 429) // without a proxy of ours the header says nothing
}
