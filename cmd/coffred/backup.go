package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/backup"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// backUp is `coffred backup`.
func backUp(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("backup", io)
	to := f.String("to", "", "`directory` of the backups")
	recipient := f.String("recipient", "", "`file` with the public key of coffred backup-key (age1pq1…)")
	keep := f.Int("keep", 0, "`days` before a backup is removed; 28 at most, which is the default")
	if err := f.Parse(args); err != nil {
		return err
	}
	key, err := readRecipient(*recipient)
	if err != nil {
		return err
	}
	dir, err := absolute("--to", *to)
	if err != nil {
		return err
	}
	c, err := o.load(io)
	if err != nil {
		return err
	}
	var made string
	err = withBare(ctx, c, func(s *stores) error {
		files, err := keyFiles(c)
		if err != nil {
			return err
		}
		signer, vkey, err := logKey(keysOf(c), c.LogOrigin)
		if err != nil {
			return err
		}
		r, err := backup.Backup(ctx, backup.Config{
			Rows: s.db, Blobs: s.blobs, Dir: dir, To: key, Files: files, Keep: time.Duration(*keep) * 24 * time.Hour, Now: time.Now,
			Sign: func(text string) ([]byte, error) { return note.Sign(&note.Note{Text: text}, signer) },
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "backup %s: %d objects, %d of them new (%d bytes); removed %d older backups and %d objects\n",
			r.Point, r.Objects, r.Copied, r.Bytes, r.Pruned, r.Removed)
		fmt.Fprintf(io.out, "signed by %s: keep this line with the offline key, coffred restore asks for it\n", vkey)
		if r.Gone > 0 {
			fmt.Fprintf(io.out, "%d objects were erased meanwhile, or are missing: run coffred check\n", r.Gone)
		}
		made = r.Point
		return nil
	})
	if err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		return s.domain.Operated(ctx, journal.WhatBackup, map[string]string{"point": made})
	})
}

// restore is `coffred restore`, on an empty machine.
func restore(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("restore", io)
	from := f.String("from", "", "`directory` of the backups")
	point := f.String("point", "", "`name` of a backup; the newest without it")
	keyFile := f.String("key", "", "`file` with the offline key of coffred backup-key")
	journalKey := f.String("signed-by", "", "public `key` of the journal, as coffred backup showed it and /log/key shows it")
	if err := f.Parse(args); err != nil {
		return err
	}
	key, err := readKey(*keyFile)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(*journalKey)
	if err != nil {
		return errors.New("--signed-by is missing or no public key of a journal: coffred backup shows it, and it is at /log/key of the gateway; it says whose backup this is")
	}
	dir, err := absolute("--from", *from)
	if err != nil {
		return err
	}
	c, err := o.load(io)
	if err != nil {
		return err
	}
	err = withBare(ctx, c, func(s *stores) error {
		if told, err := s.db.Mark(ctx, backup.Unfinished); err != nil || told != "" {
			return err // an earlier run was killed after the last row
		}
		r, err := backup.Restore(ctx, backup.RestoreConfig{
			Rows: s.db, Blobs: s.blobs, Dir: dir, Point: *point, Key: key,
			Files: func(files map[string][]byte) error { return putKeyFiles(c, files) },
			Verify: func(signed []byte) (string, error) {
				n, err := note.Open(signed, note.VerifierList(verifier))
				if err != nil {
					return "", err
				}
				return n.Text, nil
			},
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "restored %s, made at %s: %d objects\n", r.Point, r.Made, r.Objects)
		return err
	})
	if err != nil {
		return err
	}
	return afterwards(ctx, o, io, journal.WhatRestored)
}

// move is `coffred move`, from one configuration's stores to another's.
func move(ctx context.Context, args []string, io stdio) error {
	var o, next options
	f := o.flags("move", io)
	f.StringVar(&next.file, "to-config", "", "configuration `file` of the new stores, which are empty")
	if err := f.Parse(args); err != nil {
		return err
	}
	if next.file == "" {
		return errors.New("move: --to-config is missing: name the configuration of the new stores")
	}
	old, err := o.load(io)
	if err != nil {
		return err
	}
	c, err := next.load(io)
	if err != nil {
		return err
	}
	if old.LogOrigin != c.LogOrigin {
		return fmt.Errorf("move: log_origin is %q in one configuration and %q in the other: a journal keeps its name", old.LogOrigin, c.LogOrigin)
	}
	err = withBare(ctx, old, func(from *stores) error {
		return withBare(ctx, c, func(to *stores) error {
			if told, err := to.db.Mark(ctx, backup.Unfinished); err != nil || told != "" {
				return err // an earlier run was killed after the last row
			}
			files, err := keyFiles(old)
			if err != nil {
				return err
			}
			if err := putKeyFiles(c, files); err != nil {
				return err
			}
			m, err := backup.Move(ctx, backup.Stores{Rows: from.db, Blobs: from.blobs}, backup.Stores{Rows: to.db, Blobs: to.blobs})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(io.out, "moved %d rows and %d objects (%d copied now); the old stores are as they were\n", m.Rows, m.Objects, m.Copied)
			return err
		})
	})
	if err != nil {
		return err
	}
	return afterwards(ctx, next, io, journal.WhatMoved)
}

// afterwards tells every safe's journal, and checks that all is there.
func afterwards(ctx context.Context, o options, io stdio, what string) error {
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		// The first step puts back what the journal had published, and takes back
		// what the database has lost of it, before anything looks at either.
		if _, err := s.seq.Step(ctx); err != nil && !errors.Is(err, journal.ErrFenced) {
			return err
		}
		n, err := s.domain.Maintained(ctx, what, nil)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "told in the journals of %d safes\n", n)
		if err := s.db.SetMark(ctx, backup.Unfinished, ""); err != nil {
			return err
		}
		r, err := s.domain.CheckDeep(ctx)
		if err != nil {
			return err
		}
		return report(io, r, "sound")
	})
}

