package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// act is what one device does in a round; which is drawn, the rest follows
// from what the device knows at that moment.
type act struct {
	What       string
	Which      int // of the documents or deposits that the device knows
	Folder     string
	name       string
	content    []byte
	id         string // of the document that it was done to
	err        error
	impossible bool // the device knows no document
}

const devices = 3

var (
	acts = []string{
		"rest", "refresh", "add", "add", "rename", "rename", "move", "move", "erase", "adopt", "refuse",
	}
	folders = []string{"", "Impôts", "Impôts/2026", "École"}
)

func drawAct(t *rapid.T) act {
	return act{
		What:  rapid.SampledFrom(acts).Draw(t, "act"),
		Which: rapid.IntRange(0, 11).Draw(t, "which"), Folder: rapid.SampledFrom(folders).Draw(t, "folder"),
	}
}

// TestDevicesAtOnceLoseNoWork: three command lines change one safe, at the
// same moment and on top of what they last saw. What was acknowledged is there
// in the end, on each of them; what was erased stays erased.
func TestDevicesAtOnceLoseNoWork(t *testing.T) {
	w := newWorld(t)
	o := w.office(t, "Mairie de Valmont", valmont)
	few(t)
	lost, checks := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		rounds := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(drawAct), devices, devices), 3, 7).Draw(rt, "rounds")
		checks++
		w.clock.add(time.Hour) // what was counted against anybody has passed
		o.system.bearer = w.token(t, o)
		h := newHousehold(t, w, o, fmt.Sprintf("together-%d", checks))
		for n, round := range rounds {
			h.play(n, round)
			h.account(rt, round)
		}
		h.look(rt)
		lost += h.written.lost
	})
	if lost == 0 {
		t.Errorf("no change came too late in %d safes: the devices do not meet", checks)
	}
	t.Logf("%d changes came too late in %d safes", lost, checks)
	w.sound(t)
}

// few makes do with fewer safes than other properties, since each is a whole
// one, unless somebody has asked for more.
func few(t *testing.T) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if before := f.Value.String(); before == f.DefValue {
		must(t, f.Value.Set("10"))
		t.Cleanup(func() { must(t, f.Value.Set(before)) })
	}
}

// household is one safe, its devices, and what it has to hold.
type household struct {
	*citizen
	t       *testing.T
	dir     string
	written *writings
	safes   []*client.Safe
	waiting []client.Waiting // what every device has seen in the inbox
	first   string           // hash of the manifest of epoch 1
	papers  []*paper         // in the order in which they came to be
	office  *office
	ways    []sealed.Secret // that open the safe
	shares  map[string]*paper
	mu      sync.Mutex // of shares
}

// paper is a document: each of its members is what was acknowledged last, or
// one of those acknowledged in the same round.
type paper struct {
	id             string
	names, folders []string
	content        []byte
	deposit        bool
	in, gone       bool
}

func newHousehold(t *testing.T, w *world, o *office, sub string) *household {
	t.Helper()
	h := &household{
		citizen: w.newcomer(t, sub), t: t, dir: t.TempDir(), written: &writings{}, office: o, shares: map[string]*paper{},
		ways: []sealed.Secret{sealed.NewSecret(), sealed.NewSecret()},
	}
	p := h.ways[0]
	ring, container, err := sealed.NewKeyring(string(h.Safe), []sealed.NewUnlocker{
		{Kind: "paper", Label: "papier", P: p}, {Kind: "passphrase", Label: "phrase", P: h.ways[1]},
	}, w.clock.now())
	must(t, err)
	h.ring, h.keyring = ring, container
	h.vault, err = ring.Vault()
	must(t, err)
	body := h.sealManifest(t)
	_, err = w.domain.OpenSafe(w.ctx, h.Actor, h.keyring, body)
	must(t, err)
	h.note(body)
	h.first = h.hash
	address := h.address(t, o)
	for n := range 2 {
		content := fmt.Appendf(nil, "acte %d", n)
		doc := w.do(t, o.deposit(address, content)).is(t, http.StatusCreated).string(t, "doc")
		h.papers = append(h.papers, &paper{id: doc, content: content, deposit: true, names: []string{"acte.pdf"}})
	}
	for i := range devices {
		p := h.ways[i%len(h.ways)]
		c, err := client.New(client.Config{
			Server: w.url, Token: h.bearer, Memory: client.NewMemory(), Now: w.clock.now, HTTP: &http.Client{Transport: h.written},
		})
		must(t, err)
		s, err := c.Unlock(w.ctx, p)
		must(t, err)
		h.safes = append(h.safes, s)
	}
	h.waiting, err = h.safes[0].Inbox(w.ctx)
	must(t, err)
	if len(h.waiting) != 2 {
		t.Fatalf("%d deposits wait", len(h.waiting))
	}
	return h
}

