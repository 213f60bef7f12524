package gateway_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/memstore"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

const (
	origin = "coffre.test/log"
	kib    = 1 << 10
	mib    = 1 << 20
	// secretCause stands for what only the log may know.
	secretCause = "dial tcp 10.1.2.3:9000 /srv/coffre secret"
)

// world is a whole gateway on a socket: database, object store, journal,
// sessions and tokens are real, only time is moved by hand.
type world struct {
	ctx      context.Context
	clock    *clock
	db       *sqlstore.DB
	rows     *rows
	blobs    *store
	tiles    *storagetest.MemoryTiles
	log      *journal.Log
	vkey     string
	domain   *safe.Domain
	sessions *session.Manager
	gateway  *gateway.Gateway
	once     session.Once
	url      string
	logged   *lines
	told     []journal.Event // by the last operation of openapi.yaml, in the journal

	mu       sync.Mutex
	answered map[string][]int // statuses by operation, as told to Observe
	more     *sync.Cond
	seen     map[string]map[int]bool // what the contract test has seen
}

// setting changes the world before it starts.
type setting func(*safe.Config, *gateway.Config)

func newWorld(t *testing.T, settings ...setting) *world {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &world{
		ctx: ctx, clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, blobs: &store{Blobs: openBucket(t)},
		tiles: storagetest.NewMemoryTiles(), logged: &lines{}, answered: map[string][]int{}, seen: map[string]map[int]bool{},
	}
	w.more = sync.NewCond(&w.mu)
	db, err := sqlstore.Open(ctx, sqlstore.Config{DSN: "sqlite://" + filepath.Join(t.TempDir(), "test.db"), Now: w.clock.now})
	must(t, err)
	w.db, w.rows = db, &rows{Rows: db}
	ended := w.sequence(t)
	server := httptest.NewUnstartedServer(nil)
	w.url = "http://" + server.Listener.Addr().String()
	w.compose(t, settings)
	server.Config = gateway.Server(w.gateway.Handler(), slog.New(slog.DiscardHandler))
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		cancel()
		<-ended
		must(t, db.Close())
	})
	return w
}

// sequence starts the journal.
func (w *world) sequence(t *testing.T) (ended chan struct{}) {
	t.Helper()
	skey, vkey, err := journal.GenerateKey(origin)
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)
	w.vkey = vkey
	seq := journal.NewSequencer(journal.SequencerConfig{
		Store: w.db.Log(), Signer: signer, Origin: origin, Now: w.clock.now,
		Tiles: w.tiles, VKey: vkey,
		Log: slog.New(slog.DiscardHandler), Interval: time.Second, // who waits for a proof does not wait for it
	})
	_, err = seq.Step(w.ctx) // the first checkpoint, so that nobody comes before it
	must(t, err)
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		_ = seq.Run(w.ctx)
	}()
	w.log = journal.NewLog(w.db.Log(), func(ctx context.Context, fn func(journal.Reader) error) error {
		return w.db.View(ctx, func(tx safe.Tx) error { return fn(tx.Leaves) })
	}, seq)
	return ended
}

func (w *world) compose(t *testing.T, settings []setting) {
	t.Helper()
	terms, err := gateway.LoadTerms()
	must(t, err)
	sc := safe.Config{
		Rows: w.rows, Blobs: w.blobs, Log: w.log, Now: w.clock.now, TermsVersion: terms.Version,
		Limits: safe.Limits{Document: 4 * mib, Safe: 64 * mib}, LogKey: w.vkey, Origin: w.url,
		Policy: safe.Policy{Admission: safe.AdmitAnyone}, PaperDoor: true,
	}
	once := memstore.NewOnce(w.clock.now)
	w.once = once
	w.sessions, err = session.NewManager(session.Config{
		Store: memstore.NewSessions(w.clock.now), Once: once, Now: w.clock.now, HintKey: make([]byte, 32), Secure: true,
	})
	must(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	tokens, err := machine.New(machine.Config{Issuer: w.url, Signer: key, Once: once, Now: w.clock.now, Systems: w.systems})
	must(t, err)
	gc := gateway.Config{
		Log: w.log, Sessions: w.sessions, Machine: tokens, Once: once, Limiter: memstore.NewLimiter(w.clock.now),
		PublicURL: w.url, Now: w.clock.now, Observe: w.observe, Logger: slog.New(slog.NewJSONHandler(w.logged, nil)),
		Pages: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "page") }),
		Site: gateway.Site{
			Name: "Valmont", Colour: "#123456", Mode: "production", Version: "test", LogKey: w.vkey,
			Files:     map[string]string{"/index.html": strings.Repeat("ab", 32), "/assets/app.js": strings.Repeat("cd", 32)},
			Providers: []gateway.SiteProvider{{ID: "fc", Kind: "citizen", Label: "FranceConnect"}},
		},
	}
	sc.Outlets, gc.WebhookKey = outlets(t)
	for _, set := range settings {
		set(&sc, &gc)
	}
	w.domain = safe.New(sc)
	gc.Safe = w.domain
	w.gateway = gateway.New(gc)
}

func (w *world) systems(ctx context.Context, id string) (machine.System, error) {
	sys, adm, err := w.domain.System(ctx, safe.SystemID(id))
	if safe.IsKind(err, safe.NotFound) {
		return machine.System{}, machine.ErrUnknownSystem
	}
	return machine.System{
		ID: string(sys.ID), Administration: string(adm.ID), SIRET: adm.SIRET, Name: sys.Name, Scopes: sys.Scopes, KeySet: sys.KeySet,
	}, err
}

func (w *world) observe(operation string, status int, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answered[operation] = append(w.answered[operation], status)
	w.more.Broadcast()
}

// answers waits until an operation was answered n times, and gives the last
// status; 0 is an answer that could not be given.
func (w *world) answers(operation string, n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.answered[operation]) < n {
		w.more.Wait()
	}
	return w.answered[operation][n-1]
}

// sound asks what `coffred check --deep` asks.
func (w *world) sound(t *testing.T) {
	t.Helper()
	r, err := w.domain.CheckDeep(w.ctx)
	must(t, err)
	for _, f := range r.Findings {
		t.Errorf("check finds %s", f)
	}
}

// lines is the gateway's log.
type lines struct {
	mu  sync.Mutex
	all []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, p...)
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.all)
}
