package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	// listMost is how many paths one listing gives.
	listMost = 1000
	// takeMost is how many entries are taken back from the public at once,
	// unless two checkpoints are further apart.
	takeMost = 50_000
)

// settle holds what is published against the store before anything is signed
// over it: at the start, and whenever the store was lost from sight. What the
// public has and the store has lost, as after the restore of an old dump, is
// taken into the store; what the store has and the public has lost, as in a new
// bucket, is published again. Two histories are ErrFork, for ever.
func (s *Sequencer) settle(ctx context.Context) error {
	if s.pub == nil {
		return nil
	}
	if err := s.Forked(); err != nil || s.sure && !s.pub.lost.Load() {
		return err
	}
	s.pub.turn.Lock()
	defer s.pub.turn.Unlock()
	if err := s.pub.settle(ctx); err != nil {
		return s.pub.met(fmt.Errorf("compare what is published: %w", err))
	}
	s.sure = true
	s.pub.lost.Store(false)
	s.known = Head{} // what was known may be of a future that is lost
	s.waiters.displace()
	return nil
}

func (p *publisher) settle(ctx context.Context) error {
	told, err := p.c.Store.Public(ctx)
	if err != nil {
		return fmt.Errorf("read public head: %w", err)
	}
	board := p.show(told)
	// Before the checkpoints: what is claimed no longer has become one of them.
	claims, err := p.claims(ctx, -1, listMost)
	if err != nil {
		return err
	}
	latest, err := p.latest(ctx, board)
	if err != nil {
		return err
	}
	ahead, err := p.ahead(ctx, max(latest.Size, board.Size))
	if err != nil {
		return err
	}
	for _, t := range p.stray {
		ahead = append(ahead, TilePath(t.L, t.N, t.W))
	}
	// Read after the listings: what another process decides and publishes
	// meanwhile is in it.
	head, err := p.c.Store.Head(ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	p.forget(latest.Size)
	if head, err = p.takeBack(ctx, head, latest); err != nil {
		return err
	}
	if head, err = p.takeSigned(ctx, head, claims, latest.Size); err != nil {
		return err
	}
	if err := p.same(ctx, head, latest); err != nil {
		return err
	}
	if err := p.clear(ctx, ahead, head); err != nil {
		return err
	}
	p.stray = nil
	if latest.Size < board.Size {
		if latest, err = p.republish(ctx, board); err != nil {
			return err
		}
	}
	if latest.Checkpoint != nil && (told.Checkpoint == nil || told.Size < latest.Size) {
		if err := p.c.Store.Announce(ctx, latest); err != nil {
			return fmt.Errorf("announce checkpoint: %w", err)
		}
	}
	p.show(latest)
	p.passed = head.Size // and nobody else is at it
	return nil
}

// forget what this process believed of what is published and to be published.
func (p *publisher) forget(base int64) {
	p.base, p.edges = base, map[int]edge{}
	p.mu.Lock()
	p.pending = nil // the store has it, or has lost it
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// latest is the newest checkpoint that is published, whose tiles are all
// there; the zero Head when none is.
func (p *publisher) latest(ctx context.Context, board Head) (Head, error) {
	after := checkpointsDir
	if board.Checkpoint != nil {
		path := CheckpointPath(board.Size)
		switch there, err := p.c.Tiles.Get(ctx, path); {
		case err == nil && !bytes.Equal(there, board.Checkpoint):
			if same, err := p.checkpoint(ctx, board.Size); err != nil || same.Root != board.Root {
				return Head{}, errors.Join(fmt.Errorf("checkpoint of %d: %w", board.Size, ErrFork), err)
			}
			after = path
		case err == nil:
			after = path
		case !errors.Is(err, ErrNoTile):
			return Head{}, fmt.Errorf("read checkpoint of %d: %w", board.Size, err)
		}
	}
	size := int64(-1)
	if after != checkpointsDir {
		size = board.Size
	}
	err := p.each(ctx, checkpointsDir, after, func(path string) (err error) {
		size, err = ParseCheckpointPath(path)
		return err
	})
	if err != nil || size < 0 {
		return Head{}, err
	}
	return p.checkpoint(ctx, size)
}

// each visits the paths in a directory, after one of them.
func (p *publisher) each(ctx context.Context, dir, after string, visit func(path string) error) error {
	return p.eachOf(ctx, dir, after, listMost, visit)
}

func (p *publisher) eachOf(ctx context.Context, dir, after string, limit int, visit func(path string) error) error {
	for {
		paths, err := p.c.Tiles.After(ctx, after, limit)
		if err != nil {
			return fmt.Errorf("list %s: %w", dir, err)
		}
		for _, path := range paths {
			if !strings.HasPrefix(path, dir) {
				return nil
			}
			if err := visit(path); err != nil {
				return err
			}
			after = path
		}
		if len(paths) < limit {
			return nil
		}
	}
}

// takeBack brings the entries into the store that the public has and the store
// has lost: under the checkpoints that are there, after their roots were found.
func (p *publisher) takeBack(ctx context.Context, head, latest Head) (Head, error) {
	if latest.Size > head.Size {
		if err := p.same(ctx, head, Head{}); err != nil {
			return head, err
		}
	}
	for head.Size < latest.Size || head.Checkpoint == nil && latest.Checkpoint != nil {
		next, err := p.reach(ctx, head.Size, latest)
		if err != nil {
			return head, err
		}
		if head, err = p.take(ctx, head, next); err != nil {
			return head, err
		}
	}
	return head, nil
}

// reach is the checkpoint up to which entries are taken next.
func (p *publisher) reach(ctx context.Context, from int64, latest Head) (Head, error) {
	if latest.Size-from <= takeMost {
		return latest, nil
	}
	size := latest.Size
	stop := errors.New("found")
	err := p.each(ctx, checkpointsDir, CheckpointPath(from), func(path string) error {
		n, err := ParseCheckpointPath(path)
		if err != nil {
			return err
		}
		if n > from+takeMost && size < latest.Size {
			return stop
		}
		size = n
		return nil
	})
	if err != nil && !errors.Is(err, stop) {
		return Head{}, err
	}
	return p.checkpoint(ctx, size)
}

// take puts the entries between two heads into the store.
func (p *publisher) take(ctx context.Context, head, next Head) (Head, error) {
	var entries []Queued
	for at := head.Size; at < next.Size; {
		n := at >> tileHeight
		until := min((n+1)<<tileHeight, next.Size)
		body, err := read(ctx, p.c.Tiles, entryLevel, n, int(until-n<<tileHeight))
		if err != nil {
			return head, fmt.Errorf("take entries back: %w", err)
		}
		all, _, err := ParseBundle(body, int(until-n<<tileHeight))
		if err != nil {
			return head, fmt.Errorf("take entries back: %w", err)
		}
		for _, e := range all[at-n<<tileHeight:] {
			entries = append(entries, Queued{Entry: e})
		}
		at = until
	}
	hashes, root, err := extend(ctx, p.c.Store, head.Size, entries)
	if err != nil {
		return head, err
	}
	if root != next.Root {
		return head, fmt.Errorf("the entries up to %d do not give the root that was signed: %w", next.Size, ErrFork)
	}
	next.Fence = head.Fence + 1
	if err := p.c.Store.Publish(ctx, head, next, entries, hashes.added); err != nil {
		return head, fmt.Errorf("take entries back: %w", err)
	}
	p.c.Log.WarnContext(ctx, "journal: the database had lost entries that are public: they are taken back", "from", head.Size, "size", next.Size)
	return next, nil
}

// same is ErrFork unless the store's log begins with the published one, and is
// that of its own head.
func (p *publisher) same(ctx context.Context, head, published Head) error {
	for _, h := range []Head{head, published} {
		has, err := contains(ctx, p.c.Store, head, h)
		if err != nil {
			return err
		}
		if !has {
			return fmt.Errorf("the database has another history of %d entries: %w", h.Size, ErrFork)
		}
	}
	return nil
}

// republish brings into a new bucket what is public, with the signatures that
// it had.
func (p *publisher) republish(ctx context.Context, board Head) (Head, error) {
	if err := p.putTiles(ctx, decided(board)); err != nil {
		return Head{}, err
	}
	return p.putCheckpoint(ctx, board)
}

// read gives a tile or bundle as it was when it was so wide: a partial one may
// have been removed since a full one is there.
func read(ctx context.Context, tiles Tiles, level int, n int64, width int) ([]byte, error) {
	body, err := tiles.Get(ctx, TilePath(level, n, width))
	if !errors.Is(err, ErrNoTile) || width == tileWidth {
		return body, err
	}
	if body, err = tiles.Get(ctx, TilePath(level, n, tileWidth)); err != nil {
		return nil, err
	}
	return cut(level, body, width)
}
