// Command coffred is the gateway, and the operator's tool beside it.
//
//	coffred serve [--demo] [--listen host:port] [--data dir] [--config file]
//	coffred config check
//	coffred check | scrub | migrate | figures | version
//	coffred backup-key | backup | restore | move
//	coffred keys
//	coffred admin add-administration | add-system | end-recovery
//	coffred admin agents | appoint | logo | relink-agent | rotate-login-keys
//	coffred admin structures | mediators | mandates
//	coffred witness [key]
//
// Trust: it runs with the operator's rights and holds no key that opens a
// document: neither its memory after a request nor its data directory gives
// one. What it holds signs the journal and the tokens of systems.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by releases with -ldflags -X.
var version = "dev"

// stdio is what a command talks to.
type stdio struct {
	out, err io.Writer
	getenv   func(string) string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], stdio{os.Stdout, os.Stderr, os.Getenv})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "coffred:", err)
		os.Exit(exitCode(err))
	}
}

// errUnsound makes `coffred check` exit with 3: it ran, and found something.
var errUnsound = errors.New("something is not as it should be")

func exitCode(err error) int {
	switch {
	case errors.Is(err, errUsage), errors.Is(err, errConfig):
		return 2
	case errors.Is(err, errUnsound):
		return 3
	default:
		return 1
	}
}

var errUsage = errors.New(`usage:
  coffred serve [--demo] [--listen host:port] [--data dir] [--config file]
  coffred config check [--connect] [--data dir] [--config file]   what is wrong with it, and how to mend it?
  coffred check [--deep] [--data dir] [--config file]   is everything there and sound?
  coffred scrub [--hash [--rate N]] [--config file]     remove what check calls orphaned; mend what a second site has
  coffred migrate [--data dir] [--config file]          bring the tables to this release
  coffred figures [--data dir] [--config file]          what is in the journal, by month and kind: nothing of whom
  coffred backup-key                                    make the offline key of backups
  coffred backup --to DIR --recipient FILE [--keep DAYS] [--data dir] [--config file]
  coffred restore --from DIR --key FILE --signed-by KEY [--point NAME] [--data dir] [--config file]
  coffred move --config OLD --to-config NEW             to other stores, which are empty
  coffred keys [--data dir] [--config file]             make the gateway's own keys that are missing
  coffred admin add-administration --siret N --name NAME [--service id=Name]...
  coffred admin add-system --siret N --name NAME --keys FILE (JWK set, public keys)
  coffred admin end-recovery --safe ID | --account ID --by NAME   at the counter, for the citizen herself
  coffred admin agents --siret N                        who came in for an administration, and what they may do
  coffred admin appoint --account ID --by NAME --role agent|referent|none [--service id]...
  coffred admin logo --siret N FILE | --remove          a PNG, beside the name of an administration
  coffred admin structures                              structures that may have mediators
  coffred admin structures approve --siret N --name NAME --until DAY [--from DAY] --by NAME
  coffred admin structures end --siret N --by NAME      withdraws one, and ends its open sessions
  coffred admin mediators --siret N                     who came in for a structure
  coffred admin mediators appoint --mediator ID --role mediator|referent|none --trained DAY --until DAY --by NAME
  coffred admin mandates --safe ID | --account ID       what a citizen lets mediators do
  coffred admin mandates stop --mandate ID --by NAME    ends it at once, for a citizen who asks
  coffred admin relink-agent                            agents who wait, because their identity provider changed
  coffred admin relink-agent --account ID --by NAME --same | --another
  coffred admin rotate-login-keys [--data dir] [--config file]   the gateway's own at identity providers
  coffred witness key --data DIR --name NAME            make the key of a witness
  coffred witness --data DIR --listen host:port --log KEY...   cosign other authorities' journals
  coffred version`)

func run(ctx context.Context, args []string, io stdio) error {
	if len(args) == 0 {
		return errUsage
	}
	commands := map[string]func(context.Context, []string, stdio) error{
		"serve": serve, "config": configCommand, "check": check, "scrub": scrub, "migrate": migrate, "figures": figures, "admin": admin,
		"backup-key": backupKey, "keys": makeKeys, "backup": backUp, "restore": restore, "move": move,
		"witness": witnessCommand,
		"version": func(context.Context, []string, stdio) error {
			_, err := fmt.Fprintln(io.out, version)
			return err
		},
	}
	command, ok := commands[args[0]]
	if !ok {
		return errUsage
	}
	err := command(ctx, args[1:], io)
	if errors.Is(err, flag.ErrHelp) {
		return errUsage
	}
	return err
}
