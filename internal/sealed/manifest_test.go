package sealed

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func someManifest() Manifest {
	return Manifest{
		Suite: 1, Safe: safeID, Epoch: 2, Previous: strings.Repeat("ab", 32), Time: someTime,
		Folders: []Folder{{ID: docID, Name: "Impôts"}, {ID: versID, Name: "2026", Parent: docID}},
		Docs: []Entry{
			{ID: docID, Version: versID, SHA256: strings.Repeat("cd", 32), Sealed: SealedSize(1), Size: 1, Name: "a", Type: "", Added: someTime, Changed: someTime},
			{
				ID: readerID, Version: versID, SHA256: strings.Repeat("cd", 32), Sealed: SealedSize(9), Size: 9, Name: "Avis d’été.pdf",
				Type: "application/pdf", Folder: docID, Added: someTime, Changed: someTime, Origin: safeID,
			},
		},
		Gone: []Gone{{ID: versID, Name: "vieux.txt", Time: someTime}},
	}
}

func TestManifestComesBack(t *testing.T) {
	root, vault := NewRootKey(NewSecret()), freshIdentity(t)
	first := Manifest{Suite: 1, Safe: safeID, Epoch: 1, Time: someTime}
	empty := must(OpenManifest(must(first.Seal(root, vault.Recipient()))(t), vault, root.VK()))(t)
	if empty.Docs == nil || len(empty.Docs)+len(empty.Folders)+len(empty.Gone) != 0 {
		t.Errorf("%+v", empty)
	}
	m := someManifest()
	b := must(m.Seal(root, vault.Recipient()))(t)
	if got := must(OpenManifest(b, vault, root.VK()))(t); !reflect.DeepEqual(got, m) {
		t.Errorf("%+v", got)
	}
	if ref := m.Docs[1].Ref(); ref != (DocumentRef{m.Docs[1].SHA256, m.Docs[1].Sealed, 9}) {
		t.Errorf("%+v", ref)
	}
	// Every length is that of a document of the signed bytes: the number of
	// documents shows in steps.
	signed := 64 + len(must(Canonical(m))(t))
	if int64(len(b)) != SealedSize(int64(signed)) {
		t.Errorf("%d signed bytes are sealed in %d", signed, len(b))
	}
}

