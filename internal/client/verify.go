package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Seen is a signed note that somebody kept, and where it comes from.
type Seen struct {
	Note string
	From string
}

// LogOrder says what a whole log is held against.
type LogOrder struct {
	Key string
	// Seen are older checkpoints: the log has to begin with each.
	Seen []Seen
	// Progress is told of entries done, of all.
	Progress func(done, all int64)
}

// LogReport is what was found in a sound log.
type LogReport struct {
	Note   string
	Size   int64
	Root   string
	Events int64            // commitments, which say nothing
	Facts  map[string]int64 // public ones, by type
	Safes  int64            // that have published a key
	// Offices are administrations with the number of keys each has published.
	Offices []OfficeKeys
	// Checkpoints is how many signed notes the log was held against, that of
	// the end included.
	Checkpoints int
	Took        time.Duration
}

// OfficeKeys is an administration in the log.
type OfficeKeys struct {
	ID, Name, SIRET string
	Keys            int
}

// VerifyLog reads a whole log and computes everything again: every entry against
// the tiles of level 0, every tile against those below it, the root against the
// signature, and the root at the size of every checkpoint that is at hand.
// Memory does not grow with the log, but for eight bytes for each checkpoint of a
// directory. A *Fault in an *Alarm says what is wrong.
func VerifyLog(ctx context.Context, l *PublicLog, o LogOrder) (LogReport, error) {
	note, err := l.Checkpoint(ctx)
	if err != nil {
		return LogReport{}, err
	}
	head, err := journal.OpenCheckpoint(o.Key, note)
	if err != nil {
		return LogReport{}, &Alarm{
			Err:      fault(FaultSignature, "", -1, "the newest checkpoint is not signed by the log's key"),
			Evidence: map[string]any{"logKey": o.Key, "received": note},
		}
	}
	w := &whole{log: l, order: o, head: head, note: note, report: LogReport{
		Note: note, Size: head.Size, Root: head.Root.String(), Facts: map[string]int64{}, Checkpoints: 1,
	}, office: map[string]int{}}
	begin := time.Now()
	err = w.run(ctx)
	w.report.Took = time.Since(begin)
	var f *Fault
	if errors.As(err, &f) {
		err = withEvidence(err, map[string]any{
			"logKey": o.Key, "log": l.where, "received": note, "kind": f.Kind, "path": f.Path, "index": f.Index, "found": f.Msg,
		})
	}
	return w.report, err
}

// whole is one reading of a whole log.
type whole struct {
	log    *PublicLog
	order  LogOrder
	head   journal.Checkpoint
	note   string
	report LogReport
	seen   []pin // still ahead, the smallest first
	stack  subtrees
	levels [][]byte       // of each level above 0, the tile that is being filled
	filled []int64        // how many tiles of each are full
	office map[string]int // where an administration is in the report
}

// pin is a root that the log has to have at a size. note is read when it is
// reached, where it is a file.
type pin struct {
	size int64
	root tlog.Hash
	note string
	from string
	file string
}

