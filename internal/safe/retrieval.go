package safe

import (
	"context"
	"time"
)

// Opening is one release of a grant, and what its reader has said of it.
type Opening struct {
	ID      string // of the event that tells of it
	Record  string // of that event in the journal
	Grant   GrantID
	Version VersionID
	By      string // account or system
	Key     string // Idempotency-Key, scoped to By; "" is none
	At      time.Time
	Said    *Said // the acknowledgement; nil until it comes
}

// Said is what an administration has signed, under which of its keys. The server
// has verified it when it came; whoever shows it verifies again.
type Said struct {
	Body    []byte
	What    string // outcome of a retrieval; how copies were deleted
	VK      []byte
	KeyLeaf int64 // of the key's fact
	At      time.Time
}

// Copies are what an administration has of a grant that it has opened.
type Copies struct {
	Grant          GrantID
	Administration AdministrationID
	Service        string
	Ends           time.Time // of the grant
	DeleteBy       time.Time // zero once they are deleted
	Deletion       *Said     // nil while they are not
	Last           string    // the opening that was acknowledged last

	// Read with the row.
	Acknowledgement *Said // of Last
}

// Overdue says whether they should have been deleted by then.
func (c Copies) Overdue(now time.Time) bool { return !c.DeleteBy.IsZero() && now.After(c.DeleteBy) }

// Openings holds the releases of grants.
type Openings interface {
	// Insert is AlreadyExists when the id was used.
	Insert(ctx context.Context, o Opening) error
	Get(ctx context.Context, id string) (Opening, error)
	// ByKey is the newest of this caller with this key.
	ByKey(ctx context.Context, by, key string) (Opening, error)
	// Acknowledge sets Said, once: AlreadyExists when it is there.
	Acknowledge(ctx context.Context, o Opening) error
}

// Holdings holds what administrations have copies of.
type Holdings interface {
	Get(ctx context.Context, id GrantID) (Copies, error)
	// Put inserts or replaces by Grant.
	Put(ctx context.Context, c Copies) error
	// Of finds those of these grants, in no order.
	Of(ctx context.Context, grants []GrantID) ([]Copies, error)
	// Due lists grants that ended at this time or before and of which there are
	// copies, the one that ended first before the others, without the sealed
	// bytes; with services, those of these and those of none.
	Due(ctx context.Context, a AdministrationID, services []string, at time.Time, p Page) ([]Grant, string, error)
}

const (
	// releaseKept is how long a release is given again for the same key.
	releaseKept = 24 * time.Hour
	// deleteWithin is the time that administrations have to delete their copies
	// once a grant has ended.
	deleteWithin = 30 * 24 * time.Hour
)

func callerOf(a Actor) string {
	if a.Kind == System {
		return string(a.System)
	}
	return string(a.Account)
}

// releasedBefore finds what the same key has released: a lost answer costs no
// opening. What was released of another version since is another release; and so
// is what comes once it was attested that no copy is left of it.
func (s *Domain) releasedBefore(ctx context.Context, tx Tx, a Actor, g Grant, key string) (*Opening, error) {
	if key == "" {
		return nil, nil
	}
	o, err := tx.Openings.ByKey(ctx, callerOf(a), key)
	switch {
	case IsKind(err, NotFound):
		return nil, nil
	case err != nil:
		return nil, backend("find release", err)
	case o.At.Add(releaseKept).Before(s.now()):
		return nil, nil
	case o.Grant != g.ID:
		return nil, refusal(KeyReused, "this key released something else")
	case o.Version != g.Version:
		return nil, nil
	}
	c, err := tx.Holdings.Get(ctx, g.ID)
	switch {
	case err != nil && !IsKind(err, NotFound):
		return nil, backend("read copies", err)
	case c.Deletion != nil: // every opening takes away what was attested before it
		return nil, nil
	}
	return &o, nil
}

// opened counts an opening, and notes that there are copies from now on.
func (s *Domain) opened(ctx context.Context, tx Tx, g *Grant, o Opening) error {
	g.Opened, g.Openings = o.At, g.Openings+1
	if err := tx.Grants.Update(ctx, *g); err != nil {
		return backend("count opening", err)
	}
	if err := tx.Openings.Insert(ctx, o); err != nil {
		return backend("keep opening", err)
	}
	c, err := tx.Holdings.Get(ctx, g.ID)
	if err != nil && !IsKind(err, NotFound) {
		return backend("read copies", err)
	}
	c.Grant, c.Administration, c.Service, c.Deletion = g.ID, g.Administration, g.Service, nil
	c.Ends, c.DeleteBy = g.NotAfter, g.NotAfter.Add(s.cfg.DeleteWithin)
	return backend("note copies", tx.Holdings.Put(ctx, c))
}

// endCopies lets the time for deleting copies begin where a citizen ends a
// grant before its day.
func (s *Domain) endCopies(ctx context.Context, tx Tx, g Grant) error {
	c, err := tx.Holdings.Get(ctx, g.ID)
	if IsKind(err, NotFound) || err == nil && !g.Ended.Before(c.Ends) {
		return nil
	}
	if err != nil {
		return backend("read copies", err)
	}
	c.Ends = g.Ended
	if !c.DeleteBy.IsZero() {
		c.DeleteBy = g.Ended.Add(s.cfg.DeleteWithin)
	}
	return backend("note end of copies", tx.Holdings.Put(ctx, c))
}

// withCopies adds to listed grants what became of them.
func withCopies(ctx context.Context, tx Tx, all []Grant) error {
	at := map[GrantID]int{}
	var opened []GrantID
	for i, g := range all {
		if g.Openings > 0 {
			at[g.ID], opened = i, append(opened, g.ID)
		}
	}
	if len(opened) == 0 {
		return nil
	}
	copies, err := tx.Holdings.Of(ctx, opened)
	for _, c := range copies {
		all[at[c.Grant]].Copies = &c
	}
	return backend("list copies", err)
}
