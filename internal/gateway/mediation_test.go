package gateway_test

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// mediated is a citizen with a document, an administration, and a desk.
type mediated struct {
	*world
	c    *citizen
	doc  *document
	town *office
	desk *desk
}

func newMediated(t *testing.T, settings ...setting) *mediated {
	t.Helper()
	w := newWorld(t, settings...)
	st := w.structure(t, "France Services de Valmont", franceServices)
	c := w.citizen(t, "angela") // opens a safe, and so waits until the structure is public
	return &mediated{
		world: w, c: c, doc: c.put(t, 3000), town: w.office(t, "Mairie de Valmont", valmont),
		desk: w.desk(t, st, "Nadia Haddad"),
	}
}

// TestAMediatorHelps from the code to the end: reads, deposits, gives, and the
// citizen's journal tells each act with both names; what was given opens at the
// administration by the citizen's signature.
func TestAMediatorHelps(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.desk.open(t, sealed.ActDeposit, sealed.ActRead, sealed.ActShare)
	if v.state(t) != "pending" {
		t.Fatalf("a new session is %s", v.state(t))
	}
	m.do(t, v.collects()).is(t, 409).refuses(t, "session-not-approved")
	m.c.approve(t, v, []*document{m.doc}, sharing(m.town, m.world))
	got := m.do(t, v.collects()).is(t, 200)
	if got.string(t, "citizen") != m.c.Name || got.string(t, "safe") != string(m.c.Safe) || got.string(t, "recipient") != m.c.vault.Recipient().String() {
		t.Errorf("the tab is told %s", got.body)
	}
	if docs := m.do(t, v.lists()).is(t, 200).items(t, "doc"); !slices.Equal(docs, []string{m.doc.doc}) {
		t.Errorf("documents of the mandate: %q", docs)
	}

	rel := m.do(t, request{who: v.caller, method: "POST", path: v.path("/documents/" + m.doc.doc + "/release")}).is(t, 200)
	var out struct{ Grant []byte }
	rel.read(t, &out)
	vk := m.c.ring.Root().VK()
	opened, err := sealed.OpenGrant(out.Grant, v.key.Identity(), vk)
	must(t, err)
	must(t, v.mandate.CheckRead(opened.Grant))
	bytesOf := m.do(t, request{who: v.caller, method: "GET", path: v.path("/documents/" + m.doc.doc + "/content")}).is(t, 200)
	if !bytes.Equal(bytesOf.body, m.doc.sealed) {
		t.Error("other bytes than the document's")
	}
	if e := v.told(t, m.c, journal.WhatDocumentOpened, journal.ResultDone); e.Doc != m.doc.doc || e.Detail["mandate"] != v.mandate.ID {
		t.Errorf("reading is told as %+v", e)
	}

	scan := v.deposit(t, m.c, 2000)
	v.told(t, m.c, journal.WhatDeposit, journal.ResultDone)
	inbox := m.do(t, request{who: m.c.caller, method: "GET", path: "/api/v1/safe/inbox"})
	if inbox.items(t, "doc")[0] != scan.doc || inbox.items(t, "originName")[0] != m.desk.st.Name {
		t.Errorf("the inbox has %s", inbox.body)
	}
	for _, d := range []*document{m.doc, scan} {
		id := m.do(t, v.gives(t, d, m.town, scan.doc)).is(t, 201).string(t, "id")
		m.received(t, v, id, d)
	}
	v.told(t, m.c, journal.WhatGrantCreated, journal.ResultDone)

	m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	v.over(t)
	if e := v.told(t, m.c, journal.WhatMediationEnded, journal.ResultDone); e.Detail["by"] != safe.EndedByMediator {
		t.Errorf("the end is told as %+v", e)
	}
	m.adopted(t, scan)
	m.sound(t)
}

// received opens what a mediator gave, as the administration's program does.
func (m *mediated) received(t *testing.T, v *visit, id string, d *document) {
	t.Helper()
	rel := m.do(t, request{who: m.town.agent, method: "POST", path: "/api/v1/administration/grants/" + id + "/release"}).is(t, 200)
	var out struct {
		Grant, Mandate, VK []byte
		Deposit            *struct{ Event string }
	}
	rel.read(t, &out)
	vk, err := sealed.ParseVK(out.VK)
	must(t, err)
	var deposited []string
	if out.Deposit != nil {
		e, err := journal.DecodeEvent([]byte(out.Deposit.Event))
		must(t, err)
		if e.What != journal.WhatDeposit || e.Detail["mandate"] != v.mandate.ID {
			t.Errorf("the deposit is proven by %+v", e)
		}
		deposited = append(deposited, e.Doc)
	}
	g, by, err := sealed.OpenGrantUnderMandate(out.Grant, m.town.key, sealed.Chain{Mandate: out.Mandate, VK: vk, Deposited: deposited})
	must(t, err)
	if g.Grant.Doc != d.doc || by.MediatorName != v.Name || !bytes.Equal(out.Mandate, v.signed) {
		t.Errorf("given by %s under %+v", by.MediatorName, g.Grant)
	}
	m.do(t, request{who: m.town.agent, method: "GET", path: "/api/v1/administration/grants/" + id + "/content"}).is(t, 200)
}

