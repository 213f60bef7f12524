package gateway_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// says asks for a refusal in both languages.
func (r *circle) says(t *testing.T, q request, slug, fr, en string) answer {
	t.Helper()
	var last answer
	for lang, want := range map[string]string{"fr": fr, "en": en} {
		last = r.do(t, q.in(lang)).is(t, problem.New(slug).Status())
		if p := last.refuses(t, slug); p.Detail != want {
			t.Errorf("%s says in %s:\n%q\nwant\n%q", slug, lang, p.Detail, want)
		}
	}
	return last
}

// TestARecoveryIsRefusedInWords, and one that is too early says from when on.
func TestARecoveryIsRefusedInWords(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	r.ask(t)
	var custody []byte
	r.rewrite(t, func(ctx context.Context, tx safe.Tx) error {
		c, err := tx.Custodies.Get(ctx, r.angela.acc.Safe)
		custody = c.Body
		return err
	})
	another, err := sealed.NewRequest(string(r.angela.acc.Safe), custody, sealed.NewSecret(), r.clock.now())
	must(t, err)
	r.says(t, request{who: r.angela.caller(t), method: "POST", path: ownRecovery, json: object{"request": another}}, "recovery-open",
		"Attendez vos gardiens, ou annulez cette demande pour en faire une autre.",
		"Wait for your guardians, or cancel that request to make another one.")
	ok(t, r.agree(t, r.three[1]))
	share := request{
		who: r.three[1].caller(t), method: "POST", path: "/api/v1/custodies/" + string(r.angela.acc.Safe) + "/share",
		json: object{"sealed": []byte("x")},
	}
	early := r.says(t, share, "too-early",
		"Donnez d'abord votre accord ; votre part ne peut être remise qu'une fois passé le délai choisi par l'usager.",
		"Agree first; your share can be given only once the delay that the citizen chose has passed.")
	ready := r.clock.now().Add(client.CustodyDelay).UTC()
	if got := early.string(t, "ready"); got != ready.Format(time.RFC3339) || early.header.Get("Retry-After") != ready.Format(http.TimeFormat) {
		t.Errorf("too early until %q, Retry-After %q", got, early.header.Get("Retry-After"))
	}
	ok(t, r.angela.connect(t).CancelRecovery(r.ctx))
	r.says(t, share, "recovery-ended",
		"Elle a été annulée, menée à bien ou a expiré. Il n'y a plus rien à donner.",
		"It was cancelled, completed or has expired. There is nothing left to give.")
}

// spoiltRow is a custody or recovery that is not what was signed.
type spoiltRow struct {
	fault   safe.Fault
	custody func(*safe.Custody)
	asked   func(*safe.Recovery)
}

func spoiltRows() map[string]spoiltRow {
	return map[string]spoiltRow{
		"a changed share": {fault: safe.FaultCustody, custody: func(c *safe.Custody) { c.Shares[1].Sealed[1700] ^= 1 }},
		"shares exchanged": {fault: safe.FaultCustody, custody: func(c *safe.Custody) {
			c.Shares[0].Sealed, c.Shares[1].Sealed = c.Shares[1].Sealed, c.Shares[0].Sealed
		}},
		"another holder":       {fault: safe.FaultCustody, custody: func(c *safe.Custody) { c.Shares[1].Holder = newKey() }},
		"a changed custody":    {fault: safe.FaultCustody, custody: func(c *safe.Custody) { c.Body[80] ^= 1 }},
		"another unlocker":     {fault: safe.FaultCustody, custody: func(c *safe.Custody) { c.Unlocker = newKey() }},
		"a changed request":    {fault: safe.FaultRecovery, asked: func(r *safe.Recovery) { r.Request[20] ^= 1 }},
		"a part too few":       {fault: safe.FaultRecovery, asked: func(r *safe.Recovery) { r.Parts = r.Parts[:2] }},
		"agreed to what":       {fault: safe.FaultRecovery, asked: func(r *safe.Recovery) { r.Parts[1].Agreed = r.Created }},
		"a share of no form":   {fault: safe.FaultRecovery, asked: func(r *safe.Recovery) { r.Parts[0].Sealed, r.Parts[0].Given = []byte("x"), r.Created }},
		"of another custodian": {fault: safe.FaultRecovery, asked: func(r *safe.Recovery) { r.Parts[0].Custodian = newKey() }},
	}
}

// TestCheckKnowsCustodiesAndRecoveries: rows that are not what was signed are
// findings.
func TestCheckKnowsCustodiesAndRecoveries(t *testing.T) {
	t.Parallel()
	r := newCircle(t, newWorld(t, unlimited))
	r.ask(t)
	ok(t, r.agree(t, r.three[0]))
	r.sound(t)
	id := r.angela.acc.Safe
	for name, c := range spoiltRows() {
		var kept safe.Custody
		var asked safe.Recovery
		read := func(ctx context.Context, tx safe.Tx) (err error) {
			if kept, err = tx.Custodies.Get(ctx, id); err == nil {
				asked, err = tx.Recoveries.Get(ctx, id)
			}
			return err
		}
		r.rewrite(t, read)
		spoilt, moved := kept, asked
		spoilt.Body, spoilt.Shares = bytes.Clone(kept.Body), slices.Clone(kept.Shares)
		for i := range spoilt.Shares {
			spoilt.Shares[i].Sealed = bytes.Clone(spoilt.Shares[i].Sealed)
		}
		moved.Request, moved.Parts = bytes.Clone(asked.Request), slices.Clone(asked.Parts)
		put := func(c safe.Custody, q safe.Recovery) {
			r.rewrite(t, func(ctx context.Context, tx safe.Tx) error {
				if err := tx.Custodies.Put(ctx, c); err != nil {
					return err
				}
				return tx.Recoveries.Put(ctx, q)
			})
		}
		if c.custody != nil {
			c.custody(&spoilt)
		} else {
			c.asked(&moved)
		}
		put(spoilt, moved)
		report, err := r.domain.Check(r.ctx)
		must(t, err)
		if len(report.Findings) != 1 || report.Findings[0].Fault != c.fault || report.Findings[0].Safe != id {
			t.Errorf("%s: check finds %v", name, report.Findings)
		}
		put(kept, asked)
	}
	r.sound(t)
}
