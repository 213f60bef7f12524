package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	// putters is how many objects of one publication are on their way at once.
	putters = 16
	// pendingMost is how many decided batches are kept in memory while they
	// cannot be published; what is beyond is read from the store again.
	pendingMost = 256
	// signedDir holds, until a checkpoint is public, what the log itself has
	// signed: whoever takes over goes on from there.
	signedDir = "signed/"
)

// publisher makes public what a sequencer has decided: tiles and bundles first,
// then what witnesses say, then the checkpoint. What is published is immutable,
// so any number of publishers may do the same. Safe for concurrent use.
type publisher struct {
	c       SequencerConfig
	waiters *waiters
	wake    chan struct{}

	turn sync.Mutex // one publication at a time
	// base is how many entries have all their tiles. Guarded by turn.
	base int64
	// edges are the incomplete tiles at the end of base, by level. Guarded by turn.
	edges map[int]edge
	// passed is the size that another process had decided, and not published,
	// at the last look. Guarded by turn.
	passed int64
	// stray are the tiles that were put for what the store had lost. Guarded by turn.
	stray []tlog.Tile
	// doubted is whether a tile was met with other bytes at the last
	// publication. Guarded by turn.
	doubted bool

	mu      sync.Mutex
	pending []*batch // decided here and not public yet

	// lost is whether the store no longer had what this process knew of: it is
	// settled before anything else is published.
	lost atomic.Bool

	front atomic.Pointer[Head]
	fork  atomic.Pointer[forked]
	// held is why witnesses keep the newest head from the public; nil when
	// they do not.
	held atomic.Pointer[error]
}

type forked struct{ err error }

// edge is an incomplete tile as it was published.
type edge struct {
	tile tlog.Tile
	body []byte
}

func newPublisher(c SequencerConfig, w *waiters) *publisher {
	return &publisher{c: c, waiters: w, wake: make(chan struct{}, 1), edges: map[int]edge{}, passed: -1}
}

// head is the newest public one: never older than what this process has shown.
func (p *publisher) head(ctx context.Context) (Head, error) {
	head, err := p.c.Store.Public(ctx)
	if err != nil {
		return Head{}, fmt.Errorf("read public head: %w", err)
	}
	return p.show(head), nil
}

// show takes note of a public head.
func (p *publisher) show(head Head) Head {
	for {
		front := p.front.Load()
		if front != nil && front.Size >= head.Size {
			return *front
		}
		if head.Checkpoint == nil || p.front.CompareAndSwap(front, &head) {
			return head
		}
	}
}

