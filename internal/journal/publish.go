package journal

import (
	"context"
	"fmt"
)

// cosigned asks the witnesses about a head that is signed and has its tiles;
// the note that comes back is the checkpoint that the public sees.
func (s *Sequencer) cosigned(ctx context.Context, older int64, head Head) (Head, error) {
	if s.c.Cosign == nil {
		return head, nil
	}
	note, err := s.c.Cosign(ctx, older, head.Checkpoint)
	if err != nil {
		return Head{}, fmt.Errorf("have checkpoint of %d cosigned: %w", head.Size, err)
	}
	head.Checkpoint = note
	return head, nil
}
