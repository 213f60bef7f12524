package safe

import (
	"context"
	"io"
	"time"
)

// followTime is the longest that a transfer goes on after its grant has ended.
const followTime = time.Second

// OpenGranted streams n sealed bytes of the version that GrantContent gave, as
// OpenObject does, and stops with Ended, Expired or Forbidden where GrantContent
// would refuse by then: whoever takes a share back stops what is on its way. Its
// reader has the key already; what it has not received it does not receive.
func (s *Domain) OpenGranted(ctx context.Context, a Actor, id GrantID, v Version, offset, n int64) (io.ReadCloser, error) {
	body, err := s.OpenObject(ctx, v, offset, n)
	if err != nil {
		return nil, err
	}
	return &followed{ReadCloser: body, now: s.now, asked: s.now(), still: func() error {
		_, err := s.GrantContent(ctx, a, id)
		return err
	}}, nil
}

// followed asks once a second whether it may go on. Where nobody can say, it
// does: nothing can be ended then either.
type followed struct {
	io.ReadCloser
	now   func() time.Time
	asked time.Time
	still func() error
}

func (f *followed) Read(p []byte) (int, error) {
	if now := f.now(); now.Sub(f.asked) >= followTime {
		f.asked = now
		if err := f.still(); err != nil && !IsKind(err, Unavailable) {
			return 0, err
		}
	}
	return f.ReadCloser.Read(p)
}
