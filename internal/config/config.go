// Package config reads the gateway's one configuration file, strictly, lets
// COFFRE_* variables override it, and says what is wrong and how to mend it.
//
// Trust: the file is the operator's word. Secrets are never in it: it names
// files that hold them (or systemd credentials), read once at start.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// The two modes. The demonstration has simulators, runs on loopback only, and
// needs a binary built with the tag demo.
const (
	Demo       = "demo"
	Production = "production"
)

// Which agents act for their administration.
const (
	appointedAgents = "appointed"
	AnyAgent        = "anyone"
)

// Admission is Agents as internal/safe has it: nothing written is "appointed".
func (c *Config) Admission() string {
	if c.Agents == AnyAgent {
		return AnyAgent
	}
	return ""
}

// Config is the whole file. ops/deploy/coffre.example.yaml explains each member.
type Config struct {
	Mode      string     `yaml:"mode"`
	Listen    string     `yaml:"listen"`     // host:port
	PublicURL string     `yaml:"public_url"` // without a slash at the end
	Data      string     `yaml:"data"`       // directory
	LogOrigin string     `yaml:"log_origin"` // name of the journal, for ever
	Metrics   string     `yaml:"metrics"`    // private host:port; "" for none
	Proxies   []string   `yaml:"proxies"`    // whose X-Forwarded-For is believed: addresses or networks
	Territory Territory  `yaml:"territory"`
	Limits    Limits     `yaml:"limits"`
	Database  Database   `yaml:"database"`
	Objects   Objects    `yaml:"objects"`
	State     State      `yaml:"state"`
	Journal   Journal    `yaml:"journal"`
	Keys      Keys       `yaml:"keys"`
	Notices   Notices    `yaml:"notices"`
	Providers []Provider `yaml:"providers"`
	// Levels is the lowest eIDAS level for an act (O8); acts left out take 1.
	Levels map[string]int `yaml:"levels"`
	// Agents says which of them act for their administration: "appointed", by
	// the operator or a referent, or "anyone" whom the provider says to be its.
	Agents string `yaml:"agents"`
	// PaperAtCounter lets a paper key stand for a log-in at a mediator's counter,
	// for a safe whose holder a provider has vouched for within a year.
	PaperAtCounter bool `yaml:"paper_at_counter"`
	// KeyOverlap is how long what was sealed to a former key of an administration
	// is still taken; 0 is 24 hours.
	KeyOverlap time.Duration `yaml:"key_overlap"`
	// DeleteWithin is how long administrations have to delete their copies once a
	// share has ended; 0 is 30 days.
	DeleteWithin time.Duration `yaml:"delete_within"`
}

// Territory is what the pages show.
type Territory struct {
	Name    string `yaml:"name"`
	Colour  string `yaml:"colour"` // #rrggbb
	Logo    string `yaml:"logo"`   // path on this origin
	Contact string `yaml:"contact"`
	// File says which networks, regions and certificates are the authority's
	// (ops/deploy/territory.example.yaml); without it, this machine alone.
	File string `yaml:"file"`
}

// Limits of what callers may do; 0 takes the default.
type Limits struct {
	Document int64 `yaml:"document"` // bytes
	Safe     int64 `yaml:"safe"`     // bytes
	// Pace multiplies how many requests a caller may make in a minute (600
	// writes, 1,200 reads), for systems that deposit in bulk.
	Pace int `yaml:"pace"`
}

// DemoDefaults is what `make run` serves.
func DemoDefaults() Config {
	return Config{
		Mode: Demo, Listen: "127.0.0.1:8080", Data: "./data", LogOrigin: "coffre.demo/log",
		Territory: Territory{Name: "Valmont Agglomération", Colour: "#1f5f6b", Contact: "coffre@valmont.example"},
		Objects:   Objects{Store: Store{Bucket: "coffre"}},
		Notices:   demoNotices(),
		Agents:    AnyAgent,
		// So that it can be seen; an authority decides it for itself.
		PaperAtCounter: true,
		// So that it can be seen: who would take a safe over proves himself better.
		Levels: map[string]int{"recover": 2},
	}
}

// Load reads a file over nothing: a production configuration has no defaults
// that open a door.
func Load(path string) (Config, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator says which
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	var c Config
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("read configuration %s: %w", path, err)
	}
	return c, nil
}

