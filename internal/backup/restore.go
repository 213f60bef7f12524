package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// RestoreConfig of a restore.
type RestoreConfig struct {
	Rows  Rows // empty
	Blobs safe.Blobs
	Dir   string
	Point string           // "" is the newest
	Key   *sealed.Identity // the operator's offline key
	// Verify gives the text of what Config.Sign signed, for the gateway whose
	// backup this is.
	Verify func(signed []byte) (text string, err error)
	// Files puts the gateway's own keys in place, before there is a row.
	Files func(map[string][]byte) error
}

// Restored is what a restore brought back.
type Restored struct {
	Point   string
	Made    string // time of the point, RFC 3339
	Objects int64  // that it needs
	Copied  int64  // that were not there from a run before
}

// Points are the names of the whole ones in a directory, oldest first.
func Points(dir string) ([]string, error) { return shelf{dir}.points() }

// Unfinished is the mark of a database (see Rows) whose rows have come and
// whose citizens have not been told: the caller does that, and clears it.
const Unfinished = "unfinished"

// unfinished is the mark as a row, which comes with all others.
func unfinished() Row {
	return Row{Table: "marks", Columns: []string{"name", "body"}, Values: []any{Unfinished, "yes"}}
}

// then gives one row more after the last one.
func then(next func() (Row, bool, error), last Row) func() (Row, bool, error) {
	done := false
	return func() (Row, bool, error) {
		if done {
			return Row{}, false, nil
		}
		r, more, err := next()
		if err != nil || more {
			return r, more, err
		}
		done = true
		return last, true, nil
	}
}

// Restore fills an empty database and an object store from a point: objects
// and keys first, so that a killed run is taken up by the next one, then all
// rows at once, with the mark Unfinished. Every object is hashed on its way.
func Restore(ctx context.Context, c RestoreConfig) (Restored, error) {
	s := shelf{c.Dir}
	points, err := s.points()
	if err != nil {
		return Restored{}, err
	}
	if c.Point == "" && len(points) > 0 {
		c.Point = points[len(points)-1]
	}
	if !slices.Contains(points, c.Point) {
		return Restored{}, fmt.Errorf("no backup %q in %s (there are: %v)", c.Point, c.Dir, points)
	}
	out := Restored{Point: c.Point}
	rows, err := c.rows(s)
	if err != nil {
		return out, err
	}
	defer func() { _ = rows.Close() }()
	dump, err := c.dump(rows)
	if err != nil {
		return out, err
	}
	schema, err := c.Rows.Schema(ctx)
	if err != nil {
		return out, err
	}
	if dump.head.Schema != schema {
		return out, fmt.Errorf("the backup has schema %d, this release %d: restore it with the release that made it: %w", dump.head.Schema, schema, ErrSchema)
	}
	out.Made = dump.head.Time
	if err := c.objects(ctx, s, dump, &out); err != nil {
		return out, fmt.Errorf("restore objects: %w", err)
	}
	if dump, err = c.dump(rows); err != nil { // once more from the beginning
		return out, err
	}
	if err := c.Files(dump.head.Files); err != nil {
		return out, err
	}
	if err := c.Rows.Load(ctx, then(dump.next, unfinished())); err != nil {
		return out, fmt.Errorf("restore rows: %w", err)
	}
	return out, nil
}

// objects brings those of the list. Nobody has sealed the list: what each has to
// be is in the rows, which are read to their end before.
func (c RestoreConfig) objects(ctx context.Context, s shelf, dump *dumpReader, out *Restored) error {
	want, err := dump.objects()
	if err != nil {
		return err
	}
	return s.list(c.Point, func(o object) error {
		if want[o.Key] != o {
			return fmt.Errorf("the list has another %s than the rows: %w", o.Key, ErrDamaged)
		}
		out.Objects++
		copied, err := put(ctx, c.Blobs, o, func() (io.ReadCloser, error) { return s.open(o.Key) })
		if copied {
			out.Copied++
		}
		return err
	})
}

