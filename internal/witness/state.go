package witness

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// disk is what of a directory a witness needs; a test cuts its power.
type disk interface {
	// read is fs.ErrNotExist for what is not there.
	read(name string) ([]byte, error)
	// write makes a file, or one anew, whose bytes are durable on return. Its
	// name is not.
	write(name string, b []byte) error
	rename(from, to string) error
	// sync makes names durable.
	sync() error
}

// directory is a disk that is one.
type directory string

func (d directory) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), name)) //nolint:gosec // a name of ours, in the operator's directory
}

func (d directory) write(name string, b []byte) error {
	f, err := os.OpenFile(filepath.Join(string(d), name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // as above
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

func (d directory) rename(from, to string) error {
	return os.Rename(filepath.Join(string(d), from), filepath.Join(string(d), to))
}

func (d directory) sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// lock keeps a second witness out of the directory: two would cosign two
// histories between them. It lasts until the process ends, or unlock.
func (d directory) lock() (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(string(d), "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock directory: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil { //nolint:gosec // a descriptor is an int
		return nil, errors.Join(fmt.Errorf("lock directory %s: another witness runs there: %w", d, err), f.Close())
	}
	return f.Close, nil
}

// fileOf is the name of a log's file: whatever its origin is, it is a name.
func fileOf(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(sum[:16]) + ".checkpoint"
}

// remembered is the checkpoint that was cosigned last; the zero Checkpoint,
// with the root of an empty tree, where there was none.
func remembered(d disk, vkey, origin string) (journal.Checkpoint, string, error) {
	b, err := d.read(fileOf(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Checkpoint{Origin: origin, Root: sha256.Sum256(nil)}, "", nil
	}
	if err != nil {
		return journal.Checkpoint{}, "", fmt.Errorf("read state of %s: %w", origin, err)
	}
	c, err := journal.OpenCheckpoint(vkey, string(b))
	if err != nil {
		return journal.Checkpoint{}, "", fmt.Errorf("read state of %s in %s: a witness that forgets may cosign a fork, and does not start: %w", origin, fileOf(origin), err)
	}
	return c, string(b), nil
}

// remember is durable on return: the whole of the new note, or, with an
// error, one of both.
func remember(d disk, origin, note string) error {
	name := fileOf(origin)
	err := d.write(name+".new", []byte(note))
	if err == nil {
		err = d.rename(name+".new", name)
	}
	if err == nil {
		err = d.sync()
	}
	if err != nil {
		return fmt.Errorf("write state of %s: %w", origin, err)
	}
	return nil
}

// accuse keeps the first two checkpoints of one size that contradict each
// other: signed by the log, they are the proof that it has forked.
func accuse(d disk, origin, seen, received string) error {
	name := fileOf(origin) + ".fork"
	if _, err := d.read(name); !errors.Is(err, fs.ErrNotExist) {
		return err // there is one already
	}
	if err := d.write(name, []byte(seen+"\n"+received)); err != nil {
		return fmt.Errorf("keep evidence against %s: %w", origin, err)
	}
	return d.sync()
}
