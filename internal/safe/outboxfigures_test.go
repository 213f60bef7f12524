package safe_test

import (
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestAnOperatorSeesThatNothingIsSent: what waits counts from when it was put
// there, through all of its tries; what is due and not taken is overdue.
func TestAnOperatorSeesThatNothingIsSent(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "a"), w.keyedMairie(t, "Mairie", "21370999900015")
	figures := func() safe.OutboxFigures {
		t.Helper()
		f, err := w.OutboxFigures(w.ctx)
		must(t, err)
		return f
	}
	if f := figures(); f.Overdue != 0 || !f.Oldest[safe.ByWebhook].Equal(w.clock.now()) {
		t.Errorf("an empty outbox is %+v", f)
	}
	w.hook(t, m, hookURL)
	put := w.clock.now()
	c.share(t, c.put(t, 1000), m)
	w.clock.add(10 * time.Minute)
	if f := figures(); f.Overdue != 10*time.Minute || !f.Oldest[safe.ByWebhook].Equal(put) || !f.Oldest[safe.ByEmail].Equal(w.clock.now()) {
		t.Errorf("what nobody has taken for ten minutes is %+v", f)
	}
	d := w.wantDue(t, safe.ByWebhook, safe.TopicEvent)[0]
	must(t, w.NotDelivered(w.ctx, d, safe.Failure{Reason: "timeout"}))
	if f := figures(); f.Overdue != 0 || !f.Oldest[safe.ByWebhook].Equal(put) {
		t.Errorf("what did not arrive is %+v", f)
	}
}
