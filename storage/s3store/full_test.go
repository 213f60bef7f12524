package s3store_test

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// TestFullDisk: an upload that does not fit is refused by its own kind and
// leaves nothing, what was there stays, and with room again it goes on.
func TestFullDisk(t *testing.T) {
	storagetest.OnSmallDisk(t, func(t *testing.T, disk storagetest.Disk) {
		server, err := s3store.Embedded(t.Context(), s3store.EmbeddedConfig{Dir: filepath.Join(disk.Dir, "objects"), Bucket: "coffre"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = server.Close() }()
		s, err := s3store.New(t.Context(), server.Client())
		if err != nil {
			t.Fatal(err)
		}
		put := func(key string, n int) error {
			return s.Put(t.Context(), "docs/"+key, bytes.NewReader(bytes.Repeat([]byte("x"), n)), int64(n))
		}
		if err := put("first", 5<<20); err != nil {
			t.Fatal(err)
		}
		for range 3 { // a refused one takes no room either
			if err := put("second", 9<<20); !safe.IsKind(err, safe.StorageFull) {
				t.Fatalf("an object larger than the disk: %v", err)
			}
		}
		if _, err := s.Size(t.Context(), "docs/second"); !safe.IsKind(err, safe.NotFound) {
			t.Errorf("the refused object: %v", err)
		}
		objects := slices.DeleteFunc(disk.Files(), func(name string) bool { return !strings.HasPrefix(name, "/objects/coffre/") })
		if !slices.Equal(objects, []string{"/objects/coffre/docs/first"}) {
			t.Errorf("the disk holds %v", objects)
		}
		if disk.Real {
			if err := fill(put); !safe.IsKind(err, safe.StorageFull) {
				t.Errorf("a small object on a full disk: %v", err)
			}
		}
		disk.Grow()
		if err := put("second", 9<<20); err != nil {
			t.Errorf("with room again: %v", err)
		}
		body, err := s.Open(t.Context(), "docs/first", 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = body.Close() }()
		if b, err := io.ReadAll(body); err != nil || !bytes.Equal(b, bytes.Repeat([]byte("x"), 5<<20)) {
			t.Errorf("the object that was there has %d bytes, %v", len(b), err)
		}
	})
}

// fill puts small objects until one does not fit.
func fill(put func(string, int) error) error {
	for {
		if err := put("small-"+string(safe.NewID[safe.VersionID]()), 100<<10); err != nil {
			return err
		}
	}
}
