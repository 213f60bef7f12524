package gateway

import (
	"crypto/sha256"
	_ "embed" // the terms
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
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
	SHA256  string                    `json:"sha256"` // of the embedded file
	Texts   map[string][]termsSection `json:"texts"`
}

// LoadTerms reads the embedded terms.
func LoadTerms() (Terms, error) {
	var t Terms
	if err := json.Unmarshal(termsJSON, &t); err != nil {
		return Terms{}, fmt.Errorf("read terms: %w", err)
	}
	sum := sha256.Sum256(termsJSON)
	t.SHA256 = hex.EncodeToString(sum[:])
	return t, nil
}

func (g *Gateway) getTerms(w http.ResponseWriter, _ *http.Request) error {
	t, err := LoadTerms()
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, t)
}
