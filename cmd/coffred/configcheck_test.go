package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// canary is in every secret file; no answer of the check shows it.
const canary = "canary-hunter2"

// installation is a configuration with its files, as the README has them made.
type installation struct {
	t         *testing.T
	dir, file string
}

const wholeConfig = `mode: production
listen: 127.0.0.1:8080
public_url: https://coffre.valmont.example
data: DIR/data
log_origin: coffre.valmont.example/journal
territory: {name: Valmont, file: DIR/territory.yaml}
database: {dsn_file: DIR/database}
objects: {endpoint: "127.0.0.1:1", bucket: coffre, access_key: coffre, secret_file: DIR/s3}
state: {redis: standalone, addresses: ["127.0.0.1:1"], password_file: DIR/redis}
keys: {dir: DIR/keys}
providers:
  - {id: fc, profile: franceconnect, kind: citizen, issuer: "https://127.0.0.1:1", client_id: x, secret_file: DIR/fc}
`

func install(t *testing.T) *installation {
	t.Helper()
	in := lay(t)
	if err := makeKeys(t.Context(), []string{"--config", in.file}, in.io(&bytes.Buffer{})); err != nil {
		t.Fatal(err)
	}
	return in
}

// again is another installation with the same keys, which take a while to make.
func (in *installation) again(t *testing.T) *installation {
	t.Helper()
	other := lay(t)
	other.mkdir("keys", 0o700)
	for _, name := range []string{"journal.key", "tokens.key", "hints.key", loginKeysFile} {
		b, err := os.ReadFile(filepath.Join(in.dir, "keys", name))
		if err != nil {
			t.Fatal(err)
		}
		other.write("keys/"+name, string(b))
	}
	return other
}

// lay lays the files down, without keys.
func lay(t *testing.T) *installation {
	t.Helper()
	dir := t.TempDir()
	in := &installation{t, dir, filepath.Join(dir, "coffre.yaml")}
	in.write("coffre.yaml", strings.ReplaceAll(wholeConfig, "DIR", dir))
	in.write("territory.yaml", "networks: [{name: Valmont, range: 127.0.0.0/8}]\n")
	in.write("database", "postgres://coffre:"+canary+"@127.0.0.1:1/coffre\n")
	for _, name := range []string{"s3", "redis", "fc"} {
		in.write(name, canary+"\n")
	}
	return in
}

func (in *installation) io(out *bytes.Buffer) stdio {
	return stdio{out, out, func(string) string { return "" }}
}

func (in *installation) write(name, text string) {
	in.t.Helper()
	if err := os.WriteFile(filepath.Join(in.dir, name), []byte(text), 0o600); err != nil {
		in.t.Fatal(err)
	}
}

// replace changes the configuration.
func (in *installation) replace(pairs ...string) {
	in.t.Helper()
	b, err := os.ReadFile(in.file)
	if err != nil {
		in.t.Fatal(err)
	}
	text := strings.NewReplacer(pairs...).Replace(string(b))
	if text == string(b) {
		in.t.Fatalf("nothing is replaced by %q", pairs)
	}
	in.write("coffre.yaml", text)
}

// check is what an operator reads, and the code of the program's end.
func (in *installation) check(more ...string) (said string, code int) {
	in.t.Helper()
	var out bytes.Buffer
	err := run(in.t.Context(), append([]string{"config", "check", "--config", in.file}, more...), in.io(&out))
	said = out.String()
	if err != nil {
		code = exitCode(err)
		said += err.Error()
	}
	if strings.Contains(said, canary) {
		in.t.Errorf("a secret is shown:\n%s", said)
	}
	return said, code
}

