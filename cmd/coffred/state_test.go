package main

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

func withRedis(t *testing.T, s *servers.RedisServer) config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(s.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config.DemoDefaults()
	c.Mode = config.Production
	c.State = config.State{Redis: config.Standalone, Addresses: []string{s.Address}, PasswordFile: file, TLS: s.CA != "", CAFile: s.CA}
	return c
}

func groundOf(t *testing.T, c config.Config) *ground {
	t.Helper()
	at, err := openGround(c)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func openTestState(t *testing.T, c config.Config) *state {
	t.Helper()
	s, err := openState(t.Context(), c, groundOf(t, c), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestReplicasShareSessions, by TLS with an authority of their own.
func TestReplicasShareSessions(t *testing.T) {
	c := withRedis(t, servers.RedisTLS(t))
	one, two := openTestState(t, c), openTestState(t, c)
	now := time.Now()
	hash := [32]byte{1}
	v := session.Session{ID: "a", Account: "account-1", IdleUntil: now.Add(time.Minute), Until: now.Add(time.Minute)}
	if err := one.sessions.Put(t.Context(), hash, v); err != nil {
		t.Fatal(err)
	}
	if got, err := two.sessions.Get(t.Context(), hash); err != nil || got.ID != "a" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := two.sessions.DeleteID(t.Context(), "account-1", "a"); err != nil {
		t.Fatal(err)
	}
	if err := one.once.Put(t.Context(), "code", nil, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := two.once.Take(t.Context(), "code"); err != nil {
		t.Error(err)
	}
}

// TestRedisThatRefusesIsSaid at start; one that is away is waited for.
func TestRedisThatRefusesIsSaid(t *testing.T) {
	s := servers.Redis(t)
	c := withRedis(t, s)
	s.Command(t, "CONFIG", "SET", "requirepass", "another")
	if _, err := openState(t.Context(), c, groundOf(t, c), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "mend the configuration") {
		t.Errorf("a wrong password: %v", err)
	}
	s.Kill()
	var log bytes.Buffer
	away, err := openState(t.Context(), c, groundOf(t, c), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "unavailable") || strings.Contains(log.String(), s.Password) {
		t.Errorf("the log says %q", log.String())
	}
	if _, err := away.sessions.Get(t.Context(), [32]byte{}); !errors.Is(err, session.ErrUnavailable) {
		t.Error(err)
	}
	if err := away.close(); err != nil {
		t.Error(err)
	}
	c.State.CAFile, c.State.TLS = c.State.PasswordFile, true
	if _, err := openState(t.Context(), c, groundOf(t, c), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("an authority without a certificate: %v", err)
	}
}

// TestReplicasShareKeys: where an operator gives them, no replica makes one
// of its own, and all sign as one.
func TestReplicasShareKeys(t *testing.T) {
	c := config.DemoDefaults()
	c.Data, c.Keys.Dir = t.TempDir(), filepath.Join(t.TempDir(), "keys")
	if _, _, err := logKey(keysOf(c), c.LogOrigin); err == nil || !strings.Contains(err.Error(), "coffred keys") {
		t.Errorf("without keys: %v", err)
	}
	if _, err := os.Stat(c.Keys.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("one was made")
	}
	file := filepath.Join(t.TempDir(), "coffre.yaml")
	text := "{mode: demo, listen: \"127.0.0.1:0\", data: " + c.Data + ", log_origin: " + c.LogOrigin +
		", objects: {bucket: coffre}, territory: {name: Valmont}, keys: {dir: " + c.Keys.Dir + "}}"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said []string
	for range 2 { // the second time all are there
		var out bytes.Buffer
		if err := run(t.Context(), []string{"keys", "--config", file}, stdio{&out, &out, func(string) string { return "" }}); err != nil {
			t.Fatal(err)
		}
		said = append(said, out.String())
	}
	_, vkey, err := logKey(keysOf(c), c.LogOrigin)
	if err != nil || !strings.Contains(said[0], vkey) || said[0] != said[1] {
		t.Errorf("%v; %q", err, said)
	}
	_, err1 := tokenKey(keysOf(c))
	_, err2 := hintKey(keysOf(c))
	if err := errors.Join(err1, err2); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(filepath.Join(c.Keys.Dir, "hints.key"), 0o644); err != nil { //nolint:gosec // what is refused
		t.Fatal(err)
	}
	if _, err := hintKey(keysOf(c)); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("a key that everybody reads: %v", err)
	}
}
