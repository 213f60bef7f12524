package journal_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/canon"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

func someFact() journal.KeyFact {
	return journal.KeyFact{
		Type: "key", Holder: "administration", ID: "bbbbbbbbbbbbbbbbbbbbbbbbba", Epoch: 1, VK: strings.Repeat("A", 44),
		Recipient: strings.Repeat("ab", 32), Name: "Mairie de Valmont", SIRET: "21760100000018",
	}
}

func fullEvent() journal.Event {
	return journal.Event{
		V: 1, ID: "e", Time: "2026-03-01T10:00:00Z", What: journal.WhatGrantReleased, Result: journal.ResultRefused, Reason: "expired",
		Who: journal.Who{Kind: "agent", ID: "a", Name: "Agent", Administration: "m", AdministrationName: "Mairie", Through: "aidants-connect"}, Behalf: &journal.Who{Kind: "citizen"},
		Safe: "s", Doc: "d", Version: "v", Grant: "g", Address: "a", Administration: "m", AdministrationName: "Mairie", Service: "etat-civil",
		Purpose: "p", Procedure: "q", Door: "client", Detail: map[string]string{"size": "3", "empty": ""},
	}
}

// TestCommitment is SPEC.md §9: SHA-256 over context, NUL, salt, event.
func TestCommitment(t *testing.T) {
	salt := journal.NewSalt()
	event := []byte(`{"v":1}`)
	want := sha256.Sum256(append(append([]byte("coffre/v1/event\x00"), salt[:]...), event...))
	if journal.Commitment(event, salt) != want {
		t.Error("another commitment")
	}
	// What moves from salt to event is seen: the salt has one length.
	if one, other := journal.NewSalt(), journal.NewSalt(); one == other {
		t.Error("one salt twice")
	}
}

