package storagetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

type onceTest = func(*testing.T, session.Once, *Clock)

// Once holds a store against the promises of session.Once. open gives an
// empty one that tells time by the clock, at each call.
func Once(t *testing.T, open func(t *testing.T, now func() time.Time) session.Once) {
	for name, test := range map[string]onceTest{
		"gives back what was put":           onceRoundTrip,
		"keeps nothing of the caller's":     onceCopy,
		"a key is taken until it is free":   onceExists,
		"ends with its time":                onceExpires,
		"replace compares":                  onceReplace,
		"replace keeps the time to live":    onceReplaceKeeps,
		"one of many takes":                 onceOneTakes,
		"one of many puts":                  onceOnePuts,
		"one of many replaces":              onceOneReplaces,
		"take against replace loses no act": onceTakeAgainstReplace,
		"forgets nothing that lives":        onceMany,
	} {
		t.Run(name, func(t *testing.T) {
			clock := NewClock()
			test(t, open(t, clock.Now), clock)
		})
	}
}

func putOnce(t *testing.T, o session.Once, key, value string, ttl time.Duration) {
	t.Helper()
	if err := o.Put(t.Context(), key, []byte(value), ttl); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

func wantOnce(t *testing.T, o session.Once, key, want string) {
	t.Helper()
	got, err := o.Get(t.Context(), key)
	if err != nil || string(got) != want {
		t.Errorf("get %s: %q, %v, want %q", key, got, err, want)
	}
}

func wantGone(t *testing.T, o session.Once, key string) {
	t.Helper()
	if v, err := o.Get(t.Context(), key); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("get %s: %q, %v, want ErrNotFound", key, v, err)
	}
	if err := o.Replace(t.Context(), key, nil, []byte("x")); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("replace %s: %v, want ErrNotFound", key, err)
	}
	if v, err := o.Take(t.Context(), key); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("take %s: %q, %v, want ErrNotFound", key, v, err)
	}
}

func onceRoundTrip(t *testing.T, o session.Once, _ *Clock) {
	wantGone(t, o, "a")
	putOnce(t, o, "a", "1", time.Minute)
	putOnce(t, o, "empty", "", time.Minute)
	wantOnce(t, o, "a", "1")
	wantOnce(t, o, "a", "1") // reading uses nothing up
	v, err := o.Take(t.Context(), "a")
	if err != nil || string(v) != "1" {
		t.Errorf("take: %q, %v", v, err)
	}
	wantGone(t, o, "a")
	wantOnce(t, o, "empty", "")
}

func onceCopy(t *testing.T, o session.Once, _ *Clock) {
	v := []byte("abc")
	if err := o.Put(t.Context(), "a", v, time.Minute); err != nil {
		t.Fatal(err)
	}
	v[0] = 'X'
	got, err := o.Get(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	got[1] = 'X'
	wantOnce(t, o, "a", "abc")
}

func onceExists(t *testing.T, o session.Once, c *Clock) {
	putOnce(t, o, "a", "1", time.Minute)
	if err := o.Put(t.Context(), "a", []byte("2"), time.Hour); !errors.Is(err, session.ErrExists) {
		t.Errorf("put over: %v, want ErrExists", err)
	}
	wantOnce(t, o, "a", "1")
	if _, err := o.Take(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	putOnce(t, o, "a", "3", time.Minute)
	c.Advance(time.Minute)
	putOnce(t, o, "a", "4", time.Minute)
	wantOnce(t, o, "a", "4")
}

func onceExpires(t *testing.T, o session.Once, c *Clock) {
	putOnce(t, o, "short", "1", time.Minute)
	putOnce(t, o, "long", "2", time.Hour)
	c.Advance(time.Minute - time.Millisecond)
	wantOnce(t, o, "short", "1")
	c.Advance(time.Millisecond)
	wantGone(t, o, "short")
	wantOnce(t, o, "long", "2")
}

func onceReplace(t *testing.T, o session.Once, _ *Clock) {
	putOnce(t, o, "a", "1", time.Minute)
	if err := o.Replace(t.Context(), "a", []byte("0"), []byte("2")); !errors.Is(err, session.ErrChanged) {
		t.Errorf("replace another value: %v, want ErrChanged", err)
	}
	wantOnce(t, o, "a", "1")
	if err := o.Replace(t.Context(), "a", []byte("1"), []byte("2")); err != nil {
		t.Errorf("replace: %v", err)
	}
	wantOnce(t, o, "a", "2")
}

func onceReplaceKeeps(t *testing.T, o session.Once, c *Clock) {
	putOnce(t, o, "a", "1", time.Minute)
	c.Advance(40 * time.Second)
	if err := o.Replace(t.Context(), "a", []byte("1"), []byte("2")); err != nil {
		t.Fatal(err)
	}
	wantOnce(t, o, "a", "2")
	c.Advance(20 * time.Second)
	wantGone(t, o, "a")
}

// race runs fn n times at once and counts the successes; any other error than
// lost is a failure of the store.
func race(t *testing.T, n int, lost error, fn func(i int) error) int {
	t.Helper()
	var won atomic.Int32
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			switch err := fn(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, lost):
				t.Errorf("%v, want %v", err, lost)
			}
		})
	}
	close(begin)
	wg.Wait()
	return int(won.Load())
}

