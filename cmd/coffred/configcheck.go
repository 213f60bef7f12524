package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/territory"
)

// errConfig makes `coffred config check` exit with 2.
var errConfig = errors.New("mend the configuration, then run this again")

// configCommand is `coffred config check`: everything that is wrong with a
// configuration, before anything is served by it. It changes nothing.
func configCommand(ctx context.Context, args []string, io stdio) error {
	if len(args) == 0 || args[0] != "check" {
		return errUsage
	}
	var o options
	f := o.flags("config check", io)
	reach := f.Bool("connect", false, "reach database, object stores, Redis and identity providers as well")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	v := &verdict{out: io.out}
	if c, ok := v.load(o, io.getenv, os.Environ()); ok {
		v.files(c)
		v.keys(c)
		v.witnesses(c)
		if *reach {
			v.connect(ctx, c)
		}
	}
	if v.bad > 0 {
		return fmt.Errorf("config check: faults found: %d: %w", v.bad, errConfig)
	}
	return nil
}

// verdict writes one line for each thing that was looked at.
type verdict struct {
	out io.Writer
	bad int
	// hidden is what the secret files hold. Nothing that writes an error is
	// meant to repeat it; if something does, it is not shown.
	hidden []string
}

func (v *verdict) ok(format string, args ...any) { v.line("ok", fmt.Sprintf(format, args...)) }

// wrong takes nil for a thing that is as it should be.
func (v *verdict) wrong(err error) {
	if err == nil {
		return
	}
	v.bad++
	v.line("wrong", strings.ReplaceAll(err.Error(), "\n", "; "))
}

var userinfo = regexp.MustCompile(`[^/\s"@]*:[^/\s"@]*@`)

func (v *verdict) line(word, text string) {
	for _, secret := range v.hidden {
		text = strings.ReplaceAll(text, secret, "[redacted]")
	}
	_, _ = fmt.Fprintf(v.out, "%s: %s\n", word, userinfo.ReplaceAllString(text, "…@"))
}

// values are those that the YAML library repeats from a member of another kind.
var values = regexp.MustCompile("`[^`]*`")

// load says whether there is a configuration to look further into.
func (v *verdict) load(o options, getenv func(string) string, environ []string) (config.Config, bool) {
	c := config.DemoDefaults()
	if o.file != "" {
		var err error
		if c, err = config.Load(o.file); errors.Is(err, fs.ErrNotExist) {
			v.wrong(fmt.Errorf("there is no %s: copy ops/deploy/coffre.example.yaml there, or name another file with --config", o.file))
			return c, false
		} else if err != nil {
			v.wrong(errors.New(values.ReplaceAllString(err.Error(), "what stands there")))
			return c, false
		}
		if info, err := os.Stat(o.file); err == nil && info.Mode().Perm()&0o002 != 0 {
			v.wrong(fmt.Errorf("%s may be written by every user of this machine: chmod o-w it", o.file))
		}
	}
	v.environment(environ)
	c.Override(getenv)
	if o.data != "" {
		c.Data = o.data
	}
	before := v.bad
	if c.Mode == config.Demo && !demoBuilt {
		v.wrong(errors.New("mode is demo, and this program was built without the demonstration: write production"))
	}
	err := c.Resolve()
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		for _, text := range strings.Split(err.Error(), "\n") {
			v.wrong(errors.New(text))
		}
	} else if _, err := levelsOf(c); err != nil {
		v.wrong(err)
	}
	if v.bad == before {
		v.ok("every member of the configuration")
	}
	return c, true
}

// environment finds overrides that override nothing: a slip of the keyboard
// there is not noticed otherwise. Values are not shown.
func (v *verdict) environment(environ []string) {
	known := []string{logVariable, "COFFRE_SERVER", "COFFRE_SECRET_FILE"} // the latter are the command line's
	var nobody config.Config
	nobody.Override(func(name string) string {
		known = append(known, name)
		return ""
	})
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "COFFRE_") && !slices.Contains(known, name) {
			slices.Sort(known)
			v.wrong(fmt.Errorf("%s is set in the environment and overrides nothing: correct its name (there are %s), or unset it", name, strings.Join(known, ", ")))
		}
	}
}

// named is a file that a member of the configuration names.
type named struct{ member, path string }

