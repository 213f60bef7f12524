package storagetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Blobs holds a store against the promises of safe.Blobs. open gives an empty
// one at each call.
func Blobs(t *testing.T, open func(t *testing.T) safe.Blobs) {
	for name, test := range map[string]func(*testing.T, safe.Blobs){
		"what goes in comes out":            blobsRoundTrip,
		"ranges":                            blobsRanges,
		"a key is written once":             blobsOnce,
		"concurrent puts have one winner":   blobsRace,
		"a short body leaves nothing":       blobsShort,
		"a failing body leaves nothing":     blobsFailing,
		"a cancelled put leaves nothing":    blobsCancelled,
		"no object is without bytes":        blobsEmpty,
		"a longer body is not read on":      blobsLong,
		"a reader may stop in the middle":   blobsHalfRead,
		"delete and what is not there":      blobsDelete,
		"list is ordered and after its key": blobsList,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

const mib = 1 << 20

func randomBytes(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(b)
	return b
}

func key(name string) string {
	return "docs/" + name + "/" + string(safe.NewID[safe.VersionID]()) + ".age"
}

func put(t *testing.T, s safe.Blobs, k string, b []byte) {
	t.Helper()
	if err := s.Put(t.Context(), k, onlyReader{bytes.NewReader(b)}, int64(len(b))); err != nil {
		t.Fatalf("put %d bytes: %v", len(b), err)
	}
}

// onlyReader hides that a body could be read twice.
type onlyReader struct{ io.Reader }

func get(t *testing.T, s safe.Blobs, k string, offset, length int64) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), k, offset, length)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatalf("read: %v", err)
	}
	return b
}

func wantKind(t *testing.T, err error, k safe.Kind) {
	t.Helper()
	if !safe.IsKind(err, k) {
		t.Fatalf("error is %v, want kind %d", err, k)
	}
}

func wantNothing(t *testing.T, s safe.Blobs, k string) {
	t.Helper()
	_, err := s.Size(context.WithoutCancel(t.Context()), k)
	wantKind(t, err, safe.NotFound)
	keys, err := s.List(context.WithoutCancel(t.Context()), "docs/", "", 1000)
	if err != nil || slices.Contains(keys, k) {
		t.Fatalf("list shows %v, %v", keys, err)
	}
}

func blobsRoundTrip(t *testing.T, s safe.Blobs) {
	for _, n := range []int{1, 1000, 65536, mib, mib + 1, 9*mib + 7} {
		k, b := key("a"), randomBytes(n)
		put(t, s, k, b)
		if !bytes.Equal(get(t, s, k, 0, -1), b) {
			t.Errorf("%d bytes came back changed", n)
		}
		if size, err := s.Size(t.Context(), k); err != nil || size != int64(n) {
			t.Errorf("size is %d, %v; want %d", size, err, n)
		}
	}
}

func blobsRanges(t *testing.T, s safe.Blobs) {
	k, b := key("r"), randomBytes(3*mib)
	put(t, s, k, b)
	for _, c := range []struct{ off, n int64 }{{0, 1}, {0, 0}, {5, 10}, {mib, mib}, {3*mib - 1, 1}, {2 * mib, -1}, {1, -1}} {
		want := b[c.off:]
		if c.n >= 0 {
			want = b[c.off : c.off+c.n]
		}
		if !bytes.Equal(get(t, s, k, c.off, c.n), want) {
			t.Errorf("range %d+%d is not what was stored there", c.off, c.n)
		}
	}
	_, err := s.Open(t.Context(), k, 3*mib, -1)
	wantKind(t, err, safe.Invalid)
}

func blobsEmpty(t *testing.T, s safe.Blobs) {
	for _, n := range []int64{0, -1} {
		k := key("empty")
		wantKind(t, s.Put(t.Context(), k, bytes.NewReader(nil), n), safe.WrongLength)
		wantNothing(t, s, k)
	}
}

// blobsLong: what is announced is stored; that nothing follows is for the
// caller to see to, who knows where a body comes from.
func blobsLong(t *testing.T, s safe.Blobs) {
	for _, n := range []int{1000, 2 * mib} {
		k, b := key("long"), randomBytes(n+10)
		if err := s.Put(t.Context(), k, onlyReader{bytes.NewReader(b)}, int64(n)); err != nil {
			t.Fatalf("put: %v", err)
		}
		if !bytes.Equal(get(t, s, k, 0, -1), b[:n]) {
			t.Errorf("%d bytes came back changed", n)
		}
	}
}

