package journal

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Record is an event as it is kept: the canonical JSON that was committed to
// and the salt. Index is the leaf's place in the log, -1 until sequenced.
type Record struct {
	Event []byte
	Salt  [32]byte
	Index int64
	// Cursor orders a safe's records (opaque, increasing in time).
	Cursor string
}

// Appender writes events inside the transaction of their act. Durable with it.
type Appender interface {
	// Hold keeps the counters of these safes for this transaction, in an order
	// that is the same for everybody. Who writes in the journals of several
	// safes holds them all before the first Next.
	Hold(ctx context.Context, safes ...string) error
	// Next gives the next place among the events of a safe: 1, 2, 3… What is
	// rolled back has taken none. Two transactions never have the same: one
	// waits, or is run again. A second safe has to be held.
	Next(ctx context.Context, safe string) (int64, error)
	// Append keeps the event for the safe's journal (safe may be "") and
	// queues its commitment to be sequenced. It returns the record's id.
	Append(ctx context.Context, safe string, event []byte, salt [32]byte) (string, error)
	// AppendFact queues a public entry (SPEC.md §9).
	AppendFact(ctx context.Context, fact []byte) (string, error)
}

// Reader finds what was appended.
type Reader interface {
	// Record finds one by the id that Append gave.
	Record(ctx context.Context, id string) (Record, error)
	// OfSafe lists newest first, before the cursor ("" = newest).
	OfSafe(ctx context.Context, safe, before string, limit int) ([]Record, error)
	// OfBook is OfSafe for the events that a Summary puts in a book.
	OfBook(ctx context.Context, book, before string, limit int) ([]Record, error)
	// FactIndex finds the newest sequenced fact with these bytes, or -1.
	FactIndex(ctx context.Context, fact []byte) (int64, error)
}

// Keeper forgets events in their time, and counts them.
type Keeper interface {
	// Due pages through the safes, in their order after the given one, with
	// events of before that time; "" is among them for events of no safe.
	Due(ctx context.Context, before time.Time, after *string, limit int) ([]string, error)
	// Prune deletes a safe's oldest events, body and salt, up to the first that
	// is not of before that time: what is left has no hole. The log's entries
	// stay.
	Prune(ctx context.Context, safe string, before time.Time) (Pruned, error)
	// Summarise makes up for the summaries of at most limit events that a
	// release without them has written, and says how many there were.
	Summarise(ctx context.Context, limit int) (int, error)
	// Figures counts events from one time until another.
	Figures(ctx context.Context, from, until time.Time) ([]Figure, error)
	// Oldest is the time of the first event there is; zero when there is none.
	Oldest(ctx context.Context) (time.Time, error)
}

// Pruned is what was deleted of a safe's journal.
type Pruned struct {
	Events  int64
	Through int64 // place of the last one; 0 when none had a place
}

// Figure is how often something happened: nothing about anybody.
type Figure struct {
	What   string
	Result string
	Count  int64
}

// Queued is an entry that waits to be sequenced.
type Queued struct {
	ID    string
	Entry []byte // SPEC.md §9: 32-byte commitment or fact
}

// Head is a state of the log: a checkpoint, and what it says. Fence grows with
// each Publish; it is what keeps two sequencers from forking the log.
type Head struct {
	Size       int64
	Root       tlog.Hash
	Checkpoint []byte // signed note
	At         time.Time
	Fence      int64
}

// Board tells every replica which checkpoint is public.
type Board interface {
	// Public is the newest that was announced, without fence; the zero Head
	// before the first.
	Public(ctx context.Context) (Head, error)
	// Announce is durable on return. A shorter head replaces none, and of two
	// of one size the first one stays.
	Announce(ctx context.Context, head Head) error
}

// Store keeps the log itself. Safe for concurrent use.
type Store interface {
	Board
	// Head is the newest that was decided, public or not yet. That of an empty
	// log is the zero Head.
	Head(ctx context.Context) (Head, error)
	// Queue returns at most limit entries in the order they were committed.
	Queue(ctx context.Context, limit int) ([]Queued, error)
	// Publish, in one durable transaction: gives the queued entries the
	// indexes old.Size…, keeps the stored hashes from stored-hash index
	// tlog.StoredHashCount(old.Size) on, and replaces the head. It is
	// ErrFenced, and changes nothing, when old is not the present head. An
	// entry without ID is one that is public and that the store has lost: it
	// is that of a queued one with the same bytes, or of none.
	Publish(ctx context.Context, old, head Head, entries []Queued, hashes []tlog.Hash) error
	// Hashes reads stored hashes by tlog's stored-hash index.
	Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error)
	// Entries reads at most limit log entries from an index on.
	Entries(ctx context.Context, from int64, limit int) ([][]byte, error)
}

// ErrFork: what is published under this name is something else. Whoever meets
// it has another history than the one that the public has seen, and signs and
// releases nothing more.
var ErrFork = errors.New("the journal that is published is another one")

// ErrNoTile is what a Tiles answers when nothing is published under a path.
var ErrNoTile = errors.New("nothing is published there")

// Tiles keeps what is public of the log, under the paths that the public asks
// for (SPEC.md §9): tiles, bundles of entries, checkpoints. What is there
// never changes. Safe for concurrent use; every method may be tried again.
type Tiles interface {
	// Put is durable on return. The same bytes under the same path are a
	// success, other bytes are ErrFork and leave what is there.
	Put(ctx context.Context, path string, body []byte) error
	// Get is ErrNoTile when there is nothing.
	Get(ctx context.Context, path string) ([]byte, error)
	// After lists at most limit paths greater than path, in the order of
	// their bytes. What was put before the call is in it.
	After(ctx context.Context, path string, limit int) ([]string, error)
	// Remove takes away a partial tile that a full one has superseded, or
	// what no checkpoint was published over. What is not there is a success.
	Remove(ctx context.Context, path string) error
}

// Cosign asks witnesses for their signatures under a checkpoint whose tiles
// are published, and that is not public itself. older is the size of the
// newest public one, 0 when there is none. It returns the note with more
// signature lines; an error keeps the checkpoint from becoming public, and it
// is asked again later, about this one or a newer one. Calls do not overlap
// within a process; other processes may ask about the same checkpoint.
type Cosign func(ctx context.Context, older int64, note []byte) ([]byte, error)
