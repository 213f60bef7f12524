package safe

import (
	"context"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// JournalItem is one event with its proof in the page's checkpoint. Index is
// -1, and Path nil, while the event waits to be sequenced.
type JournalItem struct {
	Event  []byte
	Salt   [32]byte
	Cursor string
	Index  int64
	Path   [][]byte
}

// JournalPage is a piece of a safe's journal, newest first.
type JournalPage struct {
	Items      []JournalItem
	Checkpoint []byte // signed note
	Next       string // cursor when there may be more, else ""
}

// Journal shows the caller's journal before a cursor ("" = newest).
func (s *Domain) Journal(ctx context.Context, a Actor, before string, limit int) (JournalPage, error) {
	err := s.rows.View(ctx, func(tx Tx) error { return s.may(ctx, tx, a, ActRead) })
	if err != nil {
		return JournalPage{}, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("read journal", err))
	}
	return s.journalPage(ctx, a.Safe, before, limit)
}

// AdministrationJournal shows the acts of the caller's own administration, in
// whichever safes they were, without what is for other services than the
// caller's.
func (s *Domain) AdministrationJournal(ctx context.Context, a Actor, before string, limit int) (JournalPage, error) {
	var services []string
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActOfficeJournal); err != nil {
			return err
		}
		var err error
		services, err = servicesOf(ctx, tx, a)
		return err
	})
	if err != nil {
		return JournalPage{}, s.refusePolicy(ctx, s.begin(a, journal.WhatOfficeRead), backend("read journal", err))
	}
	return s.bookPage(ctx, string(a.Administration), services, before, limit)
}

// MaintenanceJournal shows maintenance on everything at once, which is in no
// safe's journal. Open to anybody.
func (s *Domain) MaintenanceJournal(ctx context.Context, before string, limit int) (JournalPage, error) {
	return s.bookPage(ctx, journal.BookMaintenance, nil, before, limit)
}

func (s *Domain) bookPage(ctx context.Context, book string, services []string, before string, limit int) (JournalPage, error) {
	return s.provenPage(ctx, before, limit, listing{
		list: func(tx Tx, before string, most int) ([]journal.Record, error) {
			return tx.Leaves.OfBook(ctx, book, before, most)
		},
		// Rows of earlier releases may stand in a book that the event is not of.
		show: func(r journal.Record) bool {
			return journal.Summarise(r.Event).Book == book && forServices(r.Event, services)
		},
	})
}

// forServices says whether an event is about one of them, or about none.
func forServices(event []byte, services []string) bool {
	if len(services) == 0 {
		return true
	}
	e, err := journal.DecodeEvent(event)
	return err == nil && (e.Service == "" || slices.Contains(services, e.Service))
}

func (s *Domain) journalPage(ctx context.Context, safe SafeID, before string, limit int) (JournalPage, error) {
	return s.provenPage(ctx, before, limit, listing{
		list: func(tx Tx, before string, most int) ([]journal.Record, error) {
			return tx.Leaves.OfSafe(ctx, string(safe), before, most)
		},
		show: func(journal.Record) bool { return true },
	})
}

// listing is what a page is made of.
type listing struct {
	list func(tx Tx, before string, most int) ([]journal.Record, error)
	show func(journal.Record) bool
}

// maxLook bounds the events that are looked at for one page. A page of which
// few are shown is short then, and has a next one.
const maxLook = 2000

func (l listing) page(tx Tx, before string, limit int) (recs []journal.Record, next string, err error) {
	for looked := 0; looked < maxLook; {
		batch, err := l.list(tx, before, limit+1)
		if err != nil {
			return nil, "", err
		}
		for _, rec := range batch {
			if len(recs) == limit {
				return recs, before, nil
			}
			before = rec.Cursor
			looked++
			if l.show(rec) {
				recs = append(recs, rec)
			}
		}
		if len(batch) <= limit {
			return recs, "", nil
		}
	}
	return recs, before, nil
}

func (s *Domain) provenPage(ctx context.Context, before string, limit int, l listing) (JournalPage, error) {
	var page JournalPage
	var recs []journal.Record
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		recs, page.Next, err = l.page(tx, before, Page{Limit: limit}.bounded().Limit)
		return err
	})
	if err != nil {
		return JournalPage{}, backend("read journal", err)
	}
	given := make([]*int64, len(recs))
	for i := range recs {
		given[i] = &recs[i].Index
	}
	if err := s.shown(ctx, given); err != nil {
		return JournalPage{}, err
	}
	var indexes []int64
	for _, rec := range recs {
		if rec.Index >= 0 {
			indexes = append(indexes, rec.Index)
		}
	}
	head, leaves, err := s.log.Proofs(ctx, indexes)
	if err != nil {
		return JournalPage{}, &Error{Kind: Unavailable, Msg: "prove journal", Err: err}
	}
	page.Checkpoint = head.Checkpoint
	for _, rec := range recs {
		it := JournalItem{Event: rec.Event, Salt: rec.Salt, Cursor: rec.Cursor, Index: rec.Index}
		if rec.Index >= 0 {
			it.Path, leaves = leaves[0].Path, leaves[1:]
		}
		page.Items = append(page.Items, it)
	}
	return page, nil
}
