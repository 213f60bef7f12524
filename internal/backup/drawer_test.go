package backup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

var errCut = errors.New("cut")

// drawer is an object store in memory that can be cut off.
type drawer struct {
	all       map[string][]byte
	failAfter int // openings
	opened    int
}

func newDrawer() *drawer { return &drawer{all: map[string][]byte{}} }

func (d *drawer) Put(_ context.Context, key string, r io.Reader, _ int64) error {
	b, err := io.ReadAll(r)
	if err == nil {
		d.all[key] = b
	}
	return err
}

func (d *drawer) Open(_ context.Context, key string, _, _ int64) (io.ReadCloser, error) {
	if d.opened++; d.failAfter > 0 && d.opened > d.failAfter {
		return nil, errCut
	}
	b, ok := d.all[key]
	if !ok {
		return nil, &safe.Error{Kind: safe.NotFound, Msg: "no object"}
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (d *drawer) Size(_ context.Context, key string) (int64, error) {
	b, ok := d.all[key]
	if !ok {
		return 0, &safe.Error{Kind: safe.NotFound, Msg: "no object"}
	}
	return int64(len(b)), nil
}

func (d *drawer) Delete(_ context.Context, key string) error {
	delete(d.all, key)
	return nil
}

func (d *drawer) List(context.Context, string, string, int) ([]string, error) { return nil, nil }

func (d *drawer) Ping(context.Context) error { return nil }

func (d *drawer) holds(t *testing.T, from *drawer, all ...safe.Version) {
	t.Helper()
	if len(d.all) != len(all) {
		t.Errorf("%d objects, want %d", len(d.all), len(all))
	}
	for _, v := range all {
		if !bytes.Equal(d.all[v.Object()], from.all[v.Object()]) {
			t.Errorf("%s differs", v.Object())
		}
	}
}

// same compares with the bytes on the shelf and the hashes of the rows.
func (d *drawer) same(t *testing.T, dir string, all ...safe.Version) {
	t.Helper()
	if len(d.all) != len(all) {
		t.Errorf("%d objects, want %d", len(d.all), len(all))
	}
	for _, v := range all {
		b, err := os.ReadFile(filepath.Join(dir, "objects", v.Object()))
		if err != nil || sha256.Sum256(d.all[v.Object()]) != v.SHA256 || !bytes.Equal(b, d.all[v.Object()]) {
			t.Errorf("%s differs, %v", v.Object(), err)
		}
	}
}
