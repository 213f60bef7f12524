package s3store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// durable makes the posix backend keep its word: the library never syncs, and
// would publish a body that was cut short.
type durable struct {
	*posix.Posix
	root string
	sync func(*os.File) error
}

func newDurable(p *posix.Posix, root string) *durable {
	return &durable{Posix: p, root: root, sync: (*os.File).Sync}
}

var errShort = errors.New("body is not as long as announced")

// PutObject refuses a body of another length before it becomes visible, syncs
// the bytes before, and attributes and directories after: when it answers,
// the object survives a power cut.
func (d *durable) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	out, err := d.PutObjectWithPostFunc(ctx, in, func(f *os.File) error {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if in.ContentLength == nil || info.Size() != *in.ContentLength {
			return fmt.Errorf("%d bytes staged: %w", info.Size(), errShort)
		}
		return d.sync(f)
	})
	if err != nil {
		return out, named(err)
	}
	path := filepath.Join(d.root, *in.Bucket, filepath.FromSlash(*in.Key))
	if err := d.syncUp(path); err != nil {
		return s3response.PutObjectOutput{}, named(fmt.Errorf("sync object: %w", err))
	}
	return out, nil
}

// named tells a full disk from a broken one where the library does not: a
// disk may first say so when it is synced.
func named(err error) error {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) {
			return s3err.GetAPIError(s3err.ErrNoSpaceLeftOnDevice)
		}
	}
	return err
}

// syncUp syncs a file and every directory above it, up to and with root.
func (d *durable) syncUp(path string) error {
	for {
		f, err := os.Open(path) //nolint:gosec // below root: the backend has just published it there
		if err != nil {
			return err
		}
		if err := errors.Join(d.sync(f), f.Close()); err != nil {
			return err
		}
		if path == d.root || len(path) <= len(d.root) {
			return nil
		}
		path = filepath.Dir(path)
	}
}
