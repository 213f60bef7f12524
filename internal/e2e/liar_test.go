package e2e_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/e2e/liar"
)

// The words that no client may write once it was lied to: they stand in the
// documents' names and contents only.
const secretWord = "confidentiel-7f3a"

// lied is a citizen's and an agent's command line with a liar between them
// and the gateway.
type lied struct {
	t       *testing.T
	g       *gateway
	proxy   *liar.Proxy
	citizen *shell
	agent   *shell
	angela  *browser
	grant   string
	guards  guards
	asked   asked
}

// TestTheLyingGateway tells every lie to the command line, one at a time. The
// oracle: an alarm in words, its evidence in a file, no plaintext out, and
// nothing changed.
func TestTheLyingGateway(t *testing.T) {
	l := newLied(t)
	before := l.state()
	threats := map[string]int{}
	for _, lie := range liar.Lies() {
		t.Run(lie.Threat+" "+lie.Name, func(t *testing.T) { l.hear(t, lie) })
		threats[lie.Threat]++
	}
	if after := l.state(); after != before {
		t.Errorf("the safe was %q and is %q", before, after)
	}
	t.Logf("%d lies: %v", len(liar.Lies()), threats)
	told := 0
	l.proxy.Say(nil, 0)
	for _, act := range []liar.Act{liar.List, liar.Get, liar.Journal, liar.Inbox, liar.Export, liar.Fetch, liar.Guard, liar.Guards, liar.Asked, liar.Side, liar.Answers, liar.Finish} {
		s, args := l.command(t, act)
		if r := s.try("coffre", args...); r.code != 0 {
			t.Errorf("after all lies, the truth about %s is not believed: %+v", act, r)
		}
		told++
	}
	if told == 0 {
		t.Error("nothing was tried")
	}
}

