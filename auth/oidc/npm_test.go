package oidc_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/oidc"
)

// TestIndependentProvider: the same suite against npm's oidc-provider, the
// engine of FranceConnect and ProConnect, set as strictly as they set it.
func TestIndependentProvider(t *testing.T) {
	if _, err := os.Stat("testdata/peer/node_modules"); err != nil {
		t.Fatal("the independent provider is not installed: run `make deps`")
	}
	keys := newKeys(t)
	ours := httptest.NewServer(publishing(t, func() *oidc.Keys { return keys }))
	t.Cleanup(ours.Close)
	for _, c := range []struct {
		profile   oidc.Profile
		auth, alg string
	}{
		{oidc.FranceConnect, "client_secret_post", ""},
		{oidc.FranceConnectPlus, "client_secret_post", "RSA-OAEP-256"},
		{oidc.FranceConnectPlus, "private_key_jwt", "RSA-OAEP"},
		{oidc.FranceConnectPlus, "private_key_jwt", "ECDH-ES"},
		{oidc.ProConnect, "client_secret_post", ""},
		{oidc.ProConnect, "private_key_jwt", ""},
	} {
		t.Run(strings.TrimSpace(fmt.Sprintf("%s %s %s", c.profile, c.auth, c.alg)), func(t *testing.T) {
			config := oidc.Config{
				ID: "x", Profile: c.profile, Now: time.Now, Keys: keys,
				RedirectURL: "https://coffre.example/callback/x", PostLogoutURL: "https://coffre.example/logout/callback",
			}
			startPeer(t, &config, c.auth, c.alg, ours.URL, "")
			if c.auth == "private_key_jwt" {
				config.ClientSecret = ""
			}
			testRelyingParty(t, peer{config: config, people: peopleOf(c.profile), pkce: c.profile == oidc.ProConnect})
		})
	}
}

// TestIndependentPlainProvider: an ordinary provider with the back channel, as
// Keycloak is. What it says at a log-out is what we take for one.
func TestIndependentPlainProvider(t *testing.T) {
	told := make(chan string, 1)
	ours := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.PostFormValue("logout_token") }))
	t.Cleanup(ours.Close)
	config := oidc.Config{
		ID: "x", Profile: oidc.Plain, Now: time.Now,
		RedirectURL: "https://coffre.example/callback/x", PostLogoutURL: "https://coffre.example/logout/callback",
	}
	startPeer(t, &config, "client_secret_post", "", "", ours.URL)
	people := map[string]oidc.Identity{}
	for name, who := range peopleOf(oidc.FranceConnect) {
		people[name] = oidc.Identity{GivenName: who.GivenName, FamilyName: who.FamilyName, Level: 1}
	}
	p := peer{config: config, people: people, pkce: true}
	for name, test := range map[string]func(*testing.T, peer){
		"turning back is no log-in":         turnBack,
		"another log-in's state is refused": foreignState,
		"another log-in's nonce is refused": foreignNonce,
		"a code is good once":               codeOnce,
		"a proof key is needed":             proofKey,
		"a wrong secret is refused":         wrongSecret,
	} {
		t.Run(name, func(t *testing.T) { test(t, p) })
	}
	rp := p.client(t, nil)
	q, attempt, jar := p.visitWith(t, rp, "angela")
	who, err := rp.Finish(t.Context(), q, attempt)
	if err != nil || who.Name() != "Angela Claire Louise DUBOIS" || who.SID == "" || who.Level != 1 {
		t.Fatalf("logged in as %+v, %v", who, err)
	}
	end := browseWith(t, jar, logoutAt(t, rp, who.IDToken, "s"), "", config.PostLogoutURL)
	if end.query.Get("state") != "s" {
		t.Fatalf("logged out to %v, %d\n%s", end.query, end.status, end.page)
	}
	out, err := rp.Logout(t.Context(), <-told)
	if err != nil || out.Sub != who.Sub || out.SID != who.SID || out.ID == "" {
		t.Errorf("told of %+v, %v; was %+v", out, err, who)
	}
	if _, err := rp.Logout(t.Context(), who.IDToken); err == nil {
		t.Error("an ID token is taken for a log-out")
	}
}

// startPeer runs the provider until the test ends, and fills in how to log in
// there.
func startPeer(t *testing.T, c *oidc.Config, auth, alg, jwks, logout string) {
	t.Helper()
	cmd := exec.Command("node", "testdata/peer/peer.mjs", string(c.Profile), c.RedirectURL, c.PostLogoutURL, auth, alg, jwks, logout)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the independent provider: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it stops when its input ends
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("the independent provider ended: %v\n%s", err, &complaints)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the independent provider says nothing: %v", err)
	}
	var made struct {
		Issuer string `json:"issuer"`
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if err := json.Unmarshal(line, &made); err != nil {
		t.Fatalf("the independent provider says %q: %v", line, err)
	}
	c.Issuer, c.ClientID, c.ClientSecret = made.Issuer, made.ID, made.Secret
}
