package e2e_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestReceipts is O2 for each act: a file that anybody verifies offline, with no
// account, and that says which bytes the document has without telling what is in
// it. A stranger with the file and the document is convinced; with another
// document, another byte of the receipt or another journal's key, is not.
func TestReceipts(t *testing.T) {
	g := serve(t)
	s := neighbour(t, g, "angela")
	plain := noise(70_000)
	s.write("avis.pdf", plain)
	s.coffre("put", "avis.pdf", "--folder", "Impôts", "--receipt", "put.json")
	told := s.coffre("share", "avis.pdf", "--with", "Mairie", "--purpose", "Inscription scolaire", "--until", nextYear(), "--receipt", "share.json")
	id := grantID.FindStringSubmatch(told)[1]
	s.coffre("receipt", "Impôts/avis.pdf", "--out", "again.json")
	s.coffre("receipt", "--share", id, "--out", "again-share.json")

	agent := newShell(t)
	agent.set("COFFRE_SERVER", g.url)
	agent.set("COFFRE_SECRET_FILE", agent.write("mairie.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	agent.coffre("fetch", id, "--out", "got.pdf", "--key", g.data+"/demo/systems/mairie-de-valmont.jwk", "--receipt", "fetch.json")

	stranger := newShell(t)
	vkey := logKeyOf(t, s.read("put.json"))
	stranger.write("avis.pdf", plain)
	other := bytes.Clone(plain)
	other[69_999] ^= 1
	stranger.write("autre.pdf", other)
	for name, c := range map[string]struct {
		file  []byte
		words []string
	}{
		"put.json":         {s.read("put.json"), []string{"document ajouté, par Angela"}},
		"share.json":       {s.read("share.json"), []string{"partage, par Angela", "Mairie de Valmont", "Inscription scolaire"}},
		"again.json":       {s.read("again.json"), []string{"document ajouté, par Angela"}},
		"again-share.json": {s.read("again-share.json"), []string{"partage, par Angela"}},
		"fetch.json":       {agent.read("fetch.json"), []string{"partage ouvert", "Mairie de Valmont", "Inscription scolaire"}},
	} {
		stranger.write(name, c.file)
		told := stranger.coffre("verify", "receipt", name, "--log-key", vkey, "--file", "avis.pdf")
		for _, w := range append(c.words, "Reçu prouvé.", "Prouvé : ", "Pas prouvé : ", "au bit près") {
			if !strings.Contains(told, w) {
				t.Errorf("%s without %q:\n%s", name, w, told)
			}
		}
		stranger.refused(3, []string{"n'est pas le document de ce reçu"}, "verify", "receipt", name, "--log-key", vkey, "--file", "autre.pdf")
		stranger.refused(3, []string{"ce reçu est faux"}, "verify", "receipt", name, "--log-key", otherKey(t, vkey))
		if bytes.Contains(c.file, []byte("avis")) || bytes.Contains(c.file, []byte("Impôts")) {
			t.Errorf("%s tells the document's name: %s", name, c.file)
		}
	}
	var line []struct {
		Event journal.Event `json:"event"`
	}
	must(t, json.Unmarshal([]byte(s.coffre("journal", "--json", "--limit", "1")), &line))
	if told := s.coffre("receipt", "--event", line[0].Event.ID); !strings.Contains(told, line[0].Event.ID) {
		t.Errorf("the receipt of a line of the journal is %s", told)
	}
	s.refused(2, []string{"Un reçu de quoi"}, "receipt")
	s.refused(1, []string{"n'a pas cet acte"}, "receipt", "--share", strings.Repeat("a", 26))
	stranger.write("cut.json", s.read("put.json")[:500])
	stranger.refused(1, []string{"n'est pas un reçu"}, "verify", "receipt", "cut.json")
}

func logKeyOf(t *testing.T, receipt []byte) string {
	t.Helper()
	r, err := client.ParseReceipt(receipt)
	must(t, err)
	return r.Log
}

// otherKey is a key of another log under the same name.
func otherKey(t *testing.T, vkey string) string {
	t.Helper()
	origin, _, _ := strings.Cut(vkey, "+")
	_, other, err := journal.GenerateKey(origin)
	must(t, err)
	return other
}
