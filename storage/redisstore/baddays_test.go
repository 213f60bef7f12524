package redisstore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/redisstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// bound is how long anybody waits for an answer, whatever the server does: a
// second, twice where two keys are needed, and room for a slow machine.
const bound = 4 * time.Second

// call does something in bounded time, which works or is unavailable.
func call(t *testing.T, what string, fn func() error) (worked bool) {
	t.Helper()
	start := time.Now()
	err := fn()
	if took := time.Since(start); took > bound {
		t.Errorf("%s took %v", what, took)
	}
	if err != nil && !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("%s: %v", what, err)
	}
	return err == nil
}

// acts are everything that a gateway does here; each is new.
func acts(t *testing.T, r *redisstore.Redis, id string) map[string]func() error {
	ctx, hash, now := t.Context(), hashOf(id), time.Now()
	sessions, once, limiter := r.Sessions(), r.Once(), r.Limiter()
	return map[string]func() error{
		"put":        func() error { return sessions.Put(ctx, hash, someSession(id)) },
		"get":        func() error { return found(second(sessions.Get(ctx, hash))) },
		"touch":      func() error { return found(sessions.Touch(ctx, hash, now, now.Add(time.Hour))) },
		"list":       func() error { return second(sessions.OfAccount(ctx, "account-1")) },
		"end":        func() error { return sessions.Delete(ctx, hash) },
		"end by id":  func() error { return found(sessions.DeleteID(ctx, "account-1", id)) },
		"put once":   func() error { return once.Put(ctx, id, nil, time.Minute) },
		"get once":   func() error { return found(second(once.Get(ctx, id+"b"))) },
		"take":       func() error { return found(second(once.Take(ctx, id+"b"))) },
		"replace":    func() error { return found(once.Replace(ctx, id+"b", nil, nil)) },
		"count":      func() error { _, _, err := limiter.Allow(ctx, id, 5, time.Minute); return err },
		"count many": func() error { _, _, err := limiter.Allow(ctx, id, 1200, time.Minute); return err },
	}
}

func second[T any](_ T, err error) error { return err }

// found: that there is none is an answer, too.
func found(err error) error {
	if errors.Is(err, session.ErrNotFound) {
		return nil
	}
	return err
}

func wantAll(t *testing.T, r *redisstore.Redis, works bool) {
	t.Helper()
	for what, fn := range acts(t, r, rand.Text()) {
		if call(t, what, fn) != works {
			t.Errorf("%s works: %t", what, !works)
		}
	}
}

// again waits until the servers are of use.
func again(t *testing.T, r *redisstore.Redis) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if err = r.Check(t.Context()); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// TestDown: while Redis is away nobody is told that she is logged out; after
// it came back with nothing in it, everybody is.
func TestDown(t *testing.T) {
	server := servers.Redis(t)
	c := standalone(server)
	c.Prefix, c.Now = rand.Text(), time.Now
	r := open(t, c)
	cached := newReplica(t, r, time.Now)
	put(t, cached, "a")
	server.Kill()
	cached.wait(t, false)
	wantAll(t, r, false)
	if _, err := cached.Get(t.Context(), hashOf("a")); !errors.Is(err, session.ErrUnavailable) || errors.Is(err, session.ErrNotFound) {
		t.Errorf("said %v", err)
	}
	server.Restart(t)
	cached.wait(t, true)
	again(t, r)
	if _, err := cached.Get(t.Context(), hashOf("a")); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("said %v", err)
	}
	wantAll(t, r, true)
}

