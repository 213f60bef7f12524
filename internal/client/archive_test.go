package client_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func TestArchiveGivesBackEveryByte(t *testing.T) {
	e := sample(t)
	path := e.pack()
	dir, got, err := e.extract(path)
	must(t, err)
	for doc, want := range map[string]string{id("a"): "Impôts/facture.pdf", id("b"): "été.txt", id("d"): "_depots/diplôme.pdf"} {
		x := got[doc]
		if x.Err != nil || x.Path != want || x.Unsigned != (doc == id("d")) {
			t.Errorf("%s came out as %+v", doc, x)
		}
		if b, err := os.ReadFile(filepath.Join(dir, want)); err != nil || !bytes.Equal(b, e.plain[doc]) {
			t.Errorf("%s holds other bytes: %v", want, err)
		}
		if info, err := os.Stat(filepath.Join(dir, want)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is readable by others: %v, %v", want, info.Mode(), err)
		}
	}
	a, err := client.OpenArchive(path)
	must(t, err)
	defer func() { _ = a.Close() }()
	sum, err := a.Check(e.vkey)
	must(t, err)
	if sum.Documents != 2 || sum.Inbox != 1 || sum.Events != 1 || sum.Safe != e.safe {
		t.Errorf("checked as %+v", sum)
	}
	_, other, err := journal.GenerateKey("coffre.test")
	must(t, err)
	if _, err := a.Check(other); !errors.Is(err, journal.ErrProof) {
		t.Errorf("checked under another log's key: %v", err)
	}
	if err := a.Extract(sealed.NewSecret(), filepath.Join(t.TempDir(), "x"), nil); !errors.Is(err, sealed.ErrKey) {
		t.Errorf("another secret: %v", err)
	}
	if err := a.Extract(e.p, dir, nil); !errors.Is(err, client.ErrExists) {
		t.Errorf("into a directory with files: %v", err)
	}
}

// TestUnexpectedMembersAreRefused: nothing of such an archive is used.
func TestUnexpectedMembersAreRefused(t *testing.T) {
	for name, m := range map[string]member{
		"parent":          {name: "../evil"},
		"parent inside":   {name: "documents/../../" + id("x") + ".age"},
		"absolute":        {name: "/etc/cron.d/x"},
		"drive":           {name: `C:\evil.age`},
		"backslashes":     {name: `documents\..\..\evil.age`},
		"stranger":        {name: "documents/evil.exe"},
		"empty":           {name: ""},
		"link":            {name: "documents/" + id("x") + ".age", b: []byte("/etc/passwd"), mode: fs.ModeSymlink | 0o777},
		"device":          {name: "documents/" + id("x") + ".age", mode: fs.ModeDevice | fs.ModeCharDevice | 0o666},
		"twice":           {name: "manifest.age", b: []byte("another")},
		"strange folder":  {name: "bin/", mode: fs.ModeDir | 0o755},
		"name of 60 kB":   {name: strings.Repeat("a", 60_000)},
		"control in name": {name: "documents/" + id("x") + ".age\x00"},
	} {
		e := sample(t)
		e.members = append(e.members, m)
		dir, _, err := e.extract(e.pack())
		if !errors.Is(err, client.ErrArchive) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: something was extracted", name)
		}
		if len(err.Error()) > 500 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
	}
}

// TestRepackedArchiveIsTaken: another tool has compressed it and added
// entries for folders.
func TestRepackedArchiveIsTaken(t *testing.T) {
	e := sample(t)
	for i := range e.members {
		e.members[i].packed = true
	}
	e.members = append([]member{{name: "documents/", mode: fs.ModeDir | 0o755}}, e.members...)
	_, got, err := e.extract(e.pack())
	must(t, err)
	for doc, x := range got {
		if x.Err != nil {
			t.Errorf("%s: %v", doc, x.Err)
		}
	}
}

// TestChangedMembersReleaseNothing: what fails leaves no file, and the rest
// comes out.
func TestChangedMembersReleaseNothing(t *testing.T) {
	a, b, d := id("a"), id("b"), id("d")
	for name, c := range map[string]struct {
		change func(e *export)
		failed []string
		want   error
	}{
		"documents swapped": {func(e *export) { e.swap("documents/"+a+".age", "documents/"+b+".age") }, []string{a, b}, sealed.ErrLength},
		"grants swapped":    {func(e *export) { e.swap("grants/"+a+".age", "grants/"+b+".age") }, []string{a, b}, sealed.ErrMismatch},
		"slip for a grant":  {func(e *export) { e.swap("grants/"+a+".age", "grants/"+d+".age") }, []string{a, d}, nil},
		"one bit":           {func(e *export) { e.member("documents/" + b + ".age").b[9000] ^= 4 }, []string{b}, sealed.ErrHash},
		"one bit, deposit":  {func(e *export) { e.member("inbox/" + d + ".age").b[1700] ^= 4 }, []string{d}, sealed.ErrHash},
		"cut":               {func(e *export) { m := e.member("documents/" + b + ".age"); m.b = m.b[:5000] }, []string{b}, sealed.ErrLength},
		"missing":           {func(e *export) { e.remove("documents/" + a + ".age") }, []string{a}, client.ErrArchive},
		"grant missing":     {func(e *export) { e.remove("grants/" + a + ".age") }, []string{a}, client.ErrArchive},
		"document is a bomb": {func(e *export) {
			*e.member("documents/" + a + ".age") = member{name: "documents/" + a + ".age", b: make([]byte, 24<<20), packed: true}
		}, []string{a}, sealed.ErrLength},
	} {
		e := sample(t)
		c.change(e)
		path := e.pack()
		dir, got, err := e.extract(path)
		must(t, err)
		failed := map[string]bool{}
		for _, doc := range c.failed {
			failed[doc] = true
			if x := got[doc]; x.Err == nil || x.Path != "" || c.want != nil && !errors.Is(x.Err, c.want) {
				t.Errorf("%s: %s came out as %+v", name, doc, x)
			}
		}
		files := 0
		must(t, filepath.WalkDir(dir, func(_ string, f fs.DirEntry, err error) error {
			if err == nil && !f.IsDir() {
				files++
			}
			return err
		}))
		if files != 3-len(failed) {
			t.Errorf("%s: %d files came out", name, files)
		}
		outside(t, dir)
		arc, err := client.OpenArchive(path)
		must(t, err)
		if _, err := arc.Check(e.vkey); err == nil && !strings.Contains(name, "grant") {
			t.Errorf("%s: the check without keys finds nothing", name)
		}
		must(t, arc.Close())
	}
}

