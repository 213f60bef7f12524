package sqlstore

import (
	"database/sql"
	"errors"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// mapError gives every failure the Kind that safe.Rows promises.
func mapError(verb string, err error) error {
	if err == nil {
		return nil
	}
	var own *safe.Error
	if errors.As(err, &own) {
		return err
	}
	return &safe.Error{Kind: kindOf(err), Msg: verb, Err: err}
}

func kindOf(err error) safe.Kind {
	if errors.Is(err, sql.ErrNoRows) {
		return safe.NotFound
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return safe.AlreadyExists
		case sqlite3.SQLITE_FULL:
			return safe.StorageFull
		}
		if strings.Contains(lite.Error(), "no space left") {
			return safe.StorageFull
		}
	}
	return safe.Unavailable
}

// changed is NotFound when a statement met no row.
func changed(verb string, r sql.Result, err error) error {
	if err != nil {
		return mapError(verb, err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return mapError(verb, err)
	}
	if n == 0 {
		return &safe.Error{Kind: safe.NotFound, Msg: verb}
	}
	return nil
}
