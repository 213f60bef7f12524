package safe_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// issue is what an administration says of bytes.
func (o *office) issue(t *testing.T, w *world, plain []byte, change ...func(*sealed.Issue)) []byte {
	t.Helper()
	sum := sha256.Sum256(plain)
	i := sealed.Issue{
		Administration: string(o.ID), Name: "Diplôme.pdf", Type: "application/pdf", Size: int64(len(plain)),
		Content: hex.EncodeToString(sum[:]), Kind: "diploma", Created: stamp(w.clock.now()),
	}
	for _, c := range change {
		c(&i)
	}
	b, err := sealed.SignIssue(i, o.root)
	must(t, err)
	return b
}

func (o *office) deposit(w *world, to safe.AddressID, plain, issue []byte) (safe.DepositReceipt, error) {
	return w.Deposit(w.ctx, o.system, to, safe.DepositInput{
		Key: newKey(), Name: "Diplôme.pdf", Type: "application/pdf", Size: int64(len(plain)), Body: bytes.NewReader(plain), Issue: issue,
	})
}

// TestWhatIsIssuedReachesItsHolder: the mark is in the slip, as it was signed.
func TestWhatIsIssuedReachesItsHolder(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	o := w.office(t, "Université de Valmont", "19370999900011")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), o.ID)
	must(t, err)
	plain := bytes.Repeat([]byte("licence de droit "), 100)
	issue := o.issue(t, w, plain)
	rec, err := o.deposit(w, ad.ID, plain, issue)
	must(t, err)
	rel, err := w.ReleaseOwn(w.ctx, c.Actor, rec.Version.Doc)
	must(t, err)
	slip, err := sealed.OpenSlip(rel.Grant, c.vault)
	must(t, err)
	if !slices.Equal(slip.Grant.Issue, issue) {
		t.Errorf("the slip has %x", slip.Grant.Issue)
	}
}

// TestAMarkThatNobodyWouldBelieveIsRefused, and nothing is left of the deposit.
func TestAMarkThatNobodyWouldBelieveIsRefused(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	o, other := w.office(t, "Université de Valmont", "19370999900011"), w.office(t, "École de Rive", "19370999900029")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), o.ID)
	must(t, err)
	plain := bytes.Repeat([]byte("licence de droit "), 100)
	forged := o.issue(t, w, plain)
	forged[7] ^= 1
	for what, c := range map[string]struct {
		issue  []byte
		reason string
	}{
		"no issue":              {[]byte("x"), safe.ReasonIssueMalformed},
		"words":                 {bytes.Repeat([]byte("x"), 200), safe.ReasonIssueMalformed},
		"another's":             {other.issue(t, w, plain), safe.ReasonIssueNotYours},
		"another's in its name": {other.issue(t, w, plain, func(i *sealed.Issue) { i.Administration = string(o.ID) }), safe.ReasonIssueNotYours},
		"a forged one":          {forged, safe.ReasonIssueNotYours},
		"of another length":     {o.issue(t, w, plain[1:]), safe.ReasonIssueOtherContent},
		"of other bytes":        {o.issue(t, w, slices.Concat(plain[1:], plain[:1])), safe.ReasonIssueOtherContent},
	} {
		_, err := o.deposit(w, ad.ID, plain, c.issue)
		if err == nil || asError(err).Reason != c.reason {
			t.Errorf("%s: %v", what, err)
		}
	}
	in, _, err := w.Inbox(w.ctx, c.Actor, safe.Page{})
	must(t, err)
	if v, err := w.Figures(w.ctx, c.Actor); err != nil || len(in) != 0 || v.Usage.Bytes != 0 {
		t.Errorf("%d deposits, %d bytes, %v", len(in), v.Usage.Bytes, err)
	}
	sound(t, w)
}

// TestWhatAFormerKeyHasIssued: a system that had signed before the key was
// replaced deposits for a day; nothing that it signs later.
func TestWhatAFormerKeyHasIssued(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	o := w.office(t, "Université de Valmont", "19370999900011")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), o.ID)
	must(t, err)
	plain := []byte("licence de droit")
	before := o.issue(t, w, plain)
	w.clock.add(time.Hour)
	o.succeed(t, w)
	w.clock.add(time.Hour)
	after := o.issue(t, w, plain)
	_, err = o.deposit(w, ad.ID, plain, before)
	must(t, err)
	_, err = o.deposit(w, ad.ID, plain, after)
	wantReason(t, err, safe.Invalid, safe.ReasonIssueNotYours)
	w.clock.add(safe.DefaultOverlap)
	_, err = o.deposit(w, ad.ID, plain, before)
	wantReason(t, err, safe.Invalid, safe.ReasonIssueNotYours)
}
