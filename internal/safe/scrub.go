package safe

import (
	"context"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	objectPrefix = "docs/"
	listBatch    = 1000
	// scrubber is the depositor of the rows that quarantine orphans.
	scrubber = "scrub"
)

// parseObject is the inverse of Version.Object.
func parseObject(key string) (Version, bool) {
	doc, rest, ok := strings.Cut(strings.TrimPrefix(key, objectPrefix), "/")
	id, age := strings.CutSuffix(rest, ".age")
	v := Version{Doc: DocumentID(doc), ID: VersionID(id)}
	_, err1 := ParseID[DocumentID](doc)
	_, err2 := ParseID[VersionID](id)
	return v, ok && age && err1 == nil && err2 == nil && v.Object() == key
}

// quarantined says whether the row only holds an orphan until it is removed.
func quarantined(v Version) bool { return v.Safe == "" && v.Depositor == scrubber }

// checkObjects looks for objects without row. A row is always there before
// its object, so an object that was listed and has no row is an orphan,
// unless it has gone the way of an erasure since.
func (s *Domain) checkObjects(ctx context.Context, r *Report) error {
	return s.eachObject(ctx, func(key string) error {
		r.Objects++
		v, ok := parseObject(key)
		if !ok {
			r.add(Finding{Fault: FaultForeign, Object: key})
			return nil
		}
		orphan, err := s.orphan(ctx, v)
		if err == nil && orphan {
			r.add(Finding{Fault: FaultOrphan, Doc: v.Doc, Version: v.ID, Object: key})
		}
		return err
	})
}

func (s *Domain) eachObject(ctx context.Context, fn func(key string) error) error {
	after := ""
	for {
		keys, err := s.blobs.List(ctx, objectPrefix, after, listBatch)
		if err != nil {
			return backend("list objects", err)
		}
		for _, key := range keys {
			if err := fn(key); err != nil {
				return err
			}
			after = key
		}
		if len(keys) < listBatch {
			return nil
		}
	}
}

func (s *Domain) orphan(ctx context.Context, v Version) (bool, error) {
	err := s.rows.View(ctx, func(tx Tx) error {
		_, err := tx.Versions.Get(ctx, v.Doc, v.ID)
		return err
	})
	if !IsKind(err, NotFound) {
		return false, backend("read version", err)
	}
	_, err = s.blobs.Size(ctx, v.Object())
	if IsKind(err, NotFound) {
		return false, nil
	}
	return true, backend("size object", err)
}

// Scrub removes what Check calls orphans and what has lapsed, finishes
// erasures, and reports what is left. An orphan is first given a row that
// lapses after Config.Grace, so that the operator who restored an older
// database has time to notice before sealed documents are gone. Objects that
// this program never made are reported, not touched. Every removal is in the
// journal: erasures by the act that asked for them, the rest as maintenance.
func (s *Domain) Scrub(ctx context.Context) (Report, error) {
	if err := s.eachObject(ctx, func(key string) error { return s.quarantine(ctx, key) }); err != nil {
		return Report{}, err
	}
	var removed int64
	for {
		n, err := s.Sweep(ctx)
		removed += int64(n)
		if err != nil {
			return Report{Removed: removed}, err
		}
		if n == 0 {
			break
		}
	}
	if err := s.Operated(ctx, journal.WhatScrub, detail("rows", decimal(removed))); err != nil {
		return Report{Removed: removed}, err
	}
	r, err := s.Check(ctx)
	r.Removed = removed
	return r, err
}

func (s *Domain) quarantine(ctx context.Context, key string) error {
	v, ok := parseObject(key)
	if !ok {
		return nil
	}
	if orphan, err := s.orphan(ctx, v); err != nil || !orphan {
		return err
	}
	size, err := s.blobs.Size(ctx, key)
	if IsKind(err, NotFound) {
		return nil
	}
	if err != nil {
		return backend("size object", err)
	}
	now := s.now()
	v.State, v.Sealed, v.Door, v.Depositor, v.Key = Stored, size, GatewayDoor, scrubber, key
	v.Created, v.At, v.Expires = now, now, now.Add(s.cfg.Grace)
	ev := s.maintenanceEvent(v, "orphan-found")
	err = s.rows.Update(ctx, func(tx Tx) error {
		if err := tx.Versions.Insert(ctx, v); err != nil {
			return err
		}
		_, err := s.record(ctx, tx, *ev)
		return err
	})
	if IsKind(err, AlreadyExists) { // another scrub was faster
		return nil
	}
	return backend("quarantine orphan", err)
}
