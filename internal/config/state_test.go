package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
)

// TestStateSaysHowToMend: Redis is described whole, and reached in clear by
// nobody but this machine.
func TestStateSaysHowToMend(t *testing.T) {
	type state = config.State
	alone := state{Redis: "standalone", Addresses: []string{"redis.valmont.example:6379"}, TLS: true, PasswordFile: "/p"}
	watched := state{Redis: "sentinel", Addresses: []string{"a:26379", "b:26379", "c:26379"}, Master: "coffre", TLS: true, Replicas: 1}
	shared := state{Redis: "cluster", Addresses: []string{"a:6379", "b:6379"}, TLS: true, Replicas: 1}
	for name, c := range map[string]struct {
		from   state
		change func(*state)
		want   string // "" is accepted
	}{
		"memory":                  {state{}, func(*state) {}, ""},
		"standalone":              {alone, func(*state) {}, ""},
		"sentinel":                {watched, func(*state) {}, ""},
		"cluster":                 {shared, func(*state) {}, ""},
		"in clear over a network": {alone, func(s *state) { s.TLS = false }, "write tls: true"},
		"in clear by address":     {alone, func(s *state) { s.TLS, s.Addresses = false, []string{"10.0.0.7:6379"} }, "write tls: true"},
		"one of many in clear":    {watched, func(s *state) { s.TLS, s.Addresses = false, []string{"127.0.0.1:1", "b:2"} }, "write tls: true"},
		"in clear here":           {alone, func(s *state) { s.TLS, s.Addresses = false, []string{"127.0.0.1:6379"} }, ""},
		"a socket":                {alone, func(s *state) { s.TLS, s.Addresses = false, []string{"/run/redis/redis.sock"} }, ""},
		"sentinels by a socket":   {watched, func(s *state) { s.Addresses = []string{"/run/redis.sock"} }, "host:port"},
		"kind forgotten":          {alone, func(s *state) { s.Redis = "" }, "standalone, sentinel or cluster"},
		"kind nobody knows":       {alone, func(s *state) { s.Redis = "valkey" }, "standalone, sentinel or cluster"},
		"no address":              {shared, func(s *state) { s.Addresses = nil }, "state.addresses"},
		"two for one":             {alone, func(s *state) { s.Addresses = shared.Addresses }, "one for standalone"},
		"a web address":           {alone, func(s *state) { s.Addresses = []string{"redis://a:6379"} }, "without redis://"},
		"sentinel without name":   {watched, func(s *state) { s.Master = "" }, "state.master"},
		"a name for nobody":       {alone, func(s *state) { s.Master = "coffre" }, "state.master"},
		"sentinel password alone": {alone, func(s *state) { s.SentinelPasswordFile = "/p" }, "for sentinel"},
		"user without password":   {alone, func(s *state) { s.Username, s.PasswordFile = "coffre", "" }, "password_file"},
		"authority in clear":      {alone, func(s *state) { s.TLS, s.CAFile, s.Addresses = false, "/ca", []string{"[::1]:1"} }, "take ca_file out"},
		"a cluster's database":    {shared, func(s *state) { s.Database = 1 }, "state.database"},
		"prefix with braces":      {alone, func(s *state) { s.Prefix = "{a}" }, "state.prefix"},
		"ends that come back":     {watched, func(s *state) { s.Replicas = 0 }, "would bring it back"},
		"no patience":             {alone, func(s *state) { s.Timeout = time.Millisecond }, "state.timeout"},
	} {
		cfg := config.Config{
			Mode: config.Production, Listen: "127.0.0.1:8080", PublicURL: "https://coffre.valmont.example", Data: "/data",
			LogOrigin: "x/log", Territory: config.Territory{Name: "Valmont"}, Objects: config.Objects{Store: config.Store{Bucket: "coffre"}}, State: c.from,
			Providers: []config.Provider{{ID: "fc", Profile: "franceconnect", Kind: "citizen", Issuer: "https://fc.fr", ClientID: "x", SecretFile: "/x"}},
		}
		c.change(&cfg.State)
		err := cfg.Validate()
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want words %q", name, err, c.want)
		}
	}
}
