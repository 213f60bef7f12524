package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/storage/memstore"
	"github.com/coffre-citoyen/coffre/storage/redisstore"
)

// state is where sessions, single-use codes and counts are.
type state struct {
	sessions session.Store
	once     session.Once
	limiter  session.Limiter
	// spare counts in this process while limiter cannot.
	spare session.Limiter
	close func() error
}

// openState is the memory of this process, or Redis. A Redis that does not
// answer keeps no gateway from starting: it says "unavailable" where it needs
// one. One that refuses us does.
func openState(ctx context.Context, c config.Config, at *ground, logger *slog.Logger) (*state, error) {
	if c.State.Redis == "" {
		return &state{
			sessions: memstore.NewSessions(time.Now), once: memstore.NewOnce(time.Now), limiter: memstore.NewLimiter(time.Now),
			close: func() error { return nil },
		}, nil
	}
	rc, err := redisConfig(c, at)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	r, err := redisstore.Open(rc)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	if err := r.Check(ctx); redisstore.Refused(err) {
		return nil, errors.Join(fmt.Errorf("state: %w: mend the configuration, or the rights of this user", err), r.Close())
	} else if err != nil {
		logger.WarnContext(ctx, "sessions are unavailable for now", "error", err)
	}
	cached := session.NewCached(r.Sessions(), time.Now)
	follow, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.News().Follow(follow, cached)
	}()
	return &state{
		sessions: cached, once: r.Once(), limiter: r.Limiter(), spare: memstore.NewLimiter(time.Now),
		close: func() error {
			stop()
			<-ended
			return r.Close()
		},
	}, nil
}

func redisConfig(c config.Config, at *ground) (redisstore.Config, error) {
	s := c.State
	rc := redisstore.Config{
		Kind: redisstore.Kind(s.Redis), Addresses: s.Addresses, Master: s.Master, Username: s.Username,
		SentinelUsername: s.SentinelUsername, Database: s.Database, Prefix: s.Prefix, Replicas: s.Replicas,
		Timeout: s.Timeout, Now: time.Now, Dial: at.guard.DialContext, Clear: c.Mode == config.Demo,
	}
	var err1, err2 error
	rc.Password, err1 = password(s.PasswordFile)
	rc.SentinelPassword, err2 = password(s.SentinelPasswordFile)
	if err := errors.Join(err1, err2); err != nil || !s.TLS {
		return rc, err
	}
	rc.TLS = &tls.Config{MinVersion: tls.VersionTLS12, VerifyConnection: at.guard.VerifyConnection}
	if s.CAFile == "" {
		return rc, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return redisstore.Config{}, fmt.Errorf("read state.ca_file: %w", err)
	}
	rc.TLS.RootCAs = x509.NewCertPool()
	if !rc.TLS.RootCAs.AppendCertsFromPEM(pem) {
		return redisstore.Config{}, fmt.Errorf("state.ca_file: %s holds no certificate in PEM", s.CAFile)
	}
	return rc, nil
}

func password(file string) (redisstore.Secret, error) {
	if file == "" {
		return "", nil
	}
	b, err := os.ReadFile(file) //nolint:gosec // the operator says which
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return redisstore.Secret(strings.TrimSpace(string(b))), nil
}
