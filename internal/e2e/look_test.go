package e2e_test

import (
	"maps"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// look holds what is there against the ledger: everything, or what was
// touched since the last look.
func (l *ledger) look(all bool) {
	l.t.Helper()
	l.lookAtDeposits()
	l.lookAtDocuments(all)
	l.lookAtGrants(all)
	f, err := l.citizen.Figures(l.t.Context())
	must(l.t, err)
	waiting := 0
	for _, d := range l.deposits {
		if d.fate == there {
			waiting++
		}
	}
	if n := len(l.safe.Manifest().Docs); f.Documents != int64(n) || f.Inbox != int64(waiting) {
		l.t.Errorf("the gateway holds %d documents and %d deposits, the signed manifest and the ledger %d and %d", f.Documents, f.Inbox, n, waiting)
	}
}

func (l *ledger) lookAtDocuments(all bool) {
	l.t.Helper()
	listed := map[string]sealed.Entry{}
	for _, e := range l.safe.Manifest().Docs {
		if _, known := l.docs[e.Name]; !known {
			l.t.Errorf("%s is in the safe and nobody put it there", e.Name)
		}
		listed[e.Name] = e
	}
	for name, d := range l.docs {
		e, is := listed[name]
		switch {
		case d.fate == there && !is:
			l.t.Errorf("%s was acknowledged and is lost", name)
			continue
		case d.fate == gone && is:
			l.t.Errorf("%s was erased and is there", name)
		case d.fate == coming && is:
			d.fate, d.entry = there, e
			l.events[journal.WhatDocumentAdded]++
		case d.fate == leaving && !is:
			d.fate = gone
			l.events[journal.WhatDocumentErased]++
		case d.fate == leaving:
			d.fate = there
		}
		if d.fresh || all {
			l.lookAtOne(name, d)
		}
		if d.fresh = false; d.fate == coming {
			delete(l.docs, name) // nothing of it was kept
		}
	}
}

func (l *ledger) lookAtOne(name string, d *thing) {
	l.t.Helper()
	err := l.open(l.t.Context(), &thing{entry: d.entry, plain: d.plain})
	switch {
	case d.fate == there && err != nil:
		l.t.Errorf("%s does not open: %v", name, err)
	case d.fate == gone && !client.IsProblem(err, "not-found"):
		l.t.Errorf("%s was erased, and opening it says %v", name, err)
	}
}

func (l *ledger) lookAtGrants(all bool) {
	l.t.Helper()
	list, err := l.citizen.Grants(l.t.Context())
	must(l.t, err)
	found := map[string][]client.Grant{}
	for _, g := range list {
		found[g.Purpose] = append(found[g.Purpose], g)
	}
	for purpose, g := range l.grants {
		n := len(found[purpose])
		if n > 1 || n == 0 && g.fate != coming {
			l.t.Errorf("grant %s is listed %d times", purpose, n)
			continue
		}
		if n == 0 {
			delete(l.grants, purpose)
			continue
		}
		g.grant = found[purpose][0]
		switch ended := g.grant.State == "ended"; {
		case ended && (g.fate == coming || g.fate == there), !ended && g.fate == gone:
			l.t.Errorf("grant %s is %s", purpose, g.grant.State)
		case g.fate == coming:
			g.fate = there
			l.events[journal.WhatGrantCreated]++
		case g.fate == leaving && ended:
			g.fate = gone
			l.events[journal.WhatGrantEnded]++
		case g.fate == leaving:
			g.fate = there
		}
		if g.fresh || all {
			err := l.receive(l.t.Context(), g)
			if g.fate == there && err != nil || g.fate == gone && !client.IsProblem(err, "ended") {
				l.t.Errorf("grant %s is %s, and opening it says %v", purpose, g.grant.State, err)
			}
		}
		g.fresh = false
	}
}

// lookAtDeposits sends a cut deposit again, as its sender would: it is there
// once.
func (l *ledger) lookAtDeposits() {
	l.t.Helper()
	ctx := l.t.Context()
	for name, d := range l.deposits {
		if d.fate == coming {
			must(l.t, l.deposit(ctx, name, ""))
		}
	}
	list, err := l.safe.Inbox(ctx)
	must(l.t, err)
	times := map[string]int{}
	for _, w := range list {
		if times[w.Name]++; w.Err != nil {
			l.t.Errorf("deposit %s: %v", w.Name, w.Err)
		}
	}
	for name, d := range l.deposits {
		if d.fate == leaving {
			if d.fate = gone; times[name] == 1 {
				d.fate = there
			}
		}
		if want := map[fate]int{there: 1, gone: 0}[d.fate]; times[name] != want {
			l.t.Errorf("deposit %s is %d times in the inbox, want %d", name, times[name], want)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.deposits)) {
		if l.deposits[name].fate == there && l.docs[name] == nil { // else the next look takes it
			must(l.t, l.adopt(ctx, name))
		}
	}
}

// told: the journal has each act once, each with its proof.
func (l *ledger) told() {
	l.t.Helper()
	items, err := l.citizen.Journal(l.t.Context(), 0)
	must(l.t, err)
	done := map[string]int{}
	for _, it := range items {
		if it.Err != nil {
			l.t.Errorf("event %s is not proven: %v", it.Event.What, it.Err)
		}
		if it.Event.Result == journal.ResultDone {
			done[it.Event.What]++
		}
	}
	for what, n := range l.events {
		if done[what] != n {
			l.t.Errorf("%s happened %d times, the journal tells of %d", what, n, done[what])
		}
	}
	l.t.Logf("%d events are proven; acts: %v", len(items), l.events)
}
