package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// maxJournalFile bounds what is read as a journal taken out: about a hundred
// thousand events.
const maxJournalFile = 256 << 20

// ErrJournalFile: not a journal that a citizen has taken out.
var ErrJournalFile = errors.New("not a journal that was taken out")

// JournalFile is a journal as its holder takes it out of the browser, newest
// first, with what it takes to verify each event again.
type JournalFile struct {
	V      int     `json:"v"`    // 1
	Type   string  `json:"type"` // "journal"
	Log    string  `json:"log"`  // verifier key, as the browser knows it
	Events []Proof `json:"events"`
}

// ReadJournalFile believes nothing in it.
func ReadJournalFile(r io.Reader) (JournalFile, error) {
	var f JournalFile
	b, err := io.ReadAll(io.LimitReader(r, maxJournalFile+1))
	if err != nil {
		return f, fmt.Errorf("read journal: %w", err)
	}
	if len(b) > maxJournalFile {
		return f, fmt.Errorf("read journal: too long: %w", ErrJournalFile)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil || f.V != 1 || f.Type != "journal" {
		return f, fmt.Errorf("read journal: %w", ErrJournalFile)
	}
	return f, nil
}

// JournalFindings is what the file shows.
type JournalFindings struct {
	Proven, Waiting int
	// From and To are the places of the oldest and the newest event that has
	// one; Unbroken says that none is missing between them.
	From, To int64
	Unbroken bool
}

// Verify verifies every event under that key; journal.ErrProof for the first
// one that is not in the log.
func (f JournalFile) Verify(vkey string) (JournalFindings, error) {
	var found JournalFindings
	found.Unbroken = true
	for i, p := range f.Events {
		ev, err := f.event(vkey, p, &found)
		if err != nil {
			return found, withEvidence(fmt.Errorf("event %d of the file: %w", i+1, err), map[string]any{"logKey": vkey, "event": p})
		}
		switch {
		case ev.N == 0:
			continue
		case found.To == 0:
			found.To = ev.N
		case ev.N != found.From-1:
			found.Unbroken = false
		}
		found.From = ev.N
	}
	return found, nil
}

func (f JournalFile) event(vkey string, p Proof, found *JournalFindings) (journal.Event, error) {
	if p.Leaf == nil {
		found.Waiting++
		return journal.DecodeEvent([]byte(p.Event))
	}
	proven, err := VerifyProof(vkey, p)
	if err == nil {
		found.Proven++
	}
	return proven.Event, err
}
