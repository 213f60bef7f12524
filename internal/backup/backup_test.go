package backup_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/backup"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

type town struct {
	t     *testing.T
	db    *sqlstore.DB
	blobs *drawer
	now   time.Time
	key   *sealed.Identity
	dir   string
	files map[string][]byte // restored
}

func newTown(t *testing.T) *town {
	t.Helper()
	key, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return &town{
		t: t, db: emptyRows(t), blobs: newDrawer(), key: key, dir: t.TempDir(),
		now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC),
	}
}

func emptyRows(t *testing.T) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: "sqlite://" + filepath.Join(t.TempDir(), "rows.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// sign and verify stand for the journal's key.
func (w *town) sign(text string) ([]byte, error) { return append([]byte(w.dir+"|"), text...), nil }

func (w *town) verify(signed []byte) (string, error) {
	text, ok := bytes.CutPrefix(signed, []byte(w.dir+"|"))
	if !ok {
		return "", errors.New("signed by somebody else")
	}
	return string(text), nil
}

// keep puts a document of random bytes into the safe of the town's only citizen.
func (w *town) keep() safe.Version {
	w.t.Helper()
	b := make([]byte, 2000)
	_, _ = rand.Read(b)
	v := safe.Version{
		Doc: safe.NewID[safe.DocumentID](), ID: safe.NewID[safe.VersionID](), Safe: "s", State: safe.Kept,
		Sealed: int64(len(b)), SHA256: sha256.Sum256(b), Door: safe.ClientDoor, Depositor: "a", Grant: []byte{0, 255, 7}, Created: w.now, At: w.now,
	}
	if err := w.blobs.Put(w.t.Context(), v.Object(), bytes.NewReader(b), v.Sealed); err != nil {
		w.t.Fatal(err)
	}
	w.update(func(tx safe.Tx) error { return tx.Versions.Insert(w.t.Context(), v) })
	return v
}

func (w *town) erase(v safe.Version) {
	w.t.Helper()
	w.update(func(tx safe.Tx) error {
		return errors.Join(tx.Sweep.Erase(w.t.Context(), v.Safe, v.Doc), tx.Sweep.Drop(w.t.Context(), v.Doc, v.ID))
	})
	if err := w.blobs.Delete(w.t.Context(), v.Object()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) update(fn func(safe.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) config() backup.Config {
	return backup.Config{
		Rows: w.db, Blobs: w.blobs, Dir: w.dir, To: w.key.Recipient(), Now: func() time.Time { return w.now },
		Files: map[string][]byte{"log.key": []byte("signs the journal")}, Sign: w.sign,
	}
}

func (w *town) backUp() backup.Result {
	w.t.Helper()
	r, err := backup.Backup(w.t.Context(), w.config())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// rowsOf is every row as text.
func rowsOf(t *testing.T, db backup.Rows) string {
	t.Helper()
	var out strings.Builder
	err := db.Dump(t.Context(), func(r backup.Row) error {
		out.WriteString(r.Table)
		for _, v := range r.Values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			out.WriteString("|")
			out.WriteString(strings.TrimSpace(fmt.Sprint(v)))
		}
		out.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (w *town) restore(point string) (*sqlstore.DB, *drawer, backup.Restored) {
	w.t.Helper()
	db, blobs := emptyRows(w.t), newDrawer()
	w.files = nil
	keep := func(files map[string][]byte) error { w.files = files; return nil }
	r, err := backup.Restore(w.t.Context(), backup.RestoreConfig{Rows: db, Blobs: blobs, Dir: w.dir, Point: point, Key: w.key, Files: keep, Verify: w.verify})
	if err != nil {
		w.t.Fatal(err)
	}
	return db, blobs, r
}

func none(map[string][]byte) error { return nil }

const mark = "marks|unfinished|yes\n"

func TestAPointRestoresTheTownOfThatMoment(t *testing.T) {
	w := newTown(t)
	a, b := w.keep(), w.keep()
	then := rowsOf(t, w.db)
	first := w.backUp()
	w.erase(a)
	c := w.keep()
	w.now = w.now.Add(24 * time.Hour)
	second := w.backUp()
	if first.Copied != 2 || second.Copied != 1 || second.Objects != 2 {
		t.Errorf("copied %d then %d of %d: an object is copied once", first.Copied, second.Copied, second.Objects)
	}

	db, blobs, r := w.restore(first.Point)
	if got := rowsOf(t, db); got != mark+then {
		t.Errorf("rows:\n%s\nwant:\n%s", got, then)
	}
	blobs.same(t, w.dir, a, b)
	if string(w.files["log.key"]) != "signs the journal" || r.Made != "2026-03-01T02:00:00Z" {
		t.Errorf("%+v", r)
	}
	db, blobs, _ = w.restore("")
	if got := rowsOf(t, db); got != mark+rowsOf(t, w.db) {
		t.Errorf("newest rows:\n%s", got)
	}
	blobs.same(t, w.dir, b, c)
}

// TestATownWithoutDocumentsIsBackedUp: on its first night nobody has kept any.
func TestATownWithoutDocumentsIsBackedUp(t *testing.T) {
	w := newTown(t)
	if r := w.backUp(); r.Objects != 0 || r.Copied != 0 {
		t.Errorf("first night: %+v", r)
	}
	want := rowsOf(t, w.db)
	if db, _, r := w.restore(""); rowsOf(t, db) != mark+want || r.Objects != 0 {
		t.Errorf("restored %+v, other rows", r)
	}
}

// O18: what a citizen erased is in no backup after a month.
func TestWhatWasErasedLeavesBackupsWithinAMonth(t *testing.T) {
	w := newTown(t)
	a := w.keep()
	w.keep()
	w.backUp()
	w.erase(a)
	erased := w.now
	for w.now.Sub(erased) < 29*24*time.Hour {
		w.now = w.now.Add(24 * time.Hour)
		w.backUp()
	}
	if _, err := os.Stat(filepath.Join(w.dir, "objects", a.Object())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the erased object is still there: %v", err)
	}
	points, err := backup.Points(w.dir)
	if err != nil || len(points) != 29 {
		t.Errorf("%d points, %v", len(points), err)
	}
	c := w.config()
	c.Keep = 31 * 24 * time.Hour
	if _, err := backup.Backup(t.Context(), c); err == nil || !strings.Contains(err.Error(), "28 days") {
		t.Errorf("a longer life: %v", err)
	}
}

func TestNothingOfTheRowsIsReadableWithoutTheOfflineKey(t *testing.T) {
	w := newTown(t)
	w.update(func(tx safe.Tx) error {
		return tx.Accounts.Put(t.Context(), safe.Account{ID: "a", Kind: safe.Citizen, Issuer: "fc", Sub: "sub-of-angela", Name: "Angela DUBOIS", Created: w.now})
	})
	w.keep()
	r := w.backUp()
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, word := range []string{"Angela", "DUBOIS", "sub-of-angela", "signs the journal", "accounts"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s holds %q", path, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	other, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	_, err = backup.Restore(t.Context(), backup.RestoreConfig{Rows: emptyRows(t), Blobs: newDrawer(), Dir: w.dir, Point: r.Point, Key: other, Files: none, Verify: w.verify})
	if !errors.Is(err, sealed.ErrKey) {
		t.Errorf("another key: %v", err)
	}
}

func TestADamagedBackupRestoresNoRow(t *testing.T) {
	for name, damage := range map[string]func(w *town, r backup.Result, v safe.Version) string{
		"a bit of the rows":  func(_ *town, r backup.Result, _ safe.Version) string { return "rows/" + r.Point + ".age" },
		"a bit of an object": func(_ *town, _ backup.Result, v safe.Version) string { return "objects/" + v.Object() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			v := w.keep()
			r := w.backUp()
			path := filepath.Join(w.dir, damage(w, r, v))
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)-5] ^= 1
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			db := emptyRows(t)
			before := rowsOf(t, db)
			_, err = backup.Restore(t.Context(), backup.RestoreConfig{Rows: db, Blobs: newDrawer(), Dir: w.dir, Key: w.key, Files: none, Verify: w.verify})
			if err == nil || rowsOf(t, db) != before {
				t.Errorf("error %v, rows:\n%s", err, rowsOf(t, db))
			}
		})
	}
}

// The list of objects is not sealed: whoever writes into the directory can make
// it fit another object. The rows, which are, say what the objects have to be.
func TestAListThatFitsAnotherObjectRestoresNothing(t *testing.T) {
	w := newTown(t)
	v := w.keep()
	r := w.backUp()
	other := bytes.Repeat([]byte("x"), int(v.Sealed))
	list := fmt.Sprintf("%s %d %x\n", v.Object(), v.Sealed, sha256.Sum256(other))
	for path, b := range map[string][]byte{"objects/" + v.Object(): other, "rows/" + r.Point + ".objects": []byte(list)} {
		if err := os.WriteFile(filepath.Join(w.dir, path), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, blobs := emptyRows(t), newDrawer()
	before := rowsOf(t, db)
	_, err := backup.Restore(t.Context(), backup.RestoreConfig{Rows: db, Blobs: blobs, Dir: w.dir, Key: w.key, Files: none, Verify: w.verify})
	if !errors.Is(err, backup.ErrDamaged) || rowsOf(t, db) != before || len(blobs.all) != 0 {
		t.Errorf("%v, %d objects, rows:\n%s", err, len(blobs.all), rowsOf(t, db))
	}
}

// A run that ends anywhere leaves no point, or a whole one, and the next run
// goes on from there.
func TestAnInterruptedBackupIsTakenUp(t *testing.T) {
	w := newTown(t)
	for range 5 {
		w.keep()
	}
	w.blobs.failAfter = 3
	if _, err := backup.Backup(t.Context(), w.config()); !errors.Is(err, errCut) {
		t.Fatalf("interrupted: %v", err)
	}
	if points, err := backup.Points(w.dir); err != nil || len(points) != 0 {
		t.Fatalf("points %v, %v", points, err)
	}
	w.blobs.failAfter = 0
	if r := w.backUp(); r.Objects != 5 || r.Copied != 2 {
		t.Errorf("%+v: three of five were there", r)
	}
	db, _, _ := w.restore("")
	if rowsOf(t, db) != mark+rowsOf(t, w.db) {
		t.Error("rows differ")
	}
}

func TestRestoreAndMoveNeedEmptyRows(t *testing.T) {
	w := newTown(t)
	w.keep()
	w.backUp()
	_, err := backup.Restore(t.Context(), backup.RestoreConfig{Rows: w.db, Blobs: newDrawer(), Dir: w.dir, Key: w.key, Files: none, Verify: w.verify})
	if !errors.Is(err, backup.ErrNotEmpty) {
		t.Errorf("restore: %v", err)
	}
	_, err = backup.Move(t.Context(), backup.Stores{Rows: w.db, Blobs: w.blobs}, backup.Stores{Rows: w.db, Blobs: newDrawer()})
	if !errors.Is(err, backup.ErrNotEmpty) {
		t.Errorf("move: %v", err)
	}
}

func TestAMoveIsTakenUpAndLeavesTheSource(t *testing.T) {
	w := newTown(t)
	var all []safe.Version
	for range 6 {
		all = append(all, w.keep())
	}
	before := rowsOf(t, w.db)
	from := backup.Stores{Rows: w.db, Blobs: w.blobs}
	to := backup.Stores{Rows: emptyRows(t), Blobs: newDrawer()}
	w.blobs.failAfter = 4
	if _, err := backup.Move(t.Context(), from, to); !errors.Is(err, errCut) {
		t.Fatalf("interrupted: %v", err)
	}
	w.blobs.failAfter = 0
	m, err := backup.Move(t.Context(), from, to)
	if err != nil || m.Objects != 6 || m.Copied != 2 || m.Rows == 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	if rowsOf(t, w.db) != before || rowsOf(t, to.Rows) != mark+before {
		t.Error("rows differ")
	}
	to.Blobs.(*drawer).holds(t, w.blobs, all...)
}

func TestAMoveFromASourceThatChangesIsRefused(t *testing.T) {
	w := newTown(t)
	w.keep()
	from := backup.Stores{Rows: &restless{DB: w.db, w: w}, Blobs: w.blobs}
	to := emptyRows(t)
	before := rowsOf(t, to)
	_, err := backup.Move(t.Context(), from, backup.Stores{Rows: to, Blobs: newDrawer()})
	if !errors.Is(err, backup.ErrChanging) || rowsOf(t, to) != before {
		t.Errorf("%v", err)
	}
}

// restless gets one document more after each dump.
type restless struct {
	*sqlstore.DB
	w *town
}

func (r *restless) Dump(ctx context.Context, visit func(backup.Row) error) error {
	defer r.w.keep()
	return r.DB.Dump(ctx, visit)
}
