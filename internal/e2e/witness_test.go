package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// watchedTown is a gateway whose journal two witnesses cosign, each a process of
// its own.
type watchedTown struct {
	t         *testing.T
	g         *gateway
	witnesses [2]*gateway
	vkey      string
	policy    string // what the site says
}

// newWatchedTown starts all three; both witnesses have to have cosigned.
func newWatchedTown(t *testing.T) *watchedTown {
	t.Helper()
	dir := t.TempDir()
	w := &watchedTown{t: t, g: &gateway{t, &process{data: filepath.Join(dir, "data"), addr: fmt.Sprintf("127.0.0.1:%d", servers.FreePort(t))}}}
	w.g.config = filepath.Join(dir, "coffre.yaml")
	must(t, os.WriteFile(w.g.config, fmt.Appendf(nil, `mode: demo
listen: %s
data: %s
log_origin: coffre.demo/log
territory: {name: Valmont Agglomération}
objects: {bucket: coffre}
agents: anyone
journal: {witnesses: %s}
`, w.g.addr, w.g.data, filepath.Join(dir, "policy")), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "policy"), []byte(journal.NoPolicy), 0o600))
	w.vkey = lastWord(t, "keys", "--config", w.g.config)
	for i := range w.witnesses {
		data := filepath.Join(dir, fmt.Sprint("witness", i))
		vkey := lastWord(t, "witness", "key", "--data", data, "--name", fmt.Sprintf("temoin%d.example/w", i))
		x := &gateway{t, &process{data: data, addr: "127.0.0.1:0"}}
		x.how = func(addr string) []string {
			return []string{"witness", "--data", data, "--listen", addr, "--log", w.vkey}
		}
		x.run()
		w.witnesses[i] = x
		w.policy += fmt.Sprintf("witness t%d %s %s\n", i, vkey, x.url)
	}
	w.policy += "group deux all t0 t1\nquorum deux\n"
	must(t, os.WriteFile(filepath.Join(dir, "policy"), []byte(w.policy), 0o600))
	w.g.run()
	return w
}

// lastWord runs coffred to its end, and gives the last word that it writes.
func lastWord(t *testing.T, args ...string) string {
	t.Helper()
	b, err := exec.Command(build(t).coffred, args...).CombinedOutput()
	words := strings.Fields(string(b))
	if err != nil || len(words) == 0 {
		t.Fatalf("coffred %q: %v\n%s", args, err, b)
	}
	return words[len(words)-1]
}

// head is the newest public checkpoint, which both witnesses have cosigned.
func (w *watchedTown) head() journal.Checkpoint {
	w.t.Helper()
	resp, err := http.Get(w.g.url + "/log/checkpoint")
	must(w.t, err)
	b, err := io.ReadAll(resp.Body)
	must(w.t, errors.Join(err, resp.Body.Close()))
	p, err := journal.ParsePolicy(w.policy)
	must(w.t, err)
	if said, err := p.Check(w.vkey, string(b)); err != nil || len(said) != 2 {
		w.t.Errorf("the public checkpoint is cosigned by %v, %v:\n%s", said, err, b)
	}
	c, err := journal.OpenCheckpoint(w.vkey, string(b))
	must(w.t, err)
	return c
}

// TestNothingIsReleasedWithoutWitnesses: with two that both have to cosign,
// releases work; while one is away nothing is released, the sentence says why,
// and once it is back it goes on. Nothing that was public is ever less so.
func TestNothingIsReleasedWithoutWitnesses(t *testing.T) {
	w := newWatchedTown(t)
	ctx := context.Background()
	b := w.g.login("angela")
	s, k := b.openSafe()
	dir := t.TempDir()
	paper := filepath.Join(dir, "avis.txt")
	must(t, os.WriteFile(paper, []byte("avis d'imposition"), 0o600))
	e, err := s.Put(ctx, paper, client.PutOptions{})
	must(t, err)
	must(t, s.Get(ctx, e, filepath.Join(dir, "out1"), client.GetOptions{}))
	before := w.head()

	w.witnesses[1].kill()
	out := filepath.Join(dir, "out2")
	err = s.Get(ctx, e, out, client.GetOptions{})
	var p *client.Problem
	if !errors.As(err, &p) || p.Slug() != "witnesses-missing" || !strings.Contains(p.Detail, "témoins") || client.IsAlarm(err) {
		t.Errorf("without its witness: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the document was released all the same")
	}
	if items, err := b.client().Journal(ctx, 0); err != nil || len(items) < 3 {
		t.Errorf("the journal cannot be read meanwhile: %d events, %v", len(items), err)
	}
	if now := w.head(); now.Size != before.Size {
		t.Errorf("%d entries are public after %d, and nobody has cosigned them", now.Size, before.Size)
	}
	if log := w.g.written(); !strings.Contains(log, "t1") || !strings.Contains(log, "too few witnesses") {
		t.Errorf("the operator is not told which witness is away:\n%s", log)
	}
	// A restart does not need it: what is public stays so.
	w.g.kill()
	report, err := exec.Command(build(t).coffred, "check", "--config", w.g.config).CombinedOutput()
	if err != nil || !strings.Contains(string(report), "sound") || !strings.Contains(string(report), "once its witnesses answer") {
		t.Errorf("maintenance without a witness: %v\n%s", err, report)
	}
	w.g.start()
	if now := w.head(); now.Size < before.Size {
		t.Errorf("after a restart %d entries are public, and %d were", now.Size, before.Size)
	}

	w.witnesses[1].start()
	again := w.g.login("angela").client()
	s, err = again.Unlock(ctx, secretOf(t, k.passphrase))
	must(t, err)
	must(t, s.Get(ctx, e, out, client.GetOptions{}))
	if got, err := os.ReadFile(out); err != nil || string(got) != "avis d'imposition" {
		t.Errorf("%q, %v", got, err)
	}
	if now := w.head(); now.Size <= before.Size {
		t.Errorf("%d entries are public", now.Size)
	}
}

