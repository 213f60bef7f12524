package storagetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func version(s safe.SafeID, state safe.VersionState) safe.Version {
	v := safe.Version{
		Doc: safe.NewID[safe.DocumentID](), ID: safe.NewID[safe.VersionID](), Safe: s, State: state, Sealed: 1000,
		Door: safe.ClientDoor, Depositor: "someone", Key: string(safe.NewID[safe.VersionID]()),
		Created: start(), Expires: start().Add(time.Hour),
	}
	v.SHA256 = sha256.Sum256([]byte(v.ID))
	if state == safe.Inbox || state == safe.Kept {
		v.Grant, v.At = []byte("own grant of "+v.ID), start().Add(time.Minute)
		v.Content = hex.EncodeToString(v.SHA256[:])
	}
	return v
}

func insertVersion(t *testing.T, db safe.Rows, v safe.Version) safe.Version {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Versions.Insert(t.Context(), v) })
	return v
}

func getVersion(doc safe.DocumentID, id safe.VersionID) func(context.Context, safe.Tx) (safe.Version, error) {
	return func(ctx context.Context, tx safe.Tx) (safe.Version, error) { return tx.Versions.Get(ctx, doc, id) }
}

func versionOrder(a, b safe.Version) int {
	if c := strings.Compare(string(a.Doc), string(b.Doc)); c != 0 {
		return c
	}
	return strings.Compare(string(a.ID), string(b.ID))
}

func versionTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out":            versionRoundTrip,
		"a key is used once by a depositor": versionKeys,
		"the newest that can be read":       versionNewest,
		"update changes what may change":    versionUpdate,
		"list pages by state": func(t *testing.T, db Database) {
			mine, other := safe.NewID[safe.SafeID](), safe.NewID[safe.SafeID]()
			var kept []safe.Version
			for i := range 7 {
				v := version(mine, safe.Kept)
				if i%2 == 1 { // two versions of one document
					v.Doc = kept[i-1].Doc
				}
				kept = append(kept, insertVersion(t, db, v))
			}
			insertVersion(t, db, version(mine, safe.Inbox))
			insertVersion(t, db, version(other, safe.Kept))
			slices.SortFunc(kept, versionOrder)
			list := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Version, string, error) {
				return tx.Versions.List(ctx, mine, safe.Kept, p)
			}
			wantPages(t, db, kept, list)
			badCursor(t, db, list)
		},
		"usage": versionUsage,
	}
}

func versionRoundTrip(t *testing.T, db Database) {
	v := version(safe.NewID[safe.SafeID](), safe.Inbox)
	v.Door, v.Origin, v.OriginName = safe.GatewayDoor, safe.NewID[safe.AdministrationID](), "CAF de l’Eure"
	insertVersion(t, db, v)
	wantEqual(t, mustRead(t, db, getVersion(v.Doc, v.ID)), v)
	reserved := insertVersion(t, db, version(v.Safe, safe.Reserved))
	got := mustRead(t, db, getVersion(reserved.Doc, reserved.ID))
	if got.Grant != nil {
		t.Error("a version without its own grant came back with one")
	}
	wantEqual(t, got, reserved)
	wantMissing(t, db, getVersion(v.Doc, "x"))
	wantMissing(t, db, getVersion("x", v.ID))
	err := db.Update(t.Context(), func(tx safe.Tx) error {
		same := v
		same.Key = ""
		return tx.Versions.Insert(t.Context(), same)
	})
	wantKind(t, err, safe.AlreadyExists)
}

func versionKeys(t *testing.T, db Database) {
	a := version(safe.NewID[safe.SafeID](), safe.Reserved)
	a.Key = "k"
	insertVersion(t, db, a)
	byKey := func(depositor, key string) func(context.Context, safe.Tx) (safe.Version, error) {
		return func(ctx context.Context, tx safe.Tx) (safe.Version, error) {
			return tx.Versions.ByKey(ctx, depositor, key)
		}
	}
	wantEqual(t, mustRead(t, db, byKey("someone", "k")), a)
	wantMissing(t, db, byKey("someone", "K"))
	wantMissing(t, db, byKey("else", "k"))
	again := version(a.Safe, safe.Reserved)
	again.Key = "k"
	err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.Versions.Insert(t.Context(), again) })
	wantKind(t, err, safe.AlreadyExists)
	again.Depositor = "else"
	insertVersion(t, db, again)
	for range 2 { // without a key, any number
		v := version(a.Safe, safe.Reserved)
		v.Key = ""
		insertVersion(t, db, v)
	}
}

func versionNewest(t *testing.T, db Database) {
	s := safe.NewID[safe.SafeID]()
	old := version(s, safe.Kept)
	wantMissing(t, db, getVersion(old.Doc, ""))
	var newest safe.Version
	for i, state := range []safe.VersionState{safe.Kept, safe.Inbox, safe.Kept, safe.Stored, safe.Reserved, safe.Erasing} {
		v := version(s, state)
		v.Doc, v.Created, v.At = old.Doc, start().Add(time.Duration(-i)*time.Second), start().Add(time.Duration(i)*time.Hour)
		insertVersion(t, db, v)
		if i == 2 {
			newest = v
		}
	}
	wantEqual(t, mustRead(t, db, getVersion(old.Doc, "")), newest)
}

func versionUpdate(t *testing.T, db Database) {
	v := insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Reserved))
	bystander := insertVersion(t, db, version(v.Safe, safe.Reserved))
	v.State, v.Sealed, v.SHA256, v.Grant, v.Content = safe.Kept, 77, [32]byte{9}, []byte("grant"), "content"
	v.Expires, v.At = time.Time{}, start().Add(time.Second)
	changed := v
	changed.Safe, changed.Depositor, changed.Key, changed.Created = "other", "other", "other", start().Add(time.Hour)
	update(t, db, func(tx safe.Tx) error { return tx.Versions.Update(t.Context(), changed) })
	wantEqual(t, mustRead(t, db, getVersion(v.Doc, v.ID)), v)
	wantEqual(t, mustRead(t, db, getVersion(bystander.Doc, bystander.ID)), bystander)
	v.ID = "x"
	wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Versions.Update(t.Context(), v) }), safe.NotFound)
}