func TestEventsComeBack(t *testing.T) {
	for _, e := range []journal.Event{
		fullEvent(),
		{V: 1, ID: "e", Time: "2026-03-01T10:00:00Z", What: "x", Result: "done", Who: journal.Who{Kind: "system"}},
	} {
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := journal.DecodeEvent(b); err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		e := fullEvent()
		e.Who.Name, e.Purpose = rapid.String().Draw(t, "name"), rapid.String().Draw(t, "purpose")
		e.Detail = rapid.MapOfN(rapid.String(), rapid.String(), 1, 4).Draw(t, "detail")
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := journal.DecodeEvent(b); err != nil || !reflect.DeepEqual(got, e) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

func TestEventsAreStrict(t *testing.T) {
	for name, spoil := range map[string]func(*journal.Event){
		"version 0": func(e *journal.Event) { e.V = 0 }, "version 2": func(e *journal.Event) { e.V = 2 },
		"no id": func(e *journal.Event) { e.ID = "" }, "no time": func(e *journal.Event) { e.Time = "" },
		"time with fraction": func(e *journal.Event) { e.Time = "2026-03-01T10:00:00.5Z" },
		"time with offset":   func(e *journal.Event) { e.Time = "2026-03-01T10:00:00+01:00" },
		"no act":             func(e *journal.Event) { e.What = "" }, "no result": func(e *journal.Event) { e.Result = "" },
		"nobody": func(e *journal.Event) { e.Who.Kind = "" }, "for nobody": func(e *journal.Event) { e.Behalf = &journal.Who{} },
	} {
		e := fullEvent()
		spoil(&e)
		_, err := e.Encode()
		refused(t, name, err, journal.ErrEvent)
		b, err := canon.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		_, err = journal.DecodeEvent(b)
		refused(t, name+", read", err, journal.ErrEvent)
	}
	e := fullEvent()
	e.Reason = "\xff"
	_, err := e.Encode()
	refused(t, "not UTF-8", err, journal.ErrEvent)
	good, err := fullEvent().Encode()
	if err != nil {
		t.Fatal(err)
	}
	for old, with := range map[string]string{
		`"v":1`: `"v":1,"x":1`, `"doc":"d"`: `"doc":""`, `"safe":"s"`: `"safe":null`, `"what"`: `"What"`, `"id":"e"`: `"id":"e","id":"e"`,
		`"behalf":{"kind":"citizen"}`: `"behalf":null`, `"detail":{"empty":"","size":"3"}`: `"detail":{}`, `"size":"3"`: `"size":3`, `}`: `} `,
	} {
		bad := bytes.Replace(good, []byte(old), []byte(with), 1)
		if bytes.Equal(bad, good) {
			t.Fatalf("no %s", old)
		}
		_, err := journal.DecodeEvent(bad)
		refused(t, with, err, journal.ErrEvent)
	}
}

func TestVerifyEventRefuses(t *testing.T) {
	w := newWorld(t, 10)
	w.grow(t, 6)
	r := w.records["r2"]
	leaf, err := w.log.Leaf(t.Context(), r.Index)
	if err != nil {
		t.Fatal(err)
	}
	if ev, c, err := journal.VerifyEvent(w.vkey, r.Event, r.Salt[:], leaf); err != nil || ev.ID != "e2" || c.Size != 6 {
		t.Fatalf("%+v, %v", ev, err)
	}
	other := w.records["r3"]
	for name, c := range map[string]struct{ event, salt []byte }{
		"another event":      {other.Event, r.Salt[:]},
		"another salt":       {r.Event, other.Salt[:]},
		"a byte":             {bytes.Replace(r.Event, []byte("Angela"), []byte("Angelo"), 1), r.Salt[:]},
		"short salt":         {r.Event, r.Salt[:31]},
		"salt with an event": {r.Event[1:], append(bytes.Clone(r.Salt[:]), r.Event[0])},
		"no salt":            {r.Event, nil},
	} {
		_, _, err := journal.VerifyEvent(w.vkey, c.event, c.salt, leaf)
		refused(t, name, err, journal.ErrProof)
	}
	// In the log, and still no event.
	id := w.add([]byte(`{"not":"an event"}`))
	w.drain(t)
	r = w.records[id]
	leaf, err = w.log.Leaf(t.Context(), r.Index)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = journal.VerifyEvent(w.vkey, r.Event, r.Salt[:], leaf)
	refused(t, "committed nonsense", err, journal.ErrEvent)
}

func TestFactsAreStrict(t *testing.T) {
	b, err := someFact().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if want := `coffre/v1/fact` + "\n" + `{"epoch":1,"holder":"administration","id":"bbbbbbbbbbbbbbbbbbbbbbbbba","name":"Mairie de Valmont",` +
		`"recipient":"` + strings.Repeat("ab", 32) + `","siret":"21760100000018","type":"key","vk":"` + strings.Repeat("A", 44) + `"}`; string(b) != want {
		t.Errorf("%s", b)
	}
	for name, spoil := range map[string]func(*journal.KeyFact){
		"another type": func(f *journal.KeyFact) { f.Type = "attestation" }, "another holder": func(f *journal.KeyFact) { f.Holder = "mediator" },
		"no id": func(f *journal.KeyFact) { f.ID = "" }, "an id of another form": func(f *journal.KeyFact) { f.ID = strings.Repeat("b", 26) },
		"epoch 0": func(f *journal.KeyFact) { f.Epoch = 0 }, "a short key": func(f *journal.KeyFact) { f.VK = "AA==" },
		"a key with padding": func(f *journal.KeyFact) { f.VK = f.VK[:43] + "=" }, "no recipient": func(f *journal.KeyFact) { f.Recipient = "" },
		"a recipient in capitals": func(f *journal.KeyFact) { f.Recipient = strings.ToUpper(f.Recipient) },
		"a recipient and a line":  func(f *journal.KeyFact) { f.Recipient += "\n" },
	} {
		f := someFact()
		spoil(&f)
		_, err := f.Encode()
		refused(t, name, err, journal.ErrFact)
		body, err := canon.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		_, err = journal.ParseKeyFact(append([]byte("coffre/v1/fact\n"), body...))
		refused(t, name+", read", err, journal.ErrFact)
	}
	f := someFact()
	f.Name = "\xff"
	_, err = f.Encode()
	refused(t, "not UTF-8", err, journal.ErrFact)
	commitment := journal.Commitment([]byte("x"), journal.NewSalt())
	for name, bad := range map[string][]byte{
		"a commitment": commitment[:], "nothing": nil, "mark alone": []byte("coffre/v1/fact\n"), "no mark": b[len("coffre/v1/fact\n"):],
		"more": append(bytes.Clone(b), '\n'), "null": []byte("coffre/v1/fact\nnull"),
		"a member": bytes.Replace(b, []byte(`"epoch"`), []byte(`"a":1,"epoch"`), 1), "empty name": bytes.Replace(b, []byte("Mairie de Valmont"), nil, 1),
	} {
		_, err := journal.ParseKeyFact(bad)
		refused(t, name, err, journal.ErrFact)
	}
}

// FuzzEvent and the others: what is accepted is written with the same bytes,
// what is refused has its error.
func FuzzEvent(f *testing.F) {
	good, err := fullEvent().Encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range [][]byte{good, []byte(`{}`), []byte(`{"v":2}`), someEvent(f, "x"), nil} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := journal.DecodeEvent(b)
		if err != nil {
			refused(t, "event", err, journal.ErrEvent)
			return
		}
		if again, err := e.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q was accepted and is written %q, %v", b, again, err)
		}
	})
}

