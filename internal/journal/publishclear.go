package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ahead lists what is published for a log longer than the public one: no
// checkpoint is over these tiles, unless one is on its way.
func (p *publisher) ahead(ctx context.Context, public int64) ([]string, error) {
	var all []string
	empty := 0
	for level := entryLevel; level <= topLevel; level++ {
		dir := TilePath(level, 0, tileWidth)
		dir = dir[:len(dir)-len("000")]
		n := public >> (tileHeight * (max(level, 0) + 1))
		empty++
		err := p.each(ctx, dir, before(TilePath(level, n, tileWidth)), func(path string) error {
			empty = 0
			if l, n, w, err := ParseTilePath(path); err == nil && end(l, n, w) > public {
				all = append(all, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		// Tiles are put at the same time: the first of a level may be there
		// before the few that are below it, but not of the one after it.
		if empty > 1 && n == 0 && level > 0 {
			break
		}
	}
	return all, nil
}

// before is a path that sorts before this one and its partial tiles, and after
// all others that do.
func before(path string) string { return path[:len(path)-1] + string(path[len(path)-1]-1) + "~" }

// clear takes away what is ahead of the public log and not of the store's: it
// was on its way to the public when the store lost what it was of. What the
// store's own log has in that place is published instead. Nothing is taken away
// while another process goes on from the same head.
func (p *publisher) clear(ctx context.Context, ahead []string, head Head) error {
	for _, path := range ahead {
		level, n, width, err := ParseTilePath(path)
		if err != nil {
			continue
		}
		var own []byte
		if end(level, n, width) <= head.Size {
			t := tlog.Tile{H: tileHeight, L: level, N: n, W: width}
			if own, err = p.tile(ctx, t, decided(head)); err != nil {
				return err
			}
			there, err := p.c.Tiles.Get(ctx, path)
			if errors.Is(err, ErrNoTile) || err == nil && bytes.Equal(there, own) {
				continue
			}
			if err != nil {
				return fmt.Errorf("read what was never public: %w", err)
			}
		}
		now, err := p.c.Store.Head(ctx)
		if err != nil {
			return fmt.Errorf("read head: %w", err)
		}
		if now.Fence != head.Fence || now.Root != head.Root {
			return fmt.Errorf("remove what was never public: %w", ErrFenced)
		}
		if err := p.c.Tiles.Remove(ctx, path); err != nil {
			return fmt.Errorf("remove what was never public: %w", err)
		}
		if own == nil {
			continue
		}
		if err := p.c.Tiles.Put(ctx, path, own); err != nil {
			return fmt.Errorf("publish tile: %w", err)
		}
	}
	return nil
}
