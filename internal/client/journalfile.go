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
	// From and To are the places of the oldest and the newest proven event that
	// has one; Unbroken says that none is missing between them.
	From, To int64
	Unbroken bool
}

// journalReading goes through a file, newest event first.
type journalReading struct {
	JournalFindings
	safe  string // of the proven one before
	index int64
	bare  bool // a proven one without a place has come
}

// Verify verifies every event under that key; journal.ErrProof for the first
// one that is not in the log.
func (f JournalFile) Verify(vkey string) (JournalFindings, error) {
	found := journalReading{JournalFindings: JournalFindings{Unbroken: true}}
	for i, p := range f.Events {
		if err := found.add(vkey, p); err != nil {
			return found.JournalFindings, withEvidence(fmt.Errorf("event %d of the file: %w", i+1, err), map[string]any{"logKey": vkey, "event": p})
		}
	}
	return found.JournalFindings, nil
}

// add takes the next older event. One that waits proves nothing about places.
func (found *journalReading) add(vkey string, p Proof) error {
	if p.Leaf == nil {
		found.Waiting++
		_, err := journal.DecodeEvent([]byte(p.Event))
		return err
	}
	proven, err := VerifyProof(vkey, p)
	if err != nil {
		return err
	}
	ev, first := proven.Event, found.Proven == 0
	if !first && (ev.Safe != found.safe || proven.Index >= found.index) {
		found.Unbroken = false // several journals, or not the order of the log
	}
	found.Proven, found.safe, found.index = found.Proven+1, ev.Safe, proven.Index
	if ev.N == 0 {
		found.bare = true
		return nil
	}
	if found.bare || found.To > 0 && ev.N != found.From-1 {
		found.Unbroken = false
	}
	if found.To == 0 {
		found.To = ev.N
	}
	found.From = ev.N
	return nil
}
