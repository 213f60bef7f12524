package e2e_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// later builds the programs of a release to come, which know a second suite of
// formats, beside those of this one: coffre2 and coffred2.
var later = sync.OnceValues(func() (programs, error) {
	p, err := built()
	if err != nil {
		return p, err
	}
	p.coffred, p.coffre = filepath.Join(p.dir, "coffred2"), filepath.Join(p.dir, "coffre2")
	for out, pkg := range map[string]string{p.coffred: "./cmd/coffred", p.coffre: "./cmd/coffre"} {
		cmd := exec.Command("go", "build", "-tags", "demo suite2", "-o", out, pkg)
		cmd.Dir = filepath.Join("..", "..")
		if b, err := cmd.CombinedOutput(); err != nil {
			return p, fmt.Errorf("build %s: %w\n%s", pkg, err, b)
		}
	}
	return p, nil
})

// manyDocuments are in the safe that moves.
const manyDocuments = 1000

// TestASafeLeavesItsSuite (O11): a safe of a thousand documents, with shares in
// force, moves to a later suite of formats. The program that moves it, and the
// gateway, are killed at drawn moments; it goes on from where it was. In the end
// everything opens byte for byte, for the citizen and for the administration, and
// nothing of the first suite is left.
func TestASafeLeavesItsSuite(t *testing.T) {
	seed := uint64(20261126)
	t.Logf("seed %d", seed)
	random := mrand.New(mrand.NewPCG(seed, 0))
	next, err := later()
	must(t, err)
	m := newMove(t, random)
	begun := time.Now()
	m.fill()
	t.Logf("%d documents were put in, in %v", len(m.docs), time.Since(begun))
	m.g.stop()
	m.g.program = next.coffred
	m.g.start()

	s := newShell(t)
	at := m.proxy()
	s.set("COFFRE_SERVER", at)
	s.set("COFFRE_SECRET_FILE", s.write("paper.txt", []byte(m.key.paper)))
	if r := s.approved(m.g.login("angela"), true, "coffre2", "login", "--server", at, "--device-name", "portable"); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	begun = time.Now()
	for i, n := range []int{12 + random.IntN(12), 24 + random.IntN(30), 150 + random.IntN(300), 300 + random.IntN(600), 400 + random.IntN(900)} {
		m.cut(s, i, int64(n))
	}
	s.coffre2("keys", "upgrade", "--yes")
	t.Logf("they moved in %v, with every interruption", time.Since(begun))
	if told := s.coffre2("keys", "upgrade", "--yes"); !strings.Contains(told, "rien à faire") {
		t.Errorf("upgrade, done, says %q", told)
	}
	begun = time.Now()
	m.adoptLate(s)
	m.moved(s)
	m.refusedByThisRelease(s)
	t.Logf("everything was opened in %v", time.Since(begun))
	m.g.stop()
	if report, err := m.g.check(); err != nil {
		t.Errorf("check: %v\n%s", err, report)
	}
	m.nothingLeft(s)
}

// coffre2 runs the command line of the release to come.
func (s *shell) coffre2(args ...string) string {
	s.t.Helper()
	r := s.try("coffre2", args...)
	if r.code != 0 {
		s.t.Fatalf("coffre2 %q: exit %d\n%s%s", args, r.code, r.out, r.err)
	}
	return r.out
}

// move is a safe on its way.
type move struct {
	t      *testing.T
	g      *gateway
	random *mrand.Rand
	key    keys
	docs   map[string][]byte // by name
	shares map[string]string // grant, name of its document
	late   string            // name of a deposit of before
	mu     sync.Mutex
	count  int64 // requests since arm
	fall   int64 // at which something is killed
	victim func()
}

func newMove(t *testing.T, random *mrand.Rand) *move {
	t.Helper()
	port, dir := servers.FreePort(t), t.TempDir()
	config, data := filepath.Join(dir, "coffre.yaml"), filepath.Join(dir, "data")
	must(t, os.WriteFile(config, fmt.Appendf(nil, `mode: demo
listen: 127.0.0.1:%d
public_url: http://localhost:%d
data: %s
log_origin: coffre.demo/log
agents: anyone
territory: {name: Valmont Agglomération, colour: "#1f5f6b", contact: coffre@valmont.example}
objects: {bucket: coffre}
limits: {pace: 1000}
`, port, port, data), 0o600))
	m := &move{t: t, random: random, docs: map[string][]byte{}, shares: map[string]string{}}
	m.g = &gateway{t, &process{data: data, config: config}}
	m.g.run()
	return m
}

// fill makes the safe as this release does: documents, shares, a deposit.
func (m *move) fill() {
	m.t.Helper()
	ctx := m.t.Context()
	b := m.g.login("angela")
	_, m.key = b.openSafe()
	for i := range manyDocuments {
		content := make([]byte, 1+m.random.IntN(3000))
		_, _ = rand.Read(content)
		m.docs[fmt.Sprintf("document %04d.bin", i)] = content
	}
	newBulk(m, b).put()
	s, err := b.client().Unlock(ctx, secretOf(m.t, m.key.paper))
	must(m.t, err)
	for i, name := range []string{"document 0000.bin", "document 0500.bin", "document 0999.bin", "document 0999.bin", "document 0001.bin"} {
		e, err := s.Find(name)
		must(m.t, err)
		given, err := s.Share(ctx, e, client.ShareOrder{Administration: "Mairie de Valmont", Purpose: fmt.Sprint("but ", i), Until: time.Now().AddDate(0, 1, 0)})
		must(m.t, err)
		if i == 4 { // ended, it moves nowhere
			must(m.t, b.client().EndGrant(ctx, given.ID))
			continue
		}
		m.shares[given.ID] = name
	}
	m.deposit(b)
}

