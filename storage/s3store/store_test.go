package s3store_test

import (
	"context"
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// There can be one embedded server in a process; tests take a bucket each.
var embedded = sync.OnceValues(func() (*s3store.Server, error) {
	dir, err := os.MkdirTemp("", "coffre-s3-*")
	if err != nil {
		return nil, err
	}
	return s3store.Embedded(context.Background(), s3store.EmbeddedConfig{Dir: dir, Bucket: "first"})
})

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = f.Value.Set("24") // tests of faults wait, most of the time
	}
	code := m.Run()
	if s, err := embedded(); err == nil {
		dir, _ := os.Getwd() // the library has moved there
		_ = s.Close()
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// backend is a store that the same tests run against.
type backend struct {
	name string
	open func(tb testing.TB) s3store.Config
}

func backends() []backend {
	return []backend{
		{"embedded", embeddedConfig},
		{"versitygw", func(tb testing.TB) s3store.Config { tb.Helper(); return configOf(servers.VersityGW(tb)) }},
		{"MinIO", func(tb testing.TB) s3store.Config { tb.Helper(); return configOf(servers.MinIO(tb)) }},
	}
}

func embeddedConfig(tb testing.TB) s3store.Config {
	tb.Helper()
	server, err := embedded()
	if err != nil {
		tb.Fatal(err)
	}
	return server.Client()
}

func configOf(s *servers.S3Server) s3store.Config {
	return s3store.Config{Endpoint: s.Endpoint, AccessKey: s.AccessKey, Secret: s3store.Secret(s.Secret), TLS: s.CA != "", CAFile: s.CA}
}

// onEach runs a test against each store, in a bucket of its own.
func onEach(t *testing.T, test func(t *testing.T, c s3store.Config)) {
	t.Helper()
	for _, b := range backends() {
		t.Run(b.name, func(t *testing.T) { test(t, newBucket(t, b.open(t))) })
	}
}

// newBucket names one that is not there yet.
func newBucket(tb testing.TB, c s3store.Config) s3store.Config {
	tb.Helper()
	c.Bucket = strings.ToLower("b" + string(safe.NewID[safe.VersionID]()))
	return c
}

func connect(tb testing.TB, c s3store.Config) *s3store.Store {
	tb.Helper()
	s, err := s3store.New(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestEveryStoreKeepsThePromises: the one in the process, and the ones that
// operators run.
func TestEveryStoreKeepsThePromises(t *testing.T) {
	for _, b := range backends() {
		t.Run(b.name, func(t *testing.T) {
			storagetest.Blobs(t, func(t *testing.T) safe.Blobs {
				t.Helper()
				return connect(t, newBucket(t, b.open(t)))
			})
		})
	}
}
