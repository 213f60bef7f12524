//go:build demo

package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// The relying-party suite of auth/oidc runs against these simulators as well:
// here is what it cannot see.

const public = "http://localhost:8080"

type world struct {
	t     *testing.T
	clock *storagetest.Clock
	sim   *simulator.Simulator
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := storagetest.NewClock()
	sim, err := simulator.New(simulator.Config{Mode: "demo", Listeners: []string{"127.0.0.1:8080", "[::1]:8080"}, PublicURL: public, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, clock, sim}
}

func (w *world) do(r *http.Request) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	w.sim.ServeHTTP(out, r)
	return out
}

func (w *world) client(id string) simulator.Client {
	w.t.Helper()
	for _, c := range w.sim.Clients() {
		if c.ID == id {
			return c
		}
	}
	w.t.Fatalf("no client %s", id)
	return simulator.Client{}
}

func (w *world) at(id, path string) string { return simulator.Prefix + id + "/api/v2" + path }

func (w *world) asked(id, scope string) url.Values {
	return url.Values{
		"client_id": {w.client(id).ClientID}, "response_type": {"code"}, "redirect_uri": {public + "/callback/" + id},
		"scope": {scope}, "acr_values": {"eidas1"}, "state": {strings.Repeat("s", 64)}, "nonce": {strings.Repeat("n", 64)},
	}
}

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// code logs a person in and gives the code that the browser carries back.
func (w *world) code(id, person, scope string) string {
	w.t.Helper()
	res := w.do(post(w.at(id, "/authorize?")+w.asked(id, scope).Encode(), url.Values{"persona": {person}}))
	to, err := url.Parse(res.Header().Get("Location"))
	if err != nil || res.Code != http.StatusSeeOther || to.Query().Get("code") == "" {
		w.t.Fatalf("choose %s: %d, %q", person, res.Code, to)
	}
	return to.Query().Get("code")
}

func (w *world) token(id, code string) (int, map[string]any) {
	w.t.Helper()
	c := w.client(id)
	res := w.do(post(w.at(id, "/token"), url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {public + "/callback/" + id},
		"client_id": {c.ClientID}, "client_secret": {c.ClientSecret},
	}))
	var v map[string]any
	if err := json.Unmarshal(res.Body.Bytes(), &v); err != nil {
		w.t.Fatal(err)
	}
	return res.Code, v
}

func (w *world) userinfo(id, access string) (int, map[string]any) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, w.at(id, "/userinfo"), nil)
	r.Header.Set("Authorization", "Bearer "+access)
	res := w.do(r)
	if res.Code != http.StatusOK {
		return res.Code, nil
	}
	return res.Code, claims(w.t, res.Body.String())
}

