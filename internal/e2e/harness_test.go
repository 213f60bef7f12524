package e2e_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// patience bounds what a test waits for; reaching it is a failure.
const patience = 2 * time.Minute

// programs are built once for all tests, with the demonstration.
type programs struct{ dir, coffred, coffre, age string }

var built = sync.OnceValues(func() (programs, error) {
	dir, err := os.MkdirTemp("", "coffre-e2e-*")
	if err != nil {
		return programs{}, err
	}
	p := programs{dir, filepath.Join(dir, "coffred"), filepath.Join(dir, "coffre"), filepath.Join(dir, "age")}
	for out, pkg := range map[string]string{p.coffred: "./cmd/coffred", p.coffre: "./cmd/coffre", p.age: "filippo.io/age/cmd/age"} {
		cmd := exec.Command("go", "build", "-tags", "demo", "-o", out, pkg)
		cmd.Dir = filepath.Join("..", "..")
		if b, err := cmd.CombinedOutput(); err != nil {
			return p, fmt.Errorf("build %s: %w\n%s", pkg, err, b)
		}
	}
	return p, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if p, err := built(); err == nil {
		_ = os.RemoveAll(p.dir)
	}
	os.Exit(code)
}

func build(t *testing.T) programs {
	t.Helper()
	p, err := built()
	must(t, err)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// gateway is a coffred process with its data directory.
type gateway struct {
	t *testing.T
	*process
}

type process struct {
	data string
	addr string // host:port to listen on; kept over restarts
	url  string
	env  []string
	// config is the file to serve by; "" is the demonstration's defaults.
	config  string
	program string // another build than coffred
	// how are its arguments, by the address; nil is to serve.
	how  func(addr string) []string
	cmd  *exec.Cmd
	done chan error
	mu   sync.Mutex
	logs bytes.Buffer // everything it wrote, over all its lives
}

// on is the same gateway in a subtest.
func (g *gateway) on(t *testing.T) *gateway { return &gateway{t, g.process} }

// serve starts a demonstration on a free port, in a new data directory, with
// more of an environment ("NAME=value").
func serve(t *testing.T, env ...string) *gateway {
	t.Helper()
	g := &gateway{t, &process{data: filepath.Join(t.TempDir(), "data"), addr: "127.0.0.1:0", env: env}}
	g.run()
	return g
}

// run starts it until the test ends; one that fails shows what it wrote.
func (g *gateway) run() {
	g.t.Helper()
	g.start()
	g.t.Cleanup(func() {
		if g.cmd != nil {
			g.stop()
		}
		if g.t.Failed() {
			g.t.Logf("the gateway at %s wrote:\n%s", g.addr, g.written())
		}
	})
}

func (g *process) written() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.logs.String()
}

// Write keeps what the process says.
func (g *process) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.logs.Write(p)
}

// start runs it, again after stop or kill, and waits until it listens.
func (g *gateway) start() {
	g.t.Helper()
	how := []string{"serve", "--demo", "--listen", g.addr, "--data", g.data}
	if g.config != "" {
		how = []string{"serve", "--config", g.config}
	}
	if g.how != nil {
		how = g.how(g.addr)
	}
	g.cmd = exec.Command(cmp.Or(g.program, build(g.t).coffred), how...)
	g.cmd.Stderr, g.cmd.Env = g, append(os.Environ(), g.env...)
	out, err := g.cmd.StdoutPipe()
	must(g.t, err)
	must(g.t, g.cmd.Start())
	listening := make(chan string, 1)
	g.done = make(chan error, 1)
	cmd, done := g.cmd, g.done
	go func() {
		lines := bufio.NewScanner(io.TeeReader(out, g))
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
				listening <- at
			}
		}
		close(listening)
		done <- cmd.Wait()
	}()
	select {
	case at, ok := <-listening:
		if !ok {
			err := <-done
			g.cmd = nil
			g.t.Fatalf("coffred did not start: %v\n%s\nif the web application is missing, run `make web` first", err, g.written())
		}
		u, err := url.Parse(at)
		must(g.t, err)
		g.url, g.addr = at, "127.0.0.1:"+u.Port()
	case <-time.After(patience):
		g.t.Fatalf("coffred does not say that it listens:\n%s", g.written())
	}
}

// stop ends it as Ctrl-C does, and expects that it ends well.
func (g *gateway) stop() {
	g.t.Helper()
	must(g.t, g.cmd.Process.Signal(os.Interrupt))
	if err := g.ended(); err != nil {
		g.t.Errorf("coffred did not stop cleanly: %v\n%s", err, g.written())
	}
}

// kill ends it as a power cut does, unless something else has.
func (g *gateway) kill() {
	g.t.Helper()
	_ = g.cmd.Process.Signal(syscall.SIGKILL)
	_ = g.ended() // "signal: killed"
}

