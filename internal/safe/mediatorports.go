package safe

import (
	"context"
	"time"
)

// Structures is the registry of those who may have mediators.
type Structures interface {
	Get(ctx context.Context, id StructureID) (Structure, error)
	BySIRET(ctx context.Context, siret string) (Structure, error)
	// Put inserts or replaces by ID; a second one of a SIRET is AlreadyExists.
	Put(ctx context.Context, s Structure) error
	// All pages by id.
	All(ctx context.Context, p Page) ([]Structure, string, error)
}

// Mediators holds who has logged in as one.
type Mediators interface {
	Get(ctx context.Context, id MediatorID) (Mediator, error)
	ByIdentity(ctx context.Context, issuer, sub string) (Mediator, error)
	// Put inserts or replaces by ID; a second one of an identity is AlreadyExists.
	Put(ctx context.Context, m Mediator) error
	// OfStructure pages by name and id.
	OfStructure(ctx context.Context, id StructureID, p Page) ([]Mediator, string, error)
}

// Delegations holds mediators' sessions, those under way and those that were.
type Delegations interface {
	// Insert is AlreadyExists when a code is in use.
	Insert(ctx context.Context, d Delegation) error
	Get(ctx context.Context, id DelegationID) (Delegation, error)
	// ByCode finds the one that a code was drawn for; a code counts as long as
	// it is not taken away.
	ByCode(ctx context.Context, hash [32]byte) (Delegation, error)
	// Move replaces everything that changes, if its state is still from; Stale
	// when it is not.
	Move(ctx context.Context, d Delegation, from DelegationState) error
}

// DelegationLists finds sessions.
type DelegationLists interface {
	// OfMediator lists newest first.
	OfMediator(ctx context.Context, m MediatorID, p Page) ([]Delegation, string, error)
	// OfSafe lists those that have not ended, then the others, each newest first.
	OfSafe(ctx context.Context, s SafeID, p Page) ([]Delegation, string, error)
	// Under are those of a safe that have not ended and are under a mandate,
	// newest first.
	Under(ctx context.Context, s SafeID, m MandateID) ([]Delegation, error)
	// Count counts those that have not ended, by state, and those that ended
	// since, by state and by whom.
	Count(ctx context.Context, since time.Time) ([]DelegationCount, error)
	// Open pages by id those of a structure that have not ended: of one mediator,
	// or with "" of any.
	Open(ctx context.Context, s StructureID, m MediatorID, p Page) ([]Delegation, string, error)
	// Waiting are a mediator's that were made since and that no citizen has
	// claimed, oldest first.
	Waiting(ctx context.Context, m MediatorID, since time.Time, limit int) ([]Delegation, error)
	// Due have not ended, and their state is over at that time, oldest first;
	// then those of which the last act was at resting or before.
	Due(ctx context.Context, now, resting time.Time, limit int) ([]Delegation, error)
}

// Mandates holds what citizens have signed, or a paper says.
type Mandates interface {
	// Insert is AlreadyExists when the id was used.
	Insert(ctx context.Context, m MandateRow) error
	Get(ctx context.Context, id MandateID) (MandateRow, error)
	// Update replaces confirmed, confirmedBy, ended, by and revocation.
	Update(ctx context.Context, m MandateRow) error
	// OfSafe lists those that have not ended, nor will have at that time, then the
	// others, each newest first.
	OfSafe(ctx context.Context, s SafeID, now time.Time, p Page) ([]MandateRow, string, error)
	// OfMediator lists newest first.
	OfMediator(ctx context.Context, m MediatorID, p Page) ([]MandateRow, string, error)
	// InForce pages by id those of a structure that have not ended, except of
	// sessions: for one mediator, or with "" for any.
	InForce(ctx context.Context, s StructureID, m MediatorID, p Page) ([]MandateRow, string, error)
	// Unconfirmed are papers that wait for a second mediator, newest first.
	Unconfirmed(ctx context.Context, s StructureID, p Page) ([]MandateRow, string, error)
}

// MandateDocuments holds the documents of mandates: the grants that a session
// reads with, while it lasts, and what came in.
type MandateDocuments interface {
	// Put inserts or replaces by mandate and document.
	Put(ctx context.Context, d MandateDocument) error
	Get(ctx context.Context, id MandateID, doc DocumentID) (MandateDocument, error)
	// Of lists by document, without what is sealed.
	Of(ctx context.Context, id MandateID) ([]MandateDocument, error)
	// Wipe forgets what is sealed.
	Wipe(ctx context.Context, id MandateID) error
}

// Proposals holds what mediators propose to holders.
type Proposals interface {
	Insert(ctx context.Context, p Proposal) error
	// OfSafe lists the oldest first, at most limit.
	OfSafe(ctx context.Context, s SafeID, limit int) ([]Proposal, error)
	// Delete is NotFound when there is none of this safe.
	Delete(ctx context.Context, s SafeID, id ProposalID) error
}

// SentPages holds the pages on their way to mediators' tabs, whose bytes are in
// the object store.
type SentPages interface {
	// Insert is AlreadyExists when the session has one of that id.
	Insert(ctx context.Context, p SentPage) error
	// Update replaces stored and taken.
	Update(ctx context.Context, p SentPage) error
	// Of lists all of a session, the oldest first.
	Of(ctx context.Context, d DelegationID) ([]SentPage, error)
	// End says that a session is over; Over are those of such sessions.
	End(ctx context.Context, d DelegationID) error
	Over(ctx context.Context, limit int) ([]SentPage, error)
	// Drop is nil when there is none.
	Drop(ctx context.Context, d DelegationID, id SentPageID) error
}

// MandateGrants says under which mandate a grant to an administration was
// made; of the citizen's own there is none.
type MandateGrants interface {
	// Put is AlreadyExists when the grant has one.
	Put(ctx context.Context, g GrantID, m MandateID) error
	Get(ctx context.Context, g GrantID) (MandateID, error)
	// Drop is nil when there is none.
	Drop(ctx context.Context, g GrantID) error
}
