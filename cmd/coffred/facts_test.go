package main

import (
	"context"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestWhatIsServedIsSaidOnce: each start says which terms and pages it serves,
// when they are others than those that were said last.
func TestWhatIsServedIsSaidOnce(t *testing.T) {
	dir := t.TempDir()
	page := func(c string) map[string]string { return map[string]string{"/index.html": strings.Repeat(c, 64)} }
	for _, files := range []map[string]string{page("a"), page("a"), page("b"), page("b"), page("a")} {
		on(t, dir, func(ctx context.Context, s *stores) error { return s.announceServed(ctx, files) })
	}
	var web, terms []string
	on(t, dir, func(ctx context.Context, s *stores) error {
		entries, err := s.db.Log().Entries(ctx, 0, 1000)
		for _, e := range entries {
			if f, err := journal.ParseWebFact(e); err == nil {
				web = append(web, f.SHA256)
			}
			if f, err := journal.ParseTermsFact(e); err == nil {
				terms = append(terms, f.Version)
			}
		}
		return err
	})
	if len(terms) != 1 || len(web) != 3 || web[0] != web[2] || web[0] == web[1] {
		t.Errorf("the log says terms %q, pages %q", terms, web)
	}
}

// TestFiguresNameNobody: what the operator may know of the journal.
func TestFiguresNameNobody(t *testing.T) {
	dir := t.TempDir()
	id := openOne(t, dir)
	out, err := tell(t, "figures", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"safe.opened\tdone\t1\n", "account.login\tdone\t1\n", "terms.accepted\tdone\t1\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, string(id)) || strings.Contains(out, "Angela") {
		t.Errorf("figures name somebody:\n%s", out)
	}
}
