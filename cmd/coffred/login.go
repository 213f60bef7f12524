package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// logIns makes what people log in with. keys are ours at the providers.
func logIns(c config.Config, secrets map[string]string, keys *oidc.Keys) (map[string]*oidc.Provider, []gateway.SiteProvider, error) {
	providers := map[string]*oidc.Provider{}
	var site []gateway.SiteProvider
	issuers := map[string]string{}
	for _, p := range c.Providers {
		issuers[p.ID] = p.Issuer
	}
	for _, p := range c.Providers {
		secret, err := secretOf(p, secrets)
		if err != nil {
			return nil, nil, err
		}
		made, err := oidc.New(oidc.Config{
			ID: p.ID, Profile: oidc.Profile(p.Profile), Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: secret,
			RedirectURL: c.PublicURL + "/callback/" + p.ID, PostLogoutURL: c.PublicURL + "/logout/callback", Now: time.Now,
			MinLevel: p.Level, TwoFactors: p.TwoFactors, Encrypted: p.Encrypted, Keys: keys,
			AccountsOf: cmp.Or(issuers[p.AccountsOf], p.Issuer), HelpedBy: p.HelpedBy, RefuseIDP: p.RefuseIDP,
		})
		if err != nil {
			return nil, nil, fmt.Errorf("provider %s: %w", p.ID, err)
		}
		providers[p.ID] = made
		site = append(site, gateway.SiteProvider{ID: p.ID, Kind: p.Kind, Label: p.Label, Level: made.Top(), StepUp: p.AccountsOf != ""})
	}
	return providers, site, nil
}

func secretOf(p config.Provider, given map[string]string) (string, error) {
	if secret, ok := given[p.ID]; ok {
		return secret, nil
	}
	if p.ByKey() {
		return "", nil
	}
	b, err := os.ReadFile(p.SecretFile)
	if err != nil {
		return "", fmt.Errorf("read secret of provider %s: %w", p.ID, err)
	}
	return strings.TrimSpace(string(b)), nil
}

// levelsOf is what the configuration asks for each act. A level that nobody
// can reach would be an act that nobody can do: it is refused at start.
func levelsOf(c config.Config) (map[safe.Act]int, error) {
	levels, err := safe.LevelsOf(c.Levels)
	if err != nil {
		return nil, err
	}
	if c.Mode == config.Demo { // its providers are added later, and reach level 3
		return levels, nil
	}
	for act, level := range levels {
		for _, kind := range []safe.ActorKind{safe.Citizen, safe.Agent} {
			if top := c.Reachable(string(kind)); slices.Contains(act.By(), kind) && level > top {
				return nil, fmt.Errorf("levels.%s is %d, and no provider of kind %s gives more than %d: add one that does (franceconnect+ for citizens), or lower it", act, level, kind, top)
			}
		}
	}
	return levels, nil
}

// loginKeys are ours at the providers.
func loginKeys(k ownKeys) (*oidc.Keys, error) {
	b, err := k.keep(loginKeysFile, func() ([]byte, error) { return oidc.NewKeys(nil) })
	if err != nil {
		return nil, fmt.Errorf("load log-in keys: %w", err)
	}
	keys, err := oidc.ParseKeys(b)
	if err != nil {
		return nil, fmt.Errorf("%w: restore %s from a backup, or remove it and tell the providers to read the jwks_uri again", err, filepath.Join(k.dir, loginKeysFile))
	}
	return keys, nil
}

const loginKeysFile = "login.jwks"
