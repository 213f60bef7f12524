package gateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	badDays      = "ops/bad-days.md"
	writeBadDays = "COFFRE_WRITE_BAD_DAYS"
	daysBegin    = "<!-- told by internal/gateway, TestBadDays -->\n"
	daysEnd      = "<!-- end of what was told -->\n"
)

// root is that of the repository, before anybody moves away.
var root = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return filepath.Join(dir, "..", "..")
}()

// badDay is what goes wrong, who is told what, and which test makes it go wrong:
// Function in file.
type badDay struct {
	what, whom string
	slug       string // of the catalogue, or
	words      [2]string
	in         string // the file that has these words
	file, test string
}

func allBadDays() []badDay {
	const (
		here     = "internal/gateway/baddays_test.go"
		share    = "internal/webapp/src/ui/pages/share/Share.words.ts"
		errors   = "internal/webapp/src/ui/errors.words.ts"
		webhooks = "internal/webapp/src/ui/pages/notices/Webhooks.words.ts"
		calls    = "internal/notice/call_test.go"
	)
	return []badDay{
		{
			what: "an administration's key is not in the journal", whom: "citizen", in: share,
			words: [2]string{"Sa clé n’est pas dans le journal public : elle peut être fausse, rien ne lui sera partagé.", "Its key is not in the public journal: it may be false, nothing will be shared with it."},
			file:  "internal/e2e/liar_test.go", test: "TestTheLyingGateway",
		},
		{
			what: "the same, on the command line", whom: "citizen", in: "cmd/coffre/wrong.go",
			words: [2]string{"la preuve ne tient pas : le journal signé dit autre chose", "the proof does not hold: the signed journal says something else"},
			file:  "internal/e2e/liar_test.go", test: "TestTheLyingGateway",
		},
		{what: "the administration changes its key while a citizen seals to the former one", whom: "citizen", slug: "key-rotated", file: "internal/safe/rotation_test.go", test: "TestAKeyRotatedWhileGranting"},
		{what: "the citizen ends a share while it is fetched: what is on its way stops within a second", whom: "agent, system", slug: "ended", file: "internal/gateway/transfer_test.go", test: "TestAShareThatEndsStopsWhatIsOnItsWay"},
		{what: "a share's last day passes before its reader comes", whom: "agent, system", slug: "expired", file: here, test: "TestBadDays"},
		{what: "two agents open at once what may be opened once: one gets it, both tries are in the journal", whom: "the other agent", slug: "opened-out", file: here, test: "TestTwoAgentsAtOnce"},
		{what: "the SIRET at log-in is no registered organisation's", whom: "agent", slug: "unknown-organisation", file: "internal/gateway/login_test.go", test: "TestLogInAsAnAgent"},
		{what: "an agent opens what was shared with another service", whom: "agent", slug: "other-service", file: here, test: "TestBadDays"},
		{what: "an agent who was cut off opens a share in the middle of a session", whom: "agent", slug: "agent-left", file: here, test: "TestBadDays"},
		{what: "the citizen's clock is behind: a share would end before it begins", whom: "citizen", slug: "end-past", file: here, test: "TestBadDays"},
		{what: "the citizen's clock is ahead: a share would last too long", whom: "citizen", slug: "end-too-far", file: here, test: "TestBadDays"},
		{what: "the clock of the agent who signs a request is ahead", whom: "agent", slug: "clock-ahead", file: here, test: "TestBadDays"},
		{
			what: "a system's clock is wrong: no assertion of its is believed", whom: "operator of the system", in: "cmd/coffre/errors.go",
			words: [2]string{"L'horloge de cette machine et celle du serveur diffèrent de %s : remettez celle-ci à l'heure, puis recommencez.", "This machine's clock and the server's are %s apart: set this one right, then try again."},
			file:  "cmd/coffre/clock_test.go", test: "TestAClockThatIsWrongIsSaidToBe",
		},
		{what: "the object is not in the store any more", whom: "agent, system", slug: "damaged", file: here, test: "TestBadDays"},
		{
			what: "the store gives other bytes: no file is written", whom: "whoever fetches", in: errors,
			words: [2]string{"Le fichier reçu n’a pas l’empreinte qui avait été signée.", "What arrived has not the hash that had been signed."},
			file:  "internal/e2e/faults_test.go", test: "TestFaults",
		},
		{
			what: "a system that is called hangs", whom: "agent", in: webhooks,
			words: [2]string{"le serveur ne répond pas en dix secondes", "the server does not answer within ten seconds"}, file: calls, test: "TestSystemsThatMisbehave",
		},
		{
			what: "a system that is called leads elsewhere, say inside", whom: "agent", in: webhooks,
			words: [2]string{"le serveur renvoie ailleurs, ce qui n’est pas suivi", "the server leads elsewhere, which is not followed"}, file: calls, test: "TestSystemsThatMisbehave",
		},
		{
			what: "the name of a system that is called comes to lead inside", whom: "agent", in: webhooks,
			words: [2]string{"l’adresse n’est pas publique, ou n’est plus inscrite", "the address is not public, or no longer listed"}, file: "internal/notice/dial_test.go", test: "TestRebinding",
		},
	}
}

