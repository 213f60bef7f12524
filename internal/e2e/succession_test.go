package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestALockIsRenewed: a citizen whose key was stolen removes it and replaces lock
// and signature. Her documents, her other keys and what she has shared stay; the
// thief, who has kept all that he saw, signs nothing any more.
func TestALockIsRenewed(t *testing.T) {
	g := serve(t)
	s := newShell(t)
	if r := s.login(g.login("minh"), true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	s.coffre("terms", "--accept")
	s.coffre("init", "--keep-in", s.path("keys"))
	paper, phrase := s.path("keys/paper-key.txt"), s.path("keys/passphrase.txt")
	s.set("COFFRE_SECRET_FILE", paper)
	acts := map[string][]byte{"acte.pdf": noise(70_000), "photo.jpg": noise(30_000)}
	for name, b := range acts {
		s.write(name, b)
		s.coffre("put", name)
	}
	told := s.coffre("share", "acte.pdf", "--with", "Mairie de Valmont", "--service", "État civil", "--purpose", "Inscription", "--until", nextYear())
	shared := grantID.FindStringSubmatch(told)
	if shared == nil {
		t.Fatalf("share says %q", told)
	}
	thief, err := g.login("minh").client().Unlock(t.Context(), secretOf(t, string(s.read("keys/passphrase.txt"))))
	must(t, err)

	fresh := keptKey.FindString(s.coffre("keys", "add", "passphrase", "--keep-in", s.path("keys"), "--label", "Nouvelle phrase"))
	s.coffre("keys", "remove", "passphrase.txt", "--yes")
	s.refused(2, []string{"--yes"}, "keys", "renew", "--root")
	if told := s.coffre("keys", "renew", "--yes"); !strings.Contains(told, "sous la nouvelle serrure : 2") {
		t.Errorf("renew says %q", told)
	}
	told = s.coffre("keys", "renew", "--root", "--yes")
	for _, word := range []string{"Mairie de Valmont", "Inscription", "coffre keys test", "sous la nouvelle serrure : 2"} {
		if !strings.Contains(told, word) {
			t.Errorf("renew --root says %q without %q", told, word)
		}
	}
	if told := s.coffre("keys", "finish"); told != "" {
		t.Errorf("nothing is left to do, and finish says %q", told)
	}
	if err := thief.Erase(t.Context(), thief.Manifest().Docs[0].ID); !errors.Is(err, sealed.ErrKey) {
		t.Errorf("the thief erases: %v", err)
	}

	s.coffre("keys", "test", "--secret-file", fresh)
	for _, key := range []string{paper, fresh} {
		for name, want := range acts {
			s.coffre("get", name, "--out", "back.bin", "--force", "--secret-file", key)
			if !bytes.Equal(s.read("back.bin"), want) {
				t.Errorf("%s: other bytes came back", name)
			}
		}
	}
	s.write("apres.pdf", noise(9000))
	s.coffre("put", "apres.pdf", "--secret-file", fresh)
	agent := newShell(t)
	agent.set("COFFRE_SECRET_FILE", agent.write("mairie.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	if r := agent.login(g.login("camille"), true); r.code != 0 {
		t.Fatalf("agent's login: %+v", r)
	}
	agent.coffre("fetch", shared[1])
	if !bytes.Equal(agent.read("acte.pdf"), acts["acte.pdf"]) {
		t.Error("the agent got other bytes")
	}
	if told := s.coffre("journal"); !strings.Contains(told, "signature du coffre remplacée") || !strings.Contains(told, "prouvé") {
		t.Errorf("the journal says\n%s", told)
	}
	s.coffre("export", "--out", "tout.zip")
	if report, err := g.check(); err != nil {
		t.Errorf("coffred check: %v\n%s", err, report)
	}
	g.stop()
	for i, key := range []string{paper, fresh} {
		dir := fmt.Sprintf("papers%d", i)
		s.coffre("open", "tout.zip", "--out", dir, "--secret-file", key)
		for name, want := range acts {
			if !bytes.Equal(s.read(dir+"/"+name), want) {
				t.Errorf("%s: other bytes came out of the export", name)
			}
		}
	}
	s.refused(1, []string{"n'ouvre pas ce coffre"}, "open", "tout.zip", "--out", "thief", "--secret-file", phrase)
}

// device is a machine of the citizen's: a memory of its own, and a line that can
// be cut.
type device struct {
	*client.Safe
	client *client.Client
	memory *client.Memory
	line   *line
}

func (b *browser) device(p sealed.Secret, m *client.Memory) (*device, error) {
	b.t.Helper()
	d := &device{line: &line{}, memory: m}
	h := *b.http
	h.Transport = d.line
	var err error
	d.client, err = client.New(client.Config{Server: b.g.url, HTTP: &h, Language: "fr", Memory: m})
	must(b.t, err)
	d.Safe, err = d.client.Unlock(b.t.Context(), p)
	return d, err
}

func agree([]client.Standing) error { return nil }

// fileOf puts a file of so many bytes in a new folder.
func fileOf(t *testing.T, name string, size int) (string, []byte) {
	t.Helper()
	path, b := filepath.Join(t.TempDir(), name), noise(size)
	must(t, os.WriteFile(path, b, 0o600))
	return path, b
}

func (d *device) holds(t *testing.T, name string, want []byte) {
	t.Helper()
	e, err := d.Find(name)
	must(t, err)
	out := filepath.Join(t.TempDir(), "out")
	must(t, d.Get(t.Context(), e, out, client.GetOptions{}))
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d other bytes, %v", name, len(got), err)
	}
}

// TestARootIsRenewedBesideAnotherDevice: what the other device does in the very
// moment of the succession is kept, and done under the new root; it needs no new
// log-in, and neither does a third one that opens with another key.
func TestARootIsRenewedBesideAnotherDevice(t *testing.T) {
	ctx := t.Context()
	g := serve(t)
	b := g.login("angela")
	_, k := b.openSafe()
	open := func(key string) *device {
		d, err := b.device(secretOf(t, key), client.NewMemory())
		must(t, err)
		return d
	}
	one, two := open(k.paper), open(k.passphrase)
	firstFile, first := fileOf(t, "premier.pdf", 40_000)
	_, err := one.Put(ctx, firstFile, client.PutOptions{})
	must(t, err)
	must(t, two.Refresh(ctx))
	e, err := two.Find("premier.pdf")
	must(t, err)
	order := client.ShareOrder{Administration: "Mairie de Valmont", Purpose: "Inscription", Until: time.Now().AddDate(0, 1, 0)}

	// A share and a document arrive between the list of shares and the succession.
	secondFile, second := fileOf(t, "second.pdf", 10_000)
	var early, late client.Grant
	early, err = one.Share(ctx, e, order)
	must(t, err)
	shown, tries := 0, 0
	one.line.before = func(r *http.Request) error {
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/safe/succession" {
			return nil
		}
		switch tries++; tries {
		case 1:
			late, err = two.Share(ctx, e, order)
			return err
		case 2:
			_, err = two.Put(ctx, secondFile, client.PutOptions{})
			return err
		case 3: // it arrives, and its answer does not
			one.line.after = func(r *http.Request) error {
				if r.URL.Path != "/api/v1/safe/succession" {
					return nil
				}
				one.line.after = nil
				return errCut
			}
		}
		return nil
	}
	before := one.VaultIdentities()[0].Reveal()
	must(t, one.Renew(ctx, client.RenewOptions{Agree: func(going []client.Standing) error {
		shown = len(going)
		return nil
	}}))
	if shown != 2 || tries != 3 || one.VaultIdentities()[0].Reveal() == before {
		t.Errorf("%d shares were shown, %d successions tried", shown, tries)
	}

	// The other device has the old root in hand, and shares, puts and renames.
	two.line.before = nil
	again, err := two.Share(ctx, e, order)
	must(t, err)
	must(t, two.Rename(ctx, e.ID, "renommé.pdf"))
	must(t, one.Refresh(ctx))
	one.holds(t, "renommé.pdf", first)
	one.holds(t, "second.pdf", second)
	office := g.office()
	for _, id := range []string{early.ID, late.ID, again.ID} {
		opened, err := office.Accept(ctx, id)
		must(t, err)
		out := filepath.Join(t.TempDir(), "out")
		must(t, office.Fetch(ctx, id, opened, out, client.GetOptions{}))
		if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, first) {
			t.Errorf("grant %s: %d other bytes, %v", id, len(got), err)
		}
	}

	// Own grants are sealed again by whichever device, once.
	n, err := two.Reseal(ctx, nil)
	must(t, err)
	m, err := one.Reseal(ctx, nil)
	must(t, err)
	if n != 2 || m != 0 || one.ResealDue() || two.ResealDue() {
		t.Errorf("one device sealed %d grants again, the other %d", n, m)
	}
	three := open(k.passphrase)
	three.holds(t, "second.pdf", second)
	must(t, three.Mend(ctx))

	// A device that knows the new root is not led back, nor elsewhere.
	if _, err := b.device(secretOf(t, k.paper), one.memory); err != nil {
		t.Error(err)
	}
	g.stop()
	if report, err := g.check(); err != nil {
		t.Errorf("coffred check: %v\n%s", err, report)
	}
}

