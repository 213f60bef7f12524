package s3store_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
)

// liar stands before a store and changes what it answers.
type liar struct {
	mu     sync.Mutex
	lie    func(*http.Response)
	refuse int // so many requests, which the store does not see
}

// refused answers by itself what is to be refused.
func (l *liar) refused(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		now := l.refuse > 0
		l.refuse--
		l.mu.Unlock()
		if now {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (l *liar) tell(lie func(*http.Response)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lie = lie
}

func (l *liar) change(r *http.Response) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lie != nil {
		l.lie(r)
	}
	return nil
}

// behindLiar is a store behind a liar, and the same without one.
func behindLiar(t *testing.T, c s3store.Config) (s, straight *s3store.Store, l *liar) {
	t.Helper()
	straight = connect(t, c)
	l = &liar{}
	store := c.Endpoint
	// The address in a request is under its signature: it stays as it is.
	proxy := httptest.NewServer(l.refused(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", store
			r.Out.Host = r.In.Host
		},
		ModifyResponse: l.change, ErrorLog: log.New(io.Discard, "", 0), // callers that are refused hang up
	}))
	t.Cleanup(proxy.Close)
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.Endpoint = u.Host
	return connect(t, c), straight, l
}

func answer(r *http.Response, status int, body string) {
	_ = r.Body.Close()
	r.StatusCode, r.Status = status, strconv.Itoa(status)+" "+http.StatusText(status)
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	r.ContentLength, r.Body = int64(len(body)), io.NopCloser(strings.NewReader(body))
}

// TestOtherBytes: a store that gives back something else than it keeps is
// found out at the latest at the end of a whole object, and at once where the
// answer is not for the range that was asked for.
func TestOtherBytes(t *testing.T) {
	t.Parallel()
	edit := func(change func([]byte) []byte) func(*http.Response) {
		return func(r *http.Response) {
			b, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			sum := r.Header.Get("X-Amz-Checksum-Crc32c")
			if answer(r, r.StatusCode, string(change(b))); sum != "" {
				r.Header.Set("X-Amz-Checksum-Crc32c", sum)
			}
		}
	}
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte { b[at] ^= 1; return b }
	}
	onEach(t, func(t *testing.T, c s3store.Config) {
		t.Parallel()
		s, _, l := behindLiar(t, c)
		b := pattern(3 * mib)
		put(t, s, "docs/a", b)
		for name, lie := range map[string]struct {
			tell      func(*http.Response)
			offset, n int64
		}{
			"a bit at the beginning": {edit(flip(0)), 0, -1},
			"a bit at the end":       {edit(flip(3*mib - 1)), 0, -1},
			"a shorter object":       {edit(func(b []byte) []byte { return b[:2*mib] }), 0, -1},
			"a longer object":        {edit(func(b []byte) []byte { return append(b, 'x') }), 0, -1},
			"nothing at all":         {edit(func([]byte) []byte { return nil }), 0, -1},
			"a shorter range":        {edit(func(b []byte) []byte { return b[1:] }), mib, mib},
			"another range":          {func(r *http.Response) { r.Header.Set("Content-Range", "bytes 0-1048575/3145728") }, mib, mib},
			"all for a range":        {func(r *http.Response) { r.Header.Del("Content-Range"); r.StatusCode = http.StatusOK }, mib, mib},
			"a rest cut off":         {func(r *http.Response) { r.Header.Set("Content-Range", "bytes 2097152-3145726/3145728") }, 2 * mib, -1},
		} {
			l.tell(lie.tell)
			if got, err := read(t.Context(), s, "docs/a", lie.offset, lie.n); !safe.IsKind(err, safe.Damaged) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
		l.tell(nil)
		if got, err := read(t.Context(), s, "docs/a", 0, -1); err != nil || !bytes.Equal(got, b) {
			t.Errorf("without a lie: %d bytes, %v", len(got), err)
		}
	})
}

