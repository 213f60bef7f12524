package gateway

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// kinds counts the constants of type Kind in the source, and reasons lists its
// Reason constants: a new one without a slug must not pass.
func kinds(t *testing.T, root string) (n int, reasons []string) {
	t.Helper()
	var decls []ast.Decl
	files, err := filepath.Glob(filepath.Join(root, "../safe/*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		decls = append(decls, file.Decls...)
	}
	for _, d := range decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		first, ok := g.Specs[0].(*ast.ValueSpec)
		if kind, named := first.Type.(*ast.Ident); ok && named && kind.Name == "Kind" {
			n += len(g.Specs)
			continue
		}
		for _, spec := range g.Specs {
			v, _ := spec.(*ast.ValueSpec)
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && strings.HasPrefix(v.Names[0].Name, "Reason") {
				reason, _ := strconv.Unquote(lit.Value)
				reasons = append(reasons, reason)
			}
		}
	}
	return n, reasons
}

func TestEveryKindOfErrorHasAProblem(t *testing.T) {
	n, reasons := kinds(t, packageDir)
	if n < 20 || len(reasons) == 0 {
		t.Fatalf("%d kinds and %d reasons found in internal/safe", n, len(reasons))
	}
	seen := map[string]safe.Kind{}
	for k := safe.Kind(1); k <= safe.Kind(n); k++ {
		slug := slugOf(k)
		if slug == "internal" || !slices.Contains(problem.Slugs(), slug) {
			t.Errorf("kind %d is %q to callers", k, slug)
		}
		if other, twice := seen[slug]; twice {
			t.Errorf("kinds %d and %d are both %q", other, k, slug)
		}
		seen[slug] = k
	}
	if slugOf(safe.Kind(n+1)) != "internal" {
		t.Error("an unknown kind is told as something known")
	}
	for _, reason := range reasons {
		if p := problemOf(&safe.Error{Kind: safe.Forbidden, Reason: reason}); p.Slug != reason {
			t.Errorf("reason %s is told as %q", reason, p.Slug)
		}
	}
}

// TestEverySlugIsInTheCatalogueAndTheCatalogueHasNoOther: a misspelt slug
// would be told as `internal`.
func TestEverySlugIsInTheCatalogueAndTheCatalogueHasNoOther(t *testing.T) {
	used := map[string]string{}
	files, err := filepath.Glob(filepath.Join(packageDir, "*.go"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d source files, %v", len(files), err)
	}
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			slugsIn(t, name, used)
		}
	}
	n, reasons := kinds(t, packageDir)
	for k := safe.Kind(1); k <= safe.Kind(n); k++ {
		used[slugOf(k)] = "kinds.go"
	}
	for _, slug := range append(reasons, "internal") {
		used[slug] = "kinds.go"
	}
	for slug, where := range used {
		if !slices.Contains(problem.Slugs(), slug) {
			t.Errorf("%s: slug %q is not in the catalogue", where, slug)
		}
	}
	for _, slug := range problem.Slugs() {
		if used[slug] == "" {
			t.Errorf("nothing gives problem %q", slug)
		}
	}
}

// slugsIn finds the literals in problem.New("…"), problem.Wrap("…", …),
// missing("…") and problem.Error{Slug: "…"}.
func slugsIn(t *testing.T, name string, used map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	note := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			slug, _ := strconv.Unquote(lit.Value)
			used[slug] = filepath.Base(name)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			switch f := n.Fun.(type) {
			case *ast.SelectorExpr:
				if pkg, ok := f.X.(*ast.Ident); ok && pkg.Name == "problem" && (f.Sel.Name == "New" || f.Sel.Name == "Wrap") {
					note(n.Args[0])
				}
			case *ast.Ident:
				if f.Name == "missing" {
					note(n.Args[0])
				}
			}
		case *ast.CompositeLit:
			if s, ok := n.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Error" {
				if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "problem" {
					for _, el := range n.Elts {
						if kv, ok := el.(*ast.KeyValueExpr); ok {
							note(kv.Value)
						}
					}
				}
			}
		}
		return true
	})
}

// packageDir is read before the embedded object store changes directory.
var packageDir = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()