// adopted takes a mediator's deposit into the safe.
func (m *mediated) adopted(t *testing.T, d *document) {
	t.Helper()
	m.c.change(t, []object{m.c.adoption(t, d)}, nil)
	m.do(t, request{who: m.c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc}).is(t, 200)
}

// TestAMandateBoundsEveryAct: what is not in it is refused, and written down.
func TestAMandateBoundsEveryAct(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	other := m.c.put(t, 1000)
	elsewhere := m.office(t, "Département de la Brenne", brenne)
	read := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	m.do(t, read.reserves(5000)).is(t, 403).refuses(t, "outside-mandate")
	read.told(t, m.c, journal.WhatDeposit, journal.ResultRefused)
	m.do(t, read.gift(m.doc, m.town, m.doc.sealed, stamp(m.clock.now().Add(time.Hour)))).is(t, 403).refuses(t, "outside-mandate")
	for _, of := range []string{other.doc, newKey()} {
		m.do(t, request{who: read.caller, method: "POST", path: read.path("/documents/" + of + "/release")}).is(t, 404)
		m.do(t, request{who: read.caller, method: "GET", path: read.path("/documents/" + of + "/content")}).is(t, 404)
	}
	give := m.visit(t, m.desk, m.c, []*document{m.doc}, sharing(m.town, m.world), sealed.ActShare)
	grant := m.c.sealGrant(t, m.doc, string(m.town.ID), m.town.key.Recipient())
	until := stamp(m.clock.now().Add(time.Hour))
	m.do(t, give.gift(m.doc, elsewhere, grant, until)).is(t, 403).refuses(t, "outside-mandate")
	m.do(t, give.gift(other, m.town, grant, until)).is(t, 404)
	m.do(t, give.gift(m.doc, m.town, grant, stamp(m.clock.now().Add(72*time.Hour)))).is(t, 403).refuses(t, "outside-mandate")
	give.told(t, m.c, journal.WhatGrantCreated, journal.ResultRefused)
	m.do(t, give.gift(m.doc, m.town, grant, until)).is(t, 201)
	m.sound(t)
}

// TestStandingMandatesAndPapers: deposits without the citizen's presence, where
// she has said so, or a paper and two mediators have.
func TestStandingMandatesAndPapers(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	in := m.c.claim(t, m.desk.open(t, sealed.ActDeposit)) // to know whom
	standing := m.c.drafts(in, nil, func(s *sealed.Mandate) {
		s.Session, s.Presence, s.NotAfter = nil, sealed.PresenceDeposit, stamp(m.clock.now().AddDate(0, 0, 31))
	})
	signed, err := sealed.SignMandate(standing, m.c.ring.Root())
	must(t, err)
	give := request{who: m.c.caller, method: "POST", path: "/api/v1/safe/mandates", json: object{"mandate": signed}}
	m.do(t, give).is(t, 201)
	m.do(t, give).is(t, 201) // a lost answer
	if ids := m.do(t, request{who: m.desk.caller, method: "GET", path: mediation + "/mandates"}).items(t, "id"); !slices.Equal(ids, []string{standing.ID}) {
		t.Errorf("the mediator has the mandates %q", ids)
	}
	v := &visit{desk: m.desk, mandate: standing}
	v.id = m.do(t, request{who: m.desk.caller, method: "POST", path: mediation + "/mandates/" + standing.ID + "/sessions"}).is(t, 201).string(t, "id")
	v.deposit(t, m.c, 1000)
	word, err := sealed.SignRevocation(sealed.Revocation{Suite: sealed.Suite, Safe: standing.Safe, Mandate: standing.ID, At: stamp(m.clock.now())}, m.c.ring.Root())
	must(t, err)
	revoke := request{who: m.c.caller, method: "PUT", path: "/api/v1/safe/mandates/" + standing.ID + "/revocation", json: object{"revocation": word[:len(word)-1]}}
	m.do(t, revoke).is(t, 422).refuses(t, "mandate-refused")
	revoke.json = object{"revocation": word}
	m.do(t, revoke).is(t, 204)
	v.over(t)
	m.do(t, request{who: m.desk.caller, method: "POST", path: mediation + "/mandates/" + standing.ID + "/sessions"}).is(t, 410).refuses(t, "session-over")

	paper := request{who: m.desk.caller, method: "POST", path: mediation + "/papers", json: object{
		"safe": m.c.Safe, "reference": "2026-117", "purpose": "dossier d’APL", "notAfter": stamp(m.clock.now().Add(24 * time.Hour)),
	}}
	id := m.do(t, paper).is(t, 201).string(t, "id")
	use := request{who: m.desk.caller, method: "POST", path: mediation + "/mandates/" + id + "/sessions"}
	confirm := request{who: m.desk.caller, method: "POST", path: mediation + "/papers/" + id + "/confirmation"}
	m.do(t, use).is(t, 410)
	m.do(t, confirm).is(t, 403).refuses(t, "same-person")
	far := m.world.desk(t, m.structure(t, "Ailleurs", "13002526500099"), "Luc Bernard")
	m.do(t, confirm.by(far.caller)).is(t, 404)
	second := m.world.desk(t, m.desk.st, "Inès Roche")
	// Nobody writes down or confirms a paper about himself.
	herself := m.world.desk(t, m.desk.st, m.c.Name)
	m.do(t, paper.by(herself.caller)).is(t, 403).refuses(t, "same-person")
	m.do(t, confirm.by(herself.caller)).is(t, 403).refuses(t, "same-person")
	if names := m.do(t, request{who: second.caller, method: "GET", path: mediation + "/papers"}).items(t, "citizen"); !slices.Equal(names, []string{m.c.Name}) {
		t.Errorf("papers that wait are for %q", names)
	}
	if ids := m.do(t, request{who: second.caller, method: "GET", path: mediation + "/papers"}).items(t, "id"); !slices.Equal(ids, []string{id}) {
		t.Errorf("papers that wait: %q", ids)
	}
	m.do(t, confirm.by(second.caller)).is(t, 200)
	p := &visit{desk: m.desk}
	p.id = m.do(t, use).is(t, 201).string(t, "id")
	p.deposit(t, m.c, 1000)
	m.do(t, request{who: p.caller, method: "GET", path: p.path("/documents/" + m.doc.doc + "/content")}).is(t, 404)
	for _, what := range []string{journal.WhatMandatePaper, journal.WhatMandateConfirmed, journal.WhatMediationStarted} {
		if !slices.ContainsFunc(m.c.events(t), func(e journal.Event) bool { return e.What == what }) {
			t.Errorf("the citizen's journal says nothing of %s", what)
		}
	}
	m.sound(t)
}

