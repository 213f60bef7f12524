package journal

import (
	"context"
	"errors"
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

// outcome of a wait: the leaf's place, and the batch that it became public
// with when this process published it.
type outcome struct {
	index int64
	batch *batch
	err   error
}

// batch is what a sequencer has decided: entries from an index on. Nobody
// changes it any more.
type batch struct {
	head    Head
	from    int64
	hashes  *overlay
	entries []Queued
}

// waiter is somebody who waits for a record; index is its place, -1 while it
// is not known here. It is guarded by waiters.mu.
type waiter struct {
	told  chan outcome // has room for the one answer that it gets
	index int64
}

// waiters are those of one process who wait for a leaf. Safe for concurrent
// use.
type waiters struct {
	mu  sync.Mutex
	all map[string][]*waiter
	// poller is held by the one who looks at the store for everybody.
	poller chan struct{}
	// look says that another process has published.
	look chan struct{}
	// leads is whether the sequencer of this process runs, and was neither
	// fenced nor failed at its last turn: then nobody needs to look.
	leads atomic.Bool
	// last is the newest batch that this process made public.
	last atomic.Pointer[batch]
}

func newWaiters() *waiters {
	return &waiters{all: map[string][]*waiter{}, poller: make(chan struct{}, 1), look: make(chan struct{}, 1)}
}

func (w *waiters) add(id string) *waiter {
	one := &waiter{told: make(chan outcome, 1), index: -1}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[id] = append(w.all[id], one)
	return one
}

func (w *waiters) remove(id string, one *waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.all[id][:0]
	for _, x := range w.all[id] {
		if x != one {
			rest = append(rest, x)
		}
	}
	if w.all[id] = rest; len(rest) == 0 {
		delete(w.all, id)
	}
}

// place notes where a record stands, which may not be public yet.
func (w *waiters) place(id string, index int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.all[id] {
		one.index = index
	}
}

// displace forgets all places: they may be of a log that is lost. Who waits
// looks again.
func (w *waiters) displace() {
	w.mu.Lock()
	for _, ones := range w.all {
		for _, one := range ones {
			one.index = -1
		}
	}
	w.mu.Unlock()
	w.stir()
}

// placed is place for a batch.
func (w *waiters) placed(from int64, entries []Queued) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, e := range entries {
		for _, one := range w.all[e.ID] {
			one.index = from + int64(i)
		}
	}
}

// tell answers everybody who waits for the record.
func (w *waiters) tell(id string, o outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer(id, o)
}

func (w *waiters) answer(id string, o outcome) {
	for _, one := range w.all[id] {
		one.told <- o
	}
	delete(w.all, id)
}

// published wakes those whose place is in the log that has become public: by
// the batch where the batch has it, for others to be read from the store.
func (w *waiters) published(b *batch) {
	w.last.Store(b)
	w.public(b.head.Size, b)
}

// public is published for a log of so many entries; b may be nil.
func (w *waiters) public(size int64, b *batch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, ones := range w.all {
		index := ones[0].index
		switch {
		case index < 0 || index >= size:
		case b == nil || index < b.from:
			w.answer(id, outcome{index: index})
		default:
			w.answer(id, outcome{index: index, batch: b})
		}
	}
}

// fail answers everybody.
func (w *waiters) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.all {
		w.answer(id, outcome{err: err})
	}
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

// late proves a record that was published before its waiter came: from memory
// when it is in the newest batch of all, as it is for who was just too late.
func (l *Log) late(ctx context.Context, head Head, index int64) (Leaf, error) {
	b := l.waiters.last.Load()
	if b == nil || index < b.from || head.Size != b.head.Size || head.Root != b.head.Root {
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
	var seen int64 = -1 // size of the public log at the last look
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

// lookForAll reads the public head, and, when it is another one than seen, the
// record of everybody who waits.
func (l *Log) lookForAll(ctx context.Context, seen int64) (int64, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return seen, err
	}
	if head.Size == seen {
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
		if o.err == nil && o.index >= head.Size {
			l.waiters.place(id, o.index)
			continue
		}
		l.waiters.tell(id, o)
	}
	return head.Size, nil
}

// Await returns once the record is under a public checkpoint. Who waits is
// told by the sequencer of this process; where another one publishes, one of
// those who wait looks for all of them.
func (l *Log) Await(ctx context.Context, recordID string) (Record, Leaf, error) {
	one := l.waiters.add(recordID) // before the look: nothing is published in between
	defer l.waiters.remove(recordID, one)
	var rec Record
	err := l.view(ctx, func(r Reader) (err error) {
		rec, err = r.Record(ctx, recordID)
		return err
	})
	if err != nil {
		return Record{}, Leaf{}, fmt.Errorf("await leaf: %w", err)
	}
	if rec.Index >= 0 {
		l.waiters.place(recordID, rec.Index)
		head, err := l.Head(ctx)
		if err != nil {
			return Record{}, Leaf{}, fmt.Errorf("await leaf: %w", err)
		}
		if rec.Index < head.Size {
			leaf, err := l.late(ctx, head, rec.Index)
			return rec, leaf, err
		}
	}
	if err := l.Forked(); err != nil {
		return Record{}, Leaf{}, fmt.Errorf("await leaf: %w", err)
	}
	l.kick()
	o, err := l.wait(ctx, one.told)
	if why := l.Held(); errors.Is(err, context.DeadlineExceeded) && why != nil {
		err = fmt.Errorf("%w: %w", err, why)
	}
	if err != nil {
		return Record{}, Leaf{}, fmt.Errorf("await leaf: %w", err)
	}
	rec.Index = o.index
	if o.batch != nil {
		leaf, err := prove(o.batch.head, o.index, o.batch.hashes)
		return rec, leaf, err
	}
	leaf, err := l.Leaf(ctx, rec.Index)
	return rec, leaf, err
}
