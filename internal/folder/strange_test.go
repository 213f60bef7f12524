package folder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestADocumentCalledAsASidecarIsADocument, whatever is in it, also for whoever
// starts the service again.
func TestADocumentCalledAsASidecarIsADocument(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	w.give("x.coffre.json", "not even JSON", nil)
	d := w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "x.coffre_.json", "not even JSON")
	must(t, d.Close())
	must(t, os.RemoveAll(filepath.Join(dir, ownDir)))
	d = w.desk(dir, nil)
	if d.count(Strange) != 0 || len(d.ledger.records()) != 1 {
		t.Errorf("told %+v, known are %d", d.told, len(d.ledger.records()))
	}
}

// forged changes the sidecar of a document whose record is gone.
func forged(t *testing.T, change func(*Sidecar, string)) (w *town, dir string) {
	t.Helper()
	w, dir = newTown(t), t.TempDir()
	inbox := filepath.Join(dir, "in")
	w.give("a.txt", "un", nil)
	d := w.desk(inbox, nil)
	must(t, d.Round(t.Context()))
	must(t, d.Close())
	must(t, os.RemoveAll(filepath.Join(inbox, ownDir)))
	path := filepath.Join(inbox, "a.txt"+sidecarEnding)
	b, err := os.ReadFile(path)
	must(t, err)
	var s Sidecar
	must(t, json.Unmarshal(b, &s))
	if change != nil {
		change(&s, inbox)
	}
	b, err = json.Marshal(s)
	must(t, err)
	must(t, os.WriteFile(path, b, 0o600))
	return w, inbox
}

// TestASidecarCountsForWhatTheAdministrationSigned: what is made to look like one
// has nothing deleted or attested, here or elsewhere, and stops nothing.
func TestASidecarCountsForWhatTheAdministrationSigned(t *testing.T) {
	other := strings.Repeat("a", 26)
	for what, change := range map[string]func(s *Sidecar, dir string){
		"a file outside":          func(s *Sidecar, _ string) { s.File = "../victim.conf" },
		"another file":            func(s *Sidecar, _ string) { s.File = "victim.conf" },
		"an absolute one":         func(s *Sidecar, dir string) { s.File = dir + "/a.txt" },
		"another grant":           func(s *Sidecar, _ string) { s.Grant.ID = other },
		"a grant that is a path":  func(s *Sidecar, _ string) { s.Grant.ID = "../../../../../../etc/pass" },
		"another safe":            func(s *Sidecar, _ string) { s.Grant.Safe = other },
		"another document":        func(s *Sidecar, _ string) { s.Grant.Doc = other },
		"another version":         func(s *Sidecar, _ string) { s.Grant.Version = other },
		"another release":         func(s *Sidecar, _ string) { s.Release = other },
		"no signature":            func(s *Sidecar, _ string) { s.Acknowledgement = nil },
		"somebody else's":         func(s *Sidecar, _ string) { s.Acknowledgement[3] ^= 1 },
		"no end":                  func(s *Sidecar, _ string) { s.Grant.NotAfter = "" },
		"an outcome that was not": func(s *Sidecar, _ string) { s.Outcome = "infected" },
		"too long a text":         func(s *Sidecar, _ string) { s.Receipt = strings.Repeat("x", mostRecord) },
	} {
		w, dir := forged(t, change)
		must(t, os.WriteFile(filepath.Join(dir, "..", "victim.conf"), []byte("un"), 0o600))
		must(t, os.WriteFile(filepath.Join(dir, "victim.conf"), []byte("un"), 0o600))
		d := w.desk(dir, nil)
		w.later(60 * 24 * time.Hour)
		must(t, d.Round(t.Context()))
		if d.count(Strange) != 1 || d.count(Deleted) != 0 || len(w.attested) != 0 {
			t.Errorf("%s: told %+v, attested %q", what, d.told, w.attested)
		}
		for _, name := range []string{"a.txt", "victim.conf", "../victim.conf"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	w, dir := forged(t, nil)
	must(t, os.WriteFile(filepath.Join(dir, "noise"+sidecarEnding), []byte("{"), 0o600))
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"+sidecarEnding), 0o600))
	d := w.desk(dir, nil)
	w.later(60 * 24 * time.Hour)
	must(t, d.Round(t.Context()))
	if d.count(Strange) != 2 || d.count(Deleted) != 1 {
		t.Errorf("the true one: told %+v", d.told)
	}
}

// TestNoRecordLeadsOutOfTheFolder, not even one that somebody has written there.
func TestNoRecordLeadsOutOfTheFolder(t *testing.T) {
	w := newTown(t)
	dir := filepath.Join(t.TempDir(), "in")
	id := w.give("a.txt", "un", nil)
	d := w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	victim := filepath.Join(dir, "..", "victim.conf")
	must(t, os.WriteFile(victim, []byte("un"), 0o600))
	must(t, os.Symlink(filepath.Dir(victim), filepath.Join(dir, "link")))
	for _, file := range []string{"../victim.conf", "link/victim.conf"} {
		r, _ := d.ledger.get(id)
		r.File = file
		must(t, d.ledger.put(r))
		w.later(60 * 24 * time.Hour)
		if err := d.Round(t.Context()); err == nil || len(w.attested) != 0 {
			t.Errorf("%s: %v, attested %q", file, err, w.attested)
		}
		if _, err := os.Stat(victim); err != nil {
			t.Error(err)
		}
	}
}

// TestANameThatCannotBeHadEndsTheSearch: a directory that cannot be read is no
// reason to look for the next name for ever, and the folder's own names are nobody's.
func TestANameThatCannotBeHadEndsTheSearch(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	w.give("Quarantine", "un", nil)
	w.give("virus.txt", "EICAR", nil)
	infected := scanned(func(path string) (string, error) {
		if b, err := os.ReadFile(path); err != nil || string(b) == "EICAR" {
			return "Eicar", err
		}
		return "", nil
	})
	d := w.desk(dir, func(c *Config) { c.Scanner = infected })
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "Quarantine (2)", "un")
	sameBytes(t, d, "quarantine/virus.txt", "EICAR")

	must(t, os.WriteFile(filepath.Join(dir, "blocked"), nil, 0o600))
	if _, err := d.ledger.reserve(record{}, "blocked", "{name}", Named{Name: "a.txt"}); err == nil {
		t.Error("a name below a file was found")
	}
}
