package gateway_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// matrix is one of everything that has an id: of citizen A, and of
// administration X.
type matrix struct {
	*world
	a, b    *citizen
	x, y    *office
	kept    *document
	waiting *document       // reserved, not yet sent
	session session.Session // of A
	ids     map[string]string
	roles   []role
	desk    *desk  // who acts for A
	visit   *visit // in this session
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	w := newWorld(t, unlimited)
	m := &matrix{world: w, a: w.citizen(t, "angela"), b: w.citizen(t, "marcel"), waiting: newDocument(t, 1000)}
	m.x, m.y = w.office(t, "Mairie de Valmont", valmont), w.office(t, "Département de la Brenne", brenne)
	m.kept = m.a.put(t, 1000)
	m.a.reserve(t, m.waiting)
	m.cast(t)
	m.helpers(t)
	m.own(t)
	m.helped(t)
	return m
}

func (m *matrix) id(of string) string { return m.ids[of] }

// alias spells an id otherwise: the last character of 16 bytes in base32 has
// two bits that say nothing.
func alias(id string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	return id[:25] + string(letters[strings.IndexByte(letters, id[25])+1])
}

// strange are paths of ids that are nobody's.
func (m *matrix) strange(rt gateway.Route) []string {
	paths := []string{parameter.ReplaceAllStringFunc(rt.Path, func(string) string { return newKey() })}
	for _, bad := range []string{
		"x", strings.ToUpper(newKey()), newKey() + "a", newKey()[:25], alias(newKey()), newKey() + "=", "%00", "..", "%2e%2e%2f", "null", "*",
		"BCDFGHJK", "%C3%A9", strings.Repeat("a", 300), newKey() + "%20", "-1",
	} {
		paths = append(paths, parameter.ReplaceAllString(rt.Path, bad))
	}
	if strings.Contains(rt.Path, "{id}") {
		paths = append(paths, strings.Replace(rt.Path, "{id}", alias(m.id("grants/{id}")), 1))
	}
	return paths
}

// try is a request that is right in everything but perhaps its caller and ids.
func (m *matrix) try(rt gateway.Route, path string, who caller) request {
	r := request{who: who, method: rt.Method, path: path}
	switch rt.Operation {
	case "putVersion":
		r.body, r.header = m.waiting.sealed, object{"Content-Digest": digestOf(m.waiting.sum)}
	case "deposit":
		r = m.x.deposit("", []byte("plain")).by(who)
		r.path = path
	case "answerDevice":
		r.json = object{"allow": true}
	case "appointAgent":
		r.json = object{"role": "agent", "services": []string{}}
	case "answerRequest":
		r.json = object{"grants": []object{{
			"doc": m.kept.doc, "version": m.kept.version, "kind": "residence", "notAfter": stamp(m.clock.now().Add(time.Hour)), "grant": m.kept.sealed,
		}}}
		r.header = object{"Idempotency-Key": newKey()}
	case "refuseRequest", "askAboutRequest", "answerQuestion":
		r.json = object{"note": object{"id": newKey(), "forSafe": m.kept.sealed, "forAdministration": m.kept.sealed}}
	case "checkRecovery":
		r.json = object{"nonce": strings.Repeat("ab", 32)}
	default:
		if help, is := m.helping(rt, r); is {
			return help
		}
		if rt.Body != 0 {
			r.json = object{}
		}
	}
	return r
}

// TestForeignUnknownAndMalformedIDsAreTheSameNothing walks the route table.
func TestForeignUnknownAndMalformedIDsAreTheSameNothing(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	tried := map[string]int{}
	for _, rt := range m.gateway.Routes() {
		if !parameter.MatchString(rt.Path) || rt.Operation == "" {
			continue
		}
		foreign, somebodys := m.foreign(t, rt)
		for _, who := range m.roles {
			want := m.nothing(t, rt, who)
			paths := m.strange(rt)
			if who.turnedAway(rt) != "" { // whatever the id is, where it has the form of one
				paths = paths[:1]
			}
			if somebodys && !who.owns(rt) {
				paths = append(paths, foreign)
			}
			for _, path := range paths {
				tried[who.name]++
				got := m.do(t, m.try(rt, path, who.caller))
				if path == foreign && who.kept(rt, got) {
					tried["other service"]++
					continue
				}
				if want != got.fingerprint() {
					t.Errorf("%s to %s %s:\n%s\nwant\n%s", who.name, rt.Method, path, got.fingerprint(), want)
				}
			}
		}
	}
	for _, who := range m.roles {
		if tried[who.name] < 30 {
			t.Errorf("only %d tries by %s: is the matrix still made from the route table?", tried[who.name], who.name)
		}
	}
	if tried["other service"] < 5 {
		t.Error("nobody was told that something is for another service")
	}
	m.untouched(t)
}