func TestConfigCheckAcceptsAWholeInstallation(t *testing.T) {
	in := install(t)
	before := listing(t, in.dir)
	said, code := in.check()
	if code != 0 || strings.Contains(said, "wrong") {
		t.Errorf("it ends with %d:\n%s", code, said)
	}
	for _, want := range []string{"ok: every member", "ok: database.dsn_file", "ok: secret_file of provider fc", "ok: keys: journal.key", "territory.file names 1 networks"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if after := listing(t, in.dir); after != before {
		t.Errorf("the check changed files: before\n%s\nafter\n%s", before, after)
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	all, err := filepath.Glob(dir + "/*/*")
	top, err2 := filepath.Glob(dir + "/*")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return strings.Join(append(top, all...), "\n")
}

// TestConfigCheckSaysHowToMend: each fault by itself, in one line that names
// the member or the file and what to do.
func TestConfigCheckSaysHowToMend(t *testing.T) {
	sound := install(t)
	for name, c := range map[string]struct {
		spoil func(*installation)
		want  []string
	}{
		"no file":          {func(in *installation) { in.file += "x" }, []string{"coffre.example.yaml"}},
		"unknown member":   {func(in *installation) { in.replace("public_url", "publik_url") }, []string{"publik_url"}},
		"secret in place":  {func(in *installation) { in.replace("{dsn_file: "+in.dir+"/database}", canary) }, []string{"what stands there"}},
		"secret in member": {func(in *installation) { in.replace("password_file:", "password: "+canary+", password_file:") }, []string{"password not found"}},
		"secret in issuer": {func(in *installation) { in.replace(`"https://127.0.0.1:1"`, `"http://fc:`+canary+`@fc.example"`) }, []string{"write https://"}},
		"secret in address": {func(in *installation) {
			in.replace("public_url: https://", "public_url: ftp://coffre:"+canary+"@")
		}, []string{"public_url"}},
		"two at once": {func(in *installation) {
			in.replace("127.0.0.1:8080", "localhost", "log_origin: coffre", "log_origin: my coffre")
		}, []string{"host:port", "without spaces", "never changes", "faults found: 3"}},
		"secret missing":    {func(in *installation) { in.remove("fc") }, []string{"secret_file of provider fc: there is no", "make it"}},
		"secret for all":    {func(in *installation) { in.mode("s3", 0o644) }, []string{"objects.secret_file", "chmod o-rwx"}},
		"secret empty":      {func(in *installation) { in.write("redis", "\n") }, []string{"state.password_file", "is empty"}},
		"configuration":     {func(in *installation) { in.mode("coffre.yaml", 0o646) }, []string{"chmod o-w"}},
		"no database":       {func(in *installation) { in.write("database", "coffre:"+canary+"@db") }, []string{"postgres://user@host/name"}},
		"key missing":       {func(in *installation) { in.remove("keys/tokens.key") }, []string{"tokens.key is missing", "coffred keys"}},
		"key for all":       {func(in *installation) { in.mode("keys/hints.key", 0o604) }, []string{"hints.key is open", "chmod"}},
		"key damaged":       {func(in *installation) { in.write("keys/journal.key", canary) }, []string{"journal.key", "restore it from a backup"}},
		"another journal":   {func(in *installation) { in.replace("example/journal", "example/log") }, []string{"the name of a journal never changes"}},
		"no territory":      {func(in *installation) { in.remove("territory.yaml") }, []string{"territory.example.yaml"}},
		"empty territory":   {func(in *installation) { in.write("territory.yaml", "networks: []\n") }, []string{"name at least one"}},
		"no authority":      {func(in *installation) { in.replace("bucket:", "tls: true, ca_file: "+in.dir+"/fc, bucket:") }, []string{"objects.ca_file", "no certificate in PEM"}},
		"data is a file":    {func(in *installation) { in.write("data", "") }, []string{"is no directory"}},
		"data for all":      {func(in *installation) { in.mkdir("data", 0o755) }, []string{"data is open", "chmod"}},
		"level nobody has":  {func(in *installation) { in.write("coffre.yaml", in.text()+"levels: {share: 3}\n") }, []string{"franceconnect+"}},
		"act nobody knows":  {func(in *installation) { in.write("coffre.yaml", in.text()+"levels: {dance: 1}\n") }, []string{"dance"}},
		"demonstration too": {func(in *installation) { in.replace("production", "prod") }, []string{"demo or production"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := sound.again(t)
			c.spoil(in)
			said, code := in.check()
			if code != 2 {
				t.Errorf("it ends with %d", code)
			}
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
		})
	}
}

func (in *installation) text() string {
	in.t.Helper()
	b, err := os.ReadFile(in.file)
	if err != nil {
		in.t.Fatal(err)
	}
	return string(b)
}

func (in *installation) remove(name string) {
	in.t.Helper()
	if err := os.Remove(filepath.Join(in.dir, name)); err != nil {
		in.t.Fatal(err)
	}
}

func (in *installation) mode(name string, mode os.FileMode) {
	in.t.Helper()
	if err := os.Chmod(filepath.Join(in.dir, name), mode); err != nil {
		in.t.Fatal(err)
	}
}

func (in *installation) mkdir(name string, mode os.FileMode) {
	in.t.Helper()
	if err := os.Mkdir(filepath.Join(in.dir, name), mode); err != nil {
		in.t.Fatal(err)
	}
	in.mode(name, mode)
}

// TestConfigCheckFindsUnknownOverrides, and shows no value of one.
func TestConfigCheckFindsUnknownOverrides(t *testing.T) {
	in := install(t)
	t.Setenv("COFFRE_LISTEM", canary)
	said, code := in.check()
	if code != 2 || !strings.Contains(said, "COFFRE_LISTEM") || !strings.Contains(said, "COFFRE_LISTEN") {
		t.Errorf("it ends with %d:\n%s", code, said)
	}
}

// TestConfigCheckConnects: to what answers, with what is there; and says of
// what does not answer what to do.
func TestConfigCheckConnects(t *testing.T) {
	in := install(t)
	said, code := in.check("--connect")
	for _, want := range []string{
		"wrong: database: ", "correct database in", "wrong: objects: ", "start the object store",
		"wrong: state: ", "state.addresses", "wrong: provider fc: ", "correct its issuer", "ok: every backend is on the territory",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("with nothing there, it does not say %q:\n%s", want, said)
		}
	}
	if code != 2 {
		t.Errorf("with nothing there, it ends with %d", code)
	}

	dsn, redis, s3 := servers.Postgres(t), servers.Redis(t), servers.VersityGW(t)
	in.write("database", dsn)
	in.write("redis", redis.Password)
	in.write("s3", s3.Secret)
	in.replace("endpoint: \"127.0.0.1:1\"", fmt.Sprintf("endpoint: %q", s3.Endpoint), "access_key: coffre", "access_key: "+s3.AccessKey,
		"addresses: [\"127.0.0.1:1\"]", fmt.Sprintf("addresses: [%q]", redis.Address), "bucket: coffre", "bucket: b"+strings.ToLower(string(safe.NewID[safe.VersionID]())))
	said, _ = in.check("--connect")
	for _, want := range []string{"ok: database: postgresql, without tables", "is made at the first start", "ok: state: redis"} {
		if !strings.Contains(said, want) {
			t.Errorf("before the first start, it does not say %q:\n%s", want, said)
		}
	}
	if err := migrate(t.Context(), []string{"--config", in.file}, in.io(&bytes.Buffer{})); err != nil {
		t.Fatal(err)
	}
	said, _ = in.check("--connect")
	for _, want := range []string{"ok: database: postgresql, schema ", "ok: objects: bucket b"} {
		if !strings.Contains(said, want) {
			t.Errorf("after it, it does not say %q:\n%s", want, said)
		}
	}
	in.write("redis", canary)
	if said, _ = in.check("--connect"); !strings.Contains(said, "wrong: state: ") || !strings.Contains(said, "and the password") {
		t.Errorf("with another password of Redis:\n%s", said)
	}
}

// TestConfigCheckReadsDiscovery: an issuer that is another than it says is not
// taken for the provider.
func TestConfigCheckReadsDiscovery(t *testing.T) {
	var issuer string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{
			"issuer": issuer, "authorization_endpoint": issuer + "/a", "token_endpoint": issuer + "/t", "jwks_uri": issuer + "/k",
		})
	}))
	defer srv.Close()
	in := install(t)
	c := config.Config{Mode: config.Production, PublicURL: "https://coffre.valmont.example"}
	p := config.Provider{ID: "fc", Profile: "franceconnect", Kind: "citizen", Issuer: srv.URL, ClientID: "x", SecretFile: filepath.Join(in.dir, "fc")}
	issuer = srv.URL
	if said, err := lookProvider(t.Context(), c, p); err != nil || !strings.Contains(said, srv.URL) {
		t.Errorf("its own issuer: %q, %v", said, err)
	}
	issuer = "https://another.example"
	if _, err := lookProvider(t.Context(), c, p); err == nil || !strings.Contains(err.Error(), "correct its issuer") {
		t.Errorf("another issuer: %v", err)
	}
}
