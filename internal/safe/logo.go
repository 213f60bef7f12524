package safe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/png"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// What a logo may be. It is looked at, never believed: which administration
// this is, the fact of its key in the log says.
const (
	MaxLogo     = 32 << 10 // bytes
	minLogoSide = 16       // pixels
	maxLogoSide = 512
)

// SetLogo replaces the logo of the caller's administration; nil takes it away.
func (s *Domain) SetLogo(ctx context.Context, a Actor, picture []byte) error {
	return s.setLogo(ctx, a, a.Administration, picture)
}

// SetLogoOf is SetLogo for the operator.
func (s *Domain) SetLogoOf(ctx context.Context, a Actor, adm AdministrationID, picture []byte) error {
	if a.Kind != Operator {
		return s.refuse(ctx, s.begin(a, journal.WhatLogo), refusal(Forbidden, "this is for the operator"))
	}
	return s.setLogo(ctx, a, adm, picture)
}

func (s *Domain) setLogo(ctx context.Context, a Actor, id AdministrationID, picture []byte) error {
	ev := s.begin(a, journal.WhatLogo)
	ev.Administration = string(id)
	return s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActLogo); err != nil {
			return err
		}
		logo, hash, err := logoOf(picture)
		if err != nil {
			return err
		}
		adm, err := tx.Administrations.Get(ctx, id)
		if err != nil {
			return backend("read administration", err)
		}
		if adm.Logo == hash {
			return nil
		}
		adm.Logo = hash
		if err := tx.Administrations.PutLogo(ctx, id, logo); err != nil {
			return backend("put logo", err)
		}
		if err := tx.Administrations.Put(ctx, adm); err != nil {
			return backend("put administration", err)
		}
		done := *ev
		done.AdministrationName, done.Detail = adm.Name, detail("logo", hash)
		_, err = s.record(ctx, tx, done)
		return err
	})
}

// logoOf encodes the pixels of a PNG anew, so that nothing else of what was
// sent is ever served: no text, no profile, nothing after the end. The size is
// read before there is memory for the pixels.
func logoOf(picture []byte) (logo []byte, hash string, err error) {
	if picture == nil {
		return nil, "", nil
	}
	if len(picture) > MaxLogo {
		return nil, "", unfit("it has %d bytes, %d at most", len(picture), MaxLogo)
	}
	c, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, "", unfit("it is no PNG: %v", err)
	}
	if min(c.Width, c.Height) < minLogoSide || max(c.Width, c.Height) > maxLogoSide {
		return nil, "", unfit("it has %d by %d pixels, each side %d to %d", c.Width, c.Height, minLogoSide, maxLogoSide)
	}
	pixels, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, "", unfit("its pixels cannot be read: %v", err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, pixels); err != nil {
		return nil, "", unfit("its pixels cannot be written: %v", err)
	}
	if out.Len() > MaxLogo {
		return nil, "", unfit("encoded anew, it has %d bytes, %d at most", out.Len(), MaxLogo)
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), hex.EncodeToString(sum[:]), nil
}

func unfit(format string, args ...any) error {
	return &Error{Kind: Invalid, Reason: ReasonLogoUnfit, Msg: fmt.Sprintf("logo: "+format, args...)}
}

// Logo is the picture of an administration that has this hash. Open to anybody.
func (s *Domain) Logo(ctx context.Context, id AdministrationID, hash string) ([]byte, error) {
	var logo []byte
	err := s.rows.View(ctx, func(tx Tx) error {
		adm, err := tx.Administrations.Get(ctx, id)
		if err == nil && (adm.Logo == "" || adm.Logo != hash) {
			err = refusal(NotFound, "no such logo")
		}
		if err != nil {
			return err
		}
		logo, err = tx.Administrations.Logo(ctx, id)
		return err
	})
	return logo, backend("read logo", err)
}