// fingerprint is everything of an answer that a caller can compare.
func (a answer) fingerprint() string {
	h := a.header.Clone()
	h.Del("Date")
	return fmt.Sprintln(a.status, h, string(a.body))
}

// nothing is the one answer that this caller gets from this route.
func (m *matrix) nothing(t *testing.T, rt gateway.Route, who role) string {
	t.Helper()
	probe := m.do(t, m.try(rt, parameter.ReplaceAllStringFunc(rt.Path, func(string) string { return newKey() }), who.caller))
	slug := who.turnedAway(rt)
	if slug == "" {
		slug = "not-found"
	}
	probe.is(t, problem.New(slug).Status()).refuses(t, slug)
	return probe.fingerprint()
}

// untouched: after all these tries, everything is still what it was.
func (m *matrix) untouched(t *testing.T) {
	t.Helper()
	m.do(t, request{who: m.a.caller, method: "GET", path: "/api/v1/safe/documents/" + m.kept.doc + "/content"}).is(t, 200)
	m.do(t, m.a.upload(m.waiting)).is(t, 201)
	m.do(t, request{who: m.x.agent, method: "POST", path: "/api/v1/administration/grants/" + m.id("grants/{id}") + "/release"}).is(t, 200)
	m.do(t, m.x.deposit(m.id("deposits/{address}"), []byte("plain")).by(m.x.system)).is(t, 201)
	if list := m.do(t, request{who: m.a.caller, method: "GET", path: "/api/v1/sessions"}).items(t, "id"); !slices.Contains(list, m.session.ID) {
		t.Error("the session of A is over")
	}
	m.do(t, m.visit.lists()).is(t, 200)
	m.sound(t)
}

