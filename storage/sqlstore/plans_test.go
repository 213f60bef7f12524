package sqlstore

import (
	"database/sql"
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
	scanned         = regexp.MustCompile(`^SCAN (\w+)`)
	scannedPostgres = regexp.MustCompile(`Seq Scan on (\w+)`)
)

// short are the steps that are no reading of a table that grows: one row, one
// for each release, a queue taken from its front, the few that a limit leaves of
// an index.
var short = []string{"CONSTANT", "schema_versions", "log_head", "log_queue", "tallied", "newest", "page"}

// TestNoStatementReadsAWholeTable: what is quick with ten documents is quick
// with ten million. Every statement of this package is planned by both.
func TestNoStatementReadsAWholeTable(t *testing.T) {
	all := statements(t)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) < 50 {
		t.Fatalf("only %d statements found: this test looks at the wrong thing", len(all))
	}
	lite, big := openHere(t), openPostgresHere(t)
	for _, text := range all {
		for _, step := range planSQLite(t, lite, text) {
			if m := scanned.FindStringSubmatch(step); m != nil && !slices.Contains(short, m[1]) {
				t.Errorf("%s\n\tin %s", step, text)
			}
			if text == usageOf && strings.Contains(step, "versions") && !strings.Contains(step, "USING COVERING INDEX") {
				t.Errorf("usage is counted by %s", step)
			}
		}
		for _, step := range planPostgres(t, big, text) {
			if m := scannedPostgres.FindStringSubmatch(step); m != nil && !slices.Contains(short, m[1]) {
				t.Errorf("%s\n\tin %s", step, text)
			}
			if text == usageOf && strings.Contains(step, "Scan") && !strings.Contains(step, "Index Only Scan") {
				t.Errorf("usage is counted by %s", step)
			}
		}
	}
}

// arguments is how many a statement takes.
func arguments(text string) int {
	most := 0
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		most = max(most, n)
	}
	return most
}

// planSQLite is what SQLite would do.
func planSQLite(t *testing.T, db *DB, text string) []string {
	t.Helper()
	args := make([]any, arguments(text))
	for i := range args {
		args[i] = i
	}
	rows, err := db.read.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+text, args...)
	if err != nil {
		t.Errorf("plan %s: %v", text, err)
		return nil
	}
	return steps(t, rows, func(r row) (step string, err error) {
		var id, parent, unused int
		err = r.Scan(&id, &parent, &unused, &step)
		return step, err
	})
}

// planPostgres is what PostgreSQL would do for any argument.
func planPostgres(t *testing.T, db *DB, text string) []string {
	t.Helper()
	tx, err := db.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var args string
	if n := arguments(text); n > 0 {
		args = "(" + strings.Repeat("NULL, ", n-1) + "NULL)"
	}
	for _, s := range []string{`SET LOCAL plan_cache_mode = force_generic_plan`, `PREPARE planned AS ` + text} {
		if _, err := tx.ExecContext(t.Context(), s); err != nil {
			t.Errorf("plan %s: %v", text, err)
			return nil
		}
	}
	rows, err := tx.QueryContext(t.Context(), `EXPLAIN (COSTS off) EXECUTE planned`+args)
	if err != nil {
		t.Errorf("plan %s: %v", text, err)
		return nil
	}
	all := steps(t, rows, func(r row) (step string, err error) { return step, r.Scan(&step) })
	if _, err := tx.ExecContext(t.Context(), `DEALLOCATE planned`); err != nil {
		t.Fatal(err)
	}
	return all
}

func steps(t *testing.T, rows *sql.Rows, scan func(row) (string, error)) (all []string) {
	t.Helper()
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		step, err := scan(rows)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
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
	// These ask one database about itself, or name tables as they run.
	apart := []string{"postgres.go", "dump.go", "look.go"}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || slices.Contains(apart, name) {
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
				all = append(all, filled(text))
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

// filled is a statement over many rows with one of them.
func filled(text string) string {
	return strings.Replace(text, "{rows}", holes("($)", 1), 1)
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
