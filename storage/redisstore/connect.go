package redisstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// never: what may have happened is not done again by itself.
const never = -1

func connect(c Config) (redis.UniversalClient, error) {
	logging.Disable() // callers get errors, and log them in our way
	dial, notices := dialer(c), &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch c.Kind {
	case Standalone:
		return redis.NewClient(&redis.Options{
			Addr: c.Addresses[0], Username: c.Username, Password: string(c.Password), DB: c.Database, Dialer: dial,
			MaxRetries: never, DialerRetries: 1, DialTimeout: c.Timeout, ReadTimeout: c.Timeout, WriteTimeout: c.Timeout,
			PoolTimeout: c.Timeout, ContextTimeoutEnabled: true, DisableIdentity: true, MaintNotificationsConfig: notices,
		}), nil
	case Sentinel:
		return redis.NewFailoverClient(&redis.FailoverOptions{
			MasterName: c.Master, SentinelAddrs: c.Addresses,
			SentinelUsername: c.SentinelUsername, SentinelPassword: string(c.SentinelPassword),
			Username: c.Username, Password: string(c.Password), DB: c.Database, Dialer: dial,
			MaxRetries: never, DialerRetries: 1, DialTimeout: c.Timeout, ReadTimeout: c.Timeout, WriteTimeout: c.Timeout,
			PoolTimeout: c.Timeout, ContextTimeoutEnabled: true, DisableIdentity: true,
		}), nil
	case Cluster:
		return redis.NewClusterClient(&redis.ClusterOptions{
			Addrs: c.Addresses, Username: c.Username, Password: string(c.Password), Dialer: dial,
			MaxRetries: never, DialerRetries: 1, DialTimeout: c.Timeout, ReadTimeout: c.Timeout, WriteTimeout: c.Timeout,
			PoolTimeout: c.Timeout, ContextTimeoutEnabled: true, DisableIdentity: true, MaintNotificationsConfig: notices,
		}), nil
	default:
		return nil, fmt.Errorf("kind is %q", c.Kind)
	}
}

// dialer serves servers, sentinels and whatever addresses these give out.
func dialer(c Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: c.Timeout, KeepAlive: 30 * time.Second}).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if c.TLS == nil {
			if !c.Clear && !here(conn.RemoteAddr()) {
				return nil, errors.Join(fmt.Errorf("%s is another machine: not without TLS", address), conn.Close())
			}
			return conn, nil
		}
		config := c.TLS.Clone()
		if config.ServerName == "" {
			if config.ServerName, _, err = net.SplitHostPort(address); err != nil {
				return nil, errors.Join(err, conn.Close())
			}
		}
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return secure, nil
	}
}

// here says that an address is of this machine. What cannot be told is not.
func here(a net.Addr) bool {
	switch a := a.(type) {
	case *net.UnixAddr:
		return true
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	default:
		return false
	}
}
