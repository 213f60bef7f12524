package gateway_test

import (
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// mediationPart lets mediators help, in every way that there is.
func mediationPart(t *testing.T, s *story) {
	t.Helper()
	st := s.structure(t, "France Services de Valmont", franceServices)
	d := s.citizen.put(t, 2000)
	s.do(t, request{who: s.citizen.caller, method: "POST", path: "/api/v1/safe/documents/" + d.doc + "/release"}).is(t, 200) // and the structure is public
	chief, second := s.desk(t, st, "Nadia Haddad"), s.desk(t, st, "Inès Roche")
	s.get(t, chief.caller, "/api/v1/me", 200)
	now := s.clock.now()
	_, err := s.domain.AppointMediator(s.ctx, operator(), safe.MediatorID(chief.Account), safe.MediatorAppointment{
		Role: safe.Referent, Trained: "2026-01-31", From: now, Until: now.AddDate(1, 0, 0),
	})
	must(t, err)
	s.get(t, chief.caller, mediation+"/mediators", 200)
	s.do(t, request{who: chief.caller, method: "PUT", path: mediation + "/mediators/" + string(second.Account), json: object{
		"role": "mediator", "trained": "2026-02-01", "from": stamp(now), "until": stamp(now.AddDate(0, 6, 0)),
	}}).is(t, 200)
	workPart(t, s, chief, d)
	s.get(t, chief.caller, mediation+"/activity?year=2026", 200)
	givenPart(t, s, chief, second)
	counterPart(t, s, chief)
}

func workPart(t *testing.T, s *story, chief *desk, d *document) {
	t.Helper()
	c := s.citizen
	link := s.office.ask(t, s.world, "")
	v := chief.open(t, sealed.ActAnswer, sealed.ActDeposit, sealed.ActOrganise, sealed.ActRead, sealed.ActShare)
	c.approve(t, v, []*document{d}, func(m *sealed.Mandate) {
		sharing(s.office, s.world)(m)
		m.Requests = []string{link}
	})
	s.get(t, c.caller, "/api/v1/safe/delegations", 200)
	s.get(t, c.caller, "/api/v1/safe/delegations/"+v.id, 200)
	s.do(t, v.collects()).is(t, 200)
	s.get(t, chief.caller, mediation+"/delegations", 200)
	s.get(t, chief.caller, v.path(""), 200)
	s.do(t, v.lists()).is(t, 200)
	at := v.path("/documents/" + d.doc)
	s.do(t, request{who: v.caller, method: "POST", path: at + "/release"}).is(t, 200)
	s.get(t, v.caller, at+"/content", 200)
	s.do(t, request{who: v.caller, method: "GET", path: at + "/content", header: object{"Range": "bytes=0-9"}}).is(t, 206)
	scan := v.deposit(t, c, 1500)
	id := s.do(t, v.gives(t, scan, s.office, scan.doc)).is(t, 201).string(t, "id")
	s.do(t, request{who: s.office.agent, method: "POST", path: "/api/v1/administration/grants/" + id + "/release"}).is(t, 200)
	page := newKey()
	s.do(t, c.sends(v, page, d)).is(t, 201)
	s.get(t, v.caller, v.path("/pages"), 200)
	s.do(t, v.fetches(page)).is(t, 200)
	s.do(t, v.takes(page)).is(t, 204)
	s.get(t, v.caller, v.path("/asked/"+link), 200)
	p := s.do(t, request{who: v.caller, method: "POST", path: v.path("/proposals"), json: object{
		"doc": d.doc, "sealed": c.sealGrant(t, d, string(c.Safe), c.vault.Recipient()),
	}}).is(t, 201).string(t, "id")
	s.get(t, c.caller, "/api/v1/safe/proposals", 200)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/proposals/" + p}).is(t, 204)
	s.get(t, c.caller, "/api/v1/safe/mandates", 200)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/delegations/" + v.id}).is(t, 204)
	no := chief.open(t, sealed.ActDeposit)
	c.claim(t, no)
	s.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/delegations/" + no.id + "/denial"}).is(t, 204)
}

func givenPart(t *testing.T, s *story, chief, second *desk) {
	t.Helper()
	c := s.citizen
	v := chief.open(t, sealed.ActDeposit)
	in := c.claim(t, v)
	s.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	m := c.drafts(in, nil, func(m *sealed.Mandate) {
		m.Session, m.Presence, m.NotAfter = nil, sealed.PresenceDeposit, stamp(s.clock.now().AddDate(0, 0, 31))
	})
	signed, err := sealed.SignMandate(m, c.ring.Root())
	must(t, err)
	s.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/mandates", json: object{"mandate": signed}}).is(t, 201)
	s.get(t, chief.caller, mediation+"/mandates", 200)
	s.do(t, request{who: chief.caller, method: "POST", path: mediation + "/mandates/" + m.ID + "/sessions"}).is(t, 201)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/mandates/" + m.ID}).is(t, 204)
	word, err := sealed.SignRevocation(sealed.Revocation{Suite: sealed.Suite, Safe: m.Safe, Mandate: m.ID, At: stamp(s.clock.now())}, c.ring.Root())
	must(t, err)
	s.do(t, request{who: c.caller, method: "PUT", path: "/api/v1/safe/mandates/" + m.ID + "/revocation", json: object{"revocation": word}}).is(t, 204)
	id := s.do(t, request{who: chief.caller, method: "POST", path: mediation + "/papers", json: object{
		"safe": c.Safe, "reference": "2026-117", "purpose": "dossier d’APL", "notAfter": stamp(s.clock.now().Add(24 * time.Hour)),
	}}).is(t, 201).string(t, "id")
	s.get(t, second.caller, mediation+"/papers", 200)
	s.do(t, request{who: second.caller, method: "POST", path: mediation + "/papers/" + id + "/confirmation"}).is(t, 200)
}

// counterPart is the server's side of one machine for two.
func counterPart(t *testing.T, s *story, chief *desk) {
	t.Helper()
	v, r := chief.opens(t, "counter", sealed.ActDeposit)
	asks := s.do(t, r).is(t, 201)
	v.opened(t, asks)
	v.number = asks.string(t, "number")
	s.do(t, request{who: v.caller, method: "POST", path: v.path("/lock")}).is(t, 200)
	s.do(t, v.lists()).is(t, 401)
	here := s.citizen.at(t, v)
	var in asked
	s.do(t, here.claims(v.code)).is(t, 200).read(t, &in)
	s.do(t, here.approval(t, v, here.drafts(in, nil, nil), nil)).is(t, 200)
	must(t, s.domain.CitizenLeft(s.ctx, safe.DelegationID(v.id), here.Account, s.clock.now()))
	s.clock.add(time.Second)
	chief.again(t)
	s.do(t, request{who: chief.caller, method: "POST", path: v.path("/resumption")}).is(t, 200)
}
