package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// canaries are what no line of the log may hold: secrets and names.
type canaries struct {
	mu  sync.Mutex
	all map[string]string // what it is, by its text
}

func (c *canaries) plant(what, text string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(text) > 4 { // what is shorter is part of every word
		c.all[text] = what
	}
	return text
}

// seen are those in a text: as they are, as addresses and as base64 write them.
func (c *canaries) seen(text string) []string {
	var found []string
	fold := strings.ToLower(text)
	for canary, what := range c.all {
		for _, spelled := range []string{
			canary, url.QueryEscape(canary), url.PathEscape(canary),
			strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(canary)), "="),
		} {
			if strings.Contains(fold, strings.ToLower(spelled)) {
				found = append(found, what)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// RoundTrip plants what a browser is handed on its way in: cookies, codes.
func (c *canaries) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, name := range []string{"code", "state", "nonce", "code_challenge", "id_token_hint"} {
		c.plant(name+" of a log-in", r.URL.Query().Get(name))
	}
	resp, err := asBrowser{}.RoundTrip(r)
	if err == nil {
		for _, cookie := range resp.Cookies() {
			c.plant("cookie "+cookie.Name, cookie.Value)
		}
	}
	return resp, err
}

func (c *canaries) login(t *testing.T, g *gateway, provider, persona string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &browser{t: t, g: g, http: &http.Client{Jar: jar, Transport: c, Timeout: patience}}
	must(t, b.choose(provider, persona))
	return b
}

// TestLogsHoldNoSecretAndNoName: a whole story, with everything in it that is
// refused, leaves lines with operations and reasons in the log, and in none of
// them who, what, or what opens it.
func TestLogsHoldNoSecretAndNoName(t *testing.T) {
	g := serve(t, "COFFRE_LOG=json")
	c := &canaries{all: map[string]string{}}
	for _, name := range []string{"Angela", "DUBOIS", "Camille", "MARTIN", "Paul MERCIER", "1962-08-24", "21370999900015", "21999999900017"} {
		c.plant("what a provider says of "+name, name)
	}
	if c.login(t, g, "proconnect", "camille").choose("proconnect", "etranger") == nil {
		t.Error("an agent of nowhere comes in")
	}
	angela, machine := tellStory(t, g, c)
	hostile(t, g, c, map[string]*http.Client{
		"nobody": {Transport: asBrowser{}, Timeout: patience}, "citizen": angela.http,
		"agent":  c.login(t, g, "proconnect", "camille").http,
		"system": {Transport: bearer(machine), Timeout: patience},
	})
	g.stop()

	lines, operations := map[string]int{}, map[string]bool{}
	for _, text := range strings.Split(g.written(), "\n") {
		var line struct{ Msg, Operation string }
		if !strings.HasPrefix(text, "{") { // the terminal's: who plays which part
			continue
		}
		must(t, json.Unmarshal([]byte(text), &line))
		lines[line.Msg]++
		operations[line.Operation] = true
		if found := c.seen(text); len(found) > 0 {
			t.Errorf("%q is in the log:\n%.600s", found, text)
		}
	}
	t.Logf("%d canaries, lines %v, %d operations", len(c.all), lines, len(operations))
	for _, msg := range []string{"request refused", "token refused", "log-in refused"} {
		if lines[msg] == 0 {
			t.Errorf("no line says %q: this test looks at the wrong place", msg)
		}
	}
	if len(operations) < 40 {
		t.Errorf("only %d operations are in the log", len(operations))
	}
}

// tellStory is what happens in a safe; it gives the citizen's browser and a
// system's token.
func tellStory(t *testing.T, g *gateway, c *canaries) (*browser, string) {
	t.Helper()
	angela := c.login(t, g, "franceconnect", "angela")
	_, k := angela.openSafe()
	c.plant("paper key", k.paper)
	c.plant("passphrase", k.passphrase)
	s := newShell(t)
	s.set("COFFRE_SECRET_FILE", s.write("paper-key.txt", []byte(k.paper)))
	if r := s.login(angela, true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	name := c.plant("name of a document", "canari-diagnostic.pdf")
	s.write(name, []byte(c.plant("contents of a document", "canari-contenu-tres-prive")))
	s.coffre("put", name)
	purpose := c.plant("purpose", "canari-motif-du-partage")
	told := s.coffre("share", name, "--with", "Mairie", "--purpose", purpose, "--until", nextYear())
	grant := grantID.FindStringSubmatch(told)[1]
	address := strings.TrimSpace(s.coffre("address", "add", "Université"))

	machine := newShell(t)
	machine.set("COFFRE_SERVER", g.url)
	mairie, university := g.data+"/demo/systems/mairie-de-valmont.jwk", g.data+"/demo/systems/universite-de-valmont.jwk"
	for _, file := range []string{mairie, university} {
		b, err := os.ReadFile(file)
		must(t, err)
		var key struct{ D string }
		must(t, json.Unmarshal(b, &key))
		c.plant("key of a system", key.D)
	}
	const public = "abeille maison soleil jardin bonheur cerise montagne"
	machine.set("COFFRE_SECRET_FILE", machine.write("mairie.txt", []byte(c.plant("passphrase of an administration", public))))
	machine.coffre("fetch", grant, "--out", "got.pdf", "--key", mairie)
	deposited := c.plant("name of a deposit", "canari-diplome.pdf")
	machine.write(deposited, []byte("diploma"))
	machine.coffre("deposit", deposited, "--key", university, "--address", address)
	machine.refused(1, []string{"ntrouvable"}, "deposit", deposited, "--key", mairie, "--address", address)
	s.coffre("inbox", "adopt", deposited)
	s.refused(1, nil, "get", name, "--out", "x.pdf", "--secret-file", s.write("wrong.txt", []byte("fromage lampe fleur abeille prairie tulipe maison")))
	token := c.plant("token of a system", strings.TrimSpace(machine.coffre("token", "--key", university)))
	keepTokens(t, s, c)
	// A request for a recovery, with nobody named who could answer it.
	if _, err := angela.client().StartRecovery(t.Context(), secretOf(t, k.paper)); err == nil {
		t.Error("a recovery without custodians begins")
	}
	return angela, token
}

// keepTokens plants what the command line is logged in by.
func keepTokens(t *testing.T, s *shell, c *canaries) {
	t.Helper()
	before := len(c.all)
	for _, pair := range s.env {
		home, ok := strings.CutPrefix(pair, "XDG_CONFIG_HOME=")
		if !ok {
			continue
		}
		files, err := filepath.Glob(home + "/coffre/*/*")
		must(t, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			must(t, err)
			for _, m := range regexp.MustCompile(`"[A-Za-z0-9_.-]{32,}"`).FindAll(b, -1) {
				c.plant("token of a command line", strings.Trim(string(m), `"`))
			}
		}
	}
	if len(c.all) == before {
		t.Error("the command line keeps no token: this test looks at the wrong place")
	}
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// hostile sends canaries where nothing good is, to every route, as everybody.
func hostile(t *testing.T, g *gateway, c *canaries, callers map[string]*http.Client) {
	t.Helper()
	bad := c.plant("what somebody hostile sends", "canari-hostile@21370999900015.example")
	key := c.plant("key that somebody sends", "AGE-SECRET-KEY-1CANARICANARICANARICANARICANARICANARICANARICANARI")
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {bad}, "client_assertion": {bad}, "scope": {bad}, "logout_token": {bad}, "device_name": {bad},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}.Encode()
	device := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {"coffre-cli"}, "device_code": {bad}}.Encode()
	fields := map[string]any{bad: key}
	for _, name := range []string{"version", "purpose", "administration", "document", "until", "code", "allow", "name", "card", "keyring", "sealed", "nonce"} {
		fields[name] = bad
	}
	object, err := json.Marshal(fields)
	must(t, err)
	proofs := []http.Header{
		{"Authorization": {"Bearer " + bad}},
		{"Authorization": {"DPoP " + bad}, "Dpop": {bad}},
		{"Authorization": {"Bearer " + bad + "." + key + "." + bad}},
		{"Cookie": {"coffre_sid=" + bad + "; sid=" + bad}},
	}
	for i, header := range proofs {
		send(t, callers["nobody"], "GET", g.url+"/api/v1/me", "", header)
		send(t, callers["nobody"], "POST", g.url+"/oauth/token", []string{form, device}[i%2], http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Dpop": {bad}})
	}
	for _, at := range []string{"/callback/franceconnect?code=%s&state=%[1]s&iss=%[1]s", "/callback/franceconnect?error=%s&error_description=%[1]s&state=x", "/login/%s", "/login/franceconnect?next=%s"} {
		send(t, callers["nobody"], "GET", g.url+fmt.Sprintf(at, url.QueryEscape(bad)), "", nil)
	}
	header := http.Header{
		"If-Match": {`"` + bad + `"`}, "Idempotency-Key": {bad}, "Range": {"bytes=" + bad}, "Content-Disposition": {`attachment; filename="../` + bad + `"`},
		"User-Agent": {bad}, "Accept-Language": {bad}, "X-Forwarded-For": {bad}, "Referer": {"https://" + bad}, "Dpop": {bad},
	}
	params := regexp.MustCompile(`\{[a-z]+\}`)
	for _, rt := range routes(t) {
		path := params.ReplaceAllString(rt.path, url.PathEscape(bad))
		for _, who := range []string{"citizen", "agent", "system", "nobody"} {
			for kind, body := range map[string]string{"application/json": string(object), "application/x-www-form-urlencoded": form, "text/plain": `{"purpose": ` + bad} {
				header.Set("Content-Type", kind)
				send(t, callers[who], rt.method, g.url+path+"?q="+url.QueryEscape(bad)+"&after="+url.QueryEscape(bad)+"&limit="+url.QueryEscape(bad), body, header)
				if rt.method == "GET" {
					break
				}
			}
		}
	}
	send(t, callers["nobody"], "BREW", g.url+"/"+url.PathEscape(bad), "", nil)
}

func send(t *testing.T, by *http.Client, method, at, body string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, at, strings.NewReader(body))
	must(t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := by.Do(r)
	must(t, err)
	must(t, resp.Body.Close())
}

type route struct{ method, path string }

// routes are those of the interface's description.
func routes(t *testing.T) []route {
	t.Helper()
	b, err := os.ReadFile("../gateway/openapi.yaml")
	must(t, err)
	var all []route
	path := ""
	method := regexp.MustCompile(`^(?:    | \{ )(get|put|post|delete|head|patch):`)
	for _, text := range strings.Split(string(b), "\n") {
		rest := text
		if strings.HasPrefix(text, "  /") {
			path, rest, _ = strings.Cut(strings.TrimSpace(text), ":")
		}
		if m := method.FindStringSubmatch(rest); m != nil && path != "" {
			all = append(all, route{strings.ToUpper(m[1]), path})
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d routes found", len(all))
	}
	return all
}
