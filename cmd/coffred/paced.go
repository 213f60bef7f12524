package main

import (
	"context"
	"io"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// paced reads no faster than so many bytes a second, so that maintenance
// leaves the disks to citizens.
type paced struct {
	safe.Blobs
	rate int64
}

// Open implements safe.Blobs.
func (p paced) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	r, err := p.Blobs.Open(ctx, key, offset, length)
	if err != nil {
		return nil, err
	}
	return &slowly{ReadCloser: r, ctx: ctx, rate: p.rate, since: time.Now()}, nil
}

type slowly struct {
	io.ReadCloser
	ctx   context.Context //nolint:containedctx // of the one reading
	rate  int64
	since time.Time
	n     int64
}

func (s *slowly) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.n += int64(n)
	due := s.since.Add(time.Duration(float64(s.n) / float64(s.rate) * float64(time.Second)))
	select {
	case <-time.After(time.Until(due)):
		return n, err
	case <-s.ctx.Done():
		return n, s.ctx.Err()
	}
}
