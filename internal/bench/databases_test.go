package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// targets of both databases.
const (
	wantBatched = 50_000 // events per second
	wantWaiting = 20_000
	wantProof   = 300 * time.Microsecond
	// from an act to its proof, many at once and alone
	wantBusy = 1200 * time.Millisecond
	wantIdle = 100 * time.Millisecond
)

// database is one under measurement.
type database struct {
	*sqlstore.DB
	log *journal.Log
	seq *journal.Sequencer
	// last is the record that was written last.
	last string
	size int64
	// server is PostgreSQL's process; 0 for SQLite, which is in this one.
	server int
	// config is that of seq.
	config journal.SequencerConfig
}

// BenchmarkDatabases compares the two under the same use, both durable.
func BenchmarkDatabases(b *testing.B) {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	model, kernel, load := machine()
	fmt.Printf("\n%s, %d cores (%s), Linux %s, load %s at the start\n\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), model, kernel, load)
	fmt.Fprintln(out, "what\tdatabase\tfigure\tprocessor time\t")
	for _, kind := range []struct {
		name string
		dsn  func(*testing.B) (string, int)
	}{{"SQLite", newFile}, {"PostgreSQL", newCluster}} {
		b.Run(kind.name, func(b *testing.B) {
			d := openDatabase(b, kind.dsn)
			for b.Loop() {
				for range 50 {
					must(b, d.write(b.Context(), 1000))
				}
				for _, m := range []struct {
					what    string
					measure func(*testing.B) string
				}{
					{fmt.Sprintf("50,000 events into the tree, by 1,000 (want %d/s)", wantBatched), d.batched},
					{"500 events into the tree, one by one", d.alone},
					{fmt.Sprintf("2,000 events written and proven, 64 waiting (want %d/s, %v)", wantWaiting, wantBusy), d.busy},
					{fmt.Sprintf("200 events written and proven, one by one (want %v)", wantIdle), d.idle},
					{fmt.Sprintf("2,000 proofs (want %v each)", wantProof), d.proofs},
					{"first publication of the tree in an object store", d.published},
					{fmt.Sprintf("50,000 events public, by 1,000 (want %d/s)", wantBatched), d.batchedPublic},
					{fmt.Sprintf("2,000 events written and proven in public, 64 waiting (want %v)", wantBusy), d.busy},
					{fmt.Sprintf("200 events written and proven in public, one by one (want %v)", wantIdle), d.idle},
					{"2 × 5,000 point reads, 1 / 16 callers", d.reads},
					{"2 × 320 uploads of three transactions, 1 / 16 callers", d.uploads},
				} {
					before := d.cpu(b)
					fmt.Fprintf(out, "%s\t%s\t%s\t%.1f s\t\n", m.what, kind.name, m.measure(b), d.cpu(b)-before)
				}
			}
		})
	}
	must(b, out.Flush())
}

func newFile(b *testing.B) (dsn string, server int) {
	b.Helper()
	dir, err := os.MkdirTemp("", "coffre-bench-*")
	must(b, err)
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return "sqlite://" + filepath.Join(dir, "bench.db"), 0
}

func newCluster(b *testing.B) (dsn string, server int) {
	b.Helper()
	s := servers.NewPostgres(b, "shared_buffers=256MB", "max_wal_size=4GB")
	return s.DSN("postgres"), s.PID()
}

// cpu is what this process and the database's have used, in seconds: a figure
// that a busy machine spoils less.
func (d *database) cpu(b *testing.B) float64 {
	b.Helper()
	sum := cpu(b, os.Getpid())
	if d.server == 0 {
		return sum
	}
	return sum + postgresCPU(b, d.server)
}

// postgresCPU is what the server's processes have used that are still there.
func postgresCPU(b *testing.B, server int) (sum float64) {
	b.Helper()
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", server, server))
	must(b, err)
	for _, pid := range strings.Fields(string(children)) {
		n, err := strconv.Atoi(pid)
		must(b, err)
		sum += cpu(b, n)
	}
	return sum
}

func openDatabase(b *testing.B, start func(*testing.B) (string, int)) *database {
	b.Helper()
	dsn, server := start(b)
	db, err := sqlstore.Open(b.Context(), sqlstore.Config{DSN: dsn, Now: time.Now})
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	skey, vkey, err := journal.GenerateKey("bench.example/log")
	must(b, err)
	signer, err := note.NewSigner(skey)
	must(b, err)
	d := &database{DB: db, server: server}
	d.config = journal.SequencerConfig{
		Store: db.Log(), Signer: signer, Origin: "bench.example/log", VKey: vkey, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	d.restart()
	return d
}

// restart is another gateway over the same database.
func (d *database) restart() {
	d.seq = journal.NewSequencer(d.config)
	d.log = journal.NewLog(d.Log(), func(_ context.Context, fn func(journal.Reader) error) error { return fn(d.Leaves()) }, d.seq)
}

// published goes on with a sequencer that publishes, in an object store of
// another process that syncs what it takes.
func (d *database) published(b *testing.B) string {
	b.Helper()
	a := startStore(b, newDir(b))
	blobs, err := s3store.New(b.Context(), s3store.Config{Endpoint: a.Endpoint, Bucket: a.Bucket, AccessKey: a.Key, Secret: s3store.Secret(a.Secret)})
	must(b, err)
	d.config.Tiles = s3store.NewTiles(blobs)
	d.restart()
	t := took(b, 1, 1, func() error { return d.drain(b.Context()) })
	head, err := d.log.Head(b.Context())
	must(b, err)
	return rate(int(head.Size), t)
}

// running has the sequencer run as in a gateway.
func (d *database) running(b *testing.B) (stop func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = d.seq.Run(ctx) // its only error is that ctx ended
	}()
	return func() { cancel(); <-done }
}

func (d *database) batchedPublic(b *testing.B) string {
	b.Helper()
	const n = 50_000
	for range n / 1000 {
		must(b, d.write(b.Context(), 1000))
	}
	return rate(n, took(b, 1, 1, func() error {
		defer d.running(b)()
		_, _, err := d.log.Await(b.Context(), d.last)
		return err
	}))
}

// event is of a usual length.
func event() []byte { return bytes.Repeat([]byte("event "), 60) }

func (d *database) write(ctx context.Context, n int) error {
	return d.Update(ctx, func(tx safe.Tx) error {
		for range n {
			var err error
			if d.last, err = tx.Events.Append(ctx, "s", event(), journal.NewSalt()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *database) drain(ctx context.Context) error {
	for {
		n, err := d.seq.Step(ctx)
		d.size += int64(n)
		if n == 0 || err != nil {
			return err
		}
	}
}

func rate(n int, t time.Duration) string { return fmt.Sprintf("%.0f/s", float64(n)/t.Seconds()) }

func (d *database) batched(b *testing.B) string {
	b.Helper()
	const n = 50_000
	return rate(n, took(b, 1, 1, func() error { return d.drain(b.Context()) }))
}

func (d *database) alone(b *testing.B) string {
	b.Helper()
	const n = 500
	var sum time.Duration
	for range n {
		must(b, d.write(b.Context(), 1))
		sum += took(b, 1, 1, func() error { return d.drain(b.Context()) })
	}
	return rate(n, sum)
}

func (d *database) busy(b *testing.B) string { b.Helper(); return d.waiting(b, 2000, 64) }

func (d *database) idle(b *testing.B) string { b.Helper(); return d.waiting(b, 200, 1) }

// waiting has the sequencer run as it does in a gateway, and says how many acts
// a second were proven and after what time, in the middle and of 99 in 100.
func (d *database) waiting(b *testing.B, n, writers int) string {
	b.Helper()
	ctx, stop := b.Context(), d.running(b)
	each := make(chan time.Duration, n)
	t := took(b, n, writers, func() error {
		begin := time.Now()
		var id string
		err := d.Update(ctx, func(tx safe.Tx) (err error) {
			id, err = tx.Events.Append(ctx, "s", event(), journal.NewSalt())
			return err
		})
		if err != nil {
			return err
		}
		_, _, err = d.log.Await(ctx, id)
		each <- time.Since(begin)
		return err
	})
	stop()
	close(each)
	var all []time.Duration
	for one := range each {
		all = append(all, one)
	}
	slices.Sort(all)
	return fmt.Sprintf("%s, %.0f ms, 99 %%: %.0f ms", rate(n, t),
		all[len(all)/2].Seconds()*1000, all[len(all)*99/100].Seconds()*1000)
}

func (d *database) proofs(b *testing.B) string {
	b.Helper()
	const n = 2000
	at := int64(0)
	t := took(b, n, 1, func() error {
		at = (at + 7919) % d.size
		_, _, err := d.log.Proofs(b.Context(), []int64{at})
		return err
	})
	return fmt.Sprintf("%.2f ms in a tree of %d", t.Seconds()*1000/n, d.size)
}

func (d *database) reads(b *testing.B) string {
	b.Helper()
	const n = 5000
	a := safe.Account{ID: safe.NewID[safe.AccountID](), Created: time.Now()}
	must(b, d.Update(b.Context(), func(tx safe.Tx) error { return tx.Accounts.Put(b.Context(), a) }))
	read := func() error {
		return d.View(b.Context(), func(tx safe.Tx) error {
			_, err := tx.Accounts.Get(b.Context(), a.ID)
			return err
		})
	}
	return rate(n, took(b, n, 1, read)) + " / " + rate(n, took(b, n, 16, read))
}

// uploads are everything but the bytes: each caller has a safe of its own.
func (d *database) uploads(b *testing.B) string {
	b.Helper()
	const n = 320
	var figures []string
	for _, callers := range []int{1, 16} {
		who := make(chan *uploader, callers)
		for range callers {
			who <- &uploader{db: d, safe: safe.NewID[safe.SafeID]()}
		}
		figures = append(figures, rate(n, took(b, n, callers, func() error {
			u := <-who
			defer func() { who <- u }()
			return u.upload(b.Context())
		})))
	}
	return strings.Join(figures, " / ")
}

type uploader struct {
	db    *database
	safe  safe.SafeID
	epoch int64
}

func (u *uploader) upload(ctx context.Context) error {
	now := time.Now()
	v := safe.Version{
		Doc: safe.NewID[safe.DocumentID](), ID: safe.NewID[safe.VersionID](), Safe: u.safe, State: safe.Reserved, Sealed: 1000,
		Door: safe.ClientDoor, Depositor: string(u.safe), Key: safe.NewID[string](), Created: now, Expires: now, At: now,
	}
	reserve := func(tx safe.Tx) error {
		if _, err := tx.Versions.ByKey(ctx, v.Depositor, v.Key); !safe.IsKind(err, safe.NotFound) {
			return fmt.Errorf("the key is taken: %w", err)
		}
		if _, err := tx.Versions.Usage(ctx, u.safe); err != nil {
			return err
		}
		return tx.Versions.Insert(ctx, v)
	}
	become := func(state safe.VersionState) func(safe.Tx) error {
		return func(tx safe.Tx) error {
			now, err := tx.Versions.Get(ctx, v.Doc, v.ID)
			now.State, now.Grant = state, event()
			return errors.Join(err, tx.Versions.Update(ctx, now))
		}
	}
	keep := func(tx safe.Tx) error {
		if err := become(safe.Kept)(tx); err != nil {
			return err
		}
		if _, err := tx.Events.Append(ctx, string(u.safe), event(), journal.NewSalt()); err != nil {
			return err
		}
		return tx.Safes.PutManifest(ctx, u.safe, safe.Sealed{Epoch: u.epoch + 1, Body: event(), At: now})
	}
	for _, act := range []func(safe.Tx) error{reserve, become(safe.Stored), keep} {
		if err := u.db.Update(ctx, act); err != nil {
			return err
		}
	}
	u.epoch++
	return nil
}
