package config_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/coffre-citoyen/coffre/internal/config"
)

// TestShippedConfigurationsAreAccepted: what the walkthrough and the compose
// file begin with is accepted as it stands.
func TestShippedConfigurationsAreAccepted(t *testing.T) {
	for _, path := range []string{"../../ops/deploy/coffre.town.yaml", "../../ops/deploy/compose/coffre.yaml"} {
		c, err := config.Load(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if err := errors.Join(c.Resolve(), c.Validate()); err != nil || c.Mode != config.Production {
			t.Errorf("%s: mode %s: %v", path, c.Mode, err)
		}
	}
}

// TestContainersGetTheSecretsThatTheirConfigurationNames, and those alone that
// make-secrets makes.
func TestContainersGetTheSecretsThatTheirConfigurationNames(t *testing.T) {
	b, err := os.ReadFile("../../ops/deploy/compose/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Secrets []string `yaml:"secrets"`
		} `yaml:"services"`
		Secrets map[string]struct {
			File string `yaml:"file"`
		} `yaml:"secrets"`
	}
	if err := yaml.Unmarshal(b, &compose); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load("../../ops/deploy/compose/coffre.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{c.Database.DSNFile, c.Objects.SecretFile, c.State.PasswordFile}
	for _, p := range c.Providers {
		want = append(want, p.SecretFile)
	}
	for _, name := range []string{"keys", "migrate", "gateway-1", "gateway-2", "gateway-3"} {
		given := compose.Services[name].Secrets
		if got := "/run/secrets/" + strings.Join(given, " /run/secrets/"); got != strings.Join(want, " ") {
			t.Errorf("%s is given %s; its configuration reads %s", name, got, strings.Join(want, " "))
		}
	}
	for name, s := range compose.Services {
		for _, secret := range s.Secrets {
			if compose.Secrets[secret].File != "./secrets/"+secret {
				t.Errorf("%s: secret %s is none", name, secret)
			}
		}
	}
}
