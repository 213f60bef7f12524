package e2e_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// A disk spoils a document. The operator's scrub finds it, brings it back from
// the second site, and the citizen opens it as if nothing had been.
func TestAScrubMendsWhatADiskHasSpoiled(t *testing.T) {
	g := serve(t)
	_, k := g.login("angela").openSafe()
	s := unlockAt(t, g, client.NewMemory(), k)
	dir := t.TempDir()
	plain := make([]byte, 200_000)
	_, _ = rand.Read(plain)
	in := filepath.Join(dir, "in")
	must(t, os.WriteFile(in, plain, 0o600))
	entry, err := s.Put(t.Context(), in, client.PutOptions{Name: "acte.pdf"})
	must(t, err)
	g.stop()

	key := "docs/" + entry.ID + "/" + entry.Version + ".age"
	path := objectFile(t, g.data, key)
	b, err := os.ReadFile(path)
	must(t, err)
	server := servers.VersityGW(t)
	bucket := "b" + string(safe.NewID[safe.VersionID]())
	second, err := s3store.New(t.Context(), s3store.Config{Endpoint: server.Endpoint, Bucket: bucket, AccessKey: server.AccessKey, Secret: s3store.Secret(server.Secret)})
	must(t, err)
	must(t, second.Put(t.Context(), key, bytes.NewReader(b), int64(len(b))))
	b[len(b)/2] ^= 1
	must(t, os.WriteFile(path, b, 0o600))
	if report, err := g.check(); err == nil || !strings.Contains(report, "object-hash:") {
		t.Fatalf("check --deep: %v: %s", err, report)
	}

	secret, config := filepath.Join(dir, "secret"), filepath.Join(dir, "coffre.yaml")
	must(t, os.WriteFile(secret, []byte(server.Secret), 0o600))
	must(t, os.WriteFile(config, fmt.Appendf(nil, `mode: demo
listen: %s
data: %s
log_origin: coffre.demo/log
agents: anyone
territory: {name: Valmont}
objects:
  bucket: coffre
  second: {endpoint: %q, bucket: %q, access_key: %q, secret_file: %q}
`, g.addr, g.data, server.Endpoint, bucket, server.AccessKey, secret), 0o600))
	out, err := exec.Command(build(t).coffred, "scrub", "--hash", "--rate", "50000000", "--config", config).Output()
	if err != nil || !strings.Contains(string(out), "mended 1\n") || !strings.HasSuffix(string(out), "scrubbed: 0 findings\n") {
		t.Fatalf("scrub: %v: %s", err, out)
	}
	g.start()
	again := unlockAt(t, g, client.NewMemory(), k)
	opened := filepath.Join(dir, "out")
	must(t, again.Get(t.Context(), entry, opened, client.GetOptions{}))
	got, err := os.ReadFile(opened)
	if must(t, err); !bytes.Equal(got, plain) {
		t.Error("other bytes came out")
	}
}

// objectFile is where the embedded store keeps an object.
func objectFile(t *testing.T, data, key string) (found string) {
	t.Helper()
	must(t, filepath.WalkDir(filepath.Join(data, "objects"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, key) {
			found = path
		}
		return err
	}))
	if found == "" {
		t.Fatalf("no file of %s", key)
	}
	return found
}
