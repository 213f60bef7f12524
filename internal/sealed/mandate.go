package sealed

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// The contexts of SPEC.md §16.
const (
	contextMandate    = "coffre/v1/mandate"
	contextRevocation = "coffre/v1/revocation"
)

// What a mandate can allow. Nothing else ever is: no erasing, no export, no
// keys, no new mandates.
const (
	ActAnswer   = "answer"   // give what a named request asks for
	ActDeposit  = "deposit"  // put documents into the inbox
	ActOrganise = "organise" // propose names and folders
	ActRead     = "read"     // open the named documents
	ActShare    = "share"    // give documents to a named administration
)

// When a standing mandate may be used.
const (
	PresenceEach    = "each"         // with the citizen there, who signs one for the session
	PresenceDeposit = "deposit-only" // without, for deposits
)

const (
	maxMandateDocuments = 200
	maxMandateReaders   = 20
	maxSession          = time.Hour
	maxStanding         = 365 * 24 * time.Hour
)

// Mandate is what a citizen lets a mediator do, on what and until when, under
// her root. The names are those that she was shown.
type Mandate struct {
	Suite         int      `json:"suite"`
	ID            string   `json:"id"`
	Safe          string   `json:"safe"`
	Structure     string   `json:"structure"`
	StructureName string   `json:"structureName"`
	Index         int64    `json:"index"` // leaf of the structure's fact
	Mediator      string   `json:"mediator"`
	MediatorName  string   `json:"mediatorName"`
	Acts          []string `json:"acts"`
	Documents     []string `json:"documents,omitempty"`
	// Administrations that it may share with, requests that it may answer.
	Administrations []string `json:"administrations,omitempty"`
	Requests        []string `json:"requests,omitempty"`
	// GrantsUntil is the latest end of what is given to an administration.
	GrantsUntil string `json:"grantsUntil,omitempty"`
	Purpose     string `json:"purpose"`
	// Session whose keys it is for; nil in a standing mandate.
	Session  *Session `json:"session,omitempty"`
	Standing string   `json:"standing,omitempty"` // the standing mandate that it is a use of
	Presence string   `json:"presence,omitempty"` // of a standing one
	Created  string   `json:"created"`
	NotAfter string   `json:"notAfter"`
}

// Revocation is the citizen's word that a mandate is over.
type Revocation struct {
	Suite   int    `json:"suite"`
	Safe    string `json:"safe"`
	Mandate string `json:"mandate"`
	At      string `json:"at"`
}

// SignMandate signs one with the safe's root.
func SignMandate(m Mandate, root RootKey) ([]byte, error) {
	m.Suite = root.Suite()
	b, err := signPayload(contextMandate, root, m, m.check())
	if err != nil {
		return nil, fmt.Errorf("sign mandate: %w", err)
	}
	return b, nil
}

// OpenMandate verifies and reads one, under the key that the log shows for the
// safe now: none that a former key has signed is in force.
func OpenMandate(signed []byte, vk VK) (Mandate, error) {
	var m Mandate
	if err := openPayload(contextMandate, signed, vk, &m, func() int { return m.Suite }); err != nil {
		return Mandate{}, fmt.Errorf("open mandate: %w", err)
	}
	if err := m.check(); err != nil {
		return Mandate{}, fmt.Errorf("open mandate: %w", err)
	}
	return m, nil
}

// ReadMandate reads one without asking who signed it: for whoever has verified
// it before it was kept.
func ReadMandate(signed []byte) (Mandate, error) {
	var m Mandate
	if len(signed) <= 64 {
		return Mandate{}, fmt.Errorf("read mandate: %w", ErrLength)
	}
	if err := decodeSuite(signed[64:], &m, func() int { return m.Suite }); err != nil {
		return Mandate{}, fmt.Errorf("read mandate: %w", err)
	}
	return m, m.check()
}

