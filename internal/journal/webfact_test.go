package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// factVectors are facts of SPEC.md §9, with what their hashes are taken from.
type factVectors struct {
	Terms struct {
		Version string          `json:"version"`
		Texts   json.RawMessage `json:"texts"`
		Entry   string          `json:"entry"`
	} `json:"terms"`
	Web struct {
		Release string            `json:"release"`
		Files   []journal.WebFile `json:"files"`
		Entry   string            `json:"entry"`
	} `json:"web"`
	Refused []string `json:"refused"`
}

func TestFactsOfTermsAndPages(t *testing.T) {
	b, err := os.ReadFile("testdata/facts.json")
	if err != nil {
		t.Fatal(err)
	}
	var v factVectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	sum, err := journal.HashTerms(v.Terms.Version, v.Terms.Texts)
	if err != nil {
		t.Fatal(err)
	}
	terms := journal.TermsFact{Version: v.Terms.Version, SHA256: sum}
	entry, err := terms.Encode()
	if err != nil || string(entry) != v.Terms.Entry {
		t.Errorf("terms: %s, %v", entry, err)
	}
	if back, err := journal.ParseTermsFact(entry); err != nil || back.SHA256 != sum {
		t.Errorf("terms read back: %+v, %v", back, err)
	}
	web, err := journal.NewWebFact(v.Web.Release, v.Web.Files)
	if err != nil {
		t.Fatal(err)
	}
	page, err := web.Encode()
	if err != nil || string(page) != v.Web.Entry {
		t.Errorf("web: %s, %v", page, err)
	}
	if back, err := journal.ParseWebFact(page); err != nil || back != web {
		t.Errorf("web read back: %+v, %v", back, err)
	}
	if len(v.Refused) < 6 {
		t.Fatalf("only %d refused facts", len(v.Refused))
	}
	for _, bad := range append(v.Refused, v.Terms.Entry, v.Web.Entry) {
		_, err1 := journal.ParseTermsFact([]byte(bad))
		_, err2 := journal.ParseWebFact([]byte(bad))
		taken := 0
		for _, err := range []error{err1, err2} {
			if err == nil {
				taken++
			} else if !errors.Is(err, journal.ErrFact) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if good := bad == v.Terms.Entry || bad == v.Web.Entry; good != (taken == 1) {
			t.Errorf("%q is taken for %d facts", bad, taken)
		}
	}
}

// TestFilesOfPages: another file, another name or one left out is another hash;
// their order is not.
func TestFilesOfPages(t *testing.T) {
	hash := func(c string) string { return strings.Repeat(c, 64) }
	some := []journal.WebFile{{Path: "/a.js", SHA256: hash("a")}, {Path: "/index.html", SHA256: hash("b")}}
	want, err := journal.HashWeb(some)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := journal.HashWeb([]journal.WebFile{some[1], some[0]}); err != nil || got != want {
		t.Errorf("another order: %s, %v", got, err)
	}
	for name, other := range map[string][]journal.WebFile{
		"one less": some[:1], "another name": {{Path: "/b.js", SHA256: hash("a")}, some[1]}, "another hash": {{Path: "/a.js", SHA256: hash("c")}, some[1]},
	} {
		if got, err := journal.HashWeb(other); err != nil || got == want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	for name, bad := range map[string][]journal.WebFile{
		"none": nil, "twice": {some[0], some[0]}, "no path": {{Path: "a.js", SHA256: hash("a")}}, "no hash": {{Path: "/a.js"}},
	} {
		if _, err := journal.HashWeb(bad); !errors.Is(err, journal.ErrFact) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFactsOfTermsAndPages(f *testing.F) {
	f.Add([]byte("coffre/v1/fact\n{\"sha256\":\"" + strings.Repeat("a", 64) + "\",\"type\":\"terms\",\"version\":\"1\"}"))
	f.Add([]byte("coffre/v1/fact\n{\"files\":1,\"release\":\"1\",\"sha256\":\"" + strings.Repeat("a", 64) + "\",\"type\":\"web\"}"))
	f.Fuzz(func(t *testing.T, entry []byte) {
		if terms, err := journal.ParseTermsFact(entry); err == nil {
			if again, err := terms.Encode(); err != nil || !bytes.Equal(again, entry) {
				t.Errorf("terms: %q gives %q, %v", entry, again, err)
			}
		}
		if web, err := journal.ParseWebFact(entry); err == nil {
			if again, err := web.Encode(); err != nil || !bytes.Equal(again, entry) {
				t.Errorf("web: %q gives %q, %v", entry, again, err)
			}
		}
	})
}
