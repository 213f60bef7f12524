package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Longest is how long what a citizen erased may live on in a backup: a month
// (O18), less two days for the run that removes it.
const Longest = 28 * 24 * time.Hour

// Config of a backup.
type Config struct {
	Rows  Rows
	Blobs safe.Blobs
	Dir   string            // absolute
	To    *sealed.Recipient // the operator's offline key
	Files map[string][]byte // the gateway's own keys, sealed with the rows
	// Sign signs a text for the point, in a form that RestoreConfig.Verify reads.
	Sign func(text string) ([]byte, error)
	Keep time.Duration // of a point; 0 is Longest
	Now  func() time.Time
}

// Result of a backup.
type Result struct {
	Point   string // its name, which is its time
	Objects int64  // that it needs
	Copied  int64  // that no earlier point had
	Bytes   int64  // of those
	Gone    int64  // erased between the moment of the rows and the copying
	Pruned  int    // older points that were removed
	Removed int    // objects that no point needs any more
}

// Backup makes a point, while the gateway serves or not, and removes what is
// older than Keep. When it fails no point is there, and what was copied serves
// the next run.
func Backup(ctx context.Context, c Config) (Result, error) {
	if c.Keep == 0 {
		c.Keep = Longest
	}
	if c.Keep < 0 || c.Keep > Longest {
		return Result{}, fmt.Errorf("keep backups for %s: what citizens erase may stay in them for %d days at most", c.Keep, Longest/(24*time.Hour))
	}
	s, now := shelf{c.Dir}, c.Now().UTC()
	r := Result{Point: now.Format(pointForm)}
	if err := s.clear(); err != nil {
		return r, err
	}
	rows, list := s.rows("."+r.Point, sealedEnd), s.rows("."+r.Point, listEnd)
	err := c.dump(ctx, rows, list, now)
	if err == nil {
		err = c.collect(ctx, s, list, &r)
	}
	if err == nil {
		err = c.sign(s, r.Point, rows)
	}
	if err == nil {
		err = os.Rename(rows, s.rows(r.Point, sealedEnd))
	}
	if err != nil {
		return r, errors.Join(fmt.Errorf("back up: %w", err), s.clear())
	}
	if err := syncDir(filepath.Join(s.dir, rowsDir)); err != nil {
		return r, err
	}
	r.Pruned, r.Removed, err = s.prune(ctx, now.Add(-c.Keep))
	return r, errors.Join(err, s.clear())
}

// sign says which rows are this point's: nobody else makes a point.
func (c Config) sign(s shelf, point, rows string) error {
	f, err := os.Open(rows) //nolint:gosec // just written
	if err != nil {
		return err
	}
	text, err := pointText(point, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	signed, err := c.Sign(text)
	if err != nil {
		return fmt.Errorf("sign point: %w", err)
	}
	return write(s.rows(point, noteEnd), func(w io.Writer) error {
		_, err := w.Write(signed)
		return err
	})
}

// pointText is what is signed of a point: its name and the hash of its rows.
func pointText(point string, rows io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, rows); err != nil {
		return "", err
	}
	return format + "\n" + point + "\n" + hex.EncodeToString(h.Sum(nil)) + "\n", nil
}

// dump writes all rows, sealed, and the list of objects that they need.
func (c Config) dump(ctx context.Context, rows, list string, now time.Time) error {
	schema, err := c.Rows.Schema(ctx)
	if err != nil {
		return err
	}
	names, err := os.OpenFile(list, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator says where
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(names)
	err = write(rows, func(w io.Writer) error {
		d, err := newDumpWriter(w, c.To, head{Format: format, Schema: schema, Time: now.Format(time.RFC3339), Files: c.Files})
		if err != nil {
			return err
		}
		err = c.Rows.Dump(ctx, func(r Row) error {
			o, err := objectOf(r)
			if err != nil {
				return err
			}
			if o != nil {
				if _, err := buffered.WriteString(o.line()); err != nil {
					return err
				}
			}
			return d.row(r)
		})
		return errors.Join(err, d.Close())
	})
	return errors.Join(err, buffered.Flush(), names.Close())
}

// collect copies the objects that the shelf lacks, and publishes the list of
// those that are there.
func (c Config) collect(ctx context.Context, s shelf, list string, r *Result) error {
	wanted, err := os.Open(list) //nolint:gosec // just written
	if err != nil {
		return err
	}
	err = write(s.rows(r.Point, listEnd), func(w io.Writer) error {
		return readObjects(wanted, func(o object) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			there, err := c.fetch(ctx, s, o, r)
			if err != nil || !there {
				return err
			}
			r.Objects++
			_, err = io.WriteString(w, o.line())
			return err
		})
	})
	return errors.Join(err, wanted.Close())
}

// fetch brings one object to the shelf; false when it has been erased since.
func (c Config) fetch(ctx context.Context, s shelf, o object, r *Result) (bool, error) {
	if s.has(o) {
		return true, nil
	}
	from, err := c.Blobs.Open(ctx, o.Key, 0, -1)
	if safe.IsKind(err, safe.NotFound) {
		r.Gone++ // coffred check tells a missing one from an erased one
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = write(s.object(o.Key), func(w io.Writer) error {
		_, err := io.Copy(w, counting(from, o))
		return err
	})
	if err = errors.Join(err, from.Close()); err != nil {
		return false, err
	}
	r.Copied++
	r.Bytes += o.Size
	return true, nil
}

// clear makes the shelf's directories and removes what a killed run left.
func (s shelf) clear() error {
	if err := os.MkdirAll(filepath.Join(s.dir, rowsDir), 0o700); err != nil {
		return fmt.Errorf("make backup directory: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(s.dir, rowsDir, ".*"))
	for _, f := range left {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}