// blobsHalfRead: readers that go away leave the store as it was.
func blobsHalfRead(t *testing.T, s safe.Blobs) {
	k, b := key("half"), randomBytes(8*mib)
	put(t, s, k, b)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := s.Open(ctx, k, 0, -1)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
			t.Fatalf("read: %v", err)
		}
		cancel()
		_ = r.Close() // it may tell of the context
	}
	if !bytes.Equal(get(t, s, k, 0, -1), b) {
		t.Error("the object changed")
	}
}

func blobsOnce(t *testing.T, s safe.Blobs) {
	for _, n := range []int{100, 2 * mib} {
		k, b := key("once"), randomBytes(n)
		put(t, s, k, b)
		wantKind(t, s.Put(t.Context(), k, bytes.NewReader(randomBytes(n+1)), int64(n+1)), safe.AlreadyExists)
		if !bytes.Equal(get(t, s, k, 0, -1), b) {
			t.Error("the refused put changed the object")
		}
	}
}

func blobsRace(t *testing.T, s safe.Blobs) {
	for range 5 {
		k := key("race")
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				b := bytes.Repeat([]byte{byte('a' + i)}, 3000)
				errs[i] = s.Put(t.Context(), k, bytes.NewReader(b), int64(len(b)))
			})
		}
		wg.Wait()
		winner := slices.Index(errs, nil)
		if winner < 0 {
			t.Fatalf("nobody won: %v", errs)
		}
		for i, err := range errs {
			if i != winner {
				wantKind(t, err, safe.AlreadyExists)
			}
		}
		if got := get(t, s, k, 0, -1); !bytes.Equal(got, bytes.Repeat([]byte{byte('a' + winner)}, 3000)) {
			t.Fatal("what is stored is not the winner's")
		}
	}
}

func blobsShort(t *testing.T, s safe.Blobs) {
	for _, n := range []int{1000, 4 * mib} {
		k := key("short")
		wantKind(t, s.Put(t.Context(), k, onlyReader{bytes.NewReader(randomBytes(n - 1))}, int64(n)), safe.WrongLength)
		wantNothing(t, s, k)
		put(t, s, k, randomBytes(n)) // and the key is free for another try
	}
}

func blobsFailing(t *testing.T, s safe.Blobs) {
	cause := &safe.Error{Kind: safe.WrongForm, Msg: "of the body"}
	for _, n := range []int{1000, 4 * mib} {
		k := key("failing")
		body := io.MultiReader(bytes.NewReader(randomBytes(n/2)), failing{cause})
		err := s.Put(t.Context(), k, body, int64(n))
		wantKind(t, err, safe.WrongForm)
		wantNothing(t, s, k)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func blobsCancelled(t *testing.T, s safe.Blobs) {
	ctx, cancel := context.WithCancel(t.Context())
	k := key("cancelled")
	half := &cancelling{r: bytes.NewReader(randomBytes(8 * mib)), after: 4 * mib, cancel: cancel}
	if err := s.Put(ctx, k, half, 8*mib); err == nil {
		t.Fatal("a put whose context ended was acknowledged")
	}
	wantNothing(t, s, k)
}

type cancelling struct {
	r      io.Reader
	after  int
	cancel func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	n, err := c.r.Read(p[:min(len(p), 64<<10)])
	if c.after -= n; c.after <= 0 {
		c.cancel()
	}
	return n, err
}

func blobsDelete(t *testing.T, s safe.Blobs) {
	k := key("gone")
	put(t, s, k, randomBytes(10))
	for range 2 {
		if err := s.Delete(t.Context(), k); err != nil {
			t.Fatalf("delete: %v", err)
		}
		wantNothing(t, s, k)
	}
	_, err := s.Open(t.Context(), k, 0, -1)
	wantKind(t, err, safe.NotFound)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatalf("ping: %v", err)
	}
}

func blobsList(t *testing.T, s safe.Blobs) {
	var all []string
	for i := range 25 {
		k := key(strings.Repeat(string(rune('a'+i%5)), 3))
		put(t, s, k, []byte("x"))
		all = append(all, k)
	}
	put(t, s, "other/x", []byte("x"))
	slices.Sort(all)
	var seen []string
	for after := ""; ; {
		page, err := s.List(t.Context(), "docs/", after, 7)
		if err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, page...); len(page) < 7 {
			break
		}
		after = page[len(page)-1]
	}
	if !slices.Equal(seen, all) {
		t.Errorf("pages give %d keys, want %d in order", len(seen), len(all))
	}
	// A prefix may end within a name.
	some, err := s.List(t.Context(), "docs/b", "", 100)
	if want := slices.DeleteFunc(all, func(k string) bool { return !strings.HasPrefix(k, "docs/b") }); err != nil || !slices.Equal(some, want) {
		t.Errorf("prefix docs/b gives %v, %v; want %v", some, err, want)
	}
}
