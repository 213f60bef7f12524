package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
)

// TestObjectsSayHowToMend: a store elsewhere is described whole, and reached
// in clear by nobody but this machine.
func TestObjectsSayHowToMend(t *testing.T) {
	whole := config.Objects{Store: config.Store{Endpoint: "s3.valmont.example:443", TLS: true, Bucket: "coffre", AccessKey: "coffre", SecretFile: "/s3"}}
	for name, c := range map[string]struct {
		change func(*config.Objects)
		want   string // "" is accepted
	}{
		"whole":                     {func(*config.Objects) {}, ""},
		"an authority of their own": {func(o *config.Objects) { o.CAFile = "/ca.pem" }, ""},
		"in clear over a network":   {func(o *config.Objects) { o.TLS = false }, "write tls: true"},
		"in clear by address":       {func(o *config.Objects) { o.TLS, o.Endpoint = false, "10.0.0.7:9000" }, "write tls: true"},
		"in clear on this machine":  {func(o *config.Objects) { o.TLS, o.Endpoint = false, "127.0.0.1:9000" }, ""},
		"in clear, IPv6 loopback":   {func(o *config.Objects) { o.TLS, o.Endpoint = false, "[::1]:9000" }, ""},
		"authority in clear":        {func(o *config.Objects) { o.TLS, o.CAFile, o.Endpoint = false, "/ca.pem", "localhost:9000" }, "take ca_file out"},
		"a web address":             {func(o *config.Objects) { o.Endpoint = "https://s3.valmont.example" }, "without https://"},
		"no port":                   {func(o *config.Objects) { o.Endpoint = "s3.valmont.example" }, "host:port"},
		"no key":                    {func(o *config.Objects) { o.AccessKey = "" }, "access_key and secret_file"},
		"no secret":                 {func(o *config.Objects) { o.SecretFile = "" }, "access_key and secret_file"},
		"no bucket":                 {func(o *config.Objects) { o.Bucket = "" }, "name the bucket"},
		"endpoint forgotten":        {func(o *config.Objects) { o.Endpoint = "" }, "name the store"},
		"no patience":               {func(o *config.Objects) { o.Timeout = -time.Second }, "objects.timeout"},
		"a second site":             {func(o *config.Objects) { o.Second = o.Store }, ""},
		"a second site in clear":    {func(o *config.Objects) { o.Second = o.Store; o.Second.TLS = false }, "objects.second.endpoint"},
		"a second site nowhere":     {func(o *config.Objects) { o.Second.Bucket = "copies" }, "take second out"},
		"patience without end":      {func(o *config.Objects) { o.Timeout = time.Hour }, "objects.timeout"},
	} {
		cfg := config.Config{
			Mode: config.Production, Listen: "127.0.0.1:8080", PublicURL: "https://coffre.valmont.example", Data: "/data",
			LogOrigin: "x/log", Territory: config.Territory{Name: "Valmont"}, Objects: whole,
			Providers: []config.Provider{{ID: "fc", Profile: "franceconnect", Kind: "citizen", Issuer: "https://fc.fr", ClientID: "x", SecretFile: "/x"}},
		}
		c.change(&cfg.Objects)
		err := cfg.Validate()
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want words %q", name, err, c.want)
		}
	}
}
