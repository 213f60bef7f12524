package s3store_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestStartSaysWhatIsWrong in a sentence that names what to change.
func TestStartSaysWhatIsWrong(t *testing.T) {
	tls, plain := servers.NewMinIOTLS(t), servers.MinIO(t)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		server *servers.S3Server
		change func(*s3store.Config)
		want   string
	}{
		"unknown authority":  {tls, func(c *s3store.Config) { c.CAFile = "" }, "objects.ca_file"},
		"no authority":       {tls, func(c *s3store.Config) { c.CAFile = empty }, "no certificate in PEM"},
		"no such file":       {tls, func(c *s3store.Config) { c.CAFile = "/none.pem" }, "/none.pem"},
		"another name":       {tls, func(c *s3store.Config) { c.Endpoint = (&flipping{to: c.Endpoint, at: -1}).listen(t, "127.0.0.2") }, "another name"},
		"plain HTTP instead": {plain, func(c *s3store.Config) { c.TLS = true }, "speaks plain HTTP"},
		"TLS instead":        {tls, func(c *s3store.Config) { c.TLS, c.CAFile = false, "" }, "write tls: true"},
		"another secret":     {plain, func(c *s3store.Config) { c.Secret = "another secret" }, "the secret"},
		"another key":        {plain, func(c *s3store.Config) { c.AccessKey = "nobody" }, "objects.access_key"},
		"nobody there":       {plain, func(c *s3store.Config) { c.Endpoint = "127.0.0.1:1" }, "nothing listens on 127.0.0.1:1"},
		"no answer":          {plain, func(c *s3store.Config) { c.Endpoint, c.Timeout = silence(t), patience }, "does not answer within 4s"},
		"no address for it":  {plain, func(c *s3store.Config) { c.Endpoint = "s3.coffre.invalid:443" }, "no address is known"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := newBucket(t, configOf(c.server))
			c.change(&cfg)
			if _, err := s3store.New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want words %q", err, c.want)
			}
		})
	}
}

// silence takes connections and says nothing.
func silence(t *testing.T) (endpoint string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

// TestPrivateAuthority: over TLS with a certificate that only the named
// authority vouches for, all promises hold.
func TestPrivateAuthority(t *testing.T) {
	t.Parallel()
	server := servers.NewMinIOTLS(t)
	storagetest.Blobs(t, func(t *testing.T) safe.Blobs {
		t.Helper()
		return connect(t, newBucket(t, configOf(server)))
	})
}

// TestBucketMadeByAnother: replicas that start at once agree on the bucket.
func TestBucketMadeByAnother(t *testing.T) {
	onEach(t, func(t *testing.T, c s3store.Config) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := s3store.New(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// TestMemoryIsFlat: transfers that the store does not take on hold their
// buffers, not their bytes, and give them back.
func TestMemoryIsFlat(t *testing.T) {
	const n, each = 32, 2 << 20
	s := behindLine(t, newBucket(t, configOf(servers.MinIO(t))))
	put(t, s.straight, "docs/kept", pattern(32*mib))
	before := heap()
	goroutines := runtime.NumGoroutine()
	s.line.Narrow(servers.ToServer, 1000)
	s.line.Narrow(servers.FromServer, 1000)
	var wg sync.WaitGroup
	taken := make(chan struct{}, 2*n)
	for range n {
		wg.Go(func() {
			r := &noting{taken: taken}
			if err := s.Put(t.Context(), "docs/"+string(safe.NewID[safe.VersionID]()), r, 64*mib); !safe.IsKind(err, safe.Unavailable) {
				t.Errorf("put: %v", err)
			}
		})
	}
	for range n {
		<-taken
	}
	if grown := heap() - before; grown > n*each {
		t.Errorf("%d transfers hold %d KiB", n, grown>>10)
	}
	wg.Wait()
	s.line.Mend()
	putSoon(t, s, "docs/after", pattern(mib))
	if grown := heap() - before; grown > 4*each {
		t.Errorf("afterwards %d KiB are held", grown>>10)
	}
	if now := runtime.NumGoroutine(); now > goroutines+n {
		t.Errorf("%d goroutines, %d before", now, goroutines)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far from its end
}

// noting is a body without an end that says when a MiB of it is taken.
type noting struct {
	n     int
	taken chan struct{}
}

func (n *noting) Read(p []byte) (int, error) {
	if before := n.n; before < mib && before+len(p) >= mib {
		n.taken <- struct{}{}
	}
	n.n += len(p)
	return len(p), nil
}

// TestLockedBucket: where the operator keeps versions, and locks them for a
// day, all promises hold as they are seen from here.
func TestLockedBucket(t *testing.T) {
	t.Parallel()
	server := servers.MinIO(t)
	admin, err := minio.New(server.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(server.AccessKey, server.Secret, "")})
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Blobs(t, func(t *testing.T) safe.Blobs {
		t.Helper()
		c := newBucket(t, configOf(server))
		mode, days, unit := minio.Governance, uint(1), minio.Days
		err := errors.Join(
			admin.MakeBucket(t.Context(), c.Bucket, minio.MakeBucketOptions{ObjectLocking: true}),
			admin.SetBucketObjectLockConfig(t.Context(), c.Bucket, &mode, &days, &unit))
		if err != nil {
			t.Fatal(err)
		}
		return connect(t, c)
	})
}
