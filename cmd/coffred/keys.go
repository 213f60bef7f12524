package main

import (
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

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// The gateway's own keys, below data/keys: they sign checkpoints and tokens,
// and seal log-out hints. None of them opens a document.

// keep reads a key file, or makes it with make at first start.
func keep(dir, name string, make func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(dir, "keys", name)
	b, err := os.ReadFile(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if b, err = make(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return b, writeFile(path, b)
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
func logKey(dir, origin string) (note.Signer, string, error) {
	b, err := keep(dir, "journal.key", func() ([]byte, error) {
		skey, vkey, err := journal.GenerateKey(origin)
		return []byte(skey + "\n" + vkey + "\n"), err
	})
	if err != nil {
		return nil, "", fmt.Errorf("load journal key: %w", err)
	}
	skey, rest, _ := strings.Cut(string(b), "\n")
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, "", errors.New("load journal key: data/keys/journal.key is damaged; restore it from a backup")
	}
	if signer.Name() != origin {
		return nil, "", fmt.Errorf("load journal key: it signs for %q and log_origin is %q; the name of a journal never changes", signer.Name(), origin)
	}
	return signer, strings.TrimSpace(rest), nil
}

// tokenKey signs the access tokens of systems (ES256).
func tokenKey(dir string) (crypto.Signer, error) {
	b, err := keep(dir, "tokens.key", newECKey)
	if err != nil {
		return nil, fmt.Errorf("load token key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("load token key: data/keys/tokens.key is damaged; remove it, systems will ask for new tokens")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("load token key: %w", err)
	}
	signer, ok := k.(crypto.Signer)
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
func hintKey(dir string) ([]byte, error) {
	b, err := keep(dir, "hints.key", func() ([]byte, error) {
		k := make([]byte, 32)
		_, err := rand.Read(k)
		return k, err
	})
	if err == nil && len(b) != 32 {
		err = errors.New("data/keys/hints.key is damaged; remove it")
	}
	return b, err
}
