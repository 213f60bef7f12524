package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	cardCode  = regexp.MustCompile(`(?m)^COFFREG1:[A-Z2-7]{52}$`)
	sixWords  = regexp.MustCompile(`(?m)^  (\S+(?: \S+){5})$`)
	safeInUse = regexp.MustCompile(`coffre custody give ([a-z2-7]{26})`)
)

// neighbour is somebody with a command line and a safe, or the key of an
// administration.
func neighbour(t *testing.T, g *gateway, persona string) *shell {
	t.Helper()
	s := newShell(t)
	again(t, g, s, persona)
	s.coffre("terms", "--accept")
	s.coffre("init", "--keep-in", s.path("keys"))
	s.set("COFFRE_SECRET_FILE", s.path("keys/passphrase.txt"))
	return s
}

// again logs in, by the provider that gives the level which a recovery asks
// for where there is one; a power cut ends the sessions of a demonstration.
func again(t *testing.T, g *gateway, s *shell, persona string) {
	t.Helper()
	b := g.login(persona)
	if err := b.choose("franceconnect-plus", persona); err != nil && !errors.Is(err, errNoPersona) {
		t.Fatalf("log in %s: %v", persona, err)
	}
	if r := s.login(b, true); r.code != 0 {
		t.Fatalf("log in %s: %+v", persona, r)
	}
}

// delay is what a demonstration may ask of custodians.
const delay = 2 * time.Second

// TestCustodiansGiveASafeBack walks from naming to opening, with the programs
// as they are shipped, and a power cut after each share.
func TestCustodiansGiveASafeBack(t *testing.T) {
	g := serve(t)
	angela, marcel, fatou := neighbour(t, g, "angela"), neighbour(t, g, "marcel"), neighbour(t, g, "fatou")
	office := agentOf(t, g)
	who := map[string]*shell{"angela": angela, "marcel": marcel, "fatou": fatou, "camille": office}
	cut := func() {
		t.Helper()
		g.kill()
		if report, err := g.check(); err != nil {
			t.Fatalf("after a power cut, check finds\n%s", report)
		}
		g.start()
		for persona, s := range who {
			again(t, g, s, persona)
		}
	}
	document := noise(30_000)
	angela.write("acte.pdf", document)
	angela.coffre("put", "acte.pdf")
	angela.refused(1, []string{"Aucun gardien"}, "custodians")
	angela.refused(1, []string{"pas de gardiens"}, "recover", "start", "--keep-in", angela.path("none"))
	nameThree(t, angela, marcel, fatou)
	for _, s := range []*shell{marcel, fatou, office} {
		if list := s.coffre("custody"); !strings.Contains(list, "Angela Dubois") || !strings.Contains(list, "rien n'est demandé") {
			t.Errorf("custody lists\n%s", list)
		}
	}
	// From here on she has nothing but her log-in.
	angela.set("COFFRE_SECRET_FILE", "")
	start := angela.coffre("recover", "start", "--keep-in", angela.path("new"))
	words := sixWords.FindStringSubmatch(start)
	if words == nil {
		t.Fatalf("start says\n%s", start)
	}
	angela.refused(1, []string{"déjà en cours"}, "recover", "start", "--keep-in", angela.path("new"))
	marcel.refused(1, []string{"NE DONNEZ PAS"}, "custody", "agree", "Angela Dubois", "--code", "abaisser abaisser abaisser abaisser abaisser abaisser")
	marcel.refused(1, []string{"six mots"}, "custody", "agree", "Angela Dubois", "--code", "abaisser")
	marcel.refused(1, []string{"votre accord"}, "custody", "give", "Angela Dubois")
	giveInTurn(t, []*shell{marcel, office}, words[1], cut)
	status := angela.coffre("recover", "status")
	if !strings.Contains(status, words[1]) || !strings.Contains(status, townHall) {
		t.Errorf("status says\n%s", status)
	}
	angela.set("COFFRE_SECRET_FILE", angela.path("keys/paper-key.txt")) // an old key
	angela.refused(1, []string{"coffre recover start"}, "recover", "finish", "--keep-in", angela.path("other"))
	angela.set("COFFRE_SECRET_FILE", angela.path("new/recovery-key.txt"))
	angela.coffre("recover", "finish", "--keep-in", angela.path("new"))
	for _, key := range []string{"new/recovery-key.txt", "new/passphrase.txt"} {
		angela.set("COFFRE_SECRET_FILE", angela.path(key))
		angela.coffre("get", "acte.pdf", "--out", angela.path("out-"+strings.ReplaceAll(key, "/", "-")))
	}
	if got := angela.read("out-new-passphrase.txt"); !bytes.Equal(got, document) {
		t.Error("another document came back")
	}
	angela.set("COFFRE_SECRET_FILE", angela.path("keys/paper-key.txt"))
	angela.refused(1, []string{"n'ouvre pas ce coffre"}, "ls")
	marcel.refused(1, []string{"pas gardien"}, "custody", "give", "Angela Dubois")
	g.stop()
	if report, err := g.check(); err != nil {
		t.Errorf("check finds\n%s", report)
	}
}

