package e2e_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the operator's hand in the rows
)

var updateDocs = flag.Bool("update", false, "write ops/tampering.md anew")

const tamperingDoc = "../../ops/tampering.md"

// tampering is one act of an operator who has everything: the rows, the objects,
// the signing key. Somebody who does not trust him finds it.
type tampering struct {
	name string // what is done
	how  string // where, and with which hand
	who  string // who notices, by which command
	told string // what they are told, word for word
	// act is done with the gateway running, or between two lives of it.
	act     func(w *tamperedTown)
	stopped bool
	look    func(w *tamperedTown) (result, string) // with a name for what was run
}

// tamperedTown is a gateway with a citizen, an administration and an auditor, who
// have seen its journal.
type tamperedTown struct {
	t       *testing.T
	g       *gateway
	angela  *shell
	mairie  *shell
	auditor *shell
	vkey    string
	safe    string
	share   string
	early   string // the data as they were before her share
	late    string // and afterwards
}

// TestTampering does every act for real, each on the same town, and wants the
// sentence that ops/tampering.md says.
func TestTampering(t *testing.T) {
	w := newTown(t)
	all := append(tamperedRows(), append(tamperedObjects(), tamperedHistories()...)...)
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			w := w.on(t)
			defer w.mend()
			if c.stopped {
				w.g.stop()
			}
			c.act(w)
			if c.stopped {
				w.g.start()
			}
			r, ran := c.look(w)
			if r.code != 3 || !strings.Contains(r.err, c.told) {
				t.Errorf("%s: exit %d, want 3 and %q\n%s%s", ran, r.code, c.told, r.out, r.err)
			}
		})
	}
	doc := []byte(tamperingText(all))
	if *updateDocs {
		must(t, os.WriteFile(tamperingDoc, doc, 0o644))
	}
	kept, err := os.ReadFile(tamperingDoc)
	if err != nil || string(kept) != string(doc) {
		t.Errorf("%s is not what is tried here; -update writes it", tamperingDoc)
	}
}

func newTown(t *testing.T) *tamperedTown {
	t.Helper()
	g := serve(t)
	w := &tamperedTown{t: t, g: g, angela: newShell(t), mairie: newShell(t), auditor: newShell(t)}
	for _, s := range []*shell{w.angela, w.mairie, w.auditor} { // what they remember is put back with the rest
		s.set("XDG_CONFIG_HOME", s.path("home"))
	}
	again(t, g, w.angela, "angela")
	w.angela.coffre("terms", "--accept")
	w.angela.coffre("init", "--keep-in", w.angela.path("keys"))
	w.angela.set("COFFRE_SECRET_FILE", w.angela.path("keys/passphrase.txt"))
	w.angela.write("avis.pdf", noise(5000))
	w.angela.coffre("put", "avis.pdf", "--receipt", "put.json")
	w.vkey = logKeyOf(t, w.angela.read("put.json"))
	g.stop()
	w.early, w.late = t.TempDir()+"/early", t.TempDir()+"/late"
	copyTree(t, g.data, w.early)
	g.start()
	again(t, g, w.angela, "angela")
	told := w.angela.coffre("share", "avis.pdf", "--with", "Mairie", "--purpose", "Inscription scolaire", "--until", nextYear(), "--receipt", "share.json")
	w.share = grantID.FindStringSubmatch(told)[1]
	w.mairie.set("COFFRE_SERVER", g.url)
	w.mairie.set("COFFRE_SECRET_FILE", w.mairie.write("mairie.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	if r := w.fetch("once.pdf"); r.code != 0 {
		t.Fatalf("fetch: %+v", r)
	}
	browser := g.login("angela")
	for range 40 { // refused tries, each an event
		resp, err := browser.http.Get(g.url + "/api/v1/safe/documents/" + strings.Repeat("a", 26))
		must(t, err)
		must(t, resp.Body.Close())
	}
	w.angela.coffre("journal")
	var me struct{ Safe struct{ ID string } }
	browser.json("/api/v1/me", &me)
	w.safe = me.Safe.ID
	w.auditor.coffre("verify", "log", g.url, "--log-key", w.vkey)
	w.auditor.write("vu.txt", []byte(noteAt(t, g)))
	w.auditor.write("share.json", w.angela.read("share.json"))
	g.stop()
	copyTree(t, g.data, w.late)
	copyTree(t, w.angela.dir, w.late+"-angela")
	copyTree(t, w.mairie.dir, w.late+"-mairie")
	copyTree(t, w.auditor.dir, w.late+"-auditor")
	g.start()
	return w
}

func (w *tamperedTown) on(t *testing.T) *tamperedTown {
	own := *w
	own.t, own.g, own.angela, own.mairie, own.auditor = t, w.g.on(t), w.angela.on(t), w.mairie.on(t), w.auditor.on(t)
	return &own
}

// mend gives everybody back what they had.
func (w *tamperedTown) mend() {
	if w.g.cmd != nil {
		w.g.stop()
	}
	w.put(w.late, w.g.data)
	w.put(w.late+"-angela", w.angela.dir)
	w.put(w.late+"-mairie", w.mairie.dir)
	w.put(w.late+"-auditor", w.auditor.dir)
	w.g.start()
}

func (w *tamperedTown) put(from, to string) {
	must(w.t, os.RemoveAll(to))
	copyTree(w.t, from, to)
}

// sql is the operator's hand in the rows.
func (w *tamperedTown) sql(text string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.g.data, "coffre.db")+"?_pragma=busy_timeout(10000)")
	must(w.t, err)
	defer func() { _ = db.Close() }()
	r, err := db.Exec(text, args...)
	must(w.t, err)
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		w.t.Fatalf("%s changes nothing: %v", text, err)
	}
}

