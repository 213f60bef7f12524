package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

const origin = "coffre.test/log"

func someDay() time.Time { return time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC) }

// memory is a Store and a Reader that keeps the promises of ports.go, and
// fails when it is told to.
type memory struct {
	mu      sync.Mutex
	head    journal.Head
	queue   []journal.Queued
	entries [][]byte
	hashes  []tlog.Hash
	records map[string]journal.Record
	// published is every checkpoint there ever was.
	published []journal.Head
	public    journal.Head

	// short makes Hashes answer with one less than it was asked.
	short bool

	// fail is asked before each call, by name.
	fail      func(call string) error
	fenceOnce func(call string) error
}

// failing sets fail while others call.
func (m *memory) failing(fail func(call string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = fail
}

func (m *memory) may(call string) error {
	if m.fail == nil {
		return nil
	}
	return m.fail(call)
}

// add queues what Appender would.
func (m *memory) add(event []byte) (id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	salt := journal.NewSalt()
	c := journal.Commitment(event, salt)
	id = fmt.Sprint("r", len(m.records))
	if m.records == nil {
		m.records = map[string]journal.Record{}
	}
	m.records[id] = journal.Record{Event: event, Salt: salt, Index: -1}
	m.queue = append(m.queue, journal.Queued{ID: id, Entry: c[:]})
	return id
}

func (m *memory) addFact(b []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue = append(m.queue, journal.Queued{ID: fmt.Sprint("f", len(m.entries)+len(m.queue)), Entry: b})
}

func (m *memory) Head(context.Context) (journal.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, m.may("head")
}

func (m *memory) Public(context.Context) (journal.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.public, m.may("public")
}

func (m *memory) Announce(_ context.Context, h journal.Head) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.may("announce"); err != nil {
		return err
	}
	if m.public.Checkpoint == nil || m.public.Size < h.Size {
		h.Fence = 0
		m.public = h
	}
	return m.may("announced")
}

func (m *memory) Queue(_ context.Context, limit int) ([]journal.Queued, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.queue[:min(limit, len(m.queue))]), m.may("queue")
}

func (m *memory) Publish(_ context.Context, old, head journal.Head, entries []journal.Queued, hashes []tlog.Hash) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.may("publish"); err != nil {
		return err
	}
	if old.Fence != m.head.Fence || old.Size != m.head.Size {
		return journal.ErrFenced
	}
	if int64(len(m.hashes)) != tlog.StoredHashCount(old.Size) || head.Size != old.Size+int64(len(entries)) {
		return errors.New("hashes or size do not follow")
	}
	entries, rest, err := m.take(entries)
	if err != nil {
		return err
	}
	for i, e := range entries {
		m.entries = append(m.entries, e.Entry)
		if r, ok := m.records[e.ID]; ok {
			r.Index = old.Size + int64(i)
			m.records[e.ID] = r
		}
	}
	m.queue = rest
	m.hashes = append(m.hashes, hashes...)
	m.head = head
	m.published = append(m.published, head)
	return m.may("published") // an answer that is lost on its way
}

// take gives entries the ids that they have in the queue, and what is left of it.
func (m *memory) take(entries []journal.Queued) (taken, rest []journal.Queued, err error) {
	if n := len(entries); n <= len(m.queue) && slices.EqualFunc(entries, m.queue[:n], func(a, b journal.Queued) bool { return a.ID == b.ID }) {
		return entries, slices.Clone(m.queue[n:]), nil
	}
	rest = slices.Clone(m.queue)
	for _, e := range entries {
		i := slices.IndexFunc(rest, func(q journal.Queued) bool {
			return q.ID == e.ID || e.ID == "" && bytes.Equal(q.Entry, e.Entry)
		})
		switch {
		case i >= 0:
			e.ID = rest[i].ID
			rest = slices.Delete(rest, i, i+1)
		case e.ID != "":
			return nil, nil, journal.ErrFenced
		}
		taken = append(taken, e)
	}
	return taken, rest, nil
}

