package gateway_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	franceServices = "13002526500013"
	mediation      = "/api/v1/mediation"
)

// structure is approved for a year.
func (w *world) structure(t *testing.T, name, siret string) safe.Structure {
	t.Helper()
	now := w.clock.now()
	st, err := w.domain.ApproveStructure(w.ctx, operator(), safe.NewStructure{SIRET: siret, Name: name, From: now.Add(-time.Hour), Until: now.AddDate(1, 0, 0)})
	must(t, err)
	return st
}

// desk is a mediator who is logged in.
type desk struct {
	caller
	safe.Actor
	w       *world
	st      safe.Structure
	session session.Session
}

// desk logs a mediator in, appointed for half a year.
func (w *world) desk(t *testing.T, st safe.Structure, name string) *desk {
	t.Helper()
	d := w.waitingDesk(t, st, name)
	now := w.clock.now()
	_, err := w.domain.AppointMediator(w.ctx, operator(), safe.MediatorID(d.Account), safe.MediatorAppointment{
		Role: safe.MediatorRole, Trained: "2026-01-31", From: now.Add(-time.Hour), Until: now.AddDate(0, 6, 0),
	})
	must(t, err)
	return d
}

func (w *world) waitingDesk(t *testing.T, st safe.Structure, name string) *desk {
	t.Helper()
	m, err := w.domain.SignInMediator(w.ctx, safe.SignIn{
		Kind: safe.MediatorActor, Issuer: "https://pc.test", Sub: "mediator-" + name, Name: name, SIRET: st.SIRET, ACR: "eidas1-mfa", Door: "web",
	})
	must(t, err)
	d := &desk{w: w, st: st, Actor: safe.Actor{Kind: safe.MediatorActor, Account: safe.AccountID(m.ID), Structure: st.ID, Name: name, Level: 1, Door: "web"}}
	d.again(t)
	return d
}

// again is another log-in of the same mediator.
func (d *desk) again(t *testing.T) {
	t.Helper()
	var err error
	d.cookie, d.session, err = d.w.sessions.Create(d.w.ctx, session.Session{
		Kind: session.Browser, Principal: "mediator", Account: string(d.Account), Structure: string(d.Structure), Name: d.Name,
		Provider: "pc", Issuer: "https://pc.test", Sub: "mediator-" + d.Name, ACR: "eidas1-mfa", Level: 1, AuthTime: d.w.clock.now(),
	})
	must(t, err)
	d.Session, d.Since = d.session.ID, d.session.AuthTime
}

// visit is one session, as the mediator's tab knows it.
type visit struct {
	*desk
	key     sealed.SessionKey
	id      string
	code    string
	number  string
	mandate sealed.Mandate
	signed  []byte
}

func (v *visit) path(more string) string { return mediation + "/delegations/" + v.id + more }

// opens is the request for a session.
func (d *desk) opens(t *testing.T, way string, acts ...string) (*visit, request) {
	t.Helper()
	key, err := sealed.NewSessionKey(sealed.NewSecret())
	must(t, err)
	pub := key.Public()
	return &visit{desk: d, key: key}, request{who: d.caller, method: "POST", path: mediation + "/delegations", json: object{
		"way": way, "recipient": pub.Recipient, "vk": pub.VK, "acts": acts, "purpose": "dossier d’APL", "minutes": 30,
	}}
}

func (d *desk) open(t *testing.T, acts ...string) *visit {
	t.Helper()
	v, r := d.opens(t, "phone", acts...)
	v.opened(t, d.w.do(t, r).is(t, 201))
	return v
}

func (v *visit) opened(t *testing.T, a answer) {
	t.Helper()
	v.id, v.code = a.string(t, "id"), a.string(t, "code")
}

func (v *visit) state(t *testing.T) string {
	t.Helper()
	return v.w.do(t, request{who: v.caller, method: "GET", path: v.path("")}).is(t, 200).string(t, "state")
}

// claims is the request that takes it.
func (c *citizen) claims(code string) request {
	return request{who: c.caller, method: "POST", path: "/api/v1/delegations", json: object{"code": code}}
}

