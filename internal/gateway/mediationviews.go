package gateway

import (
	"encoding/hex"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type structureView struct {
	ID    string        `json:"id"`
	SIRET string        `json:"siret"`
	Name  string        `json:"name"`
	From  time.Time     `json:"from"`
	Until time.Time     `json:"until"`
	Ended *time.Time    `json:"ended,omitempty"`
	Leaf  *journal.Leaf `json:"leaf,omitempty"`
}

func viewStructure(v safe.StructureView) structureView {
	return structureView{
		ID: string(v.ID), SIRET: v.SIRET, Name: v.Name, From: v.From.UTC(), Until: v.Until.UTC(), Ended: optional(v.Ended), Leaf: v.Leaf,
	}
}

type mediatorView struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Role    string     `json:"role"` // as it is now; "" may not act
	Trained string     `json:"trained,omitempty"`
	From    *time.Time `json:"from,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Left    *time.Time `json:"left,omitempty"`
	Created time.Time  `json:"created"`
}

func (g *Gateway) viewMediator(m safe.Mediator) mediatorView {
	return mediatorView{
		ID: string(m.ID), Name: m.Name, Role: string(g.safe.MediatorRoleOf(m)), Trained: m.Trained, From: optional(m.From),
		Until: optional(m.Until), Left: optional(m.Left), Created: m.Created.UTC(),
	}
}

type delegationView struct {
	ID            string     `json:"id"`
	State         string     `json:"state"`
	Way           string     `json:"way"`
	Mediator      string     `json:"mediator"`
	MediatorName  string     `json:"mediatorName"`
	Structure     string     `json:"structure"`
	StructureName string     `json:"structureName"`
	Acts          []string   `json:"acts"`
	Purpose       string     `json:"purpose"`
	Minutes       int64      `json:"minutes"`
	Standing      string     `json:"standing,omitempty"`
	Citizen       string     `json:"citizen,omitempty"`
	Mandate       string     `json:"mandate,omitempty"`
	Number        string     `json:"number,omitempty"`
	Code          string     `json:"code,omitempty"`
	Created       time.Time  `json:"created"`
	Until         time.Time  `json:"until"`
	Started       *time.Time `json:"started,omitempty"`
	Locked        *time.Time `json:"locked,omitempty"`
	Left          *time.Time `json:"left,omitempty"`
	Ended         *time.Time `json:"ended,omitempty"`
	By            string     `json:"by,omitempty"`
}

// viewDelegation is for both sides; the number is shown to neither.
func viewDelegation(d safe.Delegation) delegationView {
	acts := d.Acts
	if acts == nil {
		acts = []string{}
	}
	return delegationView{
		ID: string(d.ID), State: string(d.State), Way: string(d.Way), Mediator: string(d.Mediator), MediatorName: d.MediatorName,
		Structure: string(d.Structure), StructureName: d.StructureName, Acts: acts, Purpose: d.Purpose, Minutes: d.Minutes,
		Standing: string(d.Standing), Citizen: d.Citizen, Mandate: string(d.Mandate), Created: d.Created.UTC(), Until: d.Until.UTC(),
		Started: optional(d.Started), Locked: optional(d.Locked), Left: optional(d.Left), Ended: optional(d.Ended), By: d.By,
	}
}

// viewOwnDelegation is the mediator's: he shows the number, once somebody has
// to type it.
func viewOwnDelegation(d safe.Delegation) delegationView {
	v := viewDelegation(d)
	if d.State == safe.DelegationClaimed || d.State == safe.DelegationPending && d.Way == safe.ByCounter {
		v.Number = d.Number
	}
	return v
}

type askedDelegationView struct {
	delegationView
	// Session are the keys of the mediator's tab, to be compared with what its
	// screen shows.
	Session     sessionKeys   `json:"session"`
	Habilitated structureView `json:"habilitated"`
}

type sessionKeys struct {
	Recipient string `json:"recipient"`
	VK        []byte `json:"vk"`
}

func viewAskedDelegation(d safe.AskedDelegation) askedDelegationView {
	return askedDelegationView{
		delegationView: viewDelegation(d.Delegation), Session: sessionKeys{d.Recipient, d.VK}, Habilitated: viewStructure(d.Structure),
	}
}

type collectedView struct {
	delegationView
	Signed    []byte        `json:"signed,omitempty"`  // the mandate; a paper has none
	Binding   []byte        `json:"binding,omitempty"` // the citizen's word to the tab
	Safe      string        `json:"safe"`
	VK        []byte        `json:"vk"`
	Recipient string        `json:"recipient"` // of the citizen's vault
	Key       *journal.Leaf `json:"key"`
	Documents []string      `json:"documents"`
}

func viewCollected(c safe.Collected) collectedView {
	v := collectedView{
		delegationView: viewDelegation(c.Delegation), Signed: c.Mandate, Binding: c.Binding, Safe: string(c.Safe.ID), VK: c.Safe.VK,
		Recipient: c.Safe.Recipient, Key: c.Key, Documents: []string{},
	}
	for _, d := range c.Documents {
		v.Documents = append(v.Documents, string(d.Doc))
	}
	return v
}

type workingView struct {
	Doc       string `json:"doc"`
	Version   string `json:"version"`
	Sealed    int64  `json:"sealed"`
	SHA256    string `json:"sha256"`
	Deposited bool   `json:"deposited"`
}

func viewWorking(d safe.WorkingDocument) workingView {
	return workingView{
		Doc: string(d.Version.Doc), Version: string(d.Version.ID), Sealed: d.Version.Sealed, SHA256: hex.EncodeToString(d.Version.SHA256[:]),
		Deposited: d.Deposited,
	}
}

type mandateView struct {
	ID            string     `json:"id"`
	Kind          string     `json:"kind"`
	Mediator      string     `json:"mediator"`
	MediatorName  string     `json:"mediatorName"`
	Structure     string     `json:"structure"`
	StructureName string     `json:"structureName"`
	Acts          []string   `json:"acts"`
	Presence      string     `json:"presence,omitempty"`
	Purpose       string     `json:"purpose"`
	Reference     string     `json:"reference,omitempty"`
	Signed        []byte     `json:"signed,omitempty"`
	Created       time.Time  `json:"created"`
	NotAfter      time.Time  `json:"notAfter"`
	Confirmed     *time.Time `json:"confirmed,omitempty"`
	ConfirmedBy   string     `json:"confirmedBy,omitempty"`
	Ended         *time.Time `json:"ended,omitempty"`
	By            string     `json:"by,omitempty"`
	Revocation    []byte     `json:"revocation,omitempty"`
	// Citizen is the name of the safe's holder, for mediators.
	Citizen string `json:"citizen,omitempty"`
	// State is what can still happen under it: "current", "waiting" (a paper, to
	// be confirmed), "ended", "expired".
	State string `json:"state"`
	// Session is the newest state of the session that it was signed for.
	Session *delegationView `json:"session,omitempty"`
}

func viewMandate(m safe.MandateRow, now time.Time) mandateView {
	v := mandateView{
		ID: string(m.ID), Kind: string(m.Kind), Mediator: string(m.Mediator), MediatorName: m.MediatorName, Structure: string(m.Structure),
		StructureName: m.StructureName, Acts: m.Acts, Presence: m.Presence, Purpose: m.Purpose, Reference: m.Reference, Signed: m.Body,
		Created: m.Created.UTC(), NotAfter: m.NotAfter.UTC(), Confirmed: optional(m.Confirmed), ConfirmedBy: m.ConfirmedBy,
		Ended: optional(m.Ended), By: m.By, Revocation: m.Revocation, State: "current",
	}
	switch {
	case !m.Ended.IsZero():
		v.State = "ended"
	case !now.Before(m.NotAfter):
		v.State = "expired"
	case m.Kind.Unsigned() && m.Confirmed.IsZero():
		v.State = "waiting"
	}
	return v
}

func (g *Gateway) viewOwnMandate(m safe.MandateView) mandateView {
	v := viewMandate(m.MandateRow, g.now())
	if m.Session != nil {
		s := viewDelegation(*m.Session)
		v.Session = &s
	}
	return v
}

func (g *Gateway) viewMandateFor(m safe.MandateFor) mandateView {
	v := viewMandate(m.MandateRow, g.now())
	v.Citizen = m.Citizen
	return v
}

func (g *Gateway) viewMandateRow(m safe.MandateRow) mandateView { return viewMandate(m, g.now()) }

type proposalView struct {
	ID            string    `json:"id"`
	Doc           string    `json:"doc"`
	Mandate       string    `json:"mandate"`
	MediatorName  string    `json:"mediatorName"`
	StructureName string    `json:"structureName"`
	Sealed        []byte    `json:"sealed"`
	Created       time.Time `json:"created"`
}

func viewProposal(p safe.Proposal) proposalView {
	return proposalView{
		ID: string(p.ID), Doc: string(p.Doc), Mandate: string(p.Mandate), MediatorName: p.MediatorName, StructureName: p.StructureName,
		Sealed: p.Sealed, Created: p.Created.UTC(),
	}
}
