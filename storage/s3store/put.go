package s3store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	mrand "math/rand/v2"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// smallObject is sent from one buffer: faster, and it can be tried again
// after it was sent in part.
const smallObject = 1 << 20

// markHeader carries a word that is drawn for each Put, by which it finds its
// own object again when an answer was lost.
const markHeader = "Coffre-Put"

// Put implements safe.Blobs. An answer of the store that was lost on its way
// is asked for again: what is there and has this Put's mark is a success,
// what has another's is AlreadyExists. Only where the store stays out of
// reach can an object be there, whole, after an error.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	switch {
	case size < 1:
		return &safe.Error{Kind: safe.WrongLength, Msg: "put object without bytes"}
	case !fs.ValidPath(key): // stores that are file systems would follow ".."
		return &safe.Error{Kind: safe.Invalid, Msg: "put object under a key that is no path"}
	}
	in, mark := &source{r: r, left: size}, rand.Text()
	send := s.sendSmall
	if size > smallObject {
		send = s.sendStream
	}
	err := send(ctx, upload{key: key, mark: mark, size: size}, in)
	failed, all := in.end()
	switch {
	case err == nil:
		return nil
	case failed != nil: // its last bytes and the checksum were never sent
		return failed
	case !all && ctx.Err() != nil:
		return err
	}
	return s.settle(ctx, key, mark, err)
}

type upload struct {
	key, mark string
	size      int64
}

func (s *Store) sendStream(ctx context.Context, u upload, in *source) error {
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	in.watcher = w
	return tried(ctx, in.untouched, func() error { return s.send(ctx, u, in) })
}

func (s *Store) sendSmall(ctx context.Context, u upload, in *source) error {
	buf := s.small.Get().(*bytes.Buffer)
	buf.Reset()
	if _, err := buf.ReadFrom(in); err != nil {
		s.small.Put(buf)
		return err
	}
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	clean := true
	err := tried(ctx, func() bool { clean = false; return true }, func() error {
		return s.send(ctx, u, &watched{r: bytes.NewReader(buf.Bytes()), watcher: w})
	})
	if err == nil && clean {
		// Otherwise a connection may be reading from it still.
		s.small.Put(buf)
	}
	return err
}

// tried sends again what a store did not take, while it can be sent again.
// minio-go would do so itself with what it can rewind, but its checksum then
// goes over the bytes of both tries.
func tried(ctx context.Context, again func() bool, send func() error) error {
	for n := 1; ; n++ {
		err := mapError(ctx, "put object", send())
		if n == tries || !safe.IsKind(err, safe.Unavailable) || !again() {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(mrand.N(firstPause << n)):
		}
	}
}

func (s *Store) send(ctx context.Context, u upload, r io.Reader) error {
	opts := minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true, DisableContentSha256: true,
		// Without it minio-go sends no checksum over HTTP, and a flipped bit is accepted.
		Checksum:     minio.ChecksumFullObjectCRC32C,
		UserMetadata: map[string]string{markHeader: u.mark},
	}
	opts.SetMatchETagExcept("*") // If-None-Match: one winner
	_, err := s.core.Client.PutObject(ctx, s.bucket, u.key, r, u.size, opts)
	return err
}

// settle finds out what became of a Put that failed with err. The caller may
// be gone: that this takes a moment harms nobody.
func (s *Store) settle(ctx context.Context, key, mark string, err error) error {
	ctx, w := watch(context.WithoutCancel(ctx), s.timeout)
	defer w.end()
	info, lost := s.core.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	switch {
	case lost != nil:
		return err
	case info.UserMetadata[markHeader] == mark:
		return nil
	default:
		return &safe.Error{Kind: safe.AlreadyExists, Msg: "put object", Err: err}
	}
}

// source ends after the announced bytes, fails with WrongLength before, and
// remembers its own failure: what comes back through HTTP has lost its type.
// Being asked for more says that the store moves.
type source struct {
	r       io.Reader
	watcher *watcher // nil where nobody waits for a store

	mu   sync.Mutex // a connection may still be reading when its answer is there
	left int64
	err  error
	read bool
	over bool
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	left, err := s.left, s.err
	if s.over {
		err = errors.Join(err, errOver)
	}
	s.read = true
	s.mu.Unlock()
	switch {
	case err != nil:
		return 0, err
	case left == 0:
		return 0, io.EOF
	}
	if s.watcher != nil {
		s.watcher.ours()
		defer s.watcher.theirs()
	}
	n, err := s.r.Read(p[:min(int64(len(p)), left)])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF) && s.left > 0:
		s.err = &safe.Error{Kind: safe.WrongLength, Msg: fmt.Sprintf("body ends %d bytes early", s.left)}
	case err != nil && !errors.Is(err, io.EOF):
		s.err = err
	}
	return n, s.err
}

func (s *source) untouched() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.read
}

var errOver = errors.New("put is over")

// end reads no more, and says how far it came: its own failure, and whether
// every byte was taken.
func (s *source) end() (failed error, all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	return s.err, s.left == 0
}

// watched is a body that nobody waits for.
type watched struct {
	r       io.Reader
	watcher *watcher
}

func (r *watched) Read(p []byte) (int, error) {
	r.watcher.theirs()
	return r.r.Read(p)
}
