package s3store

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Store implements safe.Blobs. Safe for concurrent use.
type Store struct {
	core    *minio.Core
	bucket  string
	timeout time.Duration
	small   sync.Pool
	crc     *crc32.Table
}

func newStore(core *minio.Core, c Config) *Store {
	return &Store{
		core: core, bucket: c.Bucket, timeout: c.Timeout, crc: crc32.MakeTable(crc32.Castagnoli),
		small: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

// Open implements safe.Blobs. What the store sends in place of the range that
// was asked for is Damaged, and so is, at its end, a whole object that is not
// what its checksum says.
func (s *Store) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if length == 0 {
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	opts := minio.GetObjectOptions{}
	whole := offset == 0 && length < 0
	var err error
	switch {
	case whole:
		opts.Set("x-amz-checksum-mode", "ENABLED")
	case length > 0:
		err = opts.SetRange(offset, offset+length-1)
	default:
		err = opts.SetRange(offset, 0)
	}
	if err != nil {
		return nil, &safe.Error{Kind: safe.Invalid, Msg: "open range", Err: err}
	}
	ctx, w := watch(ctx, s.timeout)
	body, info, header, err := s.core.GetObject(ctx, s.bucket, key, opts)
	w.ours()
	if err != nil {
		defer w.end()
		return nil, mapError(ctx, "open object", err)
	}
	o := &object{ctx: ctx, watcher: w, body: body, left: info.Size}
	if whole {
		err = o.expect(s.crc, header.Get("x-amz-checksum-crc32c"))
	} else if got := header.Get("Content-Range"); !isRange(got, offset, length, info.Size) {
		err = fmt.Errorf("%d bytes at %d were asked for, %q is sent", length, offset, got)
	}
	if err != nil {
		return nil, errors.Join(&safe.Error{Kind: safe.Damaged, Msg: "open object", Err: err}, o.Close())
	}
	return o, nil
}

// isRange says whether a Content-Range and a length are what was asked for.
func isRange(got string, offset, length, size int64) bool {
	var from, to, all int64
	if _, err := fmt.Sscanf(got, "bytes %d-%d/%d", &from, &to, &all); err != nil {
		return false
	}
	last := all - 1
	if length > 0 {
		last = min(last, offset+length-1)
	}
	return from == offset && to == last && size == to-from+1
}

// object is the body of an answer, watched.
type object struct {
	ctx     context.Context //nolint:containedctx // the request's: it ends with the body
	watcher *watcher
	body    io.ReadCloser
	left    int64
	sum     hash.Hash32 // nil where nothing is to be compared
	want    uint32
}

// expect compares what is read with the store's checksum, where it has one: a
// disk or a line that flips a bit is noticed here, one that lies on purpose
// by the reader, who knows the hash.
func (o *object) expect(table *crc32.Table, text string) error {
	if text == "" {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != crc32.Size {
		return fmt.Errorf("%q is no checksum", text)
	}
	o.sum, o.want = crc32.New(table), binary.BigEndian.Uint32(b)
	return nil
}

func (o *object) Read(p []byte) (int, error) {
	o.watcher.theirs()
	n, err := o.body.Read(p)
	o.watcher.ours()
	o.left -= int64(n)
	if o.sum != nil {
		_, _ = o.sum.Write(p[:n]) // never fails
	}
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, mapError(o.ctx, "read object", err)
	case o.left > 0:
		return n, &safe.Error{Kind: safe.Unavailable, Msg: "read object", Err: io.ErrUnexpectedEOF}
	case o.sum != nil && o.sum.Sum32() != o.want:
		return n, &safe.Error{Kind: safe.Damaged, Msg: "read object whose checksum is another"}
	}
	return n, io.EOF
}

func (o *object) Close() error {
	defer o.watcher.end()
	return o.body.Close()
}

// Size implements safe.Blobs.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	info, err := s.core.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	return info.Size, mapError(ctx, "stat object", err)
}

// Delete implements safe.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	err := mapError(ctx, "delete object", s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if safe.IsKind(err, safe.NotFound) {
		return nil
	}
	return err
}

// List implements safe.Blobs.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	var keys []string
	if limit < 1 {
		return nil, nil
	}
	for o := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{
		Prefix: prefix, StartAfter: after, MaxKeys: min(limit, 1000), Recursive: true,
	}) {
		if o.Err != nil {
			return nil, mapError(ctx, "list objects", o.Err)
		}
		w.theirs()
		if keys = append(keys, o.Key); len(keys) == limit {
			break
		}
	}
	return keys, nil
}

// Ping implements safe.Blobs.
func (s *Store) Ping(ctx context.Context) error {
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	there, err := s.core.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		err = errors.New("bucket is gone")
	}
	return mapError(ctx, "reach object store", err)
}
