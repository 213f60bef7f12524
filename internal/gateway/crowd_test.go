package gateway_test

import (
	"testing"
	"time"
)

// TestACrowdOfSlowRequestsIsItsCallersOwn: nobody fills the gateway's memory
// with uploads that hardly move, and who tries keeps nobody else out.
func TestACrowdOfSlowRequestsIsItsCallersOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited) // asking again and again is not what is refused here
	c, other := w.citizen(t, "angela"), w.citizen(t, "marcel")
	slow := request{who: c.caller, method: "POST", path: "/api/v1/safe/grants", header: object{"Idempotency-Key": newKey()}}
	read := request{method: "GET", path: "/api/v1/safe"}
	var lines []*line
	for range 2 * 64 { // more than are let in: one that is asked beside them takes nobody's place for good
		l := w.dial(t)
		l.announce(t, w, slow, 1000, false)
		lines = append(lines, l)
	}
	until := func(status int) {
		t.Helper()
		last := answer{}
		for end := time.Now().Add(20 * time.Second); last.status != status && time.Now().Before(end); {
			last = w.do(t, read.by(c.caller))
		}
		last.is(t, status)
		if status == 429 && last.header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After is %q", last.header.Get("Retry-After"))
		}
	}
	until(429)
	w.do(t, read.by(other.caller)).is(t, 200)
	for _, l := range lines {
		_ = l.Close()
	}
	until(200)
}
