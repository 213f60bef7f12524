package safe

import (
	"errors"
	"time"
)

// Kind is what went wrong, in terms of the domain. The gateway turns each
// into one problem type (gateway/kinds.go); a test walks them all.
type Kind int

const (
	// NotFound: it does not exist, or not for this actor.
	NotFound Kind = iota + 1
	// Forbidden: the actor's role can never do this.
	Forbidden
	// LevelTooLow: a stronger electronic identification is asked for this act.
	LevelTooLow
	// TermsNotAccepted: the terms in force have to be accepted first.
	TermsNotAccepted
	// AlreadyExists: the safe is open, the key is made, the version is stored.
	AlreadyExists
	// Stale: compare-and-swap lost; read again and merge.
	Stale
	// Invalid: the request contradicts itself or the formats.
	Invalid
	// WrongForm: the bytes are not one age file with one mlkem768x25519 stanza.
	WrongForm
	// WrongLength: other length than announced.
	WrongLength
	// WrongHash: other SHA-256 than announced.
	WrongHash
	// Empty: a document has at least one byte.
	Empty
	// DocumentTooLarge: over the limit of one document.
	DocumentTooLarge
	// SafeFull: over the limit of the safe.
	SafeFull
	// KeyReused: an Idempotency-Key came back with other content.
	KeyReused
	// Ended: the grant was ended by the citizen.
	Ended
	// Expired: the grant, upload or address is past its time.
	Expired
	// TooEarly: the delay of a recovery is not over; Error.Ready says when.
	TooEarly
	// NoKey: the administration has not made its key yet.
	NoKey
	// StorageFull: the operator's disk or quota is full; nothing was stored.
	StorageFull
	// Unavailable: a backend does not answer; try again.
	Unavailable
	// Damaged: stored bytes are not what was stored.
	Damaged
)

// Error is the only error type that the domain returns on purpose. Msg is
// for logs and developers; the citizen's sentence comes from the Kind.
type Error struct {
	Kind Kind
	Msg  string
	// Reason narrows the Kind where a caller must tell cases apart; one of the
	// Reason constants, or "".
	Reason string
	// Limit in bytes, for DocumentTooLarge and SafeFull.
	Limit int64
	// Ready is when a TooEarly act may be tried again; zero when that hangs on
	// somebody else.
	Ready time.Time
	// Level is the one asked for, for LevelTooLow.
	Level int
	Err   error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

const (
	// ReasonUnknownOrganisation comes with Forbidden when an agent's SIRET is
	// not that of a registered administration.
	ReasonUnknownOrganisation = "unknown-organisation"
	// ReasonRelink comes with Forbidden when an agent may be one whom another
	// identity provider has vouched for before: the operator decides.
	ReasonRelink = "agent-relink"
	// ReasonNotAppointed comes with Forbidden when nobody has yet said that an
	// agent may act for his administration; ReasonAgentLeft when he was cut off.
	ReasonNotAppointed = "not-appointed"
	ReasonAgentLeft    = "agent-left"
	// ReasonNotReferent comes with Forbidden for what only a referent does.
	ReasonNotReferent = "not-referent"
	// ReasonLastReferent comes with Invalid when an administration would be
	// left without a referent.
	ReasonLastReferent = "last-referent"
	// ReasonOtherService comes with Forbidden for what was shared with another
	// service of the agent's administration.
	ReasonOtherService = "other-service"
	// ReasonWitnesses comes with Unavailable when the event is written and too
	// few witnesses cosign the journal for it to become public.
	ReasonWitnesses = "witnesses-missing"
	// ReasonTooFar comes with Invalid when a grant would end later than the
	// operator's policy lets it.
	ReasonTooFar = "end-too-far"
	// ReasonServiceServed comes with Invalid when a service that agents are
	// appointed for would go away.
	ReasonServiceServed = "service-served"
	// ReasonLogoUnfit comes with Invalid when a logo is no small PNG.
	ReasonLogoUnfit = "logo-unfit"
	// ReasonPast comes with Invalid when a grant would end before it begins, by
	// the clock here.
	ReasonPast = "end-past"
	// ReasonOpenedOut comes with Ended when a grant was opened as often as the
	// citizen allowed.
	ReasonOpenedOut = "opened-out"
	// ReasonUnknownKind comes with Invalid for a kind of document that is not in
	// the list; ReasonNotAsked for one that a request does not ask for.
	ReasonUnknownKind = "unknown-kind"
	ReasonNotAsked    = "not-asked"
	// ReasonKeyRotated comes with Stale when something was sealed to a key that
	// the administration has replaced, longer ago than the overlap.
	ReasonKeyRotated = "key-rotated"
	// ReasonIssueMalformed, ReasonIssueNotYours and ReasonIssueOtherContent come
	// with Invalid when a deposit's issue is none, is not the depositor's, or is of
	// other bytes.
	ReasonIssueMalformed    = "issue-malformed"
	ReasonIssueNotYours     = "issue-not-yours"
	ReasonIssueOtherContent = "issue-other-content"
	// ReasonClock comes with Invalid when what was signed is of a time to come.
	ReasonClock = "clock-ahead"
	// ReasonRequestClosed comes with Ended when the administration has closed a
	// request, ReasonRequestExpired with Expired when its last day is over.
	ReasonRequestClosed  = "request-closed"
	ReasonRequestExpired = "request-expired"
	// ReasonManyNotes comes with Invalid when two sides have written to each
	// other a hundred times about one request.
	ReasonManyNotes = "too-many-notes"
	// ReasonRecoveryOpen comes with AlreadyExists when another recovery is
	// under way.
	ReasonRecoveryOpen = "recovery-open"
	// ReasonRecoveryEnded comes with Ended when the recovery is over.
	ReasonRecoveryEnded = "recovery-ended"
	// ReasonWrongCode comes with Invalid when it is not the code that was sent.
	ReasonWrongCode = "wrong-code"
	// ReasonNoEmail comes with Invalid for what is no e-mail address.
	ReasonNoEmail = "no-email"
	// ReasonNotListed comes with Invalid for an address that the operator lets
	// nobody call.
	ReasonNotListed = "not-listed"
)

// IsKind says whether err is, or wraps, an *Error of that kind.
func IsKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}
