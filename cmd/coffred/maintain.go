package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
)

// withStores runs one maintenance command, with the sequencer running: what
// maintenance does is in the journal before the command ends.
func withStores(ctx context.Context, o options, io stdio, fn func(context.Context, *stores) error) error {
	c, err := o.load(io)
	if err != nil {
		return err
	}
	logger := telemetry.Logger(io.err, true, slog.LevelWarn)
	s, err := openStores(ctx, c, logger)
	if err != nil {
		return err
	}
	run, stop := context.WithCancel(ctx)
	sequenced := make(chan struct{})
	go func() {
		defer close(sequenced)
		_ = s.seq.Run(run) // its only error is that run ended
	}()
	err = fn(ctx, s)
	stop()
	<-sequenced
	for n := 1; n > 0 && err == nil; {
		switch n, err = s.seq.Step(ctx); {
		case errors.Is(err, journal.ErrFenced):
			n, err = 1, nil // a gateway that serves meanwhile was faster: what is left is less
		case errors.Is(err, journal.ErrQuorum):
			logger.WarnContext(ctx, "what was done is in the journal, and becomes public once its witnesses answer", "error", err)
			err = nil
		}
	}
	return errors.Join(err, s.Close())
}

func check(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("check", io)
	deep := f.Bool("deep", false, "hash every object again")
	if err := f.Parse(args); err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		look := s.domain.Check
		if *deep {
			look = s.domain.CheckDeep
		}
		r, err := look(ctx)
		if err != nil {
			return err
		}
		return report(io, r, "sound")
	})
}

func scrub(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("scrub", io)
	again := f.Bool("hash", false, "read and hash every object again, and bring back what objects.second still has")
	rate := f.Int64("rate", 0, "`bytes` a second that --hash reads; 0 is as fast as it goes")
	if err := f.Parse(args); err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		if *again {
			if err := s.rehash(ctx, o, *rate, io); err != nil {
				return err
			}
		}
		if err := s.seq.Mend(ctx); err != nil {
			return err
		}
		r, err := s.domain.Scrub(ctx)
		if err != nil {
			return err
		}
		for _, fd := range r.Findings {
			fmt.Fprintln(io.out, fd)
		}
		fmt.Fprintf(io.out, "scrubbed: %d findings\n", len(r.Findings))
		return nil
	})
}

// rehash mends what a second site still has. What it cannot mend, scrub names.
func (s *stores) rehash(ctx context.Context, o options, rate int64, io stdio) error {
	c, err := o.load(io)
	if err != nil {
		return err
	}
	var copies safe.Blobs
	if c.Objects.Second.Endpoint != "" {
		if copies, err = s.openStore(ctx, c.Objects.Second); err != nil {
			return fmt.Errorf("objects.second: %w", err)
		}
	}
	domain := s.domain
	if rate > 0 {
		domain = s.domain.With(paced{s.blobs, rate})
	}
	r, err := domain.Rehash(ctx, copies)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "hashed %d objects, %d bytes; mended %d\n", r.Versions, r.Bytes, r.Repaired)
	return nil
}

func report(io stdio, r safe.Report, word string) error {
	for _, fd := range r.Findings {
		fmt.Fprintln(io.out, fd)
	}
	if !r.Sound() {
		return fmt.Errorf("check: %d findings: %w", len(r.Findings), errUnsound)
	}
	fmt.Fprintln(io.out, word)
	return nil
}

func migrate(ctx context.Context, args []string, io stdio) error {
	var o options
	if err := o.flags("migrate", io).Parse(args); err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		if err := s.db.Migrate(ctx); err != nil {
			return err
		}
		fmt.Fprintln(io.out, "tables are those of this release")
		n, err := s.tellTables(ctx)
		if err == nil && n > 0 {
			fmt.Fprintf(io.out, "told in the journals of %d safes\n", n)
		}
		return err
	})
}
