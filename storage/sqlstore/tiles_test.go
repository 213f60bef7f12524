package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// publisher is a gateway's part of the journal, which dies at a random call
// to the object store and to which another one succeeds.
func (k logKey) publisher(t *testing.T, db *sqlstore.DB, tiles journal.Tiles) *journal.Sequencer {
	t.Helper()
	signer, err := note.NewSigner(k.skey)
	if err != nil {
		t.Fatal(err)
	}
	return journal.NewSequencer(journal.SequencerConfig{
		Store: watched{db.Log(), k.vkey, k.told, nil}, Signer: signer, Origin: logName, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Batch: 7, Tiles: tiles, VKey: k.vkey,
	})
}

// dying fails for ever from a call on.
type dying struct {
	journal.Tiles
	left atomic.Int64
}

var errKilled = errors.New("killed")

func (d *dying) may() error {
	if d.left.Add(-1) < 0 {
		return errKilled
	}
	return nil
}

func (d *dying) Put(ctx context.Context, path string, body []byte) error {
	if err := d.may(); err != nil {
		return err
	}
	if err := d.Tiles.Put(ctx, path, body); err != nil {
		return err
	}
	return d.may() // done, and nobody hears of it
}

func (d *dying) Get(ctx context.Context, path string) ([]byte, error) {
	if err := d.may(); err != nil {
		return nil, err
	}
	return d.Tiles.Get(ctx, path)
}

func (d *dying) After(ctx context.Context, path string, limit int) ([]string, error) {
	if err := d.may(); err != nil {
		return nil, err
	}
	return d.Tiles.After(ctx, path, limit)
}

// TestPublishersNeverFork: three gateways over one database and one bucket,
// each killed at random calls and started again, while four callers write. There
// is one history; what was published once is what is published now.
func TestPublishersNeverFork(t *testing.T) {
	both(t, func(t *testing.T, dsn func(*testing.T) string) {
		at, key, tiles := dsn(t), newLogKey(t), storagetest.NewMemoryTiles()
		const callers, each = 4, 70
		db := open(t, at)
		ctx, stop := context.WithCancel(t.Context())
		var killed atomic.Int64
		var gateways sync.WaitGroup
		for i := range 3 {
			own, luck := open(t, at), rand.New(rand.NewPCG(20261126, uint64(i)))
			gateways.Go(func() {
				for ctx.Err() == nil {
					d := &dying{Tiles: tiles}
					d.left.Store(5 + luck.Int64N(60))
					seq := key.publisher(t, own, d)
					for ctx.Err() == nil {
						_, err := seq.Step(ctx)
						if errors.Is(err, errKilled) {
							killed.Add(1)
							break
						}
						if errors.Is(err, journal.ErrFork) || err != nil && ctx.Err() == nil && !errors.Is(err, journal.ErrFenced) {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		writeAtOnce(t, db, callers, each)
		for deadline := time.Now().Add(time.Minute); ; {
			head, err := db.Log().Public(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if head.Size == callers*each {
				break
			}
			if time.Now().After(deadline) || t.Failed() {
				t.Fatalf("%d entries are public", head.Size)
			}
		}
		stop()
		gateways.Wait()
		t.Logf("%d checkpoints decided, gateways killed %d times", len(key.told.all), killed.Load())
		key.soundLog(t, db, callers*each)
		key.soundTiles(t, db, tiles)
	})
}

// soundTiles: every checkpoint that was ever published is still there, and one
// that the database decided; the tiles are those of the log, and none that was
// ever there had other bytes.
func (k logKey) soundTiles(t *testing.T, db *sqlstore.DB, tiles *storagetest.MemoryTiles) {
	t.Helper()
	decided := map[string]bool{}
	for _, c := range k.told.all {
		decided[fmt.Sprint(c.Size, c.Root)] = true
	}
	now, published := tiles.All(), 0
	for path, body := range tiles.Ever() {
		if strings.HasPrefix(path, "signed/") {
			continue // until the checkpoint is there
		}
		if !bytes.Equal(now[path], body) {
			t.Errorf("%s was published, and is another one now", path)
		}
		if !strings.HasPrefix(path, "checkpoints/") {
			continue
		}
		published++
		c, err := journal.OpenCheckpoint(k.vkey, string(body))
		if err != nil || !decided[fmt.Sprint(c.Size, c.Root)] || journal.CheckpointPath(c.Size) != path {
			t.Errorf("%s: %+v, %v: the database has decided no such head", path, c, err)
		}
	}
	if published < 2 {
		t.Errorf("%d checkpoints are published", published)
	}
	seq := k.publisher(t, db, tiles)
	log := journal.NewLog(db.Log(), func(_ context.Context, fn func(journal.Reader) error) error { return fn(db.Leaves()) }, seq)
	if err := log.Audit(t.Context()); err != nil {
		t.Error(err)
	}
}
