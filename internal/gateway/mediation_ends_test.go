package gateway_test

import (
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// lasting is a mandate for deposits, and a confirmed paper, that the mediator
// can use again; the answers are the requests that do.
func (m *mediated) lasting(t *testing.T) []request {
	t.Helper()
	in := m.c.claim(t, m.desk.open(t, sealed.ActDeposit))
	standing := m.c.drafts(in, nil, func(s *sealed.Mandate) {
		s.Session, s.Presence, s.NotAfter = nil, sealed.PresenceDeposit, stamp(m.clock.now().AddDate(0, 0, 31))
	})
	signed, err := sealed.SignMandate(standing, m.c.ring.Root())
	must(t, err)
	m.do(t, request{who: m.c.caller, method: "POST", path: "/api/v1/safe/mandates", json: object{"mandate": signed}}).is(t, 201)
	// Its attestation is of these very bytes.
	given := (&visit{desk: m.desk}).told(t, m.c, journal.WhatMandateGiven, journal.ResultDone)
	if given.Detail["signed"] != sealed.MandateHash(signed) {
		t.Errorf("the mandate is told of as %+v", given.Detail)
	}
	paper := m.do(t, request{who: m.desk.caller, method: "POST", path: mediation + "/papers", json: object{
		"safe": m.c.Safe, "reference": "2026-117", "purpose": "dossier d’APL", "notAfter": stamp(m.clock.now().Add(24 * time.Hour)),
	}}).is(t, 201).string(t, "id")
	second := m.world.desk(t, m.desk.st, "Inès Roche")
	m.do(t, request{who: second.caller, method: "POST", path: mediation + "/papers/" + paper + "/confirmation"}).is(t, 200)
	use := func(id string) request {
		return request{who: m.desk.caller, method: "POST", path: mediation + "/mandates/" + id + "/sessions"}
	}
	return []request{use(standing.ID), use(paper)}
}

func (m *mediated) appoint(t *testing.T, role safe.Role) {
	t.Helper()
	now := m.clock.now()
	_, err := m.domain.AppointMediator(m.ctx, operator(), safe.MediatorID(m.desk.Account), safe.MediatorAppointment{
		Role: role, Trained: "2026-01-31", From: now.Add(-time.Hour), Until: now.AddDate(0, 6, 0),
	})
	must(t, err)
}

// TestWhatWasWithdrawnStaysEnded: who approves a structure or appoints a
// mediator again does not bring back what citizens had let them do before.
func TestWhatWasWithdrawnStaysEnded(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(*testing.T, *mediated){
		"structure": func(t *testing.T, m *mediated) {
			t.Helper()
			_, err := m.domain.EndStructure(m.ctx, operator(), franceServices)
			must(t, err)
			m.structure(t, m.desk.st.Name, franceServices)
		},
		"mediator": func(t *testing.T, m *mediated) {
			t.Helper()
			m.appoint(t, safe.NoRole)
			m.appoint(t, safe.MediatorRole)
		},
		"another structure and back": func(t *testing.T, m *mediated) {
			t.Helper()
			m.waitingDesk(t, m.structure(t, "Ailleurs", "13002526500099"), m.desk.Name)
			m.waitingDesk(t, m.desk.st, m.desk.Name)
			m.appoint(t, safe.MediatorRole)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMediated(t)
			uses := m.lasting(t)
			for _, use := range uses {
				m.do(t, use).is(t, 201)
			}
			again(t, m)
			for _, use := range uses {
				m.do(t, use).is(t, 410).refuses(t, "session-over")
			}
			told := slices.DeleteFunc(m.c.events(t), func(e journal.Event) bool { return e.What != journal.WhatMandateRevoked })
			if len(told) != 2 || told[0].Detail["by"] != safe.EndedByStructure {
				t.Errorf("the citizen is told %+v", told)
			}
			m.sound(t)
		})
	}
}

