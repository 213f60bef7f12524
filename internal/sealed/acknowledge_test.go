package sealed

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	grantID   = "eeeeeeeeeeeeeeeeeeeeeeeeea"
	releaseID = "ffffffffffffffffffffffffga"
)

func someAcknowledgement() Acknowledgement {
	return Acknowledgement{
		Suite: Suite, Administration: readerID, Grant: grantID, Safe: safeID, Doc: docID, Version: versID,
		SHA256: strings.Repeat("ab", 32), Release: releaseID, Outcome: OutcomeIntact, At: someTime,
	}
}

func someDeletion() Deletion {
	return Deletion{
		Suite: Suite, Administration: readerID, Grant: grantID, Safe: safeID, Doc: docID, Version: versID,
		At: someTime, How: DeletedDeclared, Note: "Dossier papier détruit\nle même jour \U0001f392",
	}
}

func TestWhatAnAdministrationAcknowledgesIsItsWordAlone(t *testing.T) {
	root := NewRootKey(NewSecret())
	for _, outcome := range []string{OutcomeIntact, OutcomeAltered, OutcomeUnreadable, OutcomeInfected} {
		want := someAcknowledgement()
		want.Outcome = outcome
		signed := must(SignAcknowledgement(want, root))(t)
		if got := must(OpenAcknowledgement(signed, root.VK()))(t); got != want {
			t.Errorf("%+v", got)
		}
		_, err := OpenAcknowledgement(signed, NewRootKey(NewSecret()).VK())
		refused(t, "another administration's", err, ErrSignature)
		_, err = OpenDeletion(signed, root.VK())
		refused(t, "as an attestation", err, ErrSignature)
		for _, word := range []string{outcome, readerID, grantID, safeID, docID, versID, releaseID, someTime, strings.Repeat("ab", 32)} {
			edited := replace(t, signed, word, strings.Repeat("e", len(word)))
			_, err := OpenAcknowledgement(edited, root.VK())
			refused(t, "edited "+word, err, ErrSignature)
		}
	}
}

func TestADeletionIsAttestedByWhoeverSignedIt(t *testing.T) {
	root := NewRootKey(NewSecret())
	bare := someDeletion()
	bare.How, bare.Note = DeletedByClient, ""
	for _, want := range []Deletion{someDeletion(), bare} {
		signed := must(SignDeletion(want, root))(t)
		if got := must(OpenDeletion(signed, root.VK()))(t); got != want {
			t.Errorf("%+v", got)
		}
		_, err := OpenDeletion(signed, NewRootKey(NewSecret()).VK())
		refused(t, "another administration's", err, ErrSignature)
		_, err = OpenAcknowledgement(signed, root.VK())
		refused(t, "as an acknowledgement", err, ErrSignature)
		if got := must(ReadDeletion(signed))(t); got != want {
			t.Errorf("read as %+v", got)
		}
		_, err = ReadDeletion(signed[:64])
		refused(t, "cut", err, ErrLength)
		for _, word := range []string{want.How, readerID, grantID, safeID, docID, versID, someTime} {
			_, err := OpenDeletion(replace(t, signed, word, strings.Repeat("e", len(word))), root.VK())
			refused(t, "edited "+word, err, ErrSignature)
		}
	}
}

func badAcknowledgements() map[string]func(*Acknowledgement) {
	return map[string]func(*Acknowledgement){
		"no grant":            func(a *Acknowledgement) { a.Grant = "" },
		"no release":          func(a *Acknowledgement) { a.Release = "" },
		"a release of a name": func(a *Acknowledgement) { a.Release = "release" },
		"no administration":   func(a *Acknowledgement) { a.Administration = "" },
		"no safe":             func(a *Acknowledgement) { a.Safe = "x" },
		"no document":         func(a *Acknowledgement) { a.Doc = "" },
		"no version":          func(a *Acknowledgement) { a.Version = "" },
		"no hash":             func(a *Acknowledgement) { a.SHA256 = "" },
		"a hash in capitals":  func(a *Acknowledgement) { a.SHA256 = strings.Repeat("AB", 32) },
		"no outcome":          func(a *Acknowledgement) { a.Outcome = "" },
		"another outcome":     func(a *Acknowledgement) { a.Outcome = "Intact" },
		"no time":             func(a *Acknowledgement) { a.At = "" },
		"a time with a zone":  func(a *Acknowledgement) { a.At = "2026-03-01T10:00:00+01:00" },
	}
}

func badDeletions() map[string]func(*Deletion) {
	return map[string]func(*Deletion){
		"no grant":          func(d *Deletion) { d.Grant = "" },
		"no administration": func(d *Deletion) { d.Administration = "x" },
		"no safe":           func(d *Deletion) { d.Safe = "" },
		"no document":       func(d *Deletion) { d.Doc = "" },
		"no version":        func(d *Deletion) { d.Version = "" },
		"no time":           func(d *Deletion) { d.At = "" },
		"not said how":      func(d *Deletion) { d.How = "" },
		"another how":       func(d *Deletion) { d.How = "shredded" },
		"a long note":       func(d *Deletion) { d.Note = strings.Repeat("é", 501) },
	}
}

