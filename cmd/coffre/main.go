// Command coffre is the safe on a command line: for citizens, for
// administrations and their systems, for auditors. Everything is sealed and
// opened on this machine; `coffre open` and `coffre verify` need no gateway.
//
// Exit codes: 0 done; 1 not done, and the message says what to do; 2 the
// command line was not understood; 3 an alarm: something is not what its
// signature, hash or proof says.
//
// Trust: it believes the gateway in nothing that can be checked (package
// client). What it keeps below its configuration directory is for its owner
// alone: a token, which logs in and opens nothing, and what was seen last,
// which who can change it can use to hide a rollback. The unlock secret is
// asked for each time, kept nowhere, and never an argument.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stdio is what a command talks to.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	// tty finds the person in front of the machine, whatever standard input
	// is; errNoTerminal when there is none.
	tty func() (terminal, error)
	now func() time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr, os.Getenv, openTerminal, time.Now})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "coffre:", err)
		os.Exit(exitCode(err))
	}
}

func exitCode(err error) int {
	var t *told
	switch {
	case err == nil:
		return 0
	case errors.As(err, &t):
		return t.code
	default:
		return 1
	}
}

// run executes one command line. Its errors are sentences in the caller's
// language.
func run(ctx context.Context, args []string, io stdio) error {
	a := newApp(io)
	err := a.dispatch(ctx, args)
	if err == nil {
		err = a.out.err // a full disk behind a redirection, say
	}
	return a.explain(err)
}