func TestManifestOfAnySize(t *testing.T) {
	root, vault := NewRootKey(NewSecret()), freshIdentity(t)
	rapid.Check(t, func(t *rapid.T) {
		m := someManifest()
		ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z2-7]{25}[aeimquy4]`), 0, 40, rapid.ID).Draw(t, "ids")
		slices.Sort(ids)
		m.Gone = []Gone{}
		for _, id := range ids {
			m.Gone = append(m.Gone, Gone{ID: id, Name: "x", Time: someTime})
		}
		m.Folders[0].Name = rapid.StringMatching(`[^\pC/\\]{1,60}`).Draw(t, "name")
		b, err := m.Seal(root, vault.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := OpenManifest(b, vault, root.VK()); err != nil || !reflect.DeepEqual(got, m) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

func TestManifestRefusesOtherSignersAndKeys(t *testing.T) {
	root, vault := NewRootKey(NewSecret()), freshIdentity(t)
	m := someManifest()
	b := must(m.Seal(root, vault.Recipient()))(t)
	_, err := OpenManifest(b, vault, NewRootKey(NewSecret()).VK())
	refused(t, "another signer", err, ErrSignature)
	_, err = OpenManifest(b, freshIdentity(t), root.VK())
	refused(t, "another vault", err, ErrKey)
	plain := must(open(b, vault))(t)
	payload := must(Canonical(m))(t)
	for at := range 64 + len(payload) {
		bad := bytes.Clone(plain)
		bad[at] ^= 1
		if at%37 != 0 { // each costs a millisecond
			continue
		}
		_, err := OpenManifest(must(seal(bad, vault.Recipient()))(t), vault, root.VK())
		refused(t, "a bit", err, ErrSignature)
	}
	// Signed by the same root, for something else.
	for _, context := range []string{contextKeyring, contextGrant} {
		signed := root.Sign(context, payload)
		_, err = OpenManifest(must(seal(padLF(signed, PaddedSize(int64(len(signed)))), vault.Recipient()))(t), vault, root.VK())
		refused(t, context, err, ErrSignature)
	}
	signed := root.Sign(contextManifest, payload)
	for _, n := range []int64{int64(len(signed)) + 1, PaddedSize(int64(len(signed))) + 1, 4096} {
		_, err = OpenManifest(must(seal(padLF(bytes.Clone(signed), n), vault.Recipient()))(t), vault, root.VK())
		refused(t, "another padding", err, ErrForm)
	}
	for name, b := range otherForms(t, vault) {
		_, err = OpenManifest(b, vault, root.VK())
		refused(t, name, err, ErrForm)
	}
}

func badManifests() map[string]func(*Manifest) {
	return map[string]func(*Manifest){
		"first epoch with previous":     func(m *Manifest) { m.Epoch = 1 },
		"second epoch without":          func(m *Manifest) { m.Previous = "" },
		"epoch 0":                       func(m *Manifest) { m.Epoch, m.Previous = 0, "" },
		"negative epoch":                func(m *Manifest) { m.Epoch = -1 },
		"previous is no hash":           func(m *Manifest) { m.Previous = "ab" },
		"no safe":                       func(m *Manifest) { m.Safe = "" },
		"no time":                       func(m *Manifest) { m.Time = "" },
		"documents not sorted":          func(m *Manifest) { m.Docs[0], m.Docs[1] = m.Docs[1], m.Docs[0] },
		"a document twice":              func(m *Manifest) { m.Docs[1] = m.Docs[0] },
		"folders not sorted":            func(m *Manifest) { m.Folders[0], m.Folders[1] = m.Folders[1], m.Folders[0] },
		"a folder twice":                func(m *Manifest) { m.Folders[1] = m.Folders[0] },
		"an erased one twice":           func(m *Manifest) { m.Gone = append(m.Gone, m.Gone[0]) },
		"folder without a name":         func(m *Manifest) { m.Folders[0].Name = "" },
		"folder name with a slash":      func(m *Manifest) { m.Folders[0].Name = "a/b" },
		"parent is no id":               func(m *Manifest) { m.Folders[0].Parent = ".." },
		"folder id":                     func(m *Manifest) { m.Folders[0].ID = "" },
		"document without size":         func(m *Manifest) { m.Docs[0].Size = 0 },
		"document without length":       func(m *Manifest) { m.Docs[0].Sealed = 0 },
		"document without version":      func(m *Manifest) { m.Docs[0].Version = "" },
		"document with another hash":    func(m *Manifest) { m.Docs[0].SHA256 = "x" },
		"document name":                 func(m *Manifest) { m.Docs[0].Name = "a\n" },
		"document type":                 func(m *Manifest) { m.Docs[0].Type = "a\n" },
		"document added":                func(m *Manifest) { m.Docs[0].Added = "" },
		"document changed":              func(m *Manifest) { m.Docs[0].Changed = "hier" },
		"document folder":               func(m *Manifest) { m.Docs[0].Folder = "x" },
		"document origin":               func(m *Manifest) { m.Docs[0].Origin = "x" },
		"erased one without time":       func(m *Manifest) { m.Gone[0].Time = "" },
		"erased one without name":       func(m *Manifest) { m.Gone[0].Name = "" },
		"erased one without id":         func(m *Manifest) { m.Gone[0].ID = "" },
		"an epoch that no JSON can say": func(m *Manifest) { m.Epoch = 1 << 53 },
	}
}

func TestManifestIsCheckedThoughSigned(t *testing.T) {
	root, vault := NewRootKey(NewSecret()), freshIdentity(t)
	opened := func(payload []byte) error {
		signed := root.Sign(contextManifest, payload)
		_, err := OpenManifest(must(seal(padLF(signed, PaddedSize(int64(len(signed)))), vault.Recipient()))(t), vault, root.VK())
		return err
	}
	for name, spoil := range badManifests() {
		m := someManifest()
		spoil(&m)
		if _, err := m.Seal(root, vault.Recipient()); err == nil {
			t.Errorf("%s: sealed", name)
		}
		if payload, err := Canonical(m); err == nil {
			typedRefusal(t, name, opened(payload))
		}
	}
	for _, suite := range []int{0, 2} {
		m := someManifest()
		m.Suite = suite
		_, err := m.Seal(root, vault.Recipient())
		refused(t, "suite", err, ErrSuite)
	}
	good := must(Canonical(someManifest()))(t)
	if err := opened(good); err != nil {
		t.Fatal(err)
	}
	m := someManifest()
	m.Folders, m.Docs, m.Gone = []Folder{}, []Entry{}, []Gone{}
	bare := must(Canonical(m))(t)
	for _, c := range []struct {
		in        []byte
		old, with string
		want      error
	}{
		{good, `"suite":1`, `"suite":2`, ErrSuite},
		{good, `"suite":1`, `"more":[],"suite":3`, ErrSuite},
		{good, `"suite":1`, `"suite":-1`, ErrSuite},
		{good, `"suite":1`, `"suite":1,"suite":1`, ErrForm},
		{good, `"suite":1`, `"owner":"x","suite":1`, ErrForm},
		{good, `"parent":"b`, `"parent":"","x":"b`, ErrForm},
		{bare, `"docs":[]`, `"docs":null`, ErrForm},
		{bare, `"docs":[],`, ``, ErrForm},
		{bare, `"gone":[]`, `"gone":{}`, ErrForm},
	} {
		refused(t, c.with, opened(replace(t, c.in, c.old, c.with)), c.want)
	}
}
