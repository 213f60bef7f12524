package gateway_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// The attacks on mediation that threats.md and the issue name, one by one.

// TestCodesAreNotGuessed: five that lead nowhere are the most in ten minutes, and
// fifty of all who share an address; a good one does not count, and one who
// mistypes shuts nobody else out.
func TestCodesAreNotGuessed(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	other := m.citizen(t, "marcel")
	for range 6 {
		m.c.claim(t, m.desk.open(t, sealed.ActDeposit))
	}
	v := m.desk.open(t, sealed.ActDeposit)
	for i, code := range []string{"BBBBBBBB", "AEIOUAEI", "bbbbbbbb", "BCDF", v.id} {
		if a := m.do(t, m.c.claims(code)); a.status != 404 {
			t.Fatalf("guess %d: %d", i, a.status)
		}
	}
	if a := m.do(t, m.c.claims(v.code)).is(t, 429); a.header.Get("Retry-After") == "" {
		t.Error("nobody is told how long to wait")
	}
	other.claim(t, m.desk.open(t, sealed.ActDeposit))
	for i := range 9 {
		many := m.newcomer(t, "guesser "+strconv.Itoa(i))
		for range 5 {
			m.do(t, many.claims("BBBBBBBB")).is(t, 404)
		}
	}
	m.do(t, other.claims(v.code)).is(t, 429)
	if v.state(t) != "pending" {
		t.Errorf("the session is %s", v.state(t))
	}
	m.clock.add(10*time.Minute + time.Second)
	m.do(t, m.c.claims(v.code)).is(t, 404) // over by the clock meanwhile
	m.desk.again(t)
	m.c.claim(t, m.desk.open(t, sealed.ActDeposit))
}

// TestACodeReadOverTheShoulder and entered first: the mediator sees whose safe it
// is before anything goes there, and the code leads nobody else anywhere.
func TestACodeReadOverTheShoulder(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	thief := m.citizen(t, "marcel")
	v := m.desk.open(t, sealed.ActDeposit)
	in := thief.claim(t, v)
	m.do(t, m.c.claims(v.code)).is(t, 404)
	if who := m.do(t, request{who: v.caller, method: "GET", path: v.path("")}).string(t, "citizen"); who != thief.Name {
		t.Errorf("the mediator sees %q", who)
	}
	m.do(t, request{who: m.c.caller, method: "GET", path: "/api/v1/safe/delegations/" + v.id}).is(t, 404)
	m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	m.do(t, thief.approval(t, v, thief.drafts(in, nil, nil), nil)).is(t, 412)
	m.do(t, v.collects()).is(t, 410).refuses(t, "session-over")
}

// TestTheNumberIsMatched: whoever was sent a link from afar does not see the
// mediator's screen.
func TestTheNumberIsMatched(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.desk.open(t, sealed.ActDeposit)
	in := m.c.claim(t, v)
	right, wrong := v.number, "11"
	if right == wrong {
		wrong = "12"
	}
	v.number = wrong
	for range 3 {
		m.do(t, m.c.approval(t, v, m.c.drafts(in, nil, nil), nil)).is(t, 422).refuses(t, "wrong-number")
	}
	v.number = right
	m.do(t, m.c.approval(t, v, m.c.drafts(in, nil, nil), nil)).is(t, 412)
	if v.state(t) != "cancelled" {
		t.Errorf("after three wrong numbers the session is %s", v.state(t))
	}
	v.told(t, m.c, journal.WhatMediationApproved, journal.ResultRefused)
}

// TestNobodyIsHerOwnMediator, as far as names tell.
func TestNobodyIsHerOwnMediator(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	same := m.world.desk(t, m.desk.st, "Angéla Marie ANGELA")
	m.do(t, m.c.claims(same.open(t, sealed.ActDeposit).code)).is(t, 403).refuses(t, "same-person")
}

