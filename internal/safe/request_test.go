package safe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// enrolment is what a school asks for.
func (w *world) enrolment(m *mairie) sealed.DocumentRequest {
	return sealed.DocumentRequest{
		ID: newKey(), Administration: string(m.ID), Service: "etat-civil", Procedure: "Inscription à l’école",
		Basis: "Code de l’éducation, article L131-5", Purpose: "Inscrire un enfant",
		Wanted: []sealed.Wanted{
			{Kind: "identity", Or: []string{"passport", "identity-card"}, Count: 2},
			{Kind: "residence", Or: []string{"energy-bill"}},
			{Kind: "family-book"},
			{Kind: "tax-notice", Optional: true},
		},
		Reference: "2026-00417", Openings: 3, Created: stamp(w.clock.now()),
		AnswerBy: stamp(w.clock.now().Add(30 * 24 * time.Hour)), NotAfter: stamp(w.clock.now().Add(90 * 24 * time.Hour)),
	}
}

func (m *mairie) sign(t *testing.T, r sealed.DocumentRequest) []byte {
	t.Helper()
	b, err := sealed.SignRequest(r, m.root)
	must(t, err)
	return b
}

func (w *world) ask(t *testing.T, m *mairie, to safe.AddressID) safe.Request {
	t.Helper()
	r, err := w.CreateRequest(w.ctx, m.agent, m.sign(t, w.enrolment(m)), to)
	must(t, err)
	return r
}

func (c *citizen) answer(t *testing.T, m *mairie, kinds ...string) safe.NewAnswer {
	t.Helper()
	n := safe.NewAnswer{Key: newKey(), VK: c.vk()}
	for _, kind := range kinds {
		d := c.put(t, 1000)
		n.Grants = append(n.Grants, safe.AnswerGrant{
			Doc: d.v.Doc, Version: d.v.ID, Kind: kind, NotAfter: c.w.clock.now().Add(60 * 24 * time.Hour),
			Sealed: c.sealGrant(t, d, string(m.ID), m.key.Recipient()),
		})
	}
	return n
}

func (c *citizen) vk() []byte { vk := c.ring.Root().VK(); return vk[:] }

// note is one that nobody looks into.
func (c *citizen) note(t *testing.T, m *mairie, r safe.Request, about, text string, kinds ...string) safe.NewNote {
	t.Helper()
	return writeNote(t, c, m, r, about, text, c.ring.Root(), kinds...)
}

func writeNote(t *testing.T, c *citizen, m *mairie, r safe.Request, about, text string, by sealed.RootKey, kinds ...string) safe.NewNote {
	t.Helper()
	from := sealed.FromSafe
	if about == sealed.AboutAnswer {
		from = sealed.FromAdministration
	}
	id := safe.NewID[safe.NoteID]()
	b, err := sealed.SealNote(sealed.Note{
		ID: string(id), Request: string(r.ID), Safe: string(c.Safe), Administration: string(m.ID), From: from, About: about,
		Kinds: kinds, Text: text, Created: stamp(c.w.clock.now()),
	}, by, c.vault.Recipient(), m.key.Recipient())
	must(t, err)
	return safe.NewNote{ID: id, ForSafe: b.ForSafe, ForAdministration: b.ForAdministration}
}

