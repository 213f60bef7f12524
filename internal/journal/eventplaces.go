package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrHole: the list of a safe's events leaves some out.
var ErrHole = errors.New("events are left out of the journal")

// PruneAge is the least that a journal is kept: an event that says that
// younger ones were forgotten explains nothing.
const PruneAge = 365 * 24 * time.Hour

// SeenPlace is what a reader remembers of a safe's journal: the event with the
// highest place that was proven to it, in a list or as an act's own proof.
type SeenPlace struct {
	N     int64  `json:"n"`
	Entry string `json:"entry"` // the commitment, in hexadecimal
	Time  string `json:"time"`
}

// SeenEvent is what is to be remembered of an event.
func SeenEvent(e Event, entry [32]byte) SeenPlace {
	return SeenPlace{N: e.N, Entry: hex.EncodeToString(entry[:]), Time: e.Time}
}

// Places reads a safe's events, newest first, and finds whether any are left
// out (SPEC.md §9). It looks at what events say of themselves: whether they are
// in the log is for VerifyEvent. Not safe for concurrent use.
type Places struct {
	safe string
	seen SeenPlace

	top     SeenPlace // of this list
	topAt   int64     // its index, -1 while it waits
	next    int64     // the place that has to come; 0 before the first
	at      int64     // index of the last one with a place; -1 when it waits
	pruned  *pruning
	gone    int64 // the seen place, while nothing explains that it is not there
	lost    int64 // how many seen ones a restore has lost
	restore string
}

type pruning struct {
	Through      int64
	Before, Time string
}

// NewPlaces begins a list of that safe; the zero seen is a first visit.
func NewPlaces(safe string, seen SeenPlace) *Places { return &Places{safe: safe, seen: seen} }

// Add takes the next older event; index -1 is one that waits to be sequenced.
// After ErrHole the reading goes on behind the hole.
func (p *Places) Add(e Event, entry [32]byte, index int64) error {
	if e.Safe != p.safe {
		return fmt.Errorf("an event of another safe is in the list: %w", ErrHole)
	}
	if e.What == WhatPruned && p.pruned == nil {
		p.pruned = pruningOf(e)
	}
	if e.N == 0 {
		return nil // of before there were places
	}
	want, at := p.next, p.at
	first := p.top.N == 0
	if first {
		p.top, p.topAt = SeenEvent(e, entry), index
		if e.N < p.seen.N {
			p.gone = p.seen.N
		}
	}
	p.next, p.at = e.N-1, index
	p.compare(e, entry)
	switch {
	case first:
		return nil
	case e.N != want:
		return fmt.Errorf("after place %d comes %d: %w", want+1, e.N, ErrHole)
	case index < 0 && at >= 0, index >= 0 && at >= 0 && index > at:
		return fmt.Errorf("place %d is later in the log than %d, or not in it: %w", e.N, e.N+1, ErrHole)
	}
	return nil
}

// compare looks for the event that was seen last: another one in its place
// needs an explanation, as its absence does.
func (p *Places) compare(e Event, entry [32]byte) {
	if e.N == p.seen.N && hex.EncodeToString(entry[:]) != p.seen.Entry {
		p.gone = p.seen.N
	}
	if e.What == WhatRestored && e.N <= p.seen.N && e.Time >= p.seen.Time && p.gone > 0 {
		p.gone, p.lost, p.restore = 0, p.seen.N-e.N+1, e.Time
	}
}

// Open says that something is not explained yet: older events may, and End
// will not.
func (p *Places) Open() bool { return p.gone > 0 }

// End is called when the list says that it has no older events.
func (p *Places) End() error {
	if p.gone > 0 {
		return fmt.Errorf("place %d was seen and is not there, or another event is: %w", p.gone, ErrHole)
	}
	if p.top.N == 0 && p.seen.N > 0 {
		return fmt.Errorf("place %d was seen and there is none: %w", p.seen.N, ErrHole)
	}
	if p.next == 0 {
		return nil
	}
	if p.pruned == nil || p.pruned.Through < p.next {
		return fmt.Errorf("the list begins at place %d: %w", p.next+1, ErrHole)
	}
	if !p.pruned.old() || !p.prunedSeen() {
		return fmt.Errorf("events were forgotten before their time: %w", ErrHole)
	}
	return nil
}

// prunedSeen: what was forgotten is not younger than it is said to be, as far
// as this reader knows.
func (p *Places) prunedSeen() bool {
	return p.pruned == nil || p.seen.N > p.pruned.Through || p.seen.Time < p.pruned.Before
}

// Top is what is to be remembered, once its event is proven; ok is false while
// it waits, or says nothing new.
func (p *Places) Top() (seen SeenPlace, ok bool) {
	return p.top, p.topAt >= 0 && p.top.N > 0 && p.gone == 0 && p.top != p.seen
}

// Lost is how many events that were seen a restore from a backup has lost, and
// when that was.
func (p *Places) Lost() (events int64, at string) { return p.lost, p.restore }

// Pruned is up to which place events were forgotten, and of before when; 0
// where the list has not said so.
func (p *Places) Pruned() (through int64, before string) {
	if p.pruned == nil {
		return 0, ""
	}
	return p.pruned.Through, p.pruned.Before
}

func pruningOf(e Event) *pruning {
	through, err := strconv.ParseInt(e.Detail["through"], 10, 64)
	if err != nil || !isTime(e.Detail["before"]) {
		return &pruning{Before: e.Time, Time: e.Time} // explains nothing
	}
	return &pruning{Through: through, Before: e.Detail["before"], Time: e.Time}
}

func (p *pruning) old() bool {
	before, err1 := time.Parse(timeLayout, p.Before)
	at, err2 := time.Parse(timeLayout, p.Time)
	return err1 == nil && err2 == nil && at.Sub(before) >= PruneAge
}
