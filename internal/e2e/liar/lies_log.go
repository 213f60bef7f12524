package liar

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// aboutProofs: releases that no journal tells of.
func aboutProofs() []Lie {
	var all []Lie
	for _, at := range []struct {
		act Act
		on  string
		to  string
	}{{Get, onRelease, ""}, {Fetch, onGrantRelease, ", to the administration"}} {
		lie := func(name string, tell func(*World, *Answer) error) {
			all = append(all, Lie{Name: "proof: " + name + at.to, Threat: "T11", Act: at.act, On: at.on, Tell: tell})
		}
		lie("none", inProof(func(_ *World, proof object) error {
			delete(proof, "leaf")
			return nil
		}))
		lie("of an earlier release", old)
		lie("of another event", func(w *World, a *Answer) error {
			seen := w.Earlier(at.on)
			if len(seen) == 0 {
				return errNothing
			}
			o, err := seen[len(seen)-1].read()
			if err != nil {
				return err
			}
			return a.edit(func(in object) error {
				in["proof"] = o["proof"]
				return nil
			})
		})
		lie("another event under the same leaf", inProof(func(_ *World, proof object) error {
			text, _ := proof["event"].(string)
			proof["event"] = strings.Replace(text, `"door":"`, `"door":"x`, 1)
			return nil
		}))
		lie("another salt", inProof(func(_ *World, proof object) error { return flip(proof, "salt") }))
		lie("a shorter path", inLeaf(func(_ *World, leaf object) error {
			path, _ := leaf["path"].([]any)
			if len(path) == 0 {
				return errNothing
			}
			leaf["path"] = path[1:]
			return nil
		}))
		lie("another index", inLeaf(func(_ *World, leaf object) error {
			leaf["index"] = 0
			return nil
		}))
		lie("a checkpoint that nobody signed", inLeaf(func(_ *World, leaf object) error {
			text, _ := leaf["checkpoint"].(string)
			leaf["checkpoint"] = unsigned(text)
			return nil
		}))
		lie("a log of the liar's own", inProof(ownLog))
	}
	return all
}

func inProof(change func(w *World, proof object) error) func(*World, *Answer) error {
	return func(w *World, a *Answer) error {
		return a.edit(func(o object) error {
			proof, err := inner(o, "proof")
			if err != nil {
				return err
			}
			return change(w, proof)
		})
	}
}

func inLeaf(change func(w *World, leaf object) error) func(*World, *Answer) error {
	return inProof(func(w *World, proof object) error {
		leaf, err := inner(proof, "leaf")
		if err != nil {
			return err
		}
		return change(w, leaf)
	})
}

// unsigned changes one letter of a signature.
func unsigned(checkpoint string) string {
	at := len(checkpoint) - 10
	if at < 0 {
		return "x"
	}
	other := byte('A')
	if checkpoint[at] == other {
		other = 'B'
	}
	return checkpoint[:at] + string(other) + checkpoint[at+1:]
}

