package gateway

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is whom a request of nobody known is counted for: the peer, or whom
// a proxy of ours names. Each proxy adds to the end of the header whom it saw,
// so it is read from there; what comes before the first stranger anybody may
// have written. Of IPv6 it is the network, since one home has more addresses
// than a limit has tries.
func (g *Gateway) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := peer.Addr().Unmap()
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(said) {
		if !slices.ContainsFunc(g.proxies, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			break
		}
		told, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			break
		}
		ip = told.Unmap().WithZone("")
	}
	if home, err := ip.Prefix(64); err == nil && ip.Is6() {
		return home.String()
	}
	return ip.String()
}
