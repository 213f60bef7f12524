package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// judge cannot judge documents with this content.
func judge(bad string) scanned {
	return func(path string) (string, error) {
		b, err := os.ReadFile(path)
		if err == nil && string(b) == bad {
			err = fmt.Errorf("%w: INSTREAM size limit exceeded. ERROR", ErrUnjudged)
		}
		return "", err
	}
}

// TestADocumentThatTheScannerCannotJudgeIsAlone: the others come, what is over is
// deleted, and trying again costs the citizen's opening no second one.
func TestADocumentThatTheScannerCannotJudgeIsAlone(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	over := w.give("over.txt", "zéro", func(g *sealed.Grant) { g.NotAfter = "2026-11-26T10:00:00Z" })
	bad := w.give("bad.txt", "too big", nil)
	w.give("good.txt", "un", nil)
	d := w.desk(dir, func(c *Config) { c.Scanner, c.Parallel = judge("too big"), 1 })
	must(t, d.Round(t.Context()))
	w.give("better.txt", "deux", nil)
	w.later(3 * time.Hour)
	for range 3 {
		must(t, d.Round(t.Context()))
	}
	sameBytes(t, d, "good.txt", "un")
	sameBytes(t, d, "better.txt", "deux")
	if r, _ := d.ledger.get(over); r.State != stateDeleted || !r.Attested {
		t.Errorf("what was over is %+v", r)
	}
	if r, _ := d.ledger.get(bad); d.count(Failed) != 1 || r.Tries != 2 || w.openings(bad) != 1 {
		t.Errorf("told %+v, tried %d times in %d openings", d.told, r.Tries, w.openings(bad))
	}
	for range 200 { // nobody looks after it for weeks
		w.later(time.Hour)
		must(t, d.Round(t.Context()))
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.txt")); err == nil || w.openings(bad) != 1 {
		t.Errorf("delivered unjudged, or asked for %d times", w.openings(bad))
	}
	must(t, d.Close())
	d = w.desk(dir, func(c *Config) { c.Scanner, c.Retry = judge("nothing"), true })
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "bad.txt", "too big")
}

// TestWithoutAScannerWhatIsOverGoesAllTheSame, and nothing comes.
func TestWithoutAScannerWhatIsOverGoesAllTheSame(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	w.give("over.txt", "zéro", func(g *sealed.Grant) { g.NotAfter = "2026-11-26T10:00:00Z" })
	var down error
	d := w.desk(dir, func(c *Config) { c.Scanner = scanned(func(string) (string, error) { return "", down }) })
	must(t, d.Round(t.Context()))
	w.give("a.txt", "un", nil)
	w.later(3 * time.Hour)
	down = ErrScanner
	if err := d.Round(t.Context()); !errors.Is(err, ErrScanner) {
		t.Fatalf("the scanner is down: %v", err)
	}
	if d.count(Deleted) != 1 || d.count(Delivered) != 1 || len(w.attested) != 1 {
		t.Errorf("told %+v, attested %q", d.told, w.attested)
	}
}

// TestNoBytesAreLeftOfWhatEndedWhileTheServiceWasDead: killed with the document
// under its name, and ended before anybody came back.
func TestNoBytesAreLeftOfWhatEndedWhileTheServiceWasDead(t *testing.T) {
	for what, c := range map[string]struct {
		sidecar, changed, expired bool
		left                      bool
	}{
		"before the sidecar":               {},
		"before the sidecar, and expired":  {expired: true},
		"before the record":                {sidecar: true},
		"and somebody's file in its place": {changed: true, left: true},
	} {
		w := newTown(t)
		dir := t.TempDir()
		id := w.give("a.txt", "un", nil)
		d := w.desk(dir, nil)
		must(t, d.Round(t.Context()))
		r, _ := d.ledger.get(id)
		r.State, r.Acknowledged = stateAsked, false
		must(t, d.ledger.put(r))
		must(t, d.Close())
		if !c.sidecar {
			must(t, os.Remove(filepath.Join(dir, "a.txt"+sidecarEnding)))
		}
		if c.changed {
			must(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("mine"), 0o600))
		}
		w.ends(id, nil)
		w.later(60 * 24 * time.Hour)
		if c.expired {
			delete(w.grants, id)
			w.order = nil
		}
		d = w.desk(dir, func(c *Config) { c.Service = "RSA" })
		must(t, d.Round(t.Context()))
		must(t, d.Round(t.Context()))
		if _, err := os.Stat(filepath.Join(dir, "a.txt")); (err == nil) != c.left {
			t.Errorf("%s: %v", what, err)
		}
		if (len(w.attested) == 1) != c.sidecar {
			t.Errorf("%s: attested %q", what, w.attested)
		}
	}
}

