package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// numbered is an event with the next place of its safe.
func numbered(ctx context.Context, tx safe.Tx, whose string, e journal.Event) (int64, error) {
	var err error
	if e.N, err = tx.Events.Next(ctx, whose); err != nil {
		return 0, err
	}
	e.V, e.ID, e.Safe = 1, safe.NewID[string](), whose
	if e.What == "" {
		e.What = "x"
	}
	if e.Result == "" {
		e.Result = journal.ResultDone
	}
	if e.Time == "" {
		e.Time = start().Format(time.RFC3339)
	}
	if e.Who.Kind == "" {
		e.Who.Kind = "citizen"
	}
	b, err := e.Encode()
	if err != nil {
		return 0, err
	}
	_, err = tx.Events.Append(ctx, whose, b, journal.NewSalt())
	return e.N, err
}

// places are those of a safe's journal, newest first.
func places(t *testing.T, db safe.Rows, whose string) (all []int64) {
	t.Helper()
	for _, r := range mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]journal.Record, error) {
		return tx.Leaves.OfSafe(ctx, whose, "", 10_000)
	}) {
		all = append(all, journal.Summarise(r.Event).N)
	}
	return all
}

// countdown is n, n-1, … 1.
func countdown(n int) (all []int64) {
	for i := n; i > 0; i-- {
		all = append(all, int64(i))
	}
	return all
}

var errOnPurpose = errors.New("on purpose")

func placeTests() map[string]rowsTest {
	return map[string]rowsTest{
		"each safe counts for itself, and what is undone has taken no place": func(t *testing.T, db Database) {
			for i := range 6 {
				err := db.Update(t.Context(), func(tx safe.Tx) error {
					if _, err := numbered(t.Context(), tx, "a", journal.Event{}); err != nil {
						return err
					}
					if i%2 == 1 {
						return errOnPurpose
					}
					return nil
				})
				if (err != nil) != (i%2 == 1) {
					t.Fatal(err)
				}
			}
			update(t, db, func(tx safe.Tx) error {
				for range 2 { // twice in one transaction
					if _, err := numbered(t.Context(), tx, "b", journal.Event{}); err != nil {
						return err
					}
				}
				return nil
			})
			wantEqual(t, places(t, db, "a"), countdown(3))
			wantEqual(t, places(t, db, "b"), countdown(2))
		},
		"a second safe has to be held": func(t *testing.T, db Database) {
			err := db.Update(t.Context(), func(tx safe.Tx) error {
				if _, err := tx.Events.Next(t.Context(), "a"); err != nil {
					return err
				}
				_, err := tx.Events.Next(t.Context(), "b")
				return err
			})
			if err == nil {
				t.Error("two counters were taken one after the other: others may take them the other way round")
			}
			update(t, db, func(tx safe.Tx) error {
				err := tx.Events.Hold(t.Context(), "b", "a", "b")
				for _, whose := range []string{"b", "a"} {
					n, err2 := tx.Events.Next(t.Context(), whose)
					if err = errors.Join(err, err2); n != 1 {
						t.Errorf("the first place of %s is %d", whose, n)
					}
				}
				return err
			})
		},
		"many writers leave no hole and give no place twice": raceForPlaces,
	}
}