// at is the same citizen, logged in on the mediator's locked machine.
func (c *citizen) at(t *testing.T, v *visit) *citizen {
	t.Helper()
	here := *c
	cookie, _, err := c.w.sessions.Create(c.w.ctx, session.Session{
		Kind: session.Browser, Principal: "citizen", Account: string(c.Account), Safe: string(c.Safe), Name: c.Name, Provider: "fc",
		ACR: "eidas1", Level: 1, AuthTime: c.w.clock.now(), Counter: v.id,
	})
	must(t, err)
	here.caller = caller{cookie: cookie}
	return &here
}

// asked is what the citizen is shown.
type asked struct {
	ID, Mediator, MediatorName, Structure, StructureName, Purpose string
	Acts                                                          []string
	Session                                                       sealed.Session
	Habilitated                                                   struct{ Leaf journal.Leaf }
}

func (c *citizen) claim(t *testing.T, v *visit) asked {
	t.Helper()
	a := c.w.do(t, c.claims(v.code)).is(t, 200)
	var in asked
	a.read(t, &in)
	v.number = c.w.do(t, request{who: v.caller, method: "GET", path: v.path("")}).is(t, 200).string(t, "number")
	return in
}

// drafts is a mandate for what was asked, on documents, with a change.
func (c *citizen) drafts(in asked, docs []*document, change func(*sealed.Mandate)) sealed.Mandate {
	now := c.w.clock.now()
	m := sealed.Mandate{
		Suite: sealed.Suite, ID: newKey(), Safe: string(c.Safe), Structure: in.Structure, StructureName: in.StructureName,
		Index: in.Habilitated.Leaf.Index, Mediator: in.Mediator, MediatorName: in.MediatorName, Acts: in.Acts, Purpose: in.Purpose,
		Session: &in.Session, Created: stamp(now), NotAfter: stamp(now.Add(30 * time.Minute)),
	}
	for _, d := range docs {
		m.Documents = append(m.Documents, d.doc)
	}
	slices.Sort(m.Documents)
	if change != nil {
		change(&m)
	}
	return m
}

// approval is the request that lets the mediator act.
func (c *citizen) approval(t *testing.T, v *visit, m sealed.Mandate, docs []*document) request {
	t.Helper()
	signed, err := sealed.SignMandate(m, c.ring.Root())
	must(t, err)
	v.mandate, v.signed = m, signed
	grants := []object{}
	for _, d := range docs {
		to := v.key.Identity().Recipient()
		b, err := sealed.SealGrant(sealed.Grant{
			Suite: sealed.Suite, Safe: string(c.Safe), Doc: d.doc, Version: d.version, SHA256: hex.EncodeToString(d.sum[:]),
			Sealed: int64(len(d.sealed)), Size: int64(len(d.plain)), Name: "avis.pdf", Type: "application/pdf", Created: m.Created,
			Reader: m.ID, Recipient: to.Fingerprint(), Mandate: m.ID, NotAfter: m.NotAfter,
		}, c.ring.Root(), d.key, to)
		must(t, err)
		grants = append(grants, object{"doc": d.doc, "version": d.version, "grant": b})
	}
	return request{who: c.caller, method: "POST", path: "/api/v1/safe/delegations/" + v.id + "/approval", json: object{
		"number": v.number, "mandate": signed, "grants": grants,
	}}
}

func (c *citizen) approve(t *testing.T, v *visit, docs []*document, change func(*sealed.Mandate)) {
	t.Helper()
	in := c.claim(t, v)
	a := c.w.do(t, c.approval(t, v, c.drafts(in, docs, change), docs)).is(t, 200)
	if got := a.string(t, "state"); got != "approved" {
		t.Fatalf("an approved session is %s", got)
	}
}

func (v *visit) collects() request {
	return request{who: v.caller, method: "POST", path: v.path("/collection")}
}

// visit is an active session.
func (w *world) visit(t *testing.T, d *desk, c *citizen, docs []*document, change func(*sealed.Mandate), acts ...string) *visit {
	t.Helper()
	v := d.open(t, acts...)
	c.approve(t, v, docs, change)
	w.do(t, v.collects()).is(t, 200)
	return v
}

func (v *visit) lists() request {
	return request{who: v.caller, method: "GET", path: v.path("/documents")}
}

