package folder

import (
	"errors"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestAReplacedKeyEndsTheServiceAndRuinsNothing: what comes after the
// administration's key was replaced is neither marked nor signed for by whoever
// has the former one, and is opened, once, by whoever unlocks again.
func TestAReplacedKeyEndsTheServiceAndRuinsNothing(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	before := w.give("before.txt", "un", nil)
	d := w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	w.rotate()
	after := w.give("after.txt", "deux", nil)
	for range 2 {
		if err := d.Round(t.Context()); !errors.Is(err, client.ErrReplaced) || client.IsAlarm(err) {
			t.Fatalf("after the rotation: %v", err)
		}
	}
	// The round that was under way while the key was replaced asks the same way.
	if err := d.retrieve(t.Context(), work{grant: after, listed: true}); !errors.Is(err, client.ErrReplaced) {
		t.Fatalf("in the middle of a round: %v", err)
	}
	if r, _ := d.ledger.get(after); r.State == stateFailed || len(r.Signed) > 0 || w.refused != 0 || len(d.told) != 1 {
		t.Fatalf("%+v, %d refused, told %+v", r, w.refused, d.told)
	}
	must(t, d.Close())

	d = w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "after.txt", "deux")
	if len(w.said) != 2 || w.openings(before) != 1 || w.openings(after) != 1 {
		t.Errorf("said %+v, opened %d and %d times", w.said, w.openings(before), w.openings(after))
	}
}

// TestWhatTheFormerRootSignedIsSignedAnew, and what is refused is not sent every
// round.
func TestWhatTheFormerRootSignedIsSignedAnew(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	id := w.give("a.txt", "un", nil)
	d := w.desk(dir, nil)
	rotated := w.ring
	w.rotate() // between the look at the key and the acknowledgement
	rotated, w.ring = w.ring, rotated
	must(t, d.retrieveWith(t, work{grant: id, listed: true}, func() { w.ring = rotated }))
	must(t, each(t.Context(), 1, d.unsaid(), d.say))
	must(t, each(t.Context(), 1, d.unsaid(), d.say))
	if w.sent != 1 || w.refused != 1 || d.count(Failed) != 1 {
		t.Fatalf("sent %d times, refused %d times, told %+v", w.sent, w.refused, d.told)
	}
	w.later(60 * 24 * time.Hour)
	must(t, d.expire(t.Context()))
	must(t, d.expire(t.Context()))
	if r, _ := d.ledger.get(id); r.Attested || d.count(Unattested) != 1 || d.count(Deleted) != 0 || w.refused != 2 {
		t.Fatalf("%+v: told %+v, %d refused", r, d.told, w.refused)
	}
	must(t, d.Close())

	d = w.desk(dir, nil)
	must(t, d.Round(t.Context()))
	must(t, d.Round(t.Context()))
	if len(w.said) != 1 || w.said[0].Outcome != sealed.OutcomeIntact || w.sent != 2 || len(w.attested) != 1 || d.count(Deleted) != 1 {
		t.Errorf("said %+v in %d tries, attested %q", w.said, w.sent, w.attested)
	}
}

// retrieveWith does something between the document's arrival and what is said of it.
func (d *desk) retrieveWith(t *testing.T, w work, then func()) error {
	t.Helper()
	d.cfg.Scanner = scanned(func(string) (string, error) { then(); return "", nil })
	defer func() { d.cfg.Scanner = nil }()
	return d.retrieve(t.Context(), w)
}

// TestRetryAsksForWhatWasNeverAcknowledged too.
func TestRetryAsksForWhatWasNeverAcknowledged(t *testing.T) {
	w := newTown(t)
	dir := t.TempDir()
	id := w.give("a.txt", "un", nil)
	d := w.desk(dir, nil)
	must(t, d.ledger.put(record{Grant: id, State: stateFailed, Signed: []byte("by nobody")}))
	must(t, d.Round(t.Context()))
	must(t, d.Close())
	d = w.desk(dir, func(c *Config) { c.Retry = true })
	must(t, d.Round(t.Context()))
	sameBytes(t, d, "a.txt", "un")
}

// TestAGatewayThatShowsAnotherLineOfKeys is an alarm, and no reason to unlock again.
func TestAGatewayThatShowsAnotherLineOfKeys(t *testing.T) {
	w, other := newTown(t), newTown(t)
	d := w.desk(t.TempDir(), nil)
	mine := w.ring
	w.ring = other.ring
	if err := d.Round(t.Context()); !client.IsAlarm(err) || errors.Is(err, client.ErrReplaced) {
		t.Errorf("another administration's: %v", err)
	}
	w.ring = mine
	w.rotate()
	must(t, d.Close())
	d = w.desk(t.TempDir(), nil)
	w.ring = mine
	if err := d.Round(t.Context()); !errors.Is(err, client.ErrRollback) {
		t.Errorf("the former one: %v", err)
	}
}

// TestAnAcknowledgementIsOfWhatTheJournalTells: a release that says another
// document than its proof gives nothing to sign.
func TestAnAcknowledgementIsOfWhatTheJournalTells(t *testing.T) {
	w := newTown(t)
	id := w.give("a.txt", "un", nil)
	d := w.desk(t.TempDir(), nil)
	w.lie = func(g *given) any {
		rel := w.release(g, id, "k")
		rel.Version = sealed.NewID()
		return rel
	}
	must(t, d.Round(t.Context()))
	r, _ := d.ledger.get(id)
	if d.count(Failed) != 1 || !errors.Is(d.told[0].Err, journal.ErrProof) || len(r.Signed) != 0 || w.sent != 0 {
		t.Errorf("%+v, told %+v", r, d.told)
	}
}
