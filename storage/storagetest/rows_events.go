package storagetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// appendEvent keeps one event and gives its id and its record as it should
// be read back.
func appendEvent(t *testing.T, db safe.Rows, whose, text string) (string, journal.Record) {
	t.Helper()
	v := journal.Record{Event: []byte(text), Salt: journal.NewSalt(), Index: -1}
	var id string
	update(t, db, func(tx safe.Tx) (err error) {
		id, err = tx.Events.Append(t.Context(), whose, v.Event, v.Salt)
		return err
	})
	return id, v
}

func getRecord(id string) func(context.Context, safe.Tx) (journal.Record, error) {
	return func(ctx context.Context, tx safe.Tx) (journal.Record, error) { return tx.Leaves.Record(ctx, id) }
}

func factIndex(t *testing.T, db safe.Rows, fact []byte) int64 {
	t.Helper()
	return mustRead(t, db, func(ctx context.Context, tx safe.Tx) (int64, error) { return tx.Leaves.FactIndex(ctx, fact) })
}

func eventTests() map[string]rowsTest {
	return map[string]rowsTest{
		"an event is kept and its commitment queued": func(t *testing.T, db Database) {
			id, want := appendEvent(t, db, "s", `{"v":1}`)
			got := mustRead(t, db, getRecord(id))
			got.Cursor = ""
			wantEqual(t, got, want)
			queue, err := db.Log().Queue(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			entry := journal.Commitment(want.Event, want.Salt)
			wantEqual(t, queue, []journal.Queued{{ID: id, Entry: entry[:]}})
		},
		"missing":                       func(t *testing.T, db Database) { wantMissing(t, db, getRecord("x")) },
		"a safe's events, newest first": eventList,
		"a malformed cursor is refused": func(t *testing.T, db Database) {
			_, err := read(t, db, func(ctx context.Context, tx safe.Tx) ([]journal.Record, error) {
				return tx.Leaves.OfSafe(ctx, "s", "not a cursor", 5)
			})
			wantKind(t, err, safe.Invalid)
		},
		"a fact has an index once it is sequenced": func(t *testing.T, db Database) {
			fact := []byte("coffre/v1/fact\n{}")
			wantEqual(t, factIndex(t, db, fact), -1)
			for want := range int64(3) { // the newest of the same bytes
				update(t, db, func(tx safe.Tx) error {
					_, err := tx.Events.AppendFact(t.Context(), fact)
					return err
				})
				wantEqual(t, factIndex(t, db, fact), want-1)
				sequence(t, db.Log(), 10)
				wantEqual(t, factIndex(t, db, fact), want)
			}
			wantEqual(t, factIndex(t, db, []byte("coffre/v1/fact\n{} ")), -1)
		},
	}
}

func eventList(t *testing.T, db Database) {
	var want []string
	for i := range 7 {
		text := fmt.Sprintf(`{"n":%d}`, i)
		appendEvent(t, db, "mine", text)
		appendEvent(t, db, "other", text)
		want = append(want, text)
	}
	appendEvent(t, db, "", `{"of":"nobody"}`)
	slices.Reverse(want)
	var got []string
	for cursor := ""; ; {
		page := mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]journal.Record, error) {
			return tx.Leaves.OfSafe(ctx, "mine", cursor, 3)
		})
		for _, r := range page {
			got, cursor = append(got, string(r.Event)), r.Cursor
		}
		if len(page) < 3 {
			break
		}
	}
	wantEqual(t, got, want)
}
