package safe_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"golang.org/x/mod/sumdb/note"
)

const (
	terms  = "2026-11"
	origin = "coffre.test/log"
	mib    = 1 << 20
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// world is a domain on a real database and log, and a map of objects.
type world struct {
	*safe.Domain
	ctx   context.Context
	clock *clock
	db    *sqlstore.DB
	blobs *blobMap
	log   *journal.Log
	vkey  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &world{ctx: ctx, clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, blobs: newBlobMap()}
	db, err := sqlstore.Open(ctx, sqlstore.Config{DSN: "sqlite://" + filepath.Join(t.TempDir(), "test.db"), Now: w.clock.now})
	must(t, err)
	w.db = db
	skey, vkey, err := journal.GenerateKey(origin)
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)
	w.vkey = vkey
	seq := journal.NewSequencer(journal.SequencerConfig{
		Store: db.Log(), Signer: signer, Origin: origin, Now: w.clock.now,
		Log: slog.New(slog.DiscardHandler), Interval: 10 * time.Millisecond,
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = seq.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		must(t, db.Close())
	})
	w.log = journal.NewLog(db.Log(), func(ctx context.Context, fn func(journal.Reader) error) error {
		return db.View(ctx, func(tx safe.Tx) error { return fn(tx.Leaves) })
	}, seq)
	// What an Update runs may be run again, so here it always is.
	w.Domain = safe.New(w.config(storagetest.Twice(db), w.blobs))
	return w
}

func (w *world) config(rows safe.Rows, blobs safe.Blobs) safe.Config {
	return safe.Config{
		Rows: rows, Blobs: blobs, Log: w.log, Now: w.clock.now, TermsVersion: terms,
		Limits: safe.Limits{Document: 2 * mib, Safe: 6 * mib}, LogKey: w.vkey, Origin: "https://coffre.test",
		Policy: safe.Policy{Admission: safe.AdmitAnyone},
	}
}

// with is the same world through other ports, or with another configuration.
func (w *world) with(change func(*safe.Config)) *world {
	c := w.config(w.db, w.blobs)
	change(&c)
	other := *w
	other.Domain = safe.New(c)
	return &other
}

// citizen is somebody with an open safe, and what her client knows.
type citizen struct {
	safe.Actor
	w        *world
	ring     *sealed.Keyring
	vault    *sealed.Identity
	manifest sealed.Manifest
	hash     [32]byte // of the sealed manifest
	keyring  sealed.Container
}

func (w *world) login(t *testing.T, sub string) safe.Actor {
	t.Helper()
	acc, err := w.SignIn(w.ctx, safe.SignIn{Kind: safe.Citizen, Issuer: "https://fc.test", Sub: sub, Name: "Angela " + sub, ACR: "eidas1", Door: "web"})
	must(t, err)
	return safe.Actor{Kind: safe.Citizen, Account: acc.ID, Safe: acc.Safe, Name: acc.Name, Level: 1, Door: "web"}
}

func (w *world) citizen(t *testing.T, sub string) *citizen {
	t.Helper()
	c := &citizen{Actor: w.login(t, sub), w: w}
	must(t, w.AcceptTerms(w.ctx, c.Actor, terms))
	c.ring, c.keyring = newKeyring(t, w, string(c.Safe))
	var err error
	c.vault, err = c.ring.Vault()
	must(t, err)
	c.manifest = sealed.Manifest{Suite: sealed.Suite, Safe: string(c.Safe), Epoch: 1, Time: stamp(w.clock.now())}
	body := c.sealManifest(t)
	_, err = w.OpenSafe(w.ctx, c.Actor, c.keyring, body)
	must(t, err)
	c.hash = sha256.Sum256(body)
	return c
}

func newKeyring(t *testing.T, w *world, holder string) (*sealed.Keyring, sealed.Container) {
	t.Helper()
	ring, c, err := sealed.NewKeyring(holder, []sealed.NewUnlocker{
		{Kind: "paper", Label: "papier", P: sealed.NewSecret()},
		{Kind: "passphrase", Label: "phrase", P: sealed.NewSecret()},
	}, w.clock.now())
	must(t, err)
	return ring, c
}

func (c *citizen) sealManifest(t *testing.T) []byte {
	t.Helper()
	b, err := c.manifest.Seal(c.ring.Root(), c.vault.Recipient())
	must(t, err)
	return b
}

