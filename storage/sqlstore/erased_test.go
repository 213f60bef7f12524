package sqlstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestWhatIsForgottenIsNotInTheFile: an event that is older than the terms say,
// short or long, is nowhere in the file; nor is its salt, with which anybody
// could go on guessing what the log's 32 bytes commit to.
func TestWhatIsForgottenIsNotInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db := openFile(t, path)
	then := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var marks [][]byte
	update := func(fn func(safe.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx safe.Tx) error {
		for _, length := range []int{1, 1, 1, 30_000} {
			purpose, salt := safe.NewID[string](), journal.NewSalt()
			b, err := journal.Event{
				V: 1, ID: safe.NewID[string](), Time: then.Format(time.RFC3339), What: "x", Result: journal.ResultDone,
				Who: journal.Who{Kind: "citizen"}, Safe: "s", Purpose: strings.Repeat(purpose, length),
			}.Encode()
			if err != nil {
				return err
			}
			marks = append(marks, []byte(purpose), salt[:])
			if _, err := tx.Events.Append(t.Context(), "s", b, salt); err != nil {
				return err
			}
		}
		return nil
	})
	update(func(tx safe.Tx) error {
		p, err := tx.Keeper.Prune(t.Context(), "s", then.Add(time.Hour))
		if p.Events != 4 {
			t.Errorf("%d events of 4 are forgotten", p.Events)
		}
		return err
	})
	if err := db.Close(); err != nil { // what was in the log beside it is in the file now
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, mark := range marks {
		if bytes.Contains(file, mark) {
			t.Errorf("what event %d had is still in the file", i/2)
		}
	}
	if more, err := filepath.Glob(path + "?*"); err != nil || len(more) > 0 {
		t.Errorf("beside the file: %v, %v", more, err)
	}
}
