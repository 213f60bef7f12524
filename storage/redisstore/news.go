package redisstore

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/coffre-citoyen/coffre/auth/session"
)

const (
	// listen is after how long a silent subscription is asked whether it
	// lives; without an answer in as long it does not.
	listen = 500 * time.Millisecond
	// reconnect is how long to wait before the next attempt.
	reconnect = 100 * time.Millisecond
)

// News implements session.News by publish and subscribe.
type News struct{ r *Redis }

// News brings word of the sessions that end here.
func (r *Redis) News() *News { return &News{r} }

// Follow implements session.News.
func (n *News) Follow(ctx context.Context, l session.Listener) {
	defer l.Hear(false)
	sub := n.r.c.Subscribe(ctx)
	defer func() { _ = sub.Close() }()
	// Closed from here too: a read does not end with its context.
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer stop()
	_ = sub.Subscribe(ctx, n.r.channel()) // what fails is tried again below
	asked := false
	for ctx.Err() == nil {
		got, err := sub.ReceiveTimeout(ctx, listen)
		var slow net.Error
		switch {
		case err == nil:
			asked = false
			hear(got, l)
		case errors.As(err, &slow) && slow.Timeout() && !asked && sub.Ping(ctx) == nil:
			asked = true
		default:
			l.Hear(false)
			asked = false
			if Refused(err) { // then the connection is a good one, without a subscription
				_ = sub.Subscribe(ctx, n.r.channel())
			}
			select {
			case <-ctx.Done():
			case <-time.After(reconnect):
			}
		}
	}
}

// hear passes on what was received. A subscription that begins, for the first
// time or again, begins with nothing known.
func hear(got any, l session.Listener) {
	switch got := got.(type) {
	case *redis.Subscription:
		l.Hear(false)
		l.Hear(true)
	case *redis.Message:
		var hash [32]byte
		b, err := base64.RawURLEncoding.DecodeString(got.Payload)
		if err != nil || copy(hash[:], b) != len(hash) {
			return // not from us
		}
		l.Ended(hash)
	}
}
