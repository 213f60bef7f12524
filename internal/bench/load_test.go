package bench

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// endless repeats a block: a body that costs its reader one copy.
type endless struct{ block []byte }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.block), nil }

var block = sync.OnceValue(func() []byte {
	b := make([]byte, 1<<20)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
})

// body is first, then whatever fills it up to size.
func body(first []byte, size int64) io.Reader {
	return io.LimitReader(io.MultiReader(strings.NewReader(string(first)), endless{block()}), size)
}

func drain(r io.Reader) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, make([]byte, 256<<10))
}

// took runs do n times, so many at once, and says how long that was.
func took(b *testing.B, n, atOnce int, do func() error) time.Duration {
	b.Helper()
	work := make(chan struct{})
	var wg sync.WaitGroup
	errs := make([]error, atOnce)
	begin := time.Now()
	for i := range atOnce {
		wg.Go(func() {
			for range work {
				errs[i] = errors.Join(errs[i], do())
			}
		})
	}
	for range n {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	d := time.Since(begin)
	must(b, errors.Join(errs...))
	return d
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

// spread is how far apart the rounds were, as a share of their median.
func spread(d []time.Duration) float64 {
	return float64(slices.Max(d)-slices.Min(d)) / float64(median(d))
}

// machine says where the figures come from.
func machine() (model, kernel, load string) {
	cpuinfo, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(cpuinfo)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
		}
	}
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	loadavg, _ := os.ReadFile("/proc/loadavg")
	load, _, _ = strings.Cut(string(loadavg), " ")
	return model, strings.TrimSpace(string(release)), load
}
