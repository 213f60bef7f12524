package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// Database says where rows and the journal's log are; without an address, in
// SQLite, in one file below Data.
type Database struct {
	URL         string `yaml:"url"`      // postgres://user@host/name, without a password
	DSNFile     string `yaml:"dsn_file"` // holds the same with one
	Connections int    `yaml:"connections"`
}

// mostConnections is more than any PostgreSQL is set up for.
const mostConnections = 1000

func (d *Database) validate(mode string) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if d.URL != "" && d.DSNFile != "" {
		bad("database: url and dsn_file are both there: write one of them")
	}
	if d.URL == "" && d.DSNFile == "" && d.Connections != 0 {
		bad("database.connections is %d, but there is no url or dsn_file: name the database, or take it out", d.Connections)
	}
	if d.Connections != 0 && (d.Connections < 4 || d.Connections > mostConnections) {
		bad("database.connections is %d: write 4 to %d, or nothing", d.Connections, mostConnections)
	}
	if d.URL == "" {
		return errs
	}
	if u, err := url.Parse(d.URL); err == nil {
		if _, secret := u.User.Password(); secret || u.Query().Has("password") {
			bad("database.url has a password in it: write the whole address into a file that only the gateway reads, and name it in dsn_file")
		}
	}
	return append(errs, address("database.url", d.URL, mode)...)
}

// DSN is the address with its secret; "" means SQLite.
func (d *Database) DSN(mode string) (string, error) {
	if d.DSNFile == "" {
		return d.URL, nil
	}
	b, err := os.ReadFile(d.DSNFile)
	if err != nil {
		return "", fmt.Errorf("read database.dsn_file: %w", err)
	}
	dsn := strings.TrimSpace(string(b))
	return dsn, errors.Join(address("database.dsn_file", dsn, mode)...)
}

// address never repeats what it is given: there may be a password in it.
func address(name, dsn, mode string) []error {
	u, err := url.Parse(dsn)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || strings.Trim(u.Path, "/") == "" {
		return []error{fmt.Errorf("%s holds no address of a database: write postgres://user@host/name", name)}
	}
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	hosts := strings.Split(u.Host, ",")
	if u.Host == "" {
		hosts = strings.Split(u.Query().Get("host"), ",")
	}
	if len(hosts) > 1 && u.Query().Get("target_session_attrs") != "read-write" {
		bad("%s names several hosts: add target_session_attrs=read-write, or one that only reads could be taken", name)
	}
	mode = map[bool]string{true: mode}[u.Query().Get("sslmode") != "verify-full"]
	for _, h := range hosts {
		h = (&url.URL{Host: h}).Hostname()
		switch {
		case h == "":
			bad("%s names no host: write postgres://user@host/name, or postgres:///name?host=/var/run/postgresql", name)
		case mode == Production && !strings.HasPrefix(h, "/") && !loopback(h):
			bad("%s reaches %s without proof of who answers: whoever is on that network could read and change rows; add sslmode=verify-full (and sslrootcert=FILE for an authority of your own)", name, h)
		}
	}
	return errs
}
