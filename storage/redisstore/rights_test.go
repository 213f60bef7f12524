package redisstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/redisstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestRefused: what waiting does not mend is told apart.
func TestRefused(t *testing.T) {
	server := servers.Redis(t)
	c := standalone(server)
	c.Password = "wrong"
	if err := empty(t, c, time.Now).Check(t.Context()); !redisstore.Refused(err) || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("a wrong password: %v", err)
	}
	server.Command(t, "ACL", "SETUSER", "limited", "on", ">secret", "~*", "+@all", "resetchannels")
	c.Username, c.Password = "limited", "secret"
	if err := empty(t, c, time.Now).Check(t.Context()); !redisstore.Refused(err) {
		t.Errorf("one who may not publish: %v", err)
	}
	c = standalone(server)
	c.Addresses = []string{"127.0.0.1:1"}
	if err := empty(t, c, time.Now).Check(t.Context()); redisstore.Refused(err) || !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("nobody there: %v", err)
	}
}

// TestClearStaysHere: without TLS no byte goes to another machine, whoever
// gave its address.
func TestClearStaysHere(t *testing.T) {
	c := redisstore.Config{Kind: redisstore.Standalone, Addresses: []string{"redis.example:6379"}, Password: "secret"}
	c.Dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _ = far.Close() })
		go func() {
			if n, err := far.Read(make([]byte, 1)); n > 0 {
				t.Errorf("something was said in clear (%v)", err)
			}
		}()
		return near, nil
	}
	if err := empty(t, c, time.Now).Check(t.Context()); !errors.Is(err, session.ErrUnavailable) {
		t.Error(err)
	}
}

// TestRightsInTheREADME: with the user that operators are told to make,
// everything works, and keys of others are out of its reach.
func TestRightsInTheREADME(t *testing.T) {
	b, err := os.ReadFile("../../ops/README.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile("`user coffre on >… ([^`]*)`[^`]*`([^`]*)`").FindStringSubmatch(string(b))
	if line == nil {
		t.Fatal("ops/README.md has no such line")
	}
	one, many := servers.Redis(t), servers.Cluster(t)
	for _, s := range append(many.Nodes, one) {
		rights := strings.Fields(line[1])
		if s != one {
			rights = append(rights, strings.Fields(line[2])...)
		}
		s.Command(t, append([]string{"ACL", "SETUSER", "coffre", "on", ">secret"}, rights...)...)
	}
	for _, c := range []redisstore.Config{standalone(one), cluster(many)} {
		c.Username, c.Password, c.Prefix, c.Now, c.Replicas = "coffre", "secret", "", time.Now, 0
		r := open(t, c)
		newReplica(t, r, time.Now)
		wantAll(t, r, true)
		if err := r.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", c.Kind, err)
		}
		c.Prefix = "another"
		if err := open(t, c).Check(t.Context()); !redisstore.Refused(err) {
			t.Errorf("%s: it may use keys of others: %v", c.Kind, err)
		}
	}
}

// TestSecretPrintsNothing, whatever prints it.
func TestSecretPrintsNothing(t *testing.T) {
	c := redisstore.Config{Password: "canary", SentinelPassword: "canary"}
	b, err := json.Marshal(c.Password)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "password", c.Password)
	if all := fmt.Sprintf("%v %+v %#v %s %q", c.Password, c, c.Password, c.Password, c.Password) + string(b) + log.String(); strings.Contains(all, "canary") {
		t.Error(all)
	}
}
