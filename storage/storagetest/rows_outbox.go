package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func notice(id safe.SafeID, made time.Time) safe.Notice {
	return safe.Notice{ID: safe.NewID[safe.NoticeID](), Safe: id, Way: safe.ByEmail, Language: "fr", Target: []byte{0, 255}, Created: made}
}

func putNotice(t *testing.T, db safe.Rows, n safe.Notice) safe.Notice {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Notices.Put(t.Context(), n) })
	return n
}

func noticesOf(id safe.SafeID) func(context.Context, safe.Tx) ([]safe.Notice, error) {
	return func(ctx context.Context, tx safe.Tx) ([]safe.Notice, error) { return tx.Notices.OfSafe(ctx, id) }
}

func getNotice(id safe.NoticeID) func(context.Context, safe.Tx) (safe.Notice, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Notice, error) { return tx.Notices.Get(ctx, id) }
}

func parcel(target string, due time.Time) safe.Parcel {
	id := safe.NewID[string]()
	return safe.Parcel{ID: id, Lane: safe.ByWebhook, Target: target, Slot: id, Topic: safe.TopicEvent, Body: []byte("{}"), Created: start(), Due: due}
}

func post(t *testing.T, db safe.Rows, p safe.Parcel) safe.Parcel {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.Add(t.Context(), p) })
	return p
}

func due(lane safe.Way, at time.Time, limit int) func(context.Context, safe.Tx) ([]safe.Parcel, error) {
	return func(ctx context.Context, tx safe.Tx) ([]safe.Parcel, error) {
		return tx.Outbox.Due(ctx, lane, at, limit)
	}
}

func reach(target string) func(context.Context, safe.Tx) (safe.Reach, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Reach, error) { return tx.Outbox.Reach(ctx, target) }
}

func outboxTests() map[string]rowsTest {
	return map[string]rowsTest{
		"notices":                     noticeRows,
		"unconfirmed notices":         unconfirmedRows,
		"webhooks":                    webhookRows,
		"what is due":                 dueRows,
		"what waits longest":          oldestRows,
		"one waits in a slot":         slotRows,
		"a target that is waited for": reachRows,
		"a target that is removed":    removedTarget,
	}
}

func noticeRows(t *testing.T, db Database) {
	id := safe.NewID[safe.SafeID]()
	first, second := notice(id, start()), notice(id, start().Add(time.Second))
	second.Way, second.Language, second.Confirmed = safe.ByPush, "en", start()
	wantMissing(t, db, getNotice(first.ID))
	putNotice(t, db, second)
	putNotice(t, db, first)
	putNotice(t, db, notice(safe.NewID[safe.SafeID](), start()))
	wantEqual(t, mustRead(t, db, noticesOf(id)), []safe.Notice{first, second})
	changed := first
	changed.Tries, changed.Confirmed = 3, start().Add(time.Minute)
	putNotice(t, db, changed)
	wantEqual(t, mustRead(t, db, getNotice(first.ID)), changed)
}

func unconfirmedRows(t *testing.T, db Database) {
	var want []safe.Notice
	for i := range 4 {
		n := notice(safe.NewID[safe.SafeID](), start().Add(time.Duration(i)*time.Minute))
		putNotice(t, db, n)
		if i < 2 {
			want = append(want, n)
		}
		n.ID, n.Confirmed = safe.NewID[safe.NoticeID](), start()
		putNotice(t, db, n)
	}
	list := func(limit int) func(ctx context.Context, tx safe.Tx) ([]safe.Notice, error) {
		return func(ctx context.Context, tx safe.Tx) ([]safe.Notice, error) {
			return tx.Notices.Unconfirmed(ctx, start().Add(time.Minute), limit)
		}
	}
	wantEqual(t, mustRead(t, db, list(10)), want)
	wantEqual(t, mustRead(t, db, list(1)), want[:1])
}

func webhookRows(t *testing.T, db Database) {
	var mine []safe.Webhook
	for i := range 3 {
		w := safe.Webhook{ID: safe.NewID[safe.WebhookID](), Administration: "mine", URL: "https://si.example/é?a=1", Created: start().Add(time.Duration(i) * time.Second)}
		other := w
		other.ID, other.Administration = safe.NewID[safe.WebhookID](), "other"
		for _, w := range []safe.Webhook{w, other} {
			update(t, db, func(tx safe.Tx) error { return tx.Webhooks.Insert(t.Context(), w) })
		}
		mine = append(mine, w)
	}
	get := func(id safe.WebhookID) func(ctx context.Context, tx safe.Tx) (safe.Webhook, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.Webhook, error) { return tx.Webhooks.Get(ctx, id) }
	}
	list := func(ctx context.Context, tx safe.Tx) ([]safe.Webhook, error) {
		return tx.Webhooks.OfAdministration(ctx, "mine")
	}
	wantEqual(t, mustRead(t, db, list), mine)
	wantEqual(t, mustRead(t, db, get(mine[1].ID)), mine[1])
	for range 2 {
		update(t, db, func(tx safe.Tx) error { return tx.Webhooks.Remove(t.Context(), mine[1].ID) })
	}
	wantMissing(t, db, get(mine[1].ID))
	wantEqual(t, mustRead(t, db, list), []safe.Webhook{mine[0], mine[2]})
}

