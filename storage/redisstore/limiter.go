package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
)

const (
	// share is what part of its tries a process takes at a time for a caller
	// who has many: Redis is asked at every 60th of 1,200 requests. What one
	// process holds unused, others cannot allow: a caller spread over three of
	// them may be refused when 90 % are used, never allowed more.
	share = 20
	// mostHeld bounds that part: a process that is killed takes along what it
	// held, and several that are started again within a minute, a small part.
	mostHeld = 60
	// sweepEach is how many questions pass between two looks for what is over.
	sweepEach = 256
)

// Limiter implements session.Limiter with fixed windows, counted in Redis.
type Limiter struct {
	r     *Redis
	mu    sync.Mutex
	held  map[limit]hold
	asked map[limit]*question
	ops   int
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

// question is under way: whoever has the same waits for its answer.
type question struct {
	done chan struct{}
	err  error // when done
}

// Limiter counts here.
func (r *Redis) Limiter() *Limiter {
	return &Limiter{r: r, held: map[limit]hold{}, asked: map[limit]*question{}}
}

// Allow implements session.Limiter.
func (l *Limiter) Allow(ctx context.Context, key string, n int, per time.Duration) (bool, time.Duration, error) {
	what := limit{key, n, per}
	want := max(1, min(n/share, mostHeld))
	for {
		now := l.r.config.Now()
		l.mu.Lock()
		ok, wait, known := l.known(what, now)
		q := l.asked[what]
		if !known && q == nil && want > 1 {
			l.asked[what] = &question{done: make(chan struct{})}
		}
		l.mu.Unlock()
		switch {
		case known:
			return ok, wait, nil
		case q == nil || want == 1:
			return l.ask(ctx, what, want, now)
		}
		select {
		case <-q.done:
			if q.err != nil {
				return false, 0, q.err
			}
		case <-ctx.Done():
			return false, 0, fmt.Errorf("count: %w: %w", session.ErrUnavailable, ctx.Err())
		}
	}
}

// known answers without Redis where it can.
func (l *Limiter) known(what limit, now time.Time) (ok bool, wait time.Duration, known bool) {
	if l.ops++; l.ops%sweepEach == 0 {
		for k, h := range l.held {
			if !now.Before(h.until) {
				delete(l.held, k)
			}
		}
	}
	h := l.held[what]
	switch {
	case !now.Before(h.until):
		return false, 0, false
	case h.left > 0:
		h.left--
		l.held[what] = h
		return true, 0, true
	default:
		return false, h.until.Sub(now), h.refused
	}
}

// ask takes what is wanted of a window, uses one of it and holds the rest. It
// is done for whoever waits, too: one who leaves does not take it along.
func (l *Limiter) ask(ctx context.Context, what limit, want int, now time.Time) (ok bool, wait time.Duration, err error) {
	out, err := l.r.run(context.WithoutCancel(ctx), l.r.scripts.allow, l.r.key("limit", []byte(what.key)),
		micro(now), what.n, what.per.Microseconds(), want, lasts(what.per))
	granted, rest := 0, time.Duration(0)
	if err == nil {
		granted, rest, err = answer(out)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("count: %w", err)
	}
	if q := l.asked[what]; q != nil && want > 1 {
		q.err = err
		close(q.done)
		delete(l.asked, what)
	}
	if err != nil {
		return false, 0, err
	}
	h := l.held[what]
	if !now.Before(h.until) {
		h = hold{}
	}
	h.until, h.refused = now.Add(rest), granted == 0
	h.left += max(0, granted-1)
	l.held[what] = h
	if granted > 0 {
		return true, 0, nil
	}
	return false, rest, nil
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
