package journal

import (
	"context"
	"errors"
	"fmt"
)

// cosigned asks the witnesses about a head that is signed and has its tiles;
// the note that comes back is the checkpoint that the public sees.
func (p *publisher) cosigned(ctx context.Context, older int64, head Head) (Head, error) {
	if p.c.Cosign == nil {
		return head, nil
	}
	note, err := p.c.Cosign(ctx, older, head.Checkpoint)
	if err != nil {
		return Head{}, fmt.Errorf("have checkpoint of %d cosigned: %w", head.Size, err)
	}
	head.Checkpoint = note
	return head, nil
}

// putCheckpoint publishes it, or gives the one that is there: another process
// may have other witnesses' signatures under the same text.
func (p *publisher) putCheckpoint(ctx context.Context, head Head) (Head, error) {
	path := CheckpointPath(head.Size)
	err := p.c.Tiles.Put(ctx, path, head.Checkpoint)
	if !errors.Is(err, ErrFork) {
		return head, wrap("publish checkpoint", err)
	}
	there, err := p.checkpoint(ctx, head.Size)
	if err != nil {
		return Head{}, err
	}
	if there.Root != head.Root {
		return Head{}, fmt.Errorf("publish checkpoint of %d: %w", head.Size, ErrFork)
	}
	head.Checkpoint = there.Checkpoint
	return head, nil
}

// checkpoint reads one that is published; ErrFork when this log did not sign it.
func (p *publisher) checkpoint(ctx context.Context, size int64) (Head, error) {
	return p.signed(ctx, CheckpointPath(size), size)
}

func (p *publisher) signed(ctx context.Context, path string, size int64) (Head, error) {
	note, err := p.c.Tiles.Get(ctx, path)
	if err != nil {
		return Head{}, fmt.Errorf("read checkpoint of %d: %w", size, err)
	}
	c, err := OpenCheckpoint(p.c.VKey, string(note))
	if err != nil || c.Size != size {
		return Head{}, fmt.Errorf("read checkpoint of %d: it is of another journal or key (%w): %w", size, err, ErrFork)
	}
	return Head{Size: size, Root: c.Root, Checkpoint: note, At: p.c.Now()}, nil
}