// TestTheListOfBadDaysIsTrue: every sentence is one that the programs have, in
// both languages, and every test that is named exists.
func TestTheListOfBadDaysIsTrue(t *testing.T) {
	filled := strings.NewReplacer("%s", "…")
	var table strings.Builder
	table.WriteString("| what goes wrong | who is told | in French | in English | under test |\n|---|---|---|---|---|\n")
	for _, d := range allBadDays() {
		words := d.words
		if d.slug != "" {
			words = [2]string{sentence(t, d.slug, "fr"), sentence(t, d.slug, "en")}
		} else if text := source(t, d.in); !strings.Contains(text, words[0]) || !strings.Contains(text, words[1]) {
			t.Errorf("%s: %s does not say %q", d.what, d.in, words)
		}
		if !strings.Contains(source(t, d.file), "func "+d.test+"(t *testing.T)") {
			t.Errorf("%s: there is no %s in %s", d.what, d.test, d.file)
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | `%s`, %s |\n", d.what, d.whom, filled.Replace(words[0]), filled.Replace(words[1]), d.test, filepath.ToSlash(filepath.Dir(d.file)))
	}
	text := source(t, badDays)
	head, rest, begins := strings.Cut(text, daysBegin)
	said, tail, ends := strings.Cut(rest, daysEnd)
	switch {
	case !begins || !ends:
		t.Fatalf("%s has no place for the table", badDays)
	case said == table.String():
	case os.Getenv(writeBadDays) != "" && !t.Failed():
		must(t, os.WriteFile(filepath.Join(root, badDays), []byte(head+daysBegin+table.String()+daysEnd+tail), 0o644))
	default:
		t.Errorf("%s says something else; if this is right: %s=1 go test -tags demo -run TestTheListOfBadDays ./internal/gateway\n%s", badDays, writeBadDays, table.String())
	}
}

func source(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	must(t, err)
	return string(b)
}

// sentence is what the catalogue tells in a language.
func sentence(t *testing.T, slug, lang string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", lang)
	rec := httptest.NewRecorder()
	must(t, problem.Write(rec, r, problem.New(slug)))
	a := answer{status: rec.Code, header: rec.Result().Header, body: rec.Body.Bytes()}
	p := a.problem(t, lang)
	return p.Title + ". " + p.Detail
}

// TestBadDays makes them, and reads what somebody is told in both languages.
func TestBadDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	o := w.office(t, "Mairie de Valmont", valmont)
	c := w.citizen(t, "angela")
	d := c.put(t, 3000)
	hugo, hugoID := w.colleague(t, o, "Hugo Petit", safe.Appointment{Role: safe.AgentRole})
	release := func(id string, who caller) request {
		return request{who: who, method: "POST", path: "/api/v1/administration/grants/" + id + "/release"}
	}
	fetch := func(id string) request {
		return request{who: o.system, method: "GET", path: "/api/v1/administration/grants/" + id + "/content"}
	}
	share := func(off time.Duration) request {
		in := c.newGrant(t, d, o)
		in["notAfter"] = stamp(w.clock.now().Add(off).Add(30 * 24 * time.Hour))
		return request{who: c.caller, method: "POST", path: "/api/v1/safe/grants", json: in, header: object{"Idempotency-Key": newKey()}}
	}
	told := func(slug string, status int, r request) {
		t.Helper()
		for _, lang := range []string{"fr", "en"} {
			a := w.do(t, r.in(lang))
			p := a.is(t, status).refuses(t, slug)
			if got := p.Title + ". " + p.Detail; got != sentence(t, slug, lang) {
				t.Errorf("%s in %s: %q", slug, lang, got)
			}
		}
	}
	id := c.share(t, d, o)
	w.do(t, release(id, hugo)).is(t, 200)
	w.appoint(t, hugoID, safe.Appointment{Role: safe.AgentRole, Services: []string{"ecoles"}})
	told("other-service", 403, release(id, hugo))
	w.appoint(t, hugoID, safe.Appointment{})
	told("agent-left", 403, release(id, hugo))
	told("end-past", 422, share(-365*24*time.Hour))
	told("end-too-far", 422, share(2*365*24*time.Hour))
	_, early := o.asking(t, w, func(r *sealed.DocumentRequest) { r.Created = stamp(w.clock.now().Add(time.Hour)) })
	told("clock-ahead", 422, request{who: o.agent, method: "POST", path: "/api/v1/administration/requests", json: object{"request": early}})
	must(t, w.blobs.Delete(w.ctx, "docs/"+d.doc+"/"+d.version+".age"))
	told("damaged", 502, fetch(id))
	w.clock.add(31 * 24 * time.Hour)
	o.system.bearer = w.token(t, o)
	told("expired", 410, fetch(id))
}

