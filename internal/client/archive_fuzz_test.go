package client_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// write renews testdata/export.zip, whose keys nobody can draw twice.
var write = flag.Bool("write", false, "write testdata/export.zip again")

const fixture = "testdata/export.zip"

// TestFixtureIsAnExport: the corpus below begins with an archive that opens.
func TestFixtureIsAnExport(t *testing.T) {
	if *write {
		e := newExport(t)
		e.document(id("a"), "facture.pdf", "", []byte("une facture"))
		e.deposit(id("d"), "diplôme.pdf", []byte("un diplôme"))
		b, err := os.ReadFile(e.finish().pack())
		must(t, err)
		must(t, os.WriteFile(fixture, b, 0o644))
	}
	opened := 0
	if err := openFuzzed(t, fixture, func(client.Extracted) { opened++ }); err != nil || opened != 2 {
		t.Fatalf("%d documents, %v", opened, err)
	}
}

// openFuzzed opens, checks and extracts. Whatever comes out is one of the
// two documents that were put in, whole and under a name of its own.
func openFuzzed(t *testing.T, path string, report func(client.Extracted)) error {
	a, err := client.OpenArchive(path)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	_, _ = a.Check(a.LogKey())
	dir := filepath.Join(t.TempDir(), "papers")
	return a.Extract(sealed.Derive([]byte("paper"), "test"), dir, func(x client.Extracted) {
		if x.Err != nil {
			return
		}
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(x.Path)))
		if err != nil || !filepath.IsLocal(x.Path) || string(b) != "une facture" && string(b) != "un diplôme" {
			t.Errorf("%q came out of a changed archive as %q: %v", x.Path, b, err)
		}
		report(x)
	})
}

// FuzzArchive changes a whole archive: nothing crashes, and no changed byte
// is released as a document.
func FuzzArchive(f *testing.F) {
	whole, err := os.ReadFile(fixture)
	if err != nil || len(whole) < 10_000 {
		f.Fatalf("the corpus is empty: %d bytes, %v", len(whole), err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-30])
	f.Add(bytes.ReplaceAll(whole, []byte("documents/"), []byte("../../../x")))
	f.Add(bytes.ReplaceAll(whole, []byte("receipt"), []byte("journal")))
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.zip")
		must(t, os.WriteFile(path, b, 0o600))
		_ = openFuzzed(t, path, func(client.Extracted) {})
	})
}