// office is the key of the town hall of the demonstration.
func (g *gateway) office() *client.Office {
	g.t.Helper()
	o, err := g.login("camille").client().UnlockOffice(g.t.Context(), secretOf(g.t, "abeille maison soleil jardin bonheur cerise montagne"))
	must(g.t, err)
	return o
}

// TestSaysNo: shares that the citizen does not recognise stop the succession
// before anything has changed.
func TestSaysNo(t *testing.T) {
	g := serve(t)
	b := g.login("angela")
	s, _ := b.openSafe()
	path, _ := fileOf(t, "a.pdf", 100)
	e, err := s.Put(t.Context(), path, client.PutOptions{})
	must(t, err)
	_, err = s.Share(t.Context(), e, client.ShareOrder{Administration: "Mairie de Valmont", Purpose: "?", Until: time.Now().AddDate(0, 1, 0)})
	must(t, err)
	var before, after client.Figures
	b.json("/api/v1/safe", &before)
	no := errors.New("no")
	if err := s.Renew(t.Context(), client.RenewOptions{Agree: func([]client.Standing) error { return no }}); !errors.Is(err, no) {
		t.Errorf("renew: %v", err)
	}
	if b.json("/api/v1/safe", &after); !bytes.Equal(before.VK, after.VK) {
		t.Error("the root was replaced")
	}
}

