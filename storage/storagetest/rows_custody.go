package storagetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func custody(holders ...string) safe.Custody {
	c := safe.Custody{
		Safe: safe.NewID[safe.SafeID](), Unlocker: safe.NewID[string](), Body: []byte{0, 255, 7}, Created: start(),
	}
	for i, h := range holders {
		c.Shares = append(c.Shares, safe.CustodyShare{
			Custodian: safe.NewID[string](), Holder: h, Name: "Mairie d’Évry", Sealed: []byte{byte(i), 0},
		})
	}
	return c
}

func putCustody(t *testing.T, db safe.Rows, c safe.Custody) safe.Custody {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Custodies.Put(t.Context(), c) })
	return c
}

func getCustody(id safe.SafeID) func(context.Context, safe.Tx) (safe.Custody, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Custody, error) { return tx.Custodies.Get(ctx, id) }
}

func heldBy(holder string) func(context.Context, safe.Tx, safe.Page) ([]safe.Custody, string, error) {
	return func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Custody, string, error) {
		return tx.Custodies.HeldBy(ctx, holder, p)
	}
}

func custodyTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out, in its order": func(t *testing.T, db Database) {
			c := custody("z", "a", "m")
			wantMissing(t, db, getCustody(c.Safe))
			wantEqual(t, mustRead(t, db, getCustody(putCustody(t, db, c).Safe)), c)
			other := custody("a", "b", "c")
			other.Safe, other.Active, other.Created = c.Safe, true, start().Add(time.Microsecond)
			putCustody(t, db, other)
			wantEqual(t, mustRead(t, db, getCustody(c.Safe)), other)
			wantPages(t, db, nil, heldBy("z"))
		},
		"what is removed is gone, for its custodians too": func(t *testing.T, db Database) {
			c, kept := putCustody(t, db, custody("a", "b", "c")), putCustody(t, db, custody("a", "d", "e"))
			for range 2 {
				update(t, db, func(tx safe.Tx) error { return tx.Custodies.Remove(t.Context(), c.Safe) })
			}
			wantMissing(t, db, getCustody(c.Safe))
			wantPages(t, db, nil, heldBy("b"))
			wantPages(t, db, []safe.Custody{kept}, heldBy("a"))
		},
		"a custodian's list is by safe": func(t *testing.T, db Database) {
			var mine []safe.Custody
			for range 7 {
				mine = append(mine, putCustody(t, db, custody("other", "me", "town hall")))
				putCustody(t, db, custody("x", "y", "z"))
			}
			slices.SortFunc(mine, func(a, b safe.Custody) int { return cmp.Compare(a.Safe, b.Safe) })
			wantPages(t, db, mine, heldBy("me"))
		},
		"cards": func(t *testing.T, db Database) {
			get := func(ctx context.Context, tx safe.Tx) ([]byte, error) { return tx.Custodies.Card(ctx, "s") }
			wantMissing(t, db, get)
			for _, card := range [][]byte{{1, 0}, {2}} {
				update(t, db, func(tx safe.Tx) error { return tx.Custodies.PutCard(t.Context(), "s", card) })
				wantEqual(t, mustRead(t, db, get), card)
			}
		},
	}
}

func recovery(made time.Time) safe.Recovery {
	return safe.Recovery{
		Safe: safe.NewID[safe.SafeID](), Request: []byte("{}"), Custody: []byte{0, 1}, Created: made,
		Parts: []safe.RecoveryPart{
			{Custodian: "z", Name: "Zoé", Agreement: []byte{9}, Agreed: made.Add(time.Hour)}, {Custodian: "a", Name: "A"}, {Custodian: "m"},
		},
	}
}

func putRecovery(t *testing.T, db safe.Rows, v safe.Recovery) safe.Recovery {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Recoveries.Put(t.Context(), v) })
	return v
}

func getRecovery(id safe.SafeID) func(context.Context, safe.Tx) (safe.Recovery, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Recovery, error) { return tx.Recoveries.Get(ctx, id) }
}

func recoveryTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out, in its order": func(t *testing.T, db Database) {
			v := recovery(start())
			wantMissing(t, db, getRecovery(v.Safe))
			wantEqual(t, mustRead(t, db, getRecovery(putRecovery(t, db, v).Safe)), v)
			v.Parts[1] = safe.RecoveryPart{Custodian: "a", Name: "A", Agreement: []byte{1}, Agreed: start(), Sealed: []byte{0, 2}, Given: start().Add(time.Second)}
			v.Ended, v.Reason = start().Add(time.Minute), safe.RecoveryCancelled
			wantEqual(t, mustRead(t, db, getRecovery(putRecovery(t, db, v).Safe)), v)
		},
		"a new one takes the place of the one before": func(t *testing.T, db Database) {
			v := putRecovery(t, db, recovery(start()))
			next := recovery(start().Add(time.Hour))
			next.Safe, next.Request = v.Safe, []byte("[]")
			putRecovery(t, db, next)
			wantEqual(t, mustRead(t, db, getRecovery(v.Safe)), next)
		},
		"lapsed are the open ones of before, the oldest first": func(t *testing.T, db Database) {
			var want []safe.SafeID
			for i := range 4 {
				v := recovery(start().Add(-time.Duration(i) * time.Hour))
				if i == 2 {
					v.Ended, v.Reason = start(), safe.RecoveryExpired
				} else {
					want = append([]safe.SafeID{v.Safe}, want...)
				}
				putRecovery(t, db, v)
			}
			putRecovery(t, db, recovery(start().Add(time.Microsecond)))
			lapsed := func(limit int) []safe.SafeID {
				return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.SafeID, error) {
					return tx.Recoveries.Lapsed(ctx, start(), limit)
				})
			}
			wantEqual(t, lapsed(10), want)
			wantEqual(t, lapsed(2), want[:2])
		},
	}
}
