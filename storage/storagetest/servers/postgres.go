package servers

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// debian is where the package postgresql-15 puts what no user calls; the
// same of other versions.
const debian = "/usr/lib/postgresql/*/bin"

const owner = "coffre"

// PostgresServer is a PostgreSQL cluster with a password, on loopback.
type PostgresServer struct {
	*Process
	dir      string
	port     int
	password string
	args     []string
	psql     string
}

// shared is the one cluster of a test's process; it ends with that.
var shared = sync.OnceValues(func() (*PostgresServer, error) { //nolint:gochecknoglobals // a cluster takes a second to make
	dir, err := makeDir("postgres")
	if err != nil {
		return nil, err
	}
	s, err := newPostgres(context.Background(), dir, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	if err != nil {
		_ = os.RemoveAll(dir)
	}
	return s, err
})

// Postgres gives an empty schema of its own to each test, which sees no other:
// a tenth of what a database costs. All are in one cluster that ends with the
// test's process. Nothing in it is durable.
func Postgres(tb testing.TB) (dsn string) {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	s.shows(tb)
	name := randomName()
	s.Query(tb, "CREATE SCHEMA "+name)
	return s.DSN("postgres") + "&search_path=" + name
}

func randomName() string { return "test_" + strings.ToLower(rand.Text()) }

// NewPostgres starts a cluster for one test, which may Kill and Restart it.
// It is durable unless its settings ("name=value") say otherwise.
func NewPostgres(tb testing.TB, settings ...string) *PostgresServer {
	tb.Helper()
	s, err := newPostgres(tb.Context(), Dir(tb, "postgres"), settings...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.Stop()
		if tb.Failed() {
			tb.Logf("postgres wrote:\n%s", s.Log(0))
		}
	})
	return s
}

func newPostgres(ctx context.Context, dir string, settings ...string) (*PostgresServer, error) {
	s := &PostgresServer{Process: &Process{log: filepath.Join(dir, "postgres.log")}, dir: dir, password: rand.Text()}
	dirs, err := filepath.Glob(debian)
	if err != nil {
		return nil, err
	}
	initdb, err := Find("initdb", dirs...)
	if err != nil {
		return nil, err
	}
	server, err := Find("postgres", filepath.Dir(initdb))
	if err != nil {
		return nil, err
	}
	if s.psql, err = Find("psql", filepath.Dir(initdb)); err != nil {
		return nil, err
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if err := s.init(ctx, initdb); err != nil {
		return nil, err
	}
	s.args = []string{server, "-D", filepath.Join(dir, "data")}
	settings = append([]string{
		fmt.Sprintf("port=%d", s.port), "listen_addresses=127.0.0.1", "unix_socket_directories=" + dir,
		"max_connections=200", "shared_buffers=32MB", "log_line_prefix=%m [%p] %d ", "timezone=Europe/Paris",
	}, settings...)
	for _, v := range settings {
		s.args = append(s.args, "-c", v)
	}
	return s, s.Restart(ctx)
}

// init makes the cluster. Its language is French, so that nothing which
// compares texts can count on bytes.
func (s *PostgresServer) init(ctx context.Context, initdb string) error {
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o600); err != nil {
		return err
	}
	if err := Own(secret); err != nil {
		return err
	}
	who, err := plain()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, initdb, "-D", filepath.Join(s.dir, "data"), "-U", owner, "--pwfile="+secret, //nolint:gosec // found above
		"--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr")
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// Restart starts a cluster that was stopped or killed, on its port, with its
// data. After a kill it is tried again until the last of the old processes has
// noticed and let go of the memory that they shared.
func (s *PostgresServer) Restart(ctx context.Context) error {
	for until := time.Now().Add(patience); ; {
		from := s.written()
		p, err := start(ctx, s.command())
		if err == nil {
			s.Process = p
			return nil
		}
		if time.Now().After(until) || !strings.Contains(s.Log(from), "pre-existing shared memory") {
			return err
		}
	}
}

func (s *PostgresServer) command() Command {
	return Command{
		Name: "postgres", Args: s.args, Dir: s.dir, Plain: true,
		// An immediate end; SIGTERM would wait for every client to leave.
		End: syscall.SIGQUIT,
		Ready: func(ctx context.Context) error {
			_, err := s.query(ctx, "SELECT 1")
			return err
		},
	}
}

// DSN is the address of one of its databases.
func (s *PostgresServer) DSN(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(owner, s.password),
		Host: fmt.Sprintf("127.0.0.1:%d", s.port), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Database makes an empty database, which is dropped with the test.
func (s *PostgresServer) Database(tb testing.TB) (dsn string) {
	tb.Helper()
	name := randomName()
	if _, err := s.query(tb.Context(), "CREATE DATABASE "+name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// A cluster that the test has killed takes its databases along.
		_, _ = s.query(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	return s.DSN(name)
}

// Query runs a statement as an administrator of the cluster would, by psql.
func (s *PostgresServer) Query(tb testing.TB, text string) string {
	tb.Helper()
	out, err := s.query(tb.Context(), text)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func (s *PostgresServer) query(ctx context.Context, text string) (string, error) {
	cmd := exec.CommandContext(ctx, s.psql, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", text) //nolint:gosec // found above
	cmd.Env = append(os.Environ(), "PGCONNECT_TIMEOUT=10", "PGHOST="+s.dir, fmt.Sprintf("PGPORT=%d", s.port),
		"PGUSER="+owner, "PGPASSWORD="+s.password, "PGDATABASE=postgres")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("psql %q: %w: %s", text, err, stderr.Bytes())
	}
	return strings.TrimSpace(stdout.String()), nil
}
