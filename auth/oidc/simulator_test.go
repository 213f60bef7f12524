//go:build demo

package oidc_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/simulator"
)

// TestSimulators: what the demonstration logs in at passes as the real ones.
func TestSimulators(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	public := "http://" + server.Listener.Addr().String()
	sim, err := simulator.New(simulator.Config{
		Mode: "demo", Listeners: []string{server.Listener.Addr().String()}, PublicURL: public, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = sim
	server.Start()
	t.Cleanup(server.Close)
	people := map[string]map[string]oidc.Identity{
		"franceconnect": {
			"angela": {GivenName: "Angela Claire Louise", FamilyName: "DUBOIS"},
			"marcel": {GivenName: "Marcel", FamilyName: "LEROY"},
		},
		"proconnect": {
			"camille": {GivenName: "Camille", FamilyName: "MARTIN", SIRET: "21370999900015"},
			"karim":   {GivenName: "Karim", FamilyName: "BENALI", SIRET: "22360999900018"},
		},
	}
	for _, c := range sim.Clients() {
		for name, who := range people[c.ID] {
			who.IDP, who.ACR, who.Level = "simulateur", "eidas1", 1
			people[c.ID][name] = who
		}
		t.Run(c.ID, func(t *testing.T) {
			testRelyingParty(t, peer{
				config: oidc.Config{
					ID: c.ID, Profile: oidc.Profile(c.ID), Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret,
					RedirectURL: public + "/callback/" + c.ID, PostLogoutURL: public + "/logout/callback", Now: time.Now,
				},
				people: people[c.ID], pkce: c.ID == "proconnect",
			})
		})
	}
}