func (w *whole) run(ctx context.Context) error {
	if err := w.gather(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all := (w.head.Size + tileWidth - 1) / tileWidth
	parts := w.fetch(ctx, all)
	var rest []tlog.Hash // of the last bundle, when it is not full
	for n := range all {
		p, ok := <-parts
		if !ok {
			return ctx.Err()
		}
		part := <-p
		if part.err != nil {
			return part.err
		}
		if err := w.take(ctx, n, part); err != nil {
			return err
		}
		if len(part.hashes) < tileWidth {
			rest = part.hashes
		}
		if w.order.Progress != nil {
			w.order.Progress(min((n+1)*tileWidth, w.head.Size), w.head.Size)
		}
	}
	if err := w.reach(ctx, w.head.Size, rest); err != nil { // those of nothing
		return err
	}
	if err := w.end(ctx); err != nil {
		return err
	}
	if w.stack.with(rest) != w.head.Root {
		return fault(FaultRoot, "", w.head.Size, "the entries do not give the root that was signed")
	}
	return nil
}

// gather puts the checkpoints that are at hand in order.
func (w *whole) gather() error {
	for _, s := range w.order.Seen {
		c, err := journal.OpenCheckpoint(w.order.Key, s.Note)
		if err != nil {
			return fmt.Errorf("read checkpoint of %s: %w", s.From, err)
		}
		if c.Size > w.head.Size {
			return w.contradiction(s.Note, s.From, fault(FaultShorter, "", w.head.Size,
				fmt.Sprintf("the log has %d entries; %s has seen %d", w.head.Size, s.From, c.Size)))
		}
		w.seen = append(w.seen, pin{size: c.Size, root: c.Root, note: s.Note, from: s.From})
	}
	if w.log.dir != "" {
		sizes, err := w.log.sizes()
		if err != nil {
			return err
		}
		for _, n := range sizes {
			if n > w.head.Size {
				return fault(FaultShorter, "", w.head.Size, fmt.Sprintf("the newest checkpoint is of %d entries, another one of %d", w.head.Size, n))
			}
			w.seen = append(w.seen, pin{size: n, from: w.log.where, file: journal.CheckpointPath(n)})
		}
	}
	slices.SortStableFunc(w.seen, func(a, b pin) int { return cmp.Compare(a.size, b.size) })
	return nil
}

// contradiction shows both notes.
func (w *whole) contradiction(seen, from string, err error) error {
	var f *Fault
	_ = errors.As(err, &f)
	return &Alarm{Err: err, Evidence: map[string]any{
		"logKey": w.order.Key, "log": w.log.where, "seen": seen, "seenBy": from, "received": w.note, "kind": f.Kind, "index": f.Index, "found": f.Msg,
	}}
}

// part is a bundle with the tile of level 0 above it, held against each other.
type part struct {
	entries [][]byte
	hashes  []tlog.Hash
	err     error
}

// fetch reads and hashes several parts at once and gives them in their order.
func (w *whole) fetch(ctx context.Context, all int64) <-chan chan part {
	ahead := make(chan chan part, max(4, runtime.GOMAXPROCS(0)*2))
	go func() {
		defer close(ahead)
		for n := range all {
			one := make(chan part, 1)
			select {
			case ahead <- one:
			case <-ctx.Done():
				return
			}
			go func() { one <- w.part(ctx, n) }()
		}
	}()
	return ahead
}

func (w *whole) part(ctx context.Context, n int64) (p part) {
	width := int(min(tileWidth, w.head.Size-n*tileWidth))
	var tile []byte
	if p.entries, p.err = w.log.bundle(ctx, n, width); p.err != nil {
		return p
	}
	if tile, p.err = w.log.tile(ctx, 0, n, width); p.err != nil {
		return p
	}
	p.hashes = make([]tlog.Hash, width)
	for i, e := range p.entries {
		p.hashes[i] = tlog.RecordHash(e)
		if !bytes.Equal(p.hashes[i][:], tile[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
			at := n*tileWidth + int64(i)
			p.err = fault(FaultEntry, journal.TilePath(bundles, n, width), at, fmt.Sprintf("entry %d is not the one whose hash the tree holds", at))
			return p
		}
	}
	return p
}

// take goes over the entries of one bundle.
func (w *whole) take(ctx context.Context, n int64, p part) error {
	for _, e := range p.entries {
		w.count(e)
	}
	if err := w.reach(ctx, n*tileWidth+int64(len(p.hashes)), p.hashes); err != nil {
		return err
	}
	if len(p.hashes) < tileWidth {
		return nil
	}
	full := rootOf(p.hashes)
	w.stack.push(full)
	return w.raise(ctx, 1, full)
}

// raise puts the root of a full tile into the one above it, and holds that one
// against what is published once it is full.
func (w *whole) raise(ctx context.Context, level int, h tlog.Hash) error {
	if len(w.levels) < level {
		w.levels, w.filled = append(w.levels, nil), append(w.filled, 0)
	}
	at := level - 1
	w.levels[at] = append(w.levels[at], h[:]...)
	if len(w.levels[at]) < tileBytes {
		return nil
	}
	if err := w.compare(ctx, level); err != nil {
		return err
	}
	up := rootOf(hashesOf(w.levels[at]))
	w.levels[at] = w.levels[at][:0]
	w.filled[at]++
	return w.raise(ctx, level+1, up)
}

func (w *whole) compare(ctx context.Context, level int) error {
	own := w.levels[level-1]
	n, width := w.filled[level-1], len(own)/tlog.HashSize
	there, err := w.log.tile(ctx, level, n, width)
	if err != nil {
		return err
	}
	if !bytes.Equal(own, there) {
		name := journal.TilePath(level, n, width)
		return fault(FaultTile, name, -1, name+" is not what the tiles below it give")
	}
	return nil
}

// reach compares every checkpoint up to a size with the root there. hashes are
// the entries of the bundle that ends there.
func (w *whole) reach(ctx context.Context, size int64, hashes []tlog.Hash) error {
	begin := size - int64(len(hashes))
	for len(w.seen) > 0 && w.seen[0].size <= size {
		p := w.seen[0]
		w.seen = w.seen[1:]
		if p.file != "" {
			if err := w.open(ctx, &p); err != nil {
				return err
			}
		}
		if p.size == w.head.Size && p.root != w.head.Root {
			return w.contradiction(p.note, p.from, fault(FaultTwins, "", p.size, fmt.Sprintf("two signed checkpoints of %d entries differ", p.size)))
		}
		// The root of the whole is held against the signed one at the very end.
		if own := w.stack.with(hashes[:p.size-begin]); p.size < w.head.Size && p.root != own {
			return w.contradiction(p.note, p.from, fault(FaultRewritten, "", p.size,
				fmt.Sprintf("the first %d entries are not those that were signed", p.size)))
		}
		if p.note != w.note {
			w.report.Checkpoints++
		}
	}
	return nil
}

// open reads the checkpoint of a directory.
func (w *whole) open(ctx context.Context, p *pin) error {
	b, err := w.log.read(ctx, p.file, maxNote)
	if err != nil {
		return err
	}
	c, err := journal.OpenCheckpoint(w.order.Key, string(b))
	if err != nil || c.Size != p.size {
		return &Alarm{
			Err:      fault(FaultSignature, p.file, p.size, p.file+" is no checkpoint of this log"),
			Evidence: map[string]any{"logKey": w.order.Key, "received": string(b)},
		}
	}
	p.note, p.root = string(b), c.Root
	return nil
}

// end compares the tiles that are not full.
func (w *whole) end(ctx context.Context) error {
	for i, level := range w.levels {
		if len(level) == 0 {
			continue
		}
		if err := w.compare(ctx, i+1); err != nil {
			return err
		}
	}
	return nil
}