// TestIDsInBodiesAreNoWayAround: the same for ids that JSON carries.
func TestIDsInBodiesAreNoWayAround(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	b := m.b
	share := func(doc, version string, adm any) request {
		in := b.newGrant(t, &document{key: m.kept.key, plain: m.kept.plain, sealed: m.kept.sealed, sum: m.kept.sum, doc: newKey(), version: newKey()}, m.x)
		in["doc"], in["version"], in["administration"] = doc, version, adm
		return request{method: "POST", path: "/api/v1/safe/grants", json: in, header: object{"Idempotency-Key": newKey()}}
	}
	change := func(adopt []object, erase []string) request {
		in, _ := b.nextChange(t, adopt, erase)
		b.manifest.Epoch--
		return request{method: "PUT", path: "/api/v1/safe/manifest", json: in, header: object{"If-Match": b.etag}}
	}
	reserve := func(doc string) request {
		return request{method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": 5000, "doc": doc}, header: object{"Idempotency-Key": newKey()}}
	}
	address := func(adm any) request {
		return request{method: "POST", path: "/api/v1/safe/addresses", json: object{"administration": adm}, header: object{"Idempotency-Key": newKey()}}
	}
	adopt := func(doc, version string) request {
		return change([]object{{"doc": doc, "version": version, "grant": m.a.sealGrant(t, m.kept, string(b.Safe), b.vault.Recipient())}}, nil)
	}
	more := func(member string, o object) request {
		in := object{member: []object{o}}
		b.complete(t, in)
		b.manifest.Epoch--
		return request{method: "PUT", path: "/api/v1/safe/manifest", json: in, header: object{"If-Match": b.etag}}
	}
	grant := m.a.sealGrant(t, m.kept, string(b.Safe), b.vault.Recipient())
	reseal := func(doc, version string) request {
		return more("reseal", object{"doc": doc, "version": version, "grant": grant})
	}
	regrant := func(id, version string) request {
		return more("grants", object{"id": id, "version": version, "grant": grant})
	}
	drop := func(doc, version string) request { return more("drop", object{"doc": doc, "version": version}) }
	var first string
	for i, r := range []request{
		reseal(m.kept.doc, m.kept.version), reseal(newKey(), newKey()), reseal("x", "y"), regrant(m.id("grants/{id}"), m.kept.version),
		regrant(newKey(), newKey()), regrant("x", "y"), drop(m.kept.doc, m.kept.version), drop(newKey(), newKey()), drop("x", "y"),
		share(newKey(), newKey(), m.x.ID), share(m.kept.doc, m.kept.version, m.x.ID), share("x", "y", m.x.ID), share(m.kept.doc, m.kept.version, "z"),
		reserve(m.kept.doc), reserve(newKey()), reserve("x"),
		adopt(m.waiting.doc, m.waiting.version), adopt(m.kept.doc, m.kept.version), adopt(newKey(), newKey()), adopt("x", "y"),
		change(nil, []string{m.kept.doc}), change(nil, []string{newKey()}), change(nil, []string{"x"}),
		address(newKey()), address("x"),
	} {
		got := m.do(t, r.by(b.caller)).is(t, 404)
		if first == "" {
			first = got.fingerprint()
		}
		if got.fingerprint() != first {
			t.Errorf("try %d, %s:\n%s\nwant\n%s", i, got.asked, got.fingerprint(), first)
		}
	}
	m.untouched(t)
}

// TestEveryRouteTurnsAwayWhoeverItIsNotFor, whether it has ids or not.
func TestEveryRouteTurnsAwayWhoeverItIsNotFor(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	for _, rt := range m.gateway.Routes() {
		path := rt.Path
		if parameter.MatchString(path) && rt.Operation != "" {
			path, _ = m.foreign(t, rt)
		}
		for _, who := range m.roles {
			if admits(rt.Class, who.kind) {
				continue
			}
			slug := who.turnedAway(rt)
			m.do(t, m.try(rt, path, who.caller)).is(t, problem.New(slug).Status()).refuses(t, slug)
		}
	}
	m.untouched(t)
}

// TestACredentialIsGoodForOneDoorOnly: cookie, command line's token and
// machine's token do not replace each other, and nothing else is one.
func TestACredentialIsGoodForOneDoorOnly(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	cookie := m.role("citizen A").cookie
	cli := m.a.bearer
	system := m.x.system.bearer
	me := request{method: "GET", path: "/api/v1/me"}
	for name, r := range map[string]request{
		"command line's token as a cookie": me.by(caller{cookie: cli}),
		"cookie as a bearer token":         me.by(caller{bearer: cookie}),
		"machine's token as a cookie":      me.by(caller{cookie: system}),
		"cookie and token at once":         me.by(caller{cookie: cookie, bearer: cli}),
		"token in the address":             {method: "GET", path: "/api/v1/me?access_token=" + cli},
		"session in the address":           {method: "GET", path: "/api/v1/me?sid=" + cookie},
		"cookie without its prefix":        me.with("Cookie", "sid="+cookie),
		"another scheme":                   me.with("Authorization", "Basic "+cli),
		"command line's token by DPoP":     me.with("Authorization", "DPoP "+cli),
		"machine's token by DPoP":          me.with("Authorization", "DPoP "+system),
		"nothing after DPoP":               me.with("Authorization", "DPoP "),
		"a header that names somebody":     me.with("X-Account", string(m.a.Account)),
		"a header of a proxy":              me.with("X-Forwarded-User", string(m.a.Account)),
		"a token cut short":                me.by(caller{bearer: cli[:len(cli)-1]}),
		"a machine's token cut short":      me.by(caller{bearer: system[:len(system)-2]}),
		"a machine's token without sign":   me.by(caller{bearer: system[:strings.LastIndex(system, ".")+1]}),
		"nothing after Bearer":             me.with("Authorization", "Bearer "),
	} {
		if a := m.do(t, r); a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	m.do(t, me.by(caller{bearer: system})).is(t, 403)
	m.do(t, request{who: caller{bearer: system}, method: "GET", path: "/api/v1/safe"}).is(t, 403)
	m.do(t, request{who: caller{bearer: cli}, method: "GET", path: "/api/v1/administration"}).is(t, 403)
	m.clock.add(5 * 60e9)
	m.do(t, request{who: caller{bearer: system}, method: "GET", path: "/api/v1/administration"}).is(t, 401).refuses(t, "session-expired")
}

// TestASystemStaysWithinItsScopes: a token asked for depositing retrieves
// nothing.
func TestASystemStaysWithinItsScopes(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	narrow := caller{bearer: m.scopedToken(t, m.x, "deposit")}
	m.do(t, request{who: narrow, method: "POST", path: "/api/v1/administration/grants/" + m.id("grants/{id}") + "/release"}).is(t, 403)
	m.do(t, request{who: narrow, method: "GET", path: "/api/v1/administration/grants/" + m.id("grants/{id}") + "/content"}).is(t, 403)
	m.do(t, m.x.deposit(m.id("deposits/{address}"), []byte("plain")).by(narrow)).is(t, 201)
	other := caller{bearer: m.scopedToken(t, m.x, "retrieve")}
	m.do(t, m.x.deposit(m.id("deposits/{address}"), []byte("plain")).by(other)).is(t, 403)
	m.do(t, request{who: other, method: "POST", path: "/api/v1/administration/grants/" + m.id("grants/{id}") + "/release"}).is(t, 200)
}