// play lets every device act at the same moment.
func (h *household) play(n int, round []act) {
	var all sync.WaitGroup
	for i := range round {
		a := &round[i]
		a.name, a.content = fmt.Sprintf("papier %d-%d.pdf", n, i), fmt.Appendf(nil, "content %d-%d", n, i)
		all.Go(func() { h.do(i, a) })
	}
	all.Wait()
}

func (h *household) do(i int, a *act) {
	s, ctx := h.safes[i], h.w.ctx
	w := h.waiting[a.Which%len(h.waiting)]
	switch a.What {
	case "refresh":
		a.err = s.Refresh(ctx)
		return
	case "add":
		a.id, a.err = h.put(ctx, s, a)
		return
	case "adopt":
		a.id = w.Doc
		_, a.err = s.Adopt(ctx, w, a.Folder)
		return
	case "renew":
		a.err = s.Renew(ctx, client.RenewOptions{Agree: func([]client.Standing) error { return nil }})
		return
	case "rotate":
		a.err = s.RenewVault(ctx)
		return
	case "reseal":
		_, a.err = s.Reseal(ctx, nil)
		return
	case "refuse":
		a.id, a.err = w.Doc, s.Refuse(ctx, w)
		return
	}
	known := s.Manifest().Docs
	if a.impossible = len(known) == 0; a.impossible {
		return
	}
	a.id = known[a.Which%len(known)].ID
	switch a.What {
	case "rename":
		a.err = s.Rename(ctx, a.id, a.name)
	case "move":
		a.err = s.Move(ctx, a.id, a.Folder)
	case "erase":
		a.err = s.Erase(ctx, a.id)
	case "share":
		a.err = h.share(ctx, s, known[a.Which%len(known)])
	}
}

func (h *household) put(ctx context.Context, s *client.Safe, a *act) (string, error) {
	path := filepath.Join(h.dir, a.name)
	if err := os.WriteFile(path, a.content, 0o600); err != nil {
		return "", err
	}
	e, err := s.Put(ctx, path, client.PutOptions{Folder: a.Folder})
	return e.ID, err
}

// account writes down what a round has acknowledged, and refuses a refusal
// without a reason.
func (h *household) account(t *rapid.T, round []act) {
	for i := range round {
		a := &round[i]
		p := h.paper(a.id)
		switch {
		case a.What == "add" && a.err == nil:
			h.papers = append(h.papers, &paper{
				id: a.id, names: []string{a.name}, folders: []string{a.Folder}, content: a.content, in: true,
			})
		case a.What == "adopt" && a.err == nil:
			if p.in || p.gone {
				t.Fatalf("deposit %s was taken in twice, or after its end", a.id)
			}
			p.in, p.folders = true, []string{a.Folder}
		case a.What == "erase" && a.err == nil && !a.impossible:
			p.gone = true
		}
	}
	for i := range round {
		if a := &round[i]; a.What == "refuse" && a.err == nil {
			p := h.paper(a.id)
			if p.in && !p.gone {
				t.Fatalf("deposit %s was refused on one device after another had taken it in", a.id)
			}
			p.gone = true
		}
	}
	h.fields(t, round)
}