func versionUsage(t *testing.T, db Database) {
	s := safe.NewID[safe.SafeID]()
	usage := func(ctx context.Context, tx safe.Tx) (safe.Usage, error) { return tx.Versions.Usage(ctx, s) }
	wantEqual(t, mustRead(t, db, usage), safe.Usage{})
	first := insertVersion(t, db, version(s, safe.Kept))
	second := version(s, safe.Kept)
	second.Doc = first.Doc // two versions, one document
	insertVersion(t, db, second)
	for _, state := range []safe.VersionState{safe.Kept, safe.Inbox, safe.Stored, safe.Reserved, safe.Erasing} {
		insertVersion(t, db, version(s, state))
	}
	insertVersion(t, db, version(safe.NewID[safe.SafeID](), safe.Kept))
	big := version(s, safe.Reserved)
	big.Sealed = 5 << 32
	insertVersion(t, db, big)
	wantEqual(t, mustRead(t, db, usage), safe.Usage{Documents: 2, Inbox: 1, Bytes: 6*1000 + 5<<32})
}

func sweepTests() map[string]rowsTest {
	return map[string]rowsTest{
		"erase takes the document, its grants and nothing else": sweepErase,
		"erasing and lapsed":                 sweepLists,
		"all and safes page over everything": sweepAll,
	}
}

func sweepErase(t *testing.T, db Database) {
	s := safe.NewID[safe.SafeID]()
	first, other := insertVersion(t, db, version(s, safe.Kept)), insertVersion(t, db, version(s, safe.Kept))
	second := version(s, safe.Stored)
	second.Doc = first.Doc
	insertVersion(t, db, second)
	gone, left := insertGrant(t, db, grantOf(first, 1)), insertGrant(t, db, grantOf(other, 2))
	erase := func(s safe.SafeID, doc safe.DocumentID) error {
		return db.Update(t.Context(), func(tx safe.Tx) error { return tx.Sweep.Erase(t.Context(), s, doc) })
	}
	wantKind(t, erase(safe.NewID[safe.SafeID](), first.Doc), safe.NotFound) // another's document
	wantEqual(t, mustRead(t, db, getVersion(first.Doc, first.ID)), first)
	if err := erase(s, first.Doc); err != nil {
		t.Fatal(err)
	}
	for _, v := range []safe.Version{first, second} {
		v.State, v.Grant = safe.Erasing, nil
		wantEqual(t, mustRead(t, db, getVersion(v.Doc, v.ID)), v)
	}
	wantMissing(t, db, getVersion(first.Doc, ""))
	wantMissing(t, db, getGrant(gone.ID))
	wantEqual(t, mustRead(t, db, getGrant(left.ID)).ID, left.ID)
	wantEqual(t, mustRead(t, db, getVersion(other.Doc, "")), other)
}

func sweepLists(t *testing.T, db Database) {
	s := safe.NewID[safe.SafeID]()
	at := func(state safe.VersionState, expires time.Time) safe.Version {
		v := version(s, state)
		v.Expires = expires
		return insertVersion(t, db, v)
	}
	gone := []safe.Version{at(safe.Erasing, start()), at(safe.Erasing, start())}
	slices.SortFunc(gone, versionOrder)
	first, second := at(safe.Reserved, start()), at(safe.Stored, start().Add(time.Second))
	at(safe.Reserved, start().Add(time.Hour))
	at(safe.Kept, start())
	at(safe.Inbox, time.Time{})
	limited := func(erasing bool, before time.Time, limit int) []safe.Version {
		return mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Version, error) {
			if erasing {
				return tx.Sweep.Erasing(ctx, limit)
			}
			return tx.Sweep.Lapsed(ctx, before, limit)
		})
	}
	wantEqual(t, limited(true, start(), 10), gone)
	wantEqual(t, len(limited(true, start(), 1)), 1)
	wantEqual(t, limited(false, start().Add(time.Minute), 10), []safe.Version{first, second})
	wantEqual(t, limited(false, start().Add(time.Minute), 1), []safe.Version{first})
	wantEqual(t, len(limited(false, start(), 10)), 0) // its last moment is still its own
	update(t, db, func(tx safe.Tx) error { return tx.Sweep.Drop(t.Context(), gone[0].Doc, gone[0].ID) })
	wantEqual(t, limited(true, start(), 10), gone[1:])
	wantMissing(t, db, getVersion(gone[0].Doc, gone[0].ID))
}

func sweepAll(t *testing.T, db Database) {
	var all []safe.Version
	var ids []safe.SafeID
	for _, state := range []safe.VersionState{safe.Kept, safe.Inbox, safe.Stored, safe.Reserved, safe.Erasing} {
		s := safe.Safe{ID: safe.NewID[safe.SafeID](), VK: []byte{1}, Created: start()}
		update(t, db, func(tx safe.Tx) error { return tx.Safes.Put(t.Context(), s) })
		ids = append(ids, s.ID)
		all = append(all, insertVersion(t, db, version(s.ID, state)))
	}
	slices.SortFunc(all, versionOrder)
	slices.Sort(ids)
	wantPages(t, db, all, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Version, string, error) {
		return tx.Sweep.All(ctx, p)
	})
	wantPages(t, db, ids, func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.SafeID, string, error) {
		return tx.Sweep.Safes(ctx, p)
	})
}
