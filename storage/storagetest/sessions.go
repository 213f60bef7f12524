package storagetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

type sessionsTest = func(*testing.T, session.Store, *Clock)

// Sessions holds a store against the promises of session.Store. open gives an
// empty one that tells time by the clock, at each call.
func Sessions(t *testing.T, open func(t *testing.T, now func() time.Time) session.Store) {
	for name, test := range map[string]sessionsTest{
		"gives back what was put":          sessionsRoundTrip,
		"keeps nothing of the caller's":    sessionsCopy,
		"ends when idle":                   sessionsIdle,
		"ends at its absolute limit":       sessionsAbsolute,
		"touch moves two times":            sessionsTouch,
		"touch never revives":              sessionsNoRevival,
		"touch against delete":             sessionsTouchRace,
		"put replaces":                     sessionsReplace,
		"delete is for one":                sessionsDelete,
		"lists an account's, newest first": sessionsList,
		"ends by id only an account's own": sessionsDeleteID,
		"forgets nothing that lives":       sessionsMany,
	} {
		t.Run(name, func(t *testing.T) {
			clock := NewClock()
			test(t, open(t, clock.Now), clock)
		})
	}
}

func hash(name string) [32]byte { return sha256.Sum256([]byte(name)) }

func someSession(id string, now time.Time) session.Session {
	return session.Session{
		ID: id, Kind: session.Browser, Principal: "citizen", Account: "account-1", Safe: "safe-1", Name: "Angela DUBOIS",
		Provider: "franceconnect", Issuer: "https://fc.example", Sub: "sub-1", ACR: "eidas1", Level: 1,
		AuthTime: now, Started: now, Seen: now, IdleUntil: now.Add(15 * time.Minute), Until: now.Add(4 * time.Hour),
		IDTokenHint: []byte{1, 2, 3}, Device: "Firefox",
	}
}

func putSession(t *testing.T, s session.Store, name string, v session.Session) {
	t.Helper()
	if err := s.Put(t.Context(), hash(name), v); err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
}

func wantSession(t *testing.T, s session.Store, name string, want session.Session) {
	t.Helper()
	got, err := s.Get(t.Context(), hash(name))
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	if !reflect.DeepEqual(utc(got), utc(want)) {
		t.Errorf("%s is\n%+v, want\n%+v", name, got, want)
	}
}

// utc lets two equal times compare equal whatever their zone and clock.
func utc(s session.Session) session.Session {
	for _, p := range []*time.Time{&s.AuthTime, &s.Started, &s.Seen, &s.IdleUntil, &s.Until} {
		*p = p.UTC().Round(0)
	}
	return s
}

func wantNoSession(t *testing.T, s session.Store, name string) {
	t.Helper()
	if got, err := s.Get(t.Context(), hash(name)); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("get %s: %+v, %v, want ErrNotFound", name, got, err)
	}
}

func sessionsRoundTrip(t *testing.T, s session.Store, c *Clock) {
	wantNoSession(t, s, "a")
	v := someSession("one", c.Now())
	putSession(t, s, "a", v)
	wantSession(t, s, "a", v)
	wantNoSession(t, s, "b")
}

func sessionsCopy(t *testing.T, s session.Store, c *Clock) {
	v := someSession("one", c.Now())
	v.IDTokenHint = []byte{1, 2, 3}
	putSession(t, s, "a", v)
	v.IDTokenHint[0] = 99
	got, err := s.Get(t.Context(), hash("a"))
	if err != nil {
		t.Fatal(err)
	}
	got.IDTokenHint[1] = 99
	wantSession(t, s, "a", someSession("one", c.Now()))
}

func sessionsIdle(t *testing.T, s session.Store, c *Clock) {
	v := someSession("one", c.Now())
	putSession(t, s, "a", v)
	c.Advance(15*time.Minute - time.Microsecond)
	wantSession(t, s, "a", v)
	c.Advance(time.Microsecond)
	wantNoSession(t, s, "a")
	if all, err := s.OfAccount(t.Context(), v.Account); err != nil || len(all) != 0 {
		t.Errorf("an ended session is listed: %+v, %v", all, err)
	}
	if err := s.DeleteID(t.Context(), v.Account, v.ID); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("end an ended session: %v, want ErrNotFound", err)
	}
}

func sessionsAbsolute(t *testing.T, s session.Store, c *Clock) {
	v := someSession("one", c.Now())
	putSession(t, s, "a", v)
	for range 24 {
		c.Advance(10*time.Minute - time.Second)
		now := c.Now()
		if err := s.Touch(t.Context(), hash("a"), now, now.Add(15*time.Minute)); err != nil {
			t.Fatalf("touch at %v: %v", now.Sub(v.Started), err)
		}
	}
	c.Advance(v.Until.Sub(c.Now()) - time.Microsecond)
	if _, err := s.Get(t.Context(), hash("a")); err != nil {
		t.Fatalf("an instant before its limit: %v", err)
	}
	c.Advance(time.Microsecond)
	wantNoSession(t, s, "a")
}

