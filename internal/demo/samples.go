// Package demo makes the sample documents of the demonstration: a photo, a
// bill, a diploma, an identity card and a text, all of made-up people. The
// same release makes the same bytes on every machine.
//
// Trust: none is needed. The documents are drawn here from nothing, carry no
// data of anybody, and say so on their face; only the demonstration writes
// them, into its own data directory.
package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// sample is one document, made only when it is missing: a photo takes a
// second to draw.
type sample struct {
	name string
	make func() ([]byte, error)
}

func samples() []sample {
	return []sample{
		{"photo.jpg", photo},
		{"facture.pdf", bill},
		{"diplome.pdf", diploma},
		{"carte-identite-specimen.png", identityCard},
		{"lettre à l'école.txt", letter},
	}
}

// Samples writes those that are missing into dir, which it makes. What is
// there is left as it is.
func Samples(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // made to be looked at
		return fmt.Errorf("make samples: %w", err)
	}
	for _, s := range samples() {
		path := filepath.Join(dir, s.name)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return fmt.Errorf("make samples: %w", err)
			}
			continue
		}
		b, err := s.make()
		if err == nil {
			err = write(path, b)
		}
		if err != nil {
			return fmt.Errorf("make %s: %w", s.name, err)
		}
	}
	return nil
}

// write gives the file its name when it is whole.
func write(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".sample-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

func letter() ([]byte, error) {
	return []byte(`Document fictif de démonstration

Valmont, le 1er septembre 2026

Madame la Directrice,

Ma petite-fille Zoé entre à l'école élémentaire à la rentrée. Vous trouverez dans mon coffre
une copie de notre dernière facture d'électricité, qui vaut justificatif de domicile,
et son carnet de vaccination. Nous avons déménagé cet été, d'où le changement d'adresse :
12, rue de l'Œillet, à deux pas du marché couvert.

Zoé ne mange ni noix ni maïs ; le pédiatre l'a noté. Ça ne l'empêche pas d'être gaie.

Bien à vous,
Angela Dubois
`), nil
}
