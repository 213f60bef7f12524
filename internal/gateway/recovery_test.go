package gateway_test

import (
	"bytes"
	"context"
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

// TestTheOperatorAtTheDatabase rewrites what the server keeps. Nothing of it
// brings a share out, nor the holder to take what was not given to her.
func TestTheOperatorAtTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	r := newCircle(t, w)
	thief := sealed.NewSecret()
	fresh := func(t *testing.T, agreed int) {
		t.Helper()
		if err := r.domain.EndRecovery(r.ctx, operator(), r.angela.acc.Safe); err != nil && !safe.IsKind(err, safe.NotFound) {
			t.Fatal(err)
		}
		r.ask(t)
		for _, p := range r.three[:agreed] {
			ok(t, r.agree(t, p))
		}
	}
	alarmed := func(t *testing.T, what string, err error) {
		t.Helper()
		var a *client.Alarm
		if !errors.As(err, &a) || len(a.Evidence) == 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	find := func(p *person) error {
		k := p.custodian(t)
		_, err := k.Find(r.ctx, "Angela Dubois")
		return err
	}
	rewriteCustody := func(t *testing.T, change func(*safe.Custody)) (restore func()) {
		t.Helper()
		var kept safe.Custody
		r.rewrite(t, func(ctx context.Context, tx safe.Tx) (err error) {
			if kept, err = tx.Custodies.Get(ctx, r.angela.acc.Safe); err != nil {
				return err
			}
			c := kept
			c.Body, c.Shares = bytes.Clone(c.Body), slices.Clone(c.Shares)
			change(&c)
			return tx.Custodies.Put(ctx, c)
		})
		return func() {
			r.rewrite(t, func(ctx context.Context, tx safe.Tx) error { return tx.Custodies.Put(ctx, kept) })
		}
	}
	t.Run("agreed long ago", func(t *testing.T) {
		fresh(t, 1)
		r.rewriteRecovery(t, func(rec *safe.Recovery) { rec.Parts[0].Agreed = rec.Parts[0].Agreed.Add(-client.CustodyDelay) })
		var early *client.TooEarlyError
		if err := r.give(t, r.three[0]); !errors.As(err, &early) {
			t.Errorf("the server's clock was believed: %v", err)
		}
	})
	t.Run("agreement of the operator's making", func(t *testing.T) {
		fresh(t, 0)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			b, err := sealed.NewAgreement(rec.Request, rec.Parts[0].Custodian, 0, sealed.NewRootKey(thief), w.clock.now().Add(-client.CustodyDelay))
			ok(t, err)
			rec.Parts[0].Agreement, rec.Parts[0].Agreed = b, w.clock.now().Add(-client.CustodyDelay)
		})
		alarmed(t, "forged agreement", find(r.three[0]))
	})
	t.Run("another custodian's agreement", func(t *testing.T) {
		fresh(t, 1)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			rec.Parts[1].Agreement, rec.Parts[1].Agreed = rec.Parts[0].Agreement, rec.Parts[0].Agreed
		})
		alarmed(t, "borrowed agreement", find(r.three[1]))
	})
	t.Run("agreement to a request of before", func(t *testing.T) {
		fresh(t, 1)
		var old []byte
		r.rewriteRecovery(t, func(rec *safe.Recovery) { old = rec.Parts[0].Agreement })
		r.pass(client.CustodyDelay)
		fresh(t, 0)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			rec.Parts[0].Agreement, rec.Parts[0].Agreed = old, w.clock.now().Add(-client.CustodyDelay)
		})
		alarmed(t, "old agreement", find(r.three[0]))
	})
	t.Run("no delay", func(t *testing.T) {
		fresh(t, 0)
		restore := rewriteCustody(t, func(c *safe.Custody) {
			c.Body = bytes.Replace(c.Body, []byte(`"delay":259200`), []byte(`"delay":000000`), 1)
		})
		defer restore()
		alarmed(t, "delay", find(r.three[0]))
	})
	t.Run("another custodian in the custody", func(t *testing.T) {
		fresh(t, 0)
		restore := rewriteCustody(t, func(c *safe.Custody) {
			c.Body = bytes.ReplaceAll(c.Body, []byte(r.three[1].acc.Safe), []byte(r.three[2].acc.Safe))
		})
		defer restore()
		alarmed(t, "custodian", find(r.three[2]))
		_, err := r.angela.unlock(t).Custody(r.ctx)
		alarmed(t, "holder", err)
	})
	t.Run("shares swapped", func(t *testing.T) {
		fresh(t, 0)
		restore := rewriteCustody(t, func(c *safe.Custody) {
			c.Shares[1].Sealed, c.Shares[2].Sealed = c.Shares[2].Sealed, c.Shares[1].Sealed
		})
		defer restore()
		alarmed(t, "share", find(r.three[1]))
	})
	t.Run("another recipient in the request", func(t *testing.T) {
		fresh(t, 0)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			b, err := sealed.NewRequest(string(rec.Safe), rec.Custody, thief, w.clock.now())
			ok(t, err)
			rec.Request = b
		})
		k := r.three[0].custodian(t)
		if _, err := k.Agree(r.ctx, r.held(t, k), r.code); !client.IsAlarm(err) { // nothing of it is in the log
			t.Errorf("a request of the operator's was agreed to: %v", err)
		}
	})
	t.Run("a request of the operator's, in the log", func(t *testing.T) {
		fresh(t, 0)
		own := r.code
		ok(t, r.domain.EndRecovery(r.ctx, operator(), r.angela.acc.Safe))
		var custody []byte
		r.rewrite(t, func(ctx context.Context, tx safe.Tx) error {
			c, err := tx.Custodies.Get(ctx, r.angela.acc.Safe)
			custody = c.Body
			return err
		})
		b, err := sealed.NewRequest(string(r.angela.acc.Safe), custody, thief, w.clock.now())
		ok(t, err)
		_, err = r.domain.RequestRecovery(r.ctx, safe.Actor{Kind: safe.Citizen, Account: r.angela.acc.ID, Safe: r.angela.acc.Safe, Level: 1}, b)
		ok(t, err)
		k := r.three[0].custodian(t)
		if _, err := k.Agree(r.ctx, r.held(t, k), own); !errors.Is(err, client.ErrOtherCode) {
			t.Errorf("the holder's code opened the way for another request: %v", err)
		}
	})
	t.Run("the end hidden", func(t *testing.T) {
		fresh(t, 1)
		ok(t, r.angela.connect(t).CancelRecovery(r.ctx))
		r.pass(client.CustodyDelay)
		r.rewriteRecovery(t, func(rec *safe.Recovery) { rec.Ended, rec.Reason = time.Time{}, "" })
		alarmed(t, "end", r.give(t, r.three[0]))
	})
	t.Run("asked for once more after its end", func(t *testing.T) {
		fresh(t, 1)
		ok(t, r.angela.connect(t).CancelRecovery(r.ctx))
		r.pass(client.CustodyDelay)
		event, err := journal.Event{
			V: 1, ID: newKey(), Time: stamp(w.clock.now()), What: "x", Result: journal.ResultDone, Who: journal.Who{Kind: "operator"},
		}.Encode()
		ok(t, err)
		var written string
		r.rewrite(t, func(ctx context.Context, tx safe.Tx) error {
			rec, err := tx.Recoveries.Get(ctx, r.angela.acc.Safe)
			if err != nil {
				return err
			}
			rec.Ended, rec.Reason = time.Time{}, ""
			fact, err := journal.RecoveryFact{Type: journal.FactRecovery, Safe: string(rec.Safe), Request: rec.Hash()}.Encode()
			if err != nil {
				return err
			}
			if _, err := tx.Events.AppendFact(ctx, fact); err != nil {
				return err
			}
			if written, err = tx.Events.Append(ctx, "", event, journal.NewSalt()); err != nil {
				return err
			}
			return tx.Recoveries.Put(ctx, rec)
		})
		_, _, err = r.log.Await(r.ctx, written) // the log has the second asking, after the end
		ok(t, err)
		alarmed(t, "second asking", r.give(t, r.three[0]))
	})
	t.Run("the holder's shares", func(t *testing.T) { r.theHoldersShares(t, fresh, alarmed) })
}

