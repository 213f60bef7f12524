package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrFenced is what a Store answers when another sequencer has published since.
var ErrFenced = errors.New("another sequencer has published")

// GenerateKey makes a log's signing and verifier key (C2SP signed-note,
// Ed25519). origin names the log and must have no space and no plus sign.
func GenerateKey(origin string) (skey, vkey string, err error) {
	skey, vkey, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", "", fmt.Errorf("generate log key: %w", err)
	}
	return skey, vkey, nil
}

// SequencerConfig of a Sequencer; Batch and Interval have defaults.
type SequencerConfig struct {
	Store    Store
	Signer   note.Signer
	Origin   string // first line of every checkpoint: the signer's name
	Now      func() time.Time
	Log      *slog.Logger
	Batch    int           // most leaves at once, 1000
	Interval time.Duration // longest wait of an entry without a kick, 1 s
	// Tiles is where the log becomes public. Without, as in tests of other
	// things, a head is public as soon as Store has it.
	Tiles Tiles
	// VKey is the key that Signer signs for; with Tiles only.
	VKey string
	// Cosign is asked before a checkpoint becomes public; nil asks nobody.
	Cosign Cosign
}

// Sequencer gives queued entries their place in the log and signs
// checkpoints. Any number may run over one Store: the fence lets one publish.
type Sequencer struct {
	c       SequencerConfig
	kick    chan struct{}
	waiters *waiters
	pub     *publisher // nil without Tiles

	turn sync.Mutex // one batch at a time
	// known is the newest head that this one has published or read: another
	// head is of another sequencer, and of those who wait here some may be
	// under it. Guarded by turn.
	known Head
	// sure is whether what is published was held against the store since the
	// store failed last. Guarded by turn.
	sure bool
}

// NewSequencer makes one; Run starts it.
func NewSequencer(c SequencerConfig) *Sequencer {
	if c.Batch == 0 {
		c.Batch = 1000
	}
	if c.Interval == 0 {
		c.Interval = time.Second
	}
	s := &Sequencer{c: c, kick: make(chan struct{}, 1), waiters: newWaiters()}
	if c.Tiles != nil {
		s.pub = newPublisher(c, s.waiters)
	}
	return s
}

// Kick asks for a checkpoint now. Never blocks.
func (s *Sequencer) Kick() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// Forked is an error of kind ErrFork once this process has met another history
// than its own among what is published: it signs and releases nothing more.
func (s *Sequencer) Forked() error {
	if s.pub != nil {
		if f := s.pub.fork.Load(); f != nil {
			return f.err
		}
	}
	return nil
}

