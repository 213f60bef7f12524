package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// on runs fn on the stores of a data directory.
func on(t *testing.T, dir string, fn func(context.Context, *stores) error) {
	t.Helper()
	err := withStores(t.Context(), options{data: dir}, stdio{io.Discard, io.Discard, func(string) string { return "" }}, fn)
	if err != nil {
		t.Fatal(err)
	}
}

// openOne opens a safe.
func openOne(t *testing.T, dir string) (id safe.SafeID) {
	t.Helper()
	on(t, dir, func(ctx context.Context, s *stores) error {
		acc, err := s.domain.SignIn(ctx, safe.SignIn{Kind: safe.Citizen, Issuer: "https://fc.test", Sub: "a", Name: "Angela", ACR: "eidas1", Door: "web"})
		if err != nil {
			return err
		}
		id = acc.Safe
		a := safe.Actor{Kind: safe.Citizen, Account: acc.ID, Safe: acc.Safe, Name: acc.Name, Level: 1, Door: "web"}
		if err := s.domain.AcceptTerms(ctx, a, s.domain.TermsVersion()); err != nil {
			return err
		}
		ring, box, err := sealed.NewKeyring(string(id), []sealed.NewUnlocker{
			{Kind: "paper", Label: "papier", P: sealed.NewSecret()}, {Kind: "passphrase", Label: "phrase", P: sealed.NewSecret()},
		}, time.Now())
		if err != nil {
			return err
		}
		vault, err := ring.Vault()
		if err != nil {
			return err
		}
		m := sealed.Manifest{Suite: sealed.Suite, Safe: string(id), Epoch: 1, Time: time.Now().UTC().Format(time.RFC3339)}
		body, err := m.Seal(ring.Root(), vault.Recipient())
		if err != nil {
			return err
		}
		_, err = s.domain.OpenSafe(ctx, a, box, body)
		return err
	})
	return id
}

// inJournal lists a safe's events, or those of maintenance on everything
// (""), newest first, and fails when the places have a hole.
func inJournal(t *testing.T, dir string, id safe.SafeID) (all []journal.Event) {
	t.Helper()
	on(t, dir, func(ctx context.Context, s *stores) error {
		return s.db.View(ctx, func(tx safe.Tx) error {
			read := tx.Leaves.OfSafe
			of := string(id)
			if id == "" {
				read, of = tx.Leaves.OfBook, journal.BookMaintenance
			}
			recs, err := read(ctx, of, "", 1000)
			places := journal.NewPlaces(of, journal.SeenPlaces{}, time.Now())
			for _, r := range recs {
				e, err := journal.DecodeEvent(r.Event)
				if err != nil {
					return err
				}
				if all = append(all, e); id == "" {
					continue
				}
				if err := places.Add(e, journal.Commitment(r.Event, r.Salt), r.Index); err != nil {
					return err
				}
			}
			if err == nil && id != "" {
				err = places.End()
			}
			return err
		})
	})
	return all
}

// TestO5MaintenanceIsJournalled: every operation of maintenance that touches
// documents is in the journals concerned.
func TestO5MaintenanceIsJournalled(t *testing.T) {
	dir := t.TempDir()
	id := openOne(t, dir)
	command := func(args ...string) string {
		t.Helper()
		out, err := tell(t, args...)
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return out
	}
	has := func(at string, whose safe.SafeID, what string, detail ...string) {
		t.Helper()
		all := inJournal(t, at, whose)
		found := slices.ContainsFunc(all, func(e journal.Event) bool {
			return e.What == what && e.Result == journal.ResultDone && e.Who.Kind == string(safe.Operator) &&
				(len(detail) == 0 || e.Detail[detail[0]] != "")
		})
		if !found {
			t.Errorf("%s is not in the journal of %q: %+v", what, whose, all)
		}
	}
	// migrate: the tables of before this release.
	on(t, dir, func(ctx context.Context, s *stores) error { return s.db.SetMark(ctx, tablesTold, "1") })
	if out := command("migrate", "--data", dir); !strings.Contains(out, "1 safes") {
		t.Errorf("migrate says %q", out)
	}
	has(dir, id, journal.WhatTables, "schema")
	if out := command("migrate", "--data", dir); strings.Contains(out, "told") {
		t.Errorf("nothing was migrated, and migrate says %q", out)
	}
	// scrub, of rows and of every byte.
	command("scrub", "--data", dir)
	has(dir, "", journal.WhatScrub, "rows")
	command("scrub", "--hash", "--data", dir)
	has(dir, "", journal.WhatScrub, "bytes")
	// rotation of the gateway's own keys.
	command("keys", "--data", dir)
	command("admin", "rotate-login-keys", "--data", dir)
	has(dir, "", journal.WhatRotated, "keys")
	// backup, restore, move.
	point := t.TempDir()
	secret, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	key, recipient := filepath.Join(point, "key"), filepath.Join(point, "recipient")
	for name, text := range map[string]string{key: secret.Reveal(), recipient: secret.Recipient().String()} {
		if err := os.WriteFile(name, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	backups := t.TempDir()
	out := command("backup", "--data", dir, "--to", backups, "--recipient", recipient)
	has(dir, "", journal.WhatBackup, "point")
	_, rest, _ := strings.Cut(out, "signed by ")
	signedBy, _, _ := strings.Cut(rest, ":")
	again := t.TempDir()
	command("restore", "--data", again, "--from", backups, "--key", key, "--signed-by", signedBy)
	has(again, id, journal.WhatRestored)
	if e := inJournal(t, again, id)[0]; e.N == 0 {
		t.Errorf("after a restore, %s has no place", e.What)
	}
}
