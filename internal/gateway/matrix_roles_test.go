package gateway_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// role is somebody who tries everything.
type role struct {
	name string
	caller
	kind string // "", citizen, agent, system, mediator
	of   string // A and X are who owns what the matrix is about
	// left: an agent who no longer acts; plain: one who appoints nobody; other:
	// one of another service than that which things were given to.
	left, plain, other bool
}

// cast is everybody whom threats.md names.
func (m *matrix) cast(t *testing.T) {
	t.Helper()
	w := m.world
	_, err := w.domain.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{
		SIRET: valmont, Name: m.x.Name, Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}, {ID: "ecoles", Name: "Écoles"}},
	})
	must(t, err)
	_, err = w.domain.Appoint(w.ctx, operator(), m.x.actor.Account, safe.Appointment{Role: safe.Referent})
	must(t, err)
	browser := func(c *citizen) caller {
		acc, err := w.domain.Account(w.ctx, c.Actor)
		must(t, err)
		token, s := w.login(t, acc, session.Browser)
		if c == m.a {
			m.session = s
		}
		return caller{cookie: token}
	}
	agent := func(sub string, to ...safe.Appointment) caller {
		acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
			Kind: safe.Agent, Issuer: "https://pc.test", Sub: sub, Name: sub, SIRET: valmont, Door: "web",
		})
		must(t, err)
		for _, one := range to {
			_, err = w.domain.Appoint(w.ctx, operator(), acc.ID, one)
			must(t, err)
		}
		token, _ := w.login(t, acc, session.Browser)
		return caller{cookie: token}
	}
	m.roles = []role{
		{name: "nobody", caller: nobody},
		{name: "citizen A", caller: browser(m.a), kind: "citizen", of: "A"},
		{name: "citizen B", caller: browser(m.b), kind: "citizen", of: "B"},
		{name: "referent of X", caller: m.x.agent, kind: "agent", of: "X"},
		{name: "agent of X", caller: agent("hugo", safe.Appointment{Role: safe.AgentRole}), kind: "agent", of: "X", plain: true},
		{name: "agent of another service of X", caller: agent("nadia", safe.Appointment{Role: safe.AgentRole, Services: []string{"ecoles"}}), kind: "agent", of: "X", plain: true, other: true},
		{name: "agent who left X", caller: agent("paul", safe.Appointment{Role: safe.AgentRole}, safe.Appointment{}), kind: "agent", of: "X", left: true},
		{name: "agent of Y", caller: m.y.agent, kind: "agent", of: "Y"},
		{name: "system of X", caller: m.x.system, kind: "system", of: "X"},
		{name: "system of Y", caller: m.y.system, kind: "system", of: "Y"},
	}
}

func (m *matrix) role(name string) role {
	return m.roles[slices.IndexFunc(m.roles, func(r role) bool { return r.name == name })]
}

// own fills in an id of A's or X's for each place of a path. A new route whose
// place is not here fails the tests; "" is for what belongs to nobody.
func (m *matrix) own(t *testing.T) {
	t.Helper()
	w := m.world
	m.ids = map[string]string{
		"sessions/{id}": m.session.ID, "documents/{doc}": m.kept.doc, "versions/{version}": m.kept.version,
		"grants/{id}": m.a.share(t, m.kept, m.x), "addresses/{id}": m.a.address(t, m.x), "agents/{id}": string(m.x.actor.Account),
		"notices/{id}":         w.do(t, m.a.chooses("push", "https://push.example/abc")).is(t, 201).string(t, "id"),
		"webhooks/{id}":        w.do(t, m.x.registers(hookURL)).is(t, 201).string(t, "id"),
		"devices/{code}":       "",                    // whoever is shown a code may type it
		"administrations/{id}": "", "logo/{hash}": "", // public
		"checkpoints/{size}": "", "logout/{provider}": "",
		"counters/{id}": "", // of the browser that is locked for it
	}
	m.ids["deposits/{address}"] = m.ids["addresses/{id}"]
	m.ids["requests/{id}"] = m.x.ask(t, w, m.ids["addresses/{id}"])
	m.ids["replies/{reply}"] = w.do(t, request{
		who: m.x.agent, method: "GET", path: "/api/v1/administration/requests/" + m.ids["requests/{id}"] + "/replies",
	}).items(t, "id")[0]
	c := newCircle(t, w) // a recovery under way, of which nobody here is custodian
	c.ask(t)
	m.ids["custodies/{safe}"], m.ids["cards/{safe}"] = string(c.angela.acc.Safe), string(c.angela.acc.Safe)
}

