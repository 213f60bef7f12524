package folder

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// draftPrefix begins the name of what is not yet under its own; no document has it.
const draftPrefix = ".coffre-"

// files are those of one directory, and of none outside it, whatever a name or a
// link says. Names have slashes.
type files struct{ root *os.Root }

func (d files) exists(name string) (bool, error) {
	_, err := d.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// open gives a regular file; it waits for nobody at the other end of a pipe.
func (d files) open(name string) (*os.File, error) {
	f, err := d.root.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("read %s: not a file", name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// readJSON reads a regular file of at most so many bytes.
func (d files) readJSON(name string, most int64, v any) error {
	f, err := d.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("longer than %d bytes", most)
	}
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// writeJSON replaces a file as a whole, durably.
func (d files) writeJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	draft := path.Join(path.Dir(name), draftPrefix+rand.Text())
	f, err := d.root.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = d.root.Remove(draft) }()
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return d.move(draft, name)
}

// move renames, durably.
func (d files) move(from, to string) error {
	if err := d.root.Rename(from, to); err != nil {
		return err
	}
	return d.settle(path.Dir(to))
}

// remove takes files away that may be gone already, durably.
func (d files) remove(names ...string) error {
	for _, name := range names {
		if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := d.settle(path.Dir(names[0]))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// settle makes what happened to the names of a directory durable.
func (d files) settle(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// hashOf the bytes of a file.
func (d files) hashOf(name string) (string, error) {
	f, err := d.open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// list names what is in a directory; nothing when there is none.
func (d files) list(dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(d.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}
