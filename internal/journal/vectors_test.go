package journal_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

var update = flag.Bool("update", false, "make testdata/log.json anew")

// logVector is what the browser has to verify as well: log.test.ts reads it.
// `go test ./internal/journal -run TestVectors -update` makes it anew, with
// another key.
type logVector struct {
	VKey   string `json:"vkey"`
	Events []struct {
		Event string       `json:"event"`
		Salt  []byte       `json:"salt"`
		Leaf  journal.Leaf `json:"leaf"`
	} `json:"events"`
	Fact         journal.Leaf `json:"fact"`
	Checkpoint   string       `json:"checkpoint"`
	RefusedNotes []string     `json:"refusedNotes"`
	// Events and facts that are canonical JSON, and still none.
	RefusedEvents []string `json:"refusedEvents"`
	RefusedFacts  []string `json:"refusedFacts"`
}

const vectorFile = "testdata/log.json"

func makeLogVector(t *testing.T) (v logVector) {
	t.Helper()
	w := newWorld(t, 100)
	w.grow(t, 6)
	fact, err := someFact().Encode()
	if err != nil {
		t.Fatal(err)
	}
	w.addFact(fact)
	full, err := fullEvent().Encode()
	if err != nil {
		t.Fatal(err)
	}
	w.add(full)
	w.drain(t)
	v.VKey, v.Checkpoint = w.vkey, string(w.head.Checkpoint)
	for _, id := range []string{"r0", "r3", "r6"} {
		r := w.records[id]
		leaf, err := w.log.Leaf(t.Context(), r.Index)
		if err != nil {
			t.Fatal(err)
		}
		v.Events = append(v.Events, struct {
			Event string       `json:"event"`
			Salt  []byte       `json:"salt"`
			Leaf  journal.Leaf `json:"leaf"`
		}{string(r.Event), r.Salt[:], leaf})
	}
	if v.Fact, err = w.log.Leaf(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	body, _, _ := strings.Cut(v.Checkpoint, "\n\n")
	lines := strings.Split(body, "\n")
	for _, bad := range []string{
		origin + "\n08\n" + lines[2] + "\n", origin + "\n-1\n" + lines[2] + "\n", origin + "\n8\nAAAA\n", origin + "\n8\n",
		origin + "\n8\n" + strings.TrimRight(lines[2], "=") + "\n", "other.test/log\n8\n" + lines[2] + "\n", origin + "\n 8\n" + lines[2] + "\n",
	} {
		v.RefusedNotes = append(v.RefusedNotes, signed(t, w.signer, bad))
	}
	v.RefusedNotes = append(v.RefusedNotes, v.Checkpoint[:len(v.Checkpoint)-1], body+"\n\n", "x"+v.Checkpoint, body)
	for old, with := range map[string]string{
		`"v":1`: `"v":2`, `"what":`: `"whatever":`, `"doc":"d"`: `"doc":""`, `"time":"2026-03-01T10:00:00Z"`: `"time":"2026-03-01T10:00:00.5Z"`,
		`"detail":{"empty":"","size":"3"}`: `"detail":{}`, `"behalf":{"kind":"citizen"}`: `"behalf":{"kind":""}`, `"size":"3"`: `"size":3`, `"id":"e"`: `"id":1`,
	} {
		v.RefusedEvents = append(v.RefusedEvents, change(t, string(full), old, with))
	}
	for old, with := range map[string]string{
		`"type":"key"`: `"type":"x"`, `"holder":"administration"`: `"holder":"agent"`, `"epoch":1`: `"epoch":0`, `"siret":"21760100000018"`: `"siret":""`,
		`"recipient":"ab`: `"recipient":"AB`, `"vk":"AAAA`: `"vk":"AAA=`, `"id":"bb`: `"id":"b`, `"name":`: `"nom":`,
	} {
		v.RefusedFacts = append(v.RefusedFacts, change(t, string(fact), old, with))
	}
	return v
}

func change(t *testing.T, s, old, with string) string {
	t.Helper()
	if !strings.Contains(s, old) {
		t.Fatalf("no %s", old)
	}
	return strings.Replace(s, old, with, 1)
}

func TestVectors(t *testing.T) {
	if *update {
		b, err := json.MarshalIndent(makeLogVector(t), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorFile, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v logVector
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil || len(v.Events) < 3 {
		t.Fatalf("%d events, %v", len(v.Events), err)
	}
	for _, e := range v.Events {
		if _, c, err := journal.VerifyEvent(v.VKey, []byte(e.Event), e.Salt, e.Leaf); err != nil || c.Size != 8 {
			t.Errorf("%s: %v", e.Event, err)
		}
	}
	if _, err := journal.VerifyLeaf(v.VKey, v.Fact.Entry, v.Fact); err != nil {
		t.Error(err)
	}
	if f, err := journal.ParseKeyFact(v.Fact.Entry); err != nil || f != someFact() {
		t.Errorf("%+v, %v", f, err)
	}
	for _, s := range v.RefusedNotes {
		_, err := journal.OpenCheckpoint(v.VKey, s)
		refused(t, s, err, journal.ErrProof)
	}
	for _, s := range v.RefusedEvents {
		_, err := journal.DecodeEvent([]byte(s))
		refused(t, s, err, journal.ErrEvent)
	}
	for _, s := range v.RefusedFacts {
		_, err := journal.ParseKeyFact([]byte(s))
		refused(t, s, err, journal.ErrFact)
	}
	if _, err := note.NewVerifier(v.VKey); err != nil {
		t.Error(err)
	}
}
