package gateway_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// asking is what an office asks for, signed.
func (o *office) asking(t *testing.T, w *world, change ...func(*sealed.DocumentRequest)) (id string, signed []byte) {
	t.Helper()
	r := sealed.DocumentRequest{
		ID: newKey(), Administration: string(o.ID), Service: "etat-civil", Procedure: "Inscription à l’école",
		Basis: "Code de l’éducation, article L131-5", Purpose: "Inscrire un enfant", Reference: "2026-00417",
		Wanted:  []sealed.Wanted{{Kind: "identity", Or: []string{"passport"}, Count: 2}, {Kind: "residence"}, {Kind: "tax-notice", Optional: true}},
		Created: stamp(w.clock.now()), AnswerBy: stamp(w.clock.now().Add(30 * 24 * time.Hour)), NotAfter: stamp(w.clock.now().Add(60 * 24 * time.Hour)),
	}
	for _, c := range change {
		c(&r)
	}
	b, err := sealed.SignRequest(r, o.root)
	must(t, err)
	return r.ID, b
}

// ask puts a request into the safe of an address, or makes one for a link.
func (o *office) ask(t *testing.T, w *world, address string) string {
	t.Helper()
	id, signed := o.asking(t, w)
	in := object{"request": signed}
	if address != "" {
		in["address"] = address
	}
	w.do(t, request{who: o.agent, method: "POST", path: "/api/v1/administration/requests", json: in}).is(t, 201)
	return id
}

func (c *citizen) noteTo(t *testing.T, o *office, id, about, text string, kinds ...string) object {
	t.Helper()
	return noteBy(t, c, o, id, about, text, c.ring.Root(), kinds...)
}

func noteBy(t *testing.T, c *citizen, o *office, id, about, text string, by sealed.RootKey, kinds ...string) object {
	t.Helper()
	from := sealed.FromSafe
	if about == sealed.AboutAnswer {
		from = sealed.FromAdministration
	}
	n := sealed.Note{
		ID: newKey(), Request: id, Safe: string(c.Safe), Administration: string(o.ID), From: from, About: about, Kinds: kinds,
		Text: text, Created: stamp(c.w.clock.now()),
	}
	b, err := sealed.SealNote(n, by, c.vault.Recipient(), o.key.Recipient())
	must(t, err)
	return object{"id": n.ID, "forSafe": b.ForSafe, "forAdministration": b.ForAdministration}
}

// answering is the body of an answer with one document of each kind.
func (c *citizen) answering(t *testing.T, o *office, kinds ...string) object {
	t.Helper()
	var grants []object
	for _, kind := range kinds {
		d := c.put(t, 700)
		grants = append(grants, object{
			"doc": d.doc, "version": d.version, "kind": kind, "notAfter": stamp(c.w.clock.now().Add(40 * 24 * time.Hour)),
			"grant": c.sealGrant(t, d, string(o.ID), o.key.Recipient()),
		})
	}
	return object{"grants": grants}
}

func (c *citizen) answers(id string, in object) request {
	return request{who: c.caller, method: "POST", path: "/api/v1/safe/requests/" + id + "/answers", json: in, header: object{"Idempotency-Key": newKey()}}
}

// requestPart goes through both sides of a request as the contract has it.
func requestPart(t *testing.T, s *story) {
	t.Helper()
	c, o := s.citizen, s.office
	s.get(t, nobody, "/api/v1/kinds", 200)
	const office, own = "/api/v1/administration/requests", "/api/v1/safe/requests"
	id, signed := o.asking(t, s.world)
	make := request{who: o.system, method: "POST", path: office, json: object{"request": signed}}
	s.do(t, make).is(t, 201)
	s.do(t, make).is(t, 201)
	_, other := o.asking(t, s.world, func(r *sealed.DocumentRequest) { r.ID, r.Purpose = id, "Autre" })
	make.json = object{"request": other}
	s.do(t, make).is(t, 409)
	make.json = object{"request": signed[64:]}
	s.do(t, make).is(t, 422)
	make.json = object{"request": signed, "address": newKey()}
	s.do(t, make).is(t, 404)
	address := c.address(t, o)
	inside := o.ask(t, s.world, address)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/addresses/" + address}).is(t, 204)
	_, signed = o.asking(t, s.world)
	make.json = object{"request": signed, "address": address}
	s.do(t, make).is(t, 410)
	for path, status := range map[string]int{
		"?open=true&reference=2026-00417&limit=1": 200, "?open=maybe": 422, "/" + id: 200, "/" + newKey(): 404, "/" + id + "/grants?limit=1": 200,
		"/" + newKey() + "/grants": 404, "/" + id + "/replies?waiting=true": 200, "/" + newKey() + "/replies": 404,
		"/" + id + "/replies/" + newKey(): 404,
	} {
		s.get(t, o.agent, office+path, status)
	}
	s.get(t, nobody, "/api/v1/requests/"+id, 200)
	s.get(t, nobody, "/api/v1/requests/"+inside, 404)
	s.get(t, c.caller, own, 200)
	s.get(t, c.caller, own+"/"+id, 200)
	s.get(t, c.caller, own+"/"+newKey(), 404)

	in := c.answering(t, o, "identity", "residence")
	in["note"] = c.noteTo(t, o, id, sealed.AboutNote, "Deux pages.")
	s.do(t, c.answers(id, in)).is(t, 201)
	s.do(t, c.answers(newKey(), in)).is(t, 404)
	s.do(t, c.answers(id, c.answering(t, o, "photo"))).is(t, 422).refuses(t, "not-asked")
	stale := c.answering(t, o, "identity")
	stale["vk"] = append([]byte{1}, make32()...)
	s.do(t, c.answers(id, stale)).is(t, 412)
	notes(t, s, id, inside)
	replies := s.get(t, o.agent, office+"/"+id+"/replies", 200).items(t, "id")
	side := office + "/" + id + "/replies/" + replies[0]
	s.get(t, o.system, side, 200)
	back := request{who: o.agent, method: "POST", path: side + "/answers", json: object{"note": noteBy(t, c, o, id, sealed.AboutAnswer, "Non.", o.root)}}
	s.do(t, back).is(t, 204)
	s.do(t, back).is(t, 204)
	taken := noteBy(t, c, o, id, sealed.AboutAnswer, "Oui.", o.root)
	taken["id"] = back.json.(object)["note"].(object)["id"]
	s.do(t, request{who: o.agent, method: "POST", path: side + "/answers", json: object{"note": taken}}).is(t, 409)
	s.do(t, request{who: o.agent, method: "POST", path: side + "/answers", json: object{"note": object{"id": "x"}}}).is(t, 422)
	back.path = office + "/" + id + "/replies/" + newKey() + "/answers"
	s.do(t, back).is(t, 404)
	for _, r := range []string{id, newKey()} {
		status := 204
		if r != id {
			status = 404
		}
		s.do(t, request{who: o.agent, method: "DELETE", path: office + "/" + r}).is(t, status)
	}
	s.do(t, c.answers(id, c.answering(t, o, "identity"))).is(t, 410).refuses(t, "request-closed")
}