// raceForPlaces writes in the journals of few safes, and of two at once, from
// many sides.
func raceForPlaces(t *testing.T, db Database) {
	var mu sync.Mutex
	acknowledged := map[string][]int64{}
	var writers sync.WaitGroup
	for w := range 8 {
		draw := rand.New(rand.NewPCG(uint64(w), 1)) //nolint:gosec // a test's
		writers.Go(func() {
			for range 12 {
				some := []string{fmt.Sprint(draw.IntN(4)), fmt.Sprint(draw.IntN(4))}
				got := make([]int64, 2)
				err := db.Update(t.Context(), func(tx safe.Tx) error {
					if err := tx.Events.Hold(t.Context(), some...); err != nil {
						return err
					}
					for i, whose := range some {
						var err error
						if got[i], err = numbered(t.Context(), tx, whose, journal.Event{}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("two safes at once: %v", err)
					return
				}
				mu.Lock()
				for i, whose := range some {
					acknowledged[whose] = append(acknowledged[whose], got[i])
				}
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	for whose, said := range acknowledged {
		slices.Sort(said)
		slices.Reverse(said)
		wantEqual(t, places(t, db, whose), countdown(len(said)))
		wantEqual(t, said, countdown(len(said)))
	}
}

func keepTests() map[string]rowsTest {
	return map[string]rowsTest{
		"a book lists an administration's own acts": func(t *testing.T, db Database) {
			update(t, db, func(tx safe.Tx) error {
				mine := journal.Who{Kind: "agent", Administration: "mairie"}
				for _, e := range []journal.Event{{What: "one", Who: mine}, {What: "another's"}, {What: "two", Who: mine}} {
					if _, err := numbered(t.Context(), tx, "s", e); err != nil {
						return err
					}
				}
				return nil
			})
			page := func(before string, limit int) (said []string, cursor string) {
				for _, r := range mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]journal.Record, error) {
					return tx.Leaves.OfBook(ctx, "mairie", before, limit)
				}) {
					said, cursor = append(said, journal.Summarise(r.Event).What), r.Cursor
				}
				return said, cursor
			}
			first, cursor := page("", 1)
			wantEqual(t, first, []string{"two"})
			rest, _ := page(cursor, 5)
			wantEqual(t, rest, []string{"one"})
		},
		"what is old is forgotten up to the first that is not": prune,
		"events of a release without summaries are summarised": func(t *testing.T, db Database) {
			appendEvent(t, db, "s", `not an event`)
			update(t, db, func(tx safe.Tx) error {
				_, err := numbered(t.Context(), tx, "s", journal.Event{})
				return err
			})
			for _, want := range []int{1, 0} {
				update(t, db, func(tx safe.Tx) error {
					got, err := tx.Keeper.Summarise(t.Context(), 10)
					wantEqual(t, got, want)
					return err
				})
			}
		},
		"figures count, from one time until another": figures,
	}
}

func prune(t *testing.T, db Database) {
	at := start().Truncate(time.Second)
	day := func(n int) time.Time { return at.AddDate(0, 0, n) }
	// Clocks of two gateways: the third is older than the second.
	update(t, db, func(tx safe.Tx) error {
		if err := tx.Events.Hold(t.Context(), "s", "young"); err != nil {
			return err
		}
		for _, n := range []int{0, 5, 4, 9} {
			if _, err := numbered(t.Context(), tx, "s", journal.Event{Time: day(n).Format(time.RFC3339)}); err != nil {
				return err
			}
		}
		_, err := numbered(t.Context(), tx, "young", journal.Event{Time: day(9).Format(time.RFC3339)})
		return err
	})
	due := func(after *string) []string {
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]string, error) {
			return tx.Keeper.Due(ctx, day(5), after, 10)
		})
	}
	wantEqual(t, due(nil), []string{"s"})
	last := "s"
	wantEqual(t, due(&last), nil)
	for _, step := range []struct {
		before int
		want   journal.Pruned
		left   []int64
	}{
		{5, journal.Pruned{Events: 1, Through: 1}, []int64{4, 3, 2}}, // the third waits for the second
		{5, journal.Pruned{}, []int64{4, 3, 2}},
		{6, journal.Pruned{Events: 2, Through: 3}, []int64{4}},
		{10, journal.Pruned{Events: 1, Through: 4}, nil},
	} {
		update(t, db, func(tx safe.Tx) error {
			got, err := tx.Keeper.Prune(t.Context(), "s", day(step.before))
			wantEqual(t, got, step.want)
			return err
		})
		wantEqual(t, places(t, db, "s"), step.left)
	}
	wantEqual(t, places(t, db, "young"), []int64{1})
	update(t, db, func(tx safe.Tx) error { // the counter goes on
		n, err := numbered(t.Context(), tx, "s", journal.Event{})
		wantEqual(t, n, 5)
		return err
	})
	if queued, err := db.Log().Queue(t.Context(), 10); err != nil || len(queued) != 6 {
		t.Errorf("%d entries are queued, %v: what is forgotten stays in the log", len(queued), err)
	}
}

func figures(t *testing.T, db Database) {
	at := start().Truncate(time.Second)
	update(t, db, func(tx safe.Tx) error {
		for i, what := range []string{"a", "b", "a", "a"} {
			e := journal.Event{What: what, Time: at.Add(time.Duration(i) * time.Hour).Format(time.RFC3339)}
			if i == 2 {
				e.Result = journal.ResultRefused
			}
			if _, err := numbered(t.Context(), tx, "s", e); err != nil {
				return err
			}
		}
		return nil
	})
	got := mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]journal.Figure, error) {
		return tx.Keeper.Figures(ctx, at, at.Add(3*time.Hour))
	})
	wantEqual(t, got, []journal.Figure{{What: "a", Result: "done", Count: 1}, {What: "a", Result: "refused", Count: 1}, {What: "b", Result: "done", Count: 1}})
	wantEqual(t, mustRead(t, db, func(ctx context.Context, tx safe.Tx) (time.Time, error) { return tx.Keeper.Oldest(ctx) }), at)
}