func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	part := strings.Split(token, ".")
	if len(part) != 3 || part[2] == "" {
		t.Fatalf("%q is no signed token", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(part[1])
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestOnlyADemonstrationOnLoopback: anybody who reaches a simulator can be
// anybody.
func TestOnlyADemonstrationOnLoopback(t *testing.T) {
	loop := []string{"127.0.0.1:80"}
	for name, c := range map[string]simulator.Config{
		"in production":        {Mode: "production", Listeners: loop},
		"in no mode":           {Listeners: loop},
		"in another spelling":  {Mode: "Demo", Listeners: loop},
		"without listeners":    {Mode: "demo"},
		"on every address":     {Mode: "demo", Listeners: []string{"0.0.0.0:80"}},
		"on every IPv6":        {Mode: "demo", Listeners: []string{"[::]:80"}},
		"on no host":           {Mode: "demo", Listeners: []string{":80"}},
		"on a private network": {Mode: "demo", Listeners: []string{"192.168.1.2:80"}},
		"also on the network":  {Mode: "demo", Listeners: []string{"127.0.0.1:80", "10.0.0.1:80"}},
		"on a name":            {Mode: "demo", Listeners: []string{"localhost.evil.example:80"}},
		"on a socket":          {Mode: "demo", Listeners: []string{"/run/coffre.sock"}},
	} {
		c.PublicURL, c.Now = public, time.Now
		if _, err := simulator.New(c); err == nil {
			t.Errorf("a simulator starts %s", name)
		}
	}
	for _, l := range []string{"127.0.0.1:80", "127.8.8.8:80", "[::1]:80"} {
		if _, err := simulator.New(simulator.Config{Mode: "demo", Listeners: []string{l}, PublicURL: public, Now: time.Now}); err != nil {
			t.Errorf("on %s: %v", l, err)
		}
	}
}

func TestShortLives(t *testing.T) {
	w := newWorld(t)
	code := w.code("franceconnect", "angela", "openid")
	w.clock.Advance(30 * time.Second)
	if status, _ := w.token("franceconnect", code); status != http.StatusBadRequest {
		t.Errorf("a code of 30 s is taken: %d", status)
	}
	code = w.code("franceconnect", "angela", "openid")
	w.clock.Advance(29 * time.Second)
	_, got := w.token("franceconnect", code)
	access, _ := got["access_token"].(string)
	id := claims(t, got["id_token"].(string))
	if id["exp"].(float64)-id["iat"].(float64) != 60 {
		t.Errorf("ID token lives from %v to %v", id["iat"], id["exp"])
	}
	w.clock.Advance(59 * time.Second)
	if status, _ := w.userinfo("franceconnect", access); status != http.StatusOK {
		t.Errorf("userinfo after 59 s: %d", status)
	}
	w.clock.Advance(time.Second)
	if status, _ := w.userinfo("franceconnect", access); status != http.StatusUnauthorized {
		t.Errorf("userinfo after 60 s: %d", status)
	}
}

// TestClaimsAreThoseAsked: a scope that was forgotten shows here, and not
// first at the real provider.
func TestClaimsAreThoseAsked(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ id, person, scope, want string }{
		{"franceconnect", "angela", "openid", "aud iss sub"},
		{"franceconnect", "angela", "openid family_name", "aud family_name iss sub"},
		{"franceconnect", "angela", "openid identite_pivot", "aud birthdate family_name given_name iss sub"},
		{"proconnect", "camille", "openid siret", "aud iss siret sub"},
		{"proconnect", "camille", "openid given_name usual_name siret idp_id", "aud given_name idp_id iss siret sub usual_name"},
	} {
		_, got := w.token(c.id, w.code(c.id, c.person, c.scope))
		_, info := w.userinfo(c.id, got["access_token"].(string))
		var names []string
		for name := range strings.SplitSeq("aud birthdate family_name given_name idp_id iss siret sub usual_name", " ") {
			if _, ok := info[name]; ok {
				names = append(names, name)
			}
		}
		if got := strings.Join(names, " "); got != c.want || len(names) != len(info) {
			t.Errorf("%s, %q: %v, want %s", c.id, c.scope, info, c.want)
		}
	}
}

// TestNobodyIsTheSameAtBoth: subs are pairwise, and each door has its people.
func TestNobodyIsTheSameAtBoth(t *testing.T) {
	w := newWorld(t)
	seen := map[any]string{}
	for _, p := range simulator.Personas() {
		id, other := "franceconnect", "proconnect"
		if p.Agent {
			id, other = other, id
		}
		_, got := w.token(id, w.code(id, p.ID, "openid"))
		sub := claims(t, got["id_token"].(string))["sub"]
		if seen[sub] != p.As || strings.Contains(sub.(string), p.ID) {
			t.Errorf("%s is %v, as %s", p.ID, sub, seen[sub])
		}
		seen[sub] = p.ID
		res := w.do(post(w.at(other, "/authorize?")+w.asked(other, "openid").Encode(), url.Values{"persona": {p.ID}}))
		if res.Code != http.StatusBadRequest {
			t.Errorf("%s gets in at %s: %d", p.ID, other, res.Code)
		}
	}
}

// TestTokenEndpointIsStrict: each of these burns the code, as the real one
// does, but a caller who is not the client.
func TestTokenEndpointIsStrict(t *testing.T) {
	w := newWorld(t)
	for name, spoil := range map[string]func(url.Values){
		"another secret":        func(v url.Values) { v.Set("client_secret", "x") },
		"no secret":             func(v url.Values) { v.Del("client_secret") },
		"another client":        func(v url.Values) { v.Set("client_id", "x") },
		"another way back":      func(v url.Values) { v.Set("redirect_uri", "https://evil.example/") },
		"another grant":         func(v url.Values) { v.Set("grant_type", "password") },
		"the other door's code": func(v url.Values) { v.Set("code", w.code("proconnect", "camille", "openid")) },
	} {
		c := w.client("franceconnect")
		form := url.Values{
			"grant_type": {"authorization_code"}, "code": {w.code("franceconnect", "angela", "openid")},
			"redirect_uri": {public + "/callback/franceconnect"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret},
		}
		spoil(form)
		res := w.do(post(w.at("franceconnect", "/token"), form))
		if res.Code < 400 || res.Code > 401 || strings.Contains(res.Body.String(), "token\":") {
			t.Errorf("%s: %d %s", name, res.Code, res.Body)
		}
	}
}

func TestMethods(t *testing.T) {
	w := newWorld(t)
	for method, path := range map[string]string{"GET": "/token", "POST": "/userinfo", "PUT": "/authorize", "DELETE": "/jwks"} {
		res := w.do(httptest.NewRequest(method, w.at("proconnect", path), nil))
		if res.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: %d", method, path, res.Code)
		}
	}
	res := w.do(httptest.NewRequest(http.MethodGet, w.at("proconnect", "/jwks"), nil))
	b, err := io.ReadAll(res.Body)
	if err != nil || strings.Contains(string(b), `"d":`) || !strings.Contains(string(b), `"kty":"EC"`) {
		t.Errorf("published keys: %s, %v", b, err)
	}
}