// colleague is one more agent of an administration, with two services.
func (w *world) colleague(t *testing.T, o *office, name string, to safe.Appointment) (caller, safe.AccountID) {
	t.Helper()
	_, err := w.domain.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{
		SIRET: o.SIRET, Name: o.Name, Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}, {ID: "ecoles", Name: "Écoles"}},
	})
	must(t, err)
	acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
		Kind: safe.Agent, Issuer: "https://pc.test", Sub: name, Name: name, SIRET: o.SIRET, Door: "web",
	})
	must(t, err)
	w.appoint(t, acc.ID, to)
	token, _ := w.login(t, acc, "browser")
	return caller{cookie: token}, acc.ID
}

func (w *world) appoint(t *testing.T, id safe.AccountID, to safe.Appointment) {
	t.Helper()
	_, err := w.domain.Appoint(w.ctx, operator(), id, to)
	must(t, err)
}

// TestTwoAgentsAtOnce: what may be opened three times is opened three times,
// however many come at once, and the journal tells of every one of them.
func TestTwoAgentsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	hugo, _ := w.colleague(t, o, "Hugo Petit", safe.Appointment{Role: safe.AgentRole})
	d := c.put(t, 3000)
	in := c.newGrant(t, d, o)
	in["openings"] = 3
	id := w.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/grants", json: in, header: object{"Idempotency-Key": newKey()}}).is(t, 201).string(t, "id")
	release := request{method: "POST", path: "/api/v1/administration/grants/" + id + "/release"}
	const each = 6
	statuses := make([]int, 2*each)
	var all sync.WaitGroup
	w.rows.take()
	for i := range statuses {
		req := release.by([]caller{o.agent, hugo}[i%2]).make(t, w)
		all.Go(func() {
			resp, err := straight.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			statuses[i] = resp.StatusCode
		})
	}
	all.Wait()
	count := map[any]int{}
	for _, s := range statuses {
		count[s]++
	}
	for _, e := range w.rows.take() {
		count[e.Result+" "+e.Reason]++
	}
	if count[200] != 3 || count[410] != 2*each-3 || count[journal.ResultDone+" "] != 3 || count[journal.ResultRefused+" opened-out"] != 2*each-3 {
		t.Errorf("of %d at once, of whom three may: %v", 2*each, count)
	}
	w.do(t, release.by(o.agent)).is(t, 410).refuses(t, "opened-out")
	w.sound(t)
}
