package safe_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// unpack reads a whole export into memory, as the gateway would write it.
func unpack(t *testing.T, w *world, p *safe.ExportPlan) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for f, err := range p.Files(w.ctx) {
		must(t, err)
		var b bytes.Buffer
		must(t, f.Write(w.ctx, &b))
		if f.Size >= 0 && f.Size != int64(b.Len()) {
			t.Fatalf("%s has %d bytes, %d were promised", f.Name, b.Len(), f.Size)
		}
		if _, there := files[f.Name]; there {
			t.Fatalf("%s comes twice", f.Name)
		}
		files[f.Name] = b.Bytes()
	}
	return files
}

func TestExportOpensWithTheUnlockSecretAlone(t *testing.T) {
	w := newWorld(t)
	c := w.login(t, "angela")
	must(t, w.AcceptTerms(w.ctx, c, terms))
	paper := sealed.NewSecret()
	ring, container, err := sealed.NewKeyring(string(c.Safe), []sealed.NewUnlocker{
		{Kind: "paper", Label: "p", P: paper}, {Kind: "passphrase", Label: "q", P: sealed.NewSecret()},
	}, w.clock.now())
	must(t, err)
	vault, err := ring.Vault()
	must(t, err)
	owner := &citizen{Actor: c, w: w, ring: ring, vault: vault, keyring: container}
	owner.manifest = sealed.Manifest{Suite: sealed.Suite, Safe: string(c.Safe), Epoch: 1, Time: stamp(w.clock.now())}
	body := owner.sealManifest(t)
	_, err = w.OpenSafe(w.ctx, c, container, body)
	must(t, err)
	m, err := w.Manifest(w.ctx, c)
	must(t, err)
	owner.hash = m.Hash
	docs := []*document{owner.put(t, 10), owner.put(t, 70_000), owner.put(t, 1)}
	town := w.mairie(t, "Mairie", "21370999900015")
	ad, err := w.CreateAddress(w.ctx, c, newKey(), town.ID)
	must(t, err)
	plain := []byte("un acte")
	deposit, err := w.Deposit(w.ctx, town.system, ad.ID, safe.DepositInput{Key: newKey(), Name: "acte.txt", Size: int64(len(plain)), Body: bytes.NewReader(plain)})
	must(t, err)

	plan, err := w.Export(w.ctx, c)
	must(t, err)
	if e := checkProof(t, w, plan.Proof); e.What != journal.WhatExported {
		t.Fatalf("the export is journalled as %+v", e)
	}
	files := unpack(t, w, plan)

	// From here on: the files and the paper key, nothing else.
	var kept sealed.Container
	must(t, sealed.DecodeCanonical(files["keyring.json"], &kept))
	opened, err := sealed.OpenKeyring(kept, paper)
	must(t, err)
	key, err := opened.Vault()
	must(t, err)
	manifest, err := sealed.OpenManifest(files["manifest.age"], key, opened.Root().VK())
	must(t, err)
	if manifest.Safe != string(c.Safe) {
		t.Fatal("manifest of another safe")
	}
	for _, d := range docs {
		id := string(d.v.Doc)
		g, err := sealed.OpenGrant(files["grants/"+id+".age"], key, opened.Root().VK())
		must(t, err)
		var out bytes.Buffer
		must(t, sealed.OpenDocument(&out, bytes.NewReader(files["documents/"+id+".age"]), g.Grant.Ref(), g.Key))
		if !bytes.Equal(out.Bytes(), d.plain) {
			t.Fatal("other bytes came out")
		}
	}
	slip, err := sealed.OpenSlip(files["grants/"+string(deposit.Version.Doc)+".age"], key)
	must(t, err)
	var out bytes.Buffer
	must(t, sealed.OpenDocument(&out, bytes.NewReader(files["inbox/"+string(deposit.Version.Doc)+".age"]), slip.Grant.Ref(), slip.Key))
	if !bytes.Equal(out.Bytes(), plain) {
		t.Fatal("other bytes came out of the deposit")
	}
	for _, name := range []string{"LISEZMOI.txt", "README.txt"} {
		if !bytes.Contains(files[name], []byte("age -d -i vault.key")) {
			t.Errorf("%s does not tell how to open the archive", name)
		}
	}
	checkExportedJournal(t, w, files)
}

func checkExportedJournal(t *testing.T, w *world, files map[string][]byte) {
	t.Helper()
	var pages []struct {
		Checkpoint string
		Items      []struct {
			Event string
			Salt  []byte
			Index *int64
			Path  [][]byte
		}
	}
	must(t, json.Unmarshal(files["journal.json"], &pages))
	seen := map[string]int{}
	for _, p := range pages {
		for _, it := range p.Items {
			e, _, err := journal.VerifyEvent(w.vkey, []byte(it.Event), it.Salt, journal.Leaf{
				Index: *it.Index, Size: sizeOf(t, w, []byte(p.Checkpoint)), Path: it.Path, Checkpoint: p.Checkpoint,
			})
			must(t, err)
			seen[e.What]++
		}
	}
	if seen[journal.WhatDocumentAdded] != 3 || seen[journal.WhatDeposit] != 1 || seen[journal.WhatExported] != 1 {
		t.Fatalf("the exported journal holds %v", seen)
	}
	var receipt struct {
		Safe      string
		LogKey    string
		Key       *journal.Leaf
		Documents []struct{ File, SHA256 string }
	}
	must(t, json.Unmarshal(files["receipt.json"], &receipt))
	if len(receipt.Documents) != 4 || receipt.LogKey != w.vkey || receipt.Key == nil {
		t.Fatalf("the receipt says %+v", receipt)
	}
	for _, d := range receipt.Documents {
		if files[d.File] == nil {
			t.Errorf("the receipt names %s, which is not there", d.File)
		}
	}
}
