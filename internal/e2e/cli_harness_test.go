package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shell is somebody at a command line: a directory to work in, and a home of
// their own. It has no terminal.
type shell struct {
	t   *testing.T
	dir string
	env []string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	return &shell{t: t, dir: t.TempDir(), env: append(os.Environ(),
		"XDG_CONFIG_HOME="+t.TempDir(), "LC_ALL=", "LC_MESSAGES=fr_FR.UTF-8", "COFFRE_SERVER=", "COFFRE_SECRET_FILE=",
		"PATH="+build(t).dir+string(os.PathListSeparator)+os.Getenv("PATH"),
	)}
}

// on is the same shell in a subtest.
func (s *shell) on(t *testing.T) *shell { return &shell{t, s.dir, s.env} }

func (s *shell) set(name, value string) { s.env = append(s.env, name+"="+value) }

func (s *shell) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shell) write(name string, b []byte) string {
	s.t.Helper()
	must(s.t, os.MkdirAll(filepath.Dir(s.path(name)), 0o700))
	must(s.t, os.WriteFile(s.path(name), b, 0o600))
	return s.path(name)
}

func (s *shell) read(name string) []byte {
	s.t.Helper()
	b, err := os.ReadFile(s.path(name))
	must(s.t, err)
	return b
}

// result of a program.
type result struct {
	out, err string
	code     int
}

// command makes one in this shell, away from any terminal of the test's.
func (s *shell) command(name string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join(build(s.t).dir, name), args...)
	if name == "bash" || name == "curl" {
		cmd = exec.CommandContext(ctx, name, args...)
	}
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.dir, s.env, away()
	return cmd
}

// try runs a program to its end.
func (s *shell) try(name string, args ...string) result {
	s.t.Helper()
	cmd := s.command(name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatalf("%s %q: %v", name, args, err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// coffre runs the command line and expects success; it gives what it wrote.
func (s *shell) coffre(args ...string) string {
	s.t.Helper()
	r := s.try("coffre", args...)
	if r.code != 0 {
		s.t.Fatalf("coffre %q: exit %d\n%s%s", args, r.code, r.out, r.err)
	}
	return r.out
}

// refused runs the command line and expects that exit code, and a message
// with each of these words.
func (s *shell) refused(code int, words []string, args ...string) {
	s.t.Helper()
	r := s.try("coffre", args...)
	if r.code != code {
		s.t.Errorf("coffre %.200q: exit %d, want %d\n%s%s", args, r.code, code, r.out, r.err)
	}
	for _, w := range words {
		if !strings.Contains(r.err, w) {
			s.t.Errorf("coffre %.200q says\n%s\nwithout %q", args, r.err, w)
		}
	}
}

var userCode = regexp.MustCompile(`(?m)^ +([BCDFGHJKLMNPQRSTVWXZ]{4}-?[BCDFGHJKLMNPQRSTVWXZ]{4})$`)

// login lets b allow or refuse the code that `coffre login` shows.
func (s *shell) login(b *browser, allow bool) result {
	s.t.Helper()
	return s.approved(b, allow, "coffre", "login", "--server", b.g.url, "--device-name", "portable de test")
}

// approved runs a program, and lets b answer the codes that it shows.
func (s *shell) approved(b *browser, allow bool, name string, args ...string) result {
	s.t.Helper()
	cmd := s.command(name, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	pipe, err := cmd.StdoutPipe()
	must(s.t, err)
	must(s.t, cmd.Start())
	var out strings.Builder
	for lines := bufio.NewScanner(io.TeeReader(pipe, &out)); lines.Scan(); {
		if m := userCode.FindStringSubmatch(lines.Text()); m != nil {
			must(s.t, b.answer(m[1], allow))
		}
	}
	_ = cmd.Wait()
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}
