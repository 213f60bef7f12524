package gateway

import (
	_ "embed" // the terms
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

//go:embed terms.json
var termsJSON []byte

type termsSection struct {
	Title string   `json:"title"`
	Body  []string `json:"body"`
}

// Terms of use: what obligation O1 asks to be said before a safe is opened.
// Only the French text binds.
type Terms struct {
	Version string                    `json:"version"`
	SHA256  string                    `json:"sha256"` // journal.HashTerms
	Texts   map[string][]termsSection `json:"texts"`
	// Fact proves that the log holds these terms; nil until it does.
	Fact *journal.Leaf `json:"fact,omitempty"`
}

// LoadTerms reads the embedded terms, for a journal that is kept as long as
// usual.
func LoadTerms() (Terms, error) { return TermsFor(safe.DefaultRetention) }

// TermsFor says in the terms how many years the journal is kept (O7). Another
// number makes other terms.
func TermsFor(years int) (Terms, error) {
	var t Terms
	if err := json.Unmarshal(termsJSON, &t); err != nil {
		return Terms{}, fmt.Errorf("read terms: %w", err)
	}
	if years != safe.DefaultRetention {
		t.Version += fmt.Sprintf("-%d", years)
	}
	one, many := map[string]string{"fr": " an", "en": " year"}, "s"
	if years == 1 {
		many = ""
	}
	for lang, sections := range t.Texts {
		for _, s := range sections {
			for i, text := range s.Body {
				s.Body[i] = strings.ReplaceAll(text, "{years}", strconv.Itoa(years)+one[lang]+many)
			}
		}
	}
	var err error
	t.SHA256, err = journal.HashTerms(t.Version, t.Texts)
	return t, err
}

// TermsFact is what the log says of them.
func (t Terms) TermsFact() journal.TermsFact {
	return journal.TermsFact{Version: t.Version, SHA256: t.SHA256}
}

func (g *Gateway) getTerms(w http.ResponseWriter, r *http.Request) error {
	t, err := TermsFor(g.safe.Retention())
	if err != nil {
		return err
	}
	// The text is what matters: an outage hides its proof, not the terms.
	if leaf, err := g.safe.Announced(r.Context(), t.TermsFact()); err == nil {
		t.Fact = leaf
	}
	return writeJSON(w, http.StatusOK, t)
}
