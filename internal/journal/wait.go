package journal

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// pollFirst and pollMost are the pauses of who looks for everybody, while
	// another process sequences; pollSafe is that of who is told by this one.
	pollFirst = 5 * time.Millisecond
	pollMost  = 50 * time.Millisecond
	pollSafe  = time.Second
)

// outcome of a wait: the leaf's place, and the batch that it came in when it
// was published by this process.
type outcome struct {
	index int64
	batch *batch
	err   error
}

// batch is what a sequencer has just published: its entries from an index on.
// Nobody changes it any more.
type batch struct {
	head   Head
	from   int64
	hashes *overlay
}

// waiters are those of one process who wait for a leaf. Safe for concurrent
// use.
type waiters struct {
	mu  sync.Mutex
	all map[string][]chan outcome
	// poller is held by the one who looks at the store for everybody.
	poller chan struct{}
	// look says that another process has published.
	look chan struct{}
	// leads is whether the sequencer of this process runs, and was neither
	// fenced nor failed at its last turn: then nobody needs to look.
	leads atomic.Bool
	// last is the newest batch that this process published.
	last atomic.Pointer[batch]
}

func newWaiters() *waiters {
	return &waiters{all: map[string][]chan outcome{}, poller: make(chan struct{}, 1), look: make(chan struct{}, 1)}
}

func (w *waiters) add(id string) chan outcome {
	c := make(chan outcome, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[id] = append(w.all[id], c)
	return c
}

func (w *waiters) remove(id string, c chan outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.all[id][:0]
	for _, x := range w.all[id] {
		if x != c {
			rest = append(rest, x)
		}
	}
	if w.all[id] = rest; len(rest) == 0 {
		delete(w.all, id)
	}
}

// tell answers everybody who waits for the record.
func (w *waiters) tell(id string, o outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.all[id] {
		c <- o // has room for the one answer that it gets
	}
	delete(w.all, id)
}

func (w *waiters) ids() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]string, 0, len(w.all))
	for id := range w.all {
		all = append(all, id)
	}
	return all
}

// stir makes whoever looks for everybody look now. Never blocks. Who comes
// later finds by itself what was published before.
func (w *waiters) stir() {
	if len(w.ids()) == 0 {
		return
	}
	select {
	case w.look <- struct{}{}:
	default:
	}
}

// published wakes those whose entries are in the batch.
func (w *waiters) published(b *batch, entries []Queued) {
	w.last.Store(b)
	for i, e := range entries {
		w.tell(e.ID, outcome{index: b.from + int64(i), batch: b})
	}
}

// late proves a record that was published before its waiter came: from memory
// when it is in the newest batch of all, as it is for who was just too late.
func (l *Log) late(ctx context.Context, index int64) (Leaf, error) {
	b := l.waiters.last.Load()
	if b == nil || index < b.from {
		return l.Leaf(ctx, index)
	}
	head, err := l.store.Head(ctx)
	if err != nil {
		return Leaf{}, fmt.Errorf("read head: %w", err)
	}
	if head.Fence != b.head.Fence || head.Root != b.head.Root {
		return l.Leaf(ctx, index)
	}
	return prove(b.head, index, b.hashes)
}

// wait returns what the record's waiters are told. One of them at a time looks
// at the store for all, whoever that is.
func (l *Log) wait(ctx context.Context, told chan outcome) (outcome, error) {
	select {
	case o := <-told:
		return o, o.err
	case <-ctx.Done():
		return outcome{}, ctx.Err()
	case l.waiters.poller <- struct{}{}:
	}
	defer func() { <-l.waiters.poller }()
	var seen int64 = -1 // fence of the head at the last look
	for pause := pollFirst; ; pause = min(2*pause, pollMost) {
		if l.waiters.leads.Load() {
			pause = pollSafe
		}
		timer := time.NewTimer(pause)
		var err error
		select {
		case o := <-told:
			timer.Stop()
			return o, o.err
		case <-ctx.Done():
			timer.Stop()
			return outcome{}, ctx.Err()
		case <-l.waiters.look:
			seen, pause = -1, pollFirst
		case <-timer.C:
		}
		timer.Stop()
		if seen, err = l.lookForAll(ctx, seen); err != nil {
			l.waiters.stir() // the others have not been looked for
			return outcome{}, err
		}
		l.kick()
	}
}

// lookForAll reads the head, and, when it is another one than seen, the record
// of everybody who waits.
func (l *Log) lookForAll(ctx context.Context, seen int64) (int64, error) {
	head, err := l.store.Head(ctx)
	if err != nil {
		return seen, fmt.Errorf("read head: %w", err)
	}
	if head.Fence == seen {
		return seen, nil
	}
	ids := l.waiters.ids()
	found := make(map[string]outcome, len(ids))
	err = l.view(ctx, func(r Reader) error {
		for _, id := range ids {
			rec, err := r.Record(ctx, id)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil || rec.Index >= 0:
				found[id] = outcome{index: rec.Index, err: err}
			}
		}
		return nil
	})
	if err != nil {
		return seen, err
	}
	for id, o := range found {
		l.waiters.tell(id, o)
	}
	return head.Fence, nil
}
