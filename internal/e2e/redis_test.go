package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestRedisAway: somebody is logged in when Redis dies, and when it is back
// with nothing in it.
func TestRedisAway(t *testing.T) {
	redis := servers.Redis(t)
	dir := t.TempDir()
	password, config := filepath.Join(dir, "password"), filepath.Join(dir, "coffre.yaml")
	must(t, os.WriteFile(password, []byte(redis.Password), 0o600))
	addr := fmt.Sprintf("127.0.0.1:%d", servers.FreePort(t))
	must(t, os.WriteFile(config, []byte(fmt.Sprintf(`{mode: demo, listen: %q, data: %q, log_origin: coffre.demo/log, agents: anyone,
territory: {name: Valmont}, objects: {bucket: coffre}, state: {redis: standalone, addresses: [%q], password_file: %q}}`,
		addr, filepath.Join(dir, "data"), redis.Address, password)), 0o600))
	g := &gateway{t, &process{data: filepath.Join(dir, "data"), addr: addr, config: config}}
	g.run()
	b := g.login("angela")
	b.wants("/api/v1/me", http.StatusOK)
	redis.Kill()
	if h := b.wants("/api/v1/me", http.StatusServiceUnavailable); h.Get("Retry-After") == "" || h.Get("Set-Cookie") != "" {
		t.Errorf("without Redis: %v", h)
	}
	for _, path := range []string{"/", "/api/v1/site", "/log/checkpoint", "/healthz", "/readyz"} {
		b.wants(path, http.StatusOK)
	}
	resp, err := b.http.Get(g.url + "/login/franceconnect")
	must(t, err)
	must(t, resp.Body.Close())
	if at := resp.Request.URL.String(); at != g.url+"/connexion?refus=unavailable" || resp.StatusCode != http.StatusOK {
		t.Errorf("a log-in without Redis ends at %s: %s", at, resp.Status)
	}
	redis.Restart(t)
	b.wants("/api/v1/me", http.StatusUnauthorized) // nothing is in it any more
	b = g.login("angela")
	b.wants("/api/v1/me", http.StatusOK)
	g.stop() // while Redis is there
	g.start()
	b.wants("/api/v1/me", http.StatusOK) // a restart of the gateway logs nobody out
	redis.Kill()
	g.stop() // while it is not
	g.start()
	b.wants("/api/v1/site", http.StatusOK)
}

// wants asks until it is answered so: a moment passes until a dead server is
// known to be dead, and a new one to be there.
func (b *browser) wants(path string, status int) http.Header {
	b.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		resp, err := b.http.Get(b.g.url + path)
		must(b.t, err)
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == status:
			return resp.Header
		case time.Now().After(deadline):
			b.t.Fatalf("GET %s: %s, want %d", path, resp.Status, status)
		}
	}
}
