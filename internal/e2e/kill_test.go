package e2e_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// fate is what the story knows of a thing: an act that was acknowledged has
// happened; one that was cut may have happened, all of it or nothing.
type fate int

const (
	coming  fate = iota // asked for, not acknowledged
	there               // acknowledged
	leaving             // its end was asked for, not acknowledged
	gone                // its end was acknowledged
)

// thing is a document, a grant or a deposit of the story.
type thing struct {
	fate  fate
	plain []byte
	entry sealed.Entry // documents, once they were seen
	grant client.Grant
	doc   string // of a grant: the document's name
	key   string // of a deposit: its Idempotency-Key
	fresh bool   // touched since the last look
}

// ledger is what has been acknowledged over all lives of one gateway.
type ledger struct {
	t        *testing.T
	g        *gateway
	knife    *knife
	key      keys
	memories [3]*client.Memory
	address  string
	dir      string

	docs, grants, deposits map[string]*thing
	events                 map[string]int // done, by what

	citizen *client.Client
	safe    *client.Safe
	office  *client.Office
	system  *client.Client
}

// TestKilledAtEveryStep: kill -9 at every step of upload, keep, open, grant,
// release, end, erase, deposit and adopt, again and again on the same data.
// After each, what was acknowledged is there, byte for byte, what was not is
// there whole or not at all, and `coffred check --deep` finds nothing.
func TestKilledAtEveryStep(t *testing.T) {
	all, random := shuffled(t, 20261125)
	newLedger(t, serve(t), random).killed(all)
}

// newLedger opens a safe, with an address for deposits.
func newLedger(t *testing.T, g *gateway, random *mathrand.Rand) *ledger {
	t.Helper()
	l := &ledger{
		t: t, g: g, knife: &knife{g: g, random: random}, dir: t.TempDir(),
		docs: map[string]*thing{}, grants: map[string]*thing{}, deposits: map[string]*thing{}, events: map[string]int{},
	}
	for i := range l.memories {
		l.memories[i] = client.NewMemory()
	}
	_, l.key = g.login("angela").openSafe()
	l.connect()
	mairie, err := l.citizen.FindAdministration(t.Context(), "Mairie de Valmont")
	must(t, err)
	address, err := l.citizen.CreateAddress(t.Context(), mairie.ID)
	must(t, err)
	l.address = address.ID
	return l
}

// killed lives through all these moments, one after the other.
func (l *ledger) killed(all []moment) {
	l.t.Helper()
	for i, at := range all {
		l.knife.arm(at)
		err := l.story(fmt.Sprintf("r%02d", i))
		l.g.kill() // if it lives: the story may have been faster than the knife
		if l.t.Logf("%2d  killed in %s, %s: %v", i, at.step, at.when, err); l.knife.seen < at.nth {
			l.t.Fatalf("the story never came to %s: %v", at.step, err)
		}
		l.sound()
		l.g.start()
		l.connect()
		l.look(false)
	}
	l.look(true)
	l.told()
}

// connect logs everybody in again: sessions do not outlive the process.
func (l *ledger) connect() {
	l.t.Helper()
	as := func(i int, b *browser) *client.Client {
		h := *b.http
		h.Transport = l.knife
		c, err := client.New(client.Config{Server: l.g.url, HTTP: &h, Memory: l.memories[i]})
		must(l.t, err)
		return c
	}
	l.knife.arm(moment{})
	ctx := l.t.Context()
	l.citizen = as(0, l.g.login("angela"))
	var err error
	l.safe, err = l.citizen.Unlock(ctx, secretOf(l.t, l.key.paper))
	must(l.t, err)
	l.office, err = as(1, l.g.login("camille")).UnlockOffice(ctx, secretOf(l.t, "abeille maison soleil jardin bonheur cerise montagne"))
	must(l.t, err)
	b, err := os.ReadFile(filepath.Join(l.g.data, "demo", "systems", "mairie-de-valmont.jwk"))
	must(l.t, err)
	key, err := client.ParseSystemKey(b)
	must(l.t, err)
	nobody, err := client.New(client.Config{Server: l.g.url, Memory: l.memories[2]})
	must(l.t, err)
	token, err := nobody.SystemToken(ctx, key, "")
	must(l.t, err)
	l.system, err = client.New(client.Config{Server: l.g.url, Token: token.AccessToken, HTTP: &http.Client{Transport: l.knife}, Memory: l.memories[2]})
	must(l.t, err)
}

