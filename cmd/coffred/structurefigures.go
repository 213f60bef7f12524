package main

import (
	"context"
	"encoding/csv"
	"fmt"
)

// structureFigures writes what a structure may show of its work, as CSV: the
// operator is told no more.
func structureFigures(ctx context.Context, s *stores, siret string, year int, io stdio) error {
	st, err := s.domain.StructureOf(ctx, operator(), siret)
	if err != nil {
		return err
	}
	v, err := s.domain.ActivityOf(ctx, operator(), st.ID, year)
	if err != nil {
		return err
	}
	if err := csv.NewWriter(io.out).WriteAll(v.Table()); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	return nil
}
