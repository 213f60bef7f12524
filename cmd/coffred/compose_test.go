package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/oidc"
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
	keys, err := oidc.NewKeys(nil)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := oidc.ParseKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		profile string
		level   int
		want    string
	}{
		{"franceconnect", 0, "eidas1"},
		{"franceconnect", 1, "eidas1"},
		{"franceconnect+", 0, "eidas2"},
		{"franceconnect+", 2, "eidas2"},
		{"franceconnect+", 3, "eidas3"},
	} {
		providers, _, err := logIns(config.Config{PublicURL: "https://coffre.example.fr", Providers: []config.Provider{{
			ID: "fc", Profile: c.profile, Kind: "citizen", Issuer: issuer, ClientID: "x", SecretFile: secret, Level: c.level,
		}}}, nil, ours)
		if err != nil {
			t.Fatal(err)
		}
		to, _, err := providers["fc"].Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if u, err := url.Parse(to); err != nil || u.Query().Get("acr_values") != c.want {
			t.Errorf("%s, level %d asks for %s, %v", c.profile, c.level, to, err)
		}
	}
}

// TestNoActIsOutOfReach: a level that no provider gives would be an act that
// nobody can do; the operator learns it at start.
func TestNoActIsOutOfReach(t *testing.T) {
	low := config.Provider{ID: "franceconnect", Profile: "franceconnect", Kind: "citizen"}
	high := config.Provider{ID: "franceconnect-plus", Profile: "franceconnect+", Kind: "citizen"}
	for name, c := range map[string]struct {
		levels    map[string]int
		providers []config.Provider
		want      string
	}{
		"within reach":        {map[string]int{"recover": 2}, []config.Provider{low, high}, ""},
		"out of reach":        {map[string]int{"recover": 2}, []config.Provider{low}, "add one that does"},
		"agents out of reach": {map[string]int{"receive": 2}, []config.Provider{low, high}, "kind agent"},
		"no such act":         {map[string]int{"recovery": 2}, []config.Provider{low, high}, "there is no act"},
		"nothing":             {nil, []config.Provider{low}, ""},
	} {
		_, err := levelsOf(config.Config{Mode: config.Production, Levels: c.levels, Providers: c.providers})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want words %q", name, err, c.want)
		}
	}
}
