package sqlstore

import (
	"database/sql"
	"errors"

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
	for _, known := range []func(error) safe.Kind{sqliteKind, postgresKind} {
		if k := known(err); k != 0 {
			return k
		}
	}
	return safe.Unavailable
}

// inserted is AlreadyExists when a statement that does nothing on conflict has
// done nothing: a failed one would end PostgreSQL's whole transaction.
func inserted(verb string, r sql.Result, err error) error {
	err = changed(verb, r, err)
	if safe.IsKind(err, safe.NotFound) {
		return &safe.Error{Kind: safe.AlreadyExists, Msg: verb}
	}
	return err
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
