package journal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func TestATerritoryFactHasOneSpelling(t *testing.T) {
	f := journal.TerritoryFact{
		Rules: strings.Repeat("ab", 32), Time: "2026-03-01T10:00:00Z",
		Backends: []journal.Place{{Name: "objects", Networks: []string{"Salle serveurs"}, Region: "valmont-1"}},
	}
	entry, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := journal.ParseTerritoryFact(entry)
	if err != nil || got.Type != "territory" || got.Backends[0].Networks[0] != "Salle serveurs" {
		t.Fatalf("%+v, %v", got, err)
	}
	for name, bad := range map[string][]byte{
		"a commitment":   make([]byte, 32),
		"another fact":   bytes.Replace(entry, []byte(`"territory"`), []byte(`"key"`), 1),
		"a member more":  bytes.Replace(entry, []byte(`{"backends"`), []byte(`{"a":1,"backends"`), 1),
		"other rules":    bytes.Replace(entry, []byte("abab"), []byte("ABab"), 1),
		"no network":     bytes.Replace(entry, []byte(`["Salle serveurs"]`), []byte(`[]`), 1),
		"another time":   bytes.Replace(entry, []byte("10:00:00Z"), []byte("10:00:00+00:00"), 1),
		"another layout": append(bytes.Clone(entry), ' '),
	} {
		if _, err := journal.ParseTerritoryFact(bad); !errors.Is(err, journal.ErrFact) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
