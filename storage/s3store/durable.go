package s3store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

// durable makes the posix backend keep its word: the library never syncs, and
// would publish a body that was cut short.
type durable struct {
	*posix.Posix
	root string
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
		return f.Sync()
	})
	if err != nil {
		return out, err
	}
	path := filepath.Join(d.root, *in.Bucket, filepath.FromSlash(*in.Key))
	if err := syncUp(path, d.root); err != nil {
		return s3response.PutObjectOutput{}, fmt.Errorf("sync object: %w", err)
	}
	return out, nil
}

// syncUp syncs a file and every directory above it, up to and with root.
func syncUp(path, root string) error {
	for {
		f, err := os.Open(path) //nolint:gosec // below root: the backend has just published it there
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
		if path == root || len(path) <= len(root) {
			return nil
		}
		path = filepath.Dir(path)
	}
}
