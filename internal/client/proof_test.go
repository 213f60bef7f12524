package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// TestProofIsNewEachTime: also when a proxy has spent one; whoever is refused
// twice is told, and what changes something is never repeated.
func TestProofIsNewEachTime(t *testing.T) {
	var spent, asked int
	seen := map[string]bool{}
	g := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		proof := r.Header.Get("DPoP")
		if seen[proof] || strings.Count(proof, ".") != 2 || r.Header.Get("Authorization") != "DPoP secret" {
			t.Errorf("%s %s comes with the proof %.20q again, or as %q", r.Method, r.URL.Path, proof, r.Header.Get("Authorization"))
		}
		seen[proof] = true
		if asked <= spent {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"type":"/problems/token-proof","title":"t","status":401,"detail":"d"}`))
			return
		}
		_, _ = w.Write([]byte(`{"items":[]}`))
	}))
	defer g.Close()
	key, err := client.NewProofKey()
	must(t, err)
	c, err := client.New(client.Config{Server: g.URL, Token: "secret", Proof: key})
	must(t, err)
	for refusals, want := range map[int]int{0: 1, 1: 2, 2: 2} {
		spent, asked = refusals, 0
		_, err := c.Received(context.Background())
		if asked != want || client.IsProblem(err, "token-proof") != (refusals == 2) {
			t.Errorf("refused %d times: asked %d times, %v", refusals, asked, err)
		}
	}
	spent, asked = 1, 0
	if _, err := c.Deposit(context.Background(), client.DepositOrder{Address: "a", Size: 1, Body: strings.NewReader("x")}); asked != 1 || !client.IsProblem(err, "token-proof") {
		t.Errorf("a deposit was sent %d times: %v", asked, err)
	}
}
