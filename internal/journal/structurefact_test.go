package journal_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestStructureFactsAreReadAlike: src/crypto/structure.test.ts of the web page
// reads the same file.
func TestStructureFactsAreReadAlike(t *testing.T) {
	b, err := os.ReadFile("testdata/structure.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Accepted, Refused []string }
	if err := json.Unmarshal(b, &v); err != nil || len(v.Accepted) < 4 || len(v.Refused) < 12 {
		t.Fatalf("%+v, %v", v, err)
	}
	for _, text := range v.Accepted {
		if _, err := journal.ParseStructureFact([]byte("coffre/v1/fact\n" + text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range v.Refused {
		if _, err := journal.ParseStructureFact([]byte("coffre/v1/fact\n" + text)); err == nil {
			t.Errorf("%s is believed", text)
		}
	}
}
