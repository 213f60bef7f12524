package gateway_test

import (
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// helpers are the mediators of the matrix: S acts for citizen A, a colleague and
// somebody of another structure do not.
func (m *matrix) helpers(t *testing.T) {
	t.Helper()
	near := m.structure(t, "France Services de Valmont", franceServices)
	far := m.structure(t, "Ailleurs", "13002526500099")
	m.desk = m.world.desk(t, near, "Nadia Haddad")
	m.roles = append(m.roles,
		role{name: "mediator S", caller: m.desk.caller, kind: "mediator", of: "S"},
		role{name: "colleague of S", caller: m.world.desk(t, near, "Inès Roche").caller, kind: "mediator", of: "S's structure"},
		role{name: "mediator of another structure", caller: m.world.desk(t, far, "Luc Bernard").caller, kind: "mediator", of: "T"},
	)
}

// helped makes what mediation has of A's: a session that goes on, a standing
// mandate, a paper, a proposal.
func (m *matrix) helped(t *testing.T) {
	t.Helper()
	m.do(t, request{who: m.a.caller, method: "POST", path: "/api/v1/safe/documents/" + m.kept.doc + "/release"}).is(t, 200) // the structure is public
	link := m.x.ask(t, m.world, "")
	m.visit = m.world.visit(t, m.desk, m.a, []*document{m.kept}, func(s *sealed.Mandate) {
		sharing(m.x, m.world)(s)
		s.Requests = []string{link}
	}, sealed.ActAnswer, sealed.ActDeposit, sealed.ActOrganise, sealed.ActRead, sealed.ActShare)
	in := m.a.claim(t, m.desk.open(t, sealed.ActDeposit))
	standing := m.a.drafts(in, nil, func(s *sealed.Mandate) { s.Session, s.Presence = nil, sealed.PresenceDeposit })
	signed, err := sealed.SignMandate(standing, m.a.ring.Root())
	must(t, err)
	m.do(t, request{who: m.a.caller, method: "POST", path: "/api/v1/safe/mandates", json: object{"mandate": signed}}).is(t, 201)
	page := newKey()
	m.do(t, m.a.sends(m.visit, page, m.kept)).is(t, 201)
	proposal := request{who: m.visit.caller, method: "POST", path: m.visit.path("/proposals"), json: object{"doc": m.kept.doc, "sealed": m.kept.sealed}}
	paper := request{who: m.desk.caller, method: "POST", path: mediation + "/papers", json: object{
		"safe": m.a.Safe, "reference": "1", "purpose": "dossier", "notAfter": stamp(m.clock.now().Add(time.Hour)),
	}}
	for place, id := range map[string]string{
		"delegations/{id}": m.visit.id, "mandates/{id}": standing.ID,
		"asked/{request}": link, "mediators/{id}": string(m.desk.Account), "pages/{page}": page,
		"proposals/{id}": m.do(t, proposal).is(t, 201).string(t, "id"), "papers/{id}": m.do(t, paper).is(t, 201).string(t, "id"),
	} {
		m.ids[place] = id
	}
}

// ownsHelp says whether a mediator may reach what the path names.
func (r role) ownsHelp(rt gateway.Route) bool {
	return r.of == "S" || r.of == "S's structure" && rt.Operation == "confirmPaper"
}

// helping is a mediator's request that is right in everything but its ids.
func (m *matrix) helping(rt gateway.Route, r request) (request, bool) {
	r.header = object{"Idempotency-Key": newKey()}
	switch rt.Operation {
	case "reserveWorking":
		r.json = object{"sealed": 5000}
	case "putWorking", "sendPage":
		r.body, r.header = m.waiting.sealed, object{"Content-Digest": digestOf(m.waiting.sum)}
	case "depositWorking":
		r.json = object{"slip": m.kept.sealed}
	case "shareWorking":
		r.json = object{
			"doc": m.kept.doc, "version": m.kept.version, "administration": m.x.ID, "purpose": "dossier",
			"notAfter": stamp(m.clock.now().Add(time.Hour)), "grant": m.kept.sealed,
		}
	case "proposeWorking":
		r.json = object{"doc": m.kept.doc, "sealed": m.kept.sealed}
	default:
		return r, false
	}
	return r, true
}
