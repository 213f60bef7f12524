package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// TestEveryErasureErases: what somebody erases is gone from the gateway too,
// however much she has erased before.
func TestEveryErasureErases(t *testing.T) {
	b := serve(t).login("angela")
	s, _ := b.openSafe()
	in, out := filepath.Join(t.TempDir(), "in"), filepath.Join(t.TempDir(), "out")
	must(t, os.WriteFile(in, noise(1000), 0o600))
	for i := range 40 {
		e, err := s.Put(t.Context(), in, client.PutOptions{Name: fmt.Sprintf("page %d", i)})
		must(t, err)
		must(t, s.Erase(t.Context(), e.ID))
		if err := s.Get(t.Context(), e, out, client.GetOptions{}); !client.IsProblem(err, "not-found") {
			t.Fatalf("document %d was erased, and opening it says %v", i, err)
		}
	}
}
