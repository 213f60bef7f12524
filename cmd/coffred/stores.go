package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

// stores is the domain on its backends, without the HTTP around it.
type stores struct {
	ground *ground
	db     *sqlstore.DB
	state  *state          // nil where nobody is served
	s3     *s3store.Server // nil when the object store is elsewhere
	blobs  safe.Blobs
	domain *safe.Domain
	log    *journal.Log
	seq    *journal.Sequencer
	vkey   string
	policy journal.Policy // of witnesses
	tell   telling
	swept  atomic.Int64 // when the last sweep went through, in seconds of Unix
}

// demoMark tells a production binary that a database is a demonstration's.
const demoMark = "demo"

func openStores(ctx context.Context, c config.Config, logger *slog.Logger) (*stores, error) {
	s, err := openBare(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, c, logger); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openBare opens database and object store, and writes nothing into them.
func openBare(ctx context.Context, c config.Config) (*stores, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	s := &stores{}
	var err error
	if s.ground, err = openGround(c); err != nil {
		return nil, err
	}
	if err := s.ground.check(ctx); err != nil {
		return nil, err
	}
	if s.db, err = s.openDatabase(ctx, c); err != nil {
		return nil, err
	}
	if s.blobs, err = s.openObjects(ctx, c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *stores) openDatabase(ctx context.Context, c config.Config) (*sqlstore.DB, error) {
	dc, err := databaseConfig(c, s.ground)
	if err != nil {
		return nil, err
	}
	return sqlstore.Open(ctx, dc)
}

func databaseConfig(c config.Config, at *ground) (sqlstore.Config, error) {
	dsn, err := c.Database.DSN(c.Mode)
	if err != nil {
		return sqlstore.Config{}, fmt.Errorf("configuration: %w", err)
	}
	if dsn == "" {
		dsn = "sqlite://" + filepath.Join(c.Data, "coffre.db")
	}
	return sqlstore.Config{
		DSN: dsn, Connections: c.Database.Connections, Now: time.Now, Dial: at.guard.DialContext, Verify: at.guard.VerifyConnection,
	}, nil
}

func (s *stores) open(ctx context.Context, c config.Config, logger *slog.Logger) error {
	if err := s.checkMark(ctx, c.Mode); err != nil {
		return err
	}
	signer, vkey, err := logKey(keysOf(c), c.LogOrigin)
	if err != nil {
		return err
	}
	s.vkey = vkey
	if s.policy, err = policyOf(c); err != nil {
		return err
	}
	circle, err := circleOf(s.policy, vkey, s.db.Log())
	if err != nil {
		return err
	}
	var cosign journal.Cosign // nil where the policy asks nobody
	if s.policy.Asks() {
		cosign = circle.Cosign
	}
	s.seq = journal.NewSequencer(journal.SequencerConfig{
		Store: s.db.Log(), Signer: signer, Origin: c.LogOrigin, Now: time.Now, Log: logger,
		Tiles: s3store.NewTiles(s.blobs), VKey: vkey, Cosign: cosign,
	})
	s.log = journal.NewLog(s.db.Log(), func(_ context.Context, fn func(journal.Reader) error) error {
		return fn(s.db.Leaves())
	}, s.seq)
	terms, err := gateway.TermsFor(c.Journal.Years())
	if err != nil {
		return err
	}
	levels, err := levelsOf(c)
	if err != nil {
		return err
	}
	if s.tell, err = openNotices(c, s.ground, logger); err != nil {
		return err
	}
	s.domain = safe.New(safe.Config{
		Rows: s.db, Blobs: s.blobs, Log: s.log, Now: time.Now, TermsVersion: terms.Version, Retention: c.Journal.Years(),
		Limits: safe.Limits{Document: c.Limits.Document, Safe: c.Limits.Safe}, LogKey: vkey, Origin: c.PublicURL, Outlets: s.tell.outlets,
		Policy: safe.Policy{Levels: levels, Admission: c.Admission()}, Overlap: c.KeyOverlap,
		DeleteWithin: c.DeleteWithin, PaperDoor: c.PaperAtCounter,
	})
	return nil
}

func (s *stores) checkMark(ctx context.Context, mode string) error {
	mark, err := s.db.Mark(ctx, demoMark)
	if err != nil {
		return err
	}
	if mark != "" && mode != config.Demo {
		return errors.New("this database belongs to a demonstration, whose keys are published: start with an empty data directory")
	}
	if mark != "" || mode != config.Demo {
		return nil
	}
	err = s.db.View(ctx, func(tx safe.Tx) error {
		safes, _, err1 := tx.Sweep.Safes(ctx, safe.Page{Limit: 1})
		offices, _, err2 := tx.Administrations.Search(ctx, "", safe.Page{Limit: 1})
		if len(safes)+len(offices) > 0 {
			return errors.New("this database is an authority's: a demonstration, in which anybody can be anybody, starts with an empty data directory (to maintain it, name its --config)")
		}
		return errors.Join(err1, err2)
	})
	if err != nil {
		return err
	}
	return s.db.SetMark(ctx, demoMark, "yes")
}

func (s *stores) openObjects(ctx context.Context, c config.Config) (safe.Blobs, error) {
	if c.Objects.Endpoint != "" {
		return s.openStore(ctx, c.Objects.Store)
	}
	var err error
	if s.s3, err = s3store.Embedded(ctx, s3store.EmbeddedConfig{Dir: filepath.Join(c.Data, "objects"), Bucket: c.Objects.Bucket}); err != nil {
		return nil, err
	}
	return s3store.New(ctx, s.s3.Client())
}

func (s *stores) openStore(ctx context.Context, c config.Store) (safe.Blobs, error) {
	sc, err := storeConfig(c, s.ground)
	if err != nil {
		return nil, err
	}
	return s3store.New(ctx, sc)
}

func storeConfig(c config.Store, at *ground) (s3store.Config, error) {
	secret, err := os.ReadFile(c.SecretFile)
	if err != nil {
		return s3store.Config{}, fmt.Errorf("read secret_file of the object store: %w", err)
	}
	return s3store.Config{
		Endpoint: c.Endpoint, TLS: c.TLS, Region: c.Region, Bucket: c.Bucket, CAFile: c.CAFile, Timeout: c.Timeout,
		Dial: at.guard.DialContext, Verify: at.guard.VerifyConnection,
		AccessKey: c.AccessKey, Secret: s3store.Secret(strings.TrimSpace(string(secret))),
	}, nil
}

// Close stops the stores; the sequencer has to have ended.
func (s *stores) Close() error {
	var errs []error
	if s.state != nil {
		errs = append(errs, s.state.close())
	}
	if s.s3 != nil {
		errs = append(errs, s.s3.Close())
	}
	return errors.Join(append(errs, s.db.Close())...)
}

// background runs the sequencer, the sweep and the look for where backends are
// until ctx ends; the returned function waits for all.
func (s *stores) background(ctx context.Context, logger *slog.Logger) (wait func()) {
	var loops sync.WaitGroup
	loops.Go(func() { _ = s.seq.Run(ctx) }) // its only error is that ctx ended
	loops.Go(func() { s.sweep(ctx, logger) })
	loops.Go(func() { s.tellUpgrade(ctx, logger) })
	loops.Go(func() { s.tidy(ctx, logger) })
	if s.tell.sender != nil {
		s.tell.sender.Outbox = s.domain
		loops.Go(func() { s.tell.sender.Run(ctx) })
	}
	loops.Go(func() { s.ground.watch(ctx, s.domain, logger) })
	return loops.Wait
}

// sweepEvery is how soon a lapsed upload or an unfinished erasure is seen to.
const sweepEvery = time.Minute

func (s *stores) sweep(ctx context.Context, logger *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	s.swept.Store(time.Now().Unix())
	for {
		n, err := s.domain.Sweep(ctx)
		if err == nil {
			s.swept.Store(time.Now().Unix())
		}
		if err != nil && ctx.Err() == nil {
			logger.ErrorContext(ctx, "sweep failed", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tidyEvery is how soon partial tiles of the journal go that a full one has
// superseded: nobody needs them, and each publication leaves some.
const tidyEvery = time.Hour

func (s *stores) tidy(ctx context.Context, logger *slog.Logger) {
	regularly(ctx, tidyEvery, logger, "journal not tidied", func(ctx context.Context) error {
		_, err := s.seq.Tidy(ctx)
		return err
	})
}

// regularly does something each time that long has passed, until ctx ends, and
// logs what went wrong.
func regularly(ctx context.Context, every time.Duration, logger *slog.Logger, failed string, do func(context.Context) error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := do(ctx); err != nil && ctx.Err() == nil {
			logger.ErrorContext(ctx, failed, "error", err)
		}
	}
}
