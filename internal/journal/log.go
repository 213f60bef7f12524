package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrWaiting is an ErrProof too: the entry is not among those that are public.
// One that has its place already will be, once witnesses have cosigned it.
var ErrWaiting = errors.New("entry is not public yet")

// Log is the read side: proofs of what is published. Safe for concurrent use.
type Log struct {
	store   Store
	view    func(ctx context.Context, fn func(Reader) error) error
	kick    func()
	waiters *waiters
	pub     *publisher // nil where a head is public once it is decided
}

// NewLog reads leaves through view. seq is the sequencer of this process: it
// is asked for a checkpoint when somebody waits for one, and tells who waits;
// nil on a replica that does not sequence.
func NewLog(store Store, view func(ctx context.Context, fn func(Reader) error) error, seq *Sequencer) *Log {
	if seq == nil {
		return &Log{store: store, view: view, kick: func() {}, waiters: newWaiters()}
	}
	return &Log{store: store, view: view, kick: seq.Kick, waiters: seq.waiters, pub: seq.pub}
}

// Head is the newest public state, which every replica shows.
func (l *Log) Head(ctx context.Context) (Head, error) {
	if l.pub != nil {
		return l.pub.head(ctx)
	}
	head, err := l.store.Head(ctx)
	if err != nil {
		return Head{}, fmt.Errorf("read head: %w", err)
	}
	return head, nil
}

// Forked is Sequencer.Forked of this process.
func (l *Log) Forked() error {
	if l.pub == nil {
		return nil
	}
	if f := l.pub.fork.Load(); f != nil {
		return f.err
	}
	return nil
}

// Waiting says whether there are entries that are not public yet.
func (l *Log) Waiting(ctx context.Context) (bool, error) {
	queued, err := l.store.Queue(ctx, 1)
	if err != nil || len(queued) > 0 {
		return true, err
	}
	decided, err := l.store.Head(ctx)
	if err != nil {
		return true, fmt.Errorf("read head: %w", err)
	}
	public, err := l.Head(ctx)
	return public.Size < decided.Size, err
}

// Held is of kind ErrQuorum while too few witnesses cosign what this process
// wants to make public.
func (l *Log) Held() error {
	if l.pub == nil {
		return nil
	}
	if why := l.pub.held.Load(); why != nil {
		return *why
	}
	return nil
}

// Leaf proves one entry in the newest checkpoint; public facts come with
// their bytes.
func (l *Log) Leaf(ctx context.Context, index int64) (Leaf, error) {
	_, leaves, err := l.Proofs(ctx, []int64{index})
	if err != nil {
		return Leaf{}, err
	}
	entries, err := l.store.Entries(ctx, index, 1)
	if err != nil {
		return Leaf{}, fmt.Errorf("read entry: %w", err)
	}
	if len(entries) == 1 && len(entries[0]) != len(tlog.Hash{}) {
		leaves[0].Entry = entries[0]
	}
	return leaves[0], nil
}

// Proofs proves several entries in one checkpoint, in the order asked.
func (l *Log) Proofs(ctx context.Context, indexes []int64) (Head, []Leaf, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return Head{}, nil, err
	}
	o := &overlay{ctx: ctx, store: l.store, from: tlog.StoredHashCount(head.Size)}
	leaves := make([]Leaf, len(indexes))
	for i, x := range indexes {
		if leaves[i], err = prove(head, x, o); err != nil {
			return Head{}, nil, err
		}
	}
	return head, leaves, nil
}

// prove finds the path from one entry to the head's root.
func prove(head Head, x int64, hashes *overlay) (Leaf, error) {
	if x >= head.Size {
		return Leaf{}, fmt.Errorf("prove entry %d of %d: %w: %w", x, head.Size, ErrWaiting, ErrProof)
	}
	if x < 0 {
		return Leaf{}, fmt.Errorf("prove entry %d of %d: %w", x, head.Size, ErrProof)
	}
	proof, err := tlog.ProveRecord(head.Size, x, hashes)
	if err != nil {
		return Leaf{}, fmt.Errorf("prove entry %d: %w", x, err)
	}
	leaf := Leaf{Index: x, Size: head.Size, Path: make([][]byte, len(proof)), Checkpoint: string(head.Checkpoint)}
	for j, h := range proof {
		leaf.Path[j] = h[:]
	}
	return leaf, nil
}

