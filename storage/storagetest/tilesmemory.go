package storagetest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// MemoryTiles is a journal.Tiles for tests, which remembers whatever was ever
// there, and fails when it is told to.
type MemoryTiles struct {
	mu   sync.Mutex
	now  map[string][]byte
	ever map[string][]byte
	fail func(call, path string) error
}

// NewMemoryTiles makes an empty one.
func NewMemoryTiles() *MemoryTiles {
	return &MemoryTiles{now: map[string][]byte{}, ever: map[string][]byte{}}
}

// Fail has fail asked before each call, "put", "get", "after" and "remove", and
// after what "put" has done, as "done"; nil asks nobody.
func (m *MemoryTiles) Fail(fail func(call, path string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = fail
}

func (m *MemoryTiles) may(ctx context.Context, call, path string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	fail := m.fail
	m.mu.Unlock()
	if fail == nil {
		return nil
	}
	return fail(call, path)
}

// Put implements journal.Tiles.
func (m *MemoryTiles) Put(ctx context.Context, path string, body []byte) error {
	if err := m.may(ctx, "put", path); err != nil {
		return err
	}
	m.mu.Lock()
	there, ok := m.now[path]
	if !ok {
		m.now[path], m.ever[path] = bytes.Clone(body), bytes.Clone(body)
	}
	m.mu.Unlock()
	if ok && !bytes.Equal(there, body) {
		return journal.ErrFork
	}
	return m.may(ctx, "done", path)
}

// Get implements journal.Tiles.
func (m *MemoryTiles) Get(ctx context.Context, path string) ([]byte, error) {
	if err := m.may(ctx, "get", path); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := m.now[path]
	if !ok {
		return nil, journal.ErrNoTile
	}
	return bytes.Clone(body), nil
}

// After implements journal.Tiles.
func (m *MemoryTiles) After(ctx context.Context, path string, limit int) ([]string, error) {
	if err := m.may(ctx, "after", path); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Sorted(maps.Keys(m.now))
	from, there := slices.BinarySearch(all, path)
	if there {
		from++
	}
	return all[from:min(from+limit, len(all))], nil
}

// Remove implements journal.Tiles.
func (m *MemoryTiles) Remove(ctx context.Context, path string) error {
	if err := m.may(ctx, "remove", path); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.now, path)
	return nil
}

// Spoil replaces what is there, or removes it for nil, as nobody may.
func (m *MemoryTiles) Spoil(path string, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if body == nil {
		delete(m.now, path)
		return
	}
	m.now[path] = bytes.Clone(body)
}

// All is what is there now, by path.
func (m *MemoryTiles) All() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.now)
}

// Ever is what was put at any time, removed since or not: for each path the
// bytes that it had last.
func (m *MemoryTiles) Ever() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.ever)
}
