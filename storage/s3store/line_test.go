package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const (
	mib = 1 << 20
	// patience is what the tests give a store; bound is what a caller waits
	// at most: for the request, and for what became of it, with its retries.
	patience = 4 * time.Second
	bound    = 3*patience + 5*time.Second
)

// spoiled is a store behind a line, and the same without one.
type spoiled struct {
	*s3store.Store
	straight *s3store.Store
	line     *servers.Line
}

func behindLine(t *testing.T, c s3store.Config) spoiled {
	t.Helper()
	straight := connect(t, c)
	line := servers.Toxiproxy(t, c.Endpoint)
	c.Endpoint, c.Timeout = line.Endpoint, patience
	s := spoiled{straight: straight, line: line}
	soon(t, "connect", func() (err error) {
		s.Store, err = s3store.New(t.Context(), c)
		return err
	})
	return s
}

// soon is for what has to work without anybody's help, on a busy machine at
// the second or third try.
func soon(t *testing.T, what string, try func() error) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; {
		err := try()
		if err == nil {
			return
		}
		if !safe.IsKind(err, safe.Unavailable) || time.Now().After(end) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func putSoon(t *testing.T, s safe.Blobs, key string, b []byte) {
	t.Helper()
	tried := false
	soon(t, "put "+key, func() error {
		err := s.Put(t.Context(), key, bytes.NewReader(b), int64(len(b)))
		if tried && safe.IsKind(err, safe.AlreadyExists) {
			return nil
		}
		tried = true
		return err
	})
}

func wantSoon(t *testing.T, s safe.Blobs, key string, want []byte) {
	t.Helper()
	soon(t, "read "+key, func() error {
		got, err := read(t.Context(), s, key, 0, -1)
		if err == nil && !bytes.Equal(got, want) {
			t.Errorf("%s has %d bytes of %d", key, len(got), len(want))
		}
		return err
	})
}

// pattern is bytes that tell where they belong; nobody may change them.
func pattern(n int) []byte { return allPattern()[:n:n] }

var allPattern = sync.OnceValue(func() []byte {
	b := make([]byte, 48*mib)
	for i := range b {
		b[i] = byte(i*7 + i>>11)
	}
	return b
})

func put(t *testing.T, s safe.Blobs, key string, b []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, bytes.NewReader(b), int64(len(b))); err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

func read(ctx context.Context, s safe.Blobs, key string, offset, n int64) ([]byte, error) {
	r, err := s.Open(ctx, key, offset, n)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

// wantWholeOrNothing: what a put that failed has left.
func wantWholeOrNothing(t *testing.T, s safe.Blobs, key string, b []byte) {
	t.Helper()
	got, err := read(t.Context(), s, key, 0, -1)
	if !safe.IsKind(err, safe.NotFound) && (err != nil || !bytes.Equal(got, b)) {
		t.Errorf("%s has %d bytes of %d, %v", key, len(got), len(b), err)
	}
}

// TestSpoiledLines: whatever is wrong between the gateway and its store, every
// call is answered in bounded time and says that the store is unavailable,
// nothing half is visible, and with the line mended the same Store works.
func TestSpoiledLines(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*servers.Line){
		"refused":                   func(l *servers.Line) { l.Refuse() },
		"reset at once":             func(l *servers.Line) { l.Reset(servers.FromServer, 0) },
		"nothing reaches the store": func(l *servers.Line) { l.Hang(servers.ToServer) },
		"nothing comes back":        func(l *servers.Line) { l.Hang(servers.FromServer) },
		"closed in an answer":       func(l *servers.Line) { l.Cut(servers.FromServer, 20) },
		"slower than patience":      func(l *servers.Line) { l.Slow(servers.FromServer, 4*patience) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, c s3store.Config) {
				t.Parallel()
				spoiledLine(t, behindLine(t, c), spoil)
			})
		})
	}
}

func spoiledLine(t *testing.T, s spoiled, spoil func(*servers.Line)) {
	kept, small, large := pattern(3*mib/2), pattern(1000), pattern(2*mib)
	put(t, s.straight, "docs/kept", kept)
	put(t, s.straight, "docs/gone", small)
	spoil(s.line)
	calls := map[string]func(context.Context) error{
		"put small":  func(ctx context.Context) error { return s.Put(ctx, "docs/small", bytes.NewReader(small), 1000) },
		"put large":  func(ctx context.Context) error { return s.Put(ctx, "docs/large", bytes.NewReader(large), 2*mib) },
		"open":       func(ctx context.Context) error { _, err := read(ctx, s, "docs/kept", 0, -1); return err },
		"open range": func(ctx context.Context) error { _, err := read(ctx, s, "docs/kept", mib, 1000); return err },
		"size":       func(ctx context.Context) error { _, err := s.Size(ctx, "docs/kept"); return err },
		"list":       func(ctx context.Context) error { _, err := s.List(ctx, "docs/", "", 10); return err },
		"delete":     func(ctx context.Context) error { return s.Delete(ctx, "docs/gone") },
		"ping":       s.Ping,
	}
	var wg sync.WaitGroup
	for name, call := range calls {
		wg.Go(func() {
			began := time.Now()
			if err := call(t.Context()); !safe.IsKind(err, safe.Unavailable) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(began); took > bound {
				t.Errorf("%s took %s", name, took)
			}
		})
	}
	wg.Wait()
	wantWholeOrNothing(t, s.straight, "docs/small", small)
	wantWholeOrNothing(t, s.straight, "docs/large", large)
	s.line.Mend()
	putSoon(t, s, "docs/after", large)
	wantSoon(t, s, "docs/kept", kept)
	wantSoon(t, s, "docs/after", large)
	soon(t, "delete", func() error { return s.Delete(t.Context(), "docs/gone") })
	soon(t, "list", func() error {
		keys, err := s.List(t.Context(), "docs/", "", 10)
		if slices.Contains(keys, "docs/gone") {
			t.Errorf("list afterwards: %v", keys)
		}
		return err
	})
}