func FuzzFact(f *testing.F) {
	good, err := someFact().Encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range [][]byte{good, []byte("coffre/v1/fact\n{}"), []byte("coffre/v1/fact\n"), make([]byte, 32)} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := journal.ParseKeyFact(b)
		if err != nil {
			refused(t, "fact", err, journal.ErrFact)
			return
		}
		if again, err := k.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q was accepted and is written %q, %v", b, again, err)
		}
	})
}

// FuzzCheckpoint signs whatever text comes, so that the parser behind the
// signature is reached, and gives the text as it is besides.
func FuzzCheckpoint(f *testing.F) {
	w := newWorld(f, 10)
	w.grow(f, 3)
	body, _, _ := strings.Cut(string(w.head.Checkpoint), "\n\n")
	for _, s := range []string{body + "\n", string(w.head.Checkpoint), origin + "\n-1\nAAAA\n", origin + "\n", "\n\n\n", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, text := range []string{s, trySign(w, s)} {
			c, err := journal.OpenCheckpoint(w.vkey, text)
			if err != nil {
				refused(t, "checkpoint", err, journal.ErrProof)
				continue
			}
			if want := origin + "\n"; !strings.HasPrefix(text, want) || c.Size < 0 || !strings.Contains(text, "\n"+c.Root.String()+"\n") {
				t.Errorf("%q is read as %+v", text, c)
			}
		}
		if _, err := journal.OpenCheckpoint(s, string(w.head.Checkpoint)); err != nil {
			refused(t, "verifier key", err, journal.ErrProof)
		} else if s != w.vkey {
			t.Errorf("%q is another spelling of the key", s)
		}
	})
}

// FuzzLeaf: of all proofs there are, one holds.
func FuzzLeaf(f *testing.F) {
	w := newWorld(f, 100)
	w.grow(f, 13)
	good, err := w.log.Leaf(f.Context(), 5)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good.Index, good.Size, bytes.Join(good.Path, nil), w.entries[5])
	f.Add(int64(-1), int64(13), []byte{}, w.entries[5])
	f.Add(int64(12), int64(13), bytes.Join(good.Path, nil)[:64], w.entries[12])
	f.Add(int64(1<<62), int64(1<<62), make([]byte, 33), []byte{})
	f.Fuzz(func(t *testing.T, index, size int64, path, entry []byte) {
		leaf := journal.Leaf{Index: index, Size: size, Checkpoint: good.Checkpoint}
		for len(path) > 0 && len(leaf.Path) < 100 {
			n := min(32, len(path))
			leaf.Path, path = append(leaf.Path, path[:n]), path[n:]
		}
		if _, err := journal.VerifyLeaf(w.vkey, entry, leaf); err != nil {
			if !errors.Is(err, journal.ErrProof) {
				t.Error(err)
			}
		} else if index < 0 || index >= 13 || !bytes.Equal(entry, w.entries[index]) {
			t.Errorf("entry %x at %d was proven", entry, index)
		}
	})
}
