package e2e_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestSystemsDepositAndFetchByCommandLine: an administration's machine with
// its registered key, and the citizen on the other side.
func TestSystemsDepositAndFetchByCommandLine(t *testing.T) {
	g := serve(t)
	marcel := g.login("marcel")
	_, k := marcel.openSafe()
	s := newShell(t)
	s.set("COFFRE_SECRET_FILE", s.write("paper-key.txt", []byte(k.paper)))
	if r := s.login(marcel, true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	if who := s.coffre("whoami"); !strings.Contains(who, "Marcel") || !strings.Contains(who, g.url) || !strings.Contains(who, "0 documents") {
		t.Errorf("whoami says %q", who)
	}
	if list := s.coffre("administrations"); !strings.Contains(list, "Mairie de Valmont") || !strings.Contains(list, "CCAS") {
		t.Errorf("the administrations are\n%s", list)
	}
	address := strings.TrimSpace(s.coffre("address", "add", "Université"))
	if list := s.coffre("address"); !strings.Contains(list, address) || !strings.Contains(list, "Université de Valmont") {
		t.Errorf("the addresses are\n%s", list)
	}

	machine := newShell(t) // logs in nowhere: it has its key
	machine.set("COFFRE_SERVER", g.url)
	mairie := g.data + "/demo/systems/mairie-de-valmont.jwk"
	university := g.data + "/demo/systems/universite-de-valmont.jwk"
	diploma := noise(123_456)
	machine.write("diplome.pdf", diploma)
	send := []string{"deposit", "diplome.pdf", "--key", university, "--address", address, "--idempotency-key", "dossier-2026-00417", "--receipt", "receipt.json"}
	machine.coffre(send...)
	first := machine.read("receipt.json")
	machine.coffre(send...) // the line broke, it thinks: it sends again
	if !bytes.Equal(docOf(t, first), docOf(t, machine.read("receipt.json"))) {
		t.Error("sent again, it was deposited twice")
	}
	if told := machine.coffre("verify", "receipt.json", "--file", "diplome.pdf"); !strings.Contains(told, "Reçu prouvé") || !strings.Contains(told, "au bit près") {
		t.Errorf("the receipt: %q", told)
	}
	machine.write("forged.json", bytes.Replace(first, []byte(`\"sha256\":\"`), []byte(`\"sha256\":\"0`), 1))
	machine.refused(3, []string{"ALERTE"}, "verify", "forged.json")
	machine.write("vide.pdf", nil)
	machine.refused(1, []string{"vide"}, "deposit", "vide.pdf", "--key", university, "--address", address)
	machine.refused(1, []string{"ntrouvable"}, "deposit", "diplome.pdf", "--key", university, "--address", strings.Repeat("a", 26))
	machine.refused(1, []string{"ntrouvable"}, "deposit", "diplome.pdf", "--key", mairie, "--address", address)
	machine.refused(1, []string{"JWK"}, "token", "--key", machine.write("bad.jwk", []byte("{}")))
	machine.refused(2, []string{"--key"}, "token")
	if token := machine.coffre("token", "--key", university); strings.Count(token, ".") != 2 || strings.Count(token, "\n") != 1 {
		t.Errorf("the token is %q", token)
	}

	machine.coffre("deposit", "diplome.pdf", "--name", "publicité.pdf", "--key", university, "--address", address)
	s.coffre("inbox", "refuse", "publicité.pdf")
	s.coffre("inbox", "adopt", "diplome.pdf", "--folder", "Études")
	s.refused(1, []string{"ntrouvable"}, "inbox", "adopt", "diplome.pdf")
	s.coffre("get", "Études/diplome.pdf", "--out", "back.pdf")
	if !bytes.Equal(s.read("back.pdf"), diploma) {
		t.Error("other bytes came back")
	}
	s.coffre("address", "end", address)
	machine.refused(1, []string{"arrêté"}, "deposit", "diplome.pdf", "--key", university, "--address", address)

	told := s.coffre("share", "diplome.pdf", "--with", "Mairie", "--purpose", "Bourse", "--until", nextYear())
	id := grantID.FindStringSubmatch(told)[1]
	machine.set("COFFRE_SECRET_FILE", machine.write("mairie.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	if list := machine.coffre("received", "--key", mairie); !strings.Contains(list, id) || !strings.Contains(list, "Marcel") {
		t.Errorf("received lists\n%s", list)
	}
	machine.coffre("fetch", id, "--out", "from-marcel.pdf", "--key", mairie)
	if !bytes.Equal(machine.read("from-marcel.pdf"), diploma) {
		t.Error("the mairie's system got other bytes")
	}
	machine.refused(1, []string{"coffre received"}, "fetch", id, "--key", university, "--out", "x.pdf", "--secret-file",
		machine.write("univ.txt", []byte("fromage lampe fleur abeille prairie tulipe maison")))
}

func docOf(t *testing.T, receipt []byte) []byte {
	t.Helper()
	r, err := client.ParseReceipt(receipt)
	must(t, err)
	ev, err := journal.DecodeEvent([]byte(r.Event))
	must(t, err)
	return []byte(ev.Doc)
}
