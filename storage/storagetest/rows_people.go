package storagetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func accountTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out": func(t *testing.T, db Database) {
			a := account("a")
			a.Kind, a.Administration = safe.Agent, safe.NewID[safe.AdministrationID]()
			a.TermsVersion, a.TermsAt = "2026-01", start().Add(time.Microsecond)
			a.IDP, a.WaitsFor = "71144ab3-ee1a-4401-b7b3-79b44f7daeeb", safe.NewID[safe.AccountID]()
			a.Role, a.Services, a.Left = safe.Referent, []string{"ccas", "etat-civil"}, start().Add(time.Hour)
			putAccount(t, db, a)
			wantEqual(t, mustRead(t, db, getAccount(a.ID)), a)
			a.Name, a.TermsVersion, a.TermsAt = "Renée O’Connor", "", time.Time{}
			a.Role, a.Services, a.Left = safe.NoRole, nil, time.Time{}
			putAccount(t, db, a)
			wantEqual(t, mustRead(t, db, getAccount(a.ID)), a)
		},
		"found by issuer and sub, both exact": func(t *testing.T, db Database) {
			a := putAccount(t, db, account("sub"))
			other := account("sub")
			other.Issuer = "https://elsewhere.test"
			putAccount(t, db, other)
			by := func(issuer, sub string) func(context.Context, safe.Tx) (safe.Account, error) {
				return func(ctx context.Context, tx safe.Tx) (safe.Account, error) {
					return tx.Accounts.ByIdentity(ctx, issuer, sub)
				}
			}
			wantEqual(t, mustRead(t, db, by(a.Issuer, "sub")), a)
			wantEqual(t, mustRead(t, db, by(other.Issuer, "sub")), other)
			for _, missing := range [][2]string{{a.Issuer, "SUB"}, {a.Issuer, "sub "}, {a.Issuer, ""}, {"", "sub"}, {a.Issuer, "%"}} {
				wantMissing(t, db, by(missing[0], missing[1]))
			}
		},
		"one account per identity": func(t *testing.T, db Database) {
			putAccount(t, db, account("sub"))
			err := db.Update(t.Context(), func(tx safe.Tx) error { return tx.Accounts.Put(t.Context(), account("sub")) })
			wantKind(t, err, safe.AlreadyExists)
		},
		"missing":               func(t *testing.T, db Database) { wantMissing(t, db, getAccount("nobody")) },
		"agents of a name":      agentsOfAName,
		"agents, by name":       agentsByName,
		"those who wait, by id": whoWaits,
		"deleted is gone": func(t *testing.T, db Database) {
			a, b := putAccount(t, db, account("a")), putAccount(t, db, account("b"))
			for range 2 {
				update(t, db, func(tx safe.Tx) error { return tx.Accounts.Delete(t.Context(), a.ID) })
				wantMissing(t, db, getAccount(a.ID))
			}
			wantEqual(t, mustRead(t, db, getAccount(b.ID)), b)
			again := account("a") // its identity is free
			putAccount(t, db, again)
			wantEqual(t, mustRead(t, db, getAccount(again.ID)), again)
		},
	}
}

func agentsOfAName(t *testing.T, db Database) {
	mairie, other := safe.NewID[safe.AdministrationID](), safe.NewID[safe.AdministrationID]()
	var want []safe.Account
	for i, v := range []struct {
		kind safe.ActorKind
		of   safe.AdministrationID
		name string
	}{
		{safe.Agent, mairie, "Hugo PETIT"},
		{safe.Agent, mairie, "Hugo PETIT"},
		{safe.Agent, other, "Hugo PETIT"},
		{safe.Agent, mairie, "Hugo Petit"},
		{safe.Agent, mairie, "Hugo PETIT "},
		{safe.Citizen, mairie, "Hugo PETIT"},
	} {
		a := account(fmt.Sprint("sub", i))
		a.Kind, a.Administration, a.Name = v.kind, v.of, v.name
		putAccount(t, db, a)
		if i < 2 {
			want = append(want, a)
		}
	}
	got := mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Account, error) {
		return tx.Accounts.Agents(ctx, mairie, "Hugo PETIT")
	})
	slices.SortFunc(got, func(a, b safe.Account) int { return strings.Compare(a.Sub, b.Sub) })
	wantEqual(t, got, want)
}