// backupKey is `coffred backup-key`: it makes the offline key.
func backupKey(_ context.Context, _ []string, io stdio) error {
	id, err := sealed.NewIdentity()
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, id.Reveal())
	fmt.Fprintf(io.err, "Keep what went to the standard output off this machine, twice, on paper or in a vault: without it no backup opens.\nThe public key, for coffred backup --recipient:\n%s\n", id.Recipient())
	return nil
}

func absolute(flag, dir string) (string, error) {
	if dir == "" {
		return "", fmt.Errorf("%s is missing: name the directory of the backups", flag)
	}
	return filepath.Abs(dir)
}

func readRecipient(file string) (*sealed.Recipient, error) {
	b, err := os.ReadFile(file) //nolint:gosec // the operator says which
	if err != nil {
		return nil, fmt.Errorf("read --recipient: %w", err)
	}
	r, err := sealed.ParseRecipient(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, errors.New("read --recipient: no public key age1pq1…: coffred backup-key prints one")
	}
	return r, nil
}

func readKey(file string) (*sealed.Identity, error) {
	b, err := os.ReadFile(file) //nolint:gosec // the operator says which
	if err != nil {
		return nil, fmt.Errorf("read --key: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if id, err := sealed.ParseIdentity(strings.TrimSpace(line)); err == nil {
			return id, nil
		}
	}
	return nil, errors.New("read --key: no line AGE-SECRET-KEY-PQ-1…: it is what coffred backup-key printed")
}

// keyFiles are the gateway's own keys by name; they sign the journal, and go
// where the journal goes.
func keyFiles(c config.Config) (map[string][]byte, error) {
	files := map[string][]byte{}
	dir := keysDir(c)
	all, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	for _, f := range all {
		if f.IsDir() || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		if files[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
	}
	return files, nil
}

// putKeyFiles never replaces a key by another.
func putKeyFiles(c config.Config, files map[string][]byte) error {
	dir := keysDir(c)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("put keys: %w", err)
	}
	for name, b := range files {
		if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
			return fmt.Errorf("put keys: a key named %q", name)
		}
		path := filepath.Join(dir, name)
		have, err := os.ReadFile(path) //nolint:gosec // below the operator's directory
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = writeFile(path, b)
		case err == nil && string(have) != string(b):
			err = fmt.Errorf("%s is there and another one: a journal is signed by one key, remove what does not belong", path)
		}
		if err != nil {
			return fmt.Errorf("put keys: %w", err)
		}
	}
	return nil
}

// withBare runs fn on stores that nothing else of the gateway touches.
func withBare(ctx context.Context, c config.Config, fn func(*stores) error) error {
	s, err := openBare(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

func keysDir(c config.Config) string { return keysOf(c).dir }
