package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// claimsFew is more than are claimed at once as a rule.
const claimsFew = 16

// errLost is met where the store has lost what was decided: what is published
// is held against it before anything more is.
var errLost = errors.New("the database has lost what was decided")

// signedPath is where what the log has signed waits to become public.
func signedPath(size int64) string {
	return signedDir + CheckpointPath(size)[len(checkpointsDir):]
}

// contains says whether the log that has this head begins with an older one.
func contains(ctx context.Context, store Store, head, older Head) (bool, error) {
	if older.Checkpoint == nil {
		return true, nil
	}
	if head.Checkpoint == nil || head.Size < older.Size {
		return false, nil
	}
	root, err := tlog.TreeHash(older.Size, &overlay{ctx: ctx, store: store, from: tlog.StoredHashCount(head.Size)})
	if err != nil {
		return false, fmt.Errorf("read edge of tree: %w", err)
	}
	return root == older.Root, nil
}

// must is errLost unless the store has these heads now. What to think of a
// store that has not is for settle to find.
func (p *publisher) must(ctx context.Context, heads ...Head) error {
	now, err := p.c.Store.Head(ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	for _, h := range heads {
		has, err := contains(ctx, p.c.Store, now, h)
		if err != nil {
			return err
		}
		if !has {
			p.lost.Store(true)
			return fmt.Errorf("look for the log of %d: %w", h.Size, errLost)
		}
	}
	return nil
}

// claim publishes the tiles of a head, and then tells whoever takes over that
// it is about to become public. Only a store that has it after that, and what
// others claim, lets it: one that loses it later is brought back to it before
// anything is signed over what it has kept.
func (p *publisher) claim(ctx context.Context, older int64, head Head, putTiles func() error) (err error) {
	type look struct {
		claims []int64
		err    error
	}
	looked := make(chan look, 1)
	go func() {
		claims, err := p.claims(ctx, older, claimsFew)
		looked <- look{claims, err}
	}()
	base := p.base
	err = putTiles()
	others := <-looked
	if errors.Is(err, ErrFork) {
		err = p.doubt(ctx, head, err)
	}
	defer func() {
		if errors.Is(err, errLost) {
			p.stray = append(p.stray, newTiles(base, head.Size)...)
		}
	}()
	if err = cmp.Or(err, others.err); err != nil {
		return err
	}
	p.doubted = false
	if err = p.c.Tiles.Put(ctx, signedPath(head.Size), head.Checkpoint); err != nil {
		return fmt.Errorf("keep checkpoint of %d: %w", head.Size, err)
	}
	err = p.must(ctx, head)
	if errors.Is(err, errLost) && !slices.Contains(others.claims, head.Size) {
		// Nobody else claims it, and here it goes no further.
		p.unclaim(ctx, head.Size)
	}
	if err != nil {
		return err
	}
	return p.agree(ctx, others.claims)
}

// doubt is what to think of a tile that is there with other bytes: a store that
// has lost the head explains it here, and in another process as well. Then settle
// takes it away, and only who meets it again has met a fork.
func (p *publisher) doubt(ctx context.Context, head Head, fork error) error {
	if err := p.must(ctx, head); err != nil {
		return err
	}
	if p.doubted {
		return fork
	}
	p.doubted = true
	p.lost.Store(true)
	return fmt.Errorf("publish the log of %d over what another process may have lost: %w", head.Size, errLost)
}

// agree is errLost unless the store has all that is claimed.
func (p *publisher) agree(ctx context.Context, claims []int64) error {
	for _, size := range claims {
		claimed, err := p.claimed(ctx, size)
		if errors.Is(err, ErrNoTile) { // taken back
			continue
		}
		if err != nil {
			return err
		}
		if err := p.must(ctx, claimed); err != nil {
			return err
		}
	}
	return nil
}

// claimed is a head that was claimed at the last look, and may be public by now;
// ErrNoTile when whoever claimed it has taken it back.
func (p *publisher) claimed(ctx context.Context, size int64) (Head, error) {
	head, err := p.signed(ctx, signedPath(size), size)
	if errors.Is(err, ErrNoTile) {
		return p.checkpoint(ctx, size)
	}
	return head, err
}

// unclaim takes away what nobody needs any more. What stays behind settle takes
// away.
func (p *publisher) unclaim(ctx context.Context, size int64) {
	_ = p.c.Tiles.Remove(ctx, signedPath(size))
}

// claims lists what is about to become public, or was when who published died,
// and is longer than so many entries; limit is how many are asked for at once.
func (p *publisher) claims(ctx context.Context, older int64, limit int) (sizes []int64, err error) {
	after := signedDir
	if older >= 0 {
		after = signedPath(older)
	}
	err = p.eachOf(ctx, signedDir, after, limit, func(path string) error {
		if size, err := ParseCheckpointPath(checkpointsDir + strings.TrimPrefix(path, signedDir)); err == nil {
			sizes = append(sizes, size)
		}
		return nil
	})
	return sizes, err
}

// takeSigned goes on from a checkpoint that is claimed: witnesses may have signed
// it, or it is becoming public at this moment, though the store has lost it.
func (p *publisher) takeSigned(ctx context.Context, head Head, claims []int64, published int64) (Head, error) {
	for _, size := range claims {
		if size <= published {
			continue
		}
		next, err := p.claimed(ctx, size)
		if errors.Is(err, ErrNoTile) { // taken back
			continue
		}
		if err != nil {
			return head, err
		}
		if size > head.Size {
			if head, err = p.take(ctx, head, next); err != nil {
				return head, err
			}
			continue
		}
		if err := p.same(ctx, head, next); err != nil {
			return head, err
		}
	}
	for _, size := range claims {
		if size > published {
			continue
		}
		if err := p.c.Tiles.Remove(ctx, signedPath(size)); err != nil {
			return head, fmt.Errorf("remove what has become public: %w", err)
		}
	}
	return head, nil
}