func agentsByName(t *testing.T, db Database) {
	mairie := safe.NewID[safe.AdministrationID]()
	var want []safe.Account
	for i, name := range []string{"A", "A", "B", "C", "Z"} {
		a := account(fmt.Sprint("sub", i))
		a.ID, a.Kind, a.Administration, a.Name = safe.AccountID(fmt.Sprint("id", i)), safe.Agent, mairie, name
		want = append(want, putAccount(t, db, a))
	}
	for i, change := range []func(*safe.Account){
		func(a *safe.Account) { a.Kind = safe.Citizen },
		func(a *safe.Account) { a.Administration = "other" },
		func(a *safe.Account) { a.WaitsFor = want[0].ID },
	} {
		a := account(fmt.Sprint("none", i))
		a.Kind, a.Administration = safe.Agent, mairie
		change(&a)
		putAccount(t, db, a)
	}
	list := func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Account, string, error) {
		return tx.Accounts.AgentsOf(ctx, mairie, p)
	}
	wantPages(t, db, want, list)
	badCursor(t, db, list)
}

func whoWaits(t *testing.T, db Database) {
	waiting := func(ctx context.Context, tx safe.Tx) ([]safe.Account, error) { return tx.Accounts.Waiting(ctx) }
	wantEqual(t, len(mustRead(t, db, waiting)), 0)
	before := putAccount(t, db, account("before"))
	var want []safe.Account
	for _, id := range []safe.AccountID{"b", "a"} {
		a := account(string(id))
		a.ID, a.WaitsFor = id, before.ID
		want = append([]safe.Account{putAccount(t, db, a)}, want...)
	}
	wantEqual(t, mustRead(t, db, waiting), want)
	want[0].WaitsFor = ""
	putAccount(t, db, want[0])
	wantEqual(t, mustRead(t, db, waiting), want[1:])
}

func administration(i int, name string) safe.Administration {
	return safe.Administration{
		ID: safe.NewID[safe.AdministrationID](), SIRET: fmt.Sprintf("%014d", i), Name: name,
		Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}, {ID: "ccas", Name: "CCAS"}}, KeyLeaf: -1,
	}
}

func putAdministration(t *testing.T, db safe.Rows, a safe.Administration) safe.Administration {
	t.Helper()
	update(t, db, func(tx safe.Tx) error { return tx.Administrations.Put(t.Context(), a) })
	return a
}

func administrationTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out": administrationRoundTrip,
		"one per SIRET": func(t *testing.T, db Database) {
			putAdministration(t, db, administration(7, "a"))
			err := db.Update(t.Context(), func(tx safe.Tx) error {
				return tx.Administrations.Put(t.Context(), administration(7, "b"))
			})
			wantKind(t, err, safe.AlreadyExists)
		},
		"search":                              administrationSearch,
		"a logo is put, replaced and removed": administrationLogo,
		"search pages by name": func(t *testing.T, db Database) {
			var want []safe.Administration
			for i, name := range []string{"Mairie A", "Mairie A", "mairie b", "Mairie C", "Mairie É", "Mairie Z"} {
				a := administration(i, name)
				a.ID = safe.AdministrationID(fmt.Sprintf("id%d", i))
				want = append(want, putAdministration(t, db, a))
			}
			putAdministration(t, db, administration(99, "Autre"))
			wantPages(t, db, want, search("mairie"))
			badCursor(t, db, search("mairie"))
		},
		"systems": func(t *testing.T, db Database) {
			v := safe.RegisteredSystem{
				ID: safe.NewID[safe.SystemID](), Administration: safe.NewID[safe.AdministrationID](), Name: "GED",
				Scopes: []string{"deposit", "grants"}, KeySet: []byte(`{"keys":[]}`), Created: start(),
			}
			get := func(ctx context.Context, tx safe.Tx) (safe.RegisteredSystem, error) {
				return tx.Administrations.System(ctx, v.ID)
			}
			wantMissing(t, db, get)
			for range 2 {
				update(t, db, func(tx safe.Tx) error { return tx.Administrations.PutSystem(t.Context(), v) })
				wantEqual(t, mustRead(t, db, get), v)
				v.Name, v.Scopes = "autre", []string{"deposit"}
			}
		},
	}
}

