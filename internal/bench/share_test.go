package bench

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// wantShare bounds what the server takes to note a share, whatever the size of
// the document.
const wantShare = 50 * time.Millisecond

// scales weighs what a client sends and is sent, and times the one request that
// shares.
type scales struct {
	http.RoundTripper
	mu     sync.Mutex
	shared []time.Duration
	bytes  int64
}

func (s *scales) RoundTrip(r *http.Request) (*http.Response, error) {
	begin := time.Now()
	resp, err := s.RoundTripper.RoundTrip(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += max(r.ContentLength, 0)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodPost && r.URL.Path == "/api/v1/safe/grants" {
		s.shared = append(s.shared, time.Since(begin))
	}
	resp.Body = &weighed{resp.Body, s}
	return resp, nil
}

type weighed struct {
	io.ReadCloser
	on *scales
}

func (w *weighed) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.on.mu.Lock()
	defer w.on.mu.Unlock()
	w.on.bytes += int64(n)
	return n, err
}

// BenchmarkShare shares a document of 1 KiB and one of 1 GiB, as a citizen's
// client does: all of its requests are weighed, and the one that shares is
// timed.
func BenchmarkShare(b *testing.B) {
	dir := newDir(b)
	r := newRun(b, dir, startStore(b, dir))
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _, load := machine()
	fmt.Printf("\nload %s at the start\n\n", load)
	fmt.Fprintln(out, "share of\tmedian of the server's time\tlongest of 50\tmoved by the client, each\tCPU of the gateway, each\t")
	for b.Loop() {
		for _, size := range []int64{kib, gib} {
			r.sharing(b, out, size)
		}
	}
	must(b, out.Flush())
}

func (r *run) sharing(b *testing.B, out io.Writer, size int64) {
	b.Helper()
	const n = 50
	file := filepath.Join(b.TempDir(), "bulletin.pdf")
	f, err := os.Create(file)
	must(b, err)
	_, err = io.Copy(f, body(nil, size))
	must(b, err)
	must(b, f.Close())
	e, err := r.safe.Put(b.Context(), file, client.PutOptions{})
	must(b, err)
	r.on.shared, r.on.bytes = nil, 0
	before := cpu(b, r.pid)
	for range n {
		_, err := r.safe.Share(b.Context(), e, client.ShareOrder{
			Administration: "Université de Valmont", Purpose: "inscription", Until: time.Now().Add(time.Hour),
		})
		must(b, err)
	}
	middle, longest := median(r.on.shared), slices.Max(r.on.shared)
	fmt.Fprintf(out, "%d KiB\t%.1f ms\t%.1f ms\t%d KiB\t%.1f ms\t\n", size/kib, middle.Seconds()*1000, longest.Seconds()*1000,
		r.on.bytes/n/kib, (cpu(b, r.pid)-before)/n*1000)
	if middle > wantShare {
		fmt.Printf("below target: share of %d bytes: %v, want %v\n", size, middle, wantShare)
	}
	if r.on.bytes/n > mib {
		b.Errorf("a share of %d bytes moves %d", size, r.on.bytes/n)
	}
}