// Run sequences and publishes until ctx ends: what is sequenced while one
// checkpoint is on its way to the public goes there with the next one. A
// failing store is tried again at the next turn; the error it returns is ctx's.
func (s *Sequencer) Run(ctx context.Context) error {
	if s.pub != nil {
		var publishing sync.WaitGroup
		publishing.Go(func() { s.pub.run(ctx) })
		defer publishing.Wait()
	}
	tick := time.NewTicker(s.c.Interval)
	defer tick.Stop()
	defer s.waiters.leads.Store(false)
	for {
		err := s.drain(ctx)
		s.waiters.leads.Store(err == nil)
		if err != nil {
			s.waiters.stir() // who waits is not told: one of them looks
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrFenced) {
			s.c.Log.ErrorContext(ctx, "journal not sequenced", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.kick:
		case <-tick.C:
		}
	}
}

func (s *Sequencer) drain(ctx context.Context) error {
	for {
		n, err := s.sequence(ctx)
		if err != nil || n < s.c.Batch {
			return err
		}
	}
}

// Step sequences one batch, publishes all that is not public yet, and says how
// many entries were in the batch. An empty log gets its first checkpoint even
// without entries.
func (s *Sequencer) Step(ctx context.Context) (int, error) {
	n, err := s.sequence(ctx)
	if err != nil || s.pub == nil {
		return n, err
	}
	return n, s.pub.publish(ctx, false)
}

// sequence decides one batch.
func (s *Sequencer) sequence(ctx context.Context) (n int, err error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	queued, old, err := s.read(ctx)
	if err == nil && (len(queued) > 0 || old.Checkpoint == nil) {
		err = s.decide(ctx, old, queued)
		n = len(queued)
	}
	if err == nil {
		return n, nil
	}
	if !errors.Is(err, ErrFenced) {
		s.sure = false // another machine may hold the rows now, with fewer of them
	}
	return 0, err
}

// read gives what is to be sequenced, and over which head.
func (s *Sequencer) read(ctx context.Context) ([]Queued, Head, error) {
	for {
		if err := s.settle(ctx); err != nil {
			return nil, Head{}, err
		}
		queued, err := s.c.Store.Queue(ctx, s.c.Batch)
		if err != nil {
			return nil, Head{}, fmt.Errorf("read queue: %w", err)
		}
		old, err := s.c.Store.Head(ctx)
		if err != nil {
			return nil, Head{}, fmt.Errorf("read head: %w", err)
		}
		last := s.known
		s.known = old
		if last.Fence != old.Fence {
			s.waiters.stir()
		}
		if follows, err := s.follows(ctx, old, last); err != nil || follows {
			return queued, old, err
		}
		s.sure = false // it has lost what was decided
	}
}

// follows says whether the store's head is the last one that was known, or goes
// on from it.
func (s *Sequencer) follows(ctx context.Context, head, last Head) (bool, error) {
	switch {
	case s.pub == nil || last.Checkpoint == nil:
		return true, nil
	case head.Fence == last.Fence:
		return head.Size == last.Size && head.Root == last.Root, nil
	case head.Fence < last.Fence:
		return false, nil
	}
	return contains(ctx, s.c.Store, head, last)
}

func (s *Sequencer) decide(ctx context.Context, old Head, queued []Queued) error {
	hashes, root, err := extend(ctx, s.c.Store, old.Size, queued)
	if err != nil {
		return err
	}
	head := Head{Size: old.Size + int64(len(queued)), Root: root, At: s.c.Now(), Fence: old.Fence + 1}
	text := Checkpoint{Origin: s.c.Origin, Size: head.Size, Root: root}.text()
	head.Checkpoint, err = note.Sign(&note.Note{Text: text}, s.c.Signer)
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	if err := s.c.Store.Publish(ctx, old, head, queued, hashes.added); err != nil {
		return fmt.Errorf("publish checkpoint: %w", err)
	}
	s.known = head
	s.waiters.placed(old.Size, queued)
	b := &batch{head, old.Size, hashes, queued}
	if s.pub == nil {
		s.waiters.published(b)
	} else {
		s.pub.add(b)
	}
	return nil
}

// extend computes the stored hashes and the root that the entries add. What it
// returns knows every hash on the way from one of them to the root, and reads
// the store no more.
func extend(ctx context.Context, store Store, size int64, entries []Queued) (*overlay, tlog.Hash, error) {
	o := &overlay{ctx: ctx, store: store, from: tlog.StoredHashCount(size), read: map[int64]tlog.Hash{}}
	// The right edge, which is all that the new entries join: in one read.
	if _, err := tlog.TreeHash(size, o); err != nil {
		return nil, tlog.Hash{}, fmt.Errorf("read edge of tree: %w", err)
	}
	for i, e := range entries {
		hs, err := tlog.StoredHashesForRecordHash(size+int64(i), tlog.RecordHash(e.Entry), o)
		if err != nil {
			return nil, tlog.Hash{}, fmt.Errorf("hash entry: %w", err)
		}
		o.added = append(o.added, hs...)
	}
	root, err := tlog.TreeHash(size+int64(len(entries)), o)
	if err != nil {
		return nil, tlog.Hash{}, fmt.Errorf("hash tree: %w", err)
	}
	o.ctx, o.store = nil, nil
	return o, root, nil
}

// overlay reads stored hashes, and after them those not stored yet. It reads
// within one call, so it may hold the context that tlog's interface lacks.
type overlay struct {
	ctx   context.Context //nolint:containedctx // tlog.HashReader takes none
	store Store           // nil when there is nothing left to read
	from  int64
	added []tlog.Hash
	read  map[int64]tlog.Hash // kept where not nil
}

// ReadHashes implements tlog.HashReader.
func (o *overlay) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var ask []int64
	var where []int
	for i, x := range indexes {
		if x >= o.from {
			if x-o.from >= int64(len(o.added)) {
				return nil, fmt.Errorf("read hash %d: beyond the tree", x)
			}
			out[i] = o.added[x-o.from]
			continue
		}
		if h, ok := o.read[x]; ok {
			out[i] = h
			continue
		}
		ask, where = append(ask, x), append(where, i)
	}
	if len(ask) == 0 {
		return out, nil
	}
	if o.store == nil {
		return nil, fmt.Errorf("read hash %d: not on the edge of the tree", ask[0])
	}
	got, err := o.store.Hashes(o.ctx, ask)
	if err != nil {
		return nil, err
	}
	if len(got) != len(ask) {
		return nil, fmt.Errorf("read hashes: %d of %d", len(got), len(ask))
	}
	for i, h := range got {
		out[where[i]] = h
		if o.read != nil {
			o.read[ask[i]] = h
		}
	}
	return out, nil
}
