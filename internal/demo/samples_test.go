package demo_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/coffre-citoyen/coffre/internal/demo"
)

func made(t *testing.T) (dir string, files map[string][]byte) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "exemples")
	if err := demo.Samples(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return dir, files
}

func TestSamplesAreWhatTheySay(t *testing.T) {
	dir, files := made(t)
	if len(files) != 5 {
		t.Fatalf("%d files", len(files))
	}
	if n := len(files["photo.jpg"]); n < 4_500_000 || n > 5_500_000 {
		t.Errorf("the photo has %d bytes, not about 5 MB", n)
	}
	for name, format := range map[string]string{"photo.jpg": "jpeg", "carte-identite-specimen.png": "png"} {
		if _, got, err := image.Decode(bytes.NewReader(files[name])); err != nil || got != format {
			t.Errorf("%s decodes as %q: %v", name, got, err)
		}
	}
	for _, name := range []string{"facture.pdf", "diplome.pdf"} {
		checkPDF(t, name, files[name])
	}
	if b := files["lettre à l'école.txt"]; !utf8.Valid(b) || !bytes.Contains(b, []byte("Œillet")) {
		t.Errorf("the letter is %q", b)
	}

	// What somebody changed is theirs; what they removed comes back the same.
	photo := filepath.Join(dir, "photo.jpg")
	if err := os.WriteFile(photo, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "facture.pdf")); err != nil {
		t.Fatal(err)
	}
	if err := demo.Samples(dir); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(photo); string(b) != "mine" {
		t.Error("a changed file was replaced")
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "facture.pdf")); !bytes.Equal(b, files["facture.pdf"]) {
		t.Error("the bill is another one the second time")
	}
}

var entry = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)

// checkPDF follows the file's table as a reader does.
func checkPDF(t *testing.T, name string, b []byte) {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(b)
	if !bytes.HasPrefix(b, []byte("%PDF-1.4\n")) || m == nil {
		t.Fatalf("%s is no PDF", name)
	}
	table, _ := strconv.Atoi(string(m[1]))
	if !bytes.HasPrefix(b[table:], []byte("xref\n0 9\n")) {
		t.Errorf("%s: no table at %d", name, table)
	}
	for i, e := range entry.FindAllSubmatch(b, -1) {
		at, _ := strconv.Atoi(string(e[1]))
		if !bytes.HasPrefix(b[at:], []byte(strconv.Itoa(i+1)+" 0 obj\n")) {
			t.Errorf("%s: object %d is not at %d", name, i+1, at)
		}
	}
	s := regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*)endstream`).FindSubmatch(b)
	if s == nil || string(s[1]) != strconv.Itoa(len(s[2])) {
		t.Errorf("%s: the stream has another length than announced", name)
	}
	if bytes.Contains(s[2], []byte("?")) {
		t.Errorf("%s: a character is missing", name)
	}
}
