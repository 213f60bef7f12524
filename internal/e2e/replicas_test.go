package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// fleet is three gateways before one PostgreSQL, one Redis and one object
// store, behind nginx.
type fleet struct {
	t        *testing.T
	replicas [3]*gateway
	door     *gateway // nginx: an address, with the first gateway's directory
	configs  [3]string
	beat     chan struct{} // a request is made
}

const replicaConfig = `mode: demo
listen: %s
public_url: %s
data: %s
log_origin: coffre.demo/log
agents: anyone
territory: {name: Valmont Agglomération, colour: "#1f5f6b", contact: coffre@valmont.example}
limits: {pace: 100}
proxies: [127.0.0.1]
database: {dsn_file: %q}
state: {redis: standalone, addresses: [%q], password_file: %q}
objects: {endpoint: %q, bucket: %q, access_key: %q, secret_file: %q}
keys: {dir: %q}
`

func newFleet(t *testing.T) *fleet {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	dsn, redis, s3 := servers.Postgres(t), servers.Redis(t), servers.VersityGW(t)
	f := &fleet{t: t, beat: make(chan struct{}, between)}
	var ports [4]int
	for i := range ports {
		ports[i] = servers.FreePort(t)
	}
	bucket := "b" + string(safe.NewID[safe.VersionID]())
	url := fmt.Sprintf("http://localhost:%d", ports[3])
	for i := range f.replicas {
		g := &gateway{t, &process{data: filepath.Join(dir, fmt.Sprint("data", i)), addr: fmt.Sprintf("127.0.0.1:%d", ports[i])}}
		g.config = file(fmt.Sprintf("replica%d.yaml", i), fmt.Sprintf(replicaConfig, g.addr, url, g.data, file("database", dsn), redis.Address, file("redis", redis.Password),
			s3.Endpoint, bucket, s3.AccessKey, file("s3", s3.Secret), filepath.Join(dir, "keys")))
		f.configs[i], f.replicas[i] = g.config, g
	}
	b, err := exec.Command(build(t).coffred, "keys", "--config", f.configs[0]).CombinedOutput()
	if err != nil {
		t.Fatalf("coffred keys: %v\n%s", err, b)
	}
	f.nginx(dir, ports)
	for _, g := range f.replicas {
		g.run()
	}
	f.door = &gateway{t, &process{data: f.replicas[0].data, url: url}}
	return f
}

