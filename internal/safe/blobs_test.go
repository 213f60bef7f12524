package safe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

func TestBlobMapKeepsThePromises(t *testing.T) {
	storagetest.Blobs(t, func(*testing.T) safe.Blobs { return newBlobMap() })
}

// blobMap is an object store in a map, with the promises of safe.Blobs.
type blobMap struct {
	mu   sync.Mutex
	objs map[string][]byte
}

func newBlobMap() *blobMap { return &blobMap{objs: map[string][]byte{}} }

func (b *blobMap) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if size < 1 {
		return &safe.Error{Kind: safe.WrongLength, Msg: "no bytes"}
	}
	body, err := io.ReadAll(io.LimitReader(r, size))
	var e *safe.Error
	switch {
	case errors.As(err, &e):
		return err
	case err != nil:
		return &safe.Error{Kind: safe.Unavailable, Msg: "read", Err: err}
	case int64(len(body)) != size:
		return &safe.Error{Kind: safe.WrongLength, Msg: "short body"}
	case ctx.Err() != nil:
		return &safe.Error{Kind: safe.Unavailable, Msg: "put", Err: ctx.Err()}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, there := b.objs[key]; there {
		return &safe.Error{Kind: safe.AlreadyExists, Msg: "object exists"}
	}
	b.objs[key] = body
	return nil
}

func (b *blobMap) get(key string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, there := b.objs[key]
	if !there {
		return nil, &safe.Error{Kind: safe.NotFound, Msg: "no such object"}
	}
	return body, nil
}

func (b *blobMap) Open(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	body, err := b.get(key)
	if err != nil {
		return nil, err
	}
	if offset >= int64(len(body)) && length != 0 {
		return nil, &safe.Error{Kind: safe.Invalid, Msg: "range beyond the end"}
	}
	body = body[offset:]
	if length >= 0 {
		body = body[:length]
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

func (b *blobMap) Size(_ context.Context, key string) (int64, error) {
	body, err := b.get(key)
	return int64(len(body)), err
}

func (b *blobMap) Delete(_ context.Context, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.objs, key)
	return nil
}

func (b *blobMap) List(_ context.Context, prefix, after string, limit int) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []string
	for k := range b.objs {
		if strings.HasPrefix(k, prefix) && k > after {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys[:min(limit, len(keys))], nil
}

func (b *blobMap) Ping(context.Context) error { return nil }

func (b *blobMap) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.objs)
}

func (b *blobMap) set(key string, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objs[key] = body
}
