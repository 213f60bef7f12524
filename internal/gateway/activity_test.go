package gateway_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestAStructureShowsItsWork: ten people who were helped in a month are figures
// once it is over, and nine are nothing; an answer is one act; nobody is named.
func TestAStructureShowsItsWork(t *testing.T) {
	t.Parallel()
	m := newMediated(t)
	now := m.clock.now()
	_, err := m.domain.AppointMediator(m.ctx, operator(), safe.MediatorID(m.desk.Account), safe.MediatorAppointment{
		Role: safe.Referent, Trained: "2026-01-31", From: now.Add(-time.Hour), Until: now.AddDate(0, 6, 0),
	})
	must(t, err)
	figures := func(year int) activity {
		var v activity
		a := m.do(t, request{who: m.desk.caller, method: "GET", path: fmt.Sprintf("%s/activity?year=%d", mediation, year)}).is(t, 200)
		for _, id := range []string{string(m.c.Safe), string(m.c.Account), m.c.Name} {
			if bytes.Contains(a.body, []byte(id)) {
				t.Errorf("figures name a citizen: %s", a.body)
			}
		}
		a.read(t, &v)
		return v
	}

	link := m.town.ask(t, m.world, "")
	v := m.visit(t, m.desk, m.c, []*document{m.doc}, func(s *sealed.Mandate) {
		sharing(m.town, m.world)(s)
		s.Requests = []string{link}
	}, sealed.ActAnswer, sealed.ActDeposit, sealed.ActRead, sealed.ActShare)
	m.do(t, request{who: v.caller, method: "POST", path: v.path("/documents/" + m.doc.doc + "/release")}).is(t, 200)
	m.do(t, v.gives(t, m.doc, m.town)).is(t, 201)
	helped := func(c *citizen, v *visit) {
		v.deposit(t, c, 1000)
		m.clock.add(2 * time.Minute)
		m.do(t, request{who: v.caller, method: "DELETE", path: v.path("")}).is(t, 204)
	}
	helped(m.c, v)
	for i := range 8 {
		c := m.citizen(t, fmt.Sprint("person ", i))
		helped(c, m.visit(t, m.desk, c, nil, nil, sealed.ActDeposit))
	}
	m.clock.add(8 * 24 * time.Hour) // December
	m.desk.again(t)
	if v := figures(2026); len(v.Periods) != 0 || v.Rest == nil || v.Rest.Last != "2026-11" {
		t.Fatalf("of nine people: %+v", v)
	}
	last := m.citizen(t, "last")
	helped(last, m.visit(t, m.desk, last, nil, nil, sealed.ActDeposit))
	if v := figures(2026); len(v.Periods) != 0 {
		t.Fatalf("of a month that goes on: %+v", v)
	}
	m.clock.add(31 * 24 * time.Hour)
	m.desk.again(t)
	got := figures(2026)
	if len(got.Periods) != 1 || got.Rest != nil || got.Least != 10 {
		t.Fatalf("of ten people: %+v", got)
	}
	p := got.Periods[0]
	if p.First != "2026-01" || p.Last != "2026-12" || p.People != 10 || p.Sessions != 10 || p.Minutes != 20 || p.Acts[sealed.ActDeposit] != 10 {
		t.Errorf("of ten people: %+v", p)
	}
	for _, act := range []string{sealed.ActRead, sealed.ActShare} {
		if n, told := p.Acts[act]; told {
			t.Errorf("%s, by one of them, is told as %d", act, n)
		}
	}
	if p.Total != nil {
		t.Errorf("the total tells how often it was one of them: %d", *p.Total)
	}
	if v := figures(2027); len(v.Periods) != 0 {
		t.Errorf("of a year that begins: %+v", v)
	}
	m.do(t, request{who: m.desk.caller, method: "GET", path: mediation + "/activity?year=77"}).is(t, 422).refuses(t, "invalid")
	colleague := m.world.desk(t, m.desk.st, "Inès Roche")
	m.do(t, request{who: colleague.caller, method: "GET", path: mediation + "/activity"}).is(t, 403).refuses(t, "not-structure-referent")
}

type activity struct {
	Least   int
	Periods []struct {
		First, Last               string
		People, Sessions, Minutes int64
		Acts                      map[string]int64
		Total                     *int64
	}
	Rest *struct{ First, Last string }
}
