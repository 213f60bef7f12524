package e2e_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// nothingLeft looks at what is stored: the later suite pads every document by 512
// bytes more than the first.
func (m *move) nothingLeft(s *shell) {
	m.t.Helper()
	archive, err := zip.OpenReader(s.path("tout.zip"))
	must(m.t, err)
	defer func() { _ = archive.Close() }()
	vault, err := age.ParseIdentities(strings.NewReader(s.coffre2("identity", "--zip", "tout.zip")))
	must(m.t, err)
	lengths := map[string]int64{} // by document, in the later suite
	for _, f := range archive.File {
		folder, _, _ := strings.Cut(f.Name, "/")
		switch {
		case f.Name == "keyring.json":
			m.keyringMoved(read(m.t, f))
		case folder == "grants", f.Name == "manifest.age":
			plain, err := age.Decrypt(bytes.NewReader(read(m.t, f)), vault[0])
			must(m.t, err)
			text, err := io.ReadAll(plain)
			must(m.t, err)
			if !bytes.Contains(text, []byte(`"suite":2`)) {
				m.t.Errorf("%s is of another suite: %.60s", f.Name, text)
			}
			if folder == "grants" {
				g := m.grantMoved(text)
				lengths[g.Doc] = g.Sealed
			}
		}
	}
	if len(lengths) != len(m.docs) {
		m.t.Errorf("the export holds %d grants of %d documents", len(lengths), len(m.docs))
	}
	// An interruption leaves versions behind until they lapse: of the later suite.
	objects := 0
	must(m.t, filepath.WalkDir(m.g.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".age") {
			return err
		}
		objects++
		info, err := d.Info()
		if doc := filepath.Base(filepath.Dir(path)); err == nil && info.Size() != lengths[doc] {
			m.t.Errorf("an object of %s has %d bytes, want %d", doc, info.Size(), lengths[doc])
		}
		return err
	}))
	if objects < len(m.docs) {
		m.t.Errorf("%d objects are stored for %d documents", objects, len(m.docs))
	}
}

func read(t *testing.T, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	must(t, err)
	b, err := io.ReadAll(r)
	must(t, cmp.Or(err, r.Close()))
	return b
}

func (m *move) keyringMoved(b []byte) {
	m.t.Helper()
	var box struct {
		Suite int
		VK    []byte
		Line  []struct{ VK []byte }
	}
	must(m.t, json.Unmarshal(b, &box))
	if box.Suite != 2 || box.VK[0] != 2 || len(box.Line) != 1 || box.Line[0].VK[0] != 1 {
		m.t.Errorf("the keyring is of suite %d, its key of %d, with a line of %d", box.Suite, box.VK[0], len(box.Line))
	}
}

// grantMoved reads the first line of a grant file.
func (m *move) grantMoved(text []byte) (g sealed.Grant) {
	m.t.Helper()
	first, _, _ := bytes.Cut(text, []byte("\n"))
	words := bytes.SplitN(first, []byte(" "), 4)
	if len(words) != 4 || string(words[1]) != "coffre/v2/grant" {
		m.t.Fatalf("a grant of another suite: %.60s", text)
	}
	must(m.t, json.Unmarshal(words[3], &g))
	if g.Sealed != sealed.SealedSize(g.Size)+512 {
		m.t.Errorf("%s has %d sealed bytes for %d", g.Doc, g.Sealed, g.Size)
	}
	return g
}
