package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// What happened. The words are part of the format: pages translate them.
const (
	WhatLogin             = "account.login"
	WhatLoginRefused      = "account.login.refused"
	WhatTerms             = "terms.accepted"
	WhatSessionEnded      = "session.ended"
	WhatDeviceAllowed     = "device.allowed"
	WhatSafeRead          = "safe.read"
	WhatSafeOpened        = "safe.opened"
	WhatOrganised         = "safe.organised"
	WhatExported          = "safe.exported"
	WhatKeyringChanged    = "keyring.changed"
	WhatRootChanged       = "root.changed"
	WhatDocumentAdded     = "document.added"
	WhatDocumentOpened    = "document.opened"
	WhatDocumentErased    = "document.erased"
	WhatDeposit           = "deposit.received"
	WhatAddressCreated    = "address.created"
	WhatAddressEnded      = "address.ended"
	WhatGrantCreated      = "grant.created"
	WhatGrantReleased     = "grant.released"
	WhatGrantEnded        = "grant.ended"
	WhatGrantAcknowledged = "grant.acknowledged" // Detail: outcome, release
	WhatGrantDeleted      = "grant.deleted"      // its copies; Detail: how
	WhatAdministrationKey = "administration.key"
	WhatRegistered        = "administration.registered"
	WhatLogo              = "administration.logo" // Detail: logo, its hash; none when it was removed
	WhatOfficeRead        = "administration.read" // only ever refused
	WhatAppointed         = "agent.appointed"
	WhatAgentLeft         = "agent.left"
	WhatRelinked          = "agent.relinked"
	WhatScrub             = "maintenance.scrub"
	WhatCard              = "card.published"
	WhatCustodyNamed      = "custody.named"
	WhatCustodyAppointed  = "custody.appointed" // in a custodian's own journal
	WhatCustodyEnded      = "custody.ended"
	WhatRecoveryRequested = "recovery.requested"
	WhatRecoveryAgreed    = "recovery.agreed"
	WhatRecoveryChecked   = "recovery.checked" // a custodian reads the log before she gives
	WhatRecoveryGiven     = "recovery.given"
	WhatRecoveryCancelled = "recovery.cancelled"
	WhatRecoveryCompleted = "recovery.completed"
	WhatRecoveryExpired   = "recovery.expired"
	WhatRequestCreated    = "request.created" // Detail of all of these: request, reference
	WhatRequestClosed     = "request.closed"
	WhatRequestAnswered   = "request.answered"   // documents were given; Detail: given
	WhatRequestRefused    = "request.refused"    // Detail: refused, kinds or all
	WhatRequestAsked      = "request.asked"      // the citizen asks the administration
	WhatRequestReplied    = "request.replied"    // the administration answers the question
	WhatStructure         = "structure.approved" // Detail: structure, siret, name, from, until
	WhatStructureEnded    = "structure.ended"
	WhatMediatorAppointed = "mediator.appointed" // Detail: account, name, role, trained
	WhatMediatorLeft      = "mediator.left"
	WhatMediationRead     = "mediation.read"   // only ever refused
	WhatMediationOpened   = "mediation.opened" // Detail of all of these: session, mandate, mediator, structure
	WhatMediationLocked   = "mediation.locked"
	WhatMediationClaimed  = "mediation.claimed"
	WhatMediationApproved = "mediation.approved" // Detail: acts, documents, until, signed (hash of the mandate)
	WhatMediationResumed  = "mediation.resumed"
	WhatMediationStarted  = "mediation.started"
	WhatMediationEnded    = "mediation.ended" // Detail: by, state
	WhatMediationProposed = "mediation.proposed"
	WhatMediationPage     = "mediation.page" // the citizen sends a page to the session
	WhatProposalSettled   = "proposal.settled"
	WhatMandateGiven      = "mandate.given" // Detail: mandate, mediator, structure, acts, presence, until, signed
	WhatMandatePaper      = "mandate.paper" // Detail: reference
	WhatMandateConfirmed  = "mandate.confirmed"
	WhatMandateLegal      = "mandate.legal"        // a court's; Detail: reference, state (entered, confirmed), until; Purpose is the measure
	WhatMandateRevoked    = "mandate.revoked"      // Detail: by
	WhatPaperLogin        = "account.login.paper"  // at a counter; Detail: session, mediator, structure
	WhatPaperChosen       = "account.paper.chosen" // Detail: allowed
	WhatNoticeChosen      = "notice.chosen"
	WhatWebhookRegistered = "webhook.registered"
	WhatWebhookEnded      = "webhook.ended"
	WhatRestored          = "maintenance.restored"
	WhatMoved             = "maintenance.moved"
	WhatMigrated          = "maintenance.migrated"
	WhatTables            = "maintenance.tables" // Detail: schema
	WhatBackup            = "maintenance.backup"
	WhatRotated           = "maintenance.rotated" // the gateway's own keys
	WhatPruned            = "journal.pruned"      // Detail: through, before
)

