package safe

import "fmt"

// The reasons of mediation.
const (
	// ReasonUnknownStructure comes with Forbidden when a mediator's SIRET is not
	// that of a registered structure.
	ReasonUnknownStructure = "unknown-structure"
	// ReasonStructureEnded comes with Forbidden when a structure has no
	// habilitation now; ReasonMediatorWaits when a mediator is not appointed, or
	// not now; ReasonMediatorLeft when she was cut off.
	ReasonStructureEnded = "structure-ended"
	ReasonMediatorWaits  = "mediator-waits"
	ReasonMediatorLeft   = "mediator-left"
	// ReasonNotStructureReferent comes with Forbidden for what only a structure's
	// referent does, ReasonLastMediatorReferent with Invalid when none would be
	// left.
	ReasonNotStructureReferent = "not-structure-referent"
	ReasonLastMediatorReferent = "last-structure-referent"
	// ReasonSamePerson comes with Forbidden when mediator and citizen, or two
	// mediators of whom one confirms, have one name.
	ReasonSamePerson = "same-person"
	// ReasonOutside comes with Forbidden for what a mandate does not allow.
	ReasonOutside = "outside-mandate"
	// ReasonMandateRefused comes with Invalid for a mandate that is not signed by
	// the safe's root, or is not for what was asked.
	ReasonMandateRefused = "mandate-refused"
	// ReasonWrongNumber comes with Invalid when it is not the number of the
	// mediator's screen.
	ReasonWrongNumber = "wrong-number"
	// ReasonNotApproved comes with TooEarly while a session waits for the citizen,
	// ReasonCollected with AlreadyExists when it has begun.
	ReasonNotApproved = "session-not-approved"
	ReasonCollected   = "session-collected"
	// ReasonSessionOver comes with Ended when a session or a mandate is over.
	ReasonSessionOver = "session-over"
	// ReasonPaperRefused comes with Forbidden where a paper key does not stand for
	// a log-in.
	ReasonPaperRefused = "paper-refused"
	// ReasonLocked comes with TooEarly and Forbidden while a mediator is locked
	// out at the counter.
	ReasonLocked = "session-locked"
)

// narrowed is a refusal whose Kind is narrowed by a reason.
func narrowed(k Kind, reason, format string, args ...any) error {
	return &Error{Kind: k, Reason: reason, Msg: fmt.Sprintf(format, args...)}
}

// without is a list less one word.
func without(list []string, word string) []string {
	var out []string
	for _, w := range list {
		if w != word {
			out = append(out, w)
		}
	}
	return out
}
