package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/coffre-citoyen/coffre"

type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	Deps       []string
	GoFiles    []string
}

// list asks the go tool; tags is "" or "demo".
func list(t *testing.T, tags string, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Imports,Deps,GoFiles", "-tags=" + tags}, args...)...)
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var all []listed
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func root(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

func short(path string) string { return strings.TrimPrefix(path, module+"/") }

func allowed(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if base, ok := strings.CutSuffix(p, "/..."); ok {
			return path == base || strings.HasPrefix(path, base+"/")
		}
		return path == p
	})
}

func below(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

// TestImportsFollowThePlan holds the arrows of the house against plan.
func TestImportsFollowThePlan(t *testing.T) {
	for _, tags := range []string{"", "demo"} {
		for _, p := range list(t, tags, "./...") {
			name := short(p.ImportPath)
			r, known := plan[name]
			if !known {
				t.Errorf("%s is on no plan: add it to internal/archtest/plan_test.go, with its arrows", name)
				continue
			}
			for _, imp := range p.Imports {
				checkImport(t, name, r, imp)
			}
		}
	}
}

func checkImport(t *testing.T, name string, r room, imp string) {
	t.Helper()
	switch {
	case below(imp, module):
		if !allowed(short(imp), r.ours) {
			t.Errorf("%s imports %s: not on its plan", name, short(imp))
		}
	case strings.Contains(strings.SplitN(imp, "/", 2)[0], "."):
		if !slices.ContainsFunc(r.third, func(m string) bool { return below(imp, m) }) {
			t.Errorf("%s imports %s: not on its plan", name, imp)
		}
	case slices.Contains(r.notStd, imp):
		t.Errorf("%s imports %s: refused in this room", name, imp)
	}
	for heavy, owner := range onlyImporter {
		if below(imp, heavy) && name != owner {
			t.Errorf("%s imports %s: only %s may", name, imp, owner)
		}
	}
}

// TestPlanHasNoGhostRooms keeps the map free of packages that are gone.
func TestPlanHasNoGhostRooms(t *testing.T) {
	there := map[string]bool{}
	for _, p := range list(t, "demo", "./...") {
		there[short(p.ImportPath)] = true
	}
	for name := range plan {
		if !there[name] {
			t.Errorf("plan names %s, which does not exist", name)
		}
	}
}

// TestProductionBinaryHasNoSimulator: a build without the tag contains none
// of the demonstration.
func TestProductionBinaryHasNoSimulator(t *testing.T) {
	deps := list(t, "", "./cmd/coffred")[0].Deps
	for _, refused := range []string{"auth/simulator", "internal/demo"} {
		if slices.Contains(deps, module+"/"+refused) {
			t.Errorf("cmd/coffred without the demo tag depends on %s", refused)
		}
	}
	if demo := list(t, "demo", "./cmd/coffred")[0].Deps; !slices.Contains(demo, module+"/auth/simulator") {
		t.Error("cmd/coffred with the demo tag has no simulator: this test looks at the wrong thing")
	}
}