// TestAnApprovalIsNotReplayed: not to the same session, and its mandate not to
// another.
func TestAnApprovalIsNotReplayed(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	docs := []*document{m.doc}
	v := m.desk.open(t, sealed.ActRead)
	in := m.c.claim(t, v)
	yes := m.c.approval(t, v, m.c.drafts(in, docs, nil), docs)
	m.do(t, yes).is(t, 200)
	m.do(t, yes).is(t, 412).refuses(t, "stale")
	m.do(t, v.collects()).is(t, 200)
	m.do(t, yes).is(t, 412).refuses(t, "stale")
	m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	m.do(t, yes).is(t, 412).refuses(t, "stale")
	next := m.desk.open(t, sealed.ActRead)
	m.c.claim(t, next)
	again := yes
	again.path = strings.Replace(yes.path, v.id, next.id, 1)
	again.json.(object)["number"] = next.number
	m.do(t, again).is(t, 422).refuses(t, "mandate-refused")
	m.do(t, next.collects()).is(t, 409).refuses(t, "session-not-approved")
}

// TestOneCollects: of many at once, one; and only the log-in that asked.
func TestOneCollects(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.desk.open(t, sealed.ActRead)
	m.c.approve(t, v, []*document{m.doc}, nil)
	twin := *m.desk
	twin.again(t)
	m.do(t, v.collects().by(twin.caller)).is(t, 404)
	m.do(t, v.collects().by(m.world.desk(t, m.desk.st, "Inès Roche").caller)).is(t, 404)
	statuses := make([]int, 8)
	var wg sync.WaitGroup
	for i := range statuses {
		req := v.collects().make(t, m.world)
		wg.Go(func() {
			resp, err := straight.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			statuses[i] = resp.StatusCode
			_ = resp.Body.Close()
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 200 || slices.ContainsFunc(statuses[1:], func(s int) bool { return s != 409 }) {
		t.Errorf("eight collect at once: %v", statuses)
	}
	m.do(t, v.lists().by(twin.caller)).is(t, 404)
	m.do(t, request{who: twin.caller, method: "GET", path: v.path("/documents/" + m.doc.doc + "/content")}).is(t, 404)
}

// TestAnotherSessionKey is not what was signed for, whoever puts it there; nor
// is a mandate under other names, for more, or for longer.
func TestAnotherSessionKey(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	docs := []*document{m.doc}
	v := m.desk.open(t, sealed.ActRead)
	in := m.c.claim(t, v)
	other, err := sealed.NewSessionKey(sealed.NewSecret())
	must(t, err)
	for name, change := range map[string]func(*sealed.Mandate){
		"other keys":      func(s *sealed.Mandate) { pub := other.Public(); s.Session = &pub },
		"other mediator":  func(s *sealed.Mandate) { s.Mediator = newKey() },
		"other structure": func(s *sealed.Mandate) { s.Structure = newKey() },
		"other name":      func(s *sealed.Mandate) { s.MediatorName = "Nadia H." },
		"other purpose":   func(s *sealed.Mandate) { s.Purpose = "autre chose" },
		"other leaf":      func(s *sealed.Mandate) { s.Index++ },
		"more acts":       func(s *sealed.Mandate) { s.Acts = []string{sealed.ActDeposit, sealed.ActRead} },
		"for longer":      func(s *sealed.Mandate) { s.NotAfter = stamp(m.clock.now().Add(31 * time.Minute)) },
		"of long ago":     func(s *sealed.Mandate) { s.Created = stamp(m.clock.now().Add(-20 * time.Minute)) },
		"standing":        func(s *sealed.Mandate) { s.Session, s.Presence = nil, sealed.PresenceEach },
	} {
		a := m.do(t, m.c.approval(t, v, m.c.drafts(in, docs, change), docs))
		if a.status != 422 || !strings.Contains(string(a.body), "mandate-refused") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	forged := m.c.approval(t, v, m.c.drafts(in, docs, nil), docs)
	thief := m.citizen(t, "marcel")
	signed, err := sealed.SignMandate(v.mandate, thief.ring.Root())
	must(t, err)
	forged.json.(object)["mandate"] = signed
	m.do(t, forged).is(t, 422).refuses(t, "mandate-refused")
	ahead := m.c.drafts(in, docs, func(s *sealed.Mandate) {
		s.Created, s.NotAfter = stamp(m.clock.now().Add(time.Hour)), stamp(m.clock.now().Add(80*time.Minute))
	})
	m.do(t, m.c.approval(t, v, ahead, docs)).is(t, 422).refuses(t, "clock-ahead")
	m.do(t, m.c.approval(t, v, m.c.drafts(in, docs, nil), nil)).is(t, 422).refuses(t, "mandate-refused") // a document without its grant
	m.do(t, m.c.approval(t, v, m.c.drafts(in, docs, nil), docs)).is(t, 200)
}

// lying is a database that somebody has edited.
type lying struct {
	safe.Rows
	mandate    func(*safe.MandateRow)
	delegation func(*safe.Delegation)
}

type lyingMandates struct {
	safe.Mandates
	edit func(*safe.MandateRow)
}

func (s lyingMandates) Get(ctx context.Context, id safe.MandateID) (safe.MandateRow, error) {
	row, err := s.Mandates.Get(ctx, id)
	s.edit(&row)
	return row, err
}

type lyingDelegations struct {
	safe.Delegations
	edit func(*safe.Delegation)
}

func (s lyingDelegations) Get(ctx context.Context, id safe.DelegationID) (safe.Delegation, error) {
	d, err := s.Delegations.Get(ctx, id)
	s.edit(&d)
	return d, err
}

func (l *lying) edit(fn func(safe.Tx) error) func(safe.Tx) error {
	return func(tx safe.Tx) error {
		if l.mandate != nil {
			tx.Mandates = lyingMandates{tx.Mandates, l.mandate}
		}
		if l.delegation != nil {
			tx.Delegations = lyingDelegations{tx.Delegations, l.delegation}
		}
		return fn(tx)
	}
}

func (l *lying) View(ctx context.Context, fn func(safe.Tx) error) error {
	return l.Rows.View(ctx, l.edit(fn))
}

func (l *lying) Update(ctx context.Context, fn func(safe.Tx) error) error {
	return l.Rows.Update(ctx, l.edit(fn))
}

// TestAMandateEditedInTheDatabase allows nothing more, and lasts no longer than
// was signed.
func TestAMandateEditedInTheDatabase(t *testing.T) {
	t.Parallel()
	l := &lying{}
	m := newMediated(t, func(c *safe.Config, _ *gateway.Config) {
		l.Rows = c.Rows
		c.Rows = l
	})
	begin := func() *visit { return m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead) }

	v := begin()
	l.mandate = func(row *safe.MandateRow) { row.Acts = []string{sealed.ActDeposit, sealed.ActRead} }
	m.do(t, v.reserves(5000)).is(t, 403).refuses(t, "outside-mandate")
	l.mandate = func(row *safe.MandateRow) { row.Body = slices.Concat(row.Body[:len(row.Body)-2], []byte("x}")) }
	m.do(t, v.lists()).is(t, 410).refuses(t, "session-over")
	l.mandate = nil
	v.over(t) // for good

	v = begin()
	l.delegation = func(d *safe.Delegation) { d.Recipient = "age1other" }
	m.do(t, v.lists()).is(t, 410).refuses(t, "session-over")
	l.delegation = nil
	v.over(t)

	v = begin()
	m.clock.add(31 * time.Minute)
	m.desk.again(t)
	v.desk = m.desk
	far := m.clock.now().Add(time.Hour)
	l.delegation = func(d *safe.Delegation) {
		d.State, d.Until, d.Seen, d.Ended, d.Opener = safe.DelegationActive, far, m.clock.now(), time.Time{}, m.desk.Session
	}
	l.mandate = func(row *safe.MandateRow) { row.NotAfter, row.Ended = far, time.Time{} }
	m.do(t, v.lists()).is(t, 410).refuses(t, "session-over")
}

// TestAClockThatIsSetBack brings nothing back to life.
func TestAClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	m.clock.add(10*time.Minute - 20*time.Second)
	m.do(t, v.lists()).is(t, 200) // an act
	m.clock.add(9 * time.Minute)
	m.do(t, v.lists()).is(t, 200)
	m.clock.add(9 * time.Minute)
	m.do(t, v.lists()).is(t, 200)
	m.clock.add(3 * time.Minute)
	m.do(t, v.lists()).is(t, 410).refuses(t, "session-over")
	m.clock.add(-5 * time.Minute)
	v.over(t)
	idle := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	m.clock.add(9 * time.Minute)
	if idle.state(t) != "active" { // looking is no act
		t.Errorf("the session is %s", idle.state(t))
	}
	m.clock.add(time.Minute)
	if idle.state(t) != "expired" {
		t.Errorf("a session at rest is %s", idle.state(t))
	}
	m.clock.add(-5 * time.Minute)
	m.do(t, idle.lists()).is(t, 410).refuses(t, "session-over")
	late := m.desk.open(t, sealed.ActRead)
	m.c.approve(t, late, []*document{m.doc}, nil)
	m.clock.add(61 * time.Second)
	m.do(t, late.collects()).is(t, 410).refuses(t, "session-over")
}

// TestAStructureClosedDuringASession, or its mediator cut off: nothing more, now.
func TestAStructureClosedDuringASession(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	second := m.world.desk(t, m.desk.st, "Inès Roche")
	other := m.visit(t, second, m.c, []*document{m.doc}, nil, sealed.ActRead)
	_, err := m.domain.AppointMediator(m.ctx, operator(), safe.MediatorID(second.Account), safe.MediatorAppointment{})
	must(t, err)
	m.do(t, other.lists()).is(t, 403).refuses(t, "mediator-left")
	m.do(t, v.lists()).is(t, 200)
	_, err = m.domain.EndStructure(m.ctx, operator(), franceServices)
	must(t, err)
	m.do(t, v.lists()).is(t, 403).refuses(t, "structure-ended")
	if v.state(t) != "revoked" || other.state(t) != "revoked" {
		t.Errorf("the sessions are %s and %s", v.state(t), other.state(t))
	}
	if e := v.told(t, m.c, journal.WhatMediationEnded, journal.ResultDone); e.Detail["by"] != safe.EndedByStructure {
		t.Errorf("told as %+v", e)
	}
	_, open := m.desk.opens(t, "phone", sealed.ActDeposit)
	m.do(t, open).is(t, 403).refuses(t, "structure-ended")
}

// TestAMediatorsCookieIsGoodForNothingElse, and no citizen's is for mediation.
func TestAMediatorsCookieIsGoodForNothingElse(t *testing.T) {
	t.Parallel()
	m := newMediated(t, unlimited)
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, nil, sealed.ActRead)
	own := 0
	for _, rt := range m.gateway.Routes() {
		if rt.Operation == "" || rt.Class == gateway.Public {
			continue
		}
		path := parameter.ReplaceAllString(rt.Path, newKey())
		switch rt.Class {
		case gateway.Anyone:
		case gateway.MediatorOnly:
			own++
			m.do(t, request{who: m.c.caller, method: rt.Method, path: path}).is(t, 403).refuses(t, "forbidden")
			m.do(t, request{who: m.town.agent, method: rt.Method, path: path}).is(t, 403).refuses(t, "forbidden")
		default:
			m.do(t, request{who: v.caller, method: rt.Method, path: path}).is(t, 403).refuses(t, "forbidden")
		}
	}
	if own < 20 {
		t.Errorf("only %d routes are the mediators'", own)
	}
	m.do(t, request{who: caller{bearer: v.cookie}, method: "GET", path: v.path("/documents")}).is(t, 401)
}
