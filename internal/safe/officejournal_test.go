package safe_test

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// book reads the whole journal of the reader's administration, two events at a
// time, newest first.
func (w *world) book(t *testing.T, who safe.Actor) (all []journal.Event) {
	t.Helper()
	for before := ""; ; {
		page, err := w.AdministrationJournal(w.ctx, who, before, 2)
		must(t, err)
		if len(page.Items) > 2 {
			t.Fatalf("a page of %d events", len(page.Items))
		}
		for _, it := range page.Items {
			all = append(all, w.checkItem(t, it, page.Checkpoint))
		}
		if before = page.Next; before == "" {
			return all
		}
	}
}

// TestAnAdministrationsJournalIsForThoseWhoActForIt: it names the safes of
// citizens, and is read by nobody who waits to be appointed, who was cut off, or
// whose token is for something else.
func TestAnAdministrationsJournalIsForThoseWhoActForIt(t *testing.T) {
	w := appointing(t)
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	hugo := w.comes(t, m, "Hugo Petit")
	read := func(a safe.Actor) error {
		_, err := w.AdministrationJournal(w.ctx, a, "", 10)
		return err
	}
	wantReason(t, read(hugo), safe.Forbidden, safe.ReasonNotAppointed)
	w.appoint(t, operator(), m.agent, safe.Referent)
	w.appoint(t, m.agent, hugo, safe.AgentRole)
	must(t, read(hugo))
	w.appoint(t, m.agent, hugo, safe.NoRole)
	wantReason(t, read(hugo), safe.Forbidden, safe.ReasonAgentLeft)
	must(t, read(m.system))
	depositing := m.system
	depositing.Scopes = []string{safe.ScopeDeposit, safe.ScopeRequest}
	wantKind(t, read(depositing), safe.Forbidden)

	tries := 0
	for _, e := range w.book(t, m.agent) {
		if e.What == journal.WhatOfficeRead && e.Result == journal.ResultRefused {
			tries++
		}
	}
	if tries != 3 {
		t.Errorf("%d refused readings of 3 are in it", tries)
	}
}

// TestAnAgentReadsNotWhatOtherServicesDid, however many events lie between, and
// reads what his own did and what is no service's.
func TestAnAgentReadsNotWhatOtherServicesDid(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 1000)
	shared := func(service string) safe.GrantID {
		n := c.newGrant(t, d, m)
		n.Service = service
		g, err := w.Share(w.ctx, c.Actor, n)
		must(t, err)
		return g.ID
	}
	release := func(id safe.GrantID) {
		_, err := w.ReleaseGrant(w.ctx, m.agent, id)
		must(t, err)
	}
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), hugo, safe.AgentRole, "ccas")
	ours, byName, nobodys, theirs := shared("ccas"), shared("CCAS"), shared(""), shared("etat-civil")
	for _, id := range []safe.GrantID{ours, theirs, theirs, byName, theirs, theirs, theirs, nobodys, theirs} {
		release(id)
	}
	_, err := w.ReleaseGrant(w.ctx, hugo, theirs)
	wantReason(t, err, safe.Forbidden, safe.ReasonOtherService)
	released := func(who safe.Actor) (all []safe.GrantID) {
		for _, e := range w.book(t, who) {
			if e.What == journal.WhatGrantReleased {
				all = append(all, safe.GrantID(e.Grant))
			}
		}
		return all
	}
	if got, want := released(hugo), []safe.GrantID{nobodys, byName, ours}; !reflect.DeepEqual(got, want) {
		t.Errorf("he reads the openings of %v, want %v", got, want)
	}
	if n := len(released(m.agent)); n != 10 {
		t.Errorf("who works for all services reads %d openings and tries of 10", n)
	}
}

// TestAPageLooksAtSoManyEvents: it says how to go on when none of them is shown.
func TestAPageLooksAtSoManyEvents(t *testing.T) {
	w := newWorld(t)
	m := w.mairie(t, "Mairie de Valmont", "21370999900015")
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), hugo, safe.AgentRole, "etat-civil")
	before := len(w.book(t, hugo))
	must(t, w.db.Update(w.ctx, func(tx safe.Tx) error {
		for range 2500 {
			b, err := journal.Event{
				V: 1, ID: newKey(), Time: stamp(w.clock.now()), What: "x", Result: journal.ResultDone, Service: "ccas",
				Who: journal.Who{Kind: "agent", Administration: string(m.ID)},
			}.Encode()
			if err != nil {
				return err
			}
			if _, err := tx.Events.Append(w.ctx, "", b, journal.NewSalt()); err != nil {
				return err
			}
		}
		return nil
	}))
	page, err := w.AdministrationJournal(w.ctx, hugo, "", 2)
	must(t, err)
	if len(page.Items) != 0 || page.Next == "" {
		t.Errorf("the first page has %d events, and goes on at %q", len(page.Items), page.Next)
	}
	if n := len(w.book(t, hugo)); n != before {
		t.Errorf("he reads %d events of %d", n, before)
	}
}