// MandateHash is what the journal says of a signed mandate: no other one goes
// with the events under it.
func MandateHash(signed []byte) string {
	sum := sha256.Sum256(signed)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// SignRevocation signs one with the safe's root.
func SignRevocation(r Revocation, root RootKey) ([]byte, error) {
	r.Suite = root.Suite()
	b, err := signPayload(contextRevocation, root, r, r.check())
	if err != nil {
		return nil, fmt.Errorf("sign revocation: %w", err)
	}
	return b, nil
}

// OpenRevocation verifies and reads one. The caller still compares ids.
func OpenRevocation(signed []byte, vk VK) (Revocation, error) {
	var r Revocation
	if err := openPayload(contextRevocation, signed, vk, &r, func() int { return r.Suite }); err != nil {
		return Revocation{}, fmt.Errorf("open revocation: %w", err)
	}
	if err := r.check(); err != nil {
		return Revocation{}, fmt.Errorf("open revocation: %w", err)
	}
	return r, nil
}

func (r Revocation) check() error {
	return cmp.Or(checkSuite(r.Suite), checkID(r.Safe, r.Mandate), checkTime(r.At))
}

// Allows says whether an act is in it. On what, Check… tells.
func (m Mandate) Allows(act string) bool { return slices.Contains(m.Acts, act) }

// End is when it is over if nobody ends it before.
func (m Mandate) End() (time.Time, error) {
	t, err := time.Parse(timeLayout, m.NotAfter)
	if err != nil {
		return time.Time{}, fmt.Errorf("read mandate: %w", ErrForm)
	}
	return t, nil
}

func (m Mandate) check() error {
	err := cmp.Or(
		checkSuite(m.Suite), checkID(m.ID, m.Safe, m.Structure, m.Mediator),
		checkPerson(m.StructureName), checkPerson(m.MediatorName), checkSaid(m.Purpose, 200),
		checkTime(m.Created, m.NotAfter), m.checkLists(), m.checkActs(),
	)
	if err != nil {
		return err
	}
	if m.Index < 0 {
		return fmt.Errorf("malformed index: %w", ErrForm)
	}
	if m.Session == nil {
		return cmp.Or(m.checkStanding(), m.checkTimes(maxStanding))
	}
	if m.Presence != "" {
		return fmt.Errorf("presence in the mandate of a session: %w", ErrForm)
	}
	if m.Standing != "" {
		if err := checkID(m.Standing); err != nil {
			return err
		}
	}
	return cmp.Or(m.Session.Check(), m.checkTimes(maxSession))
}

func (m Mandate) checkStanding() error {
	switch {
	case m.Standing != "":
		return fmt.Errorf("standing mandate under another: %w", ErrForm)
	case m.Presence == PresenceEach:
		return nil
	case m.Presence == PresenceDeposit && slices.Equal(m.Acts, []string{ActDeposit}):
		return nil
	default:
		return fmt.Errorf("presence %.20q for other acts: %w", m.Presence, ErrForm)
	}
}

// checkTimes: no longer than such a mandate lasts; times of one form are in the
// order of their texts, and checkTime has read them.
func (m Mandate) checkTimes(most time.Duration) error {
	created, err1 := time.Parse(timeLayout, m.Created)
	end, err2 := time.Parse(timeLayout, m.NotAfter)
	if err := cmp.Or(err1, err2); err != nil || !end.After(created) || end.Sub(created) > most {
		return fmt.Errorf("mandate from %s until %s: %w", m.Created, m.NotAfter, ErrForm)
	}
	if m.GrantsUntil == "" {
		return nil
	}
	if err := checkTime(m.GrantsUntil); err != nil {
		return err
	}
	if m.GrantsUntil <= m.Created {
		return fmt.Errorf("grants that end before they begin: %w", ErrForm)
	}
	return nil
}

// checkLists: each sorted, so that one mandate has one spelling.
func (m Mandate) checkLists() error {
	if len(m.Documents) > maxMandateDocuments || len(m.Administrations) > maxMandateReaders || len(m.Requests) > maxMandateReaders {
		return fmt.Errorf("mandate for too much: %w", ErrForm)
	}
	for _, ids := range [][]string{m.Documents, m.Administrations, m.Requests} {
		if err := checkID(ids...); err != nil {
			return err
		}
	}
	for _, list := range [][]string{m.Acts, m.Documents, m.Administrations, m.Requests} {
		for i := range list {
			if i > 0 && list[i] <= list[i-1] {
				return fmt.Errorf("list that is not sorted: %w", ErrForm)
			}
		}
	}
	return nil
}

// checkActs: what an act needs is there, and nothing that no act is about.
func (m Mandate) checkActs() error {
	known := []string{ActAnswer, ActDeposit, ActOrganise, ActRead, ActShare}
	for _, a := range m.Acts {
		if !slices.Contains(known, a) {
			return fmt.Errorf("act %.20q: %w", a, ErrForm)
		}
	}
	give := m.Allows(ActShare) || m.Allows(ActAnswer)
	opens := m.Allows(ActRead) || m.Allows(ActOrganise)
	switch {
	case len(m.Acts) == 0:
		return fmt.Errorf("mandate for nothing: %w", ErrForm)
	case m.Allows(ActShare) != (len(m.Administrations) > 0), m.Allows(ActAnswer) != (len(m.Requests) > 0):
		return fmt.Errorf("mandate that does not say for whom: %w", ErrForm)
	case give != (m.GrantsUntil != ""):
		return fmt.Errorf("mandate that does not say until when it gives: %w", ErrForm)
	case opens && len(m.Documents) == 0, !opens && !give && len(m.Documents) > 0:
		return fmt.Errorf("mandate of other documents than its acts need: %w", ErrForm)
	}
	return nil
}