func administrationRoundTrip(t *testing.T, db Database) {
	a := administration(1, "Mairie de Valmont")
	get := func(ctx context.Context, tx safe.Tx) (safe.Administration, error) {
		return tx.Administrations.Get(ctx, a.ID)
	}
	bySIRET := func(ctx context.Context, tx safe.Tx) (safe.Administration, error) {
		return tx.Administrations.BySIRET(ctx, a.SIRET)
	}
	wantMissing(t, db, get)
	wantMissing(t, db, bySIRET)
	putAdministration(t, db, a)
	wantEqual(t, mustRead(t, db, get), a)
	a.VK, a.Recipient, a.Epoch, a.KeyLeaf, a.Services = []byte{1, 0, 255}, "age1pq1x", 3, 12, nil
	a.Logo = "ab12"
	putAdministration(t, db, a)
	wantEqual(t, mustRead(t, db, bySIRET), a)
}

func administrationLogo(t *testing.T, db Database) {
	a, other := putAdministration(t, db, administration(1, "a")), putAdministration(t, db, administration(2, "b"))
	of := func(id safe.AdministrationID) func(context.Context, safe.Tx) ([]byte, error) {
		return func(ctx context.Context, tx safe.Tx) ([]byte, error) { return tx.Administrations.Logo(ctx, id) }
	}
	put := func(id safe.AdministrationID, png []byte) {
		update(t, db, func(tx safe.Tx) error { return tx.Administrations.PutLogo(t.Context(), id, png) })
	}
	wantMissing(t, db, of(a.ID))
	put(other.ID, []byte("theirs"))
	for _, png := range [][]byte{{0x89, 'P', 0, 255}, {1}} {
		put(a.ID, png)
		wantEqual(t, mustRead(t, db, of(a.ID)), png)
	}
	put(a.ID, nil)
	put(a.ID, nil)
	wantMissing(t, db, of(a.ID))
	wantEqual(t, mustRead(t, db, of(other.ID)), []byte("theirs"))
}

func search(q string) func(context.Context, safe.Tx, safe.Page) ([]safe.Administration, string, error) {
	return func(ctx context.Context, tx safe.Tx, p safe.Page) ([]safe.Administration, string, error) {
		return tx.Administrations.Search(ctx, q, p)
	}
}

func administrationSearch(t *testing.T, db Database) {
	valmont := putAdministration(t, db, administration(21_000, "Mairie de Valmont"))
	ecole := putAdministration(t, db, administration(21_001, "École départementale"))
	odd := putAdministration(t, db, administration(33_000, `100%_sûr \ "cœur"`))
	for q, want := range map[string][]safe.Administration{
		"":                 {odd, ecole, valmont},
		"valmont":          {valmont},
		"VALMONT mairie":   {valmont},
		"valmont école":    nil,
		"ecole":            {ecole},
		"ÉCOLE dép":        {ecole},
		"00000000021001":   {ecole},
		"%":                {odd},
		"_":                {odd},
		`\`:                {odd},
		`"`:                {odd},
		"nothing":          nil,
		"'; DROP TABLE x;": nil,
	} {
		got := walk(t, db, 10, search(q))
		if len(got) != len(want) {
			t.Errorf("search %q finds %d, want %d", q, len(got), len(want))
			continue
		}
		for i := range got {
			if got[i].ID != want[i].ID {
				t.Errorf("search %q: item %d is %q, want %q", q, i, got[i].Name, want[i].Name)
			}
		}
	}
}