// TestAJournalGetsWitnesses: one that had none goes on under its policy from
// the first start on, and nobody who has been there is alarmed. It is not served
// before witnesses have cosigned it once; after that, it is.
func TestAJournalGetsWitnesses(t *testing.T) {
	w := newWatchedTown(t)
	w.g.stop()
	file := filepath.Join(filepath.Dir(w.g.config), "policy")
	fresh := filepath.Join(t.TempDir(), "data")
	text, err := os.ReadFile(w.g.config)
	must(t, err)
	must(t, os.WriteFile(w.g.config, bytes.ReplaceAll(text, []byte(w.g.data), []byte(fresh)), 0o600))
	must(t, os.CopyFS(filepath.Join(fresh, "keys"), os.DirFS(filepath.Join(w.g.data, "keys")))) // the same log, begun anew
	must(t, os.WriteFile(file, []byte(journal.NoPolicy), 0o600))
	for _, x := range w.witnesses {
		x.stop()
		must(t, os.Remove(forgottenBy(t, x)))
		x.start()
	}
	w.g.start()
	memory := client.NewMemory()
	_, k := w.g.login("angela").openSafe()
	visit := func() error {
		b := w.g.login("angela")
		c, err := client.New(client.Config{Server: w.g.url, HTTP: b.http, Memory: memory})
		must(t, err)
		_, err = c.Unlock(context.Background(), secretOf(t, k.passphrase))
		return err
	}
	must(t, visit())
	w.g.stop()

	must(t, os.WriteFile(file, []byte(w.policy), 0o600))
	w.witnesses[0].kill()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, build(t).coffred, "serve", "--config", w.g.config).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "once its witnesses answer") || !strings.Contains(string(out), "t0") {
		t.Errorf("without a checkpoint that its policy allows it serves, %v:\n%s", err, out)
	}
	w.witnesses[0].start()
	w.g.start()
	w.head()
	must(t, visit()) // who knew it without witnesses
	w.head()
	must(t, os.WriteFile(file, []byte(journal.NoPolicy), 0o600))
	w.g.stop()
	w.g.start()
	if err := visit(); !errors.Is(err, journal.ErrPolicy) {
		t.Errorf("without witnesses any more: %v", err)
	}
}

// forgottenBy is the file in which a witness remembers the log.
func forgottenBy(t *testing.T, x *gateway) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(x.data, "*.checkpoint"))
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%s remembers %v", x.data, all)
	}
	return all[0]
}

// logHolder has the journal's own key, as its operator has.
type logHolder struct {
	t      *testing.T
	signer note.Signer
}

func (w *watchedTown) holder() logHolder {
	w.t.Helper()
	return logHolder{w.t, w.g.logSigner()}
}

// checkpoint is of a log of that size, with another root.
func (f logHolder) checkpoint(size int64, root tlog.Hash) string {
	f.t.Helper()
	b, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", f.signer.Name(), size, root)}, f.signer)
	must(f.t, err)
	return string(b)
}