// TestWhoTriesTheIdsOfOthersLearnsNothing: what an administration's journal says
// of a try on what is another one's, it says of a try on what is not there. The
// citizen sees who tried.
func TestWhoTriesTheIdsOfOthersLearnsNothing(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m, other := w.keyedMairie(t, "Mairie", "21370999900015"), w.keyedMairie(t, "Université", "19370999900012")
	g := c.share(t, c.put(t, 1000), m)
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)
	r := w.ask(t, m, ad.ID)
	must(t, w.Ask(w.ctx, c.Actor, r.ID, c.note(t, m, r, "question", "Lequel ?")))
	replies, _, err := w.Replies(w.ctx, m.agent, r.ID, false, safe.Page{})
	must(t, err)
	ours := tried{g.ID, ad.ID, r.ID, replies[0].ID}
	for name, try := range w.tries(t, other) {
		t.Run(name, func(t *testing.T) {
			foreign := w.triedBy(t, other, ours, try)
			none := tried{safe.NewID[safe.GrantID](), safe.NewID[safe.AddressID](), safe.RequestID(newKey()), safe.NewID[safe.ReplyID]()}
			missing := w.triedBy(t, other, none, try)
			if !reflect.DeepEqual(foreign, missing) || len(foreign) != 1 {
				t.Errorf("what is another one's: %+v\nwhat is not there: %+v", foreign, missing)
			}
		})
	}
	tries := 0
	for _, e := range w.events(t, c.Safe) {
		if e.Who.Administration == string(other.ID) {
			tries++
		}
	}
	if tries != 5 {
		t.Errorf("the citizen sees %d tries of 5", tries)
	}
}

// tried are the ids of what somebody tries to get at.
type tried struct {
	grant   safe.GrantID
	address safe.AddressID
	request safe.RequestID
	reply   safe.ReplyID
}

// tries are all that an administration's agents and systems can do with an id.
func (w *world) tries(t *testing.T, other *mairie) map[string]func(tried) error {
	t.Helper()
	noScope := other.system
	noScope.Scopes = nil
	body := other.sign(t, w.enrolment(other))
	return map[string]func(tried) error{
		"release": func(id tried) error {
			_, err := w.ReleaseGrant(w.ctx, other.agent, id.grant)
			return err
		},
		"release without the scope": func(id tried) error {
			_, err := w.ReleaseGrant(w.ctx, noScope, id.grant)
			return err
		},
		"content": func(id tried) error {
			_, err := w.GrantContent(w.ctx, other.system, id.grant)
			return err
		},
		"deposit": func(id tried) error {
			_, err := w.Deposit(w.ctx, other.system, id.address, safe.DepositInput{Key: newKey(), Name: "a", Size: 1, Body: failing{t}})
			return err
		},
		"deposit without the scope": func(id tried) error {
			_, err := w.Deposit(w.ctx, noScope, id.address, safe.DepositInput{Key: newKey(), Name: "a", Size: 1, Body: failing{t}})
			return err
		},
		"request": func(id tried) error {
			_, err := w.CreateRequest(w.ctx, other.agent, body, id.address)
			return err
		},
		"close": func(id tried) error {
			return w.CloseRequest(w.ctx, other.agent, id.request)
		},
		"reply": func(id tried) error {
			return w.AnswerQuestion(w.ctx, other.agent, id.request, id.reply, safe.NewNote{})
		},
	}
}

// triedBy gives what is new in an administration's journal after a refused try,
// without what differs from one try to another: the ids that were tried.
func (w *world) triedBy(t *testing.T, m *mairie, id tried, try func(tried) error) []journal.Event {
	t.Helper()
	before := len(w.book(t, m.agent))
	if err := try(id); err == nil {
		t.Fatal("it was not refused")
	}
	all := w.book(t, m.agent)
	all = all[:len(all)-before]
	for i := range all {
		b, err := all[i].Encode()
		must(t, err)
		for at, known := range []string{all[i].ID, string(id.grant), string(id.address), string(id.request), string(id.reply)} {
			b = bytes.ReplaceAll(b, []byte(known), []byte(strings.Repeat("x", at+1)))
		}
		if all[i], err = journal.DecodeEvent(b); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestBooksOfEarlierReleases had what was refused to whoever tried: the rows are
// still there, and are not shown.
func TestBooksOfEarlierReleases(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m, other := w.keyedMairie(t, "Mairie", "21370999900015"), w.mairie(t, "Université", "19370999900012")
	g := c.share(t, c.put(t, 1000), m)
	_, err := w.ReleaseGrant(w.ctx, other.agent, g.ID)
	wantKind(t, err, safe.NotFound)
	w = w.with(func(cfg *safe.Config) {
		cfg.Rows = readThrough{cfg.Rows, func(r journal.Reader) journal.Reader { return leakyBook{r, string(c.Safe)} }}
	})
	for _, e := range w.book(t, other.agent) {
		if e.Safe != "" {
			t.Errorf("shows %+v", e)
		}
	}
}

// leakyBook has a safe's journal in everybody's book.
type leakyBook struct {
	journal.Reader
	whose string
}

func (b leakyBook) OfBook(ctx context.Context, _, before string, limit int) ([]journal.Record, error) {
	return b.OfSafe(ctx, b.whose, before, limit)
}
