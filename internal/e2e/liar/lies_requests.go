package liar

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Where requests for documents are lied about.
const (
	onRequest      = "GET /api/v1/safe/requests/*"
	onSide         = "GET /api/v1/administration/requests/*/replies/*"
	onAnswerGrants = "GET /api/v1/administration/requests/*/grants"
)

// aboutRequests: what an administration is said to ask for, and what a citizen is
// said to have answered.
func aboutRequests() []Lie {
	return append(aboutAsking(), aboutAnswers()...)
}

func aboutAsking() []Lie {
	within := func(member string, change func(w *World, o object) error) func(*World, *Answer) error {
		return func(w *World, a *Answer) error {
			return a.edit(func(o object) error {
				at, err := inner(o, member)
				if err != nil {
					return err
				}
				return change(w, at)
			})
		}
	}
	return []Lie{
		{Name: "request: another purpose", Threat: "T7", Act: Asked, On: onRequest, Tell: reworded("Inscrire un enfant", "Inscrire un majeur")},
		{Name: "request: another law", Threat: "T7", Act: Asked, On: onRequest, Tell: reworded("L131-5", "L131-9")},
		{Name: "request: another document wanted", Threat: "T7", Act: Asked, On: onRequest, Tell: reworded("family-book", "bank-extract")},
		{Name: "request: opened for longer", Threat: "T7", Act: Asked, On: onRequest, Tell: reworded(`"notAfter":"2`, `"notAfter":"3`)},
		{Name: "request: a changed signature", Threat: "T7", Act: Asked, On: onRequest, Tell: flipped("request")},
		{Name: "request: signed by the liar", Threat: "T3", Act: Asked, On: onRequest, Tell: signedByLiar},
		{Name: "request: another one in its place", Threat: "T5", Act: Asked, On: onRequest, Tell: another(onRequest)},
		{Name: "request: the words of another one", Threat: "T5", Act: Asked, On: onRequest, Tell: borrowed("request", onRequest)},
		{Name: "request: of another administration", Threat: "T1", Act: Asked, On: onRequest, Tell: set("administration", otherAdministration)},
		{Name: "request: another key all through, its fact forged", Threat: "T1", Act: Asked, On: onRequest, Tell: within("administration", forgeFact("administration"))},
		{Name: "request: no key in the log", Threat: "T1", Act: Asked, On: onRequest, Tell: within("administration", func(_ *World, o object) error {
			delete(o, "key")
			return nil
		})},
		{Name: "request: another name for who asks", Threat: "T1", Act: Asked, On: onRequest, Tell: within("administration", func(_ *World, o object) error {
			o["name"] = fmt.Sprint(o["name"], " ")
			return nil
		})},
		{Name: "request: answered to another recipient", Threat: "T1", Act: Answering, On: onRequest, Tell: within("administration", func(w *World, o object) error {
			o["recipient"] = w.Keys.Identity.Recipient().String()
			return nil
		})},
		{Name: "request: the answer to a question, changed", Threat: "T7", Act: Asked, On: onRequest, Tell: eachOf("notes", func(_ *World, o object) error { return flip(o, "sealed") })},
		{Name: "request: an answer by the liar", Threat: "T3", Act: Asked, On: onRequest, Tell: eachOf("notes", ownNote)},
		{Name: "request: her own words, as the administration's", Threat: "T5", Act: Asked, On: onRequest, Tell: eachOf("notes", func(_ *World, o object) error {
			o["from"], o["about"] = "administration", "answer"
			return nil
		})},
		{Name: "request: notes about another one", Threat: "T5", Act: Asked, On: onRequest, Tell: borrowed("notes", onRequest)},
		{Name: "request: what was given for another one", Threat: "T5", Act: Asked, On: onRequest, Tell: eachOf("grants", otherRequest)},
	}
}

