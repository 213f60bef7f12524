package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/coffre-citoyen/coffre/internal/backup"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

const (
	backupDocs   = 2_000
	backupSize   = 100 * kib
	backupEvents = 20_000
)

// BenchmarkBackup: 2,000 documents of 100 KiB and 20,000 events of the
// journal, from SQLite and an S3 store to a directory, once more with nothing
// new, and back into empty stores.
func BenchmarkBackup(b *testing.B) {
	dir := newDir(b)
	a := startStore(b, dir)
	bucket := func() *s3store.Store {
		s, err := s3store.New(b.Context(), s3store.Config{
			Endpoint: a.Endpoint, Bucket: "b" + string(safe.NewID[safe.VersionID]()), AccessKey: a.Key, Secret: s3store.Secret(a.Secret),
		})
		must(b, err)
		return s
	}
	rows := func(name string) *sqlstore.DB {
		db, err := sqlstore.Open(b.Context(), sqlstore.Config{DSN: "sqlite://" + filepath.Join(dir, name), Now: time.Now})
		must(b, err)
		b.Cleanup(func() { _ = db.Close() })
		return db
	}
	db, blobs := rows("full.db"), bucket()
	fill(b, db, blobs)
	key, err := sealed.NewIdentity()
	must(b, err)
	now := time.Now()
	c := backup.Config{Rows: db, Blobs: blobs, Dir: filepath.Join(dir, "backups"), To: key.Recipient(), Now: func() time.Time { return now }, Sign: func(text string) ([]byte, error) { return []byte(text), nil }}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\nwhat\ttook\trate\t")
	for b.Loop() {
		start := time.Now()
		r, err := backup.Backup(b.Context(), c)
		must(b, err)
		line := func(what string, bytes int64) {
			fmt.Fprintf(out, "%s\t%.1f s\t%s\t\n", what, time.Since(start).Seconds(), perSecond(bytes, time.Since(start)))
		}
		line("first backup", r.Bytes)
		now, start = now.Add(time.Hour), time.Now()
		_, err = backup.Backup(b.Context(), c)
		must(b, err)
		line("another, nothing new", 0)
		start = time.Now()
		_, err = backup.Restore(b.Context(), backup.RestoreConfig{
			Rows: rows("empty.db"), Blobs: bucket(), Dir: c.Dir, Key: key, Files: func(map[string][]byte) error { return nil },
			Verify: func(signed []byte) (string, error) { return string(signed), nil },
		})
		must(b, err)
		line("restore", r.Bytes)
	}
	must(b, out.Flush())
}

func fill(b *testing.B, db *sqlstore.DB, blobs *s3store.Store) {
	b.Helper()
	ctx := b.Context()
	body := make([]byte, backupSize)
	_, _ = rand.Read(body)
	sum := sha256.Sum256(body)
	must(b, db.Update(ctx, func(tx safe.Tx) error {
		for range backupEvents {
			if _, err := tx.Events.Append(ctx, "s", event(), journal.NewSalt()); err != nil {
				return err
			}
		}
		return nil
	}))
	for range backupDocs {
		must(b, keepOne(ctx, db, blobs, body, sum))
	}
}

func keepOne(ctx context.Context, db *sqlstore.DB, blobs *s3store.Store, body []byte, sum [32]byte) error {
	now := time.Now()
	v := safe.Version{
		Doc: safe.NewID[safe.DocumentID](), ID: safe.NewID[safe.VersionID](), Safe: "s", State: safe.Kept, Sealed: int64(len(body)), SHA256: sum,
		Door: safe.ClientDoor, Depositor: "a", Grant: bytes.Repeat([]byte{7}, 2048), Created: now, At: now,
	}
	if err := blobs.Put(ctx, v.Object(), bytes.NewReader(body), v.Sealed); err != nil {
		return err
	}
	return db.Update(ctx, func(tx safe.Tx) error { return tx.Versions.Insert(ctx, v) })
}
