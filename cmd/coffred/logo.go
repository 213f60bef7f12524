package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// setLogo gives an administration its logo, or takes it away.
func setLogo(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("admin logo", io)
	siret := f.String("siret", "", "14 digits")
	remove := f.Bool("remove", false, "take the logo away")
	if err := f.Parse(args); err != nil {
		return err
	}
	var logo []byte
	switch {
	case *remove && f.NArg() == 0:
	case !*remove && f.NArg() == 1:
		var err error
		if logo, err = readLogo(f.Arg(0)); err != nil {
			return err
		}
	default:
		return fmt.Errorf("write one FILE, a PNG, or --remove")
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		adm, err := administrationOf(ctx, s, *siret)
		if err != nil {
			return err
		}
		return s.domain.SetLogoOf(ctx, operator(), adm.ID, logo)
	})
}

// readLogo reads no more than what is refused anyway.
func readLogo(name string) ([]byte, error) {
	file, err := os.Open(name) //nolint:gosec // the operator says which
	if err != nil {
		return nil, fmt.Errorf("read logo: %w", err)
	}
	defer func() { _ = file.Close() }()
	logo, err := io.ReadAll(io.LimitReader(file, safe.MaxLogo+1))
	if err != nil {
		return nil, fmt.Errorf("read logo: %w", err)
	}
	return logo, nil
}
