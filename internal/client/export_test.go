package client_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const theTime = "2026-09-01T08:00:00Z"

// export is a made-up export, in pieces that a test may change before it is
// packed.
type export struct {
	t       *testing.T
	members []member
	p       sealed.Secret // unlocks it
	vkey    string
	safe    string
	root    sealed.RootKey
	vault   *sealed.Identity
	m       sealed.Manifest
	listed  []map[string]any // in the receipt
	plain   map[string][]byte
}

type member struct {
	name   string
	b      []byte
	mode   fs.FileMode // 0 is a plain file
	packed bool        // deflated
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// id makes ids that differ in their first letter.
func id(c string) string { return c + strings.Repeat("a", 25) }

func newExport(t *testing.T) *export {
	t.Helper()
	e := &export{t: t, safe: id("s"), p: sealed.Derive([]byte("paper"), "test"), plain: map[string][]byte{}}
	ring, box, err := sealed.NewKeyring(e.safe, []sealed.NewUnlocker{
		{Kind: sealed.KindPaper, Label: "papier", P: e.p},
		{Kind: sealed.KindPassphrase, Label: "phrase", P: sealed.Derive([]byte("phrase"), "test")},
	}, time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC))
	must(t, err)
	e.root = ring.Root()
	e.vault, err = ring.Vault()
	must(t, err)
	e.m = sealed.Manifest{Suite: sealed.Suite, Safe: e.safe, Epoch: 1, Time: theTime}
	e.addJSON("keyring.json", box)
	return e
}

func (e *export) add(name string, b []byte) {
	e.members = append(e.members, member{name: name, b: b})
}

func (e *export) addJSON(name string, v any) {
	e.t.Helper()
	b, err := json.Marshal(v)
	must(e.t, err)
	e.add(name, b)
}

// seal makes the sealed document and what a grant says of it.
func (e *export) seal(doc, name string, plain []byte) (sealed.Grant, *sealed.Identity, []byte) {
	e.t.Helper()
	key, err := sealed.NewIdentity()
	must(e.t, err)
	r, err := sealed.SealDocument(bytes.NewReader(plain), int64(len(plain)), key.Recipient())
	must(e.t, err)
	b, err := io.ReadAll(r)
	must(e.t, err)
	sum := sha256.Sum256(b)
	return sealed.Grant{
		Suite: sealed.Suite, Safe: e.safe, Doc: doc, Version: id("v"), SHA256: hex.EncodeToString(sum[:]), Sealed: int64(len(b)),
		Size: int64(len(plain)), Name: name, Type: "text/plain", Created: theTime, Reader: e.safe,
		Recipient: e.vault.Recipient().Fingerprint(),
	}, key, b
}

func (e *export) list(file string, g sealed.Grant) {
	e.listed = append(e.listed, map[string]any{"file": file, "doc": g.Doc, "version": g.Version, "sealed": g.Sealed, "sha256": g.SHA256})
}

// document adds one that the manifest lists, in a folder by id.
func (e *export) document(doc, name, folder string, plain []byte) {
	e.t.Helper()
	g, key, b := e.seal(doc, name, plain)
	grant, err := sealed.SealGrant(g, e.root, key, e.vault.Recipient())
	must(e.t, err)
	e.m.Docs = append(e.m.Docs, sealed.Entry{
		ID: doc, Version: g.Version, SHA256: g.SHA256, Sealed: g.Sealed, Size: g.Size, Name: name, Type: g.Type,
		Folder: folder, Added: theTime, Changed: theTime,
	})
	e.add("grants/"+doc+".age", grant)
	e.add("documents/"+doc+".age", b)
	e.list("documents/"+doc+".age", g)
	e.plain[doc] = plain
}

// deposit adds one that waits in the inbox.
func (e *export) deposit(doc, name string, plain []byte) {
	e.t.Helper()
	g, key, b := e.seal(doc, name, plain)
	g.Origin, g.Door = id("o"), "gateway"
	slip, err := sealed.SealSlip(g, key, e.vault.Recipient())
	must(e.t, err)
	e.add("grants/"+doc+".age", slip)
	e.add("inbox/"+doc+".age", b)
	e.list("inbox/"+doc+".age", g)
	e.plain[doc] = plain
}

