package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/config"
)

func TestDatabaseSaysHowToMend(t *testing.T) {
	const full = "?sslmode=verify-full"
	for name, c := range map[string]struct {
		database config.Database
		want     string // "" is accepted
	}{
		"SQLite":                   {config.Database{}, ""},
		"over TLS":                 {config.Database{URL: "postgres://coffre@db.valmont.example/coffre" + full}, ""},
		"on this machine":          {config.Database{URL: "postgres://coffre@127.0.0.1:5432/coffre", Connections: 60}, ""},
		"a socket":                 {config.Database{URL: "postgres:///coffre?host=/var/run/postgresql"}, ""},
		"a cluster":                {config.Database{URL: "postgresql://coffre@a:5432,b:5433/coffre" + full + "&target_session_attrs=read-write"}, ""},
		"one that only reads":      {config.Database{URL: "postgres://coffre@a:5432,b:5433/coffre" + full}, "target_session_attrs=read-write"},
		"in clear":                 {config.Database{URL: "postgres://coffre@db.valmont.example/coffre"}, "sslmode=verify-full"},
		"to anybody":               {config.Database{URL: "postgres://coffre@db.valmont.example/coffre?sslmode=require"}, "sslmode=verify-full"},
		"one of two in clear":      {config.Database{URL: "postgres://coffre@127.0.0.1:1,db:2/coffre?target_session_attrs=read-write"}, "reaches db without proof"},
		"a host beside the socket": {config.Database{URL: "postgres:///coffre?host=db.valmont.example"}, "sslmode=verify-full"},
		"a secret in the file":     {config.Database{URL: "postgres://coffre:hunter2@127.0.0.1/coffre"}, "dsn_file"},
		"another secret":           {config.Database{URL: "postgres://coffre@127.0.0.1/coffre?password=hunter2"}, "dsn_file"},
		"two addresses":            {config.Database{URL: "postgres://a@127.0.0.1/b", DSNFile: "/x"}, "one of them"},
		"of another kind":          {config.Database{URL: "mysql://hunter2@host/name"}, "postgres://user@host/name"},
		"no address":               {config.Database{URL: "host=db user=coffre"}, "postgres://user@host/name"},
		"nowhere":                  {config.Database{URL: "postgres:///coffre"}, "names no host"},
		"no database":              {config.Database{URL: "postgres://coffre@127.0.0.1"}, "postgres://user@host/name"},
		"too few":                  {config.Database{URL: "postgres://coffre@127.0.0.1/coffre", Connections: 2}, "4 to 1000"},
		"of nothing":               {config.Database{Connections: 20}, "no url or dsn_file"},
	} {
		cfg, err := config.Load("../../ops/deploy/coffre.example.yaml")
		if err != nil {
			t.Fatal(err)
		}
		cfg.Database = c.database
		switch err := cfg.Validate(); {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want words %q", name, err, c.want)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: the error repeats a secret: %v", name, err)
		}
	}
}

// TestDSNFile: what is in the file is held to the same, and never repeated.
func TestDSNFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dsn")
	d := config.Database{DSNFile: file}
	if _, err := d.DSN(config.Production); err == nil || !strings.Contains(err.Error(), "database.dsn_file") {
		t.Errorf("a file that is not there: %v", err)
	}
	for text, want := range map[string]string{
		"postgres://coffre:hunter2@127.0.0.1/coffre\n":                         "",
		"postgres://coffre:hunter2@db.valmont.example/coffre":                  "sslmode=verify-full",
		"coffre:hunter2@db.valmont.example/coffre":                             "postgres://user@host/name",
		"postgres://coffre:hunter2%@db/coffre":                                 "postgres://user@host/name",
		"postgres://coffre:hunter2@db.valmont.example/x?sslmode=verify-full\n": "",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		dsn, err := d.DSN(config.Production)
		switch {
		case want == "" && (err != nil || dsn != strings.TrimSpace(text)):
			t.Errorf("%q: %v", dsn, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%q: %v, want words %q", text, err, want)
		}
	}
}
