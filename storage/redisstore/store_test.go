package redisstore_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/redisstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

func standalone(s *servers.RedisServer) redisstore.Config {
	return redisstore.Config{Kind: redisstore.Standalone, Addresses: []string{s.Address}, Password: redisstore.Secret(s.Password)}
}

func sentinel(s *servers.RedisSentinels) redisstore.Config {
	return redisstore.Config{
		Kind: redisstore.Sentinel, Addresses: s.Addresses, Master: servers.RedisMaster, Replicas: 1,
		Password: redisstore.Secret(s.Password), SentinelPassword: redisstore.Secret(s.Password),
	}
}

func cluster(c *servers.RedisCluster) redisstore.Config {
	return redisstore.Config{Kind: redisstore.Cluster, Addresses: c.Addresses[:1], Password: redisstore.Secret(c.Password)}
}

// empty opens a store with keys of its own.
func empty(t *testing.T, c redisstore.Config, now func() time.Time) *redisstore.Redis {
	t.Helper()
	c.Prefix, c.Now = rand.Text(), now
	return open(t, c)
}

func open(t *testing.T, c redisstore.Config) *redisstore.Redis {
	t.Helper()
	r, err := redisstore.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestStandalone(t *testing.T) { suites(t, standalone(servers.Redis(t))) }

func TestSentinel(t *testing.T) { suites(t, sentinel(servers.Sentinels(t))) }

func TestCluster(t *testing.T) { suites(t, cluster(servers.Cluster(t))) }

func suites(t *testing.T, c redisstore.Config) {
	t.Run("sessions", func(t *testing.T) {
		storagetest.Sessions(t, func(t *testing.T, now func() time.Time) session.Store { return empty(t, c, now).Sessions() })
	})
	t.Run("cached sessions", func(t *testing.T) {
		storagetest.Sessions(t, func(t *testing.T, now func() time.Time) session.Store { return newReplica(t, empty(t, c, now), now) })
	})
	t.Run("once", func(t *testing.T) {
		storagetest.Once(t, func(t *testing.T, now func() time.Time) session.Once { return empty(t, c, now).Once() })
	})
	t.Run("limiter", func(t *testing.T) {
		storagetest.Limiter(t, func(t *testing.T, now func() time.Time) session.Limiter { return empty(t, c, now).Limiter() })
	})
	t.Run("news", func(t *testing.T) { endsAreFelt(t, c) })
	t.Run("many tries", func(t *testing.T) { manyTries(t, c) })
	if err := empty(t, c, time.Now).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// manyTries: a limit of many is shared by processes and exceeded by none.
func manyTries(t *testing.T, c redisstore.Config) {
	clock := storagetest.NewClock()
	c.Prefix, c.Now = rand.Text(), clock.Now
	replicas := []session.Limiter{open(t, c).Limiter(), open(t, c).Limiter(), open(t, c).Limiter()}
	allowed := 0
	try := func(l session.Limiter) bool {
		t.Helper()
		ok, wait, err := l.Allow(t.Context(), "account", 1200, time.Minute)
		if err != nil || !ok && (wait <= 0 || wait > time.Minute) {
			t.Fatal(ok, wait, err)
		}
		if ok {
			allowed++
		}
		return ok
	}
	for i := range 1500 {
		try(replicas[i%2])
	}
	try(replicas[2])
	if allowed > 1200 || allowed < 1080 {
		t.Errorf("%d of 1,200 are allowed", allowed)
	}
	clock.Advance(time.Minute)
	for _, l := range replicas {
		if !try(l) {
			t.Error("still refused a minute later")
		}
	}
}

// TestHoldsNoSecret: whoever reads everything in Redis finds nothing to log in
// with and no address of a caller.
func TestHoldsNoSecret(t *testing.T) {
	s := servers.Redis(t)
	r := empty(t, standalone(s), time.Now)
	manager, err := session.NewManager(session.Config{Store: r.Sessions(), Once: r.Once(), Now: time.Now, HintKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	hint, err := manager.SealHint("id-token-of-angela")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := manager.Create(t.Context(), session.Session{Kind: session.Browser, Account: "account-1", IDTokenHint: hint})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Once().Put(t.Context(), "usercode/BCDFGHJK", []byte("x"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Limiter().Allow(t.Context(), "rate/login/192.0.2.7", 5, time.Minute); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for key := range strings.SplitSeq(s.Command(t, "--scan"), "\n") {
		all.WriteString(key + "\n" + s.Command(t, "HGETALL", key) + "\n")
		if left := s.Command(t, "TTL", key); strings.HasPrefix(left, "-") {
			t.Errorf("%s stays for ever", key)
		}
	}
	if !strings.Contains(all.String(), "account-1") {
		t.Fatal("this test does not see what is there")
	}
	for _, secret := range []string{token, "id-token-of-angela", "BCDFGHJK", "192.0.2.7", s.Password} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("%q is in Redis", secret)
		}
	}
}

// TestTLS: a server that is another machine is spoken to by TLS alone, and
// only one that its authority vouches for.
func TestTLS(t *testing.T) {
	s := servers.RedisTLS(t)
	pem, err := os.ReadFile(s.CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c := standalone(s)
	c.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if err := empty(t, c, time.Now).Check(t.Context()); err != nil {
		t.Error(err)
	}
	c.TLS = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	var unknown *tls.CertificateVerificationError
	if err := empty(t, c, time.Now).Check(t.Context()); !errors.Is(err, session.ErrUnavailable) || !errors.As(err, &unknown) {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
}