func admits(c gateway.Class, kind string) bool {
	switch c {
	case gateway.Public:
		return true
	case gateway.Account:
		return kind == "citizen" || kind == "agent"
	case gateway.Anyone:
		return kind != "" && kind != "system"
	case gateway.MediatorOnly:
		return kind == "mediator"
	case gateway.CitizenOnly:
		return kind == "citizen"
	case gateway.AgentOnly:
		return kind == "agent"
	default:
		return kind == "agent" || kind == "system"
	}
}

// referents are the operations of those who appoint others.
var referents = []string{"appointAgent", "setServices", "setLogo", "removeLogo", "registerWebhook", "endWebhook"}

// whole are the operations on what is its administration's as a whole, whatever
// service somebody works for.
var whole = []string{"deposit"}

// turnedAway is the problem that somebody meets whatever the ids are; "" is none.
func (r role) turnedAway(rt gateway.Route) string {
	office := rt.Class == gateway.Office || rt.Class == gateway.AgentOnly || strings.HasPrefix(rt.Path, "/api/v1/custodies/") || strings.HasPrefix(rt.Path, "/api/v1/cards/")
	switch {
	case r.kind == "" && rt.Class != gateway.Public:
		return "unauthenticated"
	case !admits(rt.Class, r.kind):
		return "forbidden"
	case r.left && office:
		return "agent-left"
	case r.plain && slices.Contains(referents, rt.Operation):
		return "not-referent"
	case rt.Operation == "appointMediator":
		return "not-structure-referent"
	}
	return ""
}

// owns says whether what the path names is the caller's own.
func (r role) owns(rt gateway.Route) bool {
	if rt.Class == gateway.Office || rt.Class == gateway.AgentOnly {
		return r.of == "X" && r.turnedAway(rt) == "" && (!r.other || slices.Contains(whole, rt.Operation))
	}
	if rt.Class == gateway.MediatorOnly {
		return r.ownsHelp(rt)
	}
	return r.of == "A"
}

// kept says whether an agent of X was told that what he tries to reach is
// another service's: his own administration may tell him so much.
func (r role) kept(rt gateway.Route, a answer) bool {
	return r.other && rt.Class == gateway.Office && a.status == 403 && strings.Contains(string(a.body), `"/problems/other-service"`)
}

var (
	parameter = regexp.MustCompile(`\{[a-z]+\}`)
	place     = regexp.MustCompile(`[a-z]+/\{[a-z]+\}`)
)

// foreign fills a path with ids that exist and are A's or X's; none says that
// there are none of anybody.
func (m *matrix) foreign(t *testing.T, rt gateway.Route) (path string, somebodys bool) {
	t.Helper()
	ids := maps.Clone(m.ids)
	if rt.Operation == "putVersion" {
		ids["documents/{doc}"], ids["versions/{version}"] = m.waiting.doc, m.waiting.version
	}
	somebodys = true
	path = place.ReplaceAllStringFunc(rt.Path, func(at string) string {
		id, known := ids[at]
		if !known {
			t.Errorf("%s %s has a place %q that the matrix knows nothing of: have own() make one of citizen A or administration X", rt.Method, rt.Path, at)
		}
		if id == "" {
			id, somebodys = newKey(), false
		}
		segment, _, _ := strings.Cut(at, "/")
		return segment + "/" + id
	})
	if parameter.MatchString(path) {
		t.Errorf("%s %s: a place that the matrix does not see", rt.Method, rt.Path)
	}
	return path, somebodys
}
