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

// The operator at the database rewrites what the server keeps. Nothing of it
// brings a share out, nor the holder to take what was not given to her.

// fresh asks anew, and has so many of the three agree.
func (r *circle) fresh(t *testing.T, agreed int) {
	t.Helper()
	if err := r.domain.EndRecovery(r.ctx, operator(), r.angela.acc.Safe); err != nil && !safe.IsKind(err, safe.NotFound) {
		t.Fatal(err)
	}
	r.ask(t)
	for _, p := range r.three[:agreed] {
		ok(t, r.agree(t, p))
	}
}

// alarmed wants an alarm with evidence.
func alarmed(t *testing.T, what string, err error) {
	t.Helper()
	var a *client.Alarm
	if !errors.As(err, &a) || len(a.Evidence) == 0 {
		t.Errorf("%s: %v", what, err)
	}
}

// look is what a custodian is told when she looks.
func (r *circle) look(t *testing.T, p *person) error {
	t.Helper()
	_, err := p.custodian(t).Find(r.ctx, "Angela Dubois")
	return err
}

// rewriteCustody changes it until restore is called.
func (r *circle) rewriteCustody(t *testing.T, change func(*safe.Custody)) (restore func()) {
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

// TestTheOperatorsAgreements of his making, borrowed or backdated bring no share out.
func TestTheOperatorsAgreements(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	thief := sealed.NewSecret()
	t.Run("agreed long ago", func(t *testing.T) {
		r.fresh(t, 1)
		r.rewriteRecovery(t, func(rec *safe.Recovery) { rec.Parts[0].Agreed = rec.Parts[0].Agreed.Add(-client.CustodyDelay) })
		var early *client.TooEarlyError
		if err := r.give(t, r.three[0]); !errors.As(err, &early) {
			t.Errorf("the server's clock was believed: %v", err)
		}
	})
	t.Run("agreement of the operator's making", func(t *testing.T) {
		r.fresh(t, 0)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			b, err := sealed.NewAgreement(rec.Request, rec.Parts[0].Custodian, 0, sealed.NewRootKey(thief), r.clock.now().Add(-client.CustodyDelay))
			ok(t, err)
			rec.Parts[0].Agreement, rec.Parts[0].Agreed = b, r.clock.now().Add(-client.CustodyDelay)
		})
		alarmed(t, "forged agreement", r.look(t, r.three[0]))
	})
	t.Run("another custodian's agreement", func(t *testing.T) {
		r.fresh(t, 1)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			rec.Parts[1].Agreement, rec.Parts[1].Agreed = rec.Parts[0].Agreement, rec.Parts[0].Agreed
		})
		alarmed(t, "borrowed agreement", r.look(t, r.three[1]))
	})
	t.Run("agreement to a request of before", func(t *testing.T) {
		r.fresh(t, 1)
		var old []byte
		r.rewriteRecovery(t, func(rec *safe.Recovery) { old = rec.Parts[0].Agreement })
		r.pass(client.CustodyDelay)
		r.fresh(t, 0)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			rec.Parts[0].Agreement, rec.Parts[0].Agreed = old, r.clock.now().Add(-client.CustodyDelay)
		})
		alarmed(t, "old agreement", r.look(t, r.three[0]))
	})
}

// TestTheOperatorsCustodies with other people, other shares or no delay are no custody.
func TestTheOperatorsCustodies(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	t.Run("no delay", func(t *testing.T) {
		r.fresh(t, 0)
		restore := r.rewriteCustody(t, func(c *safe.Custody) {
			c.Body = bytes.Replace(c.Body, []byte(`"delay":259200`), []byte(`"delay":000000`), 1)
		})
		defer restore()
		alarmed(t, "delay", r.look(t, r.three[0]))
	})
	t.Run("another custodian in the custody", func(t *testing.T) {
		r.fresh(t, 0)
		restore := r.rewriteCustody(t, func(c *safe.Custody) {
			c.Body = bytes.ReplaceAll(c.Body, []byte(r.three[1].acc.Safe), []byte(r.three[2].acc.Safe))
		})
		defer restore()
		alarmed(t, "custodian", r.look(t, r.three[2]))
		_, err := r.angela.unlock(t).Custody(r.ctx)
		alarmed(t, "holder", err)
	})
	t.Run("shares swapped", func(t *testing.T) {
		r.fresh(t, 0)
		restore := r.rewriteCustody(t, func(c *safe.Custody) {
			c.Shares[1].Sealed, c.Shares[2].Sealed = c.Shares[2].Sealed, c.Shares[1].Sealed
		})
		defer restore()
		alarmed(t, "share", r.look(t, r.three[1]))
	})
}

// TestTheOperatorsRequests open nothing: they are not in the log, or have another code.
func TestTheOperatorsRequests(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	thief := sealed.NewSecret()
	t.Run("another recipient in the request", func(t *testing.T) {
		r.fresh(t, 0)
		r.rewriteRecovery(t, func(rec *safe.Recovery) {
			b, err := sealed.NewRequest(string(rec.Safe), rec.Custody, thief, r.clock.now())
			ok(t, err)
			rec.Request = b
		})
		k := r.three[0].custodian(t)
		if _, err := k.Agree(r.ctx, r.held(t, k), r.code); !client.IsAlarm(err) { // nothing of it is in the log
			t.Errorf("a request of the operator's was agreed to: %v", err)
		}
	})
	t.Run("a request of the operator's, in the log", func(t *testing.T) {
		r.fresh(t, 0)
		own := r.code
		ok(t, r.domain.EndRecovery(r.ctx, operator(), r.angela.acc.Safe))
		var custody []byte
		r.rewrite(t, func(ctx context.Context, tx safe.Tx) error {
			c, err := tx.Custodies.Get(ctx, r.angela.acc.Safe)
			custody = c.Body
			return err
		})
		b, err := sealed.NewRequest(string(r.angela.acc.Safe), custody, thief, r.clock.now())
		ok(t, err)
		_, err = r.domain.RequestRecovery(r.ctx, safe.Actor{Kind: safe.Citizen, Account: r.angela.acc.ID, Safe: r.angela.acc.Safe, Level: 1}, b)
		ok(t, err)
		k := r.three[0].custodian(t)
		if _, err := k.Agree(r.ctx, r.held(t, k), own); !errors.Is(err, client.ErrOtherCode) {
			t.Errorf("the holder's code opened the way for another request: %v", err)
		}
	})
}

// TestTheOperatorHidesNoEnd of a recovery, nor does he ask for it once more.
func TestTheOperatorHidesNoEnd(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	t.Run("the end hidden", func(t *testing.T) {
		r.fresh(t, 1)
		ok(t, r.angela.connect(t).CancelRecovery(r.ctx))
		r.pass(client.CustodyDelay)
		r.rewriteRecovery(t, func(rec *safe.Recovery) { rec.Ended, rec.Reason = time.Time{}, "" })
		alarmed(t, "end", r.give(t, r.three[0]))
	})
	t.Run("asked for once more after its end", func(t *testing.T) {
		r.fresh(t, 1)
		ok(t, r.angela.connect(t).CancelRecovery(r.ctx))
		r.pass(client.CustodyDelay)
		event, err := journal.Event{
			V: 1, ID: newKey(), Time: stamp(r.clock.now()), What: "x", Result: journal.ResultDone, Who: journal.Who{Kind: "operator"},
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
}

// TestTheOperatorsShares: what he puts in the place of given ones opens
// nothing, and is an alarm; one bad share beside two good ones does no harm.
func TestTheOperatorsShares(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	r.fresh(t, 3)
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
