package witness

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// standing is witnesses that are served, and a policy about them.
type standing struct {
	key     logKey
	log     *history
	stands  map[string]*stand
	servers map[string]*httptest.Server
	policy  string
	proved  atomic.Int64 // proofs that were asked for
}

func newStanding(t *testing.T, names ...string) *standing {
	t.Helper()
	s := &standing{stands: map[string]*stand{}, servers: map[string]*httptest.Server{}}
	s.key = newLogKey(t, "coffre.test/log")
	s.log = s.key.history(t).grow("e", 30)
	for _, name := range names {
		w := newStand(t, newPaper(), s.key.vkey)
		srv := httptest.NewServer(w.Handler())
		t.Cleanup(srv.Close)
		s.stands[name], s.servers[name] = w, srv
		s.policy += "witness " + name + " " + w.vkey + " " + srv.URL + "/\n"
	}
	return s
}

func (s *standing) circle(t *testing.T, quorum string) *Circle {
	t.Helper()
	p, err := journal.ParsePolicy(s.policy + quorum)
	must(t, err)
	c, err := NewCircle(CircleConfig{Policy: p, LogKey: s.key.vkey, Prove: func(ctx context.Context, from, to int64) ([][]byte, error) {
		s.proved.Add(1)
		return s.log.prove(ctx, from, to)
	}})
	must(t, err)
	return c
}

func (s *standing) cosigned(t *testing.T, c *Circle, older, size int64) {
	t.Helper()
	b, err := c.Cosign(t.Context(), older, []byte(s.log.checkpoint(size)))
	must(t, err)
	if _, err := c.c.Policy.Check(s.key.vkey, string(b)); err != nil {
		t.Errorf("checkpoint of %d: %v", size, err)
	}
	if text, _, _ := strings.Cut(s.log.checkpoint(size), "\n\n"); !strings.HasPrefix(string(b), text+"\n\n") {
		t.Errorf("another checkpoint came back: %s", b)
	}
}

// TestCircle: checkpoint after checkpoint, from an empty log on, also where
// the gateway does not know what its witnesses have seen.
func TestCircle(t *testing.T) {
	s := newStanding(t, "a", "b")
	c := s.circle(t, "group g all a b\nquorum g\n")
	s.cosigned(t, c, 0, 0)
	s.cosigned(t, c, 0, 3)
	s.cosigned(t, c, 3, 3)
	s.cosigned(t, c, 3, 10)
	s.cosigned(t, s.circle(t, "group g all a b\nquorum g\n"), 3, 11) // begun anew, and mistaken
	s.cosigned(t, s.circle(t, "group g all a b\nquorum g\n"), 0, 12)
	s.cosigned(t, s.circle(t, "group g all a b\nquorum g\n"), 13, 13)

	before := s.proved.Load()
	plain := s.circle(t, "quorum none\n")
	b, err := plain.Cosign(t.Context(), 13, []byte(s.log.checkpoint(20)))
	if err != nil || string(b) != s.log.checkpoint(20) || s.proved.Load() != before {
		t.Errorf("a policy that asks nobody: %s, %v", b, err)
	}
	_, err = c.Cosign(t.Context(), 0, []byte("x"))
	if !errors.Is(err, journal.ErrProof) {
		t.Errorf("what is no checkpoint: %v", err)
	}
}

// TestAWitnessIsAway: with a quorum of one of two it does not matter; with two
// nothing is cosigned, the error says who and why, and it goes on after.
func TestAWitnessIsAway(t *testing.T) {
	s := newStanding(t, "a", "b")
	both, one := s.circle(t, "group g all a b\nquorum g\n"), s.circle(t, "group g any a b\nquorum g\n")
	s.cosigned(t, both, 0, 5)
	handler := s.servers["b"].Config.Handler
	s.servers["b"].Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "maintenance", http.StatusBadGateway)
	})
	s.cosigned(t, one, 5, 6)
	for range 2 {
		_, err := both.Cosign(t.Context(), 5, []byte(s.log.checkpoint(7)))
		if !errors.Is(err, journal.ErrQuorum) || !strings.Contains(err.Error(), "b: it answers 502") || strings.Contains(err.Error(), "a:") {
			t.Fatalf("error is %v", err)
		}
	}
	s.servers["b"].Config.Handler = handler
	s.cosigned(t, both, 5, 8)
}

