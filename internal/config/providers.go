package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Provider is a way to log in.
type Provider struct {
	ID      string `yaml:"id"`      // franceconnect, proconnect: in paths
	Profile string `yaml:"profile"` // franceconnect, franceconnect+, proconnect, plain
	Kind    string `yaml:"kind"`    // citizen, agent
	Label   string `yaml:"label"`
	// Level is eIDAS: 1 low, 2 substantial, 3 high; left out it is the lowest
	// that the profile has.
	Level    int    `yaml:"level"`
	Issuer   string `yaml:"issuer"`
	ClientID string `yaml:"client_id"`
	// Auth is how we prove who we are: client_secret_post (also when left
	// out), or private_key_jwt, with the key that the gateway publishes.
	Auth       string `yaml:"auth"`
	SecretFile string `yaml:"secret_file"` // client_secret_post
	// Encrypted refuses tokens that are not encrypted to the gateway's key;
	// franceconnect+ always does.
	Encrypted bool `yaml:"encrypted"`
	// TwoFactors lets agents in with two factors only (proconnect).
	TwoFactors bool `yaml:"two_factors"`
	// AccountsOf is the id of the provider whose accounts people log in to
	// here as well: the same authority, giving the same sub. Such a provider
	// is offered when an act asks for a higher level, not before.
	AccountsOf string `yaml:"accounts_of"`
	// HelpedBy are identity providers behind this one (idp_id) by which a
	// helper logs in in a citizen's name: Aidants Connect. Pages and journal
	// say so.
	HelpedBy []string `yaml:"helped_by"`
	// RefuseIDP are identity providers behind this one (idp_id) by which
	// nobody comes in.
	RefuseIDP []string `yaml:"refuse_idp"`
}

// The two ways to prove who we are.
const (
	bySecret = "client_secret_post"
	byKey    = "private_key_jwt"
)

// ByKey says whether the gateway proves itself by its key, not by a secret.
func (p Provider) ByKey() bool { return p.Auth == byKey }

// lowest and Top are the levels that a provider can give, as configured.
func (p Provider) lowest() int {
	if p.Profile == "franceconnect+" {
		return max(p.Level, 2)
	}
	return max(p.Level, 1)
}

// Top is the highest level that can be asked for there.
func (p Provider) Top() int {
	if p.Profile == "franceconnect+" || p.Profile == "proconnect" {
		return 3
	}
	return p.lowest()
}

var providerID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`) //nolint:gochecknoglobals // a constant in all but name

// wrong says what is wrong with each provider, and how to mend it.
func wrong(all []Provider) []error {
	var errs []error
	seen := map[string]bool{}
	for _, p := range all {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("provider %q: "+format, append([]any{p.ID}, args...)...))
		}
		if p.ID == "" || p.Issuer == "" || p.ClientID == "" || (p.Kind != "citizen" && p.Kind != "agent") {
			bad("id, kind (citizen or agent), issuer and client_id are needed")
		}
		if p.ID != "" && !providerID.MatchString(p.ID) {
			bad("id is part of addresses: write small letters, digits and hyphens")
		}
		if seen[p.ID] {
			bad("stands twice: give each an id of its own")
		}
		seen[p.ID] = true
		if !slices.Contains([]string{"franceconnect", "franceconnect+", "proconnect", "plain"}, p.Profile) {
			bad("profile is %q: write franceconnect, franceconnect+, proconnect or plain", p.Profile)
		}
		if !strings.HasPrefix(p.Issuer, "https://") { // its keys come from there
			bad("issuer is %q: write https://…", p.Issuer)
		}
		if p.Auth != "" && p.Auth != bySecret && p.Auth != byKey {
			bad("auth is %q: write client_secret_post or private_key_jwt", p.Auth)
		}
		if p.ByKey() != (p.SecretFile == "") {
			bad("secret_file is needed for client_secret_post, and refused for private_key_jwt")
		}
		for _, text := range wrongLevels(p, all) {
			bad("%s", text)
		}
	}
	return errs
}

// wrongLevels is about how people come in, and to which accounts.
func wrongLevels(p Provider, all []Provider) []string {
	var texts []string
	if p.Level < 0 || p.Level > 3 {
		texts = append(texts, fmt.Sprintf("level is %d: write 1, 2 or 3", p.Level))
	}
	if p.Profile == "franceconnect" && p.Level > 1 {
		texts = append(texts, "FranceConnect gives level 1 only: write profile franceconnect+ for level 2 or 3")
	}
	if p.Profile == "franceconnect+" && p.Level == 1 {
		texts = append(texts, "FranceConnect+ gives level 2 or 3: write level 2, or profile franceconnect")
	}
	if p.TwoFactors && p.Profile != "proconnect" {
		texts = append(texts, "two_factors is ProConnect's: leave it out")
	}
	if len(p.HelpedBy)+len(p.RefuseIDP) > 0 && (p.Profile == "franceconnect+" || p.Profile == "plain") {
		texts = append(texts, "this profile tells no idp_id: leave helped_by and refuse_idp out")
	}
	if p.AccountsOf == "" {
		return texts
	}
	i := slices.IndexFunc(all, func(o Provider) bool { return o.ID == p.AccountsOf })
	if i < 0 || p.AccountsOf == p.ID || all[i].Kind != p.Kind || all[i].AccountsOf != "" {
		texts = append(texts, fmt.Sprintf("accounts_of is %q: name another provider of the same kind, which has accounts of its own", p.AccountsOf))
	}
	return texts
}

// wrongActs is about Levels; that an act exists is for internal/safe to say.
func (c *Config) wrongActs() []error {
	var errs []error
	for act, level := range c.Levels {
		if level < 1 || level > 3 {
			errs = append(errs, fmt.Errorf("levels.%s is %d: write 1, 2 or 3", act, level))
		}
	}
	return errs
}

// Reachable is the highest level at which citizens, or agents, can come in.
func (c *Config) Reachable(kind string) int {
	top := 0
	for _, p := range c.Providers {
		if p.Kind == kind {
			top = max(top, p.Top())
		}
	}
	return top
}
