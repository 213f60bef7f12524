package config_test

import (
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/config"
)

func twoDoors() config.Config {
	c := config.DemoDefaults()
	c.Mode, c.PublicURL = config.Production, "https://coffre.example.fr"
	c.Providers = []config.Provider{
		{ID: "franceconnect", Profile: "franceconnect", Kind: "citizen", Issuer: "https://fc.fr", ClientID: "x", SecretFile: "x"},
		{ID: "franceconnect-plus", Profile: "franceconnect+", Kind: "citizen", Issuer: "https://fcp.fr", ClientID: "x", Auth: "private_key_jwt", AccountsOf: "franceconnect"},
		{ID: "proconnect", Profile: "proconnect", Kind: "agent", Issuer: "https://pc.fr", ClientID: "x", SecretFile: "x", TwoFactors: true},
	}
	return c
}

func TestProvidersSayHowToMend(t *testing.T) {
	good := twoDoors()
	if err := good.Validate(); err != nil {
		t.Fatalf("an ordinary configuration is refused: %v", err)
	}
	for name, c := range map[string]struct {
		at     int
		change func(*config.Provider)
		want   string
	}{
		"an unknown profile":             {0, func(p *config.Provider) { p.Profile = "google" }, "write franceconnect, franceconnect+, proconnect or plain"},
		"an id that is no path":          {0, func(p *config.Provider) { p.ID = "../x" }, "small letters"},
		"an id that stands twice":        {1, func(p *config.Provider) { p.ID = "franceconnect" }, "stands twice"},
		"level 2 at FranceConnect":       {0, func(p *config.Provider) { p.Level = 2 }, "write profile franceconnect+"},
		"level 1 at FranceConnect+":      {1, func(p *config.Provider) { p.Level = 1 }, "write level 2"},
		"another way to prove ourselves": {0, func(p *config.Provider) { p.Auth = "client_secret_basic" }, "client_secret_post or private_key_jwt"},
		"a secret and a key":             {1, func(p *config.Provider) { p.SecretFile = "x" }, "refused for private_key_jwt"},
		"neither":                        {0, func(p *config.Provider) { p.SecretFile = "" }, "secret_file is needed"},
		"two factors of citizens":        {0, func(p *config.Provider) { p.TwoFactors = true }, "ProConnect's"},
		"helpers where none are told":    {1, func(p *config.Provider) { p.RefuseIDP = []string{"x"} }, "tells no idp_id"},
		"accounts of nobody":             {1, func(p *config.Provider) { p.AccountsOf = "x" }, "name another provider"},
		"accounts of itself":             {1, func(p *config.Provider) { p.AccountsOf = p.ID }, "name another provider"},
		"accounts of agents":             {1, func(p *config.Provider) { p.AccountsOf = "proconnect" }, "of the same kind"},
		"accounts in a circle":           {0, func(p *config.Provider) { p.AccountsOf = "franceconnect-plus" }, "accounts of its own"},
	} {
		cfg := twoDoors()
		c.change(&cfg.Providers[c.at])
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want words %q", name, err, c.want)
		}
	}
}

func TestLevelsSayHowToMend(t *testing.T) {
	for level, fine := range map[int]bool{-1: false, 0: false, 1: true, 2: true, 3: true, 4: false} {
		c := twoDoors()
		c.Levels = map[string]int{"recover": level}
		if err := c.Validate(); (err == nil) != fine {
			t.Errorf("level %d: %v", level, err)
		}
	}
	c := twoDoors()
	if c.Reachable("citizen") != 3 || c.Reachable("agent") != 3 || c.Reachable("system") != 0 {
		t.Errorf("reachable: %d, %d", c.Reachable("citizen"), c.Reachable("agent"))
	}
	c.Providers = c.Providers[:1]
	if c.Reachable("citizen") != 1 {
		t.Errorf("by FranceConnect alone: %d", c.Reachable("citizen"))
	}
}