// over fails unless every way of going on is refused as over.
func (v *visit) over(t *testing.T) {
	t.Helper()
	v.w.do(t, v.lists()).is(t, 410).refuses(t, "session-over")
	v.w.do(t, v.reserves(5000)).is(t, 410).refuses(t, "session-over")
}

func (v *visit) reserves(size int) request {
	return request{who: v.caller, method: "POST", path: v.path("/uploads"), json: object{"sealed": size}, header: object{"Idempotency-Key": newKey()}}
}

// deposit brings a document into the citizen's inbox.
func (v *visit) deposit(t *testing.T, c *citizen, size int) *document {
	t.Helper()
	d := newDocument(t, size)
	a := v.w.do(t, v.reserves(len(d.sealed))).is(t, 201)
	d.doc, d.version = a.string(t, "doc"), a.string(t, "version")
	at := v.path("/documents/" + d.doc + "/versions/" + d.version)
	v.w.do(t, request{who: v.caller, method: "PUT", path: at, body: d.sealed, header: object{"Content-Digest": digestOf(d.sum)}}).is(t, 201)
	v.w.do(t, request{who: v.caller, method: "POST", path: at + "/deposit", json: object{"slip": c.sealGrant(t, d, string(c.Safe), c.vault.Recipient())}}).is(t, 201)
	return d
}

// gives is a grant to an administration, made in the tab.
func (v *visit) gives(t *testing.T, d *document, o *office, deposited ...string) request {
	t.Helper()
	until := stamp(v.w.clock.now().Add(24 * time.Hour))
	index := int64(0)
	b, err := sealed.SealGrantUnderMandate(sealed.Grant{
		Safe: v.mandate.Safe, Doc: d.doc, Version: d.version, SHA256: hex.EncodeToString(d.sum[:]), Sealed: int64(len(d.sealed)),
		Size: int64(len(d.plain)), Name: "avis.pdf", Type: "application/pdf", Created: stamp(v.w.clock.now()), Reader: string(o.ID),
		Recipient: o.key.Recipient().Fingerprint(), Index: &index, Purpose: "dossier d’APL", NotAfter: until,
	}, v.mandate, v.key, d.key, o.key.Recipient(), deposited...)
	must(t, err)
	return v.gift(d, o, b, until)
}

// gift sends whatever was sealed: the server cannot see it.
func (v *visit) gift(d *document, o *office, grant []byte, until string) request {
	return request{who: v.caller, method: "POST", path: v.path("/grants"), header: object{"Idempotency-Key": newKey()}, json: object{
		"doc": d.doc, "version": d.version, "administration": o.ID, "purpose": "dossier d’APL", "notAfter": until, "grant": grant,
	}}
}

// sharing lets the mediator give documents to an administration.
func sharing(o *office, w *world) func(*sealed.Mandate) {
	return func(m *sealed.Mandate) {
		m.Administrations = []string{string(o.ID)}
		m.GrantsUntil = stamp(w.clock.now().Add(48 * time.Hour))
	}
}

// events are those of the citizen's journal, newest first.
func (c *citizen) events(t *testing.T) []journal.Event {
	t.Helper()
	a := c.w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/journal?limit=200"}).is(t, 200)
	var page struct{ Items []struct{ Event string } }
	a.read(t, &page)
	var all []journal.Event
	for _, it := range page.Items {
		e, err := journal.DecodeEvent([]byte(it.Event))
		must(t, err)
		all = append(all, e)
	}
	return all
}

// told fails unless the newest event of that kind names the mediator, for the
// citizen.
func (v *visit) told(t *testing.T, c *citizen, what, result string) journal.Event {
	t.Helper()
	for _, e := range c.events(t) {
		if e.What != what || e.Result != result {
			continue
		}
		if e.Who.Kind == "mediator" && (e.Who.Name != v.Name || e.Who.AdministrationName != v.st.Name || e.Behalf == nil || e.Behalf.Name != c.Name) {
			t.Errorf("%s names %+v for %+v", what, e.Who, e.Behalf)
		}
		return e
	}
	t.Fatalf("the journal has no %s that was %s", what, result)
	return journal.Event{}
}
