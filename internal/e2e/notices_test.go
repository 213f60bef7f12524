package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/notice"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// receiver is the system of an administration: what it was told, by id, and
// how it answers next.
type receiver struct {
	*httptest.Server
	t   *testing.T
	mu  sync.Mutex
	key string
	// calls by webhook-id: each body of them, in their order.
	calls  map[string][]string
	tries  int
	answer func(w http.ResponseWriter, try int)
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, calls: map[string][]string{}, answer: func(http.ResponseWriter, int) {}}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

// ServeHTTP takes a call only when the signature is the gateway's.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	h := q.Header
	r.mu.Lock()
	if err := notice.Verify(r.key, h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature"), body); err != nil {
		r.t.Errorf("a call with %v: %v", h, err)
	}
	r.tries++
	try, answer := r.tries, r.answer
	r.mu.Unlock()
	rec := httptest.NewRecorder()
	answer(rec, try)
	if rec.Code < 300 {
		r.mu.Lock()
		r.calls[h.Get("webhook-id")] = append(r.calls[h.Get("webhook-id")], string(body))
		r.mu.Unlock()
	}
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
}

// told gives how often it was told of each grant, by the ids of the calls.
func (r *receiver) told(what string) map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	grants := map[string]int{}
	for id, bodies := range r.calls {
		var said struct {
			Type string `json:"type"`
			Data struct {
				Grant string `json:"grant"`
			} `json:"data"`
		}
		for _, b := range bodies {
			if b != bodies[0] {
				r.t.Errorf("call %s said %s, and then %s", id, bodies[0], b)
			}
		}
		if err := json.Unmarshal([]byte(bodies[0]), &said); err != nil {
			r.t.Errorf("call %s: %v", id, err)
		}
		if said.Type == what {
			grants[said.Data.Grant]++
		}
	}
	return grants
}

func (r *receiver) waitTold(what string, n int) map[string]int {
	r.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if all := r.told(what); len(all) >= n {
			return all
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("of %d grants it was told %v", n, r.told(what))
		}
	}
}

func (r *receiver) host() string { return strings.TrimPrefix(r.URL, "https://") }

// ca writes the authority of test servers to a file.
func (r *receiver) ca(dir string) string {
	r.t.Helper()
	file := filepath.Join(dir, "receivers.pem")
	must(r.t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}), 0o600))
	return file
}

// teller is a gateway that tells people and systems.
func teller(t *testing.T, relay *servers.SMTPServer, receivers ...*receiver) *gateway {
	t.Helper()
	dir := t.TempDir()
	var hosts []string
	for _, r := range receivers {
		hosts = append(hosts, fmt.Sprintf("%q", r.host()))
	}
	port := servers.FreePort(t)
	file := filepath.Join(dir, "coffre.yaml")
	must(t, os.WriteFile(file, []byte(fmt.Sprintf(`mode: demo
listen: 127.0.0.1:%d
data: %s/data
log_origin: coffre.demo/log
territory: {name: Valmont Agglomération}
agents: anyone
objects: {bucket: coffre}
notices:
  smtp: {address: "localhost:%d", ca_file: %s, from: coffre@valmont.example}
  webhooks: {hosts: [%s], networks: [127.0.0.0/8], ca_file: %s}
`, port, dir, relay.Port, relay.CA, strings.Join(hosts, ", "), receivers[0].ca(dir))), 0o600))
	g := &gateway{t, &process{data: filepath.Join(dir, "data"), addr: fmt.Sprintf("127.0.0.1:%d", port), config: file}}
	g.run()
	return g
}

// town is a citizen with a document, and an agent of the town hall.
type town struct {
	g       *gateway
	key     keys
	citizen *client.Client
	safe    *client.Safe
	doc     string
	mairie  client.Administration
}

func (g *gateway) town() *town {
	g.t.Helper()
	w := &town{g: g}
	_, w.key = g.login("angela").openSafe()
	w.connect()
	in := filepath.Join(g.t.TempDir(), "livret.pdf")
	must(g.t, os.WriteFile(in, noise(2000), 0o600))
	e, err := w.safe.Put(g.t.Context(), in, client.PutOptions{})
	must(g.t, err)
	w.doc = e.ID
	w.mairie, err = w.citizen.FindAdministration(g.t.Context(), "Mairie de Valmont")
	must(g.t, err)
	return w
}

func (w *town) connect() {
	w.g.t.Helper()
	w.citizen = w.g.login("angela").client()
	var err error
	w.safe, err = w.citizen.Unlock(w.g.t.Context(), secretOf(w.g.t, w.key.paper))
	must(w.g.t, err)
}

func (w *town) share(ctx context.Context, purpose string) (string, error) {
	e, err := w.safe.Find(w.doc)
	if err != nil {
		return "", err
	}
	g, err := w.safe.Share(ctx, e, client.ShareOrder{Administration: w.mairie.ID, Purpose: purpose, Until: time.Now().Add(30 * 24 * time.Hour)})
	return g.ID, err
}

