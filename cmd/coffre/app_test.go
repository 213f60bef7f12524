package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// bench is a run of the program in this process, without a terminal.
type bench struct {
	stdio
	out, err *bytes.Buffer
	env      map[string]string
}

func newBench(t *testing.T, lang string) *bench {
	t.Helper()
	b := &bench{out: &bytes.Buffer{}, err: &bytes.Buffer{}, env: map[string]string{"LANG": lang, "XDG_CONFIG_HOME": t.TempDir()}}
	b.stdio = stdio{
		in: strings.NewReader(""), out: b.out, err: b.err, getenv: func(k string) string { return b.env[k] },
		tty: func() (terminal, error) { return nil, errNoTerminal },
		now: func() time.Time { return time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) },
	}
	return b
}

func (b *bench) run(args ...string) error {
	b.out.Reset()
	return run(context.Background(), args, b.stdio)
}

// TestHelpIsCompleteInBothLanguages: every command of the overview explains
// itself and each of its options, in the reader's language.
func TestHelpIsCompleteInBothLanguages(t *testing.T) {
	fr, en := newBench(t, "fr_FR.UTF-8"), newBench(t, "en_GB.UTF-8")
	app := newApp(fr.stdio)
	count := 0
	for _, g := range app.groups() {
		for _, c := range g.commands {
			count++
			for _, args := range [][]string{{"help", c.name}, {c.name, "--help"}} {
				if err := errors.Join(fr.run(args...), en.run(args...)); err != nil {
					t.Errorf("%q: %v", args, err)
				}
				if fr.out.String() == en.out.String() || !strings.Contains(fr.out.String(), "Usage : coffre "+c.name) || !strings.Contains(en.out.String(), "Usage: coffre "+c.name) {
					t.Errorf("%q in French:\n%sin English:\n%s", args, fr.out, en.out)
				}
			}
			f := c.flagSet(app)
			f.VisitAll(func(fl *flag.Flag) {
				if fl.Usage == "" || !strings.Contains(fr.out.String(), "--"+fl.Name) {
					t.Errorf("%s --%s is not explained", c.name, fl.Name)
				}
			})
			must(t, fr.run("help"))
			if !strings.Contains(fr.out.String(), c.short) {
				t.Errorf("the overview does not list %s", c.name)
			}
		}
	}
	if count < 25 {
		t.Errorf("only %d commands", count)
	}
	if err := fr.run(); exitCode(err) != exitUsage || !strings.Contains(err.Error(), "coffre help COMMANDE") {
		t.Errorf("no command: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFlagsStandAnywhere(t *testing.T) {
	for args, want := range map[string]string{
		"a b":                      "a b||false",
		"--out x a b":              "a b|x|false",
		"a --out x b":              "a b|x|false",
		"a b -out=x --force":       "a b|x|true",
		"a --force b -- --out x -": "a b --out x -||true",
		"- a":                      "- a||false",
	} {
		f := flag.NewFlagSet("x", flag.ContinueOnError)
		out := f.String("out", "", "")
		force := f.Bool("force", false, "")
		rest, err := parse(f, strings.Fields(args))
		must(t, err)
		got := strings.Join(rest, " ") + "|" + *out + "|" + map[bool]string{true: "true", false: "false"}[*force]
		if got != want {
			t.Errorf("%q is read as %q, want %q", args, got, want)
		}
	}
}

func TestLanguageFollowsTheLocale(t *testing.T) {
	for _, c := range []struct{ all, messages, lang, want string }{
		{"", "", "", "en"},
		{"", "", "fr_FR.UTF-8", "fr"},
		{"", "", "fr", "fr"},
		{"", "", "de_DE.UTF-8", "en"},
		{"", "", "C", "en"},
		{"fr_BE.UTF-8", "", "en_US.UTF-8", "fr"},
		{"C.UTF-8", "fr_FR", "fr_FR", "en"},
		{"", "fr_FR", "C", "fr"},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_MESSAGES": c.messages, "LANG": c.lang}
		if got := language(func(k string) string { return env[k] }); got != c.want {
			t.Errorf("%+v speaks %s", c, got)
		}
	}
}

// TestNothingFromElsewhereDrivesTheTerminal: names are other people's words.
func TestNothingFromElsewhereDrivesTheTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"facture.pdf": "facture.pdf", "été à l'œil": "été à l'œil", "日本": "日本",
		"\x1b[2Jx": "?[2Jx", "a\r\nb": "a??b", "x\u202efdp.exe": "x?fdp.exe", "a\u0085b": "a?b", "\xff": "?",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q is shown as %q", in, got)
		}
	}
	for in, want := range map[string]string{"..": "_..", ".ssh": "_.ssh", "a.pdf": "a.pdf"} {
		if got := localName(in); got != want {
			t.Errorf("%q is written to %q", in, got)
		}
	}
}