// add takes what was decided.
func (p *publisher) add(b *batch) {
	p.mu.Lock()
	if len(p.pending) == pendingMost {
		p.pending = nil
	}
	p.pending = append(p.pending, b)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run publishes what is added, the newest head for all before it, until ctx
// ends.
func (p *publisher) run(ctx context.Context) {
	tick := time.NewTicker(p.c.Interval)
	defer tick.Stop()
	for {
		err := p.publish(ctx, true)
		if err != nil && ctx.Err() == nil {
			p.c.Log.ErrorContext(ctx, "journal not published", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-tick.C:
		}
	}
}

// publish makes the newest head public. Who is patient leaves to another
// process for a while what that one has decided.
func (p *publisher) publish(ctx context.Context, patient bool) (err error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	defer func() {
		if errors.Is(err, ErrQuorum) {
			p.held.Store(&err)
			return
		}
		p.held.Store(nil)
	}()
	if f := p.fork.Load(); f != nil {
		return f.err
	}
	if p.lost.Load() {
		return errLost
	}
	b, err := p.next(ctx, patient)
	if err != nil || b == nil {
		return err
	}
	front, err := p.head(ctx)
	if err != nil {
		return err
	}
	p.base = max(p.base, front.Size) // who announced it has published its tiles
	if front.Checkpoint == nil || front.Size < b.head.Size {
		if front, err = p.makePublic(ctx, front.Size, b); err != nil {
			return p.met(err)
		}
		defer p.unclaim(ctx, front.Size) // after those who wait are told
	} else if err := p.must(ctx, b.head, front); err != nil {
		return err
	}
	p.mu.Lock()
	p.pending = slices.DeleteFunc(p.pending, func(b *batch) bool { return b.head.Size <= front.Size })
	p.mu.Unlock()
	if front.Size == b.head.Size {
		p.waiters.published(&batch{head: front, from: b.from, hashes: b.hashes})
	} else {
		p.waiters.public(front.Size, nil)
	}
	return nil
}

// met remembers a fork for ever: nothing is signed or released any more.
func (p *publisher) met(err error) error {
	if errors.Is(err, ErrFork) && p.fork.CompareAndSwap(nil, &forked{err}) {
		p.waiters.fail(err)
	}
	return err
}

// next is what is to be published: all that was decided here, or what another
// process, or an earlier one, has decided and left.
func (p *publisher) next(ctx context.Context, patient bool) (*batch, error) {
	p.mu.Lock()
	b := merge(p.pending)
	p.mu.Unlock()
	if b != nil {
		return b, nil
	}
	head, err := p.c.Store.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	front, err := p.head(ctx)
	if err != nil {
		return nil, err
	}
	if head.Checkpoint == nil || front.Checkpoint != nil && head.Size <= front.Size {
		if head.Size < front.Size {
			if err := p.must(ctx, front); err != nil {
				return nil, err
			}
		}
		p.passed = -1
		p.waiters.public(front.Size, nil)
		return nil, nil
	}
	if patient && p.passed != head.Size {
		p.passed = head.Size
		return nil, nil
	}
	return decided(head), nil
}

// decided is a head of which nothing is in memory.
func decided(head Head) *batch {
	return &batch{head: head, from: head.Size, hashes: &overlay{from: tlog.StoredHashCount(head.Size)}}
}

// merge makes one batch of those that follow each other, the newest; nil of
// none.
func merge(all []*batch) *batch {
	if len(all) == 0 {
		return nil
	}
	first := len(all) - 1
	for first > 0 && all[first-1].head.Size == all[first].from {
		first--
	}
	if first == len(all)-1 {
		return all[first]
	}
	b := &batch{head: all[len(all)-1].head, from: all[first].from}
	b.hashes = &overlay{from: all[first].hashes.from, read: all[first].hashes.read}
	for _, one := range all[first:] {
		b.hashes.added = append(b.hashes.added, one.hashes.added...)
		b.entries = append(b.entries, one.entries...)
	}
	return b
}

// makePublic is the order that ops/adr/0019 explains.
func (p *publisher) makePublic(ctx context.Context, older int64, b *batch) (Head, error) {
	if err := p.must(ctx, b.head); err != nil {
		return Head{}, err
	}
	if err := p.claim(ctx, older, b.head, func() error { return p.putTiles(ctx, b) }); err != nil {
		return Head{}, err
	}
	head, err := p.cosigned(ctx, older, b.head)
	if err != nil {
		return Head{}, err
	}
	if head, err = p.putCheckpoint(ctx, head); err != nil {
		return Head{}, err
	}
	if err := p.c.Store.Announce(ctx, head); err != nil {
		return Head{}, fmt.Errorf("announce checkpoint: %w", err)
	}
	return p.show(head), nil
}

func wrap(verb string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", verb, err)
}

// putTiles publishes all that the head's tree has and that of base had not.
func (p *publisher) putTiles(ctx context.Context, b *batch) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	work := make(chan tlog.Tile)
	errs := make(chan error, putters)
	edges := make(chan edge, 64) // a tree has fewer levels
	var wg sync.WaitGroup
	for range putters {
		wg.Go(func() {
			for t := range work {
				body, err := p.tile(ctx, t, b)
				if err == nil {
					err = wrap("publish tile", p.c.Tiles.Put(ctx, TilePath(t.L, t.N, t.W), body))
				}
				if err != nil {
					errs <- err
					stop()
					return
				}
				if t.W < tileWidth {
					edges <- edge{t, body}
				}
			}
		})
	}
	for _, t := range newTiles(p.base, b.head.Size) {
		select {
		case work <- t:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(work)
	wg.Wait()
	close(errs)
	close(edges)
	if err := first(ctx, errs); err != nil {
		return err
	}
	for e := range edges {
		p.edges[e.tile.L] = e
	}
	p.base = b.head.Size
	return nil
}

// first is the error that matters: a fork, or the first one, or ctx's own.
func first(ctx context.Context, errs <-chan error) error {
	var found error
	for err := range errs {
		if found == nil || errors.Is(err, ErrFork) {
			found = err
		}
	}
	if found == nil {
		return ctx.Err()
	}
	return found
}

// tile computes one: what of it was published before, what the batch has in
// memory, and the rest from the store.
func (p *publisher) tile(ctx context.Context, t tlog.Tile, b *batch) ([]byte, error) {
	have, body := 0, []byte(nil)
	if e := p.edges[t.L]; e.tile.N == t.N && e.tile.W <= t.W && e.tile.W > 0 {
		have, body = e.tile.W, bytes.Clone(e.body)
	}
	at := t.N << tileHeight
	if t.L == entryLevel {
		return p.bundle(ctx, body, at+int64(have), at+int64(t.W), b)
	}
	indexes := make([]int64, 0, t.W-have)
	for i := have; i < t.W; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(tileHeight*t.L, at+int64(i)))
	}
	o := &overlay{ctx: ctx, store: p.c.Store, from: b.hashes.from, added: b.hashes.added}
	hashes, err := o.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("read tile: %w", err)
	}
	for _, h := range hashes {
		body = append(body, h[:]...)
	}
	return body, nil
}

func (p *publisher) bundle(ctx context.Context, body []byte, from, until int64, b *batch) (_ []byte, err error) {
	var entries [][]byte
	if until > from && from < b.from {
		if entries, err = p.c.Store.Entries(ctx, from, int(min(until, b.from)-from)); err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
	}
	for at := max(from, b.from); at < until; at++ {
		entries = append(entries, b.entries[at-b.from].Entry)
	}
	if int64(len(entries)) != until-from {
		return nil, fmt.Errorf("read entries from %d: %d of %d", from, len(entries), until-from)
	}
	for _, e := range entries {
		if body, err = AppendBundle(body, e); err != nil {
			return nil, err
		}
	}
	return body, nil
}