// fields are what the last round that wrote them has written.
func (h *household) fields(t *rapid.T, round []act) {
	names, places := map[*paper][]string{}, map[*paper][]string{}
	for i := range round {
		a := &round[i]
		p := h.paper(a.id)
		switch {
		case a.impossible:
		case a.err == nil && a.What == "rename":
			names[p] = append(names[p], a.name)
		case a.err == nil && a.What == "move":
			places[p] = append(places[p], a.Folder)
		case a.err == nil:
		case p != nil && p.gone && (a.What == "rename" || a.What == "move") && errors.Is(a.err, client.ErrNotFound):
		case p != nil && p.gone && a.What == "share" && client.IsProblem(a.err, "not-found"):
		case p != nil && p.deposit && (p.in || p.gone) && (a.What == "adopt" || a.What == "refuse"):
		default:
			t.Fatalf("device %d: %s %s: %v", i, a.What, a.id, a.err)
		}
	}
	for p, n := range names {
		p.names = n
	}
	for p, f := range places {
		p.folders = f
	}
}

func (h *household) paper(id string) *paper {
	for _, p := range h.papers {
		if p.id == id {
			return p
		}
	}
	return nil
}

// look holds every device against what was acknowledged.
func (h *household) look(t *rapid.T) {
	for i, s := range h.safes {
		if err := s.Refresh(h.w.ctx); err != nil {
			t.Fatalf("device %d does not refresh: %v", i, err)
		}
		if !reflect.DeepEqual(s.Manifest(), h.safes[0].Manifest()) {
			t.Fatalf("devices 0 and %d hold different safes", i)
		}
	}
	listed := 0
	for n, p := range h.papers {
		s := h.safes[n%devices]
		e, err := s.Find(p.id)
		switch {
		case !p.in || p.gone:
			if err == nil {
				t.Fatalf("%s was erased, or never taken in, and is there as %q", p.id, e.Name)
			}
			continue
		case err != nil:
			t.Fatalf("%s (%q) is lost", p.id, p.names)
		}
		listed++
		if at := client.FolderPath(s.Manifest(), e.Folder); !slices.Contains(p.names, e.Name) || !slices.Contains(p.folders, at) {
			t.Fatalf("%s is %q in %q, want one of %q in one of %q", p.id, e.Name, at, p.names, p.folders)
		}
		path := filepath.Join(h.dir, p.id)
		must(h.t, s.Get(h.w.ctx, e, path, client.GetOptions{}))
		if b, err := os.ReadFile(path); err != nil || !bytes.Equal(b, p.content) {
			t.Fatalf("%s holds %q, want %q: %v", p.id, b, p.content, err)
		}
	}
	m := h.safes[0].Manifest()
	if listed != len(m.Docs) {
		t.Fatalf("%d documents were acknowledged, %d are there", listed, len(m.Docs))
	}
	h.chain(t, m)
}

// chain follows every manifest that the gateway took.
func (h *household) chain(t *rapid.T, last sealed.Manifest) {
	previous, gone, keys := h.first, map[string]bool{}, h.keysOf(t)
	for n, b := range h.written.taken(t) {
		m, err := keys.open(b)
		if err != nil || m.Epoch != int64(n)+2 || m.Previous != previous {
			t.Fatalf("manifest %d after the first has epoch %d and goes on from %s, want %s: %v", n+1, m.Epoch, m.Previous, previous, err)
		}
		tombs := map[string]bool{}
		for _, g := range m.Gone {
			tombs[g.ID] = true
		}
		for id := range gone {
			if !tombs[id] {
				t.Fatalf("epoch %d forgets that %s was erased", m.Epoch, id)
			}
		}
		gone = tombs
		for _, d := range m.Docs {
			if gone[d.ID] {
				t.Fatalf("epoch %d lists %s, which was erased", m.Epoch, d.ID)
			}
		}
		h.note(b)
		previous = h.hash
		if last.Epoch == m.Epoch && !reflect.DeepEqual(last, m) {
			t.Fatal("the devices hold another manifest than the gateway took last")
		}
	}
	if last.Epoch != int64(len(h.written.manifests))+1 {
		t.Fatalf("the devices hold epoch %d, the gateway took %d changes", last.Epoch, len(h.written.manifests))
	}
}
