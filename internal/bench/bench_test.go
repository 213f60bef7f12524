package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/storage/s3store"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// targets of the first release: ratios to plain, and MiB.
const (
	wantLargePut = 0.70
	wantGet      = 0.90
	wantPeak     = 40  // over what the process has at rest
	wantPeak32   = 130 // in all
)

// way is one of the doors.
type way struct {
	name string
	put  func(ctx context.Context, size int64) (object string, err error)
}

type run struct {
	*callers
	plain *s3store.Store
	pid   int
	rest  int // MiB of the gateway before anything happens
	docs  map[int64]sealedDocument
	out   *tabwriter.Writer
	below []string // targets that were missed
	// beside is another way to keep documents sealed, on the same store.
	beside *sseC
}

// BenchmarkDoors prints every figure in one table.
func BenchmarkDoors(b *testing.B) {
	dir := newDir(b)
	r := newRun(b, dir, startStore(b, dir))
	r.all(b)
}

func (r *run) all(b *testing.B) {
	b.Helper()
	model, kernel, load := machine()
	fmt.Printf("\n%s, %d cores (%s), Linux %s, load %s at the start\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), model, kernel, load)
	fmt.Fprintln(r.out, "what\tdoor\tmedian\tspread\trate\t÷ plain\tCPU of the gateway\tits peak memory\t")
	r.rest = status(b, r.pid, "VmRSS:") / 1024
	fmt.Fprintf(r.out, "at rest\t\t\t\t\t\t\t%d MiB\t\n", r.rest)
	for _, part := range []struct {
		name    string
		measure func(*testing.B)
	}{
		{"small", r.small},
		{"256MiB", func(b *testing.B) { r.large(b, 256*mib, 5) }},
		{"1GiB", func(b *testing.B) { r.large(b, gib, 3) }},
		{"get", r.reading},
		{"crowd", r.crowd},
	} {
		b.Run(part.name, func(b *testing.B) {
			for b.Loop() {
				part.measure(b)
			}
		})
	}
	must(b, r.out.Flush())
	for _, missed := range r.below {
		fmt.Println("below target:", missed)
	}
}

func newDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "coffre-bench-*")
	must(b, err)
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newRun(b *testing.B, dir string, a address) *run {
	b.Helper()
	at, pid := startGateway(b, dir, a)
	r := &run{callers: newCallers(b, at, filepath.Join(dir, "data")), pid: pid, docs: map[int64]sealedDocument{}}
	var err error
	r.plain, err = s3store.New(b.Context(), s3store.Config{
		Endpoint: a.Endpoint, Bucket: a.Bucket, AccessKey: a.Key, Secret: s3store.Secret(a.Secret), TLS: a.CA != "", CAFile: a.CA,
	})
	must(b, err)
	r.out = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	return r
}

func (r *run) ways() []way {
	ways := []way{
		{"plain S3", func(ctx context.Context, size int64) (string, error) {
			object := objectOf(safe.NewID[string](), safe.NewID[string]())
			return object, r.plain.Put(ctx, object, body(nil, size), size)
		}},
		{"gateway", r.deposit},
		{"client", func(ctx context.Context, size int64) (string, error) { return r.upload(ctx, r.docs[size]) }},
	}
	if r.beside != nil {
		ways = append(ways, way{"SSE-C", r.beside.put})
	}
	return ways
}

// measured is the rounds of one door.
type measured struct {
	took []time.Duration
	cpu  float64
	peak int
}

// alternate measures rounds of n documents, so many at once, door by door.
// What a round has stored is removed before the next.
func (r *run) alternate(b *testing.B, rounds, n, atOnce int, size int64) map[string]*measured {
	b.Helper()
	r.docs[size] = r.document(b, size)
	all := map[string]*measured{}
	for range rounds {
		r.authenticate(b)
		for _, w := range r.ways() {
			m := all[w.name]
			if m == nil {
				m = &measured{}
				all[w.name] = m
			}
			var mu sync.Mutex
			var objects []string
			resetPeak(b, r.pid)
			before := cpu(b, r.pid)
			m.took = append(m.took, took(b, n, atOnce, func() error {
				object, err := w.put(b.Context(), size)
				mu.Lock()
				defer mu.Unlock()
				objects = append(objects, object)
				return err
			}))
			m.cpu += (cpu(b, r.pid) - before) / float64(rounds)
			m.peak = max(m.peak, peak(b, r.pid))
			for _, o := range objects {
				must(b, r.plain.Delete(b.Context(), o))
			}
		}
	}
	return all
}

