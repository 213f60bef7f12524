package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var linkOf = regexp.MustCompile(`\S+/demande/([a-z2-7]{26})#([A-Za-z0-9_-]{22})`)

const valmontWords = "abeille maison soleil jardin bonheur cerise montagne"

// replaceOfficeKey gives the administration another vault while answers are on
// their way to the one of before.
func replaceOfficeKey(t *testing.T, b *browser) {
	t.Helper()
	at := b.g.url + "/api/v1/administration/keyring"
	resp, err := b.http.Get(at)
	must(t, err)
	var box sealed.Container
	must(t, errors.Join(json.NewDecoder(resp.Body).Decode(&box), resp.Body.Close()))
	ring, err := sealed.OpenKeyring(box, secretOf(t, valmontWords))
	must(t, err)
	_, next, err := ring.Rotate()
	must(t, err)
	body, err := json.Marshal(next)
	must(t, err)
	put, err := http.NewRequest(http.MethodPut, at, bytes.NewReader(body))
	must(t, err)
	put.Header.Set("Content-Type", "application/json")
	put.Header.Set("If-Match", resp.Header.Get("ETag"))
	done, err := b.http.Do(put)
	must(t, err)
	must(t, done.Body.Close())
	if done.StatusCode != http.StatusNoContent || next.Recipient == box.Recipient {
		t.Fatalf("the key is replaced with %s", done.Status)
	}
}

// TestSchoolEnrolmentWithFourPapersAndOneRefusal, from the letter to the file in
// the school's hands: the town hall asks by a link, a family gives four papers,
// refuses one, asks something and is answered, and the town hall retrieves what
// it was given, as often as the family allowed, though its key was replaced in
// the meantime.
func TestSchoolEnrolmentWithFourPapersAndOneRefusal(t *testing.T) {
	g := serve(t)
	angela := g.login("angela")
	_, k := angela.openSafe()
	s, agent := newShell(t), newShell(t)
	s.set("COFFRE_SECRET_FILE", s.write("words.txt", []byte(k.passphrase)))
	agent.set("COFFRE_SECRET_FILE", agent.write("words.txt", []byte(valmontWords)))
	camille := g.login("camille")
	for sh, b := range map[*shell]*browser{s: angela, agent: camille} {
		if r := sh.login(b, true); r.code != 0 {
			t.Fatalf("login: %+v", r)
		}
	}
	papers := map[string][]byte{}
	for _, name := range []string{"passeport.pdf", "cni.pdf", "facture.pdf", "livret.pdf"} {
		papers[name] = noise(20_000)
		s.write(name, papers[name])
		s.coffre("put", name)
	}

	agent.refused(2, []string{"coffre kinds"}, "admin", "request", "new", "--procedure", "x", "--basis", "x", "--purpose", "x", "--until", nextYear(), "--want", "adn")
	made := agent.coffre("admin", "request", "new", "--procedure", "Inscription à l’école", "--basis", "Code de l’éducation, L131-5",
		"--purpose", "Inscrire un enfant", "--service", "État civil", "--reference", "2026-00417", "--openings", "2", "--until", nextYear(),
		"--want", "identity,passport,identity-card:2", "--want", "residence,energy-bill", "--want", "family-book", "--optional", "tax-notice")
	link := linkOf.FindStringSubmatch(made)
	if link == nil {
		t.Fatalf("the link is %q", made)
	}
	told := s.coffre("requests", "show", link[0])
	for _, word := range []string{"Mairie de Valmont", "L131-5", "2026-00417", "Inscrire un enfant", "Passeport", "×2", "facultatif"} {
		if !strings.Contains(told, word) {
			t.Errorf("the request is shown without %q:\n%s", word, told)
		}
	}
	s.refused(3, []string{"ALERTE"}, "requests", "show", link[1]+"#"+strings.Repeat("A", 22))
	s.refused(1, []string{"accepte"}, "requests", "answer", link[0], "--give", "bank-details=cni.pdf")
	s.coffre("requests", "answer", link[0], "--give", "passport=passeport.pdf", "--give", "identity-card=cni.pdf", "--text", "Celui du père, puis le mien.")
	s.coffre("requests", "answer", link[0], "--give", "energy-bill=facture.pdf", "--give", "family-book=livret.pdf", "--openings", "1")
	s.coffre("requests", "refuse", link[0], "tax-notice", "--text", "Le quotient n’est pas demandé ici.")
	s.coffre("requests", "ask", link[0], "--text", "Faut-il les originaux ?")
	if list := s.coffre("requests"); !strings.Contains(list, "4 donné") || !strings.Contains(list, "question posée") {
		t.Errorf("her list says\n%s", list)
	}
	replaceOfficeKey(t, camille)
	agentReads(t, agent, link[1], papers)
	if told := s.coffre("requests", "show", link[0]); !strings.Contains(told, "Non, des copies.") || !strings.Contains(told, "refusé") || strings.Count(told, "donné :") != 4 {
		t.Errorf("in the end she reads\n%s", told)
	}
	if told := s.coffre("journal"); strings.Count(told, "réponse à une demande") != 2 || !strings.Contains(told, "demande refusée") || !strings.Contains(told, "réponse à une question") {
		t.Errorf("her journal says\n%s", told)
	}
	s.coffre("requests", "answer", link[0], "--give", "residence=facture.pdf")
	agent.coffre("admin", "request", "fetch", link[1], "--out", agent.path("."), "--force")
	if !bytes.Equal(agent.read("facture.pdf"), papers["facture.pdf"]) {
		t.Error("what was given under the new key came out otherwise")
	}
	agent.coffre("admin", "request", "close", link[1])
	s.refused(1, []string{"close"}, "requests", "answer", link[0], "--give", "residence=facture.pdf")
}

// agentReads is the agent's side of it.
func agentReads(t *testing.T, agent *shell, id string, papers map[string][]byte) {
	t.Helper()
	if list := agent.coffre("admin", "request", "--open", "--reference", "2026-00417"); !strings.Contains(list, id) || !strings.Contains(list, "1") {
		t.Errorf("the list says\n%s", list)
	}
	told := agent.coffre("admin", "request", "show", id)
	for _, word := range []string{"Angela", "Celui du père", "quotient", "Faut-il les originaux ?", "Avis d’imposition"} {
		if !strings.Contains(told, word) {
			t.Errorf("the agent reads nothing of %q:\n%s", word, told)
		}
	}
	var sides []struct {
		Reply  struct{ ID string }
		Grants []struct{ ID, Kind string }
	}
	must(t, json.Unmarshal([]byte(agent.coffre("admin", "request", "show", id, "--json")), &sides))
	if len(sides) != 1 || len(sides[0].Grants) != 4 {
		t.Fatalf("the sides are %+v", sides)
	}
	of := map[string]string{"passport": "passeport.pdf", "identity-card": "cni.pdf", "energy-bill": "facture.pdf", "family-book": "livret.pdf"}
	for _, given := range sides[0].Grants {
		agent.coffre("fetch", given.ID, "--out", "got.pdf", "--force")
		if !bytes.Equal(agent.read("got.pdf"), papers[of[given.Kind]]) {
			t.Errorf("for %s the agent got other bytes", given.Kind)
		}
		if given.Kind == "family-book" {
			agent.refused(1, []string{"autant"}, "fetch", given.ID, "--out", "again.pdf")
		}
	}
	agent.coffre("admin", "request", "answer", id, sides[0].Reply.ID, "--text", "Non, des copies.")
}
