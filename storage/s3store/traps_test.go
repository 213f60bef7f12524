package s3store_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
)

// What the library under the embedded server gets wrong, or would without the
// wrapper: each was seen, and has its test.

// rawPut is a PUT that another client could make: signed, its payload not.
func rawPut(t *testing.T, c s3store.Config, key string, length int64, body io.Reader) (status int, err error) {
	t.Helper()
	rq, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+c.Endpoint+"/"+c.Bucket+"/"+key, body)
	if err != nil {
		t.Fatal(err)
	}
	rq.ContentLength = length
	rq.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	resp, err := http.DefaultClient.Do(signer.SignV4(*rq, c.AccessKey, string(c.Secret), "", "us-east-1"))
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// TestCutBodyIsNeverPublished by the embedded server: not as a new object,
// and not over a good one. (A versitygw of its own would publish it; what this
// package sends has a checksum at its end, see TestLineCutInTheMiddle.)
func TestCutBodyIsNeverPublished(t *testing.T) {
	c := newBucket(t, embeddedConfig(t))
	s := connect(t, c)
	good := bytes.Repeat([]byte("good"), 1<<18)
	if status, err := rawPut(t, c, "docs/there", int64(len(good)), bytes.NewReader(good)); err != nil || status != http.StatusOK {
		t.Fatalf("a whole body: %d, %v", status, err)
	}
	for _, key := range []string{"docs/there", "docs/new"} {
		cut := io.MultiReader(bytes.NewReader(good[:len(good)/2]), failing{})
		if status, err := rawPut(t, c, key, int64(len(good)), cut); err == nil {
			t.Errorf("%s: a cut body is answered %d", key, status)
		}
	}
	// A later request finds the server done with the ones before.
	if err := s.Put(t.Context(), "docs/last", strings.NewReader("x"), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Size(t.Context(), "docs/new"); !safe.IsKind(err, safe.NotFound) {
		t.Errorf("the cut object: %v", err)
	}
	body, err := s.Open(t.Context(), "docs/there", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	if b, err := io.ReadAll(body); err != nil || !bytes.Equal(b, good) {
		t.Errorf("the good object has %d bytes, %v", len(b), err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fmt.Errorf("the line is cut") }

// TestFlippedBitIsRefused: what is stored is what was sent, whatever the line
// between did.
func TestFlippedBitIsRefused(t *testing.T) {
	onEach(t, flippedBitIsRefused)
}

func flippedBitIsRefused(t *testing.T, c s3store.Config) {
	straight := connect(t, c)
	for _, size := range []int{300_000, 4 << 20} { // from one buffer, and streamed
		line := &flipping{to: c.Endpoint, at: 200_000}
		bent := c
		bent.Endpoint = line.listen(t, "127.0.0.1")
		s, err := s3store.New(t.Context(), bent)
		if err != nil {
			t.Fatal(err)
		}
		key := "docs/" + string(safe.NewID[safe.VersionID]())
		if err := s.Put(t.Context(), key, bytes.NewReader(make([]byte, size)), int64(size)); size > mib && err == nil {
			t.Errorf("%d bytes with a flipped bit were accepted", size)
		}
		if line.flipped() == 0 {
			t.Error("no bit was flipped: this test looks at the wrong thing")
		}
		// What is small may have been sent again by a line that was whole.
		wantWholeOrNothing(t, straight, key, make([]byte, size))
	}
}

// flipping is a line that flips one bit in each connection that carries that
// many bytes, or none where at is negative.
type flipping struct {
	to string
	at int

	mu sync.Mutex
	n  int
}

func (f *flipping) flipped() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}

func (f *flipping) listen(t *testing.T, on string) string {
	t.Helper()
	l, err := net.Listen("tcp", on+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", f.to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
			go func() { _, _ = io.Copy(far, &bender{r: near, f: f, left: f.at}); _ = far.Close() }()
		}
	}()
	return l.Addr().String()
}

type bender struct {
	r    io.Reader
	f    *flipping
	left int
}

func (b *bender) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left >= 0 && b.left < n {
		p[b.left] ^= 1
		b.f.mu.Lock()
		b.f.n++
		b.f.mu.Unlock()
	}
	b.left -= n
	return n, err
}

// TestKeysAreNoWayOut: the library would follow "..".
func TestKeysAreNoWayOut(t *testing.T) {
	s := connect(t, newBucket(t, embeddedConfig(t)))
	for _, key := range []string{"", "../x", "docs/../../x", "docs//x", "/docs/x", "docs/x/", "./x"} {
		if err := s.Put(t.Context(), key, strings.NewReader("x"), 1); !safe.IsKind(err, safe.Invalid) {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

// TestEmbeddedRefusesRelativeDirectory: the library changes the working
// directory, so that a relative path would mean two places.
func TestEmbeddedRefusesRelativeDirectory(t *testing.T) {
	if _, err := s3store.Embedded(t.Context(), s3store.EmbeddedConfig{Dir: "objects", Bucket: "coffre"}); err == nil {
		t.Error("a relative directory was taken")
	}
	if _, err := os.Stat("objects"); err == nil {
		t.Error("and made")
	}
}

// TestSecretIsNeverPrinted in any way that fmt or an encoder has.
func TestSecretIsNeverPrinted(t *testing.T) {
	c := s3store.Config{Secret: "hunter2"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{c, &c, c.Secret} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "hunter2") || strings.Contains(text, "68756e746572") {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}
