package e2e_test

import (
	"errors"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/e2e/liar"
)

// guards are the people of a recovery, each behind the liar. Marcel is
// custodian of two: of Minh, whose request waits for him, and of Angela, whom
// he has given his share. Fatou has not agreed to anything, and has custodians
// of her own.
type guards struct {
	minh, marcel, fatou *shell
	words               string    // of Minh's request
	codes               [2]string // of Minh and Fatou
}

// person logs in through the liar, as strongly as a recovery asks for.
func (l *lied) person(persona, at string) *shell {
	l.t.Helper()
	b := l.g.login(persona)
	if err := b.choose("franceconnect-plus", persona); err != nil && !errors.Is(err, errNoPersona) {
		l.t.Fatalf("log in %s: %v", persona, err)
	}
	s := newShell(l.t)
	l.loginAt(s, b, at)
	s.coffre("terms", "--accept")
	s.coffre("init", "--keep-in", s.path("keys"))
	s.set("COFFRE_SECRET_FILE", s.path("keys/passphrase.txt"))
	return s
}

const townHall = "Mairie de Valmont"

// surround names custodians, asks and gives, all of it in truth.
func (l *lied) surround(at string) {
	l.t.Helper()
	g := &l.guards
	g.minh, g.marcel, g.fatou = l.person("minh", at), l.person("marcel", at), l.person("fatou", at)
	// Angela's log-in of before is too weak to ask for a recovery.
	b := l.g.login("angela")
	if err := b.choose("franceconnect-plus", "angela"); err != nil {
		l.t.Fatal(err)
	}
	l.loginAt(l.citizen, b, at)
	codes := map[*shell]string{}
	for _, s := range []*shell{g.minh, g.marcel, g.fatou} {
		codes[s] = cardCode.FindString(s.coffre("custodians", "card"))
	}
	g.codes = [2]string{codes[g.minh], codes[g.fatou]}
	name := func(s *shell, as, first, second string) {
		s.coffre("custodians", "set", townHall, first, second, "--delay", "0s", "--holder", as)
		s.coffre("custodians")
	}
	name(l.citizen, "Angela", codes[g.marcel], codes[g.fatou])
	name(g.minh, "Minh", codes[g.marcel], codes[g.fatou])
	name(g.fatou, "Fatou", codes[g.marcel], codes[g.minh])
	ask := func(s *shell, dir string) string {
		return sixWords.FindStringSubmatch(s.coffre("recover", "start", "--keep-in", s.path(dir)))[1]
	}
	before := ask(g.minh, "first")
	g.marcel.coffre("custody", "agree", "Minh", "--code", before)
	g.marcel.coffre("custody")
	g.fatou.coffre("custody")
	g.minh.coffre("recover", "cancel", "--yes")
	g.words = ask(g.minh, "second")
	g.marcel.coffre("custody", "agree", "Minh", "--code", g.words)
	angelas := ask(l.citizen, "new")
	for _, s := range []*shell{g.marcel, l.agent} {
		s.coffre("custody", "agree", "Angela", "--code", angelas)
		s.coffre("custody", "give", "Angela")
	}
}

// custodyCommand is how somebody does an act of a recovery.
func (l *lied) custodyCommand(t *testing.T, act liar.Act) (*shell, []string) {
	t.Helper()
	g := l.guards
	switch act {
	case liar.Guard:
		return l.copyOf(t, g.marcel), []string{"custody"}
	case liar.Agree:
		return l.copyOf(t, g.fatou), []string{"custody", "agree", "Minh", "--code", g.words}
	case liar.Give:
		return l.copyOf(t, g.marcel), []string{"custody", "give", "Minh"}
	case liar.Guards:
		return l.copyOf(t, g.minh), []string{"custodians"}
	case liar.Name:
		return l.copyOf(t, g.marcel), []string{"custodians", "set", townHall, g.codes[0], g.codes[1], "--delay", "0s"}
	case liar.Ask:
		return l.copyOf(t, g.fatou), []string{"recover", "start", "--keep-in", "asked"}
	case liar.Finish:
		return l.copyOf(t, l.citizen), []string{"recover", "finish", "--keep-in", "finished", "--secret-file", l.citizen.path("new/recovery-key.txt")}
	case liar.Cancel:
		return l.copyOf(t, g.minh), []string{"recover", "cancel", "--yes"}
	}
	t.Fatalf("nobody does %q", act)
	return nil, nil
}
