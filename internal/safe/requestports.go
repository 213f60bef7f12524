package safe

import "context"

// Requests holds what administrations ask for.
type Requests interface {
	// Insert is AlreadyExists when the id was used.
	Insert(ctx context.Context, r Request) error
	// Get reads one; Tally is left zero.
	Get(ctx context.Context, id RequestID) (Request, error)
	// Close sets closed.
	Close(ctx context.Context, r Request) error
	// OfAdministration lists newest first, with Tally.
	OfAdministration(ctx context.Context, a AdministrationID, f RequestFilter, p Page) ([]Request, string, error)
	// Tally counts one request's replies.
	Tally(ctx context.Context, id RequestID) (Tally, error)
}

// Replies holds the citizens' sides of requests.
type Replies interface {
	Get(ctx context.Context, id ReplyID) (Reply, error)
	// Of is the one of a safe.
	Of(ctx context.Context, r RequestID, s SafeID) (Reply, error)
	// Put inserts or replaces by ID; a second one of a safe is AlreadyExists.
	Put(ctx context.Context, p Reply) error
	// OfSafe lists newest first, with the requests that they are of.
	OfSafe(ctx context.Context, s SafeID, p Page) ([]Asked, string, error)
	// OfRequest lists newest first; waiting are those with a question only.
	OfRequest(ctx context.Context, r RequestID, waiting bool, p Page) ([]Reply, string, error)
}

// Asked is a reply with its request.
type Asked struct {
	Reply   Reply
	Request Request
}

// Answers holds what both sides wrote about requests, and finds the grants that
// answer them.
type Answers interface {
	// InsertNote is AlreadyExists when the id was used.
	InsertNote(ctx context.Context, n RequestNote) error
	Note(ctx context.Context, id NoteID) (RequestNote, error)
	// Notes of a reply, oldest first, at most limit of the newest.
	Notes(ctx context.Context, id ReplyID, limit int) ([]RequestNote, error)
	// Grants that one safe gave for a request, newest first; here too without
	// the sealed bytes.
	Grants(ctx context.Context, r RequestID, s SafeID, limit int) ([]Grant, error)
	// GrantsOf lists all grants for a request, by safe, then oldest first.
	GrantsOf(ctx context.Context, r RequestID, p Page) ([]Grant, string, error)
	// Before finds the documents that a safe gave for these kinds, the one
	// given last first.
	Before(ctx context.Context, s SafeID, kinds []string, limit int) ([]Given, error)
}