// TestTheOperatorStopsAndStartsNothing.
func TestTheOperatorStopsAndStartsNothing(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	who := operator()
	who.Name = "Jeanne, à l’accueil"
	rows, _, err := m.domain.MandatesOf(m.ctx, who, m.c.Safe, safe.Page{})
	must(t, err)
	if len(rows) != 1 || string(rows[0].ID) != v.mandate.ID {
		t.Fatalf("the operator sees %d mandates", len(rows))
	}
	must(t, m.domain.StopMandate(m.ctx, who, rows[0].ID))
	v.over(t)
	if e := v.told(t, m.c, journal.WhatMandateRevoked, journal.ResultDone); e.Who.Name != who.Name || e.Detail["by"] != safe.EndedByOperator {
		t.Errorf("the stop is told as %+v", e)
	}
	if _, err := m.domain.OpenDelegation(m.ctx, who, safe.NewDelegation{}); !safe.IsKind(err, safe.Forbidden) && !safe.IsKind(err, safe.Invalid) {
		t.Errorf("the operator starts a session: %v", err)
	}
}

// TestMediatorsAreAppointed, by their referent, for a time.
func TestMediatorsAreAppointed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *safe.Config, _ *gateway.Config) { c.Policy.Admission = safe.AdmitAppointed })
	st := w.structure(t, "France Services de Valmont", franceServices)
	chief, nadia := w.waitingDesk(t, st, "Odile Roy"), w.waitingDesk(t, st, "Nadia Haddad")
	_, open := nadia.opens(t, "phone", sealed.ActDeposit)
	w.do(t, open).is(t, 403).refuses(t, "mediator-waits")
	now := w.clock.now()
	said := object{"role": "mediator", "trained": "2026-01-31", "from": stamp(now), "until": stamp(now.AddDate(0, 0, 1))}
	appoint := request{who: chief.caller, method: "PUT", path: mediation + "/mediators/" + string(nadia.Account), json: said}
	w.do(t, appoint).is(t, 403).refuses(t, "mediator-waits")
	_, err := w.domain.AppointMediator(w.ctx, operator(), safe.MediatorID(chief.Account), safe.MediatorAppointment{
		Role: safe.Referent, Trained: "2025-01-31", From: now, Until: now.AddDate(1, 0, 0),
	})
	must(t, err)
	w.do(t, appoint).is(t, 200)
	w.do(t, open).is(t, 201)
	if names := w.do(t, request{who: chief.caller, method: "GET", path: mediation + "/mediators"}).is(t, 200).items(t, "name"); len(names) != 2 {
		t.Errorf("the referent sees %q", names)
	}
	w.do(t, appoint.by(nadia.caller)).is(t, 403).refuses(t, "not-structure-referent")
	self := appoint
	self.path, self.json = mediation+"/mediators/"+string(chief.Account), object{"role": ""}
	w.do(t, self).is(t, 422).refuses(t, "last-structure-referent")
	w.clock.add(25 * time.Hour)
	nadia.again(t)
	w.do(t, open.by(nadia.caller)).is(t, 403).refuses(t, "mediator-waits")
	me := w.do(t, request{who: nadia.caller, method: "GET", path: "/api/v1/me"}).is(t, http.StatusOK)
	if me.string(t, "kind") != "mediator" || me.string(t, "name") != "Nadia Haddad" {
		t.Errorf("she is told %s", me.body)
	}
}
