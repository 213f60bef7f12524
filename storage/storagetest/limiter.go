package storagetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

type limiterTest = func(*testing.T, session.Limiter, *Clock)

// Limiter holds a counter against the promises of session.Limiter. open gives
// one that has counted nothing and tells time by the clock, at each call.
func Limiter(t *testing.T, open func(t *testing.T, now func() time.Time) session.Limiter) {
	for name, test := range map[string]limiterTest{
		"allows n and refuses the next":    limiterRefuses,
		"says how long to wait":            limiterWait,
		"counts each key apart":            limiterKeys,
		"allows nothing where n is zero":   limiterZero,
		"never allows more than n at once": limiterRace,
		"forgets no count that matters":    limiterMany,
	} {
		t.Run(name, func(t *testing.T) {
			clock := NewClock()
			test(t, open(t, clock.Now), clock)
		})
	}
}

func allow(t *testing.T, l session.Limiter, key string, n int, per time.Duration) (bool, time.Duration) {
	t.Helper()
	ok, wait, err := l.Allow(t.Context(), key, n, per)
	if err != nil {
		t.Fatalf("allow %s: %v", key, err)
	}
	return ok, wait
}

func spend(t *testing.T, l session.Limiter, key string, n int, per time.Duration) {
	t.Helper()
	for i := range n {
		if ok, _ := allow(t, l, key, n, per); !ok {
			t.Fatalf("try %d of %d was refused", i+1, n)
		}
	}
}

func limiterRefuses(t *testing.T, l session.Limiter, c *Clock) {
	spend(t, l, "a", 5, time.Minute)
	for range 3 {
		if ok, _ := allow(t, l, "a", 5, time.Minute); ok {
			t.Error("a try beyond the limit was allowed")
		}
	}
	c.Advance(time.Minute - time.Millisecond)
	spendsAtMost(t, l, "a", 5)
}

// spendsAtMost leaves a sliding window free to allow what has slid out.
func spendsAtMost(t *testing.T, l session.Limiter, key string, n int) {
	t.Helper()
	for range n {
		allow(t, l, key, n, time.Minute)
	}
	if ok, _ := allow(t, l, key, n, time.Minute); ok {
		t.Errorf("more than %d tries in a minute", n)
	}
}

func limiterWait(t *testing.T, l session.Limiter, c *Clock) {
	spend(t, l, "a", 2, time.Minute)
	c.Advance(10 * time.Second)
	ok, wait := allow(t, l, "a", 2, time.Minute)
	if ok || wait <= 0 || wait > time.Minute {
		t.Fatalf("refused=%t, wait %v", !ok, wait)
	}
	c.Advance(wait)
	if ok, _ := allow(t, l, "a", 2, time.Minute); !ok {
		t.Errorf("still refused after the %v that were asked for", wait)
	}
}

func limiterKeys(t *testing.T, l session.Limiter, _ *Clock) {
	spend(t, l, "a", 3, time.Minute)
	spend(t, l, "b", 3, time.Minute)
	spend(t, l, "", 3, time.Minute)
}

func limiterZero(t *testing.T, l session.Limiter, _ *Clock) {
	if ok, wait := allow(t, l, "a", 0, time.Minute); ok || wait <= 0 {
		t.Errorf("allowed=%t, wait %v", ok, wait)
	}
}

func limiterRace(t *testing.T, l session.Limiter, _ *Clock) {
	errRefused := errors.New("refused")
	for round := range 50 {
		won := race(t, 16, errRefused, func(int) error {
			ok, _, err := l.Allow(t.Context(), fmt.Sprint(round), 5, time.Minute)
			if err == nil && !ok {
				return errRefused
			}
			return err
		})
		if won != 5 {
			t.Fatalf("round %d: %d of 5 allowed", round, won)
		}
	}
}

func limiterMany(t *testing.T, l session.Limiter, c *Clock) {
	spend(t, l, "watched", 3, time.Hour)
	for i := range 1000 {
		allow(t, l, fmt.Sprint(i), 1, time.Second)
		c.Advance(time.Second)
	}
	if ok, _ := allow(t, l, "watched", 3, time.Hour); ok {
		t.Error("a count was forgotten before its time")
	}
}