func dueRows(t *testing.T, db Database) {
	late, soon := post(t, db, parcel("a", start().Add(time.Minute))), post(t, db, parcel("b", start()))
	mail := parcel("c", start())
	mail.Lane, mail.Body = safe.ByEmail, nil
	post(t, db, mail)
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(-time.Microsecond), 9)), nil)
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start(), 9)), []safe.Parcel{soon})
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(time.Hour), 9)), []safe.Parcel{soon, late})
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(time.Hour), 1)), []safe.Parcel{soon})
	wantEqual(t, mustRead(t, db, due(safe.ByEmail, start(), 9)), []safe.Parcel{mail})
	soon.Due, soon.Tries = start().Add(2*time.Minute), 4
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.Update(t.Context(), soon) })
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(time.Hour), 9)), []safe.Parcel{late, soon})
	for range 2 {
		update(t, db, func(tx safe.Tx) error { return tx.Outbox.Remove(t.Context(), late.ID) })
	}
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(time.Hour), 9)), []safe.Parcel{soon})
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Outbox.Update(t.Context(), late) }), safe.NotFound)
}

// slotRows: news that waits is not doubled; what is on its way leaves room for
// the next, and finds its place taken when it comes back.
func slotRows(t *testing.T, db Database) {
	first := parcel("a", start())
	first.Slot = "a/news"
	second := parcel("a", start())
	second.Slot = first.Slot
	post(t, db, first)
	post(t, db, second)
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start(), 9)), []safe.Parcel{first})
	away := first
	away.Slot, away.Due = away.ID, start().Add(time.Hour)
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.Update(t.Context(), away) })
	post(t, db, second)
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start(), 9)), []safe.Parcel{second})
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Outbox.Update(t.Context(), first) }), safe.NotFound)
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.Remove(t.Context(), second.ID) })
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.Update(t.Context(), first) })
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start(), 9)), []safe.Parcel{first})
}

func reachRows(t *testing.T, db Database) {
	wantEqual(t, mustRead(t, db, reach("a")), safe.Reach{Target: "a"})
	early, late, other := post(t, db, parcel("a", start())), post(t, db, parcel("a", start().Add(time.Hour))), post(t, db, parcel("b", start()))
	r := safe.Reach{Target: "a", Told: start().Add(-time.Hour), Failed: start(), Retry: start().Add(time.Minute), Failures: 2, Reason: "timeout"}
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.PutReach(t.Context(), r) })
	wantEqual(t, mustRead(t, db, reach("a")), r)
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start(), 9)), []safe.Parcel{other})
	early.Due = r.Retry
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(2*time.Hour), 9)), []safe.Parcel{other, early, late})
	r = safe.Reach{Target: "a", Told: start()}
	update(t, db, func(tx safe.Tx) error { return tx.Outbox.PutReach(t.Context(), r) })
	wantEqual(t, mustRead(t, db, reach("a")), r)
}

// removedTarget: nothing is sent to an address that was taken back.
func removedTarget(t *testing.T, db Database) {
	n := putNotice(t, db, notice("s", start()))
	post(t, db, parcel(string(n.ID), start()))
	kept := post(t, db, parcel("other", start()))
	update(t, db, func(tx safe.Tx) error {
		return tx.Outbox.PutReach(t.Context(), safe.Reach{Target: string(n.ID), Told: start()})
	})
	for range 2 {
		update(t, db, func(tx safe.Tx) error { return tx.Notices.Remove(t.Context(), n.ID) })
	}
	wantMissing(t, db, getNotice(n.ID))
	wantEqual(t, mustRead(t, db, due(safe.ByWebhook, start().Add(time.Hour), 9)), []safe.Parcel{kept})
	wantEqual(t, mustRead(t, db, reach(string(n.ID))), safe.Reach{Target: string(n.ID)})
}

func oldestRows(t *testing.T, db Database) {
	oldest := func(lane safe.Way) time.Time {
		t.Helper()
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) (time.Time, error) { return tx.Outbox.Oldest(ctx, lane) })
	}
	if at := oldest(safe.ByWebhook); !at.IsZero() {
		t.Errorf("in an empty outbox something waits since %v", at)
	}
	late, early := parcel("a", start()), parcel("b", start().Add(time.Hour))
	late.Created = start().Add(time.Minute)
	for _, p := range []safe.Parcel{late, early} {
		post(t, db, p)
	}
	if at := oldest(safe.ByWebhook); !at.Equal(early.Created) {
		t.Errorf("something waits since %v, want %v", at, early.Created)
	}
	if at := oldest(safe.ByEmail); !at.IsZero() {
		t.Errorf("in another lane something waits since %v", at)
	}
}
