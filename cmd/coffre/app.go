package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// app is one run of the program.
type app struct {
	stdio
	lang       string
	out        *sticky
	server     string // --server
	secretFile string // --secret-file
	policyFile string // --policy
}

func newApp(io stdio) *app {
	return &app{stdio: io, lang: language(io.getenv), out: &sticky{w: io.out}}
}

// language is that of messages: French when the locale is, else English.
func language(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "fr") {
				return "fr"
			}
			return "en"
		}
	}
	return "en"
}

// tr picks the caller's language.
func (a *app) tr(fr, en string) string {
	if a.lang == "fr" {
		return fr
	}
	return en
}

// say writes a line of the answer.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.out, format+"\n", args...)
}

// note writes a line that is not part of the answer.
func (a *app) note(format string, args ...any) {
	fmt.Fprintf(a.err, format+"\n", args...)
}

// sticky keeps the first error of a writer.
type sticky struct {
	w   io.Writer
	err error
}

func (s *sticky) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

// clean is text from elsewhere as a terminal may show it: nothing in it moves
// the cursor, changes colours or turns the reading direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, s)
}

// command is one of the program's. setup and run share the variables of the
// flags; both belong to one call.
type command struct {
	name   string
	args   string // as the usage line shows them
	short  string
	long   string
	online bool // takes --server
	secret bool // takes --secret-file
	least  int  // positional arguments
	most   int  // -1 is any number
	flags  func(f *flag.FlagSet)
	run    func(ctx context.Context, args []string) error
}

func (c command) flagSet(a *app) *flag.FlagSet {
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	if c.flags != nil {
		c.flags(f)
	}
	if c.online {
		f.StringVar(&a.server, "server", "", a.tr("`adresse` du coffre ; sinon COFFRE_SERVER, sinon celle de la dernière connexion",
			"`address` of the safe; else COFFRE_SERVER, else that of the last log-in"))
		if f.Lookup("policy") == nil { // a command may have one for itself, which nobody remembers
			f.StringVar(&a.policyFile, "policy", "", a.tr("`fichier` qui dit quels témoins doivent avoir contresigné le journal ; il est retenu, et remplace ce que dit le serveur",
				"`file` that says which witnesses have to have cosigned the journal; it is remembered, and takes the place of what the server says"))
		}
	}
	if c.secret {
		f.StringVar(&a.secretFile, "secret-file", "", a.tr("`fichier` avec la clé papier ou la phrase de passe, - pour l'entrée standard ; sinon COFFRE_SECRET_FILE, sinon la question est posée",
			"`file` with the paper key or the passphrase, - for standard input; else COFFRE_SECRET_FILE, else it is asked for"))
	}
	return f
}

func (a *app) dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return a.usage("%s", a.overview())
	}
	name := args[0]
	switch name {
	case "-h", "-help", "--help":
		return a.help(args[1:])
	case "help":
		return a.help(args[1:])
	}
	c, ok := a.command(name)
	if !ok {
		return a.usage(a.tr("commande inconnue « %s ». La liste : coffre help", "unknown command %q. The list: coffre help"), clean(name))
	}
	f := c.flagSet(a)
	rest, err := parse(f, args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return a.help([]string{c.name})
	case err != nil:
		return a.usage("%s\n%s", a.flagError(err), a.usageLine(c))
	case len(rest) < c.least || c.most >= 0 && len(rest) > c.most:
		return a.usage("%s\n%s", a.argumentError(c, rest), a.usageLine(c))
	}
	return c.run(ctx, rest)
}

// parse lets flags stand before, between and after arguments; after -- there
// are none.
func parse(f *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		rest := f.Args()
		if read := len(args) - len(rest); read > 0 && args[read-1] == "--" {
			return append(positional, rest...), nil
		}
		if len(rest) == 0 {
			return positional, nil
		}
		positional, args = append(positional, rest[0]), rest[1:]
	}
}

func (a *app) argumentError(c command, rest []string) string {
	if len(rest) < c.least {
		return a.tr("il manque un argument", "an argument is missing")
	}
	return fmt.Sprintf(a.tr("argument en trop : « %s »", "one argument too many: %q"), clean(rest[c.most]))
}

// flagError says in the caller's language what package flag says in English.
func (a *app) flagError(err error) string {
	text := clean(err.Error())
	if a.lang != "fr" {
		return strings.Replace(text, ": -", ": --", 1)
	}
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return "option inconnue : --" + name
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return "l'option --" + name + " attend une valeur"
	}
	return "option refusée : " + text
}
