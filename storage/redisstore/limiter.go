package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	// share is what part of its tries a process takes at a time for a caller
	// who has many: Redis is asked at every 60th of 1,200 requests. What one
	// process holds unused, others cannot allow: a caller spread over three of
	// them may be refused when 90 % are used, never allowed more.
	share = 20
	// sweepEach is how many questions pass between two looks for what is over.
	sweepEach = 256
)

// Limiter implements session.Limiter with fixed windows, counted in Redis.
type Limiter struct {
	r    *Redis
	mu   sync.Mutex
	held map[limit]hold
	ops  int
}

type limit struct {
	key string
	n   int
	per time.Duration
}

// hold is what this process knows of a window: tries that it may give out,
// or, with none left, that there are no more until its end.
type hold struct {
	left    int
	refused bool
	until   time.Time
}

// Limiter counts here.
func (r *Redis) Limiter() *Limiter { return &Limiter{r: r, held: map[limit]hold{}} }

// Allow implements session.Limiter.
func (l *Limiter) Allow(ctx context.Context, key string, n int, per time.Duration) (bool, time.Duration, error) {
	what := limit{key, n, per}
	now := l.r.config.Now()
	if ok, wait, known := l.known(what, now); known {
		return ok, wait, nil
	}
	want := max(1, n/share)
	out, err := l.r.run(ctx, l.r.scripts.allow, l.r.key("limit", []byte(key)), micro(now), n, per.Microseconds(), want, lasts(per))
	if err != nil {
		return false, 0, fmt.Errorf("count: %w", err)
	}
	granted, rest, err := answer(out)
	if err != nil {
		return false, 0, fmt.Errorf("count: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held[what]
	if !now.Before(h.until) {
		h = hold{}
	}
	h.until = now.Add(rest)
	if granted == 0 {
		h.refused = true
		l.held[what] = h
		return false, rest, nil
	}
	h.left += granted - 1
	l.held[what] = h
	return true, 0, nil
}

// known answers without Redis where it can.
func (l *Limiter) known(what limit, now time.Time) (ok bool, wait time.Duration, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ops++; l.ops%sweepEach == 0 {
		for k, h := range l.held {
			if !now.Before(h.until) {
				delete(l.held, k)
			}
		}
	}
	h, there := l.held[what]
	switch {
	case !there || !now.Before(h.until):
		return false, 0, false
	case h.left > 0:
		h.left--
		l.held[what] = h
		return true, 0, true
	default:
		return false, h.until.Sub(now), h.refused
	}
}

func answer(out any) (granted int, rest time.Duration, err error) {
	got, _ := out.([]any)
	if len(got) != 2 {
		return 0, 0, fmt.Errorf("answer is %v", out)
	}
	n, _ := got[0].(int64)
	micros, err := strconv.ParseInt(fmt.Sprint(got[1]), 10, 64)
	return int(n), time.Duration(micros) * time.Microsecond, err
}