// register has the receivers called by the town hall's agent.
func (w *town) register(receivers ...*receiver) {
	w.g.t.Helper()
	agent := w.g.login("camille").client()
	resp, err := http.Get(w.g.url + "/api/v1/webhooks/key")
	must(w.g.t, err)
	key, err := io.ReadAll(resp.Body)
	must(w.g.t, err)
	must(w.g.t, resp.Body.Close())
	for _, r := range receivers {
		r.mu.Lock()
		r.key = strings.TrimSpace(string(key))
		r.mu.Unlock()
		_, err := agent.RegisterWebhook(w.g.t.Context(), r.URL+"/hook")
		must(w.g.t, err)
	}
}

// TestNoCallIsLostWhateverItsReceiverDoes: one system hangs, then is broken,
// then redirects inside, then takes what is sent; the gateway is killed in
// between. In the end it was told of every grant that the citizen was told she
// gave, each by one id; the other system was told all the time.
func TestNoCallIsLostWhateverItsReceiverDoes(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed inside") }))
	defer inside.Close()
	bad, good := newReceiver(t), newReceiver(t)
	g := teller(t, servers.SMTP(t), bad, good)
	w := g.town()
	w.register(bad, good)
	let := make(chan struct{})
	defer close(let)
	bad.answer = func(rw http.ResponseWriter, try int) {
		switch {
		case try <= 1:
			<-let // or until nobody waits any more
		case try <= 3:
			rw.WriteHeader(http.StatusInternalServerError)
		case try <= 4:
			rw.Header().Set("Location", inside.URL)
			rw.WriteHeader(http.StatusPermanentRedirect)
		}
	}
	given := map[string]bool{}
	for i := range 30 {
		if i == 10 || i == 20 { // in the middle of whatever it is doing
			g.kill()
			g.start()
			w.connect()
		}
		id, err := w.share(t.Context(), fmt.Sprintf("dossier %d", i))
		must(t, err)
		given[id] = true
	}
	for _, r := range []*receiver{good, bad} {
		told := r.waitTold("grant.created", len(given))
		for id, ids := range told {
			if !given[id] || ids != 1 {
				t.Errorf("told %d times, by other ids, of %s, which was given: %v", ids, id, given[id])
			}
		}
	}
	hooks, _, err := g.login("camille").client().Webhooks(t.Context())
	must(t, err)
	for _, h := range hooks {
		if h.State != "active" {
			t.Errorf("%s is %s: %s", h.URL, h.State, h.Reason)
		}
	}
}

var sixDigits = regexp.MustCompile(`(?m)^ +([0-9]{6})\r?$`)

// TestACitizenHearsOfNews by e-mail, over a relay that was away, and by nothing
// once she has taken her address back; the gateway's log knows no address.
func TestACitizenHearsOfNews(t *testing.T) {
	relay, system := servers.SMTP(t), newReceiver(t)
	g := teller(t, relay, system)
	w := g.town()
	ctx := t.Context()
	relay.Stop()
	n, err := w.citizen.ChooseEmail(ctx, "angela@courriel.example", "fr")
	must(t, err)
	g.kill() // the code is in the outbox
	relay.Restart(t)
	g.start()
	w.connect()
	first := relay.Wait(t, 1)[0]
	code := sixDigits.FindStringSubmatch(first)
	if code == nil || !strings.Contains(first, "angela@courriel.example") {
		t.Fatalf("the first mail is\n%s", first)
	}
	must(t, w.citizen.ConfirmNotice(ctx, n.ID, code[1]))
	address, err := w.citizen.CreateAddress(ctx, w.mairie.ID)
	must(t, err)
	deposit := func(name string) {
		t.Helper()
		_, err := g.login("camille").client().Deposit(ctx, client.DepositOrder{Address: address.ID, Name: name, Size: 500, Body: bytes.NewReader(noise(500))})
		must(t, err)
	}
	deposit("acte.pdf")
	deposit("livret.pdf") // within the hour
	all := relay.Wait(t, 2)
	for _, m := range all {
		if strings.Contains(m, "acte") || strings.Contains(m, "Mairie") || strings.Contains(m, "Angela") || strings.Contains(m, "Camille") {
			t.Errorf("a mail says who or what:\n%s", m)
		}
	}
	must(t, w.citizen.EndNotice(ctx, n.ID))
	g.stop()
	if all := relay.Mails(t); len(all) != 2 {
		t.Errorf("%d mails were sent", len(all))
	}
	if strings.Contains(g.written(), "courriel.example") {
		t.Error("an address is in what the gateway wrote")
	}
	dump, err := exec.Command("grep", "-rlaF", "courriel.example", g.data).Output()
	if err == nil || len(dump) > 0 {
		t.Errorf("the address is in %s", dump)
	}
}
