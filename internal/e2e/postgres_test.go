package e2e_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestOnPostgreSQL: the same gateway, by one line of its configuration. What a
// citizen has put in is there after a power cut, every command of the operator
// works, and the database's password is told to nobody.
func TestOnPostgreSQL(t *testing.T) {
	dsn := servers.Postgres(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "dsn")
	must(t, os.WriteFile(file, []byte(dsn+"\n"), 0o600))
	g := serve(t, "COFFRE_DATABASE_DSN_FILE="+file)

	s, k := g.login("angela").openSafe()
	in, out := filepath.Join(dir, "livret.pdf"), filepath.Join(dir, "back.pdf")
	must(t, os.WriteFile(in, noise(300_000), 0o600))
	entry, err := s.Put(t.Context(), in, client.PutOptions{})
	must(t, err)

	g.kill()
	g.start()
	again, err := g.login("angela").client().Unlock(t.Context(), secretOf(t, k.paper))
	must(t, err)
	must(t, again.Get(t.Context(), entry, out, client.GetOptions{}))
	if b, err := os.ReadFile(out); err != nil || !bytes.Equal(b, noise(300_000)) {
		t.Errorf("other bytes came back: %v", err)
	}
	if _, err := os.Stat(filepath.Join(g.data, "coffre.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a SQLite database too: %v", err)
	}
	g.stop()

	operate := func(want string, args ...string) {
		t.Helper()
		cmd := exec.Command(build(t).coffred, append(args, "--data", g.data)...)
		cmd.Env = append(os.Environ(), g.env...)
		b, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("coffred %v: %v\n%s", args, err, b)
		}
		g.logs.Write(b)
	}
	operate("tables are those of this release", "migrate")
	operate("", "admin", "add-administration", "--siret", "21370999900015", "--name", "Mairie de Valmont")
	operate("sound", "check", "--deep")
	operate("0 findings", "scrub")

	u, err := url.Parse(dsn)
	must(t, err)
	password, _ := u.User.Password()
	if password == "" || strings.Contains(g.written(), password) {
		t.Errorf("the database's password is in what the gateway wrote")
	}
}