// TestAlarmKeepsEvidence: exit code 3, a file for its owner alone, whatever
// else is said about the error.
func TestAlarmKeepsEvidence(t *testing.T) {
	b := newBench(t, "fr_FR.UTF-8")
	a := newApp(b.stdio)
	err := a.explain(&client.Alarm{Err: journal.ErrProof, Evidence: map[string]any{"checkpoint": "coffre.test"}})
	if exitCode(err) != exitAlarm || !strings.Contains(err.Error(), "ALERTE") || !strings.Contains(err.Error(), "Rien n'a été remis") {
		t.Errorf("exit %d: %v", exitCode(err), err)
	}
	files, _ := filepath.Glob(filepath.Join(b.env["XDG_CONFIG_HOME"], "coffre", "alarms", "*.json"))
	if len(files) != 1 || !strings.Contains(err.Error(), files[0]) {
		t.Fatalf("evidence in %q, told: %v", files, err)
	}
	info, statErr := os.Stat(files[0])
	text, readErr := os.ReadFile(files[0])
	must(t, errors.Join(statErr, readErr))
	if info.Mode().Perm() != 0o600 || !bytes.Contains(text, []byte("coffre.test")) {
		t.Errorf("%v: %s", info.Mode(), text)
	}
	for name, err := range map[string]error{
		"of several": a.joined([]error{client.ErrNotFound, nil, sealed.ErrHash, client.ErrEmpty}),
		"of ours":    a.fail(sealed.ErrSignature, "…"),
		"of a key":   a.explain(sealed.ErrPin),
	} {
		if exitCode(err) != exitAlarm {
			t.Errorf("an alarm %s exits with %d: %v", name, exitCode(err), err)
		}
	}
	if err := a.joined([]error{nil, nil}); err != nil {
		t.Errorf("nothing went wrong: %v", err)
	}
}

func TestProfilesAreApart(t *testing.T) {
	seen := map[string]string{}
	for _, server := range []string{
		"https://coffre.example.fr", "https://coffre.example.fr:8443", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://[::1]:80",
	} {
		name := profileName(server)
		if seen[name] != "" || strings.ContainsAny(name, `/\:[]`) {
			t.Errorf("%s and %s are both kept in %q", server, seen[name], name)
		}
		seen[name] = server
	}
}

func TestSharesEndWithTheDay(t *testing.T) {
	a := newApp(newBench(t, "fr").stdio)
	end, err := a.lastMoment("2026-09-01") // today still has hours
	must(t, err)
	if y, m, d := end.Local().Date(); y != 2026 || m != 9 || d != 1 || end.Local().Hour() != 23 || end.Local().Second() != 59 {
		t.Errorf("ends %s", end)
	}
	for _, bad := range []string{"", "2026-08-31", "31/12/2026", "2026-02-30", "demain"} {
		if _, err := a.lastMoment(bad); exitCode(err) != exitUsage {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSizesReadAsInShops(t *testing.T) {
	fr, en := newApp(newBench(t, "fr").stdio), newApp(newBench(t, "en").stdio)
	for n, want := range map[int64][2]string{
		1: {"1 octet", "1 byte"}, 7: {"7 octets", "7 bytes"}, 999: {"999 octets", "999 bytes"}, 81_234: {"81,2 ko", "81.2 kB"}, 5_000_000: {"5,0 Mo", "5.0 MB"},
		2 << 30: {"2,1 Go", "2.1 GB"}, 123_456_789: {"123 Mo", "123 MB"},
	} {
		if fr.size(n) != want[0] || en.size(n) != want[1] {
			t.Errorf("%d is %q, %q", n, fr.size(n), en.size(n))
		}
	}
}

// TestFullDiskIsNotSuccess: an answer that could not be written fails the
// command.
func TestFullDiskIsNotSuccess(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	defer func() { _ = full.Close() }()
	b := newBench(t, "en")
	b.stdio.out = full
	if err := run(context.Background(), []string{"help"}, b.stdio); exitCode(err) != exitOther || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("exit %d: %v", exitCode(err), err)
	}
}

// TestBrowserOpensOnlyTheNamedServer: the address in the answer is the
// server's word.
func TestBrowserOpensOnlyTheNamedServer(t *testing.T) {
	const server = "https://coffre.example.fr"
	if !pageOf(server, server+"/appareil?code=BCDFGHJK") {
		t.Error("its own page is not opened")
	}
	for _, page := range []string{
		"file:///etc/passwd", "https://evil.example/device", "--help", "", "https://coffre.example.fr.evil.example/", "http://coffre.example.fr/",
		"https://coffre.example.fr@evil.example/", "https://a:b@coffre.example.fr/", "javascript:alert(1)", "https://coffre.example.fr:444/",
	} {
		if pageOf(server, page) {
			t.Errorf("%s would be opened", page)
		}
	}
}
