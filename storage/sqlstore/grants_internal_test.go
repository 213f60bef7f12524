package sqlstore

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// filled with more shares than one search looks at; the oldest is not like the
// others.
const crowd = look*looks + 500

func manyGrants(t *testing.T, db *DB) {
	t.Helper()
	last := strconv.Itoa(crowd - 1)
	_, err := db.write.ExecContext(t.Context(), `INSERT INTO grants (id, safe, doc, version, administration, service, purpose, procedure_name,
sealed, idempotency_key, created, not_after, ended, opened, openings, kind)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < `+last+`)
SELECT 'grant-' || i, 'safe-' || i % 100, 'doc-' || i, 'version-' || i, 'town',
CASE i % 5000 WHEN 0 THEN 'small' ELSE 'large' END, CASE i WHEN 0 THEN 'Rareté' ELSE 'Inscription' END, '',
$1, 'key-' || i, i, 1000000000, CASE i WHEN 0 THEN 1 ELSE 0 END, 0, 0, CASE i WHEN 0 THEN 'diploma' ELSE 'residence' END FROM n`, []byte{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.write.ExecContext(t.Context(), `ANALYZE`); err != nil {
		t.Fatal(err)
	}
}

func searches() map[string]safe.GrantFilter {
	return map[string]safe.GrantFilter{
		"everything":          {},
		"of one's services":   {Services: []string{"small", "Petit service", "other"}},
		"of one service":      {Only: []string{"small"}},
		"of another's":        {Only: []string{"large"}, Services: []string{"small"}},
		"of a kind":           {Kind: "diploma"},
		"of a kind, in force": {Kind: "diploma", State: "live", Services: []string{"small"}},
		"of a common kind":    {Kind: "residence", Services: []string{"small"}},
		"of a reference":      {Reference: "2026-1"},
		"ended":               {State: "ended"},
		"by words":            {Words: []string{"rarete"}},
	}
}

// TestASearchAmongManySharesIsBounded: it gives what it has found and where to
// go on, and whoever goes on finds the rest.
func TestASearchAmongManySharesIsBounded(t *testing.T) {
	for kind, db := range map[string]*DB{"sqlite": openHere(t), "postgres": openPostgresHere(t)} {
		t.Run(kind, func(t *testing.T) {
			manyGrants(t, db)
			list := func(f safe.GrantFilter, after string) (found []safe.Grant, next string) {
				t.Helper()
				err := db.View(t.Context(), func(tx safe.Tx) (err error) {
					found, next, err = tx.Grants.OfAdministration(t.Context(), "town", f, safe.Page{After: after, Limit: 50})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return found, next
			}
			for _, name := range []string{"by words", "ended"} {
				f := searches()[name]
				found, next := list(f, "")
				if len(found) != 0 || next == "" {
					t.Fatalf("%s: %d found among the newest, to go on from %q", name, len(found), next)
				}
				found, next = list(f, next)
				if len(found) != 1 || found[0].Purpose != "Rareté" || next != "" {
					t.Errorf("%s: then %+v, to go on from %q", name, found, next)
				}
			}
			for name, want := range map[string]int{
				"everything": 50, "of one's services": crowd/5000 + 1, "of one service": crowd/5000 + 1, "of another's": 0, "of a kind": 1, "of a kind, in force": 0, "of a reference": 0,
				// Where it breaks off among another service's is not told.
				"of a common kind": crowd / 5000,
			} {
				found, next := list(searches()[name], "")
				if len(found) != want || (next != "") != (want == 50) {
					t.Errorf("%s: %d found, to go on from %q", name, len(found), next)
				}
			}
			err := db.Update(t.Context(), func(tx safe.Tx) error {
				return tx.Requests.Insert(t.Context(), safe.Request{ID: "campaign", Administration: "town", Reference: "2026-2", Body: []byte{1}})
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.write.ExecContext(t.Context(), `UPDATE grants SET request = 'campaign' WHERE service = 'large'`); err != nil {
				t.Fatal(err)
			}
			if found, next := list(safe.GrantFilter{Reference: "2026-2", Services: []string{"small"}}, ""); len(found) != 0 || next != "" {
				t.Errorf("of another service's reference: %d found, to go on from %q", len(found), next)
			}
		})
	}
}

var (
	readRows  = regexp.MustCompile(`(Seq Scan|Index Scan|Index Only Scan|Bitmap Heap Scan).* on grants.*\(actual rows=(\d+) loops=(\d+)\)`)
	inExplain = `EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) `
)

// TestListsOfSharesReadWhatTheyShow: PostgreSQL, asked how it really did, reads
// no more shares than a page, or a search, has.
func TestListsOfSharesReadWhatTheyShow(t *testing.T) {
	db := openPostgresHere(t)
	manyGrants(t, db)
	for name, f := range searches() {
		l := listing{column: "administration", whose: "town", filter: f}
		most := 51
		if l.narrowed() {
			most = look
		}
		text := l.statement(1<<62, "", most, 51)
		steps := explained(t, db, inExplain+text, l.args)
		read := 0
		for _, step := range steps {
			m := readRows.FindStringSubmatch(step)
			if m == nil {
				continue
			}
			rows, _ := strconv.Atoi(m[2])
			loops, _ := strconv.Atoi(m[3])
			read += rows * loops
			if m[1] == "Seq Scan" {
				t.Errorf("%s: %s", name, step)
			}
		}
		if read == 0 && name == "everything" {
			t.Errorf("this test does not see what is read:\n%s", strings.Join(steps, "\n"))
		}
		// Each branch up to a page.
		if limit := most * (len(f.Services) + len(f.Only) + 1); read > limit {
			t.Errorf("%s reads %d shares, of %d:\n%s", name, read, crowd, strings.Join(steps, "\n"))
		}
	}
}

func explained(t *testing.T, db *DB, text string, args []any) []string {
	t.Helper()
	tx, err := db.write.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	return steps(t, rows, func(r row) (step string, err error) { return step, r.Scan(&step) })
}