// deposit puts something into the inbox, to be taken in after the move.
func (m *move) deposit(b *browser) {
	m.t.Helper()
	ctx := m.t.Context()
	mairie, err := b.client().FindAdministration(ctx, "Mairie de Valmont")
	must(m.t, err)
	address, err := b.client().CreateAddress(ctx, mairie.ID)
	must(m.t, err)
	raw, err := os.ReadFile(filepath.Join(m.g.data, "demo", "systems", "mairie-de-valmont.jwk"))
	must(m.t, err)
	key, err := client.ParseSystemKey(raw)
	must(m.t, err)
	nobody, err := client.New(client.Config{Server: m.g.url})
	must(m.t, err)
	token, err := nobody.SystemToken(ctx, key, "")
	must(m.t, err)
	system, err := client.New(client.Config{Server: m.g.url, Token: token.AccessToken})
	must(m.t, err)
	m.late = "acte d'avant.txt"
	m.docs[m.late] = noise(2222)
	_, err = system.Deposit(ctx, client.DepositOrder{
		Address: address.ID, Name: m.late, Type: "text/plain", Size: 2222, Body: bytes.NewReader(m.docs[m.late]),
	})
	must(m.t, err)
}

// proxy is the way of the moving program to the gateway: it counts, and kills.
func (m *move) proxy() string {
	m.t.Helper()
	target := func() *url.URL { u, _ := url.Parse("http://" + m.g.addr); return u }
	rp := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target()) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	return listen(m.t, &http.Server{Addr: "127.0.0.1:0", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.count++
		if m.fall > 0 && m.count == m.fall {
			m.victim()
		}
		m.mu.Unlock()
		rp.ServeHTTP(w, r)
	})})
}

// cut starts the move and kills, at its nth request, the program or the gateway.
func (m *move) cut(s *shell, i int, n int64) {
	m.t.Helper()
	cmd := s.command("coffre2", "keys", "upgrade", "--yes")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	m.mu.Lock()
	m.count, m.fall = 0, n
	who := "the program"
	m.victim = func() { _ = cmd.Process.Signal(syscall.SIGKILL) }
	if i%2 == 1 {
		who = "the gateway"
		victim := m.g.cmd.Process
		m.victim = func() { _ = victim.Signal(syscall.SIGKILL) }
	}
	must(m.t, cmd.Start())
	m.mu.Unlock()
	err := cmd.Wait()
	m.mu.Lock()
	seen := m.count
	m.fall = 0
	m.mu.Unlock()
	m.t.Logf("%s is killed at request %d: %v", who, n, err)
	if err == nil || seen < n {
		m.t.Fatalf("the move ended after %d requests:\n%s", seen, out.String())
	}
	if who == "the gateway" {
		m.g.kill()
		m.g.start()
		if r := s.approved(m.g.login("angela"), true, "coffre2", "login", "--server", m.at(s), "--device-name", "portable"); r.code != 0 {
			m.t.Fatalf("login: %+v", r)
		}
	}
	name := fmt.Sprintf("document %04d.bin", m.random.IntN(manyDocuments))
	s.coffre2("get", name, "--out", "half-way", "--force")
	if !bytes.Equal(s.read("half-way"), m.docs[name]) {
		m.t.Errorf("%s: other bytes half-way", name)
	}
}

// at is the proxy's address, as the shell was told.
func (m *move) at(s *shell) string {
	m.t.Helper()
	for _, v := range slices.Backward(s.env) {
		if at, ok := strings.CutPrefix(v, "COFFRE_SERVER="); ok && at != "" {
			return at
		}
	}
	m.t.Fatal("no address")
	return ""
}

// adoptLate takes in the deposit of before the move: its document is of the first
// suite still, until the move is run once more.
func (m *move) adoptLate(s *shell) {
	m.t.Helper()
	s.coffre2("inbox", "adopt", m.late)
	if told := s.coffre2("keys", "upgrade", "--yes"); !strings.Contains(told, "nouveau format : 1") {
		m.t.Errorf("upgrade of the late one says %q", told)
	}
}

// moved holds everything against what was put in.
func (m *move) moved(s *shell) {
	m.t.Helper()
	s.coffre2("export", "--out", "tout.zip")
	s.coffre2("open", "tout.zip", "--out", "tout")
	for name, want := range m.docs {
		if !bytes.Equal(s.read("tout/"+name), want) {
			m.t.Errorf("%s: other bytes", name)
		}
	}
	agent := newShell(m.t)
	agent.set("COFFRE_SECRET_FILE", agent.write("mairie.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	if r := agent.approved(m.g.login("camille"), true, "coffre2", "login", "--server", m.g.url, "--device-name", "guichet"); r.code != 0 {
		m.t.Fatalf("agent's login: %+v", r)
	}
	for id, name := range m.shares {
		agent.coffre2("fetch", id, "--out", id)
		if !bytes.Equal(agent.read(id), m.docs[name]) {
			m.t.Errorf("the share of %s gives other bytes", name)
		}
	}
	told := strings.Count(s.coffre2("journal"), "maintenance : nouveau format")
	if told != len(m.docs) {
		m.t.Errorf("the journal tells of %d documents that moved, of %d", told, len(m.docs))
	}
}

// refusedByThisRelease: it knows one suite, and says that the safe is of a later.
func (m *move) refusedByThisRelease(s *shell) {
	m.t.Helper()
	_, err := m.g.login("angela").client().Unlock(context.Background(), secretOf(m.t, m.key.paper))
	if !errors.Is(err, sealed.ErrSuite) || client.IsAlarm(err) {
		m.t.Errorf("this release opens the moved safe: %v", err)
	}
	s.refused(1, []string{"version plus récente"}, "ls")
}
