package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// tell runs a command of the operator.
func tell(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, stdio{&out, io.Discard, func(string) string { return "" }})
	return out.String(), err
}

// TestTheOperatorGivesAnAgentHisAccountBack, having seen who waits.
func TestTheOperatorGivesAnAgentHisAccountBack(t *testing.T) {
	dir := t.TempDir()
	if _, err := tell(t, "admin", "add-administration", "--data", dir, "--siret", "21370999900015", "--name", "Mairie de Valmont"); err != nil {
		t.Fatal(err)
	}
	came := func(sub, idp string) (acc safe.Account, err error) {
		o := options{data: dir}
		failed := withStores(t.Context(), o, stdio{io.Discard, io.Discard, func(string) string { return "" }}, func(ctx context.Context, s *stores) error {
			acc, err = s.domain.SignIn(ctx, safe.SignIn{
				Kind: safe.Agent, Issuer: "https://pc.test", Sub: sub, Name: "Hugo PETIT", SIRET: "21370999900015", IDP: idp, Door: "web",
			})
			return nil
		})
		if failed != nil {
			t.Fatal(failed)
		}
		return acc, err
	}
	before, err := came("sub-1", "idp-1")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := tell(t, "admin", "relink-agent", "--data", dir); err != nil || !strings.Contains(out, "no agent waits") {
		t.Fatalf("said %q, %v", out, err)
	}
	if _, err := came("sub-2", "idp-2"); !safe.IsKind(err, safe.Forbidden) {
		t.Fatalf("he comes in by another provider: %v", err)
	}
	list, err := tell(t, "admin", "relink-agent", "--data", dir)
	if err != nil || !strings.Contains(list, "Hugo PETIT, Mairie de Valmont") || !strings.Contains(list, string(before.ID)) || !strings.Contains(list, "idp-2") {
		t.Fatalf("said %q, %v", list, err)
	}
	id := strings.Fields(list)[0]
	for _, wrong := range [][]string{{"--account", id}, {"--account", id, "--same"}, {"--account", id, "--by", "x"}, {"--account", id, "--by", "x", "--same", "--another"}} {
		if _, err := tell(t, append([]string{"admin", "relink-agent", "--data", dir}, wrong...)...); err == nil || !strings.Contains(err.Error(), "--same or --another") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if out, err := tell(t, "admin", "relink-agent", "--data", dir, "--account", id, "--by", "Renée", "--same"); err != nil || !strings.Contains(out, "done") {
		t.Fatalf("said %q, %v", out, err)
	}
	if after, err := came("sub-2", "idp-2"); err != nil || after.ID != before.ID {
		t.Errorf("he is %+v, %v; was %s", after, err, before.ID)
	}
}

// TestLoginKeysAreRotated: a provider that still encrypts to the old ones is
// understood; what signs is new.
func TestLoginKeysAreRotated(t *testing.T) {
	dir := t.TempDir()
	if _, err := tell(t, "admin", "rotate-login-keys", "--data", dir); err == nil {
		t.Error("keys that were never made are rotated")
	}
	if _, err := tell(t, "keys", "--data", dir); err != nil {
		t.Fatal(err)
	}
	kids := func() []string {
		b, err := os.ReadFile(filepath.Join(dir, "keys", loginKeysFile))
		if err != nil {
			t.Fatal(err)
		}
		k, err := oidc.ParseKeys(b)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, key := range k.Public().Keys {
			all = append(all, key.KeyID)
		}
		return all
	}
	before := kids()
	if _, err := tell(t, "admin", "rotate-login-keys", "--data", dir); err != nil {
		t.Fatal(err)
	}
	after := kids()
	if len(before) != 3 || len(after) != 4 || after[0] == before[0] || after[1] != before[0] || after[2] == before[1] {
		t.Errorf("published before %v, after %v", before, after)
	}
	if info, err := os.Stat(filepath.Join(dir, "keys", loginKeysFile)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read them: %v, %v", info.Mode(), err)
	}
}
