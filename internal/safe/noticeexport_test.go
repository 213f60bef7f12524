package safe_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestWhatWasChosenLeavesWithTheExport: the address at which she is told of
// news is hers to take along (GDPR 15, 20), sealed to her; who chose none takes
// none.
func TestWhatWasChosenLeavesWithTheExport(t *testing.T) {
	w := telling(t)
	c := w.citizen(t, "a")
	exported := func() []byte {
		plan, err := w.Export(w.ctx, c.Actor)
		must(t, err)
		for f, err := range plan.Files(w.ctx) {
			must(t, err)
			var b bytes.Buffer
			must(t, f.Write(w.ctx, &b))
			if strings.Contains(b.String(), mailbox) {
				t.Errorf("%s tells the address to whoever finds the file", f.Name)
			}
			if f.Name == "notices.age" {
				return b.Bytes()
			}
		}
		return nil
	}
	if b := exported(); b != nil {
		t.Errorf("she chose nothing, and %d bytes of it are exported", len(b))
	}
	c.reads(t, mailbox)
	box := exported()
	r, err := sealed.OpenStream(bytes.NewReader(box), c.vault)
	must(t, err)
	text, err := io.ReadAll(r)
	must(t, err)
	for _, want := range []string{`"way":"email"`, `"address":"` + mailbox + `"`, `"language":"fr"`, `"confirmed":"20`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the export says %s, without %s", text, want)
		}
	}
}

// TestNewsOfRequestsIsToldWithoutTheirContent: a citizen is told that a request
// came and that her question was answered; an administration's systems are told
// of answers, refusals and questions by their ids.
func TestNewsOfRequestsIsToldWithoutTheirContent(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "a"), w.keyedMairie(t, "Mairie", "21370999900015")
	c.reads(t, mailbox)
	w.hook(t, m, hookURL)
	ad, err := w.CreateAddress(w.ctx, c.Actor, newKey(), m.ID)
	must(t, err)
	mailed := func() {
		t.Helper()
		for _, d := range w.wantDue(t, safe.ByEmail, safe.TopicNews) {
			if len(d.Body) > 0 {
				t.Errorf("a mail carries %s", d.Body)
			}
			w.arrive(t, d)
		}
		w.clock.add(2 * time.Hour)
	}
	called := func(what string, r safe.Request) {
		t.Helper()
		for _, d := range w.due(t, safe.ByWebhook) {
			var said safe.Hook
			must(t, json.Unmarshal(d.Body, &said))
			if said.Type == what && said.Data.Request != string(r.ID) {
				t.Errorf("a call of %s is about %+v", what, said.Data)
			}
			if said.Type == what {
				what = ""
			}
			for _, secret := range []string{"l’original", "Non", "Inscri", c.Name, string(c.Safe)} {
				if strings.Contains(string(d.Body), secret) {
					t.Errorf("a call says %q: %s", secret, d.Body)
				}
			}
			w.arrive(t, d)
		}
		if what != "" {
			t.Errorf("nobody is called about %s", what)
		}
	}
	r := w.ask(t, m, ad.ID)
	mailed()
	must(t, w.Ask(w.ctx, c.Actor, r.ID, c.note(t, m, r, sealed.AboutQuestion, "Faut-il l’original ?")))
	called(journal.WhatRequestAsked, r)
	replies, _, err := w.Replies(w.ctx, m.agent, r.ID, false, safe.Page{})
	must(t, err)
	must(t, w.AnswerQuestion(w.ctx, m.agent, r.ID, replies[0].ID, writeNote(t, c, m, r, sealed.AboutAnswer, "Non.", m.root)))
	mailed()
	must(t, w.Refuse(w.ctx, c.Actor, r.ID, nil, c.note(t, m, r, sealed.AboutRefusal, "Non merci.")))
	called(journal.WhatRequestRefused, r)
	_, err = w.Answer(w.ctx, c.Actor, r.ID, c.answer(t, m, "residence"))
	must(t, err)
	called(journal.WhatRequestAnswered, r)
	w.wantDue(t, safe.ByEmail) // of what she does herself nobody tells her
}