// TestChangedFrameStopsEverything: without keyring and manifest there is no
// truth to go by.
func TestChangedFrameStopsEverything(t *testing.T) {
	for name, c := range map[string]struct {
		change func(e, other *export)
		want   error
	}{
		"manifest of another safe": {func(e, o *export) { e.member("manifest.age").b = o.member("manifest.age").b }, sealed.ErrMismatch},
		"keyring of another safe":  {func(e, o *export) { e.member("keyring.json").b = o.member("keyring.json").b }, sealed.ErrMismatch},
		"manifest missing":         {func(e, _ *export) { e.remove("manifest.age") }, client.ErrArchive},
		"keyring missing":          {func(e, _ *export) { e.remove("keyring.json") }, client.ErrArchive},
		"receipt missing":          {func(e, _ *export) { e.remove("receipt.json") }, client.ErrArchive},
		"keyring is no JSON":       {func(e, _ *export) { e.member("keyring.json").b = []byte("{") }, client.ErrArchive},
		"keyring is a bomb": {func(e, _ *export) {
			*e.member("keyring.json") = member{name: "keyring.json", b: bytes.Repeat([]byte(" "), 24<<20), packed: true}
		}, client.ErrArchive},
		"receipt is a bomb": {func(e, _ *export) {
			*e.member("receipt.json") = member{name: "receipt.json", b: bytes.Repeat([]byte(" "), 24<<20), packed: true}
		}, client.ErrArchive},
	} {
		e := sample(t)
		c.change(e, sample(t))
		path := e.pack()
		e.members = nil
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		dir, got, err := e.extract(path)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) || len(got) > 0 {
			t.Errorf("%s: %v, %d documents", name, err, len(got))
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("%s: something came out", name)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 40<<20 {
			t.Errorf("%s: reading it took %d MB", name, used>>20)
		}
	}
	path := sample(t).pack()
	b, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, b[:len(b)/2], 0o600))
	if _, err := client.OpenArchive(path); !errors.Is(err, client.ErrArchive) {
		t.Errorf("half an archive: %v", err)
	}
}

// TestNamesStayInTheDirectory: names and folders are whatever the holder, or
// a depositor, wrote.
func TestNamesStayInTheDirectory(t *testing.T) {
	e := newExport(t)
	e.m.Folders = []sealed.Folder{
		{ID: id("f"), Name: ".."},
		{ID: id("g"), Name: "..", Parent: id("f")},
		{ID: id("h"), Name: "ronde", Parent: id("i")},
		{ID: id("i"), Name: "ronde", Parent: id("h")},
		{ID: id("j"), Name: "Papiers"},
	}
	names := map[string][2]string{
		id("a"): {"..", id("g")}, id("b"): {"...", ""}, id("c"): {".ssh", ""}, id("d"): {"a:b*?.txt. ", ""}, id("e"): {"x", id("h")},
		id("k"): {"Photo.JPG", id("j")}, id("l"): {"photo.jpg", id("j")}, id("m"): {"papiers", ""},
		id("n"): {strings.Repeat("é", 120) + ".pdf", ""}, id("o"): {strings.Repeat("é", 120) + ".pdf", ""},
	}
	for _, c := range "abcdeklmno" {
		e.document(id(string(c)), names[id(string(c))][0], names[id(string(c))][1], []byte{byte(c)})
	}
	e.deposit(id("p"), "..", []byte("p"))
	e.finish()
	dir, got, err := e.extract(e.pack())
	must(t, err)
	outside(t, dir)
	seen := map[string]bool{}
	for doc, x := range got {
		low := strings.ToLower(x.Path)
		if x.Err != nil || seen[low] || !filepath.IsLocal(x.Path) || strings.HasPrefix(filepath.Base(x.Path), ".") {
			t.Errorf("%q came out as %q: %v", x.Name, x.Path, x.Err)
		}
		seen[low] = true
		if b, err := os.ReadFile(filepath.Join(dir, x.Path)); err != nil || !bytes.Equal(b, e.plain[doc]) {
			t.Errorf("%q: other bytes: %v", x.Path, err)
		}
	}
	if len(got) != len(names)+1 {
		t.Errorf("%d of %d came out", len(got), len(names)+1)
	}
}
