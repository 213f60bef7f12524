package backup_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/backup"
)

// Whoever writes in the directory, and knows the public key that rows are
// sealed to, still makes no point that is restored.
func TestOnlyTheGatewayMakesAPoint(t *testing.T) {
	w := newTown(t)
	w.keep()
	mine := w.backUp()
	thief := newTown(t) // the same public key, in a directory and with a signature of his own
	thief.key, thief.now = w.key, w.now.Add(1)
	thief.keep()
	his := thief.backUp()
	at := func(o *town, point, end string) string { return filepath.Join(o.dir, "rows", point+end) }
	read := func(path string) []byte {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, put := range map[string][2]string{
		"his rows under my signature":    {at(thief, his.Point, ".age"), at(w, mine.Point, ".age")},
		"his signature":                  {at(thief, his.Point, ".note"), at(w, mine.Point, ".note")},
		"no signature":                   {"", at(w, mine.Point, ".note")},
		"my older rows under a new name": {at(w, mine.Point, ".note"), at(w, "20270101T000000Z", ".note")},
	} {
		t.Run(name, func(t *testing.T) {
			point, was := mine.Point, []byte(nil)
			if name == "my older rows under a new name" {
				point = "20270101T000000Z"
				for _, end := range []string{".age", ".objects"} {
					write(t, at(w, point, end), read(at(w, mine.Point, end)))
				}
			} else {
				was = read(put[1])
			}
			if put[0] == "" {
				if err := os.Remove(put[1]); err != nil {
					t.Fatal(err)
				}
			} else {
				write(t, put[1], read(put[0]))
			}
			db, blobs := emptyRows(t), newDrawer()
			_, err := backup.Restore(t.Context(), backup.RestoreConfig{
				Rows: db, Blobs: blobs, Dir: w.dir, Point: point, Key: w.key, Files: none, Verify: w.verify,
			})
			if !errors.Is(err, backup.ErrAuthor) || len(blobs.all) != 0 {
				t.Errorf("%v, %d objects", err, len(blobs.all))
			}
			if was != nil {
				write(t, put[1], was)
			}
		})
	}
	_, _, _ = w.restore(mine.Point) // what the gateway made still is
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
