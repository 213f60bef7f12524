package client

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryRefusesWhatIsOlderOrOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "memory.json")
	m, err := OpenMemory(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		epoch          int64
		hash, previous string
		ok             bool
	}{
		{3, "c", "b", true},  // first seen
		{3, "c", "b", true},  // again
		{3, "x", "b", false}, // another one of the same epoch
		{2, "b", "a", false}, // older
		{4, "d", "x", false}, // does not follow
		{4, "d", "c", true},
		{9, "i", "h", true}, // others have written meanwhile
		{4, "d", "c", false},
	} {
		err := m.checkEpoch("manifest:s", step.epoch, step.hash, step.previous)
		if step.ok != (err == nil) || err != nil && !errors.Is(err, ErrRollback) {
			t.Errorf("%+v: %v", step, err)
		}
		if m, err = OpenMemory(path); err != nil { // a new process remembers
			t.Fatal(err)
		}
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v", p, info.Mode(), err)
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenMemory(path); err == nil {
		t.Error("a damaged memory is taken for an empty one")
	}
}
