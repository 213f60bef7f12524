package safe

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// DelegationState says how far a mediator's session has come.
type DelegationState string

// The states. Each but the last six is over at Delegation.Until by itself.
const (
	DelegationPending   DelegationState = "pending"   // a code waits for a citizen
	DelegationClaimed   DelegationState = "claimed"   // she reads what she is asked
	DelegationApproved  DelegationState = "approved"  // she has signed
	DelegationActive    DelegationState = "active"    // the mediator acts
	DelegationEnded     DelegationState = "ended"     // by one of the two
	DelegationRevoked   DelegationState = "revoked"   // by the operator, the structure, or another root
	DelegationExpired   DelegationState = "expired"   // by the clock
	DelegationDenied    DelegationState = "denied"    // the citizen said no
	DelegationCancelled DelegationState = "cancelled" // the mediator gave up before, or the number was wrong
)

// Over says whether nothing can follow.
func (st DelegationState) Over() bool {
	switch st {
	case DelegationPending, DelegationClaimed, DelegationApproved, DelegationActive:
		return false
	default:
		return true
	}
}

// How long each state lasts at most.
const (
	pendingTime         = 10 * time.Minute
	claimedTime         = 5 * time.Minute
	approvedTime        = time.Minute
	approvedCounterTime = 3 * time.Minute
	activeTime          = time.Hour
	activeIdle          = 10 * time.Minute
)

// DelegationWay is how a session came about.
type DelegationWay string

const (
	// ByPhone: the citizen approves on a device of her own.
	ByPhone DelegationWay = "phone"
	// ByCounter: on the mediator's own machine, while he is locked out.
	ByCounter DelegationWay = "counter"
	// ByStanding: under a mandate for deposits only, without her presence.
	ByStanding DelegationWay = "standing"
)

// Who or what ended a session or a mandate.
const (
	EndedByCitizen   = "citizen"
	EndedByMediator  = "mediator"
	EndedByOperator  = "operator"
	EndedByStructure = "structure" // its habilitation, or the mediator's, is over
	EndedByTime      = "time"
	EndedByNumber    = "number" // typed wrongly too often
	EndedByRoot      = "root"   // the safe has another root, or the mandate is not what was signed
)

// Delegation is one session of a mediator for one citizen. Its row decides what
// every replica lets him do.
type Delegation struct {
	ID            DelegationID
	Mediator      MediatorID
	MediatorName  string
	Structure     StructureID
	StructureName string
	// Opener is the public id of the session of the mediator that opened it;
	// no other one collects, or acts under it.
	Opener string
	Code   [32]byte // SHA-256 of the code; zero once it is used up
	Number string   // two digits, to be matched
	Way    DelegationWay
	// Recipient and VK are of the mediator's tab.
	Recipient string
	VK        []byte
	Acts      []string // that are asked for, sorted
	Purpose   string
	Minutes   int64
	Standing  MandateID // that it is a use of; "" is none

	State   DelegationState
	Safe    SafeID
	Account AccountID // of the citizen
	Citizen string    // name
	Mandate MandateID
	Binding []byte // the citizen's word to the tab; nil where the code was typed
	Wrong   int64  // numbers that were not the right one
	Created time.Time
	Until   time.Time // when this state is over by itself
	Started time.Time // when it became active
	Seen    time.Time // last act
	Locked  time.Time // counter: when the mediator was locked out
	Left    time.Time // counter: when the citizen's log-out was confirmed
	Ended   time.Time
	By      string
}

// over says when the present state ends by itself.
func (d Delegation) over() time.Time {
	if idle := d.Seen.Add(activeIdle); d.State == DelegationActive && idle.Before(d.Until) {
		return idle
	}
	return d.Until
}

// codeLetters have no vowels, so that no code is a word (RFC 8628 §6.1).
const codeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// newCode draws eight letters.
func newCode() string {
	b := make([]byte, 8)
	for i := range b {
		b[i] = codeLetters[draw(len(codeLetters))]
	}
	return string(b)
}

// newNumber draws what both screens show: 10 to 99.
func newNumber() string { return fmt.Sprint(10 + draw(90)) }

func draw(n int) int {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil { // never, since Go 1.24
		return 0
	}
	return int(v.Int64())
}

func hashOfCode(code string) [32]byte {
	return sha256.Sum256([]byte("coffre/delegation/" + code))
}

// IsDelegationCode says whether it has the form of one.
func IsDelegationCode(code string) bool {
	ok := len(code) == 8
	for _, c := range []byte(code) {
		ok = ok && slices.Contains([]byte(codeLetters), c)
	}
	return ok
}

// NewDelegation is what a mediator asks for.
type NewDelegation struct {
	Way       DelegationWay // ByPhone or ByCounter
	Recipient string
	VK        []byte
	Acts      []string
	Purpose   string
	Minutes   int64
	Standing  MandateID
}

const (
	leastMinutes = 5
	mostMinutes  = 60
)

func (n *NewDelegation) check() error {
	acts := slices.Clone(n.Acts)
	slices.Sort(acts)
	n.Acts = acts
	known := []string{sealed.ActAnswer, sealed.ActDeposit, sealed.ActOrganise, sealed.ActRead, sealed.ActShare}
	for i, a := range acts {
		if !slices.Contains(known, a) || i > 0 && a == acts[i-1] {
			return refusal(Invalid, "a mandate has no act %q, or has it once", a)
		}
	}
	switch {
	case len(acts) == 0:
		return refusal(Invalid, "a session is for at least one act")
	case n.Way != ByPhone && n.Way != ByCounter:
		return refusal(Invalid, "a session is opened by phone or at the counter")
	case n.Minutes < leastMinutes || n.Minutes > mostMinutes:
		return refusal(Invalid, "a session lasts %d to %d minutes", leastMinutes, mostMinutes)
	}
	if err := checkLine("purpose", n.Purpose, 1, 200); err != nil {
		return err
	}
	return checkSessionKeys(n.Recipient, n.VK)
}

func checkSessionKeys(recipient string, vk []byte) error {
	if err := (sealed.Session{Recipient: recipient, VK: vk}).Check(); err != nil {
		return formError("check keys of session", err)
	}
	return nil
}
