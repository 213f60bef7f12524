package sqlstore

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	statement = regexp.MustCompile(`^(SELECT|UPDATE|DELETE|INSERT)\s`)
	// scanned is a step that reads a whole table or index.
	scanned = regexp.MustCompile(`^SCAN (\w+)`)
)

// short are the steps that are no reading of a table that grows: one row, one
// for each release, a queue taken from its front.
var short = []string{"CONSTANT", "schema_versions", "log_head", "log_queue"}

// TestNoStatementReadsAWholeTable: what is quick with ten documents is quick
// with ten million. Every statement of this package is planned by SQLite.
func TestNoStatementReadsAWholeTable(t *testing.T) {
	db := openHere(t)
	all := statements(t)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) < 50 {
		t.Fatalf("only %d statements found: this test looks at the wrong thing", len(all))
	}
	for _, text := range all {
		for _, step := range plan(t, db, text) {
			if m := scanned.FindStringSubmatch(step); m != nil && !slices.Contains(short, m[1]) {
				t.Errorf("%s\n\tin %s", step, text)
			}
			if text == usageOf && strings.Contains(step, "versions") && !strings.Contains(step, "USING COVERING INDEX") {
				t.Errorf("usage is counted by %s", step)
			}
		}
	}
}

// plan is what SQLite would do.
func plan(t *testing.T, db *DB, text string) []string {
	t.Helper()
	args := make([]any, strings.Count(text, "$"))
	for i := range args {
		args[i] = i
	}
	for strings.Count(text, "$"+strconv.Itoa(len(args))) == 0 && len(args) > 0 {
		args = args[:len(args)-1] // one argument may be named twice
	}
	rows, err := db.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+text, args...)
	if err != nil {
		t.Errorf("plan %s: %v", text, err)
		return nil
	}
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// statements are the constant strings of this package that are SQL.
func statements(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	consts := map[string]ast.Expr{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, x := range v.Values {
					consts[v.Names[i].Name] = x
				}
			}
			return true
		})
	}
	var all []string
	for _, f := range parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			x, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := constant(x, consts)
			if ok && statement.MatchString(text) {
				all = append(all, text)
			}
			return !ok
		})
	}
	// What another statement begins with, or what is put together at run time,
	// is no statement.
	found := slices.Clone(all)
	return slices.DeleteFunc(all, func(text string) bool {
		return strings.HasSuffix(text, "(") || strings.HasSuffix(text, "WHERE ") ||
			slices.ContainsFunc(found, func(longer string) bool { return longer != text && strings.HasPrefix(longer, text) })
	})
}

// constant evaluates literals, names of constants and their sums.
func constant(x ast.Expr, consts map[string]ast.Expr) (string, bool) {
	switch x := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil && x.Kind == token.STRING
	case *ast.Ident:
		if c, there := consts[x.Name]; there {
			return constant(c, consts)
		}
	case *ast.BinaryExpr:
		a, one := constant(x.X, consts)
		b, two := constant(x.Y, consts)
		return a + b, one && two && x.Op == token.ADD
	}
	return "", false
}
