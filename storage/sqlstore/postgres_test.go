package sqlstore_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestReplicasMigrateOnce: three that start at the same moment on an empty
// database all find every table, and none of them fails.
func TestReplicasMigrateOnce(t *testing.T) {
	at := servers.Postgres(t)
	var wg sync.WaitGroup
	dbs := make([]*sqlstore.DB, 3)
	for i := range dbs {
		wg.Go(func() {
			var err error
			if dbs[i], err = sqlstore.Open(t.Context(), sqlstore.Config{DSN: at, Now: time.Now}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, db := range dbs {
		if db == nil {
			continue
		}
		if err := write(t.Context(), db); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestServerKilled: the database's machine fails while it is written to. What
// it acknowledged is there when it comes back, whole, and the same gateway
// goes on without being started again.
func TestServerKilled(t *testing.T) {
	s := servers.NewPostgres(t)
	db := open(t, s.DSN("postgres"))
	for range 3 {
		acknowledged := make(chan safe.AccountID, 10_000)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					a := safe.Account{ID: safe.NewID[safe.AccountID](), Kind: safe.Citizen, Created: time.Now()}
					if err := putWithEvent(t.Context(), db, a); err != nil {
						if !safe.IsKind(err, safe.Unavailable) {
							t.Errorf("while it fails: %v", err)
						}
						return
					}
					acknowledged <- a.ID
				}
			})
		}
		var ids []safe.AccountID
		for len(ids) < 40 {
			ids = append(ids, <-acknowledged)
		}
		s.Kill()
		wg.Wait()
		close(acknowledged)
		for id := range acknowledged {
			ids = append(ids, id)
		}
		if err := db.Ping(t.Context()); !safe.IsKind(err, safe.Unavailable) {
			t.Errorf("ping without a server: %v", err)
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := db.View(t.Context(), func(tx safe.Tx) error {
			for _, id := range ids {
				if _, err := tx.Accounts.Get(t.Context(), id); err != nil {
					t.Errorf("acknowledged row %s: %v", id, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("once it is back: %v", err)
		}
		if rows, events := count(t, db); rows != events || rows < len(ids) {
			t.Errorf("%d rows, %d events, %d acknowledged", rows, events, len(ids))
		}
	}
}

func putWithEvent(ctx context.Context, db *sqlstore.DB, a safe.Account) error {
	a.Sub = string(a.ID)
	return db.Update(ctx, func(tx safe.Tx) error {
		if err := tx.Accounts.Put(ctx, a); err != nil {
			return err
		}
		_, err := tx.Events.Append(ctx, "s", []byte(a.ID), [32]byte{})
		return err
	})
}

// TestConnectionsClosedByTheServer: after a failover every connection at rest
// is closed. Whoever is given one of them gets another, and no error.
func TestConnectionsClosedByTheServer(t *testing.T) {
	dsn, err := url.Parse(servers.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	line := servers.Toxiproxy(t, dsn.Host)
	dsn.Host = line.Endpoint
	db := open(t, dsn.String())
	// The driver looks for itself at what is new, or at rest for a second.
	for range 2 {
		atOnce(t, db, 8)
	}
	line.Mend() // ends what is connected
	atOnce(t, db, 8)
	a := safe.Account{ID: safe.NewID[safe.AccountID](), Kind: safe.Citizen, Created: time.Now()}
	if err := putWithEvent(t.Context(), db, a); err != nil {
		t.Errorf("write: %v", err)
	}
}

// atOnce reads on so many connections.
func atOnce(t *testing.T, db *sqlstore.DB, many int) {
	t.Helper()
	var together, all sync.WaitGroup
	together.Add(many)
	for range many {
		all.Go(func() {
			var once sync.Once
			err := db.View(t.Context(), func(safe.Tx) error {
				once.Do(together.Done)
				together.Wait()
				return nil
			})
			if once.Do(together.Done); err != nil {
				t.Errorf("read: %v", err)
			}
		})
	}
	all.Wait()
}

// TestServerStandsStill: a server that answers nothing is given up, and used
// again when it goes on.
func TestServerStandsStill(t *testing.T) {
	s := servers.NewPostgres(t, "fsync=off")
	db := open(t, s.DSN("postgres"))
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := putWithEvent(ctx, db, safe.Account{ID: "a"}); !errors.Is(err, context.DeadlineExceeded) || !safe.IsKind(err, safe.Unavailable) {
		t.Errorf("of a server that stands still: %v", err)
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := putWithEvent(t.Context(), db, safe.Account{ID: "b"}); err != nil {
		t.Errorf("it goes on: %v", err)
	}
}

// TestServerRefuses: each bad day has the kind that its caller can act on, and
// no error repeats the password.
func TestServerRefuses(t *testing.T) {
	s := servers.NewPostgres(t, "fsync=off")
	at := s.DSN("postgres")
	db := open(t, at)
	put := func() error { return putWithEvent(t.Context(), db, safe.Account{ID: safe.NewID[safe.AccountID]()}) }
	t.Run("read-only", func(t *testing.T) {
		s.Query(t, "ALTER SYSTEM SET default_transaction_read_only = on")
		s.Query(t, "SELECT pg_reload_conf()")
		for until := time.Now().Add(time.Minute); time.Now().Before(until); {
			if err := put(); err != nil {
				if !safe.IsKind(err, safe.Unavailable) || !strings.Contains(err.Error(), "25006") {
					t.Errorf("error is %v", err)
				}
				break
			}
		}
		s.Query(t, "ALTER SYSTEM RESET default_transaction_read_only")
		s.Query(t, "SELECT pg_reload_conf()")
	})
	t.Run("no room for connections", func(t *testing.T) {
		s.Query(t, "CREATE ROLE one LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword("one", "secret-of-the-database")
		_, err = sqlstore.Open(t.Context(), sqlstore.Config{DSN: u.String(), Now: time.Now})
		if err == nil || strings.Contains(err.Error(), "secret-of-the-database") {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("an encoding that loses letters", func(t *testing.T) {
		s.Query(t, "CREATE DATABASE old ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
		_, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: s.DSN("old"), Now: time.Now})
		if err == nil || !strings.Contains(err.Error(), "ENCODING 'UTF8'") {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a name that no index takes", func(t *testing.T) {
		err := putWithEvent(t.Context(), db, safe.Account{ID: "long", Name: noise(50_000)})
		if !safe.IsKind(err, safe.Invalid) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a text that is none", func(t *testing.T) {
		err := db.View(t.Context(), func(tx safe.Tx) error {
			_, _, err := tx.Sweep.Safes(t.Context(), safe.Page{After: "\x00", Limit: 1})
			return err
		})
		if !safe.IsKind(err, safe.Invalid) {
			t.Errorf("error is %v", err)
		}
	})
}

// TestDurableWhateverTheServerSays: a server that acknowledges what is not on
// disk yet is told not to.
func TestDurableWhateverTheServerSays(t *testing.T) {
	s := servers.NewPostgres(t, "synchronous_commit=off")
	db := open(t, s.DSN("postgres"))
	a := safe.Account{ID: "a"}
	if err := putWithEvent(t.Context(), db, a); err != nil {
		t.Fatal(err)
	}
	s.Kill() // at once: the server's own writer comes round five times a second
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, events := count(t, db); rows != 1 || events != 1 {
		t.Errorf("%d rows, %d events, want what was acknowledged", rows, events)
	}
}

// TestFullTablespace: as TestFullDisk, of PostgreSQL.
func TestFullTablespace(t *testing.T) {
	storagetest.OnSmallDisk(t, func(t *testing.T, disk storagetest.Disk) {
		if !disk.Real {
			t.Fatal("this test needs to mount: run it as root or let users make name spaces")
		}
		// The server is another user: it may pass through, and owns the disk.
		for dir := filepath.Dir(disk.Dir); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // a test's directory
				t.Fatal(err)
			}
		}
		s := servers.NewPostgres(t, "fsync=off")
		room := filepath.Join(disk.Dir, "room")
		if err := os.Mkdir(room, 0o777); err != nil { //nolint:gosec // a test's directory
			t.Fatal(err)
		}
		if err := servers.Own(room); err != nil {
			t.Fatal(err)
		}
		s.Query(t, "CREATE TABLESPACE small LOCATION '"+room+"'")
		db := open(t, s.DSN("postgres")+"&default_tablespace=small")
		put := func() error {
			a := safe.Account{ID: safe.NewID[safe.AccountID]()}
			a.Sub = string(a.ID)
			return db.Update(t.Context(), func(tx safe.Tx) error {
				_, err := tx.Events.Append(t.Context(), "s", []byte(a.ID), [32]byte{})
				return errors.Join(err, tx.Accounts.Put(t.Context(), a),
					tx.Safes.PutKeyring(t.Context(), a.Sub, safe.Sealed{Epoch: 1, Body: []byte(noise(50_000))}))
			})
		}
		acknowledged := 0
		var err error
		for err == nil {
			if err = put(); err == nil {
				acknowledged++
			}
		}
		if !safe.IsKind(err, safe.StorageFull) {
			t.Errorf("on a full disk: %v", err)
		}
		if rows, events := count(t, db); acknowledged < 10 || rows != acknowledged || events != acknowledged {
			t.Errorf("%d rows, %d events, %d acknowledged", rows, events, acknowledged)
		}
		disk.Grow()
		if err := put(); err != nil {
			t.Errorf("with room again: %v", err)
		}
	})
}

// noise is a text that no database makes shorter.
func noise(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(safe.NewID[string]())
	}
	return b.String()
}
