package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/config"
)

func TestDemoDefaultsAreValid(t *testing.T) {
	c := config.DemoDefaults()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestValidateSaysHowToMend(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"demo on the network": {func(c *config.Config) { c.Listen = "0.0.0.0:80" }, "loopback only"},
		"no port":             {func(c *config.Config) { c.Listen = "localhost" }, "host:port"},
		"other mode":          {func(c *config.Config) { c.Mode = "test" }, "demo or production"},
		"plain http":          {func(c *config.Config) { c.Mode, c.PublicURL = "production", "http://x.fr" }, "https://host"},
		"nobody can log in":   {func(c *config.Config) { c.Mode, c.PublicURL = "production", "https://x.fr" }, "add franceconnect"},
		"log with a space":    {func(c *config.Config) { c.LogOrigin = "my log" }, "without spaces"},
		"level nobody has": {func(c *config.Config) {
			c.Mode, c.Providers = "production", []config.Provider{{ID: "fc", Profile: "franceconnect", Kind: "citizen", Issuer: "https://fc.fr", ClientID: "x", SecretFile: "x", Level: 4}}
		}, "write 1, 2 or 3"},
		"keys over http": {func(c *config.Config) {
			c.Mode, c.Providers = "production", []config.Provider{{ID: "fc", Profile: "franceconnect", Kind: "citizen", Issuer: "http://fc.fr", ClientID: "x", SecretFile: "x"}}
		}, "write https://"},
		"proxy by name":      {func(c *config.Config) { c.Proxies = []string{"nginx"} }, "no address"},
		"pace of nobody":     {func(c *config.Config) { c.Limits.Pace = -1 }, "1 to 1000"},
		"document over safe": {func(c *config.Config) { c.Limits = config.Limits{Document: 2, Safe: 1} }, "larger than a safe"},
	} {
		cfg := config.DemoDefaults()
		c.change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want words %q", name, err, c.want)
		}
	}
}

func TestLoadRefusesUnknownMembers(t *testing.T) {
	p := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(p, []byte("mode: demo\npublik_url: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(p); err == nil || !strings.Contains(err.Error(), "publik_url") {
		t.Errorf("error is %v", err)
	}
}

func TestOverrideComesFromTheEnvironment(t *testing.T) {
	c := config.DemoDefaults()
	c.Override(func(k string) string { return map[string]string{"COFFRE_LISTEN": "127.0.0.1:9"}[k] })
	if c.Listen != "127.0.0.1:9" || c.Data != "./data" {
		t.Errorf("%+v", c)
	}
}

// TestExampleIsAProductionConfiguration: the file that operators begin with is
// accepted as it stands, and explains every member that there is.
func TestExampleIsAProductionConfiguration(t *testing.T) {
	const path = "../../ops/deploy/coffre.example.yaml"
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Resolve(), c.Validate()); err != nil {
		t.Errorf("refused: %v", err)
	}
	if c.Mode != config.Production {
		t.Errorf("it is for mode %s", c.Mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	names := members(reflect.TypeFor[config.Config]())
	if len(names) < 20 {
		t.Fatalf("only %d members found", len(names))
	}
	for _, name := range names {
		if !regexp.MustCompile(`(?m)^[ -]*` + name + `:`).Match(text) {
			t.Errorf("%s is not in it", name)
		}
	}
}

func members(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("yaml"); name != ",inline" {
			all = append(all, name)
		}
		in := f.Type
		if in.Kind() == reflect.Slice {
			in = in.Elem()
		}
		if in.Kind() == reflect.Struct {
			all = append(all, members(in)...)
		}
	}
	return all
}
