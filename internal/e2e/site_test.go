package e2e_test

import (
	"strings"
	"testing"
)

// TestTheSiteIsThatOfTheJournal (T12): whoever has no account compares what a
// server gives with what its journal tells everybody.
func TestTheSiteIsThatOfTheJournal(t *testing.T) {
	g := serve(t)
	stranger := newShell(t)
	stranger.set("COFFRE_SERVER", g.url)
	told := stranger.coffre("verify", "site")
	for _, w := range []string{"Le site est celui du journal", "Prouvé : ", "Pas prouvé : "} {
		if !strings.Contains(told, w) {
			t.Errorf("without %q:\n%s", w, told)
		}
	}
}