// Consistency proves that the log's first from entries are still the first
// ones of its first to entries (RFC 9162 §2.1.4). ErrProof when there are not
// that many.
func (l *Log) Consistency(ctx context.Context, from, to int64) ([][]byte, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return nil, err
	}
	if from < 1 || from > to || to > head.Size {
		return nil, fmt.Errorf("prove tree of %d in %d: %w", from, to, ErrProof)
	}
	return ProveConsistency(ctx, l.store, from, to)
}

// ProveConsistency is Log.Consistency over all that the store has, public or
// not yet, as witnesses are shown it. ErrProof when from and to make no sense.
func ProveConsistency(ctx context.Context, store Store, from, to int64) ([][]byte, error) {
	if from < 1 || from > to {
		return nil, fmt.Errorf("prove tree of %d in %d: %w", from, to, ErrProof)
	}
	proof, err := tlog.ProveTree(to, from, &overlay{ctx: ctx, store: store, from: tlog.StoredHashCount(to)})
	if err != nil {
		return nil, fmt.Errorf("prove tree of %d in %d: %w", from, to, err)
	}
	path := make([][]byte, len(proof))
	for i, h := range proof {
		path[i] = h[:]
	}
	return path, nil
}

// ErrAudit: the stored log is not the one that was signed.
var ErrAudit = errors.New("journal is not sound")

const auditPage = 1000

// Audit computes every hash again from the entries and compares it with what
// is stored and signed; whose signature it is, is for OpenCheckpoint to say.
// It reads the whole log, and all that is published of it. A log that was never
// published is sound.
func (l *Log) Audit(ctx context.Context) error {
	if err := l.audit(ctx); err != nil || l.pub == nil {
		return err
	}
	return l.auditTiles(ctx)
}

func (l *Log) audit(ctx context.Context) error {
	head, err := l.store.Head(ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	if head.Size == 0 && head.Checkpoint == nil {
		return nil
	}
	_, signed, _ := strings.Cut(string(head.Checkpoint), "\n")
	if !strings.HasPrefix(signed, fmt.Sprintf("%d\n%s\n", head.Size, head.Root)) {
		return fmt.Errorf("%w: the head is not what its checkpoint says", ErrAudit)
	}
	own := &overlay{ctx: ctx, store: l.store}
	for at := int64(0); at < head.Size; {
		entries, err := l.store.Entries(ctx, at, int(min(auditPage, head.Size-at)))
		if err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		if len(entries) == 0 {
			return fmt.Errorf("%w: %d entries of %d", ErrAudit, at, head.Size)
		}
		from := len(own.added)
		for _, e := range entries {
			hs, err := tlog.StoredHashesForRecordHash(at, tlog.RecordHash(e), own)
			if err != nil {
				return fmt.Errorf("hash entry: %w", err)
			}
			own.added = append(own.added, hs...)
			at++
		}
		if err := l.compare(ctx, own.added, from); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(head.Size, own)
	if err != nil {
		return fmt.Errorf("hash tree: %w", err)
	}
	if root != head.Root {
		return fmt.Errorf("%w: the entries do not give the signed root", ErrAudit)
	}
	return nil
}

func (l *Log) compare(ctx context.Context, own []tlog.Hash, from int) error {
	indexes := make([]int64, len(own)-from)
	for i := range indexes {
		indexes[i] = int64(from + i)
	}
	stored, err := l.store.Hashes(ctx, indexes)
	if err != nil {
		return fmt.Errorf("read hashes: %w", err)
	}
	if len(stored) != len(indexes) {
		return fmt.Errorf("%w: %d stored hashes of %d", ErrAudit, len(stored), len(indexes))
	}
	for i, h := range stored {
		if h != own[from+i] {
			return fmt.Errorf("%w: stored hash %d is not that of the entries", ErrAudit, from+i)
		}
	}
	return nil
}