func sessionsTouch(t *testing.T, s session.Store, c *Clock) {
	v := someSession("one", c.Now())
	putSession(t, s, "a", v)
	c.Advance(time.Minute)
	v.Seen, v.IdleUntil = c.Now(), c.Now().Add(15*time.Minute)
	if err := s.Touch(t.Context(), hash("a"), v.Seen, v.IdleUntil); err != nil {
		t.Fatal(err)
	}
	wantSession(t, s, "a", v)
}

func sessionsNoRevival(t *testing.T, s session.Store, c *Clock) {
	touch := func(name string) error {
		return s.Touch(t.Context(), hash(name), c.Now(), c.Now().Add(time.Hour))
	}
	if err := touch("never"); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("touch what never was: %v, want ErrNotFound", err)
	}
	putSession(t, s, "ended", someSession("one", c.Now()))
	putSession(t, s, "idle", someSession("two", c.Now()))
	if err := s.Delete(t.Context(), hash("ended")); err != nil {
		t.Fatal(err)
	}
	if err := touch("ended"); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("touch after the end: %v, want ErrNotFound", err)
	}
	c.Advance(15 * time.Minute)
	if err := touch("idle"); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("touch after idling: %v, want ErrNotFound", err)
	}
	for _, name := range []string{"never", "ended", "idle"} {
		wantNoSession(t, s, name)
	}
}

// sessionsTouchRace: a request that was under way when its session was ended
// does not bring it back.
func sessionsTouchRace(t *testing.T, s session.Store, c *Clock) {
	for i := range 200 {
		name := fmt.Sprint(i)
		putSession(t, s, name, someSession(name, c.Now()))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				err := s.Touch(t.Context(), hash(name), c.Now(), c.Now().Add(time.Hour))
				if err != nil && !errors.Is(err, session.ErrNotFound) {
					t.Errorf("touch: %v", err)
				}
			})
		}
		wg.Go(func() {
			if err := s.Delete(t.Context(), hash(name)); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
		wg.Wait()
		wantNoSession(t, s, name)
	}
}

func sessionsReplace(t *testing.T, s session.Store, c *Clock) {
	putSession(t, s, "a", someSession("one", c.Now()))
	v := someSession("two", c.Now())
	v.Account = "account-2"
	putSession(t, s, "a", v)
	wantSession(t, s, "a", v)
	if all, err := s.OfAccount(t.Context(), "account-1"); err != nil || len(all) != 0 {
		t.Errorf("the replaced session is still listed: %+v, %v", all, err)
	}
}

func sessionsDelete(t *testing.T, s session.Store, c *Clock) {
	v := someSession("two", c.Now())
	putSession(t, s, "a", someSession("one", c.Now()))
	putSession(t, s, "b", v)
	for range 2 { // the second time there is none
		if err := s.Delete(t.Context(), hash("a")); err != nil {
			t.Fatal(err)
		}
	}
	wantNoSession(t, s, "a")
	wantSession(t, s, "b", v)
}

func sessionsList(t *testing.T, s session.Store, c *Clock) {
	var want []string
	for i := range 5 {
		v := someSession(fmt.Sprintf("id-%d", i), c.Now())
		putSession(t, s, v.ID, v)
		want = append([]string{v.ID}, want...)
		c.Advance(time.Second)
	}
	other := someSession("other", c.Now())
	other.Account = "account-2"
	putSession(t, s, "other", other)
	all, err := s.OfAccount(t.Context(), "account-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range all {
		got = append(got, v.ID)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

func sessionsDeleteID(t *testing.T, s session.Store, c *Clock) {
	v := someSession("one", c.Now())
	putSession(t, s, "a", v)
	putSession(t, s, "b", someSession("two", c.Now()))
	for _, try := range [][2]string{{"account-2", "one"}, {"account-1", "none"}, {"", "one"}, {"account-1", ""}} {
		if err := s.DeleteID(t.Context(), try[0], try[1]); !errors.Is(err, session.ErrNotFound) {
			t.Errorf("end %q of %q: %v, want ErrNotFound", try[1], try[0], err)
		}
	}
	wantSession(t, s, "a", v)
	if err := s.DeleteID(t.Context(), "account-1", "two"); err != nil {
		t.Fatal(err)
	}
	wantNoSession(t, s, "b")
	wantSession(t, s, "a", v)
}

// sessionsMany: whatever a store does to bound its memory, it does to the
// ended ones.
func sessionsMany(t *testing.T, s session.Store, c *Clock) {
	v := someSession("kept", c.Now())
	v.IdleUntil = c.Now().Add(4 * time.Hour)
	putSession(t, s, "kept", v)
	for i := range 1000 {
		name := fmt.Sprint(i)
		putSession(t, s, name, someSession(name, c.Now()))
		if i == 500 {
			c.Advance(time.Hour)
		}
	}
	wantSession(t, s, "kept", v)
	wantNoSession(t, s, "0")
	if _, err := s.Get(t.Context(), hash("999")); err != nil {
		t.Errorf("the newest of many: %v", err)
	}
}