func onceOneTakes(t *testing.T, o session.Once, _ *Clock) {
	for round := range 100 {
		key := fmt.Sprint(round)
		putOnce(t, o, key, "code", time.Minute)
		won := race(t, 8, session.ErrNotFound, func(int) error {
			v, err := o.Take(t.Context(), key)
			if err == nil && string(v) != "code" {
				t.Errorf("took %q", v)
			}
			return err
		})
		if won != 1 {
			t.Fatalf("round %d: %d callers took the same value", round, won)
		}
	}
}

func onceOnePuts(t *testing.T, o session.Once, c *Clock) {
	for round := range 100 {
		// Half the rounds fight over a key whose former value has lapsed.
		key := fmt.Sprint(round / 2)
		won := race(t, 8, session.ErrExists, func(i int) error {
			return o.Put(t.Context(), key, []byte{byte(i)}, time.Minute)
		})
		if won != 1 {
			t.Fatalf("round %d: %d callers put the same key", round, won)
		}
		c.Advance(time.Minute)
	}
}

func onceOneReplaces(t *testing.T, o session.Once, _ *Clock) {
	for round := range 100 {
		key := fmt.Sprint(round)
		putOnce(t, o, key, "pending", time.Minute)
		won := race(t, 8, session.ErrChanged, func(i int) error {
			return o.Replace(t.Context(), key, []byte("pending"), fmt.Append(nil, "allowed ", i))
		})
		if won != 1 {
			t.Fatalf("round %d: %d callers replaced the same value", round, won)
		}
	}
}

// onceTakeAgainstReplace: a value is never both taken and then there again.
func onceTakeAgainstReplace(t *testing.T, o session.Once, _ *Clock) {
	for round := range 200 {
		key := fmt.Sprint(round)
		putOnce(t, o, key, "old", time.Minute)
		race(t, 2, session.ErrNotFound, func(i int) error {
			if i == 0 {
				return o.Replace(t.Context(), key, []byte("old"), []byte("new"))
			}
			_, err := o.Take(t.Context(), key)
			return err
		})
		wantGone(t, o, key)
	}
}

func onceMany(t *testing.T, o session.Once, c *Clock) {
	putOnce(t, o, "kept", "1", 4*time.Hour)
	for i := range 1000 {
		putOnce(t, o, fmt.Sprint(i), "x", time.Minute)
		if i == 500 {
			c.Advance(time.Minute)
		}
	}
	wantOnce(t, o, "kept", "1")
	wantGone(t, o, "0")
	wantOnce(t, o, "999", "x")
}