// citizen reads her journal, after she has logged in: a power cut ends the
// sessions of a demonstration.
func citizen(w *tamperedTown) (result, string) {
	if r := w.angela.login(w.g.login("angela"), true); r.code != 0 {
		return r, "coffre login"
	}
	return w.angela.try("coffre", "journal"), "coffre journal"
}

func auditing(args ...string) func(w *tamperedTown) (result, string) {
	return func(w *tamperedTown) (result, string) {
		all := []string{"verify", "--log-key", w.vkey}
		for _, a := range args {
			all = append(all, strings.NewReplacer("URL", w.g.url, "COPY", filepath.Join(w.g.data, "objects", "coffre")).Replace(a))
		}
		return w.auditor.try("coffre", all...), "coffre verify " + strings.Join(args, " ")
	}
}

func tamperingText(all []tampering) string {
	var b strings.Builder
	b.WriteString(`# What an operator cannot do unseen

An operator has the rows, the objects, the keys that the journal is signed with, and the program.
` + "`TestTampering`" + ` (internal/e2e) does each of these for real, on the rows of SQLite and the objects of the
bucket, and wants the sentence that stands here, from somebody who does not trust the server. It
writes this page, with ` + "`-update`" + `.

| what the operator does | by which hand | who finds out | what they are told |
|---|---|---|---|
`)
	for _, c := range all {
		fmt.Fprintf(&b, "| %s | %s | %s | « %s » |\n", c.name, c.how, c.who, c.told)
	}
	b.WriteString(`
Each alarm ends with exit code 3, and with a file of evidence where there is something to show to
others: what was seen, what was received, both signed. A browser shows the same (internal/webapp,
` + "`hostile.test.ts`" + `), and a server that lies in its answers, with its rows left alone, is the hostile gateway's
test (` + "`TestTheLyingGateway`" + `). More of witnesses is in ` + "`TestWitnessesRefuseAFork`" + `.

What nobody finds out: that an operator reads what is not secret (the purpose of a share, who logged in
when), and that he refuses to serve. What a person finds out only by comparing with others, as long as no witness is asked for: that
he was shown another journal than everybody from his very first visit on.
`)
	return b.String()
}
