package main

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// tablesTold is the mark of the schema that safes' journals were told of.
const tablesTold = "journal:schema"

// tellTables tells every safe's journal that the tables which its documents
// are listed in were brought to another form (O5). New tables are nobody's. It
// is told again when this was cut off in the middle.
func (s *stores) tellTables(ctx context.Context) (int, error) {
	schema, err := s.db.Schema(ctx)
	if err != nil {
		return 0, err
	}
	now := strconv.Itoa(schema)
	last, err := s.db.Mark(ctx, tablesTold)
	if err != nil || last == now {
		return 0, err
	}
	n, err := s.domain.Maintained(ctx, journal.WhatTables, map[string]string{"schema": now})
	if err != nil {
		return n, err
	}
	return n, s.db.SetMark(ctx, tablesTold, now)
}

// tellUpgrade is tellTables beside a gateway that serves.
func (s *stores) tellUpgrade(ctx context.Context, logger *slog.Logger) {
	if _, err := s.tellTables(ctx); err != nil && ctx.Err() == nil {
		logger.ErrorContext(ctx, "migration not journalled", "error", err)
	}
}
