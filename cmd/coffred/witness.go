package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
	"github.com/coffre-citoyen/coffre/internal/witness"
)

// witnessKeyFile holds the signing key of a witness, then its verifier key.
const witnessKeyFile = "witness.key"

// witnessCommand is `coffred witness`: it cosigns checkpoints of other
// authorities' journals. It needs no gateway, no database and no store.
func witnessCommand(ctx context.Context, args []string, io stdio) error {
	if len(args) > 0 && args[0] == "key" {
		return witnessKey(args[1:], io)
	}
	f := flag.NewFlagSet("coffred witness", flag.ContinueOnError)
	f.SetOutput(io.err)
	data := f.String("data", "", "`directory` of this witness alone: its key, and what it has cosigned last")
	listen := f.String("listen", "", "`host:port`, behind a proxy that has a certificate; port 0 takes a free one")
	var logs []string
	f.Func("log", "verifier `key` of a journal to watch, as its /log/key shows it; several are given one after the other", func(vkey string) error {
		logs = append(logs, vkey)
		return nil
	})
	if err := f.Parse(args); err != nil {
		return err
	}
	if *data == "" || *listen == "" || len(logs) == 0 || f.NArg() > 0 {
		return fmt.Errorf("witness: --data, --listen and at least one --log are needed, and nothing else: %w", errUsage)
	}
	skey, _, err := readWitnessKey(*data)
	if err != nil {
		return err
	}
	signer, err := journal.NewCosigner(skey, time.Now)
	if err != nil {
		return fmt.Errorf("%s: %w: a witness whose key is lost gets a new one, and is named anew in every policy", filepath.Join(*data, witnessKeyFile), err)
	}
	w, err := witness.New(witness.Config{
		Signer: signer, Logs: logs, Dir: *data, Now: time.Now, Log: telemetry.Logger(io.err, false, slog.LevelInfo),
	})
	if err != nil {
		return err
	}
	return errors.Join(serveWitness(ctx, w, *listen, signer.VKey(), io), w.Close())
}

func serveWitness(ctx context.Context, w *witness.Witness, at, vkey string, io stdio) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", at)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", at, err)
	}
	server := w.Server()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	fmt.Fprintf(io.out, "witness %s\nlistening http://%s\n", vkey, l.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return drain(ctx, server)
}

// witnessKey is `coffred witness key`: it makes a witness's key where there is
// none, and shows the line that policies name it by.
func witnessKey(args []string, io stdio) error {
	f := flag.NewFlagSet("coffred witness key", flag.ContinueOnError)
	f.SetOutput(io.err)
	data := f.String("data", "", "`directory` of this witness alone")
	name := f.String("name", "", "`name` of the witness, for ever: a host and a path, without https://")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *data == "" || *name == "" || f.NArg() > 0 {
		return fmt.Errorf("witness key: --data and --name are needed, and nothing else: %w", errUsage)
	}
	_, vkey, err := readWitnessKey(*data)
	if errors.Is(err, fs.ErrNotExist) {
		vkey, err = makeWitnessKey(*data, *name)
	}
	if err != nil {
		return err
	}
	if had, _, _ := strings.Cut(vkey, "+"); had != *name {
		return fmt.Errorf("there is a key in %s already, of %q", *data, had)
	}
	_, err = fmt.Fprintln(io.out, vkey)
	return err
}

func makeWitnessKey(dir, name string) (string, error) {
	skey, vkey, err := journal.GenerateCosignerKey(name)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make directory: %w", err)
	}
	return vkey, writeFile(filepath.Join(dir, witnessKeyFile), []byte(skey+"\n"+vkey+"\n"))
}

func readWitnessKey(dir string) (skey, vkey string, err error) {
	path := filepath.Join(dir, witnessKeyFile)
	b, err := os.ReadFile(path) //nolint:gosec // the operator says where
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("there is no %s: make it with `coffred witness key --data %s --name NAME`: %w", path, dir, err)
	}
	if err != nil {
		return "", "", fmt.Errorf("read witness key: %w", err)
	}
	if err := private(path); err != nil {
		return "", "", err
	}
	skey, rest, _ := strings.Cut(string(b), "\n")
	return skey, strings.TrimSpace(rest), nil
}