// TestAFamilyAnswersARequest is the life of one request: asked by link, looked
// at, answered in two parts, one document refused, a question and its answer, and
// every act in the journal of whom it concerns, with the names of both sides.
func TestAFamilyAnswersARequest(t *testing.T) {
	w := newWorld(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	r := w.ask(t, m, "")
	seen, err := w.PublicRequest(w.ctx, r.ID)
	must(t, err)
	if seen.Administration.Name != "Mairie" || seen.Administration.Key == nil || seen.Request.State(w.clock.now()) != safe.RequestOpen {
		t.Fatalf("the link shows %+v", seen)
	}
	before := c.share(t, c.put(t, 1000), m)
	for _, kinds := range [][]string{{"passport", "identity-card"}, {"residence"}} {
		n := c.answer(t, m, kinds...)
		note := c.note(t, m, r, sealed.AboutNote, "Deux pages.")
		n.Note = &note
		got, err := w.Answer(w.ctx, c.Actor, r.ID, n)
		must(t, err)
		again, err := w.Answer(w.ctx, c.Actor, r.ID, n)
		must(t, err)
		if len(got) != len(kinds) || len(again) != len(got) || again[0].ID != got[0].ID {
			t.Fatalf("given %d, and again %d", len(got), len(again))
		}
		for i, g := range got {
			if g.Kind != kinds[i] || g.Request != r.ID || g.Purpose != r.Purpose || g.Service != r.Service || g.MostOpenings != 3 {
				t.Errorf("the grant is %+v", g)
			}
		}
	}
	no := c.note(t, m, r, sealed.AboutRefusal, "", "tax-notice")
	must(t, w.Refuse(w.ctx, c.Actor, r.ID, []string{"tax-notice"}, no))
	must(t, w.Refuse(w.ctx, c.Actor, r.ID, []string{"tax-notice"}, no)) // the answer was lost
	must(t, w.Ask(w.ctx, c.Actor, r.ID, c.note(t, m, r, sealed.AboutQuestion, "Faut-il l’original ?")))

	replies, _, err := w.Replies(w.ctx, m.agent, r.ID, true, safe.Page{})
	must(t, err)
	if len(replies) != 1 || replies[0].Holder != c.Name || replies[0].Given != 3 || replies[0].State() != safe.ReplyGiven || len(replies[0].Refused) != 1 {
		t.Fatalf("the replies are %+v", replies)
	}
	must(t, w.AnswerQuestion(w.ctx, m.agent, r.ID, replies[0].ID, writeNote(t, c, m, r, sealed.AboutAnswer, "Non.", m.root)))
	mine, err := w.RequestFor(w.ctx, c.Actor, r.ID)
	must(t, err)
	if len(mine.Notes) != 5 || len(mine.Grants) != 3 || mine.Reply.Waiting || len(mine.Before) != 3 {
		t.Fatalf("the citizen sees %d notes, %d grants, %d given before", len(mine.Notes), len(mine.Grants), len(mine.Before))
	}
	side, err := w.Reply(w.ctx, m.system, r.ID, replies[0].ID)
	must(t, err)
	vk, err := sealed.ParseVK(side.Safe.VK)
	must(t, err)
	question, err := sealed.OpenNote(side.Notes[3].ForAdministration, m.key, vk)
	must(t, err)
	if side.Key == nil || question.Text != "Faut-il l’original ?" {
		t.Errorf("the administration reads %+v", question)
	}
	all, _, err := w.Requests(w.ctx, m.agent, safe.RequestFilter{Open: true, Reference: r.Reference}, safe.Page{})
	must(t, err)
	if len(all) != 1 || all[0].Tally != (safe.Tally{Given: 1, Refused: 1}) {
		t.Errorf("the list says %+v", all)
	}
	grants, _, err := w.RequestGrants(w.ctx, m.system, r.ID, safe.Page{})
	must(t, err)
	if len(grants) != 3 || grants[0].ID == before.ID {
		t.Errorf("%d grants answer the request", len(grants))
	}
	must(t, w.CloseRequest(w.ctx, m.agent, r.ID))
	_, err = w.Answer(w.ctx, c.Actor, r.ID, c.answer(t, m, "family-book"))
	wantReason(t, err, safe.Ended, safe.ReasonRequestClosed)
	toldOfRequest(t, w, c, m, r)
	leavesWithIt(t, w, c, m)
	sound(t, w)
}

func toldOfRequest(t *testing.T, w *world, c *citizen, m *mairie, r safe.Request) {
	t.Helper()
	count := map[string]int{}
	for _, e := range w.events(t, c.Safe) {
		if strings.HasPrefix(e.What, "request.") && e.Result == journal.ResultDone {
			count[e.What]++
			if e.Administration != string(m.ID) || e.AdministrationName != m.Name || e.Detail["request"] != string(r.ID) || e.Purpose != r.Purpose || e.Who.Name == "" {
				t.Errorf("the journal says %+v", e)
			}
		}
	}
	for _, e := range w.events(t, "") {
		if strings.HasPrefix(e.What, "request.") {
			count[e.What]++
		}
	}
	want := map[string]int{
		journal.WhatRequestCreated: 1, journal.WhatRequestAnswered: 2, journal.WhatRequestRefused: 1, journal.WhatRequestAsked: 1,
		journal.WhatRequestReplied: 1, journal.WhatRequestClosed: 1,
	}
	for what, n := range want {
		if count[what] != n {
			t.Errorf("%s is journalled %d times, want %d", what, count[what], n)
		}
	}
}

// TestARequestInTheSafe is for one citizen: by an address of hers, never by what
// somebody knows of her, and nobody else ever sees it.
func TestARequestInTheSafe(t *testing.T) {
	w := newWorld(t)
	c, other := w.citizen(t, "angela"), w.citizen(t, "marcel")
	m, stranger := w.keyedMairie(t, "Mairie", "21370999900015"), w.keyedMairie(t, "Université", "19370999900012")
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)
	r := w.ask(t, m, ad.ID)
	asked, _, err := w.Asked(w.ctx, c.Actor, safe.Page{})
	must(t, err)
	if len(asked) != 1 || asked[0].Request.ID != r.ID || asked[0].Reply.State() != safe.ReplyAsked || asked[0].Request.AdministrationName != "Mairie" {
		t.Fatalf("asked: %+v", asked)
	}
	_, err = w.PublicRequest(w.ctx, r.ID)
	wantKind(t, err, safe.NotFound)
	_, err = w.RequestFor(w.ctx, other.Actor, r.ID)
	wantKind(t, err, safe.NotFound)
	_, err = w.Answer(w.ctx, other.Actor, r.ID, other.answer(t, m, "residence"))
	wantKind(t, err, safe.NotFound)
	_, err = w.CreateRequest(w.ctx, stranger.agent, stranger.sign(t, w.enrolment(stranger)), ad.ID)
	wantKind(t, err, safe.NotFound)
	must(t, w.EndAddress(w.ctx, c.Actor, ad.ID))
	_, err = w.CreateRequest(w.ctx, m.agent, m.sign(t, w.enrolment(m)), ad.ID)
	wantKind(t, err, safe.Ended)
	wantRefused(t, w, c.Safe, journal.WhatRequestCreated, "ended", actorID(m.agent))
	must(t, w.Refuse(w.ctx, c.Actor, r.ID, nil, c.note(t, m, r, sealed.AboutRefusal, "Non merci.")))
	got, err := w.Request(w.ctx, m.agent, r.ID)
	must(t, err)
	if got.Tally.Refused != 1 {
		t.Errorf("the tally is %+v", got.Tally)
	}
	_, err = w.Answer(w.ctx, c.Actor, r.ID, c.answer(t, m, "residence")) // she changes her mind
	must(t, err)
	mine, err := w.RequestFor(w.ctx, c.Actor, r.ID)
	must(t, err)
	if mine.Reply.State() != safe.ReplyGiven || mine.Reply.RefusedAll {
		t.Errorf("her side is %+v", mine.Reply)
	}
}