// change makes the next manifest and sends it.
func (c *citizen) change(t *testing.T, d *safe.Domain, adopt []safe.Adoption, erase []safe.DocumentID) error {
	t.Helper()
	next := c.manifest
	next.Epoch++
	next.Previous = hex.EncodeToString(c.hash[:])
	old := c.manifest
	c.manifest = next
	body := c.sealManifest(t)
	got, err := d.Change(c.w.ctx, c.Actor, c.hash, c.signed(t, safe.Change{Epoch: next.Epoch, Sealed: body, Adopt: adopt, Erase: erase}))
	if err != nil {
		c.manifest = old
		return err
	}
	c.hash = got.Hash
	return nil
}

// signed adds what her client signs, with the manifest that it knows.
func (c *citizen) signed(t *testing.T, ch safe.Change) safe.Change {
	t.Helper()
	return c.signedOn(t, c.hash, ch)
}

func (c *citizen) signedOn(t *testing.T, match [32]byte, ch safe.Change) safe.Change {
	t.Helper()
	said := sealed.Change{
		Suite: sealed.Suite, Safe: string(c.Safe), Epoch: ch.Epoch, Match: hex.EncodeToString(match[:]), Manifest: sealed.Hash(ch.Sealed),
	}
	for _, ad := range ch.Adopt {
		said.Adopt = append(said.Adopt, sealed.ChangedOwn{Doc: string(ad.Doc), Version: string(ad.Version), Grant: sealed.Hash(ad.Grant)})
	}
	for _, ad := range ch.Reseal {
		said.Reseal = append(said.Reseal, sealed.ChangedOwn{Doc: string(ad.Doc), Version: string(ad.Version), Grant: sealed.Hash(ad.Grant)})
	}
	for _, doc := range ch.Erase {
		said.Erase = append(said.Erase, string(doc))
	}
	for _, g := range ch.Grants {
		said.Grants = append(said.Grants, sealed.ChangedGive{ID: string(g.ID), Version: string(g.Version), Grant: sealed.Hash(g.Grant)})
	}
	for _, d := range ch.Drop {
		said.Drop = append(said.Drop, sealed.ChangedDrop{Doc: string(d.Doc), Version: string(d.Version)})
	}
	var err error
	ch.Signature, err = said.Sign(c.ring.Root())
	must(t, err)
	return ch
}

// document is one as its holder's client knows it.
type document struct {
	plain  []byte
	key    *sealed.Identity
	sealed []byte
	sum    [32]byte
	v      safe.Version
	grant  []byte
}

func newDocument(t *testing.T, size int) *document {
	t.Helper()
	d := &document{plain: make([]byte, size)}
	_, _ = rand.Read(d.plain)
	var err error
	d.key, err = sealed.NewIdentity()
	must(t, err)
	d.seal(t)
	return d
}

func (d *document) seal(t *testing.T) {
	t.Helper()
	r, err := sealed.SealDocument(bytes.NewReader(d.plain), int64(len(d.plain)), d.key.Recipient())
	must(t, err)
	d.sealed, err = io.ReadAll(r)
	must(t, err)
	d.sum = sha256.Sum256(d.sealed)
}

// sealGrant makes the grant of a stored version for a reader.
func (c *citizen) sealGrant(t *testing.T, d *document, reader string, to *sealed.Recipient) []byte {
	t.Helper()
	b, err := sealed.SealGrant(sealed.Grant{
		Suite: sealed.Suite, Safe: string(c.Safe), Doc: string(d.v.Doc), Version: string(d.v.ID),
		SHA256: hex.EncodeToString(d.sum[:]), Sealed: int64(len(d.sealed)), Size: int64(len(d.plain)),
		Name: "avis d'imposition.pdf", Type: "application/pdf", Created: stamp(c.w.clock.now()),
		Reader: reader, Recipient: to.Fingerprint(),
	}, c.ring.Root(), d.key, to)
	must(t, err)
	return b
}

func (c *citizen) upload(t *testing.T, d *document) {
	t.Helper()
	v, err := c.w.Reserve(c.w.ctx, c.Actor, newKey(), "", int64(len(d.sealed)))
	must(t, err)
	d.v, err = c.w.Store(c.w.ctx, c.Actor, v.Doc, v.ID, bytes.NewReader(d.sealed), int64(len(d.sealed)), d.sum)
	must(t, err)
}

