//go:build demo

package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/simulator"
)

// TestSimulators: what the demonstration logs in at passes as the real ones,
// with a secret and with our key, and with each way to encrypt.
func TestSimulators(t *testing.T) {
	keys := newKeys(t)
	for alg, byKey := range map[jose.KeyAlgorithm]bool{jose.RSA_OAEP: false, jose.RSA_OAEP_256: true, jose.ECDH_ES: true} {
		t.Run(string(alg), func(t *testing.T) { testSimulators(t, keys, alg, byKey) })
	}
}

func testSimulators(t *testing.T, keys *oidc.Keys, alg jose.KeyAlgorithm, byKey bool) {
	server := httptest.NewUnstartedServer(nil)
	public := "http://" + server.Listener.Addr().String()
	sim, err := simulator.New(simulator.Config{
		Mode: "demo", Listeners: []string{server.Listener.Addr().String()}, PublicURL: public, Now: time.Now, Encryption: alg,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", sim)
	mux.Handle("/oidc/jwks", publishing(t, func() *oidc.Keys { return keys }))
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	for _, c := range sim.Clients() {
		profile := oidc.Profile(c.Profile)
		t.Run(c.ID, func(t *testing.T) {
			config := oidc.Config{
				ID: c.ID, Profile: profile, Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret,
				RedirectURL: public + "/callback/" + c.ID, PostLogoutURL: public + "/logout/callback", Now: time.Now, Keys: keys,
			}
			if byKey {
				config.ClientSecret = ""
			}
			testRelyingParty(t, peer{config: config, people: peopleOf(profile), pkce: profile == oidc.ProConnect})
		})
	}
}
