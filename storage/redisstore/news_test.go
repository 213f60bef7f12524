package redisstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
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

// replica is what one gateway has.
type replica struct {
	*session.Cached
	heard   chan bool // each change of hearing
	ended   atomic.Int64
	asked   atomic.Int64
	hearing atomic.Bool
}

// asking counts the reads that a cache does not answer.
type asking struct {
	session.Store
	n *atomic.Int64
}

func (a asking) Get(ctx context.Context, hash [32]byte) (session.Session, error) {
	a.n.Add(1)
	return a.Store.Get(ctx, hash)
}

func (r *replica) Hear(yes bool) {
	r.Cached.Hear(yes)
	r.hearing.Store(yes)
	select {
	case r.heard <- yes:
	default:
	}
}

func (r *replica) Ended(hash [32]byte) {
	r.Cached.Ended(hash)
	r.ended.Add(1)
}

// newReplica has heard that it hears.
func newReplica(t *testing.T, r *redisstore.Redis, now func() time.Time) *replica {
	t.Helper()
	made := &replica{heard: make(chan bool, 100)}
	made.Cached = session.NewCached(asking{r.Sessions(), &made.asked}, now)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.News().Follow(ctx, made)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	made.wait(t, true)
	return made
}

func (r *replica) wait(t *testing.T, want bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case yes := <-r.heard:
			if yes == want {
				return
			}
		case <-deadline:
			t.Fatalf("not told in a minute that hearing is %t", want)
		}
	}
}

func hashOf(name string) [32]byte { return sha256.Sum256([]byte(name)) }

func someSession(id string) session.Session {
	now := time.Now()
	return session.Session{
		ID: id, Kind: session.Browser, Principal: "citizen", Account: "account-1", Started: now, Seen: now,
		IdleUntil: now.Add(15 * time.Minute), Until: now.Add(4 * time.Hour),
	}
}

func put(t *testing.T, s session.Store, name string) {
	t.Helper()
	if err := s.Put(t.Context(), hashOf(name), someSession(name)); err != nil {
		t.Fatal(err)
	}
}

// endsAreFelt: two replicas read one session without pause while it is ended
// at a third place, by its cookie or by its id. Whoever ended it finds it no
// more from then on; the other finds it for less than a second, and never
// again.
func endsAreFelt(t *testing.T, c redisstore.Config) {
	c.Prefix, c.Now = rand.Text(), time.Now
	here, there := newReplica(t, open(t, c), time.Now), newReplica(t, open(t, c), time.Now)
	var longest time.Duration
	for round := range 60 {
		name := fmt.Sprint(round)
		put(t, here, name)
		var wg sync.WaitGroup
		reading, ended := make(chan struct{}, 2), make(chan struct{})
		var felt time.Duration
		for _, r := range []*replica{here, there} {
			wg.Go(func() {
				last := readUntilGone(t, r, name, reading, ended)
				if r == here && last > 0 {
					t.Errorf("round %d: still found by who has ended it", round)
				}
				if r == there {
					felt = last
				}
			})
		}
		<-reading
		<-reading
		var err error
		if round%2 == 0 {
			err = here.Delete(t.Context(), hashOf(name))
		} else {
			err = here.DeleteID(t.Context(), "account-1", name)
		}
		if err != nil {
			t.Fatal(err)
		}
		close(ended)
		wg.Wait()
		longest = max(longest, felt)
	}
	if longest >= time.Second {
		t.Errorf("an end was felt after %v", longest)
	}
	t.Logf("felt after %v at the latest; %d reads asked Redis here, %d there", longest, here.asked.Load(), there.asked.Load())
}

// readUntilGone tells how long after the end a session was found last.
func readUntilGone(t *testing.T, r *replica, name string, reading chan<- struct{}, ended <-chan struct{}) (last time.Duration) {
	t.Helper()
	var after time.Time
	for n := 0; ; n++ {
		select {
		case <-ended:
			if after.IsZero() {
				after = time.Now()
			}
		default:
		}
		_, err := r.Get(t.Context(), hashOf(name))
		switch {
		case errors.Is(err, session.ErrNotFound):
			if after.IsZero() {
				<-ended
			}
			if _, err := r.Get(t.Context(), hashOf(name)); !errors.Is(err, session.ErrNotFound) {
				t.Errorf("it came back: %v", err)
			}
			return last
		case err != nil:
			t.Error(err)
			return last
		case !after.IsZero():
			last = time.Since(after)
		}
		if n == 20 {
			reading <- struct{}{}
		}
	}
}

// TestCacheSparesQuestions, and keeps nothing while nobody would tell it of
// an end.
func TestCacheSparesQuestions(t *testing.T) {
	server := servers.Redis(t)
	c := standalone(server)
	c.Prefix, c.Now = rand.Text(), time.Now
	r := newReplica(t, open(t, c), time.Now)
	read := func(n int) int64 {
		t.Helper()
		before := r.asked.Load()
		for range n {
			if _, err := r.Get(t.Context(), hashOf("a")); err != nil {
				t.Fatal(err)
			}
		}
		return r.asked.Load() - before
	}
	put(t, r, "a")
	if n := read(100); n > 3 { // one; more when this machine is slow
		t.Errorf("100 reads asked %d times", n)
	}
	server.Command(t, "ACL", "SETUSER", "default", "resetchannels") // no subscription any more
	r.wait(t, false)
	if n := read(100); n != 100 {
		t.Errorf("without hearing, 100 reads asked %d times", n)
	}
	server.Command(t, "ACL", "SETUSER", "default", "allchannels")
	r.wait(t, true)
	if n := read(100); n > 3 {
		t.Errorf("hearing again, 100 reads asked %d times", n)
	}
}