// ownLog is a log with one entry, the event, signed by the liar under the
// true log's name.
func ownLog(_ *World, proof object) error {
	leaf, err := inner(proof, "leaf")
	if err != nil {
		return err
	}
	origin, _, _ := strings.Cut(fmt.Sprint(leaf["checkpoint"]), "\n")
	skey, _, err := journal.GenerateKey(origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	root := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	text, err := note.Sign(&note.Note{Text: origin + "\n1\n" + root + "\n"}, signer)
	leaf["index"], leaf["size"], leaf["path"], leaf["checkpoint"] = 0, 1, []any{}, string(text)
	return err
}

// aboutHistory: another past than the one that was.
func aboutHistory() []Lie {
	eventOf := func(change func(e object)) func(w *World, o object) error {
		return func(_ *World, o object) error {
			text, _ := o["event"].(string)
			var e object
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				return err
			}
			change(e)
			b, err := json.Marshal(e)
			o["event"] = string(b)
			return err
		}
	}
	return append(aboutPlaces(), []Lie{
		{Name: "journal: an old one", Threat: "T8", Act: Journal, On: onJournal, Tell: old},
		{Name: "journal: another time", Threat: "T8", Act: Journal, On: onJournal, Tell: each(eventOf(func(e object) { e["time"] = time.Unix(0, 0).UTC().Format(time.RFC3339) }))},
		{Name: "journal: another person", Threat: "T8", Act: Journal, On: onJournal, Tell: each(eventOf(func(e object) { e["who"] = object{"kind": "agent", "name": "Personne"} }))},
		{Name: "journal: a refusal told as done", Threat: "T8", Act: Journal, On: onJournal, Tell: each(eventOf(func(e object) { e["result"] = "done!" }))},
		{Name: "journal: places swapped", Threat: "T8", Act: Journal, On: onJournal, Tell: func(_ *World, a *Answer) error {
			return a.edit(func(o object) error {
				all, err := items(o)
				if err != nil || len(all) < 2 {
					return errNothing
				}
				last := len(all) - 1
				all[last-1]["index"], all[last]["index"] = all[last]["index"], all[last-1]["index"]
				return nil
			})
		}},
		{Name: "journal: a checkpoint that nobody signed", Threat: "T8", Act: Journal, On: onJournal, Tell: set("checkpoint", func(_ *World, o object) (any, error) {
			text, _ := o["checkpoint"].(string)
			return unsigned(text), nil
		})},
		{Name: "journal: no checkpoint", Threat: "T8", Act: Journal, On: onJournal, Tell: set("checkpoint", func(*World, object) (any, error) { return "", nil })},
		{Name: "journal: rewritten since the last visit", Threat: "T8", Act: List, On: onConsistency, Tell: set("path", func(*World, object) (any, error) {
			return []any{base64.StdEncoding.EncodeToString(make([]byte, 32))}, nil
		})},
		{Name: "journal: no proof that it goes on", Threat: "T8", Act: Get, On: onConsistency, Tell: set("path", func(*World, object) (any, error) { return []any{}, nil })},
		{Name: "export: a changed bit in the first sealed file", Threat: "T4", Act: Export, On: onExport, Tell: flipSealed(bytes.Index)},
		{Name: "export: a changed bit in the last sealed file", Threat: "T4", Act: Export, On: onExport, Tell: flipSealed(bytes.LastIndex)},
		{Name: "export: cut", Threat: "T6", Act: Export, On: onExport, Quiet: true, Tell: func(_ *World, a *Answer) error {
			a.Body = a.Body[:len(a.Body)/2]
			return nil
		}},
		{Name: "export: an old one", Threat: "T8", Act: Export, On: onExport, Tell: old},
	}...)
}

// aboutPlaces: lists that leave something out, or count otherwise.
func aboutPlaces() []Lie {
	return []Lie{
		{Name: "journal: an event left out of the middle", Threat: "T8", Act: Journal, On: onJournal, Tell: listing(func(all []object) ([]object, error) {
			return slices.Delete(all, len(all)/2, len(all)/2+1), nil
		})},
		{Name: "journal: the newest events left out", Threat: "T8", Act: Journal, On: onJournal, Tell: listing(func(all []object) ([]object, error) {
			return all[len(all)-2:], nil // what the client has seen is not among them
		})},
		{Name: "journal: the first events left out", Threat: "T8", Act: Journal, On: onJournal, Tell: listing(func(all []object) ([]object, error) {
			return all[:len(all)/2], nil
		})},
		{Name: "journal: another place", Threat: "T8", Act: Journal, On: onJournal, Tell: each(renumbered)},
		{Name: "journal: an event left out, the newer ones counted anew and said to wait", Threat: "T8", Act: Journal, On: onJournal, Tell: listing(func(all []object) ([]object, error) {
			at := len(all) - 1
			for _, it := range all[:at] {
				delete(it, "index")
				delete(it, "path")
				if err := renumbered(nil, it); err != nil {
					return nil, err
				}
			}
			return all[:at], nil
		})},
	}
}

// listing changes a list as a whole.
func listing(change func(all []object) ([]object, error)) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := items(o)
			if err != nil {
				return err
			}
			if len(all) < 4 {
				return errNothing
			}
			o["items"], err = change(all)
			return err
		})
	}
}

// renumbered gives an event the place before its own.
func renumbered(_ *World, o object) error {
	text, _ := o["event"].(string)
	var e object
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return err
	}
	n, ok := e["n"].(float64)
	if !ok {
		return errNothing
	}
	e["n"] = n - 1
	if n == 1 {
		e["n"] = 9
	}
	b, err := json.Marshal(e)
	o["event"] = string(b)
	return err
}

// flipSealed changes a bit of a sealed file in an archive, whose members are
// not compressed.
func flipSealed(find func(b, sep []byte) int) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		at := find(a.Body, []byte("age-encryption.org/v1\n-> "))
		if at < 0 || at+2000 > len(a.Body) {
			return errNothing
		}
		a.Body[at+2000] ^= 1
		return nil
	}
}