// TestWitnessesRefuseAFork that the journal's own key has signed: of the same
// size, of another, and also when they were killed right after their answer.
func TestWitnessesRefuseAFork(t *testing.T) {
	w := newWatchedTown(t)
	w.g.login("marcel").openSafe() // after all that a start writes
	seen := w.head()
	f := w.holder()
	ask := func(g *gateway, body string) (int, string) {
		resp, err := http.Post(g.url+"/add-checkpoint", "text/plain", strings.NewReader(body))
		must(t, err)
		b, err := io.ReadAll(resp.Body)
		must(t, errors.Join(err, resp.Body.Close()))
		return resp.StatusCode, string(b)
	}
	other := tlog.RecordHash([]byte("another history"))
	for _, g := range w.witnesses {
		for range 2 { // alive, then killed and started again
			for _, x := range []struct {
				old, size int64
				proof     string
				want      int
			}{
				{seen.Size, seen.Size, "", http.StatusConflict},
				{seen.Size, seen.Size + 1, other.String() + "\n", http.StatusUnprocessableEntity},
				{0, seen.Size + 1, "", http.StatusConflict},
				{0, 1, "", http.StatusConflict},
			} {
				status, answer := ask(g, fmt.Sprintf("old %d\n%s\n%s", x.old, x.proof, f.checkpoint(x.size, other)))
				if status != x.want || strings.Contains(answer, "—") {
					t.Errorf("a fork, %d after %d, is answered %d: %s", x.size, x.old, status, answer)
				}
			}
			g.kill()
			g.start()
		}
		evidence, err := filepath.Glob(filepath.Join(g.data, "*.fork"))
		if err != nil || len(evidence) != 1 {
			t.Errorf("the proof of the fork is not kept: %v, %v", evidence, err)
		}
	}
	s, _ := w.g.login("angela").openSafe() // and the one history goes on
	if s.ID() == "" || w.head().Size <= seen.Size {
		t.Error("the journal stands still")
	}
}

// splitView is a proxy that may show one citizen another history: the release
// of a document in a log of its own, which the journal's own key has signed.
type splitView struct {
	mu     sync.Mutex
	change map[string]func(map[string]any) // by the end of the path
}

func (v *splitView) show(change map[string]func(map[string]any)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.change = change
}

func (v *splitView) of(path string) func(map[string]any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for end, change := range v.change {
		if strings.HasSuffix(path, end) {
			return change
		}
	}
	return nil
}

// edit changes an answer that is to be.
func (v *splitView) edit(r *http.Response) error {
	change := v.of(r.Request.URL.Path)
	if change == nil || r.StatusCode != http.StatusOK {
		return nil
	}
	var answer map[string]any
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return err
	}
	change(answer)
	b, err := json.Marshal(answer)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	r.Header.Set("Content-Length", fmt.Sprint(len(b)))
	return err
}

func (w *watchedTown) through(v *splitView) string {
	w.t.Helper()
	at, err := url.Parse(w.g.url)
	must(w.t, err)
	return listen(w.t, &http.Server{Addr: "127.0.0.1:0", Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: v.edit,
	}})
}

// forge puts the event alone into a log.
func (f logHolder) forge(release map[string]any) {
	proof := release["proof"].(map[string]any)
	var salt []byte
	must(f.t, json.Unmarshal(fmt.Appendf(nil, "%q", proof["salt"]), &salt))
	entry := journal.Commitment([]byte(proof["event"].(string)), [32]byte(salt))
	leaf := journal.Leaf{Index: 0, Size: 1, Path: [][]byte{}, Checkpoint: f.checkpoint(1, tlog.RecordHash(entry[:]))}
	proof["leaf"] = leaf
}

// TestASplitViewIsAnAlarm: what was released to one citizen alone, in a log
// that nobody else sees, is refused by programs for want of witnesses; so is a
// policy that was weakened since the first visit, or that is not the citizen's.
func TestASplitViewIsAnAlarm(t *testing.T) {
	w := newWatchedTown(t)
	b := w.g.login("angela")
	_, k := b.openSafe()
	v := &splitView{}
	at := w.through(v)
	sh := newShell(t)
	sh.set("COFFRE_SECRET_FILE", sh.write("secret", []byte(k.passphrase)))
	if r := sh.approved(b, true, "coffre", "login", "--server", at); r.code != 0 {
		t.Fatalf("log-in: %s%s", r.out, r.err)
	}
	sh.write("avis.txt", []byte("avis d'imposition"))
	sh.coffre("put", "avis.txt")
	sh.coffre("get", "avis.txt", "--out", "out1")

	release := w.holder().forge
	weakened := func(site map[string]any) { delete(site, "policy") }
	for _, x := range []struct {
		name   string
		change map[string]func(map[string]any)
		args   []string
		says   string
	}{
		{"a log of her own", map[string]func(map[string]any){"/release": release}, nil, "no witness"},
		{"and no witnesses any more", map[string]func(map[string]any){"/release": release, "/site": weakened}, nil, "fewer witnesses"},
		{"no witnesses any more", map[string]func(map[string]any){"/site": weakened}, nil, "fewer witnesses"},
		{
			"the citizen's own policy",
			map[string]func(map[string]any){"/release": release, "/site": weakened},
			[]string{"--policy", sh.write("policy", []byte(w.policy))},
			"no witness",
		},
	} {
		v.show(x.change)
		sh.refused(3, []string{"ALERTE", "témoins", "--policy", x.says}, append([]string{"get", "avis.txt", "--out", "out2"}, x.args...)...)
		if _, err := os.Stat(sh.path("out2")); err == nil {
			t.Errorf("%s: the document was released", x.name)
		}
	}
	v.show(nil)
	sh.coffre("get", "avis.txt", "--out", "out3")
	sh.refused(2, []string{"témoins"}, "get", "avis.txt", "--policy", sh.write("noise", []byte("quorum\n")))
}
