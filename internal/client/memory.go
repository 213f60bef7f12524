package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Memory keeps what was seen last of each gateway: epochs, checkpoints, the
// log's key. Nothing in it is secret, but who changes it can hide a rollback,
// so its file is for its owner only. Safe for concurrent use; of two processes
// the later write wins, which at worst forgets the newest of both.
type Memory struct {
	mu   sync.Mutex
	path string // "" keeps nothing
	kept map[string]string
}

// NewMemory forgets at the end of the process.
func NewMemory() *Memory { return &Memory{kept: map[string]string{}} }

// OpenMemory reads the file, which may not exist yet; Set writes it.
func OpenMemory(path string) (*Memory, error) {
	m := &Memory{path: path, kept: map[string]string{}}
	b, err := os.ReadFile(path) //nolint:gosec // its owner says which
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read memory: %w", err)
	}
	if err := json.Unmarshal(b, &m.kept); err != nil {
		return nil, fmt.Errorf("read memory %s: %w", path, err)
	}
	return m, nil
}

// LogKey is the log's verifier key as it was first seen, "" when none was.
func (m *Memory) LogKey() string { return m.get(logKeyName) }

// get is "" for what was never set.
func (m *Memory) get(key string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key]
}

func (m *Memory) set(key, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept[key] == value {
		return nil
	}
	m.kept[key] = value
	if m.path == "" {
		return nil
	}
	b, err := json.MarshalIndent(m.kept, "", "  ")
	if err != nil {
		return fmt.Errorf("encode memory: %w", err)
	}
	return WriteSecret(m.path, b)
}

// WriteSecret replaces a file by one that only its owner can read, at once
// and durably.
func WriteSecret(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".coffre-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// seen is an epoch with what it was made of.
type seen struct {
	Epoch int64  `json:"epoch"`
	Hash  string `json:"hash"`
}

// checkEpoch refuses what is older than, or another than, what was seen, and
// remembers what is newer. previous is the hash that the newer names, if any.
func (m *Memory) checkEpoch(key string, epoch int64, hash, previous string) error {
	if err := m.compareEpoch(key, epoch, hash, previous); err != nil {
		return err
	}
	b, err := json.Marshal(seen{epoch, hash})
	if err != nil {
		return fmt.Errorf("encode memory: %w", err)
	}
	return m.set(key, string(b))
}

// compareEpoch is the same without remembering.
func (m *Memory) compareEpoch(key string, epoch int64, hash, previous string) error {
	var last seen
	if kept := m.get(key); kept != "" {
		if err := json.Unmarshal([]byte(kept), &last); err != nil {
			return fmt.Errorf("read memory: %w", err)
		}
	}
	switch {
	case epoch < last.Epoch:
		return fmt.Errorf("%s has epoch %d, %d was seen: %w", key, epoch, last.Epoch, ErrRollback)
	case epoch == last.Epoch && hash != last.Hash:
		return fmt.Errorf("%s of epoch %d is not the one that was seen: %w", key, epoch, ErrRollback)
	case epoch == last.Epoch+1 && last.Epoch > 0 && previous != "" && previous != last.Hash:
		return fmt.Errorf("%s of epoch %d does not follow the one that was seen: %w", key, epoch, ErrRollback)
	}
	return nil
}
