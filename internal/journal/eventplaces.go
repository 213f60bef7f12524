package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ErrHole: the list of a safe's events leaves some out.
var ErrHole = errors.New("events are left out of the journal")

// PruneAge is the least that a journal is kept: an event that says that
// younger ones were forgotten explains nothing.
const PruneAge = 365 * 24 * time.Hour

// clockSlack is how far a reader's clock may be behind: an event of a later
// time explains nothing.
const clockSlack = 24 * time.Hour

// SeenPlace is an event that was proven to a reader.
type SeenPlace struct {
	N     int64  `json:"n"`
	Entry string `json:"entry"` // the commitment, in hexadecimal
	Time  string `json:"time"`
}

// SeenPlaces is what a reader remembers of a safe's journal: the event with the
// highest place that was proven to it, in a list or as an act's own proof.
type SeenPlaces struct {
	SeenPlace
	// Months has the first event of each month, newest first, as far as lists
	// were read: what is said to be forgotten is older than those.
	Months []SeenPlace `json:"months,omitempty"`
	// Owed were proven as an act's own, below the highest place: no list has
	// shown them yet.
	Owed []SeenPlace `json:"owed,omitempty"`
}

func (s SeenPlaces) pins() []SeenPlace {
	if s.N == 0 {
		return nil
	}
	return slices.Concat([]SeenPlace{s.SeenPlace}, s.Owed, s.Months)
}

// SeenEvent is what is to be remembered of an event.
func SeenEvent(e Event, entry [32]byte) SeenPlace {
	return SeenPlace{N: e.N, Entry: hex.EncodeToString(entry[:]), Time: e.Time}
}

// Places reads a safe's events, newest first, and finds whether any are left
// out (SPEC.md §9). It looks at what events say of themselves: whether they are
// in the log is for VerifyEvent. Not safe for concurrent use.
type Places struct {
	safe   string
	seen   SeenPlaces
	latest string // a later time is none that an event can have

	top     SeenPlace // of this list
	topAt   int64     // its index, -1 while it waits
	next    int64     // the place that has to come; 0 before the first
	at      int64     // index of the last one with a place; -1 when it waits
	bare    bool      // one without a place has come
	ended   bool
	months  []SeenPlace // of this list
	pruned  *pruning
	gone    []SeenPlace // seen, while nothing explains that they are not there
	lost    int64       // how many seen ones a restore has lost
	lostAt  int64       // from which place on
	restore string
}

type pruning struct {
	Through      int64
	Before, Time string
}

// NewPlaces begins a list of that safe, read at that time; the zero seen is a
// first visit.
func NewPlaces(safe string, seen SeenPlaces, now time.Time) *Places {
	return &Places{safe: safe, seen: seen, latest: now.Add(clockSlack).UTC().Format(timeLayout)}
}

// Add takes the next older event; index -1 is one that waits to be sequenced.
// After ErrHole the reading goes on behind the hole.
func (p *Places) Add(e Event, entry [32]byte, index int64) error {
	if e.Safe != p.safe {
		return fmt.Errorf("an event of another safe is in the list: %w", ErrHole)
	}
	excuse := index >= 0 && e.Time <= p.latest
	if e.What == WhatPruned && p.pruned == nil && excuse {
		p.pruned = pruningOf(e)
	}
	want, at, bare := p.next, p.at, p.bare
	first := p.top.N == 0
	late := !first && at >= 0 && (index < 0 || index > at)
	if e.N == 0 { // of before there were places
		p.bare = true
		if late {
			return fmt.Errorf("an event without a place is not older than place %d: %w", want+1, ErrHole)
		}
		return nil
	}
	p.next, p.at = e.N-1, index
	p.compare(e, SeenEvent(e, entry), index, excuse)
	switch {
	case bare:
		return fmt.Errorf("an event without a place is newer than place %d: %w", e.N, ErrHole)
	case first:
		return nil
	case e.N != want:
		return fmt.Errorf("after place %d comes %d: %w", want+1, e.N, ErrHole)
	case late:
		return fmt.Errorf("place %d is later in the log than %d, or not in it: %w", e.N, e.N+1, ErrHole)
	}
	return nil
}

// compare looks for the events that were seen: another one in the place of one
// needs an explanation, as its absence does.
func (p *Places) compare(e Event, this SeenPlace, index int64, excuse bool) {
	first := p.top.N == 0
	if first {
		p.top, p.topAt = this, index
	}
	for _, pin := range p.seen.pins() {
		if first && pin.N > e.N || pin.N == e.N && pin.Entry != this.Entry {
			p.gone = append(p.gone, pin)
		}
	}
	if index >= 0 {
		p.months = addMonth(p.months, this)
	}
	if e.What != WhatRestored || !excuse {
		return
	}
	p.gone = slices.DeleteFunc(p.gone, func(pin SeenPlace) bool {
		lost := e.N <= pin.N && e.Time >= pin.Time
		if lost {
			p.lost, p.lostAt, p.restore = max(p.lost, pin.N-e.N+1), e.N, e.Time
		}
		return lost
	})
}

// addMonth keeps the event with the lowest place of each month.
func addMonth(all []SeenPlace, this SeenPlace) []SeenPlace {
	const month = len("2006-01")
	for i, m := range all {
		if m.Time[:month] == this.Time[:month] {
			if this.N < m.N {
				all[i] = this
			}
			return all
		}
	}
	return append(all, this)
}

// Open says that something is not compared or explained yet: older events may,
// and End will not.
func (p *Places) Open() bool { return !p.ended && p.seen.N > 0 && !p.met() || len(p.gone) > 0 }

// met says that the list has come to what was seen.
func (p *Places) met() bool {
	lowest := p.seen.N
	for _, pin := range p.seen.Owed {
		lowest = min(lowest, pin.N)
	}
	return p.top.N > 0 && p.next < lowest
}

// End is called when the list says that it has no older events.
func (p *Places) End() error {
	p.ended = true
	if len(p.gone) > 0 {
		return fmt.Errorf("place %d was seen and is not there, or another event is: %w", p.gone[0].N, ErrHole)
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
	if !p.pruned.old() || slices.ContainsFunc(p.seen.pins(), p.pruned.younger) {
		return fmt.Errorf("events were forgotten before their time: %w", ErrHole)
	}
	return nil
}

// Top is what is to be remembered, once its event is proven; ok is false while
// it waits, or is not compared with what was seen.
func (p *Places) Top() (seen SeenPlaces, ok bool) {
	if p.topAt < 0 || p.top.N == 0 || p.Open() {
		return seen, false
	}
	seen = SeenPlaces{SeenPlace: p.top, Months: slices.Clone(p.months)}
	for _, m := range p.seen.Months {
		forgotten := p.ended && m.N <= p.next
		if lost := p.lostAt > 0 && m.N >= p.lostAt; !lost && !forgotten {
			seen.Months = addMonth(seen.Months, m)
		}
	}
	return seen, true
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

// younger: that event was seen, and cannot be among what was forgotten.
func (p *pruning) younger(seen SeenPlace) bool { return seen.N <= p.Through && seen.Time >= p.Before }
