package sqlstore

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// micros is how times are kept; 0 is the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

type row interface{ Scan(dest ...any) error }

// reader is a transaction, or the database for one statement.
type reader interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// query reads all rows of one statement.
func query[T any](ctx context.Context, tx reader, verb string, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, mapError(verb, err)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, mapError(verb, err)
		}
		out = append(out, v)
	}
	return out, mapError(verb, rows.Err())
}

// cursor makes an opaque page cursor of the last item's sort key.
func cursor(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

// parts reads a cursor back; a cursor that is not ours starts from the
// beginning nowhere: it is Invalid.
func parts(cursor string, n int) ([]string, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	p := strings.Split(string(b), "\x00")
	if err != nil || len(p) != n {
		return nil, &safe.Error{Kind: safe.Invalid, Msg: "malformed cursor"}
	}
	return p, nil
}

// before reads a newest-first cursor: time and id of the last item seen.
func before(after string) (int64, string, error) {
	if after == "" {
		return 1<<63 - 1, "", nil
	}
	p, err := parts(after, 2)
	if err != nil {
		return 0, "", err
	}
	us, err := strconv.ParseInt(p[0], 10, 64)
	if err != nil {
		return 0, "", &safe.Error{Kind: safe.Invalid, Msg: "malformed cursor"}
	}
	return us, p[1], nil
}

// page cuts the one item too many that shows that there is more.
func page[T any](items []T, limit int, key func(T) string) ([]T, string) {
	if len(items) <= limit {
		return items, ""
	}
	items = items[:limit]
	return items, key(items[limit-1])
}

func hash32(verb string, b []byte) ([32]byte, error) {
	if len(b) != 32 {
		return [32]byte{}, fmt.Errorf("%s: hash of %d bytes", verb, len(b))
	}
	return [32]byte(b), nil
}
