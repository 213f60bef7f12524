package gateway_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestBothWaysLostTwoOfThreeGiveTheSafeBack is the whole walk, with 72 hours
// in it: a document is there at the end, and nothing of before opens.
func TestBothWaysLostTwoOfThreeGiveTheSafeBack(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	s := r.angela.unlock(t)
	before := len(s.Unlockers())
	r.ask(t)
	if words := strings.Fields(r.code); len(words) != 6 {
		t.Errorf("the code is %q", r.code)
	}
	for _, p := range r.three[:2] {
		ok(t, r.agree(t, p))
		var early *client.TooEarlyError
		if err := r.give(t, p); !errors.As(err, &early) || !early.Due.Equal(p.clock.now().Add(client.CustodyDelay)) {
			t.Errorf("at once: %v", err)
		}
	}
	r.pass(client.CustodyDelay - time.Second)
	if err := r.give(t, r.three[0]); err == nil {
		t.Error("given a second before the delay is over")
	}
	r.pass(time.Second)
	ok(t, r.give(t, r.three[0]))
	if _, err := r.finish(t); !errors.Is(err, client.ErrFewShares) {
		t.Errorf("with one share: %v", err)
	}
	ok(t, r.give(t, r.three[1]))
	if _, err := r.angela.connect(t).FinishRecovery(r.ctx, sealed.NewSecret(), "x", sealed.NewUnlocker{}); !errors.Is(err, client.ErrOtherPaper) {
		t.Errorf("with another sheet: %v", err)
	}
	back, err := r.finish(t)
	ok(t, err)
	if back.ID() != string(r.angela.acc.Safe) || len(back.Unlockers()) != 2 || before != 3 {
		t.Errorf("%d ways before, now %+v", before, back.Unlockers())
	}
	if _, err := r.angela.connect(t).Unlock(r.ctx, r.angela.p); !errors.Is(err, sealed.ErrKey) {
		t.Errorf("the lost key: %v", err)
	}
	_, err = r.angela.connect(t).Unlock(r.ctx, r.paper)
	ok(t, err)
	if _, err := back.Custody(r.ctx); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("custody is still there: %v", err)
	}
	if _, err := r.three[0].custodian(t).Find(r.ctx, "Angela Dubois"); !errors.Is(err, client.ErrNotFound) {
		t.Errorf("the custodian still holds something: %v", err)
	}
	r.told(t, "custody.named", "recovery.requested", "recovery.agreed", "recovery.agreed", "recovery.checked", "recovery.given",
		"recovery.checked", "recovery.given", "recovery.completed", "custody.ended")
	r.sound(t)
}

// told looks for these events, in this order, in the holder's own journal.
func (r *circle) told(t *testing.T, want ...string) {
	t.Helper()
	items, err := r.angela.connect(t).Journal(r.ctx, 0)
	ok(t, err)
	var got []string
	for _, it := range slices.Backward(items) {
		ok(t, it.Err)
		if what := it.Event.What; it.Event.Result == journal.ResultDone && (strings.HasPrefix(what, "recovery.") || strings.HasPrefix(what, "custody.")) {
			got = append(got, what)
			if who := it.Event.Who.Kind; strings.HasSuffix(what, "agreed") && (it.Event.Who.Name == "" || who != "agent" && who != "citizen") {
				t.Errorf("%s by %+v", what, it.Event.Who)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the journal tells\n%q\nwant\n%q", got, want)
	}
}

// TestARecoveryThatIsCancelledGivesNothing: from another device, and at the
// counter; the custodians' shares stay where they are.
func TestARecoveryThatIsCancelledGivesNothing(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	for name, cancel := range map[string]func() error{
		"another device": func() error { return r.angela.connect(t).CancelRecovery(r.ctx) },
		"the counter": func() error {
			return r.domain.EndRecovery(r.ctx, safe.Actor{Kind: safe.Operator, Name: "Guichet de Valmont", Door: "cli"}, r.angela.acc.Safe)
		},
	} {
		r.ask(t)
		ok(t, r.agree(t, r.three[0]))
		ok(t, r.agree(t, r.three[1]))
		r.pass(client.CustodyDelay)
		ok(t, r.give(t, r.three[0]))
		ok(t, cancel())
		if err := r.give(t, r.three[1]); !errors.Is(err, client.ErrRecoveryEnded) || client.IsAlarm(err) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.finish(t); !errors.Is(err, client.ErrRecoveryEnded) {
			t.Errorf("%s: finished: %v", name, err)
		}
	}
	if _, err := r.angela.connect(t).Unlock(r.ctx, r.angela.p); err != nil {
		t.Errorf("her own key: %v", err)
	}
	r.sound(t)
}

// TestARecoveryEndsByItself after thirty days, and the log says so.
func TestARecoveryEndsByItself(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	r.ask(t)
	ok(t, r.agree(t, r.three[0]))
	r.pass(30*24*time.Hour - time.Second)
	if n, err := r.domain.Sweep(r.ctx); n != 0 || err != nil {
		t.Errorf("%d swept a second before, %v", n, err)
	}
	r.pass(time.Second)
	if n, err := r.domain.Sweep(r.ctx); n != 1 || err != nil {
		t.Errorf("%d swept, %v", n, err)
	}
	if err := r.give(t, r.three[0]); !errors.Is(err, client.ErrRecoveryEnded) {
		t.Errorf("given after the end: %v", err)
	}
	r.told(t, "custody.named", "recovery.requested", "recovery.agreed", "recovery.expired")
}