func aboutAnswers() []Lie {
	return []Lie{
		{Name: "answer: another recipient for the citizen", Threat: "T1", Act: Side, On: onSide, Tell: set("recipient", func(w *World, _ object) (any, error) {
			return w.Keys.Identity.Recipient().String(), nil
		})},
		{Name: "answer: another key for the citizen", Threat: "T2", Act: Side, On: onSide, Tell: set("vk", func(w *World, _ object) (any, error) { return w.Keys.vk(), nil })},
		{Name: "answer: no key of the citizen's in the log", Threat: "T1", Act: Side, On: onSide, Tell: without("key")},
		{Name: "answer: what she wrote, changed", Threat: "T7", Act: Side, On: onSide, Tell: eachOf("notes", func(_ *World, o object) error { return flip(o, "sealed") })},
		{Name: "answer: what she wrote about another request", Threat: "T5", Act: Side, On: onSide, Tell: borrowed("notes", onSide)},
		{Name: "answer: a question for a refusal", Threat: "T5", Act: Side, On: onSide, Tell: eachOf("notes", func(_ *World, o object) error {
			o["about"] = "refusal"
			return nil
		})},
		{Name: "answer: what she gave for another request", Threat: "T5", Act: Side, On: onSide, Tell: eachOf("grants", otherRequest)},
		{Name: "answer: a share that was given for something else", Threat: "T5", Act: Answers, On: onAnswerGrants, Tell: each(func(w *World, o object) error {
			own, _ := o["id"].(string)
			for _, seen := range w.Earlier("GET /api/v1/administration/grants") {
				all, err := seen.read()
				if err != nil {
					return err
				}
				list, err := items(all)
				if err != nil {
					return err
				}
				for _, g := range list {
					if g["id"] != own && g["request"] == nil {
						o["id"] = g["id"]
						return nil
					}
				}
			}
			return errNothing
		})},
		{Name: "answer: as another kind of document", Threat: "T7", Act: Answers, On: onAnswerGrants, Tell: each(func(_ *World, o object) error {
			o["kind"] = "passport"
			return nil
		})},
		{Name: "answer: by another citizen", Threat: "T5", Act: Answers, On: onAnswerGrants, Tell: each(func(_ *World, o object) error {
			o["safe"] = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
			return nil
		})},
	}
}

// eachOf makes a lie about every object of one of the lists of an answer.
func eachOf(member string, change func(w *World, o object) error) func(*World, *Answer) error {
	return func(w *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := items(object{"items": o[member]})
			for _, it := range all {
				if err == nil {
					err = change(w, it)
				}
			}
			return err
		})
	}
}

func otherRequest(_ *World, o object) error {
	o["request"] = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	return nil
}

// reworded changes words under the administration's signature.
func reworded(from, to string) func(*World, *Answer) error {
	return set("request", func(_ *World, o object) (any, error) {
		text, _ := o["request"].(string)
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil || !bytes.Contains(b, []byte(from)) {
			return nil, errNothing
		}
		return base64.StdEncoding.EncodeToString(bytes.Replace(b, []byte(from), []byte(to), 1)), nil
	})
}

// signedByLiar has the very words under the liar's signature.
func signedByLiar(w *World, a *Answer) error {
	return a.edit(func(o object) error {
		text, _ := o["request"].(string)
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return err
		}
		r, err := sealed.ReadRequest(b)
		if err != nil {
			return err
		}
		signed, err := sealed.SignRequest(r, w.Keys.Root)
		o["request"] = base64.StdEncoding.EncodeToString(signed)
		return err
	})
}

func otherAdministration(w *World, o object) (any, error) {
	own, err := inner(o, "administration")
	if err != nil {
		return nil, err
	}
	for _, seen := range w.Earlier(onAdministrations) {
		all, err := seen.read()
		if err != nil {
			return nil, err
		}
		list, err := items(all)
		if err != nil {
			return nil, err
		}
		for _, adm := range list {
			if adm["id"] != own["id"] && adm["key"] != nil {
				return adm, nil
			}
		}
	}
	return nil, errNothing
}

// ownNote is the liar's answer to a question, sealed to the citizen.
func ownNote(w *World, o object) error {
	to, err := citizenOf(w)
	if err != nil {
		return err
	}
	id, _ := o["id"].(string)
	about, _ := o["about"].(string)
	from, _ := o["from"].(string)
	seen := w.Seen[w.At]
	if len(seen) == 0 {
		return errNothing
	}
	var asked struct {
		ID             string
		Administration struct{ ID string }
	}
	if err := json.Unmarshal(seen[0].Body, &asked); err != nil {
		return err
	}
	b, err := sealed.SealNote(sealed.Note{
		ID: id, Request: asked.ID, Safe: to.safe, Administration: asked.Administration.ID, From: from, About: about,
		Text: "Envoyez aussi votre code bancaire.", Created: "2026-01-01T00:00:00Z",
	}, w.Keys.Root, to.recipient, to.recipient)
	o["sealed"] = base64.StdEncoding.EncodeToString(b.ForSafe)
	return err
}
