package safe

import (
	"time"
)

// Request is what an administration asks for (demande de pièces), under its own
// root. What is beside Body is copied from it, for lists.
type Request struct {
	ID             RequestID
	Administration AdministrationID
	// Safe is the only one that it is for; "" when whoever has the link answers.
	Safe      SafeID
	Service   string
	Procedure string
	Purpose   string
	Reference string // of the file at the administration
	Body      []byte // signed (SPEC.md §13)
	ByID      string // agent or system
	ByName    string
	Created   time.Time
	AnswerBy  time.Time
	NotAfter  time.Time
	Closed    time.Time // zero while open

	// Read with the row.
	AdministrationName string
	Tally              Tally
}

// Tally is how far a request has come; no figure is above TallyMost.
type Tally struct {
	Given   int64 // citizens who gave something
	Refused int64 // who refused something
	Waiting int64 // whose question waits for an answer
}

// TallyMost is where counting ends: a request on every letter of a town has
// tens of thousands of answers, and a list shows "1000 or more".
const TallyMost = 1000

// The states of a request.
const (
	RequestOpen    = "open"
	RequestClosed  = "closed"  // by the administration
	RequestExpired = "expired" // the last day for answers is over
)

// State at that time.
func (r Request) State(now time.Time) string {
	switch {
	case !r.Closed.IsZero():
		return RequestClosed
	case !now.Before(r.AnswerBy):
		return RequestExpired
	default:
		return RequestOpen
	}
}

// Reply is one citizen's side of a request: who was asked by name, or has done
// something about it.
type Reply struct {
	ID         ReplyID
	Request    RequestID
	Safe       SafeID
	Created    time.Time
	Changed    time.Time
	Given      int64    // documents, whatever has become of them since
	Refused    []string // kinds, as wanted
	RefusedAll bool
	Waiting    bool // the newest note is a question

	// Read with the row.
	Holder string
}

// The states of a reply, for both sides.
const (
	ReplyAsked   = "asked"   // nothing was done yet
	ReplyGiven   = "given"   // something was given, something may have been refused
	ReplyRefused = "refused" // something was refused and nothing given
)

// State is the reply's.
func (p Reply) State() string {
	switch {
	case p.Given > 0:
		return ReplyGiven
	case p.RefusedAll || len(p.Refused) > 0:
		return ReplyRefused
	default:
		return ReplyAsked
	}
}

// RequestNote is what one side wrote, sealed for each.
type RequestNote struct {
	ID                NoteID
	Reply             ReplyID
	From              string // sealed.FromSafe or FromAdministration
	About             string
	Kinds             []string
	ForSafe           []byte
	ForAdministration []byte
	VK                []byte // that it is signed under
	KeyLeaf           int64  // of that key when it was written; -1 when that was not known
	Created           time.Time
}

// RequestFilter narrows an administration's list.
type RequestFilter struct {
	Open      bool   // those that are not closed
	Reference string // those with this very reference
	// Services, when there are any: those of these and those of none.
	Services []string
}

// Given is a document that was given for a kind before.
type Given struct {
	Kind string
	Doc  DocumentID
	At   time.Time
}