func TestAcknowledgementsRefuse(t *testing.T) {
	root := NewRootKey(NewSecret())
	for what, spoil := range badAcknowledgements() {
		a := someAcknowledgement()
		spoil(&a)
		_, err := SignAcknowledgement(a, root)
		refused(t, "sign "+what, err, ErrForm)
		_, err = OpenAcknowledgement(must(signPayload(contextAcknowledgement, root, a, nil))(t), root.VK())
		refused(t, "open "+what, err, ErrForm)
	}
	for what, spoil := range badDeletions() {
		d := someDeletion()
		spoil(&d)
		_, err := SignDeletion(d, root)
		refused(t, "sign "+what, err, ErrForm)
		_, err = ReadDeletion(must(signPayload(contextDeletion, root, d, nil))(t))
		refused(t, "read "+what, err, ErrForm)
		_, err = OpenDeletion(must(signPayload(contextDeletion, root, d, nil))(t), root.VK())
		refused(t, "open "+what, err, ErrForm)
	}
}

// acknowledgeVector is what an administration signs of one grant (SPEC.md §14).
type acknowledgeVector struct {
	Root             []byte           `json:"root"` // the administration's
	VK               []byte           `json:"vk"`
	Acknowledgements []signedExamples `json:"acknowledgements"`
	Deletions        []signedExamples `json:"deletions"`
}

type signedExamples struct {
	Payload string `json:"payload"`
	Signed  []byte `json:"signed"`
}

func makeAcknowledgements(t *testing.T) (v acknowledgeVector) {
	t.Helper()
	root := NewRootKey(secretNamed("root of the town hall"))
	vk := root.VK()
	v.Root, v.VK = secretNamed("root of the town hall").Bytes(), vk[:]
	for _, outcome := range []string{OutcomeIntact, OutcomeAltered, OutcomeUnreadable, OutcomeInfected} {
		a := someAcknowledgement()
		a.Outcome = outcome
		v.Acknowledgements = append(v.Acknowledgements, signedExamples{string(must(Canonical(a))(t)), must(SignAcknowledgement(a, root))(t)})
	}
	bare := someDeletion()
	bare.How, bare.Note = DeletedByClient, ""
	for _, d := range []Deletion{someDeletion(), bare} {
		v.Deletions = append(v.Deletions, signedExamples{string(must(Canonical(d))(t)), must(SignDeletion(d, root))(t)})
	}
	return v
}

// TestAcknowledgeVectors reads what each implementation made.
func TestAcknowledgeVectors(t *testing.T) {
	files := must(filepath.Glob("testdata/*-acknowledge.json"))(t)
	if len(files) != 2 {
		t.Fatalf("vectors: %q", files)
	}
	for _, file := range files {
		var v acknowledgeVector
		readVector(t, strings.TrimSuffix(filepath.Base(file), ".json"), &v)
		vk, root := must(ParseVK(v.VK))(t), NewRootKey(must(ParseSecret(v.Root))(t))
		if root.VK() != vk || len(v.Acknowledgements) != 4 || len(v.Deletions) != 2 {
			t.Fatalf("%s: %+v", file, v)
		}
		for _, e := range v.Acknowledgements {
			a := must(OpenAcknowledgement(e.Signed, vk))(t)
			if string(must(Canonical(a))(t)) != e.Payload || !slices.Equal(e.Signed, must(SignAcknowledgement(a, root))(t)) {
				t.Errorf("%s: %+v", file, a)
			}
		}
		for _, e := range v.Deletions {
			d := must(OpenDeletion(e.Signed, vk))(t)
			if string(must(Canonical(d))(t)) != e.Payload || !slices.Equal(e.Signed, must(SignDeletion(d, root))(t)) {
				t.Errorf("%s: %+v", file, d)
			}
		}
	}
}

func FuzzAcknowledgement(f *testing.F) {
	payloads := []string{string(must(Canonical(someAcknowledgement()))(f))}
	for _, spoil := range badAcknowledgements() {
		a := someAcknowledgement()
		spoil(&a)
		payloads = append(payloads, string(must(Canonical(a))(f)))
	}
	payloadFuzz(f, contextAcknowledgement, OpenAcknowledgement, payloads...)
}

func FuzzDeletion(f *testing.F) {
	payloads := []string{string(must(Canonical(someDeletion()))(f))}
	for _, spoil := range badDeletions() {
		d := someDeletion()
		spoil(&d)
		payloads = append(payloads, string(must(Canonical(d))(f)))
	}
	payloadFuzz(f, contextDeletion, OpenDeletion, payloads...)
}