// TestASlowWitness is waited for as long as a checkpoint can wait, and no
// longer; who asks may give up before.
func TestASlowWitness(t *testing.T) {
	s := newStanding(t, "a", "b")
	hold := make(chan struct{})
	defer close(hold)
	s.servers["b"].Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	s.cosigned(t, s.circle(t, "group g any a b\nquorum g\n"), 0, 5)
	both := s.circle(t, "group g all a b\nquorum g\n")
	begun := time.Now()
	_, err := both.Cosign(t.Context(), 5, []byte(s.log.checkpoint(6)))
	if took := time.Since(begun); !errors.Is(err, journal.ErrQuorum) || took < patience || took > 10*patience {
		t.Errorf("%v after %s", err, took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := both.Cosign(ctx, 5, []byte(s.log.checkpoint(6))); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// TestAForkIsCosignedByNobody: the log's own key, a second history, at every
// size.
func TestAForkIsCosignedByNobody(t *testing.T) {
	s := newStanding(t, "a", "b")
	both := s.circle(t, "group g all a b\nquorum g\n")
	s.cosigned(t, both, 0, 10)
	s.log = s.key.history(t).grow("e", 9).grow("fork", 11)
	for _, size := range []int64{10, 11, 20} {
		_, err := both.Cosign(t.Context(), 10, []byte(s.log.checkpoint(size)))
		if !errors.Is(err, journal.ErrQuorum) || !errors.Is(err, ErrForked) {
			t.Errorf("a fork at %d: %v", size, err)
		}
	}
	for _, size := range []int64{0, 5, 9} { // and nothing older than what was cosigned
		_, err := both.Cosign(t.Context(), 0, []byte(s.log.checkpoint(size)))
		if !errors.Is(err, journal.ErrQuorum) || !strings.Contains(err.Error(), "it has seen 10 entries already") {
			t.Errorf("an old one of %d: %v", size, err)
		}
	}
}

// TestWitnessesThatLie: signatures of others, other checkpoints, noise, and
// sizes without end; nothing of it is passed on.
func TestWitnessesThatLie(t *testing.T) {
	s := newStanding(t, "a", "b")
	both := s.circle(t, "group g all a b\nquorum g\n")
	s.cosigned(t, both, 0, 5)
	truth := s.servers["b"].Config.Handler
	impostor := newStand(t, newPaper(), s.key.vkey)
	_, _, old := s.stands["b"].post(t, s.log.request(5, 5))
	size := 0
	for name, lie := range map[string]func(w http.ResponseWriter, r *http.Request){
		"another's":      impostor.serve,
		"of another one": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(old)) },
		"nothing":        func(http.ResponseWriter, *http.Request) {},
		"noise":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) },
		"not a size":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(409); _, _ = w.Write([]byte("-1\n")) },
		"sizes": func(w http.ResponseWriter, _ *http.Request) {
			size = (size + 1) % 4
			w.WriteHeader(409)
			_, _ = w.Write([]byte(string(rune('0'+size)) + "\n"))
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, s.servers["a"].URL+"/add-checkpoint", http.StatusTemporaryRedirect)
		},
	} {
		s.servers["b"].Config.Handler = http.HandlerFunc(lie)
		if b, err := both.Cosign(t.Context(), 5, []byte(s.log.checkpoint(6))); !errors.Is(err, journal.ErrQuorum) {
			t.Errorf("%s: %s, %v", name, b, err)
		}
	}
	s.servers["b"].Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		truth.ServeHTTP(w, r)
		_, _ = w.Write([]byte("— example.org/other AAAAAAAAAAAA\n")) // lines of others are not passed on
	})
	b, err := s.circle(t, "group g all a b\nquorum g\n").Cosign(t.Context(), 5, []byte(s.log.checkpoint(7)))
	if err != nil || strings.Contains(string(b), "other") {
		t.Errorf("%s, %v", b, err)
	}
}

// TestPoliciesThatCannotWork are found at the start.
func TestPoliciesThatCannotWork(t *testing.T) {
	s := newStanding(t, "a", "b")
	other := newLogKey(t, "other.test/log")
	for text, why := range map[string]string{
		"log " + other.vkey + "\n" + s.policy + "quorum a\n":                                        "not this one",
		strings.ReplaceAll(s.policy, s.servers["b"].URL+"/", "") + "group g all a b\nquorum g\n":    "cannot be met",
		strings.ReplaceAll(s.policy, s.servers["b"].URL+"/", "b.example.org") + "quorum a\n":        "is no address",
		strings.ReplaceAll(s.policy, s.servers["b"].URL+"/", "ftp://b.example.org") + "quorum a\n":  "is no address",
		strings.ReplaceAll(s.policy, s.servers["b"].URL+"/", "https://b.example?x=") + "quorum a\n": "is no address",
	} {
		p, err := journal.ParsePolicy(text)
		must(t, err)
		if _, err := NewCircle(CircleConfig{Policy: p, LogKey: s.key.vkey}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", text, err)
		}
	}
	p, err := journal.ParsePolicy(strings.ReplaceAll(s.policy, s.servers["b"].URL+"/", "") + "group g any a b\nquorum g\n")
	must(t, err)
	if _, err := NewCircle(CircleConfig{Policy: p, LogKey: s.key.vkey}); err != nil {
		t.Error(err)
	}
}

// BenchmarkCosign is what a checkpoint waits for: two witnesses, each of which
// writes to a disk before it answers, one checkpoint after the other.
func BenchmarkCosign(b *testing.B) {
	key := newLogKey(b, "coffre.test/log")
	log := key.history(b).grow("e", 10)
	policy := ""
	for _, name := range []string{"a", "b"} {
		w := newStand(b, directory(b.TempDir()), key.vkey)
		srv := httptest.NewServer(w.Handler())
		b.Cleanup(srv.Close)
		policy += "witness " + name + " " + w.vkey + " " + srv.URL + "\n"
		w.logs[key.origin].pace, w.callers.kept = newBucket(1e9, 0), someDay()
		w.callers.all["127.0.0.1"] = &caller{asks: newBucket(1e9, 0), bad: newBucket(1, 0)}
	}
	p, err := journal.ParsePolicy(policy + "group g all a b\nquorum g\n")
	must(b, err)
	c, err := NewCircle(CircleConfig{Policy: p, LogKey: key.vkey, Prove: log.prove})
	must(b, err)
	for b.Loop() {
		older := log.size
		log.add("more")
		if _, err := c.Cosign(b.Context(), older, []byte(log.checkpoint(log.size))); err != nil {
			b.Fatal(err)
		}
	}
}
