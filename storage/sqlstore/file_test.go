package sqlstore_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(other, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dsn := range []string{
		"", "data.db", "sqlite://data.db", "postgres://127.0.0.1:1/coffre", "mysql://localhost/coffre",
		"sqlite://" + filepath.Join(dir, "no such directory", "x.db"), "sqlite://" + other,
	} {
		db, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: dsn, Now: time.Now})
		if err == nil {
			_ = db.Close()
			t.Errorf("%q was opened", dsn)
		}
	}
	if b, err := os.ReadFile(other); err != nil || !strings.HasPrefix(string(b), "not a database") {
		t.Errorf("the file that is no database was touched: %v", err)
	}
}

func TestFilesAreTheirOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	db := openFile(t, filepath.Join(dir, "test.db"))
	if err := db.SetMark(t.Context(), "demo", "yes"); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v; want the database and its write-ahead log", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestOpenedAgain(t *testing.T) {
	// '?' and '%' have a meaning in the driver's own file names.
	path := filepath.Join(t.TempDir(), "a ?b%41é.db")
	first, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: "sqlite://" + path, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"no", "yes"} {
		if err := first.SetMark(t.Context(), "demo", body); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the database is elsewhere: %v", err)
	}
	second := openFile(t, path)
	if err := second.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate again: %v", err)
	}
	for name, want := range map[string]string{"demo": "yes", "other": ""} {
		if got, err := second.Mark(t.Context(), name); err != nil || got != want {
			t.Errorf("mark %s is %q, %v; want %q", name, got, err, want)
		}
	}
}

const childDatabase = "COFFRE_TEST_DATABASE"

// TestKilled: a process that is killed loses nothing that it acknowledged,
// and leaves no half of a transaction.
func TestKilled(t *testing.T) {
	if at := os.Getenv(childDatabase); at != "" {
		writeUntilKilled(t, at)
		return
	}
	both(t, func(t *testing.T, dsn func(*testing.T) string) { killWriter(t, dsn(t)) })
}

func killWriter(t *testing.T, at string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$", "-test.v=false")
	child.Env = append(os.Environ(), childDatabase+"="+at)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	lines := bufio.NewScanner(out)
	for len(acknowledged) < 40 && lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // what it said before it died counts too
		acknowledged = append(acknowledged, lines.Text())
	}
	_ = child.Wait() // it was killed: there is nothing else to say
	if len(acknowledged) < 40 {
		t.Fatalf("the child wrote %d rows: %v", len(acknowledged), acknowledged)
	}
	db := open(t, at)
	err = db.View(t.Context(), func(tx safe.Tx) error {
		for _, id := range acknowledged {
			if _, err := tx.Accounts.Get(t.Context(), safe.AccountID(id)); err != nil {
				t.Errorf("acknowledged row %s: %v", id, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, events := count(t, db)
	if rows != events || rows < len(acknowledged) {
		t.Errorf("%d rows, %d events, %d acknowledged", rows, events, len(acknowledged))
	}
}

func writeUntilKilled(t *testing.T, at string) {
	t.Helper()
	db := open(t, at)
	for {
		a := safe.Account{ID: safe.NewID[safe.AccountID](), Kind: safe.Citizen, Created: time.Now()}
		a.Sub = string(a.ID)
		err := db.Update(context.Background(), func(tx safe.Tx) error {
			if err := tx.Accounts.Put(context.Background(), a); err != nil {
				return err
			}
			_, err := tx.Events.Append(context.Background(), "s", []byte(a.ID), [32]byte{})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stdout.WriteString(string(a.ID) + "\n"); err != nil {
			return
		}
	}
}

// count says how many events there are, and how many of them have their row.
func count(t *testing.T, db *sqlstore.DB) (rows, events int) {
	t.Helper()
	err := db.View(t.Context(), func(tx safe.Tx) error {
		list, err := tx.Leaves.OfSafe(t.Context(), "s", "", 1_000_000)
		for _, r := range list {
			if _, err := tx.Accounts.Get(t.Context(), safe.AccountID(r.Event)); err == nil {
				rows++
			}
		}
		events = len(list)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, events
}
