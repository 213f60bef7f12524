package gateway_test

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	bigPlain  = 256 * mib
	heapLimit = 64 * mib
)

// gauge passes bytes on, and looks at the heap of the whole process every
// 4 MiB: gateway, object store and client together.
type gauge struct {
	r    io.Reader
	left int64 // until the next look
	peak uint64
	sum  hash.Hash
}

func newGauge(r io.Reader) *gauge { return &gauge{r: r, sum: sha256.New()} }

func (g *gauge) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	_, _ = g.sum.Write(p[:n])
	if g.left -= int64(n); g.left <= 0 {
		g.left = 4 * mib
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		g.peak = max(g.peak, m.HeapInuse)
	}
	return n, err
}

func (g *gauge) flat(t *testing.T, what string) [32]byte {
	t.Helper()
	t.Logf("%s: at most %d MiB of heap in use", what, g.peak/mib)
	if g.peak > heapLimit {
		t.Errorf("%s of %d MiB: %d MiB of heap in use", what, bigPlain/mib, g.peak/mib)
	}
	return [32]byte(g.sum.Sum(nil))
}

// sparse is a sealed document in form: a true header, and bytes behind it.
func sparse(header []byte, size int64) io.Reader {
	return io.MultiReader(bytes.NewReader(header), io.LimitReader(pattern{}, size-int64(len(header))))
}

// pattern repeats; it is copied, because a loop over each byte is slow under
// the race detector.
type pattern struct{}

func (pattern) Read(p []byte) (int, error) { return copy(p, block), nil }

var block = bytes.Repeat([]byte("0123456789abcdef"), 2048)

// TestMemoryDoesNotGrowWithTheDocument: in by the client door, out again, and
// in by the gateway door.
func TestMemoryDoesNotGrowWithTheDocument(t *testing.T) {
	runtime.GC() // what other tests left is not the transfer's
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	w := newWorld(t, func(c *safe.Config, _ *gateway.Config) {
		c.Limits = safe.Limits{Document: bigPlain, Safe: 4 * bigPlain}
	})
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	d := newDocument(t, 100)
	header := d.sealed[:len(d.sealed)-sealedTail(t, 100)]
	size := sealed.SealedSize(bigPlain)
	h := sha256.New()
	_, err := io.Copy(h, sparse(header, size))
	must(t, err)
	sum := [32]byte(h.Sum(nil))
	a := w.do(t, request{
		who: c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": size}, header: object{"Idempotency-Key": newKey()},
	}).is(t, 201)
	d.doc, d.version, d.sum = a.string(t, "doc"), a.string(t, "version"), sum

	up := newGauge(sparse(header, size))
	w.send(t, c.upload(d), up, size, 201)
	up.flat(t, "client door")

	c.change(t, []object{c.adoption(t, d)}, nil)
	req := request{who: c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc + "/content"}.make(t, w)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	down := newGauge(resp.Body)
	n, err := io.Copy(io.Discard, down)
	must(t, err)
	if got := down.flat(t, "download"); got != sum || n != size {
		t.Errorf("%d of %d bytes came out, others", n, size)
	}

	plain := newGauge(io.LimitReader(pattern{}, bigPlain))
	deposit := o.deposit(c.address(t, o), nil)
	w.send(t, deposit, plain, bigPlain, 201)
	plain.flat(t, "gateway door")
	w.sound(t)
}

// sealedTail is what follows the header of a sealed document of n bytes.
func sealedTail(t *testing.T, n int64) int {
	t.Helper()
	padded := sealed.PaddedSize(n)
	return int(16 + padded + 16*((padded+65535)/65536))
}

// send is do for a body that is not in memory.
func (w *world) send(t *testing.T, r request, body io.Reader, size int64, status int) {
	t.Helper()
	req := r.make(t, w)
	req.Body, req.ContentLength, req.GetBody = io.NopCloser(body), size, nil
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", resp.StatusCode, status, text)
	}
}
