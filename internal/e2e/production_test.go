package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProductionBinaryHasNoDemonstration: a build without the tag says in one
// line what is missing, and refuses a database whose keys are published.
func TestProductionBinaryHasNoDemonstration(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "coffred")
	b := exec.Command("go", "build", "-o", bin, "./cmd/coffred")
	b.Dir = filepath.Join("..", "..")
	if out, err := b.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	out, err := exec.Command(bin, "serve", "--demo", "--listen", "127.0.0.1:0", "--data", t.TempDir()).CombinedOutput()
	if err == nil || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "make run") || !strings.Contains(string(out), "npm") {
		t.Errorf("serve --demo says, with %v:\n%s", err, out)
	}

	g := serve(t)
	g.stop()
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte("a secret of the provider's\n"), 0o600))
	file := filepath.Join(t.TempDir(), "coffre.yaml")
	must(t, os.WriteFile(file, []byte(`mode: production
listen: 127.0.0.1:0
public_url: https://coffre.valmont.example
data: `+g.data+`
log_origin: coffre.demo/log
objects: {bucket: coffre}
territory: {name: Valmont, colour: "#1f5f6b", contact: coffre@valmont.example}
providers:
  - {id: franceconnect, profile: franceconnect, kind: citizen, label: FranceConnect, issuer: "https://fc.example", client_id: x, secret_file: `+secret+`}
`), 0o600))
	out, err = exec.Command(bin, "serve", "--config", file).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "belongs to a demonstration") {
		t.Errorf("on a demonstration's data, a production binary says, with %v:\n%s", err, out)
	}
}
