package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// maxSecret bounds what is read as words.
const maxSecret = 64 << 10

var errNoTerminal = errors.New("no terminal")

// terminal is a person who reads and types.
type terminal interface {
	io.WriteCloser
	ReadLine(ctx context.Context, prompt string) (string, error)
	// ReadSecret does not show what is typed.
	ReadSecret(ctx context.Context, prompt string) (string, error)
}

// console is the terminal of this process.
type console struct{ in, out *os.File }

func openTerminal() (terminal, error) {
	if f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		return console{f, f}, nil
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())) {
		return console{os.Stdin, os.Stderr}, nil
	}
	return nil, errNoTerminal
}

func (c console) Write(p []byte) (int, error) { return c.out.Write(p) }

// Close leaves the process's own streams open.
func (c console) Close() error {
	if c.in == os.Stdin {
		return nil
	}
	return c.in.Close()
}

func (c console) ReadLine(ctx context.Context, prompt string) (string, error) {
	return c.ask(ctx, prompt, func() (string, error) {
		var line []byte
		for b := make([]byte, 1); ; {
			n, err := c.in.Read(b)
			switch {
			case n == 1 && b[0] == '\n':
				return string(line), nil
			case n == 1 && len(line) < maxSecret:
				line = append(line, b[0])
			case err == io.EOF && len(line) > 0:
				return string(line), nil
			case err != nil:
				return "", err
			}
		}
	})
}

func (c console) ReadSecret(ctx context.Context, prompt string) (string, error) {
	return c.ask(ctx, prompt, func() (string, error) {
		b, err := term.ReadPassword(int(c.in.Fd()))
		_, _ = fmt.Fprintln(c.out)
		return string(b), err
	})
}

// ask reads until ctx ends, and then leaves the terminal as it was: the read
// itself cannot be called back.
func (c console) ask(ctx context.Context, prompt string, read func() (string, error)) (string, error) {
	state, err := term.GetState(int(c.in.Fd()))
	if err != nil {
		return "", errors.Join(errNoTerminal, err)
	}
	if _, err := io.WriteString(c.out, prompt); err != nil {
		return "", err
	}
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := read()
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(c.out)
		return "", errors.Join(ctx.Err(), term.Restore(int(c.in.Fd()), state))
	case ans := <-got:
		return ans.text, ans.err
	}
}

// isTerminal says whether a person sees what is written there.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// secretPath is where the secret was left, "" when it is to be asked for.
func (a *app) secretPath() string {
	if a.secretFile != "" {
		return a.secretFile
	}
	return a.getenv("COFFRE_SECRET_FILE")
}

// readSecret gives the unlock secret.
func (a *app) readSecret(ctx context.Context) (sealed.Secret, error) {
	text, err := a.secretText(ctx)
	if err != nil {
		return sealed.Secret{}, err
	}
	return client.ParseKey(text)
}

func (a *app) secretText(ctx context.Context) (string, error) {
	switch path := a.secretPath(); path {
	case "":
	case "-":
		return readText(a.in)
	default:
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		return readText(f)
	}
	t, err := a.tty()
	if err != nil {
		return "", err
	}
	defer func() { _ = t.Close() }()
	return t.ReadSecret(ctx, a.tr("Clé papier (24 mots) ou phrase de passe (7 mots), rien ne s'affiche : ",
		"Paper key (24 words) or passphrase (7 words), nothing is shown: "))
}

func readText(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSecret))
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	return string(b), nil
}

// unlock opens the caller's safe. That the session still lives is seen before
// anybody types 24 words.
func (a *app) unlock(ctx context.Context) (*client.Client, *client.Safe, error) {
	c, err := a.client()
	if err != nil {
		return nil, nil, err
	}
	if _, err := c.Me(ctx); err != nil {
		return nil, nil, err
	}
	p, err := a.readSecret(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.Unlock(ctx, p)
	return c, s, err
}

// confirm asks before what cannot be undone; without a person it takes --yes.
func (a *app) confirm(ctx context.Context, yes bool, question string) error {
	if yes {
		return nil
	}
	t, err := a.tty()
	if err != nil {
		return a.usage("%s", a.tr("Ajoutez --yes pour confirmer.", "Add --yes to confirm."))
	}
	defer func() { _ = t.Close() }()
	got, err := t.ReadLine(ctx, question+a.tr(" [oui/non] ", " [yes/no] "))
	if err != nil {
		return err
	}
	switch clean(got) {
	case "oui", "o", "yes", "y":
		return nil
	}
	return a.fail(nil, "%s", a.tr("Rien n'a été fait.", "Nothing was done."))
}