// TestHangs: a server that takes questions and gives no answer.
func TestHangs(t *testing.T) {
	server := servers.Redis(t)
	r := empty(t, standalone(server), time.Now)
	again(t, r)
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	wantAll(t, r, false)
	var wg sync.WaitGroup
	start := time.Now()
	for range 200 {
		wg.Go(func() { call(t, "get", func() error { return second(r.Sessions().Get(t.Context(), hashOf("a"))) }) })
	}
	wg.Wait()
	if took := time.Since(start); took > bound {
		t.Errorf("200 at once waited %v", took)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	again(t, r)
	wantAll(t, r, true)
}

// TestEmptied: everybody is logged out within a second, and nothing else
// breaks: codes, counts and the next session begin anew.
func TestEmptied(t *testing.T) {
	server := servers.Redis(t)
	c := standalone(server)
	c.Prefix, c.Now = rand.Text(), time.Now
	r := open(t, c)
	cached := newReplica(t, r, time.Now)
	put(t, cached, "a")
	for range 2 {
		if _, err := cached.Get(t.Context(), hashOf("a")); err != nil {
			t.Fatal(err)
		}
	}
	emptied := time.Now()
	server.Command(t, "FLUSHALL")
	for {
		start := time.Now()
		_, err := cached.Get(t.Context(), hashOf("a"))
		if errors.Is(err, session.ErrNotFound) {
			break
		}
		if err != nil || start.Sub(emptied) > time.Second {
			t.Fatalf("after %v: %v", start.Sub(emptied), err)
		}
	}
	if all, err := cached.OfAccount(t.Context(), "account-1"); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	server.Command(t, "SCRIPT", "FLUSH")
	wantAll(t, r, true)
	put(t, cached, "a")
	if _, err := cached.Get(t.Context(), hashOf("a")); err != nil {
		t.Error(err)
	}
}

// TestUnconfirmed: an end that only the master has, which may die with it, is
// not acknowledged; the same of a code. Both are when they are asked for
// again and a replica has followed.
func TestUnconfirmed(t *testing.T) {
	s := servers.Sentinels(t)
	r := empty(t, sentinel(s), time.Now)
	put(t, r.Sessions(), "a")
	if err := r.Once().Put(t.Context(), "code", nil, time.Minute); err != nil {
		t.Fatal(err)
	}
	resume := s.PauseReplicas(t)
	for what, fn := range map[string]func() error{
		"end":  func() error { return r.Sessions().Delete(t.Context(), hashOf("a")) },
		"take": func() error { return second(r.Once().Take(t.Context(), "code")) },
	} {
		if call(t, what, fn) {
			t.Errorf("%s is acknowledged by one server alone", what)
		}
	}
	resume()
	if err := r.Sessions().Delete(t.Context(), hashOf("a")); err != nil {
		t.Error(err)
	}
}

// TestFailover: the master dies while sessions are put, used and ended by
// eight at once. Callers get an honest answer in bounded time; what was
// acknowledged as ended has ended on whoever follows, what was there is still
// there, and it works again; also when the dead one comes back.
func TestFailover(t *testing.T) {
	s := servers.Sentinels(t)
	c := sentinel(s)
	c.Prefix, c.Now = rand.Text(), time.Now
	r := open(t, c)
	cached := newReplica(t, r, time.Now)
	put(t, r.Sessions(), "stays")
	again(t, r) // and a replica has it
	l := &load{t: t, r: r, s: cached, acked: make(chan struct{})}
	stop := l.begin(8)
	l.waitFor(200)
	old := s.Master(t)
	old.Kill()
	killed := time.Now()
	again(t, r)
	t.Logf("works again after %v", time.Since(killed))
	l.waitFor(200)
	stop()
	l.check()
	if _, err := cached.Get(t.Context(), hashOf("stays")); err != nil {
		t.Errorf("a session is lost: %v", err)
	}
	if l.refused.Load() == 0 {
		t.Error("nobody noticed: this test shows nothing")
	}
	old.Restart(t)
	s.Settle(t)
	l.check()
	wantAll(t, r, true)
	t.Logf("%d ends acknowledged, %d acts refused", l.ends.Load(), l.refused.Load())
}

type load struct {
	t             *testing.T
	r             *redisstore.Redis
	s             session.Store
	ends, refused atomic.Int64
	mu            sync.Mutex
	ended         []string
	acked         chan struct{} // one for each end, as far as somebody waits
}

func (l *load) begin(n int) (stop func()) {
	ctx, cancel := context.WithCancel(l.t.Context())
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				l.one(fmt.Sprintf("%d-%d", i, round))
			}
		})
	}
	return func() {
		cancel()
		wg.Wait()
	}
}

func (l *load) one(id string) {
	ctx, hash, now := l.t.Context(), hashOf(id), time.Now()
	for _, act := range []func() error{
		func() error { return l.s.Put(ctx, hash, someSession(id)) },
		func() error { return found(second(l.s.Get(ctx, hash))) },
		func() error { return found(l.s.Touch(ctx, hash, now, now.Add(time.Hour))) },
		func() error { return l.s.Delete(ctx, hash) },
	} {
		if !call(l.t, "act", act) {
			l.refused.Add(1)
			<-time.After(5 * time.Millisecond) // people do not ask at once again
			return
		}
	}
	l.mu.Lock()
	l.ended = append(l.ended, id)
	l.mu.Unlock()
	l.ends.Add(1)
	select {
	case l.acked <- struct{}{}:
	default:
	}
}

// waitFor sees so many more ends.
func (l *load) waitFor(ends int) {
	l.t.Helper()
	deadline := time.After(time.Minute)
	for n := range ends {
		select {
		case <-l.acked:
		case <-deadline:
			l.t.Fatalf("%d ends in a minute, want %d", n, ends)
		}
	}
}

// check looks past the cache.
func (l *load) check() {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range l.ended {
		if _, err := l.r.Sessions().Get(l.t.Context(), hashOf(id)); !errors.Is(err, session.ErrNotFound) {
			l.t.Errorf("session %s was ended and is back: %v", id, err)
		}
	}
}

// TestClusterWithoutANode: honest answers in bounded time, and all as before
// when it is back.
func TestClusterWithoutANode(t *testing.T) {
	s := servers.Cluster(t)
	r := empty(t, cluster(s), time.Now)
	wantAll(t, r, true)
	s.Nodes[2].Kill()
	for range 20 {
		for what, fn := range acts(t, r, rand.Text()) {
			call(t, what, fn)
		}
	}
	s.Nodes[2].Restart(t)
	again(t, r)
	for deadline := time.Now().Add(time.Minute); ; { // the nodes agree a moment later
		worked := true
		for what, fn := range acts(t, r, rand.Text()) {
			worked = call(t, what, fn) && worked
		}
		if worked {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("not whole again in a minute")
		}
	}
}