// nameThree names the town hall and two citizens, after some tries that are
// refused.
func nameThree(t *testing.T, angela, marcel, fatou *shell) {
	t.Helper()
	codes := []string{}
	for _, s := range []*shell{marcel, fatou} {
		codes = append(codes, cardCode.FindString(s.coffre("custodians", "card")))
	}
	angela.refused(2, []string{"24h"}, "custodians", "set", townHall, codes[0], codes[1], "--delay", "800h")
	angela.refused(1, []string{"trois gardiens"}, "custodians", "set", townHall, codes[0], codes[0], "--delay", delay.String())
	angela.refused(1, []string{"code de gardien"}, "custodians", "set", townHall, codes[0], "COFFREG1:ABC", "--delay", delay.String())
	told := angela.coffre("custodians", "set", townHall, codes[0], codes[1], "--delay", delay.String(), "--holder", "Angela Dubois")
	if !strings.Contains(told, townHall) || strings.Count(told, "usager") != 2 {
		t.Errorf("set says\n%s", told)
	}
}

// giveInTurn has each of them agree and give, with a power cut in between.
func giveInTurn(t *testing.T, guards []*shell, words string, cut func()) {
	t.Helper()
	for _, s := range guards {
		agreed := s.coffre("custody", "agree", "Angela Dubois", "--code", words)
		id := safeInUse.FindStringSubmatch(agreed)
		if id == nil {
			t.Fatalf("agree says\n%s", agreed)
		}
		due := time.Now().Add(delay)
		for r := s.try("coffre", "custody", "give", id[1]); r.code != 0; r = s.try("coffre", "custody", "give", id[1]) {
			if !strings.Contains(r.err, "délai") || time.Now().After(due.Add(patience)) {
				t.Fatalf("give says %+v", r)
			}
		}
		cut()
	}
}

// agentOf is an agent of the town hall, whose key the demonstration has made.
func agentOf(t *testing.T, g *gateway) *shell {
	t.Helper()
	s := newShell(t)
	if r := s.login(g.login("camille"), true); r.code != 0 {
		t.Fatalf("log in: %+v", r)
	}
	b := g.login("camille")
	var site struct {
		Demo struct {
			Passphrases map[string]string `json:"passphrases"`
		} `json:"demo"`
	}
	var me struct{ Administration struct{ ID string } }
	b.json("/api/v1/site", &site)
	b.json("/api/v1/me", &me)
	phrase := site.Demo.Passphrases[me.Administration.ID]
	if phrase == "" {
		t.Fatalf("the site publishes no passphrase of %q", me.Administration.ID)
	}
	s.set("COFFRE_SECRET_FILE", s.write("office.txt", []byte(phrase)))
	return s
}

// TestARecoveryIsStoppedAtTheCounter: the operator's tool ends it, names who
// did so, and the custodian's program gives nothing.
func TestARecoveryIsStoppedAtTheCounter(t *testing.T) {
	g := serve(t)
	angela, marcel, fatou := neighbour(t, g, "angela"), neighbour(t, g, "marcel"), neighbour(t, g, "fatou")
	code := func(s *shell) string { return cardCode.FindString(s.coffre("custodians", "card")) }
	angela.coffre("custodians", "set", "Mairie de Valmont", code(marcel), code(fatou), "--delay", "0s", "--holder", "Angela Dubois")
	angela.set("COFFRE_SECRET_FILE", "")
	words := sixWords.FindStringSubmatch(angela.coffre("recover", "start", "--keep-in", angela.path("new")))
	marcel.coffre("custody", "agree", "Angela Dubois", "--code", words[1])
	var me struct {
		Safe    struct{ ID string }
		Account string
	}
	g.login("angela").json("/api/v1/me", &me)
	end := func(args ...string) ([]byte, error) {
		return exec.Command(build(t).coffred, append([]string{"admin", "end-recovery", "--data", g.data}, args...)...).CombinedOutput()
	}
	if out, err := end("--safe", me.Safe.ID); err == nil {
		t.Errorf("ended by nobody: %s", out)
	}
	if out, err := end("--account", me.Account, "--by", "Guichet de Valmont"); err != nil {
		t.Fatalf("end-recovery: %v\n%s", err, out)
	}
	marcel.refused(1, []string{"terminée"}, "custody", "give", "Angela Dubois")
	angela.refused(1, []string{"terminée"}, "recover", "finish", "--keep-in", angela.path("new"), "--secret-file", angela.path("new/recovery-key.txt"))
	var items []struct {
		Event struct {
			What string
			Who  struct{ Kind, Name string }
		}
	}
	must(t, json.Unmarshal([]byte(angela.coffre("journal", "--json")), &items))
	for _, it := range items {
		if it.Event.What == "recovery.cancelled" && it.Event.Who.Name == "Guichet de Valmont" && it.Event.Who.Kind == "operator" {
			return
		}
	}
	t.Errorf("the journal does not say who: %+v", items)
}
