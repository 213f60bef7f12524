package gateway_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// hurry is one step of a recovery, or of somebody who wants it to be faster.
type hurry struct {
	What string
	Who  int           // of the three
	Wait time.Duration // by whose clock it is
}

func drawHurry(t *rapid.T) hurry {
	return hurry{
		What: rapid.SampledFrom([]string{
			"ask", "ask", "agree", "agree", "agree", "give", "give", "give", "give", "cancel", "wait", "wait", "wait", "skew", "backdate", "reopen",
		}).Draw(t, "what"),
		Who:  rapid.IntRange(0, 2).Draw(t, "who"),
		Wait: time.Duration(rapid.SampledFrom([]int{1, 24, 71, 72, 73}).Draw(t, "hours")) * time.Hour,
	}
}

// course is what has to be true of a recovery, kept beside it.
type course struct {
	*circle
	open   bool // asked for, and no end acknowledged
	seen   [3]time.Time
	given  [3]bool
	gifts  int
	offers int
}

// TestNoOrderOfEventsGivesSharesTooEarlyOrTooLate: whatever holder, custodians
// and an operator at the database do, in whatever order, a share is given only
// when its custodian's own clock has seen the delay pass since she agreed to
// this very request, and never after an end that the holder was told of.
func TestNoOrderOfEventsGivesSharesTooEarlyOrTooLate(t *testing.T) {
	few(t)
	r := newCircle(t, newWorld(t, unlimited))
	gifts, offers := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		c := &course{circle: r}
		c.end(rt)
		steps := rapid.SliceOfN(rapid.Custom(drawHurry), 8, 20).Draw(rt, "steps")
		// Every course is in too great a hurry at first and has patience at last,
		// so that shares are both kept back and given, whatever lies between.
		ask, agreed := hurry{What: "ask"}, []hurry{{What: "agree"}, {What: "agree", Who: 1}}
		early := slices.Concat([]hurry{ask}, agreed, []hurry{{What: "give"}})
		late := slices.Concat([]hurry{ask}, agreed, []hurry{{What: "wait", Wait: 73 * time.Hour}, {What: "give"}, {What: "give", Who: 1}})
		for _, h := range slices.Concat(early, steps, late) {
			c.step(rt, h)
		}
		gifts, offers = gifts+c.gifts, offers+c.offers
	})
	if gifts == 0 || offers == gifts {
		t.Errorf("%d of %d shares were given: the property shows nothing", gifts, offers)
	}
	t.Logf("%d of %d shares were given", gifts, offers)
}

func (c *course) end(t *rapid.T) {
	if err := c.domain.EndRecovery(c.ctx, operator(), c.angela.acc.Safe); err != nil && !safe.IsKind(err, safe.NotFound) {
		t.Fatal(err)
	}
	c.open, c.seen, c.given = false, [3]time.Time{}, [3]bool{}
}

func (c *course) step(t *rapid.T, h hurry) {
	p := c.three[h.Who]
	switch h.What {
	case "ask":
		if !c.open {
			c.end(t) // the operator may have opened the old one again
			c.ask(t)
			c.open = true
		}
	case "agree":
		c.tryAgree(t, h.Who)
	case "give":
		c.tryGive(t, h.Who)
	case "cancel":
		err := c.angela.connect(t).CancelRecovery(c.ctx)
		if err == nil {
			c.open = false
		} else if c.open {
			t.Fatalf("cancel: %v", err)
		}
	case "wait":
		c.pass(h.Wait)
	case "skew": // this machine's clock is set forward, by its owner
		p.clock.add(h.Wait)
	case "backdate":
		c.tamper(t, func(rec *safe.Recovery) {
			if part := &rec.Parts[h.Who]; !part.Agreed.IsZero() {
				part.Agreed = part.Agreed.Add(-100 * time.Hour)
			}
		})
	case "reopen":
		c.tamper(t, func(rec *safe.Recovery) { rec.Ended, rec.Reason = time.Time{}, "" })
	}
}

// tamper is the operator at the database, if there is anything to change.
func (c *course) tamper(t *rapid.T, change func(*safe.Recovery)) {
	err := c.db.Update(c.ctx, func(tx safe.Tx) error {
		rec, err := tx.Recoveries.Get(c.ctx, c.angela.acc.Safe)
		if err != nil {
			return err
		}
		change(&rec)
		return tx.Recoveries.Put(c.ctx, rec)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (c *course) tryAgree(t *rapid.T, who int) {
	err := c.agree(t, c.three[who])
	if err == nil {
		c.seen[who] = c.three[who].clock.now()
		return
	}
	if c.open && !c.given[who] && !errors.Is(err, client.ErrRecoveryEnded) {
		t.Fatalf("agree: %v", err)
	}
}

func (c *course) tryGive(t *rapid.T, who int) {
	c.offers++
	err := c.give(t, c.three[who])
	if err != nil {
		return
	}
	c.gifts++
	c.given[who] = true
	now := c.three[who].clock.now()
	switch {
	case !c.open:
		t.Fatal("a share was given after the end")
	case c.seen[who].IsZero():
		t.Fatal("a share was given without agreement")
	case now.Before(c.seen[who].Add(client.CustodyDelay)):
		t.Fatalf("a share was given %s after agreeing", now.Sub(c.seen[who]))
	}
}
