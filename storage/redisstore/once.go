package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

// Once implements session.Once.
type Once struct{ r *Redis }

// Once keeps single-use values here.
func (r *Redis) Once() *Once { return &Once{r} }

func (o *Once) key(key string) string { return o.r.key("once", []byte(key)) }

// Put implements session.Once.
func (o *Once) Put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	now := o.r.config.Now()
	// Confirmed: the identifier of an assertion that a failover forgets could
	// be used again.
	out, err := o.r.confirm(ctx, o.r.scripts.putOnce, o.key(key), micro(now), value, micro(now.Add(ttl)), lasts(ttl))
	if err != nil {
		return fmt.Errorf("put: %w", err)
	}
	if out != int64(1) {
		return session.ErrExists
	}
	return nil
}

// Get implements session.Once.
func (o *Once) Get(ctx context.Context, key string) ([]byte, error) {
	var got []any
	err := o.r.do(ctx, func(ctx context.Context) (err error) {
		got, err = o.r.c.HMGet(ctx, o.key(key), "value", "ends").Result()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	value, ok := got[0].(string)
	at, _ := got[1].(string)
	ends, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || micro(o.r.config.Now()) >= ends {
		return nil, session.ErrNotFound
	}
	return []byte(value), nil
}

// Take implements session.Once.
func (o *Once) Take(ctx context.Context, key string) ([]byte, error) {
	out, err := o.r.confirm(ctx, o.r.scripts.takeOnce, o.key(key), micro(o.r.config.Now()))
	if err != nil {
		return nil, fmt.Errorf("take: %w", err)
	}
	got, _ := out.([]any)
	if len(got) != 1 {
		return nil, session.ErrNotFound
	}
	value, _ := got[0].(string)
	return []byte(value), nil
}

// Replace implements session.Once.
func (o *Once) Replace(ctx context.Context, key string, old, value []byte) error {
	out, err := o.r.run(ctx, o.r.scripts.replaceOnce, o.key(key), micro(o.r.config.Now()), old, value)
	if err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	switch out {
	case int64(1):
		return nil
	case int64(0):
		return session.ErrChanged
	default:
		return session.ErrNotFound
	}
}
