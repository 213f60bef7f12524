package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func placesName(safe string) string { return "places:" + safe }

func (c *Client) seenPlaces(safe string) (seen journal.SeenPlaces, err error) {
	kept := c.memory.get(placesName(safe))
	if kept == "" {
		return seen, nil
	}
	if err := json.Unmarshal([]byte(kept), &seen); err != nil {
		return seen, fmt.Errorf("read memory: %w", err)
	}
	return seen, nil
}

func (c *Client) keepPlaces(safe string, seen journal.SeenPlaces) error {
	b, err := json.Marshal(seen)
	if err != nil {
		return fmt.Errorf("encode memory: %w", err)
	}
	return c.memory.set(placesName(safe), string(b))
}

// place remembers the proven event of a citizen's own act: the journal has to
// list it. Two events in one place are two journals.
func (w watch) place(ev journal.Event, p Proof) error {
	if ev.Safe == "" || ev.Who.Kind != "citizen" {
		return nil
	}
	seen, err := w.client.seenPlaces(ev.Safe)
	if err != nil {
		return err
	}
	now := journal.SeenEvent(ev, journal.Commitment([]byte(p.Event), [32]byte(p.Salt)))
	for _, pin := range slices.Concat([]journal.SeenPlace{seen.SeenPlace}, seen.Owed, seen.Months) {
		switch {
		case pin == now:
			return nil
		case pin.N == now.N:
			return &Alarm{
				Err:      fmt.Errorf("two events have place %d of the journal: %w", now.N, ErrRollback),
				Evidence: map[string]any{"seen": pin, "event": p.Event, "salt": p.Salt, "leaf": p.Leaf},
			}
		}
	}
	if now.N < seen.N { // the list says whether that can be
		seen.Owed = append(seen.Owed, now)
	} else {
		seen.SeenPlace = now
	}
	return w.client.keepPlaces(ev.Safe, seen)
}

// inPlace adds a page to the reading of places. What is proven of another
// event than it says has failed already, and says nothing about places.
func inPlace(p *journal.Places, seen journal.SeenPlaces, page []JournalItem) error {
	var last *JournalItem
	for i := range page {
		it := &page[i]
		if it.Err != nil || len(it.Salt) != 32 {
			return nil
		}
		entry := journal.Commitment([]byte(it.Raw), [32]byte(it.Salt))
		if err := p.Add(it.Event, entry, it.Index); err != nil {
			return holeFound(err, seen, last, it)
		}
		last = it
	}
	return nil
}

// holeFound is evidence: what was remembered, and the events on both sides of
// the hole, each with the proof that it has its place in the log.
func holeFound(err error, seen journal.SeenPlaces, around ...*JournalItem) error {
	evidence := map[string]any{}
	if seen.N > 0 {
		evidence["seen"] = seen
	}
	var all []any
	for _, it := range around {
		if it != nil {
			all = append(all, map[string]any{"event": it.Raw, "salt": it.Salt, "leaf": it.Leaf})
		}
	}
	evidence["around"] = all
	return &Alarm{Err: errors.Join(err, ErrRollback), Evidence: evidence}
}

// Told is what a list of the journal says of events that are not in it.
type Told struct {
	// Lost were seen on this machine, and a restore from a backup, at Restored,
	// has lost them.
	Lost     int64
	Restored string
	// Through is the place up to which events were forgotten, of before Before.
	Through int64
	Before  string
}

func toldOf(p *journal.Places) (t Told) {
	t.Lost, t.Restored = p.Lost()
	t.Through, t.Before = p.Pruned()
	return t
}
