package storagetest

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// modelRows runs random sequences of what use cases do with versions and
// keyrings, in transactions of which some are undone, against a model of a
// few maps. It shares one database: every sequence has safes of its own.
func modelRows(t *testing.T, db Database) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel()
		for range rapid.IntRange(1, 8).Draw(t, "transactions") {
			next, undone := m.clone(), fmt.Errorf("undone on purpose")
			commit := rapid.IntRange(0, 3).Draw(t, "undo") != 0
			err := db.Update(context.Background(), func(tx safe.Tx) error {
				for range rapid.IntRange(1, 5).Draw(t, "steps") {
					next.step(t, tx)
				}
				if !commit {
					return undone
				}
				return nil
			})
			switch {
			case commit && err == nil:
				m = next
			case commit || err == nil:
				t.Fatalf("update: %v", err)
			}
			if err := db.View(context.Background(), func(tx safe.Tx) error { m.compare(t, tx); return nil }); err != nil {
				t.Fatalf("view: %v", err)
			}
		}
	})
}

type versionKey struct {
	doc safe.DocumentID
	id  safe.VersionID
}

type model struct {
	safes    []safe.SafeID
	docs     []safe.DocumentID
	versions map[versionKey]safe.Version
	keyrings map[safe.SafeID]safe.Sealed
}

func newModel() model {
	m := model{versions: map[versionKey]safe.Version{}, keyrings: map[safe.SafeID]safe.Sealed{}}
	for range 2 {
		m.safes = append(m.safes, safe.NewID[safe.SafeID]())
	}
	for range 3 {
		m.docs = append(m.docs, safe.NewID[safe.DocumentID]())
	}
	return m
}

func (m model) clone() model {
	c := m
	c.versions, c.keyrings = map[versionKey]safe.Version{}, map[safe.SafeID]safe.Sealed{}
	for k, v := range m.versions {
		c.versions[k] = v
	}
	for k, v := range m.keyrings {
		c.keyrings[k] = v
	}
	return c
}

func drawState(t *rapid.T) safe.VersionState {
	return rapid.SampledFrom([]safe.VersionState{safe.Reserved, safe.Stored, safe.Inbox, safe.Kept, safe.Erasing}).Draw(t, "state")
}

// pick draws one of the versions that are there; false when there is none.
func (m model) pick(t *rapid.T) (versionKey, bool) {
	if len(m.versions) == 0 {
		return versionKey{}, false
	}
	all := m.list(func(safe.Version) bool { return true })
	v := rapid.SampledFrom(all).Draw(t, "version")
	return versionKey{v.Doc, v.ID}, true
}

// step does one thing to both sides and compares the outcome.
func (m model) step(t *rapid.T, tx safe.Tx) {
	ctx := context.Background()
	s, doc := rapid.SampledFrom(m.safes).Draw(t, "safe"), rapid.SampledFrom(m.docs).Draw(t, "doc")
	switch rapid.SampledFrom([]string{"insert", "insert", "update", "erase", "drop", "keyring"}).Draw(t, "act") {
	case "insert":
		v := version(s, drawState(t))
		v.Doc, v.Sealed = doc, rapid.Int64Range(1, 1<<40).Draw(t, "sealed")
		same(t, "insert", tx.Versions.Insert(ctx, v), 0)
		m.versions[versionKey{doc, v.ID}] = v
	case "update":
		if k, ok := m.pick(t); ok {
			v := m.versions[k]
			v.State, v.Sealed = drawState(t), v.Sealed+1
			same(t, "update", tx.Versions.Update(ctx, v), 0)
			m.versions[k] = v
		}
	case "erase":
		want := safe.NotFound
		for k, v := range m.versions {
			if v.Safe == s && v.Doc == doc {
				v.State, v.Grant, want = safe.Erasing, nil, 0
				m.versions[k] = v
			}
		}
		same(t, "erase", tx.Sweep.Erase(ctx, s, doc), want)
	case "drop":
		if k, ok := m.pick(t); ok {
			same(t, "drop", tx.Sweep.Drop(ctx, k.doc, k.id), 0)
			delete(m.versions, k)
		}
	case "keyring":
		v := sealedObject(rapid.Int64Range(1, 4).Draw(t, "epoch"))
		want := safe.Stale
		if v.Epoch == m.keyrings[s].Epoch+1 {
			want = 0
		}
		same(t, "keyring", tx.Safes.PutKeyring(ctx, string(s), v), want)
		if want == 0 {
			m.keyrings[s] = v
		}
	}
}

func same(t *rapid.T, act string, err error, want safe.Kind) {
	if want == 0 && err != nil || want != 0 && !safe.IsKind(err, want) {
		t.Fatalf("%s: error is %v, want kind %d", act, err, want)
	}
}

func (m model) list(keep func(safe.Version) bool) []safe.Version {
	var all []safe.Version
	for _, v := range m.versions {
		if keep(v) {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b safe.Version) int {
		return cmp.Or(cmp.Compare(a.Doc, b.Doc), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// compare reads everything back.
func (m model) compare(t *rapid.T, tx safe.Tx) {
	ctx := context.Background()
	for _, s := range m.safes {
		docs := map[safe.VersionState]map[safe.DocumentID]bool{safe.Kept: {}, safe.Inbox: {}}
		var want safe.Usage
		for _, state := range []safe.VersionState{safe.Reserved, safe.Stored, safe.Inbox, safe.Kept, safe.Erasing} {
			list := m.list(func(v safe.Version) bool { return v.Safe == s && v.State == state })
			got, _, err := tx.Versions.List(ctx, s, state, safe.Page{Limit: 100})
			if err != nil || len(list)+len(got) > 0 && !reflect.DeepEqual(got, list) {
				t.Fatalf("%s of %s: %v\ngot  %+v\nwant %+v", state, s, err, got, list)
			}
			for _, v := range list {
				if state != safe.Erasing {
					want.Bytes += v.Sealed
				}
				if docs[state] != nil {
					docs[state][v.Doc] = true
				}
			}
		}
		want.Documents, want.Inbox = int64(len(docs[safe.Kept])), int64(len(docs[safe.Inbox]))
		if got, err := tx.Versions.Usage(ctx, s); err != nil || got != want {
			t.Fatalf("usage of %s is %+v, %v; want %+v", s, got, err, want)
		}
		got, err := tx.Safes.Keyring(ctx, string(s))
		if k, ok := m.keyrings[s]; ok && (err != nil || !reflect.DeepEqual(got, k)) || !ok && !safe.IsKind(err, safe.NotFound) {
			t.Fatalf("keyring of %s is %+v, %v; want %+v", s, got, err, k)
		}
	}
}
