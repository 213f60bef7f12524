package witness

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// from asks as somebody at an address.
func (s *stand) from(t testing.TB, address, body string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/add-checkpoint", strings.NewReader(body))
	r.RemoteAddr = "[" + address + "]:1"
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, r)
	return rec.Code
}

// TestStrangersDoNotShutALogOut: whoever shares its network with a log, or has
// more networks than are told apart, keeps none of its checkpoints from being
// cosigned; what only claims to be the log's is held back with the rest.
func TestStrangersDoNotShutALogOut(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	log := key.history(t).grow("e", 5)
	strange := newLogKey(t, "other.test/log").history(t, "x").request(0, 1)
	claimed := newLogKey(t, "coffre.test/log").history(t, "x").request(0, 1)
	const home, elsewhere = "2001:db8:1::1", "2001:db8:2::1"
	for name, strangers := range map[string]func(s *stand){
		"in its network": func(s *stand) {
			for range 40 {
				s.from(t, "2001:db8:1::bad", strange)
			}
		},
		"everywhere": func(s *stand) {
			for i := range maxCallers {
				s.callers.of(fmt.Sprintf("2001:db9:%x::1", i), s.now())
			}
			for range 1100 {
				s.from(t, elsewhere, strange)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, newPaper(), key.vkey)
			strangers(s)
			for what, body := range map[string]string{"nothing of ours": strange, "a claim": claimed, "no request": "x"} {
				if got := s.from(t, home, body); got != http.StatusTooManyRequests {
					t.Errorf("%s is answered %d", what, got)
				}
			}
			if got := s.from(t, home, log.request(0, 5)); got != http.StatusOK {
				t.Errorf("the log is answered %d", got)
			}
		})
	}
}

// TestANetworkIsOneCaller: another address for each request is no other caller.
func TestANetworkIsOneCaller(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	strange := newLogKey(t, "other.test/log").history(t, "x").request(0, 1)
	s := newStand(t, newPaper(), key.vkey)
	for i := range 30 {
		if got := s.from(t, fmt.Sprintf("2001:db8::%x:%x", i, i), strange); got != http.StatusNotFound {
			t.Fatalf("answers %d", got)
		}
	}
	for address, want := range map[string]int{
		"2001:db8::ffff:1":   http.StatusTooManyRequests,
		"2001:db8:0:0:1::":   http.StatusTooManyRequests,
		"2001:db8:0:1::":     http.StatusNotFound,
		"192.0.2.1":          http.StatusNotFound,
		"::ffff:192.0.2.200": http.StatusNotFound,
	} {
		if got := s.from(t, address, strange); got != want {
			t.Errorf("%s is answered %d, want %d", address, got, want)
		}
	}
	for range 30 {
		s.from(t, "192.0.2.9", strange)
	}
	if got := s.from(t, "::ffff:192.0.2.9", strange); got != http.StatusTooManyRequests {
		t.Errorf("the same address of IPv4 written otherwise is answered %d", got)
	}
}
