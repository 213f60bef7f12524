package gateway_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

// TestOtherSitesCannotAct: what a browser says of where a request comes from
// is enough, whatever cookie comes with it.
func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	c := w.citizen(t, "angela")
	acc, err := w.domain.Account(w.ctx, c.Actor)
	must(t, err)
	var who caller
	who.cookie, _ = w.login(t, acc, session.Browser)
	body := object{"sealed": 5000}
	reserve := request{who: who, method: "POST", path: "/api/v1/safe/uploads", json: body, header: object{"Idempotency-Key": newKey()}}
	for _, r := range []request{
		reserve,
		{who: who, method: "PUT", path: "/api/v1/safe/manifest", json: object{}},
		{who: who, method: "DELETE", path: "/api/v1/safe/grants/" + newKey()},
		{who: who, method: "POST", path: "/logout"},
	} {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			w.do(t, r.with(name, value)).is(t, 403).refuses(t, "cross-origin")
		}
		w.do(t, r.with("Sec-Fetch-Site", "same-site")).is(t, 403).refuses(t, "cross-origin")
	}
	w.do(t, reserve.with("Sec-Fetch-Site", "same-origin").with("Origin", w.url)).is(t, 201)
	for _, method := range []string{"GET", "OPTIONS"} {
		a := w.do(t, request{who: who, method: method, path: "/api/v1/safe", header: object{
			"Origin": "https://evil.example", "Access-Control-Request-Method": "GET",
		}})
		for name := range a.header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: another site is told %s", method, name)
			}
		}
	}
	if e := len(w.do(t, request{who: who, method: "GET", path: "/api/v1/sessions"}).items(t, "id")); e != 2 {
		t.Errorf("%d sessions are left of 2", e)
	}
}

// TestAFloodIsToldToWait, and others are unharmed.
func TestAFloodIsToldToWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flooder, other := w.citizen(t, "angela"), w.citizen(t, "marcel")
	read := request{method: "GET", path: "/api/v1/safe"}
	write := request{method: "DELETE", path: "/api/v1/safe/grants/" + newKey()}
	last := answer{}
	for range 601 {
		last = w.do(t, write.by(flooder.caller))
	}
	last.is(t, 429)
	if p := last.refuses(t, "rate-limited"); p.Detail != "Attendez un peu, puis recommencez." {
		t.Errorf("it says %q", p.Detail)
	}
	wait, err := strconv.Atoi(last.header.Get("Retry-After"))
	if err != nil || wait < 1 || wait > 61 {
		t.Errorf("Retry-After is %q", last.header.Get("Retry-After"))
	}
	w.do(t, write.by(other.caller)).is(t, 404)
	w.do(t, read.by(flooder.caller)).is(t, 200)
	w.clock.add(time.Duration(wait) * time.Second)
	w.do(t, write.by(flooder.caller)).is(t, 404)
}

// TestGuessingCredentialsIsSlow: tries without a good one are counted by
// where they come from, and do not count against those who have one.
func TestGuessingCredentialsIsSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	statuses := map[int]int{}
	for range 400 {
		statuses[w.do(t, request{who: caller{bearer: newKey()}, method: "GET", path: "/api/v1/safe"}).status]++
	}
	if statuses[401] != 300 || statuses[429] != 100 {
		t.Errorf("400 guesses are answered %v", statuses)
	}
	w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe"}).is(t, 200)
	w.do(t, request{method: "GET", path: "/api/v1/site"}).is(t, 200)
}

// TestCodesCannotBeGuessed: a user code has 20^8 values and 20 tries.
func TestCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	acc, err := w.domain.Account(w.ctx, c.Actor)
	must(t, err)
	var who caller
	who.cookie, _ = w.login(t, acc, session.Browser)
	last := answer{}
	for range 21 {
		last = w.do(t, request{who: who, method: "GET", path: "/api/v1/devices/BBBBBBBB"})
	}
	last.is(t, 429).refuses(t, "rate-limited")
	w.clock.add(2 * time.Minute) // the minute's limit is over, the account's is not
	w.do(t, request{who: who, method: "GET", path: "/api/v1/devices/BBBBBBBB"}).is(t, 429)
}

// TestAPanicTellsNothing: the gateway answers and goes on.
func TestAPanicTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 500)
	w.blobs.failing("Open", panicking{})
	a := w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc + "/content"})
	a.is(t, http.StatusInternalServerError).refuses(t, "internal")
	w.blobs.failing("Open", nil)
	w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc + "/content"}).is(t, 200)
}

// panicking is an error that a bug makes of itself.
type panicking struct{}

func (panicking) Error() string { return secretCause }