// put brings a document into the safe.
func (c *citizen) put(t *testing.T, size int) *document {
	t.Helper()
	d := newDocument(t, size)
	c.upload(t, d)
	must(t, c.change(t, c.w.Domain, []safe.Adoption{c.adoption(t, d)}, nil))
	return d
}

func (c *citizen) adoption(t *testing.T, d *document) safe.Adoption {
	t.Helper()
	d.grant = c.sealGrant(t, d, string(c.Safe), c.vault.Recipient())
	return safe.Adoption{Doc: d.v.Doc, Version: d.v.ID, Grant: d.grant}
}

// mairie is an administration with a key and somebody in it.
type mairie struct {
	safe.Administration
	agent  safe.Actor
	system safe.Actor
	key    *sealed.Identity
	root   sealed.RootKey
}

func operator() safe.Actor { return safe.Actor{Kind: safe.Operator, Name: "coffred", Door: "cli"} }

func (w *world) mairie(t *testing.T, name, siret string) *mairie {
	t.Helper()
	adm, err := w.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{
		SIRET: siret, Name: name, Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}},
	})
	must(t, err)
	m := &mairie{Administration: adm}
	acc, err := w.SignIn(w.ctx, safe.SignIn{Kind: safe.Agent, Issuer: "https://pc.test", Sub: "agent-" + siret, Name: "Camille Martin", SIRET: siret, Door: "web"})
	must(t, err)
	m.agent = safe.Actor{Kind: safe.Agent, Account: acc.ID, Administration: adm.ID, Name: acc.Name, Level: 1, Door: "web"}
	sys, err := w.RegisterSystem(w.ctx, operator(), safe.NewSystem{
		Administration: adm.ID, Name: "Guichet", Scopes: []string{safe.ScopeDeposit, safe.ScopeRetrieve, safe.ScopeRequest}, KeySet: []byte(`{"keys":[{"kty":"EC"}]}`),
	})
	must(t, err)
	m.system = safe.Actor{Kind: safe.System, System: sys.ID, Administration: adm.ID, Name: sys.Name, Door: "api", Scopes: sys.Scopes}
	return m
}

func (w *world) keyedMairie(t *testing.T, name, siret string) *mairie {
	t.Helper()
	m := w.mairie(t, name, siret)
	ring, container := newKeyring(t, w, string(m.ID))
	_, err := w.PutAdministrationKeyring(w.ctx, m.agent, nil, container)
	must(t, err)
	m.root = ring.Root()
	m.key, err = ring.Vault()
	must(t, err)
	return m
}

func (c *citizen) newGrant(t *testing.T, d *document, m *mairie) safe.NewGrant {
	t.Helper()
	return safe.NewGrant{
		Key: newKey(), Doc: d.v.Doc, Version: d.v.ID, Administration: m.ID, Service: "etat-civil",
		Purpose: "inscription scolaire", NotAfter: c.w.clock.now().Add(30 * 24 * time.Hour),
		Sealed: c.sealGrant(t, d, string(m.ID), m.key.Recipient()),
	}
}

func (c *citizen) share(t *testing.T, d *document, m *mairie) safe.Grant {
	t.Helper()
	g, err := c.w.Share(c.w.ctx, c.Actor, c.newGrant(t, d, m))
	must(t, err)
	return g
}

func newKey() string { return safe.NewID[string]() }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantKind fails unless err is an *Error of that kind.
func wantKind(t *testing.T, err error, k safe.Kind) {
	t.Helper()
	if !safe.IsKind(err, k) {
		t.Fatalf("got error %v, want kind %d", err, k)
	}
}

// events is a safe's journal, newest first ("" = events of no safe).
func (w *world) events(t *testing.T, id safe.SafeID) []journal.Event {
	t.Helper()
	var out []journal.Event
	must(t, w.db.View(w.ctx, func(tx safe.Tx) error {
		recs, err := tx.Leaves.OfSafe(w.ctx, string(id), "", 1000)
		for _, r := range recs {
			e, err := journal.DecodeEvent(r.Event)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return err
	}))
	return out
}