func (g *gateway) ended() error {
	g.t.Helper()
	g.cmd = nil
	select {
	case err := <-g.done:
		return err
	case <-time.After(patience):
		g.t.Fatal("coffred does not end")
		return nil
	}
}

// check runs `coffred check --deep` on the data of a stopped gateway.
func (g *gateway) check() (report string, err error) {
	g.t.Helper()
	cmd := exec.Command(cmp.Or(g.program, build(g.t).coffred), "check", "--deep", "--data", g.data)
	cmd.Env = append(os.Environ(), g.env...)
	b, err := cmd.CombinedOutput()
	return string(b), err
}

// browser is somebody in front of the web pages: a cookie jar, and the
// headers that browsers send.
type browser struct {
	t    *testing.T
	g    *gateway
	http *http.Client
}

type asBrowser struct{}

func (asBrowser) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return http.DefaultTransport.RoundTrip(r)
}

// login plays a persona through the simulator, as a person clicks.
// logSigner is the journal's own key, as its operator has it.
func (g *gateway) logSigner() note.Signer {
	g.t.Helper()
	b, err := os.ReadFile(filepath.Join(g.data, "keys", "journal.key"))
	must(g.t, err)
	skey, _, _ := strings.Cut(string(b), "\n")
	signer, err := note.NewSigner(skey)
	must(g.t, err)
	return signer
}

func (g *gateway) login(persona string) *browser {
	g.t.Helper()
	jar, err := cookiejar.New(nil)
	must(g.t, err)
	b := &browser{t: g.t, g: g, http: &http.Client{Jar: jar, Transport: asBrowser{}, Timeout: patience}}
	var failed error
	for _, provider := range []string{"franceconnect", "proconnect"} {
		if failed = b.choose(provider, persona); failed == nil {
			return b
		}
	}
	g.t.Fatalf("log in as %s: %v", persona, failed)
	return nil
}

var errNoPersona = errors.New("no such persona at this provider")

func (b *browser) choose(provider, persona string) error {
	resp, err := b.http.Get(b.g.url + "/login/" + provider)
	if err != nil {
		return err
	}
	page, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s shows %s: %w", provider, resp.Status, err)
	}
	if !bytes.Contains(page, []byte(`value="`+persona+`"`)) {
		return errNoPersona
	}
	resp, err = b.http.PostForm(resp.Request.URL.String(), url.Values{"persona": {persona}})
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if at := resp.Request.URL.String(); resp.StatusCode != http.StatusOK || strings.Contains(at, "refus=") {
		return fmt.Errorf("log-in ended at %s: %s", at, resp.Status)
	}
	return nil
}

// client calls the interface in this browser's session.
func (b *browser) client() *client.Client {
	b.t.Helper()
	c, err := client.New(client.Config{Server: b.g.url, HTTP: b.http, Language: "fr"})
	must(b.t, err)
	return c
}

// json reads one of the gateway's answers.
func (b *browser) json(path string, out any) {
	b.t.Helper()
	resp, err := b.http.Get(b.g.url + path)
	must(b.t, err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %s", path, resp.Status)
	}
	must(b.t, json.NewDecoder(resp.Body).Decode(out))
}

// answer allows or refuses a command line that waits with this code.
func (b *browser) answer(code string, allow bool) error {
	at := b.g.url + "/api/v1/devices/" + strings.ReplaceAll(code, "-", "")
	resp, err := b.http.Post(at, "application/json", strings.NewReader(fmt.Sprintf(`{"allow":%v}`, allow)))
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("answer code %s: %s", code, resp.Status)
	}
	return nil
}

// keys open a safe: texts as a person keeps them.
type keys struct{ paper, passphrase string }

// openSafe accepts the terms and opens the safe of whoever is in front.
func (b *browser) openSafe() (*client.Safe, keys) {
	b.t.Helper()
	ctx := context.Background()
	c := b.client()
	terms, err := c.Terms(ctx)
	must(b.t, err)
	must(b.t, c.AcceptTerms(ctx, terms.Version))
	paper, err := sealed.PaperWords(sealed.NewSecret(), "fr")
	must(b.t, err)
	seven, err := sealed.NewPassphrase("fr")
	must(b.t, err)
	k := keys{strings.Join(paper, " "), strings.Join(seven, " ")}
	s, err := c.CreateSafe(ctx, []sealed.NewUnlocker{
		{Kind: sealed.KindPaper, Label: "papier", P: secretOf(b.t, k.paper)},
		{Kind: sealed.KindPassphrase, Label: "phrase", P: secretOf(b.t, k.passphrase)},
	})
	must(b.t, err)
	return s, k
}

// listen serves on a free port of this machine until the test ends.
func listen(t *testing.T, srv *http.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", srv.Addr)
	must(t, err)
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port)
}

func secretOf(t *testing.T, text string) sealed.Secret {
	t.Helper()
	p, err := client.ParseKey(text)
	must(t, err)
	return p
}
