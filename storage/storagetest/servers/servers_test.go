package servers_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const childMark = "COFFRE_TEST_SERVERS_CHILD"

// TestEndsWithItsProcess: a test that is killed leaves no server and no data.
func TestEndsWithItsProcess(t *testing.T) {
	if os.Getenv(childMark) != "" {
		s := servers.NewPostgres(t, "fsync=off")
		dir := s.Query(t, "SHOW unix_socket_directories")
		if _, err := os.Stdout.WriteString("serves " + s.DSN("postgres") + " " + dir + "\n"); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestEndsWithItsProcess$")
	child.Env = append(os.Environ(), childMark+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); said == nil && lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "serves "); ok {
			said = strings.Fields(rest)
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	if len(said) != 2 {
		t.Fatalf("the child said %q", said)
	}
	u, err := url.Parse(said[0])
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		_, there := os.Stat(said[1])
		c, answered := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
		if answered == nil {
			_ = c.Close()
		}
		if errors.Is(there, fs.ErrNotExist) && errors.Is(answered, syscall.ECONNREFUSED) {
			return
		}
	}
	t.Fatalf("the server or its directory %s is still there", said[1])
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	one, two := servers.Postgres(t), servers.Postgres(t)
	if one == two {
		t.Error("one database for two")
	}
	if !strings.HasPrefix(one, "postgres://") {
		t.Errorf("got %q", one)
	}
}

func TestStartSaysWhy(t *testing.T) {
	if _, err := servers.Find("no-such-server"); err == nil || !strings.Contains(err.Error(), "ops/tools/install-test-deps") {
		t.Errorf("got %v", err)
	}
}

// TestRestart: what was committed before a kill is there after it.
func TestRestart(t *testing.T) {
	s := servers.NewPostgres(t)
	s.Query(t, "CREATE TABLE kept AS SELECT 42 AS answer")
	s.Kill()
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.Query(t, "SELECT answer FROM kept"); got != "42" {
		t.Errorf("got %q", got)
	}
}