// TestKilledInASuccession: kill -9 of the gateway at each moment of replacing the
// root and sealing own grants again, over and over on one safe. After each, every
// key opens every document, every share is readable, and the check is sound.
func TestKilledInASuccession(t *testing.T) {
	ctx := context.Background()
	g := serve(t)
	seed := uint64(20261126)
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	k := &knife{g: g, random: random}
	_, key := g.login("angela").openSafe()
	ways := []sealed.Secret{secretOf(t, key.paper), secretOf(t, key.passphrase)}
	memory := client.NewMemory()
	open := func(p sealed.Secret) (*client.Safe, *client.Client) {
		h := *g.login("angela").http
		h.Transport = k
		c, err := client.New(client.Config{Server: g.url, HTTP: &h, Memory: memory})
		must(t, err)
		s, err := c.Unlock(ctx, p)
		must(t, err)
		return s, c
	}
	k.arm(moment{})
	s, _ := open(ways[0])
	contents := map[string][]byte{}
	var shares []client.Grant
	for i := range 3 {
		path, b := fileOf(t, fmt.Sprintf("%d.pdf", i), 5000*(i+1))
		e, err := s.Put(ctx, path, client.PutOptions{})
		must(t, err)
		contents[e.Name] = b
		if i < 2 {
			given, err := s.Share(ctx, e, client.ShareOrder{Administration: "Mairie de Valmont", Purpose: e.Name, Until: time.Now().AddDate(0, 1, 0)})
			must(t, err)
			shares = append(shares, given)
		}
	}
	var all []moment
	for _, when := range []string{halfway, sent, during, during, answered} {
		all = append(all, moment{step: "succession", method: "POST", path: "/safe/succession", nth: 1, when: when})
	}
	for _, when := range []string{during, answered} {
		all = append(all, moment{step: "reseal", method: "PUT", path: "/safe/manifest", nth: 1, when: when},
			moment{step: "release", method: "POST", path: "/release", nth: 4, when: when})
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, at := range all {
		k.arm(at)
		err := s.Renew(ctx, client.RenewOptions{Agree: agree})
		if err == nil {
			_, err = s.Reseal(ctx, nil)
		}
		t.Logf("%d killed in %s, %s: %v", i, at.step, at.when, err)
		if k.seen < at.nth {
			t.Fatalf("the succession never came to %s", at.step)
		}
		g.kill()
		if report, err := g.check(); err != nil {
			t.Fatalf("check: %v\n%s", err, report)
		}
		g.start()
		k.arm(moment{})
		s, _ = open(ways[i%2])
		_, err = s.Reseal(ctx, nil)
		must(t, err)
		other, _ := open(ways[(i+1)%2])
		for name, want := range contents {
			(&device{Safe: []*client.Safe{s, other}[i%2]}).holds(t, name, want)
		}
		office := g.office()
		for _, given := range shares {
			opened, err := office.Accept(ctx, given.ID)
			must(t, err)
			out := filepath.Join(t.TempDir(), "out")
			must(t, office.Fetch(ctx, given.ID, opened, out, client.GetOptions{}))
			if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, contents[given.Purpose]) {
				t.Errorf("grant %s: other bytes, %v", given.ID, err)
			}
		}
	}
}
