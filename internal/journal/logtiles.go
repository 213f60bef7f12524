package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Tile gives what the public log has under a path: a tile, a bundle of entries
// or a checkpoint. A partial tile is given from the full one that has
// superseded it. ErrPath for what is no path, ErrNoTile for what is not public.
func (l *Log) Tile(ctx context.Context, path string) ([]byte, error) {
	size, err := ParseCheckpointPath(path)
	level, n, width := 0, int64(0), tileWidth
	if err != nil {
		if level, n, width, err = ParseTilePath(path); err != nil {
			return nil, err
		}
		size = end(level, n, width)
	}
	if l.pub == nil {
		return nil, ErrNoTile
	}
	if front := l.pub.front.Load(); front == nil || front.Size < size {
		head, err := l.Head(ctx)
		if err != nil {
			return nil, err
		}
		if head.Size < size {
			return nil, fmt.Errorf("read %s of a log of %d: %w", path, head.Size, ErrNoTile)
		}
	}
	body, err := l.pub.c.Tiles.Get(ctx, path)
	if errors.Is(err, ErrNoTile) && width < tileWidth {
		return read(ctx, l.pub.c.Tiles, level, n, width)
	}
	return body, err
}

// auditTiles compares what is published with what the store's entries and
// hashes say it has to be; Audit has compared those with each other.
func (l *Log) auditTiles(ctx context.Context) error {
	head, err := l.Head(ctx)
	if err != nil || head.Checkpoint == nil {
		return err
	}
	all := &publisher{c: l.pub.c}
	there, err := all.checkpoint(ctx, head.Size)
	switch {
	case errors.Is(err, ErrFork), errors.Is(err, ErrNoTile):
		return fmt.Errorf("%w: the public checkpoint: %w", ErrAudit, err)
	case err != nil:
		return err
	case there.Root != head.Root:
		return fmt.Errorf("%w: the public checkpoint of %d is of another history", ErrAudit, head.Size)
	}
	b := decided(head)
	for _, t := range newTiles(0, head.Size) {
		want, err := all.tile(ctx, t, b)
		if err != nil {
			return err
		}
		got, err := read(ctx, l.pub.c.Tiles, t.L, t.N, t.W)
		switch path := TilePath(t.L, t.N, t.W); {
		case errors.Is(err, ErrNoTile), errors.Is(err, ErrProof):
			return fmt.Errorf("%w: %s is not published: %w", ErrAudit, path, err)
		case err != nil:
			return fmt.Errorf("read %s: %w", path, err)
		case !bytes.Equal(got, want):
			return fmt.Errorf("%w: %s is published with other bytes", ErrAudit, path)
		}
	}
	return nil
}

// Mend publishes again whatever of the public log is no longer there. What is
// there with other bytes is ErrFork, and stays.
func (s *Sequencer) Mend(ctx context.Context) error {
	if s.pub == nil {
		return nil
	}
	head, err := s.pub.head(ctx)
	if err != nil || head.Checkpoint == nil {
		return err
	}
	again := newPublisher(s.c, newWaiters())
	_, err = again.republish(ctx, head)
	return wrap("mend what is public of the journal", err)
}

// Tidy removes partial tiles that full ones have superseded, and says how
// many. Who asks for one is answered from the full one.
func (s *Sequencer) Tidy(ctx context.Context) (removed int, err error) {
	if s.pub == nil {
		return 0, nil
	}
	head, err := s.pub.head(ctx)
	if err != nil {
		return 0, err
	}
	var old []string
	err = s.pub.each(ctx, tilesDir, tilesDir, func(path string) error {
		level, n, width, err := ParseTilePath(path)
		if err == nil && width < tileWidth && end(level, n, tileWidth) <= head.Size {
			old = append(old, path)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, path := range old {
		// The full one is there: the public log has grown over it.
		if err := s.pub.c.Tiles.Remove(ctx, path); err != nil {
			return removed, fmt.Errorf("remove superseded tile: %w", err)
		}
		removed++
	}
	return removed, nil
}
