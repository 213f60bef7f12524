package safe_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestNotesHaveAPlaceAndAnEnd: one id is one note, on one side of one request.
func TestNotesHaveAPlaceAndAnEnd(t *testing.T) {
	w := newWorld(t)
	c, other := w.citizen(t, "angela"), w.citizen(t, "marcel")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	r, second := w.ask(t, m, ""), w.ask(t, m, "")
	n := c.note(t, m, r, sealed.AboutQuestion, "?")
	must(t, w.Ask(w.ctx, c.Actor, r.ID, n))
	wantKind(t, w.Ask(w.ctx, c.Actor, second.ID, n), safe.AlreadyExists)
	wantKind(t, w.Ask(w.ctx, other.Actor, r.ID, n), safe.AlreadyExists)
	plain := n
	plain.ID, plain.ForAdministration = safe.NewID[safe.NoteID](), []byte("en clair")
	wantKind(t, w.Ask(w.ctx, c.Actor, r.ID, plain), safe.WrongForm)
	replies, _, err := w.Replies(w.ctx, m.agent, r.ID, false, safe.Page{})
	must(t, err)
	if len(replies) != 1 {
		t.Fatalf("%d replies", len(replies))
	}
	_, err = w.Reply(w.ctx, m.agent, second.ID, replies[0].ID)
	wantKind(t, err, safe.NotFound)
	for i := 1; i < 100; i++ {
		n.ID = safe.NewID[safe.NoteID]()
		must(t, w.Ask(w.ctx, c.Actor, r.ID, n))
	}
	n.ID = safe.NewID[safe.NoteID]()
	wantReason(t, w.Ask(w.ctx, c.Actor, r.ID, n), safe.Invalid, safe.ReasonManyNotes)
}

// TestRequestsAreOfAService: an agent of another one sees none of them and does
// nothing about them, whether the request says its service by id or by name.
func TestRequestsAreOfAService(t *testing.T) {
	w := newWorld(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	_, err := w.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{
		SIRET: m.SIRET, Name: m.Name, Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}, {ID: "ccas", Name: "CCAS de Valmont"}},
	})
	must(t, err)
	var ids []safe.RequestID
	for _, service := range []string{"ccas", "CCAS de Valmont", "État civil", ""} {
		r := w.enrolment(m)
		r.Service = service
		made, err := w.CreateRequest(w.ctx, m.system, m.sign(t, r), "")
		must(t, err)
		ids = append(ids, made.ID)
		_, err = w.Answer(w.ctx, c.Actor, made.ID, c.answer(t, m, "residence"))
		must(t, err)
	}
	_, err = w.Appoint(w.ctx, operator(), m.agent.Account, safe.Appointment{Role: safe.AgentRole, Services: []string{"ccas"}})
	must(t, err)
	all, _, err := w.Requests(w.ctx, m.agent, safe.RequestFilter{}, safe.Page{})
	must(t, err)
	given, _, err := w.Received(w.ctx, m.agent, safe.ReceivedWanted{}, safe.Page{})
	must(t, err)
	if len(all) != 3 || len(given) != 3 {
		t.Errorf("the agent sees %d requests and %d grants", len(all), len(given))
	}
	for i, id := range ids {
		_, err := w.Request(w.ctx, m.agent, id)
		_, _, replies := w.Replies(w.ctx, m.agent, id, false, safe.Page{})
		if other := i == 2; safe.IsKind(err, safe.Forbidden) != other || safe.IsKind(replies, safe.Forbidden) != other {
			t.Errorf("request %d: %v, %v", i, err, replies)
		}
	}
	wantKind(t, w.CloseRequest(w.ctx, m.agent, ids[2]), safe.Forbidden)
	must(t, w.CloseRequest(w.ctx, m.agent, ids[1]))
	r := w.enrolment(m)
	_, err = w.CreateRequest(w.ctx, m.agent, m.sign(t, r), "")
	wantKind(t, err, safe.Forbidden)
}

// answerTrial gives two documents and writes a note: all of it or nothing, with
// an event for each, and once.
func answerTrial(t *testing.T, w *world, c *citizen, m *mairie) trial {
	t.Helper()
	r := w.ask(t, m, "")
	n := c.answer(t, m, "residence", "family-book")
	note := c.note(t, m, r, sealed.AboutNote, "Voici.")
	n.Note = &note
	return trial{
		act: func(w *world) error {
			_, err := w.Answer(w.ctx, c.Actor, r.ID, n)
			return err
		},
		visible: func(t *testing.T, w *world, acknowledged bool) {
			t.Helper()
			mine, err := w.RequestFor(w.ctx, c.Actor, r.ID)
			must(t, err)
			given, answered := 0, 0
			for _, e := range w.events(t, c.Safe) {
				if e.Detail["request"] == string(r.ID) && e.Result == journal.ResultDone {
					switch e.What {
					case journal.WhatGrantCreated:
						given++
					case journal.WhatRequestAnswered:
						answered++
					}
				}
			}
			counted := 0
			if mine.Reply != nil {
				counted = int(mine.Reply.Given)
			}
			if len(mine.Grants) != given || given != 2*answered || answered > 1 || counted != given || len(mine.Notes) != answered || acknowledged && answered != 1 {
				t.Errorf("%d grants, %d notes, %d counted; %d events of grants, %d of the answer; acknowledged: %v",
					len(mine.Grants), len(mine.Notes), counted, given, answered, acknowledged)
			}
		},
	}
}

// leavesWithIt: an export holds what was asked, under the administration's
// signature, and every note, which her own keys open.
func leavesWithIt(t *testing.T, w *world, c *citizen, m *mairie) {
	t.Helper()
	plan, err := w.Export(w.ctx, c.Actor)
	must(t, err)
	var all []struct {
		Request        []byte
		Administration struct{ Name string }
		Refused        []string
		Notes          []struct{ Sealed, VK []byte }
		Grants         []struct{ Kind string }
	}
	for f, err := range plan.Files(w.ctx) {
		must(t, err)
		var b bytes.Buffer
		must(t, f.Write(w.ctx, &b))
		if f.Name == "requests.json" {
			must(t, json.Unmarshal(b.Bytes(), &all))
		}
	}
	if len(all) != 1 || all[0].Administration.Name != m.Name || len(all[0].Notes) != 5 || len(all[0].Grants) != 3 || len(all[0].Refused) != 1 {
		t.Fatalf("the export says %+v", all)
	}
	_, err = sealed.OpenRequest(all[0].Request, m.root.VK())
	must(t, err)
	for _, n := range all[0].Notes {
		vk, err := sealed.ParseVK(n.VK)
		must(t, err)
		_, err = sealed.OpenNote(n.Sealed, c.vault, vk)
		must(t, err)
	}
}
