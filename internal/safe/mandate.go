package safe

import (
	"time"
)

// MandateKind says where a mandate comes from.
type MandateKind string

const (
	// SessionMandate is for the keys of one session.
	SessionMandate MandateKind = "session"
	// StandingMandate can be used again, as it says.
	StandingMandate MandateKind = "standing"
	// PaperMandate was signed by hand: for deposits only, once a second
	// mediator of the structure has seen it.
	PaperMandate MandateKind = "paper"
	// LegalMandate is a court's: of whoever represents a protected adult, once a
	// second person has seen the decision.
	LegalMandate MandateKind = "legal"
)

// MandateRow is a mandate as it is kept. What counts is Body; what stands
// beside it is there to find it by, and to tell of it.
type MandateRow struct {
	ID            MandateID
	Kind          MandateKind
	Safe          SafeID
	Structure     StructureID
	StructureName string
	Mediator      MediatorID
	MediatorName  string
	Delegation    DelegationID // of a session's
	Acts          []string
	Presence      string // of a standing one
	Purpose       string
	Reference     string // of the paper, in the structure's files
	Body          []byte // signed by the citizen; nil of a paper
	Created       time.Time
	NotAfter      time.Time
	Confirmed     time.Time // of a paper
	ConfirmedBy   string
	Ended         time.Time
	By            string
	Revocation    []byte // signed; nil when it ended otherwise
}

// Current says whether it can be used at that time.
func (m MandateRow) Current(now time.Time) bool {
	return m.Ended.IsZero() && now.Before(m.NotAfter) && !now.Before(m.Created.Add(-clockSlack)) &&
		(!m.Kind.Unsigned() || !m.Confirmed.IsZero())
}

// Unsigned says that there is no signature of the citizen's in it: two people
// have seen a paper.
func (k MandateKind) Unsigned() bool { return k == PaperMandate || k == LegalMandate }

// clockSlack is how far a citizen's clock may be ahead of ours.
const clockSlack = 2 * time.Minute

// MandateDocument is a document of a mandate.
type MandateDocument struct {
	Mandate MandateID
	Doc     DocumentID
	Version VersionID
	// Sealed is the grant that the citizen's client has sealed to the session;
	// nil of what came in under the mandate, and once the session is over.
	Sealed []byte
	// Record is the event by which it came in; "" when it was there before.
	Record string
	At     time.Time
}

// Proposal is a name or a folder that a mediator proposes for a document: the
// holder's client opens it, and she decides.
type Proposal struct {
	ID            ProposalID
	Safe          SafeID
	Mandate       MandateID
	MediatorName  string
	StructureName string
	Doc           DocumentID
	Sealed        []byte
	Created       time.Time
}
