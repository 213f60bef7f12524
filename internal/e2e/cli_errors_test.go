package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestCommandLineSaysWhatToDo: each failure has its exit code and a sentence
// that helps.
func TestCommandLineSaysWhatToDo(t *testing.T) {
	g := serve(t)
	fatou := g.login("fatou")
	s := newShell(t)

	s.refused(2, []string{"coffre login --server"}, "ls")
	s.refused(2, []string{"https://coffre.example.fr"}, "login", "--server", "http://coffre.example.fr")
	s.refused(2, []string{"commande inconnue", "coffre help"}, "putt")
	s.refused(2, []string{"option inconnue : --fichier", "coffre put"}, "put", "--fichier", "x")
	s.refused(2, []string{"il manque un argument"}, "get")
	s.refused(1, []string{g.url, "coffre login"}, "ls", "--server", g.url)
	s.refused(1, []string{"http://localhost:1", "ne répond pas"}, "login", "--server", "http://localhost:1")

	if r := s.login(fatou, false); r.code != 1 || !strings.Contains(r.err, "refusé") {
		t.Errorf("a refused login: %+v", r)
	}
	if r := s.login(fatou, true); r.code != 0 || !strings.Contains(r.out, "coffre terms") {
		t.Errorf("a first login says %+v", r)
	}
	s.refused(1, []string{"coffre terms --accept"}, "init", "--keep-in", s.path("early"))
	if terms := s.coffre("terms"); len(terms) < 500 {
		t.Errorf("the terms are %q", terms)
	}
	s.coffre("terms", "--accept")
	s.refused(1, []string{"coffre init"}, "ls", "--secret-file", s.path("early/paper-key.txt"))
	s.refused(1, []string{"--keep-in"}, "init")
	s.coffre("init", "--keep-in", s.path("keys"))
	s.refused(1, []string{"déjà ouvert"}, "init", "--keep-in", s.path("again"))

	s.write("facture.pdf", []byte("%PDF-1.4"))
	s.refused(1, []string{"--secret-file"}, "put", "facture.pdf")
	wrong := strings.Repeat("abeille ", 7)
	s.refused(1, []string{"n'ouvre pas ce coffre"}, "put", "facture.pdf", "--secret-file", s.write("wrong.txt", []byte(wrong)))
	s.refused(1, []string{"mot n° 3"}, "put", "facture.pdf", "--secret-file", s.write("typo.txt", []byte("abeille maison zzzzzz jardin bonheur cerise montagne")))
	s.refused(1, []string{"5 mots", "24", "7"}, "put", "facture.pdf", "--secret-file", s.write("few.txt", []byte("abeille maison soleil jardin bonheur")))

	s.set("COFFRE_SECRET_FILE", s.path("keys/passphrase.txt"))
	s.refused(1, []string{"nulle-part.pdf"}, "put", "nulle-part.pdf")
	s.write("vide.txt", nil)
	s.refused(1, []string{"vide"}, "put", "vide.txt")
	s.refused(1, []string{"255 octets"}, "put", "facture.pdf", "--name", strings.Repeat("é", 2048))
	s.refused(1, []string{"255 octets"}, "put", "facture.pdf", "--name", "a\x1b[2Jb")
	s.coffre("put", "facture.pdf")
	s.refused(1, []string{"contrat.pdf", "coffre ls"}, "get", "contrat.pdf")
	s.refused(1, []string{"--force"}, "get", "facture.pdf")
	s.coffre("put", "facture.pdf")
	s.refused(1, []string{"Plusieurs", "identifiant"}, "get", "facture.pdf", "--force")
	share := []string{"share", "facture.pdf", "--purpose", "Essai", "--until", nextYear()}
	s.refused(1, []string{"Plusieurs documents"}, append(share, "--with", "Mairie de Valmont")...)
	s.coffre("put", "facture.pdf", "--name", "unique.pdf")
	share[1] = "unique.pdf"
	s.refused(1, []string{"coffre administrations"}, append(share, "--with", "Mairie de Nulle-Part")...)
	s.refused(1, []string{"Plusieurs administrations"}, append(share, "--with", "de")...)
	s.refused(1, []string{"Écoles", "CCAS"}, append(share, "--with", "Mairie de Valmont", "--service", "Piscine")...)
	s.refused(2, []string{"est passé"}, append(share, "--with", "Mairie de Valmont", "--until", "2020-01-01")...)
	s.refused(2, []string{"2027-06-30"}, append(share, "--with", "Mairie de Valmont", "--until", "demain")...)
	s.refused(1, []string{"trop éloignée"}, append(share, "--with", "Mairie de Valmont", "--until", "2999-01-01")...)
	s.refused(1, []string{"coffre shares"}, "unshare", strings.Repeat("a", 26))
	s.refused(1, []string{"coffre administrations"}, "address", "add", "Préfecture")

	if r := s.login(fatou, true); r.code != 0 {
		t.Errorf("a second login: %+v", r)
	}
	endEverySession(t, fatou)
	s.refused(1, []string{"session est terminée", "coffre login"}, "put", "facture.pdf")
	if out := s.coffre("logout"); !strings.Contains(out, "Déconnecté") {
		t.Errorf("logout says %q", out)
	}
	s.refused(1, []string{"pas connecté"}, "ls")

	s.set("LC_MESSAGES", "de_DE.UTF-8")
	s.refused(1, []string{"You are not logged in"}, "ls")
}

// endEverySession is what a person does who has lost a laptop: in the
// browser, she ends what is not this browser.
func endEverySession(t *testing.T, b *browser) {
	t.Helper()
	var list struct {
		Items []struct {
			ID, Kind, Device string
		}
	}
	b.json("/api/v1/sessions", &list)
	ended := 0
	for _, it := range list.Items {
		if it.Kind != "cli" {
			continue
		}
		if it.Device != "portable de test" {
			t.Errorf("the machine is listed as %q", it.Device)
		}
		must(t, b.client().EndSession(context.Background(), it.ID))
		ended++
	}
	if ended != 1 { // the second log-in has ended the first
		t.Fatalf("%d sessions of the command line are listed", ended)
	}
}

// TestTokenOfAnotherServerIsNotSent: profiles are per server.
func TestTokenOfAnotherServerIsNotSent(t *testing.T) {
	g := serve(t)
	s := newShell(t)
	if r := s.login(g.login("minh"), true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	asked := make(chan string, 10)
	trap := &http.Server{Addr: "127.0.0.1:0", ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Authorization")
		http.Redirect(w, r, g.url+"/api/v1/me", http.StatusTemporaryRedirect)
	})}
	at := listen(t, trap)
	s.refused(1, []string{"pas connecté"}, "whoami", "--server", at)
	s.try("coffre", "login", "--server", at)
	close(asked)
	for header := range asked {
		if header != "" {
			t.Errorf("another server was sent %q", header)
		}
	}
}
