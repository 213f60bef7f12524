package s3store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Config says which store.
type Config struct {
	Endpoint  string // host:port
	TLS       bool
	Region    string // "us-east-1" if empty
	Bucket    string // made when it is missing
	AccessKey string
	Secret    Secret
}

// Secret is a password of the store; it prints as [redacted].
type Secret string

// Format hides it from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalText hides it from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Store implements safe.Blobs. Safe for concurrent use.
type Store struct {
	core   *minio.Core
	bucket string
	small  sync.Pool
}

const (
	// smallObject is sent from one buffer: faster, and it can be tried again.
	smallObject = 1 << 20
	wireBuffer  = 256 << 10
)

// New connects and makes the bucket when it is missing.
func New(ctx context.Context, c Config) (*Store, error) {
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, string(c.Secret), ""), Secure: c.TLS, Region: c.Region,
		TrailingHeaders: true,
		Transport: &http.Transport{
			WriteBufferSize: wireBuffer, ReadBufferSize: wireBuffer, MaxIdleConnsPerHost: 64,
			IdleConnTimeout: time.Minute, ResponseHeaderTimeout: time.Minute, DisableCompression: true,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("connect object store: %w", err)
	}
	s := &Store{core: core, bucket: c.Bucket, small: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	there, err := core.BucketExists(ctx, c.Bucket)
	if err != nil {
		return nil, mapError("find bucket", err)
	}
	if !there {
		if err := core.MakeBucket(ctx, c.Bucket, minio.MakeBucketOptions{Region: c.Region}); err != nil {
			return nil, mapError("make bucket", err)
		}
	}
	return s, nil
}

// Put implements safe.Blobs.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	switch {
	case size < 1:
		return &safe.Error{Kind: safe.WrongLength, Msg: "put object without bytes"}
	case !fs.ValidPath(key): // stores that are file systems would follow ".."
		return &safe.Error{Kind: safe.Invalid, Msg: "put object under a key that is no path"}
	}
	in := &source{r: r, left: size}
	if size <= smallObject {
		return s.putSmall(ctx, key, in, size)
	}
	return in.blame(s.send(ctx, key, in, size))
}

func (s *Store) putSmall(ctx context.Context, key string, in *source, size int64) error {
	buf := s.small.Get().(*bytes.Buffer)
	defer s.small.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(in); err != nil {
		return in.blame(err)
	}
	return mapError("put object", s.send(ctx, key, bytes.NewReader(buf.Bytes()), size))
}

func (s *Store) send(ctx context.Context, key string, r io.Reader, size int64) error {
	opts := minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true, DisableContentSha256: true,
		// Without it minio-go sends no checksum over HTTP, and a flipped bit is accepted.
		Checksum: minio.ChecksumFullObjectCRC32C,
	}
	opts.SetMatchETagExcept("*") // If-None-Match: one winner
	_, err := s.core.Client.PutObject(ctx, s.bucket, key, r, size, opts)
	return err
}

// source ends after the announced bytes, fails with WrongLength before, and
// remembers its own failure: what comes back through HTTP has lost its type.
type source struct {
	r    io.Reader
	left int64
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF) && s.left > 0:
		s.err = &safe.Error{Kind: safe.WrongLength, Msg: fmt.Sprintf("body ends %d bytes early", s.left)}
	case err != nil && !errors.Is(err, io.EOF):
		s.err = err
	}
	return n, s.err
}

func (s *source) blame(err error) error {
	if s.err != nil {
		return s.err
	}
	return mapError("put object", err)
}

// Open implements safe.Blobs.
func (s *Store) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	var opts minio.GetObjectOptions
	var err error
	switch {
	case length == 0:
		return io.NopCloser(bytes.NewReader(nil)), nil
	case length > 0:
		err = opts.SetRange(offset, offset+length-1)
	case offset > 0:
		err = opts.SetRange(offset, 0)
	}
	if err != nil {
		return nil, &safe.Error{Kind: safe.Invalid, Msg: "open range", Err: err}
	}
	body, _, _, err := s.core.GetObject(ctx, s.bucket, key, opts)
	if err != nil {
		return nil, mapError("open object", err)
	}
	return body, nil
}

// Size implements safe.Blobs.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	info, err := s.core.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	return info.Size, mapError("stat object", err)
}

// Delete implements safe.Blobs.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := mapError("delete object", s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}))
	if safe.IsKind(err, safe.NotFound) {
		return nil
	}
	return err
}

// List implements safe.Blobs.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]string, error) {
	var keys []string
	token, most := "", min(limit, 1000)
	for len(keys) < limit {
		r, err := s.core.ListObjectsV2(s.bucket, prefix, after, token, "", most)
		if err != nil {
			return nil, mapError("list objects", err)
		}
		for _, o := range r.Contents {
			keys = append(keys, o.Key)
		}
		if token = r.NextContinuationToken; !r.IsTruncated || token == "" {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, mapError("list objects", err)
		}
	}
	return keys[:min(len(keys), limit)], nil
}

// Ping implements safe.Blobs.
func (s *Store) Ping(ctx context.Context) error {
	there, err := s.core.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		err = errors.New("bucket is gone")
	}
	return mapError("reach object store", err)
}

func mapError(verb string, err error) error {
	if err == nil {
		return nil
	}
	kind := safe.Unavailable
	switch r := minio.ToErrorResponse(err); {
	case r.Code == "PreconditionFailed":
		kind = safe.AlreadyExists
	case r.Code == "NoSuchKey":
		kind = safe.NotFound
	case r.Code == "InvalidRange":
		kind = safe.Invalid
	case r.StatusCode == http.StatusInsufficientStorage, r.Code == "QuotaExceeded", strings.Contains(r.Code, "StorageFull"):
		kind = safe.StorageFull
	}
	return &safe.Error{Kind: kind, Msg: verb, Err: err}
}
