//go:build demo

package gateway_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// simulated mounts the simulators on the gateway, as the demonstration does.
func simulated(t *testing.T) setting {
	t.Helper()
	return simulatedAs(t, func(*oidc.Config) {})
}

// simulatedAs changes what our side of them is.
func simulatedAs(t *testing.T, change func(*oidc.Config)) setting {
	t.Helper()
	return func(_ *safe.Config, c *gateway.Config) {
		t.Helper()
		host := strings.TrimPrefix(c.PublicURL, "http://")
		sim, err := simulator.New(simulator.Config{Mode: "demo", Listeners: []string{host}, PublicURL: c.PublicURL, Now: c.Now})
		must(t, err)
		c.Extra = map[string]http.Handler{simulator.Prefix: sim}
		c.Providers = map[string]*oidc.Provider{}
		c.Site.Providers = nil
		c.LoginKeys = loginKeys(t)
		low := sim.Clients()[0].Issuer
		for _, p := range sim.Clients() {
			config := oidc.Config{
				ID: p.ID, Profile: oidc.Profile(p.Profile), Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret,
				RedirectURL: c.PublicURL + "/callback/" + p.ID, PostLogoutURL: c.PublicURL + "/logout/callback", Now: c.Now,
				Keys: c.LoginKeys,
			}
			switch p.ID {
			case simulator.FranceConnect:
				config.HelpedBy = []string{simulator.AidantsConnect}
			case simulator.FranceConnectPlus:
				config.AccountsOf = low
			}
			change(&config)
			c.Providers[p.ID], err = oidc.New(config)
			must(t, err)
			c.Site.Providers = append(c.Site.Providers, gateway.SiteProvider{ID: p.ID, Kind: p.Kind, Label: p.Label, Level: c.Providers[p.ID].Top()})
		}
	}
}

func loginKeys(t *testing.T) *oidc.Keys {
	t.Helper()
	b, err := oidc.NewKeys(nil)
	must(t, err)
	k, err := oidc.ParseKeys(b)
	must(t, err)
	return k
}

// browser keeps cookies, as one does, and goes where it is sent when told to.
type browser struct {
	w       *world
	t       *testing.T
	cookies map[string]string
	agent   string
}

func (w *world) browser(t *testing.T) *browser {
	return &browser{w, t, map[string]string{}, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
}

// call asks our gateway for a path, with its cookies.
func (b *browser) call(method, path string, header object) answer {
	b.t.Helper()
	var all []string
	for name, v := range b.cookies {
		all = append(all, name+"="+v)
	}
	r := request{method: method, path: path, header: header}.with("User-Agent", b.agent)
	if all != nil {
		r = r.with("Cookie", strings.Join(all, "; "))
	}
	a := b.w.do(b.t, r)
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return a
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.call(http.MethodGet, path, nil)
}

// sentTo is the address of a redirect on this origin, as a path; of one
// elsewhere, in full.
func (b *browser) sentTo(a answer) string {
	b.t.Helper()
	return strings.TrimPrefix(a.is(b.t, http.StatusSeeOther).header.Get("Location"), b.w.url)
}

// theirs sends a request to a simulator, which has pages of its own, and
// gives where it sends the browser.
func (b *browser) theirs(method, path string, form url.Values) string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.w.ctx, method, b.w.url+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := straight.Do(r)
	must(b.t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	must(b.t, err)
	if res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("%s %s: %d\n%s", method, path, res.StatusCode, page)
	}
	return strings.TrimPrefix(res.Header.Get("Location"), b.w.url)
}

// leave starts a log-in and gives the address that the provider sends the
// browser back with, for somebody ("" turns back).
func (b *browser) leave(provider, person, back string) string {
	b.t.Helper()
	path := "/login/" + provider
	if back != "" {
		path += "?" + url.Values{"return": {back}}.Encode()
	}
	to := b.sentTo(b.get(path))
	if !strings.HasPrefix(to, simulator.Prefix+provider) {
		b.t.Fatalf("log-in at %s goes to %s", provider, to)
	}
	return b.theirs(http.MethodPost, to, url.Values{"persona": {person}})
}

// logIn goes there and back, and gives where the browser ends.
func (b *browser) logIn(provider, person, back string) string {
	b.t.Helper()
	return b.sentTo(b.get(b.leave(provider, person, back)))
}

// underWay is the cookie of a log-in that this browser has begun.
func (b *browser) underWay() (name, value string) {
	for name, value := range b.cookies {
		if strings.HasPrefix(name, "__Host-login-") {
			return name, value
		}
	}
	return "", ""
}

// who asks the interface who is logged in; "" is nobody.
func (b *browser) who() string {
	b.t.Helper()
	a := b.get("/api/v1/me")
	if a.status == http.StatusUnauthorized {
		return ""
	}
	return a.is(b.t, http.StatusOK).string(b.t, "name")
}

// refused is the page that says why somebody is not logged in.
func refused(slug string) string { return "/connexion?refus=" + slug }
