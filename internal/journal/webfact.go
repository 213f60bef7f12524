package journal

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// FactWeb is the type of WebFact.
const FactWeb = "web"

// WebFact publishes what the web application is made of (SPEC.md §9): a server
// that gives one person other pages than everybody contradicts it.
type WebFact struct {
	Type    string `json:"type"` // "web"
	Release string `json:"release"`
	SHA256  string `json:"sha256"` // HashWeb
	Files   int64  `json:"files"`
}

// WebFile is one file of the application: the path under which it is served
// and the hash of its bytes.
type WebFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// HashWeb is the SHA-256 of the files' canonical JSON, in the order of their
// paths, each once. ErrFact for what is no such list.
func HashWeb(files []WebFile) (string, error) {
	files = slices.SortedFunc(slices.Values(files), func(a, b WebFile) int { return cmp.Compare(a.Path, b.Path) })
	for i, f := range files {
		if !strings.HasPrefix(f.Path, "/") || !hashForm.MatchString(f.SHA256) || i > 0 && files[i-1].Path == f.Path {
			return "", fmt.Errorf("hash files %q: %w", f.Path, ErrFact)
		}
	}
	if len(files) == 0 {
		return "", fmt.Errorf("hash no files: %w", ErrFact)
	}
	b, err := canon.Encode(files)
	if err != nil {
		return "", fmt.Errorf("hash files: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// NewWebFact is the fact of a release.
func NewWebFact(release string, files []WebFile) (WebFact, error) {
	sum, err := HashWeb(files)
	return WebFact{Type: FactWeb, Release: release, SHA256: sum, Files: int64(len(files))}, err
}

// Encode gives the log's entry.
func (f WebFact) Encode() ([]byte, error) {
	f.Type = FactWeb
	if f.Release == "" || !hashForm.MatchString(f.SHA256) || f.Files < 1 || f.Files > maxPlace {
		return nil, fmt.Errorf("encode web fact: %w", ErrFact)
	}
	return encodeFact(f)
}

// ParseWebFact reads a log entry; ErrFact when it is a commitment or another
// fact.
func ParseWebFact(entry []byte) (f WebFact, err error) {
	if err := decodeFact(entry, &f); err != nil {
		return WebFact{}, err
	}
	if again, err := f.Encode(); err != nil || !bytes.Equal(again, entry) {
		return WebFact{}, fmt.Errorf("parse web fact: %w", ErrFact)
	}
	return f, nil
}
