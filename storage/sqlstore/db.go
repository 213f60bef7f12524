package sqlstore

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Config of a DB.
type Config struct {
	// DSN is "sqlite:///absolute/path.db", or "postgres://…" as libpq reads
	// it. It may hold a password: no error repeats it.
	DSN string
	// Connections to PostgreSQL at once, at most; 0 takes 24.
	Connections int
	// Dial makes connections to PostgreSQL; nil is the system's way. Verify
	// looks at who answers, once the DSN's own demands are met.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Verify func(tls.ConnectionState) error
	Now    func() time.Time
}

// DB is the database. Safe for concurrent use.
type DB struct {
	dialect
	write *sql.DB
	read  *sql.DB
	slow  *sql.DB // for migrations
	now   func() time.Time
	line  *line
}

// Open opens the database, making the tables when they are not there yet.
func Open(ctx context.Context, c Config) (*DB, error) {
	var d *DB
	var err error
	scheme, rest, _ := strings.Cut(c.DSN, "://")
	switch scheme {
	case "sqlite":
		d, err = openSQLite(rest)
	case "postgres", "postgresql":
		d, err = openPostgres(ctx, c)
	default:
		err = errors.New("open database: want sqlite:///absolute/path.db or postgres://host/name")
	}
	if err != nil {
		return nil, err
	}
	d.now, d.line = c.Now, newLine()
	if err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Kind names the database: sqlite or postgresql.
func (d *DB) Kind() string { return d.name }

// Close waits for running transactions.
func (d *DB) Close() error { return errors.Join(d.read.Close(), d.write.Close(), d.slow.Close()) }

// Ping implements safe.Rows.
func (d *DB) Ping(ctx context.Context) error { return mapError("ping", d.read.PingContext(ctx)) }

// Log gives the journal's own store.
func (d *DB) Log() journal.Store { return logStore{d} }

// Leaves reads the journal outside of any transaction, each statement for
// itself: what waits for a leaf asks often.
func (d *DB) Leaves() journal.Reader { return leaves{d.read} }

func (d *DB) stores(tx *sql.Tx, mine *turn) safe.Tx {
	return safe.Tx{
		Accounts: newAccounts(tx), Safes: safes{tx}, Versions: versions{tx}, Sweep: sweep{tx}, Grants: grants{tx},
		Administrations: administrations{tx}, FormerKeys: formerKeys{tx}, Addresses: addresses{tx}, Custodies: custodies{tx}, Recoveries: recoveries{tx},
		Notices: notices{tx}, Webhooks: webhooks{tx}, Outbox: outbox{tx},
		Requests: requests{tx}, Replies: replies{tx}, Answers: answers{tx},
		Openings: openings{tx}, Holdings: holdings{tx},
		Events: events{tx, mine}, Leaves: leaves{tx}, Keeper: keeping{tx},
		Structures: structures{tx}, Mediators: mediators{tx}, Delegations: delegations{tx}, DelegationLists: delegations{tx},
		Mandates: mandates{tx}, MandateDocuments: mandateDocuments{tx}, MandateGrants: mandateGrants{tx}, Proposals: proposals{tx},
		Activities: activities{tx}, SentPages: sentPages{tx},
	}
}

// Mark and SetMark keep a few words about the database itself, say that it
// belongs to a demonstration.
func (d *DB) Mark(ctx context.Context, name string) (string, error) {
	var body string
	err := d.read.QueryRowContext(ctx, `SELECT body FROM marks WHERE name = $1`, name).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return body, mapError("read mark", err)
}

// SetMark replaces a mark; an empty one takes it away.
func (d *DB) SetMark(ctx context.Context, name, body string) error {
	if body == "" {
		_, err := d.write.ExecContext(ctx, `DELETE FROM marks WHERE name = $1`, name)
		return mapError("remove mark", err)
	}
	_, err := d.write.ExecContext(ctx,
		`INSERT INTO marks (name, body) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body`, name, body)
	return mapError("write mark", err)
}