// story does everything once, and ends with the first error.
func (l *ledger) story(round string) error {
	ctx := l.t.Context()
	first, second := round+"-acte.pdf", round+"-photo.jpg"
	for _, step := range []func() error{
		func() error { return l.put(ctx, first, 70_000) },
		func() error { return l.open(ctx, l.docs[first]) },
		func() error { return l.share(ctx, round, first) },
		func() error { return l.receive(ctx, l.grants[round]) },
		func() error { return l.end(ctx, l.grants[round]) },
		func() error { return l.put(ctx, second, 1_500_000) },
		func() error { return l.erase(ctx, l.docs[second]) },
		func() error { return l.deposit(ctx, round+"-dépôt.txt", rand.Text()) },
		func() error { return l.adopt(ctx, round+"-dépôt.txt") },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) write(plain []byte) string {
	l.t.Helper()
	path := filepath.Join(l.dir, "in")
	must(l.t, os.WriteFile(path, plain, 0o600))
	return path
}

func (l *ledger) put(ctx context.Context, name string, size int) (err error) {
	d := &thing{plain: make([]byte, size), fresh: true}
	_, _ = rand.Read(d.plain)
	l.docs[name] = d
	if d.entry, err = l.safe.Put(ctx, l.write(d.plain), client.PutOptions{Name: name}); err == nil {
		d.fate = there
		l.events[journal.WhatDocumentAdded]++
	}
	return err
}

// open gets a document back and compares it.
func (l *ledger) open(ctx context.Context, d *thing) error {
	l.t.Helper()
	out := filepath.Join(l.dir, "out")
	if err := l.safe.Get(ctx, d.entry, out, client.GetOptions{Force: true}); err != nil {
		return err
	}
	l.same(out, d.plain)
	return nil
}

func (l *ledger) same(path string, plain []byte) {
	l.t.Helper()
	got, err := os.ReadFile(path)
	must(l.t, err)
	if !bytes.Equal(got, plain) {
		l.t.Errorf("%d other bytes came out than the %d that went in", len(got), len(plain))
	}
}

func (l *ledger) share(ctx context.Context, purpose, doc string) (err error) {
	g := &thing{doc: doc, plain: l.docs[doc].plain, fresh: true}
	l.grants[purpose] = g
	g.grant, err = l.safe.Share(ctx, l.docs[doc].entry, client.ShareOrder{
		Administration: "Mairie de Valmont", Purpose: purpose, Until: time.Now().AddDate(0, 1, 0),
	})
	if err == nil {
		g.fate = there
		l.events[journal.WhatGrantCreated]++
	}
	return err
}

// receive opens a grant with the administration's key.
func (l *ledger) receive(ctx context.Context, g *thing) error {
	l.t.Helper()
	opened, err := l.office.Accept(ctx, g.grant.ID)
	if err != nil {
		return err
	}
	out := filepath.Join(l.dir, "received")
	if err := l.office.Fetch(ctx, g.grant.ID, opened, out, client.GetOptions{Force: true}); err != nil {
		return err
	}
	l.same(out, g.plain)
	return nil
}

func (l *ledger) end(ctx context.Context, g *thing) error {
	g.fate, g.fresh = leaving, true
	err := l.citizen.EndGrant(ctx, g.grant.ID)
	if err == nil {
		g.fate = gone
		l.events[journal.WhatGrantEnded]++
	}
	return err
}

func (l *ledger) erase(ctx context.Context, d *thing) error {
	d.fate, d.fresh = leaving, true
	err := l.safe.Erase(ctx, d.entry.ID)
	if err == nil {
		d.fate = gone
		l.events[journal.WhatDocumentErased]++
	}
	return err
}

func (l *ledger) deposit(ctx context.Context, name, key string) error {
	d := l.deposits[name]
	if d == nil {
		d = &thing{plain: []byte(strings.Repeat(name+"\n", 3000)), key: key, fresh: true}
		l.deposits[name] = d
	}
	_, err := l.system.Deposit(ctx, client.DepositOrder{
		Address: l.address, Name: name, Type: "text/plain", Size: int64(len(d.plain)), Body: bytes.NewReader(d.plain), Key: d.key,
	})
	if err == nil && d.fate == coming {
		d.fate = there
		l.events[journal.WhatDeposit]++
	}
	return err
}

// adopt takes a deposit into the safe; it is a document from then on.
func (l *ledger) adopt(ctx context.Context, name string) error {
	list, err := l.safe.Inbox(ctx)
	if err != nil {
		return err
	}
	w, err := client.FindWaiting(list, name)
	if err != nil {
		return err
	}
	d := l.deposits[name]
	d.fate, d.fresh = leaving, true
	doc := &thing{plain: d.plain, fresh: true}
	l.docs[name] = doc
	if doc.entry, err = l.safe.Adopt(ctx, w, ""); err == nil {
		d.fate, doc.fate = gone, there
		l.events[journal.WhatDocumentAdded]++
	}
	return err
}

// sound runs the operator's check. An orphan is what a kill may leave where a
// cut deposit is replaced; scrub takes it.
func (l *ledger) sound() {
	l.t.Helper()
	stores := []string{"--data", l.g.data}
	if l.g.config != "" {
		stores = []string{"--config", l.g.config}
	}
	out, err := exec.Command(build(l.t).coffred, append([]string{"check", "--deep"}, stores...)...).CombinedOutput()
	if err == nil {
		return
	}
	report := string(out)
	for line := range strings.Lines(report) {
		if !strings.HasPrefix(line, "object-orphan:") && !strings.HasPrefix(line, "coffred: check:") {
			l.t.Fatalf("check --deep: %v\n%s", err, report)
		}
	}
	b, err := exec.Command(build(l.t).coffred, append([]string{"scrub"}, stores...)...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("scrub: %v\n%s", err, b)
	}
	l.t.Logf("scrub: %s", b)
}
