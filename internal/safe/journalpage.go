package safe

import (
	"context"

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
	Next       string // cursor of the last item when there is more, else ""
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
// whichever safes they were.
func (s *Domain) AdministrationJournal(ctx context.Context, a Actor, before string, limit int) (JournalPage, error) {
	err := s.rows.View(ctx, func(tx Tx) error { return s.may(ctx, tx, a, ActAdministration) })
	if err != nil {
		return JournalPage{}, s.refusePolicy(ctx, s.begin(a, journal.WhatOfficeRead), backend("read journal", err))
	}
	return s.bookPage(ctx, string(a.Administration), before, limit)
}

// MaintenanceJournal shows maintenance on everything at once, which is in no
// safe's journal. Open to anybody.
func (s *Domain) MaintenanceJournal(ctx context.Context, before string, limit int) (JournalPage, error) {
	return s.bookPage(ctx, journal.BookMaintenance, before, limit)
}

func (s *Domain) bookPage(ctx context.Context, book, before string, limit int) (JournalPage, error) {
	return s.provenPage(ctx, limit, func(tx Tx, most int) ([]journal.Record, error) {
		return tx.Leaves.OfBook(ctx, book, before, most)
	})
}

func (s *Domain) journalPage(ctx context.Context, safe SafeID, before string, limit int) (JournalPage, error) {
	return s.provenPage(ctx, limit, func(tx Tx, most int) ([]journal.Record, error) {
		return tx.Leaves.OfSafe(ctx, string(safe), before, most)
	})
}

func (s *Domain) provenPage(ctx context.Context, limit int, list func(tx Tx, most int) ([]journal.Record, error)) (JournalPage, error) {
	limit = Page{Limit: limit}.bounded().Limit
	var recs []journal.Record
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		recs, err = list(tx, limit+1)
		return err
	})
	if err != nil {
		return JournalPage{}, backend("read journal", err)
	}
	var page JournalPage
	if len(recs) > limit {
		recs = recs[:limit]
		page.Next = recs[limit-1].Cursor
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
