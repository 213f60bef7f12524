package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// The gateway's own keys: they sign checkpoints and tokens, seal log-out hints,
// and are its own at identity providers. None of them opens a document.

// ownKeys are where they are.
type ownKeys struct {
	dir string
	// given: the operator has put them there, the same for each replica. None
	// is made: it would be another one than the others have.
	given bool
}

func keysOf(c config.Config) ownKeys {
	if c.Keys.Dir != "" {
		return ownKeys{c.Keys.Dir, true}
	}
	return ownKeys{filepath.Join(c.Data, "keys"), false}
}

// keep reads a key file, or makes it with make at first start.
func (k ownKeys) keep(name string, make func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(k.dir, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && k.given {
		return nil, fmt.Errorf("%s is missing: copy it from where the other replicas have it, or make a first one with `coffred keys`", path)
	}
	if err == nil && k.given {
		return b, private(path)
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if b, err = make(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return nil, err
	}
	return b, writeFile(path, b)
}

func private(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		err = fmt.Errorf("%s is open to every user of this machine: chmod o-rwx it", path)
	}
	return err
}

// writeFile is durable and appears whole.
func writeFile(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// logKey is the signer of checkpoints and its verifier key.
func logKey(k ownKeys, origin string) (note.Signer, string, error) {
	b, err := k.keep("journal.key", func() ([]byte, error) {
		skey, vkey, err := journal.GenerateKey(origin)
		return []byte(skey + "\n" + vkey + "\n"), err
	})
	if err != nil {
		return nil, "", fmt.Errorf("load journal key: %w", err)
	}
	skey, rest, _ := strings.Cut(string(b), "\n")
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, "", fmt.Errorf("load journal key: journal.key in %s is damaged; restore it from a backup", k.dir)
	}
	if signer.Name() != origin {
		return nil, "", fmt.Errorf("load journal key: it signs for %q and log_origin is %q; the name of a journal never changes", signer.Name(), origin)
	}
	return signer, strings.TrimSpace(rest), nil
}

// tokenKey signs the access tokens of systems (ES256).
func tokenKey(k ownKeys) (crypto.Signer, error) {
	b, err := k.keep("tokens.key", newECKey)
	if err != nil {
		return nil, fmt.Errorf("load token key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("load token key: tokens.key in %s is damaged; remove it, systems will ask for new tokens", k.dir)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("load token key: %w", err)
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, errors.New("load token key: not a signing key")
	}
	return signer, nil
}

func newECKey() ([]byte, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// hintKey seals what is kept for logging out at the provider.
func hintKey(k ownKeys) ([]byte, error) {
	b, err := k.keep("hints.key", func() ([]byte, error) {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	})
	if err == nil && len(b) != 32 {
		err = fmt.Errorf("hints.key in %s is damaged; remove it", k.dir)
	}
	return b, err
}

// makeKeys makes what is missing of them, for an operator who gives the same
// ones to several replicas.
func makeKeys(_ context.Context, args []string, io stdio) error {
	var o options
	if err := o.flags("keys", io).Parse(args); err != nil {
		return err
	}
	c, err := o.load(io)
	if err != nil {
		return err
	}
	k := keysOf(c)
	k.given = false
	_, vkey, err1 := logKey(k, c.LogOrigin)
	_, err2 := tokenKey(k)
	_, err3 := hintKey(k)
	_, err4 := loginKeys(k)
	_, err5 := noticeKey(k)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "the gateway's own keys are in %s: give each replica the same ones, and back them up\nthe journal is signed by %s\n", k.dir, vkey)
	return err
}