// TestBadRequestsAreNotKept: what a citizen would have to refuse is not even
// shown to her.
func TestBadRequestsAreNotKept(t *testing.T) {
	w := newWorld(t)
	m, stranger := w.keyedMairie(t, "Mairie", "21370999900015"), w.keyedMairie(t, "Université", "19370999900012")
	keyless := w.mairie(t, "Sous-préfecture", "17370999900013")
	make := func(change func(*sealed.DocumentRequest)) []byte {
		r := w.enrolment(m)
		change(&r)
		return m.sign(t, r)
	}
	day := func(n int) string { return stamp(w.clock.now().Add(time.Duration(n) * 24 * time.Hour)) }
	as := func(who *mairie) func(*sealed.DocumentRequest) {
		return func(r *sealed.DocumentRequest) { r.Administration = string(who.ID) }
	}
	for name, bad := range map[string]struct {
		body   []byte
		kind   safe.Kind
		reason string
	}{
		"not signed":                     {make(func(*sealed.DocumentRequest) {})[64:], safe.WrongForm, ""},
		"signed by another":              {stranger.sign(t, w.enrolment(m)), safe.Forbidden, ""},
		"in the name of another":         {make(as(stranger)), safe.Invalid, ""},
		"of a service that is none":      {make(func(r *sealed.DocumentRequest) { r.Service = "piscine" }), safe.Invalid, ""},
		"for a kind that is none":        {make(func(r *sealed.DocumentRequest) { r.Wanted[0].Kind = "dna" }), safe.Invalid, safe.ReasonUnknownKind},
		"of two lines":                   {make(func(r *sealed.DocumentRequest) { r.Purpose = "a\nb" }), safe.Invalid, ""},
		"over before it is there":        {make(func(r *sealed.DocumentRequest) { r.Created, r.AnswerBy = day(-2), day(-1) }), safe.Invalid, ""},
		"open longer than is allowed":    {make(func(r *sealed.DocumentRequest) { r.NotAfter = day(400) }), safe.Invalid, safe.ReasonTooFar},
		"by a clock that runs ahead":     {make(func(r *sealed.DocumentRequest) { r.Created = day(1) }), safe.Invalid, safe.ReasonClock},
		"longer than anybody would read": {append(make(func(*sealed.DocumentRequest) {}), strings.Repeat(" ", 40_000)...), safe.WrongForm, ""},
	} {
		_, err := w.CreateRequest(w.ctx, m.agent, bad.body, "")
		if !safe.IsKind(err, bad.kind) || asError(err).Reason != bad.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	soon := w.enrolment(m)
	soon.Created = stamp(w.clock.now().Add(4 * time.Minute)) // clocks differ
	_, err := w.CreateRequest(w.ctx, m.system, m.sign(t, soon), "")
	must(t, err)
	twice := m.sign(t, w.enrolment(m))
	for range 2 {
		_, err = w.CreateRequest(w.ctx, m.agent, twice, "")
		must(t, err)
	}
	other := w.enrolment(m)
	first, err := sealed.ReadRequest(twice)
	must(t, err)
	other.ID, other.Purpose = first.ID, "Autre"
	_, err = w.CreateRequest(w.ctx, m.agent, m.sign(t, other), "")
	wantKind(t, err, safe.AlreadyExists)
	r := w.enrolment(m)
	as(keyless)(&r)
	_, err = w.CreateRequest(w.ctx, keyless.agent, m.sign(t, r), "")
	wantKind(t, err, safe.NoKey)
	narrow := m.system
	narrow.Scopes = []string{safe.ScopeRetrieve}
	_, err = w.CreateRequest(w.ctx, narrow, m.sign(t, w.enrolment(m)), "")
	wantKind(t, err, safe.Forbidden)
	_, err = w.CreateRequest(w.ctx, w.citizen(t, "angela").Actor, m.sign(t, w.enrolment(m)), "")
	wantKind(t, err, safe.Forbidden)
}

// TestNothingIsGivenThatWasNotAskedFor (O21), and nothing for longer.
func TestNothingIsGivenThatWasNotAskedFor(t *testing.T) {
	w := newWorld(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	r := w.ask(t, m, "")
	try := func(change func(*safe.NewAnswer), kinds ...string) error {
		n := c.answer(t, m, kinds...)
		change(&n)
		_, err := w.Answer(w.ctx, c.Actor, r.ID, n)
		return err
	}
	asIs := func(*safe.NewAnswer) {}
	wantReason(t, try(asIs, "bank-statement"), safe.Invalid, safe.ReasonNotAsked)
	wantReason(t, try(asIs, "residence", "energy-bill"), safe.Invalid, safe.ReasonNotAsked)
	wantReason(t, try(asIs, "identity", "passport", "identity-card"), safe.Invalid, safe.ReasonNotAsked)
	wantReason(t, try(func(n *safe.NewAnswer) { n.Grants[0].NotAfter = w.clock.now().Add(91 * 24 * time.Hour) }, "residence"), safe.Invalid, safe.ReasonTooFar)
	wantKind(t, try(func(n *safe.NewAnswer) { n.Grants[0].NotAfter = w.clock.now() }, "residence"), safe.Invalid)
	wantKind(t, try(func(n *safe.NewAnswer) { n.Grants = nil }), safe.Invalid)
	wantKind(t, try(func(n *safe.NewAnswer) { n.VK = make([]byte, 33) }, "residence"), safe.Stale)
	wantKind(t, try(func(n *safe.NewAnswer) { n.Grants[1].Version = safe.NewID[safe.VersionID]() }, "residence", "family-book"), safe.NotFound)
	wantReason(t, w.Refuse(w.ctx, c.Actor, r.ID, []string{"passport"}, c.note(t, m, r, sealed.AboutRefusal, "")), safe.Invalid, safe.ReasonNotAsked)
	mine, err := w.RequestFor(w.ctx, c.Actor, r.ID)
	must(t, err)
	if mine.Reply != nil || len(mine.Grants) != 0 {
		t.Fatalf("after what was refused she has given %+v", mine.Grants)
	}
	n := c.answer(t, m, "residence", "family-book")
	_, err = w.Answer(w.ctx, c.Actor, r.ID, n)
	must(t, err)
	n.Grants = n.Grants[:1]
	_, err = w.Answer(w.ctx, c.Actor, r.ID, n)
	wantKind(t, err, safe.KeyReused)
	w.clock.add(31 * 24 * time.Hour)
	wantReason(t, try(asIs, "identity"), safe.Expired, safe.ReasonRequestExpired)
	wantRefused(t, w, c.Safe, journal.WhatRequestAnswered, safe.ReasonRequestExpired, actorID(c.Actor))
	must(t, w.Ask(w.ctx, c.Actor, r.ID, c.note(t, m, r, sealed.AboutQuestion, "Est-ce encore possible ?")))
}

// TestAGrantIsOpenedAsOftenAsTheCitizenSays: the last opening still lets its
// document be fetched, for a day, and no key comes out after it.
func TestAGrantIsOpenedAsOftenAsTheCitizenSays(t *testing.T) {
	w := newWorld(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	d := c.put(t, 1000)
	n := c.newGrant(t, d, m)
	n.Openings, n.Kind = 2, "identity"
	g, err := w.Share(w.ctx, c.Actor, n)
	must(t, err)
	again, err := w.Share(w.ctx, c.Actor, n)
	must(t, err)
	if again.ID != g.ID || again.MostOpenings != 2 || again.Kind != "identity" {
		t.Fatalf("the grant is %+v", again)
	}
	for range 2 {
		_, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
		must(t, err)
	}
	_, err = w.ReleaseGrant(w.ctx, m.system, g.ID)
	wantReason(t, err, safe.Ended, safe.ReasonOpenedOut)
	wantRefused(t, w, c.Safe, journal.WhatGrantReleased, safe.ReasonOpenedOut, actorID(m.system))
	_, err = w.GrantContent(w.ctx, m.agent, g.ID)
	must(t, err)
	w.clock.add(24 * time.Hour)
	_, err = w.GrantContent(w.ctx, m.agent, g.ID)
	wantReason(t, err, safe.Ended, safe.ReasonOpenedOut)
	for _, e := range w.events(t, c.Safe) {
		if e.What == journal.WhatGrantCreated && e.Detail["openings"] != "2" {
			t.Errorf("the journal says %+v", e.Detail)
		}
	}
	n.Key, n.Openings = newKey(), -1
	_, err = w.Share(w.ctx, c.Actor, n)
	wantKind(t, err, safe.Invalid)
	n.Openings, n.Kind = 0, "dna"
	_, err = w.Share(w.ctx, c.Actor, n)
	wantReason(t, err, safe.Invalid, safe.ReasonUnknownKind)
	sound(t, w)
}