// TestAMandateIsForTheNameThatWasSigned.
func TestAMandateIsForTheNameThatWasSigned(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	uses := m.lasting(t)
	m.structure(t, "Autre maison", franceServices)
	for _, use := range uses {
		m.do(t, use).is(t, 410).refuses(t, "session-over")
	}
}

// TestNoSessionIsForgottenAtTheEnd: however many there are of a structure, and
// whoever's they are; of the codes of one mediator, five wait at most.
func TestNoSessionIsForgottenAtTheEnd(t *testing.T) {
	t.Parallel()
	m := newMediated(t, unlimited)
	var codes []*visit
	for range 7 {
		codes = append(codes, m.desk.open(t, sealed.ActDeposit))
		m.clock.add(time.Second)
	}
	for i, v := range codes {
		want := "pending"
		if i < 2 {
			want = "cancelled"
		}
		if got := v.state(t); got != want {
			t.Errorf("code %d of %d is %s", i, len(codes), got)
		}
	}
	last := m.world.desk(t, m.desk.st, "Inès Roche")
	use := m.lasting(t)[0]
	for range 210 {
		m.do(t, use).is(t, 201)
	}
	open := m.visit(t, last, m.c, []*document{m.doc}, nil, sealed.ActRead)
	_, err := m.domain.AppointMediator(m.ctx, operator(), safe.MediatorID(last.Account), safe.MediatorAppointment{})
	must(t, err)
	if got := open.state(t); got != "revoked" {
		t.Errorf("the session of who was cut off is %s", got)
	}
	_, err = m.domain.EndStructure(m.ctx, operator(), franceServices)
	must(t, err)
	all, _, err := m.domain.OwnDelegations(m.ctx, m.c.Actor, safe.Page{Limit: 200})
	must(t, err)
	for _, d := range all {
		if !d.State.Over() {
			t.Errorf("a session is %s after the structure's end", d.State)
		}
	}
}

// TestOrganisingIsNotReading: whoever may put documents in order has their
// names proposed, and opens none; what he brought himself he still has.
func TestOrganisingIsNotReading(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActDeposit, sealed.ActOrganise)
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/documents/" + m.doc.doc + "/release")}).is(t, 403).refuses(t, "outside-mandate")
	m.do(t, request{who: v.caller, method: "GET", path: v.path("/documents/" + m.doc.doc + "/content")}).is(t, 403).refuses(t, "outside-mandate")
	v.told(t, m.c, journal.WhatDocumentOpened, journal.ResultRefused)
	own := v.deposit(t, m.c, 1000)
	m.do(t, request{who: v.caller, method: "GET", path: v.path("/documents/" + own.doc + "/content")}).is(t, 200)
}

// TestWhatIsGivenIsForTheMandatesPurpose: the mediator chooses no other, nor a
// service or a procedure that the citizen has not read.
func TestWhatIsGivenIsForTheMandatesPurpose(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, sharing(m.town, m.world), sealed.ActShare)
	grant := m.c.sealGrant(t, m.doc, string(m.town.ID), m.town.key.Recipient())
	until := stamp(m.clock.now().Add(time.Hour))
	for member, said := range map[string]string{"purpose": "autre chose", "procedure": "Autre démarche"} {
		r := v.gift(m.doc, m.town, grant, until)
		r.json.(object)[member] = said
		m.do(t, r).is(t, 403).refuses(t, "outside-mandate")
	}
	m.do(t, v.gift(m.doc, m.town, grant, until)).is(t, 201)
}

// TestTheJournalTellsWhichMandateWasSigned: what she keeps of a session is of
// the bytes that she signed, and of no others with the same id.
func TestTheJournalTellsWhichMandateWasSigned(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.world.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	if e := v.told(t, m.c, journal.WhatMediationApproved, journal.ResultDone); e.Detail["signed"] != sealed.MandateHash(v.signed) {
		t.Errorf("the mandate is told of as %+v", e.Detail)
	}
}
