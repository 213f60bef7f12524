package redisstore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/coffre-citoyen/coffre/auth/session"
)

// Kind is how the servers are arranged.
type Kind string

// The arrangements.
const (
	Standalone Kind = "standalone"
	Sentinel   Kind = "sentinel"
	Cluster    Kind = "cluster"
)

const (
	// defaultTimeout bounds every operation.
	defaultTimeout = time.Second
	// pause is how long nobody waits for a server that has just let somebody
	// wait in vain.
	pause = 250 * time.Millisecond
)

// Secret is a password of Redis; it prints as [redacted].
type Secret string

// Format hides it from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalText hides it from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Config of a Redis.
type Config struct {
	Kind Kind
	// Addresses, host:port: the server (or the path of its socket), the
	// sentinels, or some nodes of the cluster.
	Addresses []string
	// Master is the name that the sentinels know it by.
	Master           string
	Username         string
	Password         Secret
	SentinelUsername string
	SentinelPassword Secret
	Database         int // not in a cluster
	// TLS is nil for connections in clear, which go to loopback only, unless
	// Clear says that the network is to be trusted.
	TLS   *tls.Config
	Clear bool
	// Prefix begins each key and the channel; "" is coffre.
	Prefix string
	// Replicas have to have an end or the use of a code before it is
	// acknowledged.
	Replicas int
	// Timeout of an operation; 0 is a second.
	Timeout time.Duration
	// Dial makes connections; nil is the system's way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Now  func() time.Time
}

// Redis is a connection to the servers. Safe for concurrent use.
type Redis struct {
	*line
	config  Config
	scripts scripts
	// sure has connections of its own for what waits for replicas: when there
	// are none, whoever only reads does not wait behind it.
	sure *line
}

// line is connections, and whether they are of use.
type line struct {
	c       redis.UniversalClient
	timeout time.Duration
	// hung is until when nobody waits, in nanoseconds of Unix.
	hung atomic.Int64
}

// Open makes one. It connects when it is used: a gateway starts without its
// Redis, and says so.
func Open(c Config) (*Redis, error) {
	if len(c.Addresses) == 0 {
		return nil, errors.New("open redis: no address")
	}
	if c.Prefix == "" {
		c.Prefix = "coffre"
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	client, err := connect(c)
	if err != nil {
		return nil, fmt.Errorf("open redis: %w", err)
	}
	r := &Redis{line: &line{c: client, timeout: c.Timeout}, config: c, scripts: newScripts()}
	if c.Replicas > 0 {
		second, err := connect(c)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open redis: %w", err), r.Close())
		}
		r.sure = &line{c: second, timeout: c.Timeout}
	}
	return r, nil
}

// Close ends its connections.
func (r *Redis) Close() error {
	err := r.c.Close()
	if r.sure != nil {
		err = errors.Join(err, r.sure.c.Close())
	}
	if err != nil {
		return fmt.Errorf("close redis: %w", err)
	}
	return nil
}

// Refused reports whether an error is the server's own answer, which waiting
// does not mend: a wrong password, a right that is missing.
func Refused(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer)
}

// Check uses a code of its own and says a word that nobody heeds: what it may
// not do, or has no replica for, comes to light.
func (r *Redis) Check(ctx context.Context) error {
	once := r.Once()
	key := "check/" + rand.Text()
	err := once.Put(ctx, key, nil, time.Minute)
	if err == nil {
		_, err = once.Take(ctx, key)
	}
	if err == nil {
		err = r.do(ctx, func(ctx context.Context) error { return r.c.Publish(ctx, r.channel(), "").Err() })
	}
	if err != nil {
		return fmt.Errorf("check redis: %w", err)
	}
	return nil
}

// key hashes what is secret or about somebody.
func (r *Redis) key(kind string, of []byte) string {
	h := sha256.Sum256(of)
	return r.config.Prefix + ":" + kind + ":" + base64.RawURLEncoding.EncodeToString(h[:])
}

func (r *Redis) channel() string { return r.config.Prefix + ":ended" }

// do bounds fn, and turns what it returns into ErrUnavailable.
func (l *line) do(ctx context.Context, fn func(context.Context) error) error {
	if time.Now().UnixNano() < l.hung.Load() {
		return fmt.Errorf("%w: redis gave no answer a moment ago", session.ErrUnavailable)
	}
	within, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	err := fn(within)
	if err == nil {
		return nil
	}
	if within.Err() != nil && ctx.Err() == nil {
		l.hung.Store(time.Now().Add(pause).UnixNano())
	}
	return fmt.Errorf("%w: redis: %w", session.ErrUnavailable, err)
}

// run runs a script on its key.
func (r *Redis) run(ctx context.Context, s *redis.Script, key string, args ...any) (out any, err error) {
	err = r.do(ctx, func(ctx context.Context) (err error) {
		out, err = s.Run(ctx, r.c, []string{key}, args...).Result()
		return err
	})
	return out, err
}

var errUnconfirmed = errors.New("done, but too few replicas have it")

// confirm runs a script on its key and waits until replicas have what it did,
// and everything before it: where there was nothing to do any more, the first
// time may not have arrived there.
func (r *Redis) confirm(ctx context.Context, s *redis.Script, key string, args ...any) (out any, err error) {
	if r.sure == nil {
		return r.run(ctx, s, key, args...)
	}
	err = r.sure.do(ctx, func(ctx context.Context) error {
		// WAIT is about the commands of one connection, to the key's master.
		return r.sure.c.Watch(ctx, func(tx *redis.Tx) (err error) {
			if out, err = s.Run(ctx, tx, []string{key}, args...).Result(); err != nil {
				return err
			}
			n, err := tx.Wait(ctx, r.config.Replicas, r.config.Timeout/2).Result()
			if err == nil && n < int64(r.config.Replicas) {
				err = errUnconfirmed
			}
			return err
		}, key)
	})
	return out, err
}

// micro is a time as scripts compare it: exact in a double until the year 2255.
func micro(t time.Time) int64 { return t.UnixMicro() }

// lasts is a time to live in milliseconds, never too short.
func lasts(d time.Duration) int64 {
	return max(1, int64((d+time.Millisecond-1)/time.Millisecond))
}