// How it ended.
const (
	ResultDone    = "done"
	ResultRefused = "refused"
)

// Who acted. Names are as they were at the time.
type Who struct {
	Kind               string `json:"kind"`
	ID                 string `json:"id,omitempty"`
	Name               string `json:"name,omitempty"`
	Administration     string `json:"administration,omitempty"`
	AdministrationName string `json:"administrationName,omitempty"`
	// Through is the service by which a helper logged in in her name
	// (Aidants Connect): who really sat there, this server does not know.
	Through string `json:"through,omitempty"`
}

// Event is one act, or one refused try. Times are RFC 3339 in UTC.
type Event struct {
	V  int    `json:"v"`
	ID string `json:"id"`
	// N is the place among the events of its safe: 1, 2, 3…, none left out. 0
	// where there is no safe, and in events of before there were places.
	N                  int64             `json:"n,omitempty"`
	Time               string            `json:"time"`
	What               string            `json:"what"`
	Result             string            `json:"result"`
	Reason             string            `json:"reason,omitempty"`
	Who                Who               `json:"who"`
	Behalf             *Who              `json:"behalf,omitempty"`
	Safe               string            `json:"safe,omitempty"`
	Doc                string            `json:"doc,omitempty"`
	Version            string            `json:"version,omitempty"`
	Grant              string            `json:"grant,omitempty"`
	Address            string            `json:"address,omitempty"`
	Administration     string            `json:"administration,omitempty"`
	AdministrationName string            `json:"administrationName,omitempty"`
	Service            string            `json:"service,omitempty"`
	Purpose            string            `json:"purpose,omitempty"`
	Procedure          string            `json:"procedure,omitempty"`
	Door               string            `json:"door,omitempty"`
	Detail             map[string]string `json:"detail,omitempty"`
}

// ErrEvent: not an event of this version.
var ErrEvent = errors.New("not an event")

// Encode gives the canonical JSON that is committed to.
func (e Event) Encode() ([]byte, error) {
	if e.V != 1 || e.ID == "" || e.N < 0 || e.N > maxPlace || !isTime(e.Time) || e.What == "" || e.Result == "" ||
		e.Who.Kind == "" || (e.Behalf != nil && e.Behalf.Kind == "") {
		return nil, fmt.Errorf("encode event: %w", ErrEvent)
	}
	b, err := canon.Encode(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w: %w", ErrEvent, err)
	}
	return b, nil
}

// maxPlace is the largest number that every reader of JSON keeps whole.
const maxPlace = 1<<53 - 1

const timeLayout = "2006-01-02T15:04:05Z"

func isTime(s string) bool {
	t, err := time.Parse(timeLayout, s)
	return err == nil && t.Format(timeLayout) == s
}

// DecodeEvent is strict: what it accepts encodes to the same bytes.
func DecodeEvent(b []byte) (Event, error) {
	var e Event
	if err := canon.Decode(b, &e); err != nil {
		return Event{}, fmt.Errorf("decode event: %w: %w", ErrEvent, err)
	}
	if _, err := e.Encode(); err != nil {
		return Event{}, err
	}
	return e, nil
}

// NewSalt hides an event in its commitment.
func NewSalt() [32]byte {
	var s [32]byte
	_, _ = rand.Read(s[:]) // never fails since Go 1.24
	return s
}

// Commitment is the log's entry for an event (SPEC.md §9): erasing event and
// salt leaves 32 bytes that say nothing.
func Commitment(event []byte, salt [32]byte) [32]byte {
	h := sha256.New()
	h.Write([]byte("coffre/v1/event\x00"))
	h.Write(salt[:])
	h.Write(event)
	return [32]byte(h.Sum(nil))
}