// files looks at each that the configuration names.
func (v *verdict) files(c config.Config) {
	secrets := []named{
		{"database.dsn_file", c.Database.DSNFile},
		{"objects.secret_file", c.Objects.SecretFile},
		{"objects.second.secret_file", c.Objects.Second.SecretFile},
		{"state.password_file", c.State.PasswordFile},
		{"state.sentinel_password_file", c.State.SentinelPasswordFile},
		{"notices.smtp.password_file", c.Notices.SMTP.PasswordFile},
	}
	for _, p := range c.Providers {
		secrets = append(secrets, named{"secret_file of provider " + p.ID, p.SecretFile})
	}
	for _, f := range secrets {
		v.secret(f)
	}
	for _, f := range []named{
		{"objects.ca_file", c.Objects.CAFile},
		{"objects.second.ca_file", c.Objects.Second.CAFile},
		{"state.ca_file", c.State.CAFile},
		{"notices.smtp.ca_file", c.Notices.SMTP.CAFile},
		{"notices.webhooks.ca_file", c.Notices.Webhooks.CAFile},
	} {
		v.authorities(f)
	}
	if _, err := c.Database.DSN(c.Mode); c.Database.DSNFile != "" && err != nil && !errors.As(err, new(*fs.PathError)) {
		v.wrong(err)
	}
	if f := c.Territory.File; f != "" {
		rules, err := territory.Load(f)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("territory.file: there is no %s: copy ops/deploy/territory.example.yaml there", f)
		}
		v.wrong(err)
		if err == nil {
			v.ok("territory.file names %d networks", len(rules.Networks))
		}
	}
	switch info, err := os.Stat(c.Data); {
	case errors.Is(err, fs.ErrNotExist):
		v.ok("data: %s is made at the first start", c.Data)
	case err != nil:
		v.wrong(fmt.Errorf("data: %w", err))
	case !info.IsDir():
		v.wrong(fmt.Errorf("data: %s is no directory: name another", c.Data))
	default:
		v.wrong(private(c.Data))
	}
}

// read says what keeps a file from being read, and how to mend it.
func (v *verdict) read(f named) ([]byte, bool) {
	b, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%s: there is no %s: make it, or correct its name", f.member, f.path)
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%s: %s may not be read by this user: give it to the gateway's (chown, chmod 0400), and run this check as that user", f.member, f.path)
	case err != nil:
		err = fmt.Errorf("%s: %w", f.member, err)
	}
	v.wrong(err)
	return b, err == nil
}

func (v *verdict) secret(f named) {
	if f.path == "" {
		return
	}
	b, ok := v.read(f)
	if !ok {
		return
	}
	text := strings.TrimSpace(string(b))
	if len(text) > 3 { // what is shorter is part of every word
		v.hidden = append(v.hidden, text)
	}
	err := private(f.path)
	switch {
	case err != nil:
		v.wrong(fmt.Errorf("%s: %w", f.member, err))
	case text == "":
		v.wrong(fmt.Errorf("%s: %s is empty: write the secret into it", f.member, f.path))
	default:
		v.ok("%s", f.member)
	}
}

func (v *verdict) authorities(f named) {
	if f.path == "" {
		return
	}
	b, ok := v.read(f)
	switch {
	case !ok:
	case !x509.NewCertPool().AppendCertsFromPEM(b):
		v.wrong(fmt.Errorf("%s: %s holds no certificate in PEM: write that of the authority into it", f.member, f.path))
	default:
		v.ok("%s", f.member)
	}
}

// keys looks at the gateway's own, and makes none.
func (v *verdict) keys(c config.Config) {
	at := keysOf(c)
	strict := ownKeys{at.dir, true}
	for _, key := range []struct {
		name string
		read func(ownKeys) error
	}{
		{"journal.key", func(k ownKeys) error { _, _, err := logKey(k, c.LogOrigin); return err }},
		{"tokens.key", func(k ownKeys) error { _, err := tokenKey(k); return err }},
		{"hints.key", func(k ownKeys) error { _, err := hintKey(k); return err }},
		{noticeKeyFile, func(k ownKeys) error { _, err := noticeKey(k); return err }},
		{loginKeysFile, func(k ownKeys) error { _, err := loginKeys(k); return err }},
	} {
		if key.name == noticeKeyFile && !c.Notices.On() {
			continue
		}
		if _, err := os.Stat(filepath.Join(at.dir, key.name)); errors.Is(err, fs.ErrNotExist) && !at.given {
			v.ok("keys: %s is made at the first start", key.name)
			continue
		}
		if err := key.read(strict); err != nil {
			v.wrong(fmt.Errorf("keys: %w", err))
			continue
		}
		v.ok("keys: %s", key.name)
	}
}