func make32() []byte { return make([]byte, 32) }

// notes are the citizen's refusals and questions.
func notes(t *testing.T, s *story, id, inside string) {
	t.Helper()
	c, o := s.citizen, s.office
	for path, about := range map[string]string{"refusals": sealed.AboutRefusal, "questions": sealed.AboutQuestion} {
		post := func(id string, in object, status int) {
			s.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/requests/" + id + "/" + path, json: in}).is(t, status)
		}
		in := object{"note": c.noteTo(t, o, id, about, "Pourquoi ?")}
		post(id, in, 204)
		post(id, in, 204)
		post(inside, in, 409)
		post(newKey(), in, 404)
		post(id, object{"note": object{"id": newKey(), "forSafe": []byte("en clair"), "forAdministration": []byte("en clair")}}, 422)
	}
}

// TestOnePageIsOneCall: what a citizen's page and an agent's page show of a
// request, each opens it with the keys that come with it, and nothing is told to
// the side that it is not for.
func TestOnePageIsOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	earlier := c.put(t, 500)
	given := c.newGrant(t, earlier, o)
	given["kind"], given["openings"] = "passport", 1
	w.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/grants", json: given, header: object{"Idempotency-Key": newKey()}}).is(t, 201)
	id := o.ask(t, w, c.address(t, o))
	w.clock.add(time.Second)
	in := c.answering(t, o, "passport")
	in["note"] = c.noteTo(t, o, id, sealed.AboutNote, "Voici.")
	w.do(t, c.answers(id, in)).is(t, 201)
	w.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/requests/" + id + "/questions", json: object{"note": c.noteTo(t, o, id, sealed.AboutQuestion, "Et le second ?")}}).is(t, 204)

	var page struct {
		State, Request, VK string
		Administration     struct {
			Name string
			VK   []byte
			Key  *struct{ Index int64 }
		}
		Signed []byte `json:"-"`
		Reply  struct {
			Holder, Safe string
			Given        int
			Waiting      bool
		}
		Grants []struct {
			Kind, Request, Holder, Safe string
			Used                        bool
		}
		Notes  []struct{ Sealed []byte }
		Before []struct{ Kind, Doc string }
	}
	mine := w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/requests/" + id}).is(t, 200)
	mine.read(t, &page)
	vk, err := sealed.ParseVK(page.Administration.VK)
	must(t, err)
	var raw struct{ Request []byte }
	must(t, json.Unmarshal(mine.body, &raw))
	asked, err := sealed.OpenRequest(raw.Request, vk)
	must(t, err)
	if asked.ID != id || page.State != "open" || page.Administration.Key == nil || len(page.Grants) != 1 || page.Grants[0].Kind != "passport" || page.Grants[0].Request != id {
		t.Errorf("her page is %s", mine.body)
	}
	if page.Reply.Holder != "" || page.Reply.Safe != "" || page.Grants[0].Holder != "" || !page.Reply.Waiting || page.Reply.Given != 1 {
		t.Errorf("her side is %+v", page.Reply)
	}
	if len(page.Before) != 2 || page.Before[1].Doc != earlier.doc {
		t.Errorf("given before: %+v", page.Before)
	}
	root := c.ring.Root().VK()
	for i, text := range []string{"Voici.", "Et le second ?"} {
		n, err := sealed.OpenNote(page.Notes[i].Sealed, c.vault, root)
		must(t, err)
		if n.Text != text {
			t.Errorf("note %d is %+v", i, n)
		}
	}
	list := w.do(t, request{who: o.agent, method: "GET", path: "/api/v1/administration/requests/" + id + "/replies?waiting=true"})
	side := w.do(t, request{who: o.agent, method: "GET", path: "/api/v1/administration/requests/" + id + "/replies/" + list.items(t, "id")[0]}).is(t, 200)
	page.Notes = nil
	side.read(t, &page)
	n, err := sealed.OpenNote(page.Notes[1].Sealed, o.key, root)
	must(t, err)
	if n.Text != "Et le second ?" || page.Reply.Safe != string(c.Safe) || !strings.Contains(page.Reply.Holder, "Angela") || page.Grants[0].Holder == "" {
		t.Errorf("the agent's page is %s", side.body)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