func (r *run) line(what, door string, m, plain *measured, rate string) float64 {
	ratio := median(plain.took).Seconds() / median(m.took).Seconds()
	used, top := "", ""
	if m != plain && door != "SSE-C" {
		used, top = fmt.Sprintf("%.2f s", m.cpu), fmt.Sprintf("%d MiB", m.peak)
	}
	fmt.Fprintf(r.out, "%s\t%s\t%.3f s\t± %.0f %%\t%s\t%.2f\t%s\t%s\t\n",
		what, door, median(m.took).Seconds(), spread(m.took)*50, rate, ratio, used, top)
	return ratio
}

func (r *run) small(b *testing.B) {
	b.Helper()
	const n, size = 2000, 100 * kib
	all := r.alternate(b, 3, n, 16, size)
	for _, w := range r.ways() {
		m := all[w.name]
		r.line("PUT 100 KiB × 2,000, 16 at once", w.name, m, all["plain S3"], fmt.Sprintf("%.0f/s", n/median(m.took).Seconds()))
	}
}

func (r *run) large(b *testing.B, size int64, rounds int) {
	b.Helper()
	all := r.alternate(b, rounds, 1, 1, size)
	for _, w := range r.ways() {
		m := all[w.name]
		ratio := r.line(fmt.Sprintf("PUT %d MiB", size/mib), w.name, m, all["plain S3"], perSecond(size, median(m.took)))
		if w.name == "plain S3" || w.name == "SSE-C" {
			continue
		}
		r.want(ratio >= wantLargePut, "PUT of %d MiB by the %s door: %.2f of plain, want %.2f", size/mib, w.name, ratio, wantLargePut)
		r.want(m.peak-r.rest <= wantPeak, "PUT of %d MiB by the %s door: %d MiB over rest, want %d", size/mib, w.name, m.peak-r.rest, wantPeak)
	}
}

// reading compares plain GET with the content of a document in the safe.
func (r *run) reading(b *testing.B) {
	b.Helper()
	const size = 256 * mib
	file := filepath.Join(b.TempDir(), "facture.pdf")
	f, err := os.Create(file)
	must(b, err)
	_, err = io.Copy(f, body(nil, size))
	must(b, err)
	must(b, f.Close())
	e, err := r.safe.Put(b.Context(), file, client.PutOptions{})
	must(b, err)
	var plain, door measured
	resetPeak(b, r.pid)
	for range 5 {
		plain.took = append(plain.took, took(b, 1, 1, func() error {
			body, err := r.plain.Open(b.Context(), objectOf(e.ID, e.Version), 0, -1)
			if err != nil {
				return err
			}
			_, err = drain(body)
			return err
		}))
		before := cpu(b, r.pid)
		door.took = append(door.took, took(b, 1, 1, func() error {
			n, err := r.content(b.Context(), e.ID)
			if err == nil && n != sealed.SealedSize(size) {
				err = fmt.Errorf("content has %d bytes", n)
			}
			return err
		}))
		door.cpu += (cpu(b, r.pid) - before) / 5
	}
	door.peak = peak(b, r.pid)
	r.line("GET 256 MiB", "plain S3", &plain, &plain, perSecond(size, median(plain.took)))
	ratio := r.line("GET 256 MiB", "gateway", &door, &plain, perSecond(size, median(door.took)))
	if r.beside != nil {
		r.line("GET 256 MiB", "SSE-C", r.beside.reading(b, size), &plain, "")
	}
	r.want(ratio >= wantGet, "GET: %.2f of plain, want %.2f", ratio, wantGet)
}

// crowd is about memory: many transfers at once.
func (r *run) crowd(b *testing.B) {
	b.Helper()
	const n, size = 32, 64 * mib
	all := r.alternate(b, 1, n, n, size)
	for _, w := range r.ways() {
		m := all[w.name]
		r.line("PUT 64 MiB × 32, all at once", w.name, m, all["plain S3"], perSecond(n*size, median(m.took)))
		r.want(w.name == "plain S3" || w.name == "SSE-C" || m.peak <= wantPeak32, "32 at once by the %s door: peak of %d MiB, want %d", w.name, m.peak, wantPeak32)
	}
}

// want notes a target that was missed.
func (r *run) want(met bool, format string, args ...any) {
	if !met {
		r.below = append(r.below, fmt.Sprintf(format, args...))
	}
}

func perSecond(n int64, d time.Duration) string {
	return fmt.Sprintf("%.0f MiB/s", float64(n)/mib/d.Seconds())
}