// TestRefusals that the store, or what stands before it, makes up: none is
// taken for "it is not there", all for "try again".
func TestRefusals(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c s3store.Config) {
		t.Parallel()
		s, straight, l := behindLiar(t, c)
		b := pattern(2 * mib)
		put(t, s, "docs/a", b)
		for status, body := range map[int]string{
			http.StatusInternalServerError: "<Error><Code>InternalError</Code></Error>",
			http.StatusBadGateway:          "<html>nginx</html>",
			http.StatusServiceUnavailable:  "<Error><Code>SlowDown</Code></Error>",
			http.StatusForbidden:           "<Error><Code>AccessDenied</Code></Error>",
			http.StatusOK:                  "<html>a page of the house's firewall</html>",
		} {
			l.tell(func(r *http.Response) {
				answer(r, status, body)
				r.Header.Set("Content-Type", "text/html; charset=utf-8")
			})
			var wg sync.WaitGroup
			for name, call := range map[string]func() error{
				"ping":   func() error { return s.Ping(t.Context()) },
				"list":   func() error { _, err := s.List(t.Context(), "docs/", "", 10); return err },
				"size":   func() error { _, err := s.Size(t.Context(), "docs/a"); return err },
				"open":   func() error { _, err := read(t.Context(), s, "docs/a", 0, -1); return err },
				"delete": func() error { return s.Delete(t.Context(), "docs/none") },
				"put":    func() error { return s.Put(t.Context(), "docs/new", bytes.NewReader(b), 2*mib) },
			} {
				wg.Go(func() {
					if err := call(); !safe.IsKind(err, safe.Unavailable) {
						t.Errorf("%s answered %d: %v", name, status, err)
					}
				})
			}
			wg.Wait()
			wantWholeOrNothing(t, straight, "docs/new", b)
			if err := straight.Delete(t.Context(), "docs/new"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestLostAnswer: what was stored is acknowledged although the answer said
// otherwise, or got lost; what is another's is not.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	lies := map[string]func(*http.Response){
		"a gateway gave up":       func(r *http.Response) { answer(r, http.StatusBadGateway, "") },
		"it failed":               func(r *http.Response) { answer(r, http.StatusInternalServerError, "") },
		"sent twice by a proxy":   func(r *http.Response) { answer(r, http.StatusPreconditionFailed, "") },
		"cut in the middle of it": func(r *http.Response) { r.Header.Set("Content-Length", "7"); r.ContentLength = 7 },
	}
	onEach(t, func(t *testing.T, c s3store.Config) {
		t.Parallel()
		s, straight, l := behindLiar(t, c)
		for name, lie := range lies {
			for _, size := range []int{1000, 2 * mib} {
				key, b := "docs/"+string(safe.NewID[safe.VersionID]()), pattern(size)
				l.tell(func(r *http.Response) {
					if r.Request.Method == http.MethodPut {
						lie(r)
					}
				})
				put(t, s, key, b)
				if got, err := read(t.Context(), straight, key, 0, -1); err != nil || !bytes.Equal(got, b) {
					t.Errorf("%s: %d bytes of %d, %v", name, len(got), size, err)
				}
				if err := s.Put(t.Context(), key, bytes.NewReader(b), int64(size)); !safe.IsKind(err, safe.AlreadyExists) {
					t.Errorf("%s, then another's: %v", name, err)
				}
			}
		}
	})
}

// TestBriefRefusal: a store that is busy for a moment, or one of several that
// restarts, is asked again, for a large object too.
func TestBriefRefusal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c s3store.Config) {
		t.Parallel()
		s, _, l := behindLiar(t, c)
		for _, size := range []int{1000, 2 * mib} {
			key, b := "docs/"+string(safe.NewID[safe.VersionID]()), pattern(size)
			busy := func() {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.refuse = 2
			}
			busy()
			put(t, s, key, b)
			busy()
			if got, err := read(t.Context(), s, key, 0, -1); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%d bytes of %d, %v", len(got), size, err)
			}
		}
	})
}