// nginx runs with the file that operators are given. Log-ins go to the first
// gateway, whose simulators know their own secrets only.
func (f *fleet) nginx(dir string, ports [4]int) {
	f.t.Helper()
	proxy, err := filepath.Abs("../../ops/deploy/nginx/proxy.conf")
	must(f.t, err)
	b, err := os.ReadFile(proxy)
	must(f.t, err)
	first := filepath.Join(dir, "first.conf")
	must(f.t, os.WriteFile(first, []byte(strings.Replace(string(b), "http://coffre;", fmt.Sprintf("http://127.0.0.1:%d;", ports[0]), 1)), 0o600))
	work := servers.Dir(f.t, "nginx")
	conf := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log stderr warn;
events { worker_connections 512; }
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	upstream coffre {
		server 127.0.0.1:%[2]d max_fails=0;
		server 127.0.0.1:%[3]d max_fails=0;
		server 127.0.0.1:%[4]d max_fails=0;
	}
	server {
		listen 127.0.0.1:%[5]d;
		location ~ ^/(login|callback|logout|simulateur)(/|$) { include %[7]s; }
		location / { include %[6]s; }
	}
}
`, work, ports[0], ports[1], ports[2], ports[3], proxy, first)
	path := filepath.Join(dir, "nginx.conf")
	must(f.t, os.WriteFile(path, []byte(conf), 0o600))
	program, err := servers.Find("nginx", "/usr/sbin")
	must(f.t, err)
	servers.Start(f.t, servers.Command{
		Name: "nginx", Args: []string{program, "-c", path, "-e", "stderr"}, Dir: work,
		Ready: func(ctx context.Context) error { return answers(ctx, fmt.Sprintf("http://127.0.0.1:%d/", ports[3])) },
	})
}

// answers says whether somebody speaks HTTP there.
func answers(ctx context.Context, url string) error {
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(rq)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// cut counts requests that ended without an answer of a gateway.
type cut struct {
	calls, without int
	beat           chan<- struct{}
}

func (c *cut) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case c.beat <- struct{}{}:
	default:
	}
	resp, err := asBrowser{}.RoundTrip(r)
	if c.calls++; err != nil || resp.StatusCode == http.StatusBadGateway || resp.StatusCode == http.StatusGatewayTimeout {
		c.without++
	}
	return resp, err
}

// person lives through everything that happens to the fleet.
type person struct {
	name string
	*ledger
	cut cut
}

func (f *fleet) person(name string) *person {
	f.t.Helper()
	l := &ledger{
		t: f.t, g: f.door, dir: f.t.TempDir(), docs: map[string]*thing{}, grants: map[string]*thing{}, deposits: map[string]*thing{}, events: map[string]int{},
	}
	p := &person{name: name, ledger: l, cut: cut{beat: f.beat}}
	citizen, office := f.door.login(name), f.door.login("camille")
	_, l.key = citizen.openSafe()
	as := func(h *http.Client, m *client.Memory, token string) *client.Client {
		own := *h
		own.Transport = &p.cut
		c, err := client.New(client.Config{Server: f.door.url, HTTP: &own, Memory: m, Token: token})
		must(f.t, err)
		return c
	}
	ctx := f.t.Context()
	l.citizen = as(citizen.http, client.NewMemory(), "")
	var err error
	l.safe, err = l.citizen.Unlock(ctx, secretOf(f.t, l.key.paper))
	must(f.t, err)
	l.office, err = as(office.http, client.NewMemory(), "").UnlockOffice(ctx, secretOf(f.t, "abeille maison soleil jardin bonheur cerise montagne"))
	must(f.t, err)
	b, err := os.ReadFile(filepath.Join(f.door.data, "demo", "systems", "mairie-de-valmont.jwk"))
	must(f.t, err)
	key, err := client.ParseSystemKey(b)
	must(f.t, err)
	m := client.NewMemory()
	token, err := as(&http.Client{}, m, "").SystemToken(ctx, key, "")
	must(f.t, err)
	l.system = as(&http.Client{}, m, token.AccessToken)
	mairie, err := l.citizen.FindAdministration(ctx, "Mairie de Valmont")
	must(f.t, err)
	address, err := l.citizen.CreateAddress(ctx, mairie.ID)
	must(f.t, err)
	l.address = address.ID
	return p
}

// TestThreeGatewaysBehindNginx: gateways are drained and replaced, then
// killed, while three citizens, an administration and its system work. A
// drained one costs at most what reaches its door as that closes; a killed one
// the requests that it had. Nobody is logged out, nothing acknowledged is lost, no act happens
// twice, and one journal tells of all of it.
func TestThreeGatewaysBehindNginx(t *testing.T) {
	f := newFleet(t)
	people := []*person{f.person("angela"), f.person("fatou"), f.person("minh")}
	// Looking at everything is for quiet moments; acts are not.
	var quiet sync.RWMutex
	random := rand.New(rand.NewPCG(20261126, 1))

	t.Run("drained", func(t *testing.T) {
		f.live(t, people, &quiet, 3, func(i int) {
			g := f.replicas[i%3].on(t)
			g.stop()
			g.start()
		})
		for _, p := range people {
			// A request that reaches a door as it closes is reset; what was sent
			// is not said twice by nginx, so its caller is told.
			if p.cut.without > atTheDoor {
				t.Errorf("%s: %d of %d requests had no answer while gateways were drained", p.name, p.cut.without, p.cut.calls)
			}
		}
	})
	t.Run("killed", func(t *testing.T) {
		f.live(t, people, &quiet, 5, func(int) {
			g := f.replicas[random.IntN(3)].on(t)
			_ = g.cmd.Process.Signal(syscall.SIGKILL)
			_ = g.ended()
			g.start()
		})
	})
	for _, p := range people {
		p.t = t
		p.look(true)
		p.told()
		t.Logf("%s: %d requests, %d without an answer", p.name, p.cut.calls, p.cut.without)
	}
	b, err := exec.Command(build(t).coffred, "check", "--deep", "--config", f.configs[1]).CombinedOutput()
	if err != nil && strings.Contains(string(b), "object-orphan:") {
		b, err = exec.Command(build(t).coffred, "scrub", "--config", f.configs[1]).CombinedOutput()
	}
	if err != nil {
		t.Errorf("check --deep: %v\n%s", err, b)
	}
}

// live lets everybody do rounds of everything, while chaos strikes again and
// again until the last one is through.
func (f *fleet) live(t *testing.T, people []*person, quiet *sync.RWMutex, rounds int, chaos func(i int)) {
	t.Helper()
	ctx, done := context.WithCancel(t.Context())
	var struck sync.WaitGroup
	struck.Go(func() {
		for i := 0; f.waits(ctx); i++ {
			func() {
				quiet.Lock()
				defer quiet.Unlock()
				chaos(i)
			}()
		}
	})
	t.Run("people", func(t *testing.T) {
		for _, p := range people {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				p.t = t
				for i := range rounds {
					err := p.story(fmt.Sprintf("%s-%02d", strings.ReplaceAll(t.Name(), "/", "-"), i))
					if client.IsProblem(err, "unauthenticated") || client.IsProblem(err, "session-expired") {
						t.Errorf("%s was logged out: %v", p.name, err)
					}
					if err != nil {
						t.Logf("round %d: %v", i, err)
					}
					func() {
						quiet.RLock()
						defer quiet.RUnlock()
						p.look(false)
					}()
				}
			})
		}
	})
	done()
	struck.Wait()
}

// atTheDoor is how many requests of one person may meet a closing door.
const atTheDoor = 2

// between is how many requests pass between two blows.
const between = 25

// waits for as many requests; false when everybody is through.
func (f *fleet) waits(ctx context.Context) bool {
	for range between {
		select {
		case <-f.beat:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
