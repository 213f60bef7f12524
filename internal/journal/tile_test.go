package journal_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestPathsAreThoseOfTheSpecification (C2SP tlog-tiles, its examples).
func TestPathsAreThoseOfTheSpecification(t *testing.T) {
	for path, want := range map[string][3]int64{
		"tile/0/x001/x234/067":        {0, 1234067, 256},
		"tile/0/000":                  {0, 0, 256},
		"tile/1/000.p/3":              {1, 0, 3},
		"tile/63/000.p/1":             {63, 0, 1},
		"tile/entries/x123/456.p/255": {-1, 123456, 255},
		"tile/entries/x001/x234/067":  {-1, 1234067, 256},
		"tile/2/x999/999":             {2, 999999, 256},
		"tile/entries/000.p/1":        {-1, 0, 1},
		"tile/entries/999":            {-1, 999, 256},
		"tile/0/x001/x234/067.p/1":    {0, 1234067, 1},
	} {
		level, n, width, err := journal.ParseTilePath(path)
		if err != nil || [3]int64{int64(level), n, int64(width)} != want {
			t.Errorf("%s is %d, %d, %d, %v", path, level, n, width, err)
		}
		if got := journal.TilePath(int(want[0]), want[1], int(want[2])); got != path {
			t.Errorf("%v is at %s, want %s", want, got, path)
		}
	}
	if got := journal.CheckpointPath(1234); got != "checkpoints/00000000000000001234" {
		t.Error(got)
	}
}

func TestOtherPathsAreRefused(t *testing.T) {
	for _, path := range []string{
		"", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/00/000", "tile/0/x000/000", "tile/0/000.p/256",
		"tile/0/000.p/0", "tile/0/000.p/", "tile/0/000.p/257", "tile/0/000/", "tile/0/../000", "tile/-1/000", "tile/data/000",
		"tile/8/0/000", "tile/64/000", "tile/entries/", "entries/000", "tile/0/1234", "tile/0/x01/000", "tile/0/000.p/01", "/tile/0/000",
	} {
		if level, n, width, err := journal.ParseTilePath(path); !errors.Is(err, journal.ErrPath) {
			t.Errorf("%q is taken for %d, %d, %d", path, level, n, width)
		}
	}
	for _, path := range []string{
		"checkpoints/1", "checkpoints/-0000000000000000001", "checkpoints/99999999999999999999", "00000000000000001234",
		"checkpoints/+0000000000000000001", "checkpoints/",
	} {
		if n, err := journal.ParseCheckpointPath(path); !errors.Is(err, journal.ErrPath) {
			t.Errorf("%q is taken for the checkpoint of %d", path, n)
		}
	}
}

func FuzzTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/x001/x234/067.p/8", "tile/entries/000", "checkpoints/00000000000000001234", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if level, n, width, err := journal.ParseTilePath(path); err == nil && journal.TilePath(level, n, width) != path {
			t.Errorf("%q has another path", path)
		}
		if n, err := journal.ParseCheckpointPath(path); err == nil && journal.CheckpointPath(n) != path {
			t.Errorf("%q has another path", path)
		}
	})
}

func FuzzBundle(f *testing.F) {
	f.Add([]byte("\x00\x03abc\x00\x00"), 2)
	f.Add([]byte("\x00"), 1)
	f.Add([]byte("\xff\xffa"), 1)
	f.Fuzz(func(t *testing.T, b []byte, width int) {
		entries, used, err := journal.ParseBundle(b, width&0x1ff)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			if again, err = journal.AppendBundle(again, e); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(again, used) || !bytes.HasPrefix(b, used) || len(entries) != width&0x1ff {
			t.Errorf("%x read and written is %x", used, again)
		}
	})
}

func TestLongestEntry(t *testing.T) {
	b, err := journal.AppendBundle(nil, make([]byte, journal.MaxEntry))
	if err != nil || len(b) != 2+journal.MaxEntry {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if _, err := journal.AppendBundle(nil, make([]byte, journal.MaxEntry+1)); err == nil {
		t.Error("an entry whose length has no room was bundled")
	}
}