func newLied(t *testing.T) *lied {
	t.Helper()
	g := serve(t)
	proxy, err := liar.New(g.url)
	must(t, err)
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	l := &lied{t: t, g: g, proxy: proxy, angela: g.login("angela"), citizen: newShell(t), agent: newShell(t)}
	_, k := l.angela.openSafe()
	l.citizen.set("COFFRE_SECRET_FILE", l.citizen.write("words.txt", []byte(k.passphrase)))
	l.agent.set("COFFRE_SECRET_FILE", l.agent.write("words.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	at := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	l.loginAt(l.citizen, l.angela, at)
	l.loginAt(l.agent, g.login("camille"), at)

	for _, name := range []string{"un", "deux"} {
		l.citizen.write(name+"-"+secretWord+".txt", bytes.Repeat([]byte(secretWord+" "+name+"\n"), 12_000))
		l.citizen.coffre("put", name+"-"+secretWord+".txt")
	}
	var grants []string
	for _, name := range []string{"un", "deux"} {
		told := l.citizen.coffre("share", name+"-"+secretWord+".txt", "--with", "Mairie de Valmont", "--purpose", "Inscription", "--until", time.Now().AddDate(0, 6, 0).Format(time.DateOnly))
		grants = append(grants, grantID.FindStringSubmatch(told)[1])
	}
	l.deposit()
	l.grant = grants[0]
	// Everything once in truth, so that the liar has something to repeat.
	for _, grant := range slices.Backward(grants) {
		l.agent.coffre("fetch", grant, "--out", "truth.txt", "--force")
	}
	for _, name := range []string{"deux", "un"} {
		l.citizen.coffre("get", name+"-"+secretWord+".txt", "--out", "truth.txt", "--force")
	}
	l.surround(at)
	l.ask()
	for _, args := range [][]string{{"ls"}, {"journal"}, {"inbox"}, {"export", "--out", "truth.zip"}} {
		l.citizen.coffre(args...)
	}
	return l
}

// loginAt lets a person's browser allow a command line that only knows the
// liar. Cookies do not tell ports apart.
func (l *lied) loginAt(s *shell, b *browser, server string) {
	l.t.Helper()
	here := *b
	here.g = &gateway{l.t, &process{url: server}}
	if r := s.login(&here, true); r.code != 0 {
		l.t.Fatalf("login through the proxy: %+v", r)
	}
}

var addressID = regexp.MustCompile(`[a-z2-7]{25}[aeimquy4]`)

// deposit leaves one document in the inbox.
func (l *lied) deposit() {
	l.t.Helper()
	address := addressID.FindString(l.citizen.coffre("address", "add", "Mairie de Valmont"))
	key := filepath.Join(l.g.data, "demo", "systems", "mairie-de-valmont.jwk")
	l.agent.write("acte-"+secretWord+".txt", bytes.Repeat([]byte(secretWord), 100))
	l.agent.coffre("deposit", "--server", l.g.url, "--key", key, "--address", address, "acte-"+secretWord+".txt")
}

// command is how a person does an act.
func (l *lied) command(t *testing.T, act liar.Act) (*shell, []string) {
	t.Helper()
	doc := "un-" + secretWord + ".txt"
	if s, args, ok := l.requestCommand(t, act); ok {
		return s, args
	}
	switch act {
	case liar.List:
		return l.copyOf(t, l.citizen), []string{"ls"}
	case liar.Get:
		return l.copyOf(t, l.citizen), []string{"get", doc, "--out", "out.txt"}
	case liar.Share:
		return l.copyOf(t, l.citizen), []string{"share", doc, "--with", "Mairie de Valmont", "--purpose", "Autre", "--until", time.Now().AddDate(0, 6, 0).Format(time.DateOnly)}
	case liar.Journal:
		// What she has not seen nobody can tell her is missing.
		l.proxy.Say(nil, 0)
		s := l.copyOf(t, l.citizen)
		s.coffre("journal")
		return s, []string{"journal"}
	case liar.Inbox:
		return l.copyOf(t, l.citizen), []string{"inbox"}
	case liar.Export:
		return l.copyOf(t, l.citizen), []string{"export", "--out", "out.zip"}
	case liar.Create:
		return l.copyOf(t, l.citizen), []string{"init", "--keep-in", "keys"}
	case liar.Fetch:
		return l.copyOf(t, l.agent), []string{"fetch", l.grant, "--out", "out.txt"}
	}
	return l.custodyCommand(t, act)
}

// copyOf is the same person at the same machine, in another directory: what a
// lie leaves behind does not help against the next one.
func (l *lied) copyOf(t *testing.T, s *shell) *shell {
	t.Helper()
	c := &shell{t: t, dir: t.TempDir(), env: slices.Clone(s.env)}
	home := t.TempDir()
	must(t, os.CopyFS(home, os.DirFS(configOf(s))))
	c.set("XDG_CONFIG_HOME", home)
	return c
}

func configOf(s *shell) string {
	root := ""
	for _, e := range s.env {
		if v, ok := strings.CutPrefix(e, "XDG_CONFIG_HOME="); ok {
			root = v
		}
	}
	return root
}

// hear tells one lie.
func (l *lied) hear(t *testing.T, lie liar.Lie) {
	s, args := l.command(t, lie.Act)
	l.proxy.Say(&lie, 1)
	r := s.try("coffre", args...)
	if n, err := l.proxy.Told(); err != nil || n == 0 {
		t.Fatalf("the lie was told %d times: %v\n%+v", n, err, r)
	}
	switch {
	case lie.Quiet && r.code == 1 && r.err != "":
	case r.code == 3 && strings.Contains(r.err, "ALERTE") && !lie.Quiet:
	default:
		t.Errorf("coffre %s: exit %d, no alarm\n%s%s", args[0], r.code, r.out, r.err)
	}
	if strings.Contains(r.out, secretWord) && lie.Act != liar.Journal {
		t.Errorf("something sealed was shown:\n%s", r.out)
	}
	for _, name := range []string{"out.txt", "out.zip"} {
		if _, err := os.Stat(s.path(name)); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	found, err := filepath.Glob(filepath.Join(configOf(s), "coffre", "alarms", "*.json"))
	must(t, err)
	if len(found) == 0 && !lie.Quiet {
		t.Errorf("no evidence was kept\n%s", r.err)
	}
	for _, name := range found {
		b, err := os.ReadFile(name)
		must(t, err)
		if bytes.Contains(b, []byte("AGE-SECRET")) || bytes.Contains(b, []byte(secretWord)) {
			t.Errorf("the evidence holds what is secret:\n%s", b)
		}
	}
}

// state is what a lie must not change, as the gateway itself has it.
func (l *lied) state() string {
	l.t.Helper()
	c := l.g.login("angela").client()
	ctx := context.Background()
	f, err := c.Figures(ctx)
	must(l.t, err)
	grants, err := c.Grants(ctx)
	must(l.t, err)
	var b strings.Builder
	for _, g := range grants {
		b.WriteString(g.ID + g.State + " ")
	}
	return b.String() + strings.Join([]string{f.State, f.Recipient}, " ")
}
