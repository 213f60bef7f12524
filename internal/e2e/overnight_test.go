package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const (
	brenneWords = "papier oiseau horizon village vitrine tulipe prairie"
	overnight   = 500 // documents
)

// given is a document that was given to a département.
type given struct {
	entry sealed.Entry
	grant string
	plain []byte
}

// hurried is a demonstration whose callers may ask as often as they like.
func hurried(t *testing.T) *gateway {
	t.Helper()
	dir := t.TempDir()
	g := &gateway{t, &process{data: filepath.Join(dir, "data"), addr: fmt.Sprintf("127.0.0.1:%d", servers.FreePort(t))}}
	g.config = filepath.Join(dir, "coffre.yaml")
	must(t, os.WriteFile(g.config, fmt.Appendf(nil, `mode: demo
listen: %s
data: %s
log_origin: coffre.demo/log
territory: {name: Valmont Agglomération}
objects: {bucket: coffre}
agents: anyone
limits: {pace: 1000}
`, g.addr, g.data), 0o600))
	g.run()
	return g
}

// giveMany puts so many documents into a safe and gives each to the département.
func giveMany(t *testing.T, b *browser, k keys, n int) map[string]*given {
	t.Helper()
	m := &move{t: t, key: k, docs: map[string][]byte{}}
	for i := range n {
		m.docs[fmt.Sprintf("pièce %03d.pdf", i)] = noise(2000 + i)
	}
	f := newBulk(m, b)
	adm, err := b.client().FindAdministration(t.Context(), "Département de la Brenne")
	must(t, err)
	to, err := sealed.ParseRecipient(adm.Recipient)
	must(t, err)
	all := map[string]*given{}
	of := map[string]*sealed.Identity{}
	var mu sync.Mutex
	f.kept = func(e sealed.Entry, key *sealed.Identity) {
		mu.Lock()
		defer mu.Unlock()
		of[e.ID], all[e.ID] = key, &given{entry: e, plain: m.docs[e.Name]}
	}
	f.put()
	var wait sync.WaitGroup
	slots := make(chan struct{}, 8)
	for id, d := range all {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			d.grant = giveOne(f, d.entry, of[id], adm, to)
		})
	}
	wait.Wait()
	return all
}

func giveOne(f *bulk, e sealed.Entry, key *sealed.Identity, adm client.Administration, to *sealed.Recipient) string {
	now := time.Now().UTC()
	end, index, vk := now.AddDate(0, 1, 0).Truncate(time.Second), adm.Key.Index, f.ring.Root().VK()
	box, err := sealed.SealGrant(sealed.Grant{
		Suite: sealed.Suite, Safe: f.state.Safe, Doc: e.ID, Version: e.Version, SHA256: e.SHA256, Sealed: e.Sealed, Size: e.Size,
		Name: e.Name, Type: e.Type, Created: now.Format("2006-01-02T15:04:05Z"), Reader: adm.ID, Recipient: to.Fingerprint(),
		Index: &index, Purpose: "Allocation", NotAfter: end.Format("2006-01-02T15:04:05Z"),
	}, f.ring.Root(), key, to)
	if err != nil {
		f.m.t.Error(err)
		return ""
	}
	in, err := json.Marshal(map[string]any{
		"doc": e.ID, "version": e.Version, "administration": adm.ID, "purpose": "Allocation", "notAfter": end, "grant": box, "vk": vk[:],
	})
	if err != nil {
		f.m.t.Error(err)
	}
	var out struct{ ID string }
	f.call("POST", "/api/v1/safe/grants", map[string]string{"Content-Type": "application/json", "Idempotency-Key": sealed.NewID()}, in, &out)
	return out.ID
}

// fetching is a `coffre fetch --watch` that is under way.
type fetching struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *bufio.Scanner
	errs bytes.Buffer
}

func startFetching(s *shell, args ...string) *fetching {
	s.t.Helper()
	f := &fetching{t: s.t, cmd: s.command("coffre", append([]string{"fetch"}, args...)...)}
	f.cmd.Stderr = &f.errs
	pipe, err := f.cmd.StdoutPipe()
	must(s.t, err)
	f.out = bufio.NewScanner(pipe)
	must(s.t, f.cmd.Start())
	return f
}

// received waits until it has told of so many documents.
func (f *fetching) received(n int) {
	f.t.Helper()
	for i := range n {
		if !f.out.Scan() {
			_ = f.cmd.Wait()
			f.t.Fatalf("it ends after %d of %d documents: %s", i, n, f.errs.String())
		}
		if !strings.HasPrefix(f.out.Text(), "reçu : ") {
			f.t.Fatalf("it tells %q", f.out.Text())
		}
	}
}

func (f *fetching) ends(with os.Signal) error {
	f.t.Helper()
	must(f.t, f.cmd.Process.Signal(with))
	_, err := io.Copy(io.Discard, readerOf(f.out))
	must(f.t, err)
	return f.cmd.Wait()
}

// readerOf reads a scanner to its end.
func readerOf(s *bufio.Scanner) io.Reader {
	for s.Scan() { //nolint:revive // to its end
	}
	return strings.NewReader("")
}

