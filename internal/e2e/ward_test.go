package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// ward is one gateway before PostgreSQL, Redis and an object store of its own,
// each behind a line that can be spoiled, and a ledger of what was
// acknowledged.
type ward struct {
	*ledger
	postgres             *servers.PostgresServer
	redis                *servers.RedisServer
	rows, state, objects *servers.Line
	forger               *forger // between the line of objects and the store
}

const wardConfig = `mode: demo
listen: %s
data: %s
log_origin: coffre.demo/log
agents: anyone
territory: {name: Valmont Agglomération, colour: "#1f5f6b", contact: coffre@valmont.example}
limits: {pace: 100}
database: {dsn_file: %q}
state: {redis: standalone, addresses: [%q], password_file: %q}
objects: {endpoint: %q, bucket: %q, access_key: %q, secret_file: %q, timeout: 2s}
`

func newWard(t *testing.T, random *rand.Rand) *ward {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	w := &ward{postgres: servers.NewPostgres(t), redis: servers.Redis(t)}
	s3 := servers.VersityGW(t)
	var store string
	w.forger, store = newForger(t, s3.Endpoint)
	dsn, err := url.Parse(w.postgres.Database(t))
	must(t, err)
	w.rows, w.state, w.objects = servers.Toxiproxy(t, dsn.Host), servers.Toxiproxy(t, w.redis.Address), servers.Toxiproxy(t, store)
	dsn.Host = w.rows.Endpoint
	g := &gateway{t, &process{data: filepath.Join(dir, "data"), addr: fmt.Sprintf("127.0.0.1:%d", servers.FreePort(t))}}
	g.config = file("coffre.yaml", fmt.Sprintf(wardConfig, g.addr, g.data, file("database", dsn.String()), w.state.Endpoint, file("redis", w.redis.Password),
		w.objects.Endpoint, "b"+string(safe.NewID[safe.VersionID]()), s3.AccessKey, file("s3", s3.Secret)))
	g.run()
	w.ledger = newLedger(t, g, random)
	return w
}

// mended waits until the gateway says that its stores answer, and knows again
// who is logged in. Nobody starts it again.
func (w *ward) mended() {
	w.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		_, err := w.citizen.Me(w.t.Context())
		switch {
		case !client.IsProblem(err, "unavailable") && w.ready():
			return
		case time.Now().After(deadline):
			w.t.Fatalf("everything is mended, and the gateway is not ready: %v", err)
		}
	}
}

func (w *ward) ready() bool {
	w.t.Helper()
	rq, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.g.url+"/readyz", nil)
	must(w.t, err)
	resp, err := http.DefaultClient.Do(rq)
	must(w.t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// forger stands before an object store and answers, when told so, in its
// place.
type forger struct {
	mu      sync.Mutex
	instead func(http.ResponseWriter, *http.Request) bool // true: answered
	change  func(*http.Response) error
}

func newForger(t *testing.T, store string) (f *forger, endpoint string) {
	t.Helper()
	f = &forger{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", store
			r.Out.Host = r.In.Host // it is under the request's signature
		},
		ModifyResponse: func(r *http.Response) error {
			if _, change := f.told(); change != nil {
				return change(r)
			}
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0), // lines are cut here
	}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if instead, _ := f.told(); instead == nil || !instead(rw, r) {
			proxy.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(srv.Close)
	return f, strings.TrimPrefix(srv.URL, "http://")
}

func (f *forger) told() (func(http.ResponseWriter, *http.Request) bool, func(*http.Response) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.instead, f.change
}

func (f *forger) tell(instead func(http.ResponseWriter, *http.Request) bool, change func(*http.Response) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instead, f.change = instead, change
}

// refusing answers requests of these methods with an error of S3.
func refusing(status int, code string, methods ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(rw http.ResponseWriter, r *http.Request) bool {
		for _, m := range methods {
			if r.Method == m {
				rw.Header().Set("Content-Type", "application/xml")
				rw.WriteHeader(status)
				_, _ = fmt.Fprintf(rw, "<Error><Code>%s</Code><Message>a test</Message></Error>", code)
				return true
			}
		}
		return false
	}
}

// flipped gives an object back with one bit changed in its middle.
func flipped(r *http.Response) error {
	if r.Request.Method != http.MethodGet || r.StatusCode >= 300 || !strings.Contains(r.Request.URL.Path, "/docs/") {
		return nil
	}
	b, err := io.ReadAll(r.Body)
	if err != nil || len(b) == 0 {
		return err
	}
	_ = r.Body.Close()
	b[len(b)/2] ^= 1
	r.Header.Set("Content-Length", strconv.Itoa(len(b)))
	r.Body = io.NopCloser(bytes.NewReader(b))
	return nil
}

// inTime gives a step its time; reaching the end of it is a failure.
func (w *ward) inTime(do func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), answerTime)
	defer cancel()
	began := time.Now()
	err := do(ctx)
	return time.Since(began), err
}