// Override applies COFFRE_MODE, COFFRE_LISTEN, COFFRE_PUBLIC_URL,
// COFFRE_DATA, COFFRE_METRICS and COFFRE_DATABASE_DSN_FILE.
func (c *Config) Override(getenv func(string) string) {
	for name, field := range map[string]*string{
		"COFFRE_MODE": &c.Mode, "COFFRE_LISTEN": &c.Listen, "COFFRE_PUBLIC_URL": &c.PublicURL,
		"COFFRE_DATA": &c.Data, "COFFRE_METRICS": &c.Metrics,
	} {
		if v := getenv(name); v != "" {
			*field = v
		}
	}
	if v := getenv("COFFRE_DATABASE_DSN_FILE"); v != "" {
		c.Database.URL, c.Database.DSNFile = "", v
	}
}

// Resolve makes paths absolute, before anything changes the directory.
func (c *Config) Resolve() error {
	var err error
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return fmt.Errorf("resolve data directory: %w", err)
	}
	files := []*string{
		&c.Territory.File, &c.Journal.Witnesses, &c.Database.DSNFile, &c.Objects.SecretFile, &c.Objects.CAFile, &c.Objects.Second.SecretFile, &c.Objects.Second.CAFile, &c.State.PasswordFile, &c.State.SentinelPasswordFile, &c.State.CAFile, &c.Keys.Dir,
	}
	for i := range c.Providers {
		files = append(files, &c.Providers[i].SecretFile)
	}
	files = append(files, c.Notices.files()...)
	for _, p := range files {
		if *p == "" {
			continue
		}
		if *p, err = filepath.Abs(*p); err != nil {
			return fmt.Errorf("resolve %s: %w", *p, err)
		}
	}
	return nil
}

// Validate says everything that is wrong, each with its mend.
func (c *Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Mode != Demo && c.Mode != Production {
		bad("mode is %q: write demo or production", c.Mode)
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		bad("listen is %q: write host:port, for instance 127.0.0.1:8080", c.Listen)
	}
	if c.Mode == Demo && !loopback(host) {
		bad("listen is %q: the demonstration listens on loopback only, write 127.0.0.1:8080", c.Listen)
	}
	if c.Data == "" {
		bad("data is empty: name a directory that survives restarts")
	}
	if c.LogOrigin == "" || strings.ContainsAny(c.LogOrigin, " +\n") {
		bad("log_origin is %q: name the journal once and for ever, without spaces or plus signs", c.LogOrigin)
	}
	if c.Agents != "" && c.Agents != appointedAgents && c.Agents != AnyAgent {
		bad("agents is %q: write appointed or anyone", c.Agents)
	}
	if c.DeleteWithin < 0 || c.DeleteWithin > 366*24*time.Hour {
		bad("delete_within is %s: write at most 8784h, or nothing for 720h", c.DeleteWithin)
	}
	if c.KeyOverlap < 0 || c.KeyOverlap > 30*24*time.Hour {
		bad("key_overlap is %s: write at most 720h, or nothing for 24h", c.KeyOverlap)
	}
	if c.Journal.Retention < 0 || c.Journal.Retention > 100 {
		bad("journal.retention is %d: write the years that the journal is kept, or nothing for 5", c.Journal.Retention)
	}
	if c.Territory.Name == "" {
		bad("territory.name is empty: the pages show it")
	}
	if c.Limits.Document < 0 || c.Limits.Safe < 0 || (c.Limits.Safe > 0 && c.Limits.Document > c.Limits.Safe) {
		bad("limits: a document may not be larger than a safe")
	}
	if c.Limits.Pace < 0 || c.Limits.Pace > 1000 {
		bad("limits.pace is %d: write 1 to 1000, or nothing", c.Limits.Pace)
	}
	errs = append(errs, c.Database.validate(c.Mode)...)
	errs = append(errs, c.Objects.validate(c.Mode)...)
	errs = append(errs, c.State.validate(c.Mode)...)
	errs = append(errs, c.Notices.validate(c.Mode)...)
	if _, err := c.ProxyNetworks(); err != nil {
		errs = append(errs, err)
	}
	errs = append(append(errs, c.wrongActs()...), c.production()...)
	return errors.Join(errs...)
}

func (c *Config) production() []error {
	if c.Mode != Production {
		return nil
	}
	var errs []error
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" {
		errs = append(errs, fmt.Errorf("public_url is %q: write https://host, without a path", c.PublicURL))
	}
	if len(c.Providers) == 0 {
		errs = append(errs, errors.New("providers is empty: nobody could log in; add franceconnect"))
	}
	errs = append(errs, wrong(c.Providers)...)
	return errs
}

// ProxyNetworks are Proxies; a single address is a network of one.
func (c *Config) ProxyNetworks() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.Proxies {
		one, err := netip.ParsePrefix(text)
		if ip, single := netip.ParseAddr(text); single == nil {
			one, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("proxies: %q is no address: write 127.0.0.1 or 10.1.2.0/24", text)
		}
		all = append(all, one)
	}
	return all, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