// TestLineCutInTheMiddle of an upload, wherever that is, and of a download.
func TestLineCutInTheMiddle(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c s3store.Config) {
		t.Parallel()
		s := behindLine(t, c)
		b := pattern(3 * mib)
		put(t, s.straight, "docs/kept", b)
		for _, at := range []int{1, 300, 100_000, mib, 3*mib - 1000, 3*mib + 500} {
			key := "docs/" + string(safe.NewID[safe.VersionID]())
			s.line.Cut(servers.ToServer, at)
			if err := s.Put(t.Context(), key, bytes.NewReader(b), 3*mib); !safe.IsKind(err, safe.Unavailable) {
				t.Errorf("cut after %d bytes: %v", at, err)
			}
			s.line.Mend()
			if _, err := s.straight.Size(t.Context(), key); !safe.IsKind(err, safe.NotFound) {
				t.Errorf("an upload cut after %d bytes left: %v", at, err)
			}
			putSoon(t, s, key, b) // the key is free
		}
		for _, at := range []int{1, 100, 100_000, 3 * mib} {
			s.line.Cut(servers.FromServer, at)
			got, err := read(t.Context(), s, "docs/kept", 0, -1)
			if !safe.IsKind(err, safe.Unavailable) || len(got) >= len(b) {
				t.Errorf("a download cut after %d bytes gave %d, %v", at, len(got), err)
			}
			s.line.Mend()
		}
	})
}

// TestSlowIsNotStill: transfers that take longer than the timeout, because the
// line is narrow or because the citizen's is, come to their end.
func TestSlowIsNotStill(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c s3store.Config) {
		t.Parallel()
		s := behindLine(t, c)
		b := pattern(40 * mib)
		s.line.Narrow(servers.ToServer, 8*mib)
		s.line.Narrow(servers.FromServer, 8*mib)
		began := time.Now()
		putSoon(t, s, "docs/narrow", b)
		if took := time.Since(began); took < patience {
			t.Errorf("it took %s only: this test looks at the wrong thing", took)
		}
		wantSoon(t, s, "docs/narrow", b)
		s.line.Mend()
		key := ""
		soon(t, "a slow sender", func() error {
			key = "docs/" + string(safe.NewID[safe.VersionID]())
			slow := io.MultiReader(bytes.NewReader(b[:2*mib]), &late{r: bytes.NewReader(b[2*mib:])})
			return s.Put(t.Context(), key, slow, int64(len(b)))
		})
		soon(t, "a slow reader", func() error {
			r, err := s.Open(t.Context(), key, 0, -1)
			if err != nil {
				return err
			}
			got, err := io.ReadAll(&late{r: r})
			if err == nil && !bytes.Equal(got, b) {
				t.Errorf("%d bytes of %d", len(got), len(b))
			}
			return errors.Join(err, r.Close())
		})
	})
}

// late stands still once, for longer than the store may.
type late struct {
	r    io.Reader
	once sync.Once
}

func (l *late) Read(p []byte) (int, error) {
	l.once.Do(func() { <-time.After(patience + patience/2) })
	return l.r.Read(p)
}

// TestStoreKilledInMidUpload: what it had acknowledged is there when it is
// back, what it had not is not, and nobody restarts the gateway.
func TestStoreKilledInMidUpload(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) *servers.S3Server{"versitygw": servers.NewVersityGW, "MinIO": servers.NewMinIO} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			c := newBucket(t, configOf(server))
			b := pattern(8 * mib)
			put(t, connect(t, c), "docs/kept", b)
			c.Timeout = patience
			s := connect(t, c)
			body := io.MultiReader(bytes.NewReader(b[:6*mib]), &killing{server: server, r: bytes.NewReader(b[6*mib:])})
			if err := s.Put(t.Context(), "docs/cut", body, 8*mib); !safe.IsKind(err, safe.Unavailable) {
				t.Errorf("killed in mid-upload: %v", err)
			}
			if err := s.Ping(t.Context()); !safe.IsKind(err, safe.Unavailable) {
				t.Errorf("ping of a dead store: %v", err)
			}
			if err := server.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantSoon(t, s, "docs/kept", b)
			c.Timeout = 0
			if _, err := connect(t, c).Size(t.Context(), "docs/cut"); !safe.IsKind(err, safe.NotFound) {
				t.Errorf("what was cut: %v", err)
			}
			putSoon(t, s, "docs/cut", b)
		})
	}
}

type killing struct {
	server *servers.S3Server
	r      io.Reader
	once   sync.Once
}

func (k *killing) Read(p []byte) (int, error) {
	k.once.Do(k.server.Kill)
	return k.r.Read(p)
}