// rows opens those of the point, once their author is known.
func (c RestoreConfig) rows(s shelf) (*os.File, error) {
	f, err := os.Open(s.rows(c.Point, sealedEnd))
	if err != nil {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	if err := c.author(s, f); err != nil {
		return nil, errors.Join(fmt.Errorf("read backup %s: %w", c.Point, err), f.Close())
	}
	return f, nil
}

// dump reads rows from their beginning.
func (c RestoreConfig) dump(rows io.ReadSeeker) (*dumpReader, error) {
	if _, err := rows.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	d, err := newDumpReader(rows, c.Key)
	if err != nil {
		return nil, fmt.Errorf("read backup %s: %w", c.Point, err)
	}
	return d, nil
}

// author is ErrAuthor unless the gateway signed this point with these rows.
func (c RestoreConfig) author(s shelf, rows io.Reader) error {
	signed, err := os.ReadFile(s.rows(c.Point, noteEnd))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAuthor, err)
	}
	said, err := c.Verify(signed)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAuthor, err)
	}
	text, err := pointText(c.Point, rows)
	if err != nil {
		return err
	}
	if said != text {
		return fmt.Errorf("its signature is for other rows: %w", ErrAuthor)
	}
	return nil
}

// objects reads to the end of the rows which objects they need, by key.
func (d *dumpReader) objects() (map[string]object, error) {
	all := map[string]object{}
	for {
		r, more, err := d.next()
		if err != nil {
			return nil, err
		}
		if !more {
			return all, nil
		}
		o, err := objectOf(r)
		if err != nil {
			return nil, err
		}
		if o != nil {
			all[o.Key] = *o
		}
	}
}

// Stores are a database and an object store that belong together.
type Stores struct {
	Rows  Rows
	Blobs safe.Blobs
}

// Moved says what a move copied.
type Moved struct{ Rows, Objects, Copied int64 }

// ErrChanging: the source was written to while it was copied.
var ErrChanging = errors.New("the source changes while it is copied: stop every gateway that serves from it, then begin again")

// Move copies everything to empty stores and holds the copy against the
// source, whose rows and objects stay as they are. A killed run is taken up:
// objects that are there are not copied again, rows come all at once, with the
// mark Unfinished.
func Move(ctx context.Context, from, to Stores) (Moved, error) {
	var m Moved
	before, err := digest(ctx, from.Rows, func(o object) error {
		m.Objects++
		copied, err := put(ctx, to.Blobs, o, func() (io.ReadCloser, error) { return from.Blobs.Open(ctx, o.Key, 0, -1) })
		if copied {
			m.Copied++
		}
		return err
	})
	if err != nil {
		return m, fmt.Errorf("move objects: %w", err)
	}
	if err := movePublic(ctx, from.Blobs, to.Blobs); err != nil {
		return m, fmt.Errorf("move what is public of the journal: %w", err)
	}
	if err := pipe(ctx, from.Rows, to.Rows, before); err != nil {
		return m, fmt.Errorf("move rows: %w", err)
	}
	after, err := digest(ctx, to.Rows, nil)
	if err != nil {
		return m, err
	}
	if err := before.add(unfinished()); err != nil {
		return m, err
	}
	if after != before {
		return m, fmt.Errorf("compare rows: the copy differs: %w", ErrDamaged)
	}
	m.Rows = before.rows - 1 // without the mark
	return m, nil
}

// pipe loads what it dumps; nothing is loaded when the source is no longer
// what it was.
func pipe(ctx context.Context, from, to Rows, before sum) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	rows, dumped := make(chan Row, 64), make(chan error, 1)
	go func() {
		defer close(rows)
		dumped <- from.Dump(ctx, func(r Row) error {
			select {
			case rows <- r:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	var now sum
	next := func() (Row, bool, error) {
		r, more := <-rows
		if more {
			return r, true, now.add(r)
		}
		if err := <-dumped; err != nil {
			return Row{}, false, err
		}
		if now != before {
			return Row{}, false, ErrChanging
		}
		return Row{}, false, nil
	}
	return to.Load(ctx, then(next, unfinished()))
}
