package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// shelf is a backup's directory.
type shelf struct{ dir string }

const (
	rowsDir    = "rows"
	objectsDir = "objects"
	pointForm  = "20060102T150405Z"
	sealedEnd  = ".age"
	listEnd    = ".objects"
	noteEnd    = ".note"
)

func (s shelf) rows(point, end string) string { return filepath.Join(s.dir, rowsDir, point+end) }

func (s shelf) object(key string) string {
	return filepath.Join(s.dir, objectsDir, filepath.FromSlash(key))
}

// points are the whole ones, oldest first.
func (s shelf) points() ([]string, error) {
	files, err := os.ReadDir(filepath.Join(s.dir, rowsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var all []string
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), sealedEnd)
		if _, err := time.Parse(pointForm, name); ok && err == nil {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all, nil
}

// write makes a file that is there whole and durable, or not at all.
func write(path string, fill func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make backup directory: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write backup: %w", err), os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator says where
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s shelf) has(o object) bool {
	i, err := os.Stat(s.object(o.Key))
	return err == nil && i.Size() == o.Size
}

func (s shelf) open(key string) (io.ReadCloser, error) {
	f, err := os.Open(s.object(key))
	if err != nil {
		return nil, fmt.Errorf("read backup: %w: %w", ErrDamaged, err)
	}
	return f, nil
}

// list reads the objects of a point.
func (s shelf) list(point string, visit func(object) error) error {
	f, err := os.Open(s.rows(point, listEnd))
	if err != nil {
		return fmt.Errorf("read backup: %w: %w", ErrDamaged, err)
	}
	return errors.Join(readObjects(f, visit), f.Close())
}

// prune removes points made before the time, but never the newest, then every
// object that no point needs and what a killed run left. It returns how many
// points and objects went.
func (s shelf) prune(ctx context.Context, before time.Time) (points, objects int, err error) {
	all, err := s.points()
	if err != nil {
		return 0, 0, err
	}
	needed := map[string]bool{}
	for i, p := range all {
		if made, err := time.Parse(pointForm, p); err == nil && made.Before(before) && i < len(all)-1 {
			// The rows first: without them the rest is a leftover.
			if err := errors.Join(os.Remove(s.rows(p, sealedEnd)), os.Remove(s.rows(p, listEnd)), os.Remove(s.rows(p, noteEnd))); err != nil {
				return points, 0, fmt.Errorf("remove old backup: %w", err)
			}
			points++
			continue
		}
		if err := s.list(p, func(o object) error { needed[o.Key] = true; return nil }); err != nil {
			return points, 0, err
		}
	}
	root := filepath.Join(s.dir, objectsDir)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if path == root && errors.Is(err, fs.ErrNotExist) {
			return nil // nobody has kept a document yet
		}
		if err != nil || d.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		key, err := filepath.Rel(root, path)
		if err != nil || needed[filepath.ToSlash(key)] {
			return err
		}
		objects++
		return os.Remove(path)
	})
	return points, objects, err
}
