package client

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	waitsName = "waits"
	// longWait is far more than a sequencer that publishes at all lets an event
	// wait.
	longWait = 10 * time.Minute
	// waitKept is after how long an event that is not shown any more is forgotten,
	// mostWaits how many are remembered at a time: the older ones stay.
	waitKept  = 400 * 24 * time.Hour
	mostWaits = 200
)

// wait is when an event was last seen to wait with everybody else's, for the log
// that had so many entries since it was first seen.
type wait struct {
	Since time.Time `json:"since"`
	Size  int64     `json:"size"`
}

// waits gives an alarm to those events that have waited for minutes while the
// log went on without them: they were shown, and never committed to. The time is
// this machine's own.
func (w watch) waits(tree journal.Checkpoint, items []JournalItem) error {
	c, now := w.client, w.client.now().UTC()
	seen := map[string]wait{}
	if kept := c.memory.get(waitsName); kept != "" {
		if err := json.Unmarshal([]byte(kept), &seen); err != nil {
			return fmt.Errorf("read memory: %w", err)
		}
	}
	changed := false
	for i := range items {
		it := &items[i]
		if it.Err != nil || len(it.Salt) != 32 {
			continue
		}
		h := journal.Commitment([]byte(it.Raw), [32]byte(it.Salt))
		entry := hex.EncodeToString(h[:])
		known, waited := seen[entry]
		switch {
		case it.Index >= 0:
			delete(seen, entry)
			changed = changed || waited
		case !waited && len(seen) < mostWaits, waited && tree.Size == known.Size:
			seen[entry] = wait{now, tree.Size}
			changed = true
		case waited && now.Sub(known.Since) >= longWait:
			err := fmt.Errorf("the journal has %d entries after %d, and this event still waits: %w", tree.Size, known.Size, journal.ErrProof)
			it.Err = withEvidence(err, map[string]any{"event": it.Raw, "salt": it.Salt, "seen": known, "size": tree.Size})
		}
	}
	for entry, known := range seen {
		if now.Sub(known.Since) > waitKept {
			delete(seen, entry)
			changed = true
		}
	}
	if !changed {
		return nil
	}
	b, err := json.Marshal(seen)
	if err != nil {
		return fmt.Errorf("encode memory: %w", err)
	}
	return c.memory.set(waitsName, string(b))
}