// kept are the sidecars in a directory, by document.
func keptIn(t *testing.T, dir string) map[string]sidecar {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.coffre.json"))
	must(t, err)
	all := map[string]sidecar{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		must(t, err)
		var s sidecar
		must(t, json.Unmarshal(b, &s))
		if _, twice := all[s.Grant.Doc]; twice {
			t.Errorf("%s is there twice", s.Grant.Name)
		}
		all[s.Grant.Doc] = s
	}
	return all
}

type sidecar struct {
	File, SHA256, Outcome, Release, Receipt, Found string
	Acknowledgement                                []byte
	Grant                                          struct{ ID, Doc, Name, Citizen, NotAfter string }
}

// done counts what a directory says is there.
func done(t *testing.T, dir string) (n int) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, ".coffre", "*.json"))
	must(t, err)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		must(t, err)
		if bytes.Contains(b, []byte(`"state": "kept"`)) {
			n++
		}
	}
	return n
}

// TestADépartementFetchesOvernight: its system, with its own key, fetches five
// hundred documents into a directory. The program is killed once, the gateway is
// killed once. In the morning nothing is missing, nothing is there twice, each
// opening is counted once, and each is acknowledged once.
func TestADépartementFetchesOvernight(t *testing.T) {
	g := hurried(t)
	angela := g.login("angela")
	_, k := angela.openSafe()
	begun := time.Now()
	all := giveMany(t, angela, k, overnight)
	t.Logf("%d documents are given, in %v", len(all), time.Since(begun))

	s := newShell(t)
	s.set("COFFRE_SERVER", g.url)
	s.set("COFFRE_SECRET_FILE", s.write("brenne.txt", []byte(brenneWords)))
	dir := s.path("reçus")
	args := []string{"--watch", dir, "--key", g.data + "/demo/systems/departement-de-la-brenne.jwk", "--every", "1s", "--parallel", "8"}
	begun = time.Now()
	first := startFetching(s, args...)
	first.received(150)
	_ = first.ends(syscall.SIGKILL)
	there := done(t, dir)
	t.Logf("killed after %d documents", there)

	second := startFetching(s, args...)
	second.received(150)
	g.kill()
	g.start()
	second.received(overnight - there - 150)
	if err := second.ends(os.Interrupt); err != nil {
		t.Fatalf("it ends with %v: %s", err, second.errs.String())
	}
	t.Logf("everything is there after %v", time.Since(begun))
	s.coffre(append([]string{"fetch", "--once"}, args...)...) // nothing is left to do
	theMorning(t, g, dir, all)
	g.stop()
	if report, err := g.check(); err != nil {
		t.Errorf("check --deep: %v\n%s", err, report)
	}
}

// theMorning compares the directory with what was given, and what the citizen
// sees of it.
func theMorning(t *testing.T, g *gateway, dir string, all map[string]*given) {
	t.Helper()
	files := keptIn(t, dir)
	for doc, d := range all {
		f := files[doc]
		got, err := os.ReadFile(filepath.Join(dir, f.File))
		if err != nil || !bytes.Equal(got, d.plain) || f.Grant.ID != d.grant || f.Outcome != sealed.OutcomeIntact {
			t.Errorf("%s is there as %+v, with %d bytes, %v", d.entry.Name, f, len(got), err)
		}
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 2*len(all)+1 { // each with its sidecar, and .coffre
		t.Errorf("%d files for %d documents", len(entries), len(all))
	}
	b := g.login("angela")
	c := b.client()
	grants, err := c.Grants(t.Context())
	must(t, err)
	adm, err := c.FindAdministration(t.Context(), "Département de la Brenne")
	must(t, err)
	vk, err := sealed.ParseVK(adm.VK)
	must(t, err)
	for _, gr := range grants {
		if gr.Openings != 1 || gr.Acknowledgement == nil || gr.DeleteBy == nil {
			t.Errorf("%s was opened %d times, acknowledged as %+v", all[gr.Doc].entry.Name, gr.Openings, gr.Acknowledgement)
			continue
		}
		said, err := sealed.OpenAcknowledgement(gr.Acknowledgement.Signed, vk)
		if err != nil || said.Grant != gr.ID || said.SHA256 != all[gr.Doc].entry.SHA256 || said.Release != files[gr.Doc].Release {
			t.Errorf("acknowledged as %+v, %v", said, err)
		}
	}
	if len(grants) != len(all) {
		t.Errorf("she sees %d shares", len(grants))
	}
	told := toldOf(t, b)
	if told[journal.WhatGrantReleased] != len(all) || told[journal.WhatGrantAcknowledged] != len(all) {
		t.Errorf("her journal tells of %d openings and %d acknowledgements", told[journal.WhatGrantReleased], told[journal.WhatGrantAcknowledged])
	}
}

// toldOf counts what a journal tells was done, by what.
func toldOf(t *testing.T, b *browser) map[string]int {
	t.Helper()
	told := map[string]int{}
	for after := ""; ; {
		var page client.JournalPage
		b.json("/api/v1/safe/journal?limit=200&before="+after, &page)
		for _, it := range page.Items {
			ev, err := journal.DecodeEvent([]byte(it.Event))
			must(t, err)
			if ev.Result == journal.ResultDone {
				told[ev.What]++
			}
		}
		if page.Next == "" {
			return told
		}
		after = page.Next
	}
}
