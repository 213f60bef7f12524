package s3store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// tilesPrefix is where the public part of the journal is in the bucket, beside
// the documents.
const tilesPrefix = "log/"

// tileMost is more than the longest bundle: 256 entries of 64 KiB.
const tileMost = 17 << 20

// Tiles implements journal.Tiles over a store of objects. Safe for concurrent
// use.
type Tiles struct{ blobs safe.Blobs }

// NewTiles keeps them in that store.
func NewTiles(blobs safe.Blobs) Tiles { return Tiles{blobs} }

// Put implements journal.Tiles.
func (t Tiles) Put(ctx context.Context, path string, body []byte) error {
	err := t.blobs.Put(ctx, tilesPrefix+path, bytes.NewReader(body), int64(len(body)))
	if err == nil || !safe.IsKind(err, safe.AlreadyExists) {
		return err
	}
	there, err := t.Get(ctx, path)
	if err != nil {
		return err
	}
	if !bytes.Equal(there, body) {
		return fmt.Errorf("put %s%s: %w", tilesPrefix, path, journal.ErrFork)
	}
	return nil
}

// Get implements journal.Tiles.
func (t Tiles) Get(ctx context.Context, path string) ([]byte, error) {
	r, err := t.blobs.Open(ctx, tilesPrefix+path, 0, -1)
	if safe.IsKind(err, safe.NotFound) {
		return nil, fmt.Errorf("get %s%s: %w", tilesPrefix, path, journal.ErrNoTile)
	}
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, tileMost))
	return body, errors.Join(err, r.Close())
}

// After implements journal.Tiles.
func (t Tiles) After(ctx context.Context, path string, limit int) ([]string, error) {
	after := tilesPrefix + path
	keys, err := t.blobs.List(ctx, tilesPrefix, after, limit)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		keys[i] = k[len(tilesPrefix):]
	}
	return keys, nil
}

// Remove implements journal.Tiles.
func (t Tiles) Remove(ctx context.Context, path string) error {
	return t.blobs.Delete(ctx, tilesPrefix+path)
}
