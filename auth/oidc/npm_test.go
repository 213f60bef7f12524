package oidc_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
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
	people := map[oidc.Profile]map[string]oidc.Identity{
		oidc.FranceConnect: {
			"angela": {GivenName: "Angela Claire Louise", FamilyName: "DUBOIS"},
			"marcel": {GivenName: "Marcel", FamilyName: "LEROY"},
		},
		oidc.ProConnect: {
			"camille": {GivenName: "Camille", FamilyName: "MARTIN", SIRET: "21370999900015"},
			"karim":   {GivenName: "Karim", FamilyName: "BENALI", SIRET: "22360999900018"},
		},
	}
	for profile, who := range people {
		for name, v := range who {
			v.IDP, v.ACR, v.Level = "simulateur", "eidas1", 1
			who[name] = v
		}
		t.Run(string(profile), func(t *testing.T) {
			c := oidc.Config{
				ID: string(profile), Profile: profile, Now: time.Now,
				RedirectURL: "https://coffre.example/callback/x", PostLogoutURL: "https://coffre.example/logout/callback",
			}
			startPeer(t, &c)
			testRelyingParty(t, peer{config: c, people: who, pkce: profile == oidc.ProConnect})
		})
	}
}

// startPeer runs the provider until the test ends, and fills in how to log in
// there.
func startPeer(t *testing.T, c *oidc.Config) {
	t.Helper()
	cmd := exec.Command("node", "testdata/peer/peer.mjs", string(c.Profile), c.RedirectURL, c.PostLogoutURL)
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
