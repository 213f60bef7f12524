package safe

import (
	"context"
	"crypto/sha256"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (s *Domain) checkSafes(ctx context.Context, r *Report) error {
	return eachPage(func(p Page) (string, error) {
		var part Report
		var next string
		err := s.rows.View(ctx, func(tx Tx) error {
			part = Report{}
			ids, n, err := tx.Sweep.Safes(ctx, p)
			if err != nil {
				return err
			}
			next, part.Safes = n, int64(len(ids))
			for _, id := range ids {
				if err := s.checkSafe(ctx, tx, id, &part); err != nil {
					return err
				}
			}
			return nil
		})
		r.Safes += part.Safes
		r.Grants += part.Grants
		r.Findings = append(r.Findings, part.Findings...)
		return next, backend("check safes", err)
	})
}

func (s *Domain) checkSafe(ctx context.Context, tx Tx, id SafeID, r *Report) error {
	ring, err := tx.Safes.Keyring(ctx, string(id))
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	if err != nil || !soundKeyring(ring, string(id)) {
		r.add(Finding{Fault: FaultKeyring, Safe: id})
	}
	m, err := tx.Safes.Manifest(ctx, id)
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	if err != nil || sha256.Sum256(m.Body) != m.Hash || sealed.CheckSmall(m.Body) != nil {
		r.add(Finding{Fault: FaultManifest, Safe: id})
	}
	if err := checkCustodyRows(ctx, tx, id, r); err != nil {
		return err
	}
	return eachPage(func(p Page) (string, error) {
		grants, next, err := tx.Grants.OfSafe(ctx, id, p)
		if err != nil {
			return "", err
		}
		for _, g := range grants {
			if err := s.checkGrantRow(ctx, tx, g, r); err != nil {
				return "", err
			}
		}
		return next, nil
	})
}

func soundKeyring(ring Sealed, holder string) bool {
	var c sealed.Container
	return sealed.DecodeCanonical(ring.Body, &c) == nil && c.Check() == nil &&
		c.Safe == holder && c.Epoch == ring.Epoch && c.Hash() == ring.Hash
}

// checkGrantRow asks for the version of every grant in force. Under past ones it
// may be gone: a newer one has taken its place.
func (s *Domain) checkGrantRow(ctx context.Context, tx Tx, g Grant, r *Report) error {
	r.Grants++
	if !g.Live(s.now()) {
		return nil
	}
	v, err := tx.Versions.Get(ctx, g.Doc, g.Version)
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	whole, missing := tx.Grants.Get(ctx, g.ID) // lists leave out what is sealed
	if missing != nil {
		return missing
	}
	ok := false
	if err == nil {
		if ok, err = givenFrom(ctx, tx, g, v); err != nil {
			return err
		}
	}
	if !ok || v.Safe != g.Safe || len(whole.Sealed) == 0 {
		r.add(Finding{Fault: FaultGrant, Safe: g.Safe, Doc: g.Doc, Version: g.Version, Grant: g.ID})
	}
	return nil
}

// checkAdministrations asks for the keyring behind every public key.
func (s *Domain) checkAdministrations(ctx context.Context, r *Report) error {
	return eachPage(func(p Page) (string, error) {
		var bad []Finding
		var next string
		err := s.rows.View(ctx, func(tx Tx) error {
			bad = nil
			all, n, err := tx.Administrations.Search(ctx, "", p)
			if err != nil {
				return err
			}
			next = n
			for _, adm := range all {
				if adm.Recipient == "" {
					continue
				}
				ring, err := tx.Safes.Keyring(ctx, string(adm.ID))
				if err != nil && !IsKind(err, NotFound) {
					return err
				}
				if err != nil || !soundKeyring(ring, string(adm.ID)) {
					bad = append(bad, Finding{Fault: FaultKeyring, Text: "of administration " + string(adm.ID)})
				}
			}
			return nil
		})
		r.Findings = append(r.Findings, bad...)
		return next, backend("check administrations", err)
	})
}
