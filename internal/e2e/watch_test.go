package e2e_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// scannerOf is a clamd as its manual describes it: it finds EICAR, and gives no
// answer while it is down.
func scannerOf(t *testing.T, down *atomic.Bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				if !down.Load() {
					scanOne(c)
				}
			}()
		}
	}()
	return l.Addr().String()
}

func scanOne(c net.Conn) {
	if _, err := io.ReadFull(c, make([]byte, len("zINSTREAM\x00"))); err != nil {
		return
	}
	var all []byte
	for {
		var length uint32
		if err := binary.Read(c, binary.BigEndian, &length); err != nil {
			return
		}
		if length == 0 {
			break
		}
		chunk := make([]byte, length)
		if _, err := io.ReadFull(c, chunk); err != nil {
			return
		}
		all = append(all, chunk...)
	}
	said := "stream: OK\x00"
	if bytes.Contains(all, []byte("EICAR")) {
		said = "stream: Eicar-Test-Signature FOUND\x00"
	}
	_, _ = io.WriteString(c, said)
}

// inDir are the names in a directory that are no sidecars and not the folder's own.
func inDir(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !strings.HasSuffix(e.Name(), ".coffre.json") {
			names = append(names, e.Name())
		}
	}
	return names
}

// TestAFolderIsFilledScannedAndEmptiedAgain: what is infected is set apart and
// told; while the scanner is down nothing comes; when a share ends its copy is
// deleted and the citizen has the administration's signature for it, unless
// somebody has changed the file.
func TestAFolderIsFilledScannedAndEmptiedAgain(t *testing.T) {
	g := hurried(t)
	angela := g.login("angela")
	_, k := angela.openSafe()
	citizen := newShell(t)
	citizen.set("COFFRE_SECRET_FILE", citizen.write("words.txt", []byte(k.passphrase)))
	if r := citizen.login(angela, true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	grants := map[string]string{}
	for name, content := range map[string]string{"..évadé.pdf": "un", "virus.pdf": "xxEICARxx", "à garder.pdf": "trois"} {
		citizen.write(name, []byte(content))
		citizen.coffre("put", name)
		told := citizen.coffre("share", name, "--with", "Brenne", "--purpose", "Allocation", "--kind", "income", "--until", nextYear())
		grants[name] = grantID.FindStringSubmatch(told)[1]
	}

	s := newShell(t)
	s.set("COFFRE_SERVER", g.url)
	s.set("COFFRE_SECRET_FILE", s.write("brenne.txt", []byte(brenneWords)))
	var down atomic.Bool
	down.Store(true)
	dir := s.path("reçus")
	watch := []string{"fetch", "--watch", dir, "--once", "--key", g.data + "/demo/systems/departement-de-la-brenne.jwk", "--scan", scannerOf(t, &down)}
	s.refused(1, []string{"antivirus", "rien n'est remis"}, watch...)
	if names := inDir(t, dir); len(names) != 0 {
		t.Fatalf("without the scanner there are %q", names)
	}
	down.Store(false)
	if r := s.try("coffre", watch...); r.code != 0 || !strings.Contains(r.err, "INFECTÉ") || strings.Count(r.out, "reçu : ") != 2 {
		t.Fatalf("%+v", r)
	}
	if names := inDir(t, dir); len(names) != 3 || !strings.HasPrefix(names[0], "income_") || names[1] == names[0] {
		t.Errorf("there are %q", names)
	}
	if names := inDir(t, filepath.Join(dir, "quarantine")); len(names) != 1 || !strings.HasPrefix(names[0], "income_virus_") {
		t.Errorf("set apart are %q", names)
	}
	outcomes(t, angela.client(), grants)
	receipt := keptIn(t, dir)
	for _, f := range receipt {
		s.write("receipt.json", []byte(f.Receipt))
		if told := s.coffre("verify", "receipt.json", "--file", filepath.Join(dir, f.File)); !strings.Contains(told, "au bit près") {
			t.Errorf("the receipt of %s: %s", f.File, told)
		}
		if f.Grant.Name == "à garder.pdf" {
			must(t, os.WriteFile(filepath.Join(dir, f.File), []byte("annoté"), 0o600))
		}
	}

	for _, id := range grants {
		citizen.coffre("unshare", id)
	}
	r := s.try("coffre", watch...)
	if r.code != 0 || strings.Count(r.out, "effacé, et attesté") != 2 || !strings.Contains(r.err, "modifié depuis") {
		t.Fatalf("%+v", r)
	}
	if names := inDir(t, dir); len(names) != 2 { // what was changed, and the empty quarantine
		t.Errorf("left are %q", names)
	}
	list := s.coffre("admin", "deletions", "--key", watch[5])
	if !strings.Contains(list, grants["à garder.pdf"]) || strings.Contains(list, grants["virus.pdf"]) {
		t.Errorf("to be deleted are\n%s", list)
	}
	s.coffre("admin", "deletions", "declare", grants["à garder.pdf"], "--key", watch[5], "--yes", "--text", "Dossier clos")
	attested(t, angela, grants)
	if told := citizen.coffre("journal"); strings.Count(told, "effacement des copies attesté") != 3 || strings.Count(told, "réception signée") != 3 {
		t.Errorf("her journal says\n%s", told)
	}
}

// outcomes are what the administration has acknowledged, each opened once.
func outcomes(t *testing.T, c *client.Client, grants map[string]string) {
	t.Helper()
	list, err := c.Grants(t.Context())
	must(t, err)
	for _, g := range list {
		want := sealed.OutcomeIntact
		if g.ID == grants["virus.pdf"] {
			want = sealed.OutcomeInfected
		}
		if g.Acknowledgement == nil || g.Acknowledgement.Outcome != want || g.Openings != 1 {
			t.Errorf("%s was opened %d times, acknowledged as %+v", g.ID, g.Openings, g.Acknowledgement)
		}
	}
}

// attested: the citizen has a signature for every copy.
func attested(t *testing.T, b *browser, grants map[string]string) {
	t.Helper()
	c := b.client()
	list, err := c.Grants(t.Context())
	must(t, err)
	adm, err := c.FindAdministration(t.Context(), "Département de la Brenne")
	must(t, err)
	vk, err := sealed.ParseVK(adm.VK)
	must(t, err)
	for _, g := range list {
		how := sealed.DeletedByClient
		if g.ID == grants["à garder.pdf"] {
			how = sealed.DeletedDeclared
		}
		if g.Deletion == nil || g.DeleteBy != nil {
			t.Errorf("%s: %+v, to be deleted by %v", g.ID, g.Deletion, g.DeleteBy)
			continue
		}
		if said, err := sealed.OpenDeletion(g.Deletion.Signed, vk); err != nil || said.How != how || said.Grant != g.ID {
			t.Errorf("attested as %+v, %v", said, err)
		}
	}
	if told := toldOf(t, b); told[journal.WhatGrantReleased] != 3 || told[journal.WhatGrantDeleted] != 3 {
		t.Errorf("the journal tells %v", told)
	}
}
