package journal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// MaxRange is how many entries one answer holds at most.
const MaxRange = 1000

// Range is a run of entries from an index on, in the log of Size entries.
type Range struct {
	From    int64    `json:"from"`
	Size    int64    `json:"size"`
	Left    [][]byte `json:"left"`
	Entries [][]byte `json:"entries"`
}

// Range reads entries of the published log of that size; 0 means the newest.
// ErrProof when there is no such log, or nothing of it begins there.
func (l *Log) Range(ctx context.Context, from, size int64) (Range, error) {
	head, err := l.Head(ctx)
	if err != nil {
		return Range{}, err
	}
	if size == 0 {
		size = head.Size
	}
	if from < 0 || from > size || size > head.Size {
		return Range{}, fmt.Errorf("read entries from %d of %d: %w", from, size, ErrProof)
	}
	out := Range{From: from, Size: size, Left: [][]byte{}, Entries: [][]byte{}}
	left, err := l.store.Hashes(ctx, subtrees(from))
	if err != nil {
		return Range{}, fmt.Errorf("read hashes: %w", err)
	}
	for _, h := range left {
		out.Left = append(out.Left, h[:])
	}
	if from == size {
		return out, nil
	}
	entries, err := l.store.Entries(ctx, from, int(min(MaxRange, size-from)))
	if err != nil {
		return Range{}, fmt.Errorf("read entries: %w", err)
	}
	out.Entries = append(out.Entries, entries...)
	return out, nil
}

// subtrees are the stored hashes of the complete subtrees that make up the
// first n entries, the largest first.
func subtrees(n int64) (indexes []int64) {
	var at int64
	for level := bits.Len64(uint64(n)) - 1; level >= 0; level-- { //nolint:gosec // n is a length
		if n>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, at>>level))
			at += 1 << level
		}
	}
	return indexes
}

// Reading is a reader's way through a run of entries: it knows the hashes of
// what came before and computes the rest itself, so that nothing can be left
// out. Not safe for concurrent use.
type Reading struct {
	next  int64
	stack []tlog.Hash // of the complete subtrees before next, the largest first
}

// StartReading takes the subtrees before an index as the log tells them. They
// are believed when Verify finds the root that the log has signed.
func StartReading(from int64, left [][]byte) (*Reading, error) {
	stack, err := hashes(left)
	if err != nil || from < 0 || len(stack) != bits.OnesCount64(uint64(from)) {
		return nil, fmt.Errorf("read entries: malformed: %w", ErrProof)
	}
	return &Reading{next: from, stack: stack}, nil
}

// Next is the index of the entry to be appended next.
func (r *Reading) Next() int64 { return r.next }

// Append takes the entry at Next.
func (r *Reading) Append(entry []byte) {
	h := tlog.RecordHash(entry)
	for full := r.next; full&1 == 1; full >>= 1 {
		last := len(r.stack) - 1
		h = tlog.NodeHash(r.stack[last], h)
		r.stack = r.stack[:last]
	}
	r.stack = append(r.stack, h)
	r.next++
}

// Verify shows that the entries read are all there are between where the
// reading began and the end of the checkpoint.
func (r *Reading) Verify(c Checkpoint) error {
	root := tlog.Hash(sha256.Sum256(nil))
	for i := len(r.stack) - 1; i >= 0; i-- {
		if i == len(r.stack)-1 {
			root = r.stack[i]
			continue
		}
		root = tlog.NodeHash(r.stack[i], root)
	}
	if r.next != c.Size || root != c.Root {
		return fmt.Errorf("read entries: not all, or not those, that the log has signed: %w", ErrProof)
	}
	return nil
}