// TestAScannerThatChangedItsMindLeavesNoCopy under the name of before.
func TestAScannerThatChangedItsMindLeavesNoCopy(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	id := w.give("a.txt", "un", nil)
	d := w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	r, _ := d.ledger.get(id)
	r.State, r.Acknowledged = stateAsked, false
	must(t, d.ledger.put(r))
	must(t, os.Remove(filepath.Join(dir, "a.txt"+sidecarEnding)))
	d.cfg.Scanner = scanned(func(string) (string, error) { return "Worm", nil })
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "quarantine/a.txt", "un")
	if _, err := os.Stat(filepath.Join(dir, "a.txt")); err == nil {
		t.Error("an infected copy is left")
	}
}

// TestWhatIsShownForARequestIsSignedForIt: a gateway that shows a share as given
// for another request, file or service has nothing delivered, and is told.
func TestWhatIsShownForARequestIsSignedForIt(t *testing.T) {
	w := newTown(t)
	mine, others := w.ask("2026-00417"), w.ask("2026-00999")
	for what, c := range map[string]struct {
		config func(*Config)
		right  func(*sealed.Grant)
		wrong  func(*sealed.Grant)
	}{
		"request": {
			func(c *Config) { c.Request = mine },
			func(g *sealed.Grant) { g.Request, g.Kind = mine, "income" }, func(g *sealed.Grant) { g.Request, g.Kind = others, "income" },
		},
		"no request": {
			func(c *Config) { c.Request = mine }, func(g *sealed.Grant) { g.Request, g.Kind = mine, "income" }, nil,
		},
		"reference": {
			func(c *Config) { c.Reference = "2026-00417" },
			func(g *sealed.Grant) { g.Request, g.Kind = mine, "income" }, func(g *sealed.Grant) { g.Request, g.Kind = others, "income" },
		},
		"service by name": {
			func(c *Config) { c.Service = "rsa" }, func(g *sealed.Grant) { g.Service = "RSA" }, func(g *sealed.Grant) { g.Service = "Écoles" },
		},
		"service by id": {
			func(c *Config) { c.Service = "s2" }, func(g *sealed.Grant) { g.Service = "RSA" }, nil,
		},
	} {
		w.grants, w.order = map[string]*given{}, nil
		dir := t.TempDir()
		w.give("right.txt", "un", c.right)
		wrong := w.give("wrong.txt", "deux", c.wrong)
		d := w.desk(dir, c.config)
		sent := w.sent
		must(t, d.Round(t.Context()))
		must(t, d.Round(t.Context()))
		sameBytes(t, d, "right.txt", "un")
		if _, err := os.Stat(filepath.Join(dir, "wrong.txt")); err == nil || d.count(Failed) != 1 || w.sent != sent+1 || w.openings(wrong) != 1 {
			t.Errorf("%s: told %+v", what, d.told)
		}
		for _, told := range d.told {
			if told.What == Failed && !client.IsAlarm(told.Err) {
				t.Errorf("%s: no alarm: %v", what, told.Err)
			}
		}
	}
}

// TestWhatWasBegunForAnotherRequestWaits, and is no alarm.
func TestWhatWasBegunForAnotherRequestWaits(t *testing.T) {
	w := newTown(t)
	mine := w.ask("2026-00417")
	dir := t.TempDir()
	id := w.give("a.txt", "un", nil)
	d := w.desk(dir, func(c *Config) { c.Scanner = judge("un") })
	must(t, d.Round(t.Context()))
	must(t, d.Close())
	w.later(2 * time.Hour)
	w.grants[id].listed.State = "elsewhere" // the list of the request is without it
	d = w.desk(dir, func(c *Config) { c.Request = mine })
	w.grants[id].listed.State = "live"
	w.order = nil
	must(t, d.Round(t.Context()))
	must(t, d.Round(t.Context()))
	if len(d.told) != 0 {
		t.Errorf("told %+v", d.told)
	}
	must(t, d.Close())
	w.order = []string{id}
	d = w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "a.txt", "un")
	if w.openings(id) != 1 {
		t.Errorf("opened %d times", w.openings(id))
	}
}
