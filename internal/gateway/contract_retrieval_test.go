package gateway_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// retrievalPart: a town hall opens what it was given, says so, and says in the
// end that its copies are gone; the citizen reads both.
func retrievalPart(t *testing.T, s *story) {
	t.Helper()
	c, d := s.citizen, s.citizen.put(t, 2000)
	id := c.share(t, d, s.office)
	of := "/api/v1/administration/grants/" + id
	release := request{who: s.office.system, method: "POST", path: of + "/release", header: object{"Idempotency-Key": newKey()}}
	first, again := s.do(t, release).is(t, 200), s.do(t, release).is(t, 200)
	if a, b := eventOf(t, first), eventOf(t, again); a.ID != b.ID {
		t.Fatalf("the same key released %s, then %s", a.ID, b.ID)
	}
	about := sealed.Acknowledgement{
		Administration: string(s.office.ID), Grant: id, Safe: string(c.Safe), Doc: d.doc, Version: d.version,
		SHA256: hex.EncodeToString(d.sum[:]), Release: eventOf(t, first).ID, Outcome: sealed.OutcomeIntact, At: stamp(s.clock.now()),
	}
	say := func(change func(*sealed.Acknowledgement)) request {
		a := about
		if change != nil {
			change(&a)
		}
		b, err := sealed.SignAcknowledgement(a, s.office.root)
		must(t, err)
		return request{who: s.office.system, method: "POST", path: of + "/acknowledgements", json: object{"acknowledgement": b}}
	}
	s.do(t, say(func(a *sealed.Acknowledgement) { a.Release = sealed.NewID() })).is(t, 404)
	s.do(t, say(func(a *sealed.Acknowledgement) { a.Doc = sealed.NewID() })).is(t, 422)
	s.do(t, say(nil)).is(t, 204)
	s.do(t, say(nil)).is(t, 204)
	s.do(t, say(func(a *sealed.Acknowledgement) { a.Outcome = sealed.OutcomeInfected })).is(t, 409).refuses(t, "already-exists")

	b, err := sealed.SignDeletion(sealed.Deletion{
		Administration: string(s.office.ID), Grant: id, Safe: string(c.Safe), Doc: d.doc, Version: d.version,
		At: stamp(s.clock.now()), How: sealed.DeletedDeclared, Note: "Dossier clos",
	}, s.office.root)
	must(t, err)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/grants/" + id}).is(t, 204)
	if due := s.get(t, s.office.agent, "/api/v1/administration/deletions?limit=200", 200).items(t, "id"); !slices.Contains(due, id) {
		t.Fatalf("due are %q", due)
	}
	s.endProven(t, id)
	declare := request{who: s.office.agent, method: "POST", path: "/api/v1/administration/deletions", json: object{"attestations": [][]byte{b, []byte("x")}}}
	var told struct {
		Declared []string
		Refused  []struct{ Problem string }
	}
	s.do(t, declare).is(t, 200).read(t, &told)
	if !slices.Equal(told.Declared, []string{id}) || len(told.Refused) != 1 || told.Refused[0].Problem != "wrong-form" {
		t.Fatalf("declared: %+v", told)
	}
	s.do(t, request{who: s.office.agent, method: "POST", path: "/api/v1/administration/deletions", json: object{"attestations": [][]byte{}}}).is(t, 422)
	s.readBack(t, id, b)
}

// endProven: that the citizen has ended it is in her journal, and no word of the
// gateway's.
func (s *story) endProven(t *testing.T, id string) {
	t.Helper()
	var page struct {
		Items []struct {
			ID  string
			End *struct {
				Event string
				Salt  []byte
				Leaf  journal.Leaf
			}
		}
	}
	s.get(t, s.office.system, "/api/v1/administration/deletions?limit=200&proofs=true", 200).read(t, &page)
	for _, g := range page.Items {
		if g.ID != id {
			continue
		}
		if g.End == nil {
			t.Fatal("no proof of the end")
		}
		ev, _, err := journal.VerifyEvent(s.vkey, []byte(g.End.Event), g.End.Salt, g.End.Leaf)
		if err != nil || ev.What != journal.WhatGrantEnded || ev.Grant != id || ev.Who.Kind != "citizen" {
			t.Fatalf("%+v, %v", ev, err)
		}
		return
	}
	t.Fatal("not in the list with proofs")
}

func eventOf(t *testing.T, released answer) journal.Event {
	t.Helper()
	var rel struct{ Proof struct{ Event string } }
	released.read(t, &rel)
	ev, err := journal.DecodeEvent([]byte(rel.Proof.Event))
	must(t, err)
	return ev
}

// readBack is the citizen's list: what was signed, by a key that the log holds.
func (s *story) readBack(t *testing.T, id string, deletion []byte) {
	t.Helper()
	var page struct {
		Items []struct {
			ID       string
			DeleteBy *time.Time
			Overdue  bool

			Acknowledgement, Deletion struct{ Signed, VK []byte }
		}
		Keys []journal.Leaf
	}
	s.get(t, s.citizen.caller, "/api/v1/safe/grants?limit=200", 200).read(t, &page)
	vk := s.office.root.VK()
	for _, g := range page.Items {
		if g.ID != id {
			continue
		}
		if string(g.Deletion.Signed) != string(deletion) || g.DeleteBy != nil || g.Overdue || string(g.Deletion.VK) != string(vk[:]) {
			t.Errorf("she reads %+v", g)
		}
		if a, err := sealed.OpenAcknowledgement(g.Acknowledgement.Signed, vk); err != nil || a.Outcome != sealed.OutcomeIntact {
			t.Errorf("she reads %+v, %v", a, err)
		}
	}
	if len(page.Keys) != 1 {
		t.Fatalf("%d keys", len(page.Keys))
	}
	if _, err := journal.VerifyLeaf(s.vkey, page.Keys[0].Entry, page.Keys[0]); err != nil {
		t.Error(err)
	}
}
