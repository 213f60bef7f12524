package safe

import (
	"context"
	"io"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Rows is the database. Update runs fn in one serialisable read-write
// transaction: when it returns nil everything fn wrote is durable, otherwise
// nothing is. fn may be run again after a serialisation failure, so it must
// have no effect outside tx. View is one consistent snapshot. Both are safe
// for concurrent use; a Tx is not, and dies with fn.
//
// Stores decide nothing: rules are in this package. A missing row is a
// NotFound *Error, a broken uniqueness is AlreadyExists, a full disk is
// StorageFull, everything else that the caller cannot mend is Unavailable.
type Rows interface {
	View(ctx context.Context, fn func(Tx) error) error
	Update(ctx context.Context, fn func(Tx) error) error
	Ping(ctx context.Context) error
}

// Tx groups the stores of one transaction.
type Tx struct {
	Accounts        Accounts
	Safes           Safes
	Versions        Versions
	Sweep           Sweep
	Grants          Grants
	Administrations Administrations
	FormerKeys      FormerKeys
	Addresses       Addresses
	Custodies       Custodies
	Recoveries      Recoveries
	Notices         Notices
	Webhooks        Webhooks
	Outbox          Outbox
	Requests        Requests
	Replies         Replies
	Answers         Answers
	Openings        Openings
	Holdings        Holdings
	Events          journal.Appender
	Leaves          journal.Reader
	Keeper          journal.Keeper

	Structures       Structures
	Mediators        Mediators
	Delegations      Delegations
	DelegationLists  DelegationLists
	Mandates         Mandates
	MandateDocuments MandateDocuments
	MandateGrants    MandateGrants
	Proposals        Proposals
	Activities       Activities
	SentPages        SentPages
}

// Page asks for at most Limit items after the cursor (exclusive; "" starts).
type Page struct {
	After string
	Limit int
}

// Accounts holds who has logged in.
type Accounts interface {
	ByIdentity(ctx context.Context, issuer, sub string) (Account, error)
	Get(ctx context.Context, id AccountID) (Account, error)
	// Put inserts or replaces by ID.
	Put(ctx context.Context, a Account) error
	// Agents are an administration's of that very name.
	Agents(ctx context.Context, administration AdministrationID, name string) ([]Account, error)
	// AgentsOf pages through an administration's agents but those with WaitsFor,
	// by name and ID.
	AgentsOf(ctx context.Context, administration AdministrationID, p Page) ([]Account, string, error)
	// Waiting are those with WaitsFor, by that and ID.
	Waiting(ctx context.Context) ([]Account, error)
	// Delete is nil when there is none.
	Delete(ctx context.Context, id AccountID) error
}

// Safes holds opened safes, their keyrings and manifests. Only the newest
// keyring and manifest are kept.
type Safes interface {
	Get(ctx context.Context, id SafeID) (Safe, error)
	// Put inserts or replaces by ID.
	Put(ctx context.Context, s Safe) error
	Keyring(ctx context.Context, holder string) (Sealed, error)
	Manifest(ctx context.Context, id SafeID) (Sealed, error)
	// PutKeyring and PutManifest replace the object of epoch s.Epoch-1 (or
	// insert epoch 1) and are Stale when that is not the present state.
	// holder is a safe's or an administration's id.
	PutKeyring(ctx context.Context, holder string, s Sealed) error
	PutManifest(ctx context.Context, id SafeID, s Sealed) error
}

// Versions holds what is in safes.
type Versions interface {
	// Insert is AlreadyExists when (Depositor, Key) was used.
	Insert(ctx context.Context, v Version) error
	ByKey(ctx context.Context, depositor, key string) (Version, error)
	// Get finds one version; with id "" the newest one of the document that
	// is Inbox or Kept.
	Get(ctx context.Context, doc DocumentID, id VersionID) (Version, error)
	// Update replaces the mutable columns (state, sealed, sha256, grant, expires, at).
	Update(ctx context.Context, v Version) error
	// List pages through a safe's versions in one state, by (doc, version).
	List(ctx context.Context, safe SafeID, state VersionState, p Page) ([]Version, string, error)
	// Usage counts Kept and Inbox documents, and the bytes of all states but
	// Erasing (reservations hold their room).
	Usage(ctx context.Context, safe SafeID) (Usage, error)
}

// Usage is what a safe holds.
type Usage struct {
	Documents int64
	Inbox     int64
	Bytes     int64
}

// Sweep is what check, scrub and the erasing loop need, over all safes.
type Sweep interface {
	// Erase marks all versions of the document Erasing, drops their owner
	// grants' bytes and deletes the document's grants.
	Erase(ctx context.Context, safe SafeID, doc DocumentID) error
	// Erasing and Lapsed (Reserved or Stored, Expires before the time) list
	// what is to be removed.
	Erasing(ctx context.Context, limit int) ([]Version, error)
	Lapsed(ctx context.Context, before time.Time, limit int) ([]Version, error)
	// Drop deletes the row, once its object is gone.
	Drop(ctx context.Context, doc DocumentID, id VersionID) error
	// All pages through every version of every state, by (doc, version).
	All(ctx context.Context, p Page) ([]Version, string, error)
	// Safes pages through the ids of every opened safe, in their order.
	Safes(ctx context.Context, p Page) ([]SafeID, string, error)
}

// Grants holds shares.
type Grants interface {
	// Insert is AlreadyExists when (Safe, Key) was used.
	Insert(ctx context.Context, g Grant) error
	ByKey(ctx context.Context, safe SafeID, key string) (Grant, error)
	Get(ctx context.Context, id GrantID) (Grant, error)
	// Update replaces version, sealed, ended, opened and openings; it refuses a
	// grant without its sealed bytes.
	Update(ctx context.Context, g Grant) error
	// OfSafe and OfAdministration list newest first, without the sealed bytes;
	// the latter those that a filter lets through.
	OfSafe(ctx context.Context, safe SafeID, p Page) ([]Grant, string, error)
	OfAdministration(ctx context.Context, a AdministrationID, f GrantFilter, p Page) ([]Grant, string, error)
}

// Administrations is the registry.
type Administrations interface {
	Get(ctx context.Context, id AdministrationID) (Administration, error)
	BySIRET(ctx context.Context, siret string) (Administration, error)
	Put(ctx context.Context, a Administration) error
	// Search pages by name; q matches words of the name or a SIRET.
	Search(ctx context.Context, q string, p Page) ([]Administration, string, error)
	System(ctx context.Context, id SystemID) (RegisteredSystem, error)
	PutSystem(ctx context.Context, s RegisteredSystem) error
	// Logo is NotFound when there is none.
	Logo(ctx context.Context, id AdministrationID) ([]byte, error)
	// PutLogo replaces the bytes of the logo; nil removes them.
	PutLogo(ctx context.Context, id AdministrationID, png []byte) error
}

// Addresses holds deposit addresses.
type Addresses interface {
	// Insert is AlreadyExists when (Safe, Key) was used.
	Insert(ctx context.Context, a Address) error
	ByKey(ctx context.Context, safe SafeID, key string) (Address, error)
	Get(ctx context.Context, id AddressID) (Address, error)
	// Update replaces ended.
	Update(ctx context.Context, a Address) error
	// OfSafe lists the live ones, newest first; never more than 200.
	OfSafe(ctx context.Context, safe SafeID) ([]Address, error)
}

// Custodies holds who gives a safe back, at most one for each safe, and the
// cards by which holders are named as custodians.
type Custodies interface {
	Get(ctx context.Context, id SafeID) (Custody, error)
	// Put inserts or replaces by Safe, shares included; they keep their order.
	Put(ctx context.Context, c Custody) error
	// Remove is nil when there is none.
	Remove(ctx context.Context, id SafeID) error
	// HeldBy pages through the custodies with a share of this holder, by safe.
	HeldBy(ctx context.Context, holder string, p Page) ([]Custody, string, error)
	Card(ctx context.Context, id SafeID) ([]byte, error)
	// PutCard inserts or replaces.
	PutCard(ctx context.Context, id SafeID, card []byte) error
}

// Recoveries holds the newest recovery of each safe.
type Recoveries interface {
	Get(ctx context.Context, id SafeID) (Recovery, error)
	// Put inserts or replaces by Safe, parts included; they keep their order.
	Put(ctx context.Context, r Recovery) error
	// Lapsed lists the safes with an open one made at this time or before,
	// the oldest first.
	Lapsed(ctx context.Context, until time.Time, limit int) ([]SafeID, error)
}

// ErrObjectExists and the like are *Error of Kind AlreadyExists, NotFound,
// WrongLength, StorageFull, Unavailable.

// Blobs is the object store. It holds sealed bytes only.
type Blobs interface {
	// Put stores size bytes of r under a key that must not exist
	// (AlreadyExists otherwise). Durable when it returns nil; when it
	// returns an error, or the context ends, or r ends early (WrongLength),
	// nothing is visible under the key. One exception, Unavailable after r
	// was read to its end: the answer is lost and so is every way to ask for
	// it; the whole object may be there, or come, and a later Put of the key
	// is AlreadyExists then. If r fails with an *Error, that error comes
	// back. Concurrent Puts of one key have exactly one winner. A store that
	// stands still is Unavailable in bounded time.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Open streams length bytes from offset; length -1 means to the end. What
	// reads as Damaged is not what was stored.
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	// Size of the object.
	Size(ctx context.Context, key string) (int64, error)
	// Delete is nil when the key does not exist.
	Delete(ctx context.Context, key string) error
	// List yields keys with the prefix in lexical order after the given one,
	// at most limit.
	List(ctx context.Context, prefix, after string, limit int) ([]string, error)
	Ping(ctx context.Context) error
}
