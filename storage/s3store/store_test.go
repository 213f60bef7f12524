package s3store_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
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
	code := m.Run()
	if s, err := embedded(); err == nil {
		dir, _ := os.Getwd() // the library has moved there
		_ = s.Close()
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// newBucket is an empty one, and how to reach it.
func newBucket(tb testing.TB) (s3store.Config, *s3store.Store) {
	tb.Helper()
	server, err := embedded()
	if err != nil {
		tb.Fatal(err)
	}
	c := server.Client()
	c.Bucket = strings.ToLower("b" + string(safe.NewID[safe.VersionID]()))
	s, err := s3store.New(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return c, s
}

func TestEmbeddedKeepsThePromises(t *testing.T) {
	storagetest.Blobs(t, func(t *testing.T) safe.Blobs {
		t.Helper()
		_, s := newBucket(t)
		return s
	})
}
