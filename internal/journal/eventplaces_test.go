package journal_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// placesCase is one list as a reader gets it, and what it has to find. The
// browser reads the same file: places.test.ts.
type placesCase struct {
	Name   string             `json:"name"`
	Safe   string             `json:"safe"`
	Seen   journal.SeenPlaces `json:"seen"`
	Now    time.Time          `json:"now"` // 2026-11-26 where it is not said
	Events []struct {
		N      int64             `json:"n"`
		What   string            `json:"what"`
		Time   string            `json:"time"`
		Safe   string            `json:"safe"`
		Detail map[string]string `json:"detail"`
		Entry  string            `json:"entry"`
		Index  int64             `json:"index"`
	} `json:"events"`
	Partial bool    `json:"partial"` // there are older events
	Open    bool    `json:"open"`    // and they have to be read
	Hole    bool    `json:"hole"`
	Lost    int64   `json:"lost"`
	Through int64   `json:"through"`
	Top     int64   `json:"top"`    // what is to be remembered; 0 is nothing
	Months  []int64 `json:"months"` // with it, where it is said
}

func TestPlaces(t *testing.T) {
	b, err := os.ReadFile("testdata/places.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []placesCase
	if err := json.Unmarshal(b, &all); err != nil || len(all) < 50 {
		t.Fatalf("%d cases, %v", len(all), err)
	}
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			c.read(t)
		})
	}
}

func (c placesCase) read(t *testing.T) {
	t.Helper()
	if c.Now.IsZero() {
		c.Now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	}
	p := journal.NewPlaces(c.Safe, c.Seen, c.Now)
	var found error
	for _, in := range c.Events {
		entry, err := hex.DecodeString(in.Entry)
		if err != nil {
			t.Fatal(err)
		}
		e := journal.Event{N: in.N, What: in.What, Time: in.Time, Safe: in.Safe, Detail: in.Detail}
		found = errors.Join(found, p.Add(e, [32]byte(entry), in.Index))
	}
	if !c.Partial {
		found = errors.Join(found, p.End())
	}
	if c.Hole != (found != nil) || found != nil && !errors.Is(found, journal.ErrHole) {
		t.Errorf("found %v", found)
	}
	if c.Hole {
		return
	}
	if p.Open() != c.Open {
		t.Errorf("open %v", p.Open())
	}
	if lost, at := p.Lost(); lost != c.Lost || (lost > 0) != (at != "") {
		t.Errorf("lost %d at %q, want %d", lost, at, c.Lost)
	}
	if through, _ := p.Pruned(); through != c.Through {
		t.Errorf("pruned through %d, want %d", through, c.Through)
	}
	top, ok := p.Top()
	if ok != (c.Top > 0) || ok && top.N != c.Top {
		t.Errorf("remembers %+v %v, want %d", top, ok, c.Top)
	}
	var months []int64
	for _, m := range top.Months {
		months = append(months, m.N)
	}
	if c.Months != nil && !slices.Equal(months, c.Months) {
		t.Errorf("remembers months that begin at %d, want %d", months, c.Months)
	}
}
