package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func coffred(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, stdio{&out, &out, func(string) string { return "" }})
	return out.String(), err
}

// TestWitnessKey: made once, shown again, never for another name, and for its
// owner alone.
func TestWitnessKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	first, err := coffred(t, "witness", "key", "--data", dir, "--name", "ville.example/temoin")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := journal.NewCosignatureVerifier(strings.TrimSpace(first)); err != nil || v.Name() != "ville.example/temoin" {
		t.Errorf("%q: %v", first, err)
	}
	if again, err := coffred(t, "witness", "key", "--data", dir, "--name", "ville.example/temoin"); err != nil || again != first {
		t.Errorf("again: %q, %v", again, err)
	}
	if out, err := coffred(t, "witness", "key", "--data", dir, "--name", "other.example"); err == nil || !strings.Contains(err.Error(), "ville.example/temoin") {
		t.Errorf("of another name: %q, %v", out, err)
	}
	at := filepath.Join(dir, witnessKeyFile)
	if info, err := os.Stat(at); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	b, err := os.ReadFile(at)
	if err != nil || strings.Contains(first, strings.Split(string(b), "\n")[0]) {
		t.Errorf("the signing key is shown, or: %v", err)
	}
	if err := os.Chmod(at, 0o644); err != nil { //nolint:gosec // that is what is found
		t.Fatal(err)
	}
	_, vkey, err := journal.GenerateKey("coffre.test/log")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := coffred(t, "witness", "--data", dir, "--listen", "127.0.0.1:0", "--log", vkey); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("a key that everybody reads: %v", err)
	}
}

// TestWitnessSaysWhatIsMissing before it serves anything.
func TestWitnessSaysWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	_, vkey, err := journal.GenerateKey("coffre.test/log")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"witness"},
		{"witness", "--data", dir, "--log", vkey},
		{"witness", "--listen", "127.0.0.1:0", "--log", vkey},
		{"witness", "--data", dir, "--listen", "127.0.0.1:0"},
		{"witness", "--data", dir, "--listen", "127.0.0.1:0", "--log", vkey, "x"},
		{"witness", "key", "--data", dir},
		{"witness", "key", "--name", "x"},
		{"witness", "key", "--data", dir, "--name", "x", "y"},
	} {
		if _, err := coffred(t, args...); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", args, err)
		}
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"witness", "--data", dir, "--listen", "127.0.0.1:0", "--log", vkey}, "coffred witness key"},
		{[]string{"witness", "key", "--data", dir, "--name", "two words"}, "two words"},
	} {
		if _, err := coffred(t, c.args...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.args, err)
		}
	}
	if _, err := coffred(t, "witness", "key", "--data", dir, "--name", "x.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := coffred(t, "witness", "--data", dir, "--listen", "127.0.0.1:0", "--log", "https://x/log/key"); err == nil || !strings.Contains(err.Error(), "/log/key") {
		t.Errorf("an address for a key: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, witnessKeyFile), []byte("PRIVATE+KEY+x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := coffred(t, "witness", "--data", dir, "--listen", "127.0.0.1:0", "--log", vkey); err == nil || strings.Contains(err.Error(), "PRIVATE") {
		t.Errorf("a damaged key: %v", err)
	}
}

// TestConfigCheckReadsThePolicy of witnesses, and says how to mend it.
func TestConfigCheckReadsThePolicy(t *testing.T) {
	sound := install(t)
	_, vkey, err := journal.GenerateCosignerKey("w.example")
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := journal.GenerateKey("other.example/log")
	if err != nil {
		t.Fatal(err)
	}
	line := "witness w " + vkey + " https://w.example\n"
	for name, c := range map[string]struct {
		policy string
		code   int
		want   string
	}{
		"none":            {"", 0, "nobody is asked"},
		"one":             {line + "quorum w\n", 0, "names 1 witnesses"},
		"missing":         {"-", 2, "witnesses.example.policy"},
		"unreadable":      {line, 2, "no quorum line"},
		"of another log":  {"log " + other + "\n" + line + "quorum w\n", 2, "add the line: log coffre.valmont.example/journal+"},
		"without address": {"witness w " + vkey + "\nquorum w\n", 2, "cannot be met"},
	} {
		in := sound.again(t)
		if c.policy != "" {
			in.replace("log_origin:", "journal: {witnesses: "+filepath.Join(in.dir, "policy")+"}\nlog_origin:")
		}
		if c.policy != "" && c.policy != "-" {
			in.write("policy", c.policy)
		}
		if said, code := in.check(); code != c.code || !strings.Contains(said, c.want) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", name, code, c.code, c.want, said)
		}
	}
}
