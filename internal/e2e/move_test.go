package e2e_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const movedConfig = `mode: demo
listen: %s
data: %s
log_origin: coffre.demo/log
agents: anyone
territory: {name: Valmont Agglomération, colour: "#1f5f6b", contact: coffre@valmont.example}
database: {dsn_file: %q}
objects: {endpoint: %q, bucket: %q, access_key: %q, secret_file: %q}
`

// A town grows out of one machine: everything moves to PostgreSQL and an
// object store. The move is killed again and again and goes on; the citizen
// finds every document and her whole journal, is told, and what was left
// behind still serves.
func TestATownMovesUp(t *testing.T) {
	g := serve(t)
	_, k := g.login("angela").openSafe()
	m := client.NewMemory()
	s := unlockAt(t, g, m, k)
	dir := t.TempDir()
	plain := map[string][]byte{}
	for i := range 12 {
		name := fmt.Sprintf("page-%02d.pdf", i)
		plain[name] = make([]byte, 400_000)
		_, _ = rand.Read(plain[name])
		in := filepath.Join(dir, name)
		must(t, os.WriteFile(in, plain[name], 0o600))
		_, err := s.Put(t.Context(), in, client.PutOptions{Name: name})
		must(t, err)
	}
	g.stop()

	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	s3 := servers.VersityGW(t)
	old := file("old.yaml", fmt.Sprintf("mode: demo\nlisten: %s\ndata: %s\nlog_origin: coffre.demo/log\nagents: anyone\nterritory: {name: Valmont}\nobjects: {bucket: coffre}\n", g.addr, g.data))
	next := file("next.yaml", fmt.Sprintf(movedConfig, g.addr, filepath.Join(dir, "next"), file("database", servers.Postgres(t)),
		s3.Endpoint, "b"+string(safe.NewID[safe.VersionID]()), s3.AccessKey, file("s3", s3.Secret)))
	killed := 0
	for i := range 12 {
		move := exec.Command(build(t).coffred, "move", "--config", old, "--to-config", next)
		must(t, move.Start())
		cut := time.AfterFunc(time.Duration(i+1)*150*time.Millisecond, func() { _ = move.Process.Kill() })
		if err := move.Wait(); err == nil {
			cut.Stop()
			break
		}
		killed++
	}
	out, err := exec.Command(build(t).coffred, "move", "--config", old, "--to-config", next).CombinedOutput()
	switch said := string(out); {
	case killed == 0:
		t.Fatal("no run was killed")
	case err == nil && (!strings.Contains(said, "12 objects") || !strings.Contains(said, "journals of 1 safes") || !strings.HasSuffix(said, "sound\n")):
		t.Fatalf("move: %s", said)
	case err != nil && !strings.Contains(said, "not empty"): // a run that was not cut, or cut after the rows
		t.Fatalf("move: %v: %s", err, said)
	}
	t.Logf("killed %d times; %s", killed, out)
	if report, err := g.check(); err != nil {
		t.Errorf("the old stores: %v: %s", err, report)
	}

	g.config = next
	g.start()
	again := unlockAt(t, g, m, k) // with the memory of the old one: one history
	if n := len(again.Manifest().Docs); n != 12 {
		t.Fatalf("%d documents", n)
	}
	for _, e := range again.Manifest().Docs {
		path := filepath.Join(dir, "out-"+e.Name)
		must(t, again.Get(t.Context(), e, path, client.GetOptions{}))
		got, err := os.ReadFile(path)
		if must(t, err); !bytes.Equal(got, plain[e.Name]) {
			t.Errorf("%s has other bytes", e.Name)
		}
	}
	told := 0
	events, err := g.login("angela").client().Journal(t.Context(), 100)
	must(t, err)
	for _, ev := range events {
		if ev.Event.What == "maintenance.moved" {
			told++
		}
	}
	if told == 0 {
		t.Error("the citizen's journal does not tell of the move")
	}
	g.stop()
	b, err := exec.Command(build(t).coffred, "check", "--deep", "--config", next).CombinedOutput()
	if err != nil {
		t.Errorf("the new stores: %v: %s", err, b)
	}
}