// badCursor: a cursor comes back from a browser, so it may be anything.
func badCursor[T any](t *testing.T, db safe.Rows, list func(context.Context, safe.Tx, safe.Page) ([]T, string, error)) {
	t.Helper()
	for _, after := range []string{"!", "bm90LWEtY3Vyc29y", "eAB5AHo"} {
		_, err := read(t, db, func(ctx context.Context, tx safe.Tx) ([]T, error) {
			items, _, err := list(ctx, tx, safe.Page{After: after, Limit: 5})
			return items, err
		})
		wantKind(t, err, safe.Invalid)
	}
}

func addressTests() map[string]rowsTest {
	return map[string]rowsTest{
		"what goes in comes out": func(t *testing.T, db Database) {
			a := insertAddress(t, db, safe.NewID[safe.SafeID](), "k", start())
			get := func(ctx context.Context, tx safe.Tx) (safe.Address, error) { return tx.Addresses.Get(ctx, a.ID) }
			byKey := func(ctx context.Context, tx safe.Tx) (safe.Address, error) {
				return tx.Addresses.ByKey(ctx, a.Safe, "k")
			}
			wantEqual(t, mustRead(t, db, get), a)
			wantEqual(t, mustRead(t, db, byKey), a)
			a.Ended = start().Add(time.Hour)
			update(t, db, func(tx safe.Tx) error { return tx.Addresses.Update(t.Context(), a) })
			wantEqual(t, mustRead(t, db, get), a)
		},
		"a key is used once in a safe": func(t *testing.T, db Database) {
			a := insertAddress(t, db, safe.NewID[safe.SafeID](), "k", start())
			insertAddress(t, db, safe.NewID[safe.SafeID](), "k", start())
			again := a
			again.ID = safe.NewID[safe.AddressID]()
			wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error { return tx.Addresses.Insert(t.Context(), again) }), safe.AlreadyExists)
		},
		"missing": func(t *testing.T, db Database) {
			wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.Address, error) { return tx.Addresses.Get(ctx, "x") })
			wantMissing(t, db, func(ctx context.Context, tx safe.Tx) (safe.Address, error) { return tx.Addresses.ByKey(ctx, "x", "y") })
			wantKind(t, db.Update(t.Context(), func(tx safe.Tx) error {
				return tx.Addresses.Update(t.Context(), safe.Address{ID: "x"})
			}), safe.NotFound)
		},
		"the live ones, newest first, never more than 200": addressList,
	}
}

func insertAddress(t *testing.T, db safe.Rows, s safe.SafeID, key string, at time.Time) safe.Address {
	t.Helper()
	admin := putAdministration(t, db, administration(rand.IntN(1e13), "Mairie"))
	a := safe.Address{
		ID: safe.NewID[safe.AddressID](), Safe: s, Administration: admin.ID, AdministrationName: admin.Name, Key: key, Created: at,
	}
	update(t, db, func(tx safe.Tx) error { return tx.Addresses.Insert(t.Context(), a) })
	return a
}

func addressList(t *testing.T, db Database) {
	mine := safe.NewID[safe.SafeID]()
	insertAddress(t, db, safe.NewID[safe.SafeID](), "", start())
	ended := insertAddress(t, db, mine, "ended", start().Add(time.Hour))
	ended.Ended = start()
	update(t, db, func(tx safe.Tx) error { return tx.Addresses.Update(t.Context(), ended) })
	update(t, db, func(tx safe.Tx) error {
		for i := range 205 {
			a := safe.Address{
				ID: safe.NewID[safe.AddressID](), Safe: mine, Administration: ended.Administration,
				Created: start().Add(time.Duration(i) * time.Second),
			}
			if err := tx.Addresses.Insert(t.Context(), a); err != nil { // without a key, any number
				return err
			}
		}
		return nil
	})
	list := mustRead(t, db, func(ctx context.Context, tx safe.Tx) ([]safe.Address, error) { return tx.Addresses.OfSafe(ctx, mine) })
	if len(list) != 200 {
		t.Fatalf("%d addresses, want 200", len(list))
	}
	for i, a := range list {
		if want := start().Add(time.Duration(204-i) * time.Second); !a.Created.Equal(want) || !a.Ended.IsZero() {
			t.Fatalf("address %d was created %v, want %v", i, a.Created, want)
		}
	}
}
