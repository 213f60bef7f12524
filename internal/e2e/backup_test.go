package e2e_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// A machine is lost with everything on it. What was backed up while it served
// opens on an empty one, byte for byte, with the same journal; the citizen is
// told that it was restored, and whoever has seen more is not deceived.
func TestAnEmptyMachineIsRestoredFromABackup(t *testing.T) {
	g := serve(t)
	dir := t.TempDir()
	shelf, key, recipient := filepath.Join(dir, "backups"), filepath.Join(dir, "offline.key"), filepath.Join(dir, "public")
	made := exec.Command(build(t).coffred, "backup-key")
	var said bytes.Buffer
	made.Stderr = &said
	secret, err := made.Output()
	must(t, err)
	must(t, os.WriteFile(key, secret, 0o600))
	public := said.String()[strings.Index(said.String(), "age1pq1"):]
	must(t, os.WriteFile(recipient, []byte(public), 0o600))

	before := client.NewMemory()
	s, k := g.login("angela").openSafe()
	plain := make([]byte, 300_000)
	_, _ = rand.Read(plain)
	in := filepath.Join(dir, "in")
	must(t, os.WriteFile(in, plain, 0o600))
	entry, err := s.Put(t.Context(), in, client.PutOptions{Name: "livret.pdf"})
	must(t, err)
	coffred := func(args ...string) (string, error) {
		b, err := exec.Command(build(t).coffred, args...).CombinedOutput()
		return string(b), err
	}
	backed, err := coffred("backup", "--data", g.data, "--to", shelf, "--recipient", recipient)
	if err != nil || !strings.Contains(backed, "1 of them new") {
		t.Fatalf("%v: %s", err, backed)
	}
	_, rest, _ := strings.Cut(backed, "signed by ")
	signedBy, _, _ := strings.Cut(rest, ":")
	// More happens, which the backup does not know.
	_, err = s.Put(t.Context(), in, client.PutOptions{Name: "plus-tard.pdf"})
	must(t, err)
	after := unlockAt(t, g, before, k)
	if len(after.Manifest().Docs) != 2 {
		t.Fatalf("%d documents", len(after.Manifest().Docs))
	}
	g.stop()

	lost := g.data
	g.data = filepath.Join(dir, "new machine")
	if out, err := coffred("restore", "--data", g.data, "--from", shelf, "--key", key); err == nil || !strings.Contains(out, "--signed-by") {
		t.Errorf("restored without knowing whose backup it is: %v: %s", err, out)
	}
	out, err := coffred("restore", "--data", g.data, "--from", shelf, "--key", key, "--signed-by", signedBy)
	if err != nil || !strings.Contains(out, "restored ") || !strings.Contains(out, "journals of 1 safes") || !strings.HasSuffix(out, "sound\n") {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := coffred("restore", "--data", g.data, "--from", shelf, "--key", key, "--signed-by", signedBy); err == nil || !strings.Contains(out, "not empty") {
		t.Errorf("restored over what is there: %v: %s", err, out)
	}
	for _, name := range []string{"journal.key", "hints.key"} {
		was, err1 := os.ReadFile(filepath.Join(lost, "keys", name))
		is, err2 := os.ReadFile(filepath.Join(g.data, "keys", name))
		if must(t, errors.Join(err1, err2)); !bytes.Equal(was, is) {
			t.Errorf("%s is another", name)
		}
	}
	g.start()
	again := unlockAt(t, g, client.NewMemory(), k)
	if len(again.Manifest().Docs) != 1 {
		t.Fatalf("%d documents", len(again.Manifest().Docs))
	}
	opened := filepath.Join(dir, "out")
	must(t, again.Get(t.Context(), entry, opened, client.GetOptions{}))
	got, err := os.ReadFile(opened)
	if must(t, err); !bytes.Equal(got, plain) {
		t.Error("other bytes came out")
	}
	told := false
	events, err := g.login("angela").client().Journal(t.Context(), 100)
	must(t, err)
	for _, ev := range events {
		told = told || ev.Event.What == "maintenance.restored"
	}
	if !told {
		t.Error("the citizen's journal does not tell of the restore")
	}
	// Who has seen the later history notices that it is gone.
	c, err := client.New(client.Config{Server: g.url, HTTP: g.login("angela").http, Memory: before})
	must(t, err)
	if _, err = c.Unlock(t.Context(), secretOf(t, k.paper)); !errors.Is(err, client.ErrRollback) {
		t.Errorf("the lost history is not noticed: %v", err)
	}
}

// unlockAt opens Angela's safe with what a device remembers.
func unlockAt(t *testing.T, g *gateway, m *client.Memory, k keys) *client.Safe {
	t.Helper()
	c, err := client.New(client.Config{Server: g.url, HTTP: g.login("angela").http, Memory: m})
	must(t, err)
	s, err := c.Unlock(t.Context(), secretOf(t, k.paper))
	must(t, err)
	return s
}
