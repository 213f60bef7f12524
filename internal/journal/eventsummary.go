package journal

import (
	"encoding/json"
	"strings"
	"time"
)

// BookMaintenance is the book of maintenance on everything at once: it is in
// no safe's journal, and anybody may read it.
const BookMaintenance = "maintenance"

// Summary is what is kept beside an event, so that events can be listed,
// counted and forgotten without being read. It says nothing that the event
// does not.
type Summary struct {
	N      int64
	At     time.Time
	What   string
	Result string
	// Book is the administration that acted, unless the event is Foreign; of
	// events in no safe's journal also the one that they are about, or
	// BookMaintenance.
	Book string
}

// Foreign says that somebody of an administration was refused what is between a
// citizen and another one. Whose it is, and what for, is in the citizen's
// journal, and not for whoever tried to read.
func (e Event) Foreign() bool {
	return e.Result == ResultRefused && e.Safe != "" && e.Who.Administration != "" &&
		e.Administration != "" && e.Administration != e.Who.Administration
}

// Summarise reads an event's own bytes; what is none has the zero Summary.
func Summarise(event []byte) Summary {
	var e Event
	if err := json.Unmarshal(event, &e); err != nil {
		return Summary{}
	}
	at, err := time.Parse(timeLayout, e.Time)
	if err != nil {
		return Summary{}
	}
	s := Summary{N: e.N, At: at, What: e.What, Result: e.Result, Book: e.Who.Administration}
	if e.Foreign() {
		s.Book = ""
	}
	if e.Safe == "" && s.Book == "" {
		s.Book = e.Administration
	}
	if e.Safe == "" && s.Book == "" && (strings.HasPrefix(e.What, "maintenance.") || e.What == WhatPruned) {
		s.Book = BookMaintenance
	}
	return s
}