// finish adds manifest, journal and receipt: a log of one entry, which tells
// of this export.
func (e *export) finish() *export {
	e.t.Helper()
	b, err := e.m.Seal(e.root, e.vault.Recipient())
	must(e.t, err)
	e.add("manifest.age", b)
	skey, vkey, err := journal.GenerateKey("coffre.test")
	must(e.t, err)
	ev := journal.Event{
		V: 1, ID: id("e"), Time: theTime, What: journal.WhatExported, Result: journal.ResultDone,
		Who: journal.Who{Kind: "citizen", ID: id("c")}, Safe: e.safe, N: 9,
	}
	text, err := ev.Encode()
	must(e.t, err)
	salt := sha256.Sum256([]byte("salt"))
	entry := journal.Commitment(text, salt)
	signer, err := note.NewSigner(skey)
	must(e.t, err)
	root := tlog.RecordHash(entry[:])
	signed, err := note.Sign(&note.Note{Text: "coffre.test\n1\n" + base64.StdEncoding.EncodeToString(root[:]) + "\n"}, signer)
	must(e.t, err)
	leaf := journal.Leaf{Index: 0, Size: 1, Path: [][]byte{}, Checkpoint: string(signed)}
	vk := e.root.VK()
	e.addJSON("journal.json", []any{map[string]any{
		"checkpoint": string(signed),
		"items":      []any{map[string]any{"event": string(text), "salt": salt[:], "index": 0, "path": [][]byte{}}},
	}})
	e.addJSON("receipt.json", map[string]any{
		"suite": 1, "safe": e.safe, "time": theTime, "logKey": vkey, "vk": vk[:], "documents": e.listed,
		"proof": map[string]any{"event": string(text), "salt": salt[:], "leaf": leaf},
	})
	e.vkey = vkey
	return e
}

// sample is an export with two documents, one of them in a folder, and a
// deposit.
func sample(t *testing.T) *export {
	t.Helper()
	e := newExport(t)
	e.m.Folders = []sealed.Folder{{ID: id("f"), Name: "Impôts"}}
	e.document(id("a"), "facture.pdf", id("f"), []byte("une facture"))
	e.document(id("b"), "été.txt", "", bytes.Repeat([]byte("déjà "), 30_000))
	e.deposit(id("d"), "diplôme.pdf", []byte("un diplôme"))
	return e.finish()
}

func (e *export) member(name string) *member {
	e.t.Helper()
	for i := range e.members {
		if e.members[i].name == name {
			return &e.members[i]
		}
	}
	e.t.Fatalf("the sample has no member %s", name)
	return nil
}

func (e *export) swap(one, other string) {
	e.t.Helper()
	a, b := e.member(one), e.member(other)
	a.b, b.b = b.b, a.b
}

func (e *export) remove(name string) {
	e.t.Helper()
	gone := e.member(name).name
	var left []member
	for _, m := range e.members {
		if m.name != gone {
			left = append(left, m)
		}
	}
	e.members = left
}

// pack writes the archive and gives its path.
func (e *export) pack() string {
	e.t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, m := range e.members {
		h := &zip.FileHeader{Name: m.name}
		if m.mode != 0 {
			h.SetMode(m.mode)
		}
		if m.packed {
			h.Method = zip.Deflate
		}
		w, err := z.CreateHeader(h)
		must(e.t, err)
		_, err = w.Write(m.b)
		must(e.t, err)
	}
	must(e.t, z.Close())
	path := filepath.Join(e.t.TempDir(), "safe.zip")
	must(e.t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

// extract opens a packed archive; err is what Extract said, results by id.
func (e *export) extract(path string) (dir string, got map[string]client.Extracted, err error) {
	e.t.Helper()
	dir = filepath.Join(e.t.TempDir(), "papers")
	a, err := client.OpenArchive(path)
	if err != nil {
		return dir, nil, err
	}
	defer func() { _ = a.Close() }()
	got = map[string]client.Extracted{}
	err = a.Extract(e.p, dir, func(x client.Extracted) { got[x.Doc] = x })
	return dir, got, err
}

// outside fails when anything but dir itself is beside dir.
func outside(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dir))
	must(t, err)
	for _, x := range entries {
		if x.Name() != filepath.Base(dir) {
			t.Errorf("%s appeared outside of the directory", x.Name())
		}
	}
}
