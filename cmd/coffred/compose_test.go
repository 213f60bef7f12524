package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/config"
)

// TestTheConfiguredLevelIsAskedFor (O8): the stakes are the operator's to
// judge; what he writes is what the provider is asked for.
func TestTheConfiguredLevelIsAskedFor(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var issuer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{
			"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": issuer + "/j",
			"userinfo_endpoint": issuer + "/u",
		})
	}))
	defer server.Close()
	issuer = server.URL
	for level, want := range map[int]string{0: "eidas1", 1: "eidas1", 2: "eidas2", 3: "eidas3"} {
		providers, _, err := logIns(config.Config{PublicURL: "https://coffre.example.fr", Providers: []config.Provider{{
			ID: "franceconnect", Profile: "franceconnect", Kind: "citizen", Issuer: issuer, ClientID: "x", SecretFile: secret, Level: level,
		}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		to, _, err := providers["franceconnect"].Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if u, err := url.Parse(to); err != nil || u.Query().Get("acr_values") != want {
			t.Errorf("level %d asks for %s, %v", level, to, err)
		}
	}
}
