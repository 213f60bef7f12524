package e2e_test

import (
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestAFolderOutlivesTheKeyOfItsAdministration: when the key is replaced the
// service says so and ends; started again it goes on with the new one, and every
// document was opened and acknowledged once.
func TestAFolderOutlivesTheKeyOfItsAdministration(t *testing.T) {
	g := serve(t)
	marcel := g.login("marcel")
	_, k := marcel.openSafe()
	citizen := newShell(t)
	citizen.set("COFFRE_SECRET_FILE", citizen.write("words.txt", []byte(k.passphrase)))
	if r := citizen.login(marcel, true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	give := func(name string) {
		citizen.write(name, []byte(name))
		citizen.coffre("put", name)
		citizen.coffre("share", name, "--with", "Mairie", "--purpose", "Inscription", "--until", nextYear())
	}
	give("avant.txt")

	s := newShell(t)
	s.set("COFFRE_SERVER", g.url)
	s.set("COFFRE_SECRET_FILE", s.write("cle.txt", []byte(mairiePhrase)))
	watch := []string{"--watch", s.path("reçus"), "--every", "1s", "--key", g.data + "/demo/systems/mairie-de-valmont.jwk"}
	f := startFetching(s, watch...)
	f.received(1)
	office, err := g.login("camille").client().UnlockOffice(t.Context(), secretOf(t, mairiePhrase))
	must(t, err)
	must(t, office.Rotate(t.Context()))
	give("après.txt")
	for f.out.Scan() {
		t.Errorf("with the former key it tells %q", f.out.Text())
	}
	if err := f.cmd.Wait(); err == nil || !strings.Contains(f.errs.String(), "remplacée") || strings.Contains(f.errs.String(), "ALERTE") {
		t.Fatalf("after the rotation: %v, %s", err, f.errs.String())
	}
	if r := s.try("coffre", append([]string{"fetch", "--once"}, watch...)...); r.code != 0 || strings.Count(r.out, "reçu : ") != 1 {
		t.Fatalf("started again: %+v", r)
	}
	list, err := marcel.client().Grants(t.Context())
	must(t, err)
	for _, one := range list {
		if one.Openings != 1 || one.Acknowledgement == nil || one.Acknowledgement.Outcome != sealed.OutcomeIntact {
			t.Errorf("%s was opened %d times, acknowledged as %+v", one.ID, one.Openings, one.Acknowledgement)
		}
	}
	if told := citizen.coffre("journal"); len(list) != 2 || strings.Count(told, "réception signée") != 2 {
		t.Errorf("%d shares, and her journal says\n%s", len(list), told)
	}
}