// dump is all that a backup would have, and load brings it back.
func (m *memory) dump() (load func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := memory{
		head: m.head, public: m.public, queue: slices.Clone(m.queue), entries: slices.Clone(m.entries),
		hashes: slices.Clone(m.hashes), records: maps.Clone(m.records), published: slices.Clone(m.published),
	}
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.head, m.public, m.queue = old.head, old.public, slices.Clone(old.queue)
		m.entries, m.hashes, m.records = slices.Clone(old.entries), slices.Clone(old.hashes), maps.Clone(old.records)
		m.published = slices.Clone(old.published) // what else was decided nobody has seen, unless it is public
	}
}

func (m *memory) Hashes(_ context.Context, indexes []int64) ([]tlog.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []tlog.Hash
	for _, i := range indexes {
		if i < 0 || i >= int64(len(m.hashes)) {
			return nil, errors.New("no such hash")
		}
		out = append(out, m.hashes[i])
	}
	if m.short && len(out) > 0 {
		out = out[:len(out)-1]
	}
	return out, m.may("hashes")
}

func (m *memory) Entries(_ context.Context, from int64, limit int) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	to := min(from+int64(limit), int64(len(m.entries)))
	if from >= to {
		return nil, m.may("entries")
	}
	return slices.Clone(m.entries[from:to]), m.may("entries")
}

func (m *memory) Record(_ context.Context, id string) (journal.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.records[id]
	if !ok {
		return r, errors.New("no such record")
	}
	return r, m.may("record")
}

func (m *memory) OfSafe(context.Context, string, string, int) ([]journal.Record, error) {
	return nil, nil
}

func (m *memory) OfBook(context.Context, string, string, int) ([]journal.Record, error) {
	return nil, nil
}

func (m *memory) FactIndex(context.Context, []byte) (int64, error) { return -1, nil }

func (m *memory) view(_ context.Context, fn func(journal.Reader) error) error { return fn(m) }

// world is a log with its keys.
type world struct {
	*memory
	skey, vkey string
	signer     note.Signer
	seq        *journal.Sequencer
	log        *journal.Log
	// tiles is where it becomes public; nil where that is not the matter.
	tiles  *storagetest.MemoryTiles
	cosign journal.Cosign
}

func newWorld(t testing.TB, batch int) *world {
	t.Helper()
	w := &world{memory: &memory{}}
	var err error
	if w.skey, w.vkey, err = journal.GenerateKey(origin); err != nil {
		t.Fatal(err)
	}
	if w.signer, err = note.NewSigner(w.skey); err != nil {
		t.Fatal(err)
	}
	w.seq = w.sequencer(batch)
	w.log = journal.NewLog(w, w.view, w.seq)
	return w
}

// sequencer is another replica over the same store.
func (w *world) sequencer(batch int) *journal.Sequencer {
	return journal.NewSequencer(w.config(batch))
}

func (w *world) config(batch int) journal.SequencerConfig {
	c := journal.SequencerConfig{
		Store: w, Signer: w.signer, Origin: origin, Now: someDay, Batch: batch, Interval: time.Hour,
		VKey: w.vkey, Cosign: w.cosign, Log: slog.New(slog.DiscardHandler),
	}
	if w.tiles != nil {
		c.Tiles = w.tiles
	}
	return c
}

// grow appends n events and sequences them all.
func (w *world) grow(t testing.TB, n int) {
	t.Helper()
	for i := range n {
		w.add(someEvent(t, fmt.Sprintf("e%d", i)))
	}
	w.drain(t)
}

func (w *world) drain(t testing.TB) {
	t.Helper()
	for {
		n, err := w.seq.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func someEvent(t testing.TB, id string) []byte {
	t.Helper()
	b, err := journal.Event{
		V: 1, ID: id, Time: "2026-03-01T10:00:00Z", What: journal.WhatDocumentAdded, Result: journal.ResultDone,
		Who: journal.Who{Kind: "citizen", ID: "a", Name: "Angela"}, Safe: "s", Detail: map[string]string{"é": "\u2028"},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func refused(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error is %v, want %q", what, err, want)
	}
}

// trySign is for fuzzing: "" for what is no text of a note.
func trySign(w *world, text string) string {
	b, err := note.Sign(&note.Note{Text: text}, w.signer)
	if err != nil {
		return ""
	}
	return string(b)
}
