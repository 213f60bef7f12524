package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	maxLines         = 400
	maxFunctionLines = 60
)

// tracked lists the files that belong to the repository.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	var files []string
	for f := range strings.SplitSeq(strings.Trim(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join(root(t), f)); err == nil {
			files = append(files, f)
		}
	}
	if len(files) < 50 {
		t.Fatalf("only %d files found: this test looks at the wrong place", len(files))
	}
	return files
}

var handwritten = regexp.MustCompile(`\.(go|ts|svelte|css|sql)$`)

var generated = regexp.MustCompile(`(?m)^(//|/\*\*?|#)? ?.*(Code generated|auto-generated)`)

// TestFilesAreShort: one idea per file. Generated files are exempt.
func TestFilesAreShort(t *testing.T) {
	for _, f := range tracked(t) {
		if !handwritten.MatchString(f) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root(t), f))
		if err != nil {
			t.Fatal(err)
		}
		if generated.Match(b[:min(len(b), 400)]) {
			continue
		}
		if n := bytes.Count(b, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, more than %d", f, n, maxLines)
		}
	}
}

// TestGoHabits walks every Go file of the product: short functions, no init,
// no clock in the domain, a Trust paragraph in every package comment.
func TestGoHabits(t *testing.T) {
	trust := map[string]bool{}
	for _, f := range tracked(t) {
		if !strings.HasSuffix(f, ".go") || strings.HasSuffix(f, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(root(t), f), nil, parser.ParseComments)
		if err != nil {
			t.Errorf("parse %s: %v", f, err)
			continue
		}
		dir := filepath.Dir(f)
		trust[dir] = trust[dir] || (file.Doc != nil && strings.Contains(file.Doc.Text(), "\nTrust: "))
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line; n > maxFunctionLines {
				t.Errorf("%s: %s has %d lines, more than %d", f, fn.Name.Name, n, maxFunctionLines)
			}
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: init is refused", f)
			}
		}
		if dir == "internal/safe" || dir == "internal/journal" {
			refuseClock(t, f, file)
		}
	}
	for dir, ok := range trust {
		if !ok {
			t.Errorf("%s: the package comment has no Trust paragraph", dir)
		}
	}
}

func refuseClock(t *testing.T, name string, file *ast.File) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" && sel.Sel.Name == "Now" {
			t.Errorf("%s calls time.Now: take the clock from a field", name)
		}
		return true
	})
}

var selectStar = regexp.MustCompile(`(?i)select\s+(\w+\.)?\*`)

// TestSQLSpellsItsColumns: a migration must never change what a scan reads.
func TestSQLSpellsItsColumns(t *testing.T) {
	err := filepath.WalkDir(filepath.Join(root(t), "storage", "sqlstore"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if m := selectStar.Find(b); m != nil {
			t.Errorf("%s: %q", filepath.Base(path), m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoPrivateKeyInRepository: tests generate theirs. The shared vectors and
// the demonstration's own personas are the two exceptions, both in the open.
func TestNoPrivateKeyInRepository(t *testing.T) {
	key := regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-PQ-1[0-9A-Z]{50}`)
	for _, f := range tracked(t) {
		if strings.HasPrefix(f, "internal/sealed/testdata/") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root(t), f))
		if err != nil {
			t.Fatal(err)
		}
		if key.Match(b) {
			t.Errorf("%s holds a private key", f)
		}
	}
}