// theHoldersShares: what is put in the place of given shares opens nothing,
// and is an alarm; one bad share beside two good ones does no harm.
func (r *circle) theHoldersShares(t *testing.T, fresh func(*testing.T, int), alarmed func(*testing.T, string, error)) {
	t.Helper()
	fresh(t, 3)
	r.pass(client.CustodyDelay)
	for _, p := range r.three {
		ok(t, r.give(t, p))
	}
	var good safe.Recovery
	r.rewriteRecovery(t, func(rec *safe.Recovery) { good = *rec; good.Parts = slices.Clone(rec.Parts) })
	paper, err := sealed.UnlockIdentity(r.paper)
	ok(t, err)
	for name, spoil := range map[string]func(rec *safe.Recovery){
		"one of them twice": func(rec *safe.Recovery) {
			rec.Parts[1].Sealed, rec.Parts[2].Sealed = rec.Parts[0].Sealed, rec.Parts[0].Sealed
		},
		"rubbish for the sheet": func(rec *safe.Recovery) {
			for i := range rec.Parts {
				b, err := sealed.SealDocument(strings.NewReader(strings.Repeat("x", 600)), 600, paper.Recipient())
				ok(t, err)
				var out bytes.Buffer
				_, err = out.ReadFrom(b)
				ok(t, err)
				rec.Parts[i].Sealed = out.Bytes()
			}
		},
		"a flipped byte": func(rec *safe.Recovery) {
			for i := range rec.Parts {
				rec.Parts[i].Sealed = bytes.Clone(rec.Parts[i].Sealed)
				rec.Parts[i].Sealed[1700] ^= 1
			}
		},
		"another custody": func(rec *safe.Recovery) {
			rec.Custody = bytes.Replace(rec.Custody, []byte(`"delay":259200`), []byte(`"delay":000000`), 1)
		},
	} {
		r.rewriteRecovery(t, func(rec *safe.Recovery) { *rec = good; rec.Parts = slices.Clone(good.Parts); spoil(rec) })
		_, err := r.finish(t)
		alarmed(t, name, err)
	}
	r.rewriteRecovery(t, func(rec *safe.Recovery) {
		*rec = good
		rec.Parts = slices.Clone(good.Parts)
		rec.Parts[0].Sealed = rec.Parts[1].Sealed
	})
	_, err = r.finish(t)
	ok(t, err)
	r.sound(t)
}
