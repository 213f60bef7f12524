package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Tiles holds an object store against the promises of journal.Tiles. open
// gives an empty one at each call.
func Tiles(t *testing.T, open func(t *testing.T) journal.Tiles) {
	for name, test := range map[string]func(*testing.T, journal.Tiles){
		"what was put is there":              tilesPut,
		"the same bytes again":               tilesAgain,
		"other bytes are a fork":             tilesFork,
		"of many at once one wins":           tilesRace,
		"what is not there":                  tilesNone,
		"lists in the order of bytes":        tilesAfter,
		"takes away what it is asked to":     tilesRemove,
		"an ended context publishes nothing": tilesCancelled,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// tilePaths are of every kind, in the order of their bytes.
func tilePaths() []string {
	return []string{
		journal.CheckpointPath(0), journal.CheckpointPath(7), journal.CheckpointPath(70), journal.CheckpointPath(1 << 40),
		"signed/00000000000000000071",
		journal.TilePath(0, 0, 256), journal.TilePath(0, 0, 255), journal.TilePath(0, 1, 3), journal.TilePath(0, 1234067, 8),
		journal.TilePath(1, 0, 1), journal.TilePath(-1, 0, 256), journal.TilePath(-1, 0, 7), journal.TilePath(-1, 0, 70), journal.TilePath(-1, 1234067, 256),
	}
}

func mustPut(t *testing.T, s journal.Tiles, path, body string) {
	t.Helper()
	if err := s.Put(t.Context(), path, []byte(body)); err != nil {
		t.Fatalf("put %s: %v", path, err)
	}
}

func wantTile(t *testing.T, s journal.Tiles, path, want string) {
	t.Helper()
	got, err := s.Get(t.Context(), path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %.40q (%d bytes), %v; want %.40q", path, got, len(got), err, want)
	}
}

func tilesPut(t *testing.T, s journal.Tiles) {
	long := string(bytes.Repeat([]byte{0, 0xff}, 8<<20)) // a bundle may have 16 MiB
	for _, path := range tilePaths() {
		mustPut(t, s, path, "of "+path)
	}
	mustPut(t, s, journal.TilePath(-1, 3, 256), long)
	for _, path := range tilePaths() {
		wantTile(t, s, path, "of "+path)
	}
	wantTile(t, s, journal.TilePath(-1, 3, 256), long)
}

func tilesAgain(t *testing.T, s journal.Tiles) {
	for range 3 {
		mustPut(t, s, "tile/0/000", "body")
		wantTile(t, s, "tile/0/000", "body")
	}
}

func tilesFork(t *testing.T, s journal.Tiles) {
	mustPut(t, s, "tile/0/000", "body")
	for _, other := range []string{"Body", "bod", "body ", "b"} {
		if err := s.Put(t.Context(), "tile/0/000", []byte(other)); !errors.Is(err, journal.ErrFork) {
			t.Errorf("putting %q over it: %v, want ErrFork", other, err)
		}
	}
	wantTile(t, s, "tile/0/000", "body")
}

func tilesRace(t *testing.T, s journal.Tiles) {
	for round := range 10 {
		path := journal.CheckpointPath(int64(round))
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = s.Put(t.Context(), path, fmt.Appendf(nil, "of %d", i/2)) })
		}
		wg.Wait()
		got, err := s.Get(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for i, err := range errs {
			mine := string(got) == fmt.Sprintf("of %d", i/2)
			if mine && err != nil || !mine && !errors.Is(err, journal.ErrFork) {
				t.Errorf("%q is there, who put %d was told %v", got, i/2, err)
			}
		}
	}
}

func tilesNone(t *testing.T, s journal.Tiles) {
	mustPut(t, s, "tile/0/000.p/3", "body")
	for _, path := range []string{"tile/0/000", "tile/0/000.p/4", "tile/0", "checkpoints/00000000000000000001"} {
		if got, err := s.Get(t.Context(), path); !errors.Is(err, journal.ErrNoTile) {
			t.Errorf("%s holds %q, %v; want ErrNoTile", path, got, err)
		}
	}
	if got, err := s.After(t.Context(), "tile/0/000.p/3", 10); err != nil || len(got) != 0 {
		t.Errorf("after the last one: %v, %v", got, err)
	}
}

func tilesAfter(t *testing.T, s journal.Tiles) {
	want := tilePaths()
	for _, path := range want {
		mustPut(t, s, path, "x")
	}
	slices.Sort(want)
	for _, limit := range []int{1, 3, 1000} {
		var got []string
		for after := ""; ; {
			page, err := s.After(t.Context(), after, limit)
			if err != nil || len(page) > limit {
				t.Fatalf("%d paths of %d, %v", len(page), limit, err)
			}
			if got = append(got, page...); len(page) < limit {
				break
			}
			after = page[len(page)-1]
		}
		wantEqual(t, got, want)
	}
	for after, first := range map[string]string{
		"checkpoints/":                     journal.CheckpointPath(0),
		"checkpoints/00000000000000000008": journal.CheckpointPath(70),
		journal.CheckpointPath(7):          journal.CheckpointPath(70),
		"tile/0/00/~":                      "tile/0/000",
		"tile/entries/":                    "tile/entries/000",
		"tile/entries/000":                 "tile/entries/000.p/7",
		"tile/entries/x001/x234/066~":      "tile/entries/x001/x234/067",
		"signed/":                          "signed/00000000000000000071",
	} {
		got, err := s.After(t.Context(), after, 1)
		if err != nil || len(got) != 1 || got[0] != first {
			t.Errorf("after %q comes %v, %v; want %s", after, got, err, first)
		}
	}
}

func tilesRemove(t *testing.T, s journal.Tiles) {
	mustPut(t, s, "tile/0/000", "full")
	mustPut(t, s, "tile/0/000.p/3", "partial")
	for range 2 {
		if err := s.Remove(t.Context(), "tile/0/000.p/3"); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Get(t.Context(), "tile/0/000.p/3"); !errors.Is(err, journal.ErrNoTile) {
		t.Errorf("it still holds %q, %v", got, err)
	}
	wantTile(t, s, "tile/0/000", "full")
	if got, err := s.After(t.Context(), "", 10); err != nil || !slices.Equal(got, []string{"tile/0/000"}) {
		t.Errorf("%v is there, %v", got, err)
	}
}

func tilesCancelled(t *testing.T, s journal.Tiles) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, "tile/0/000", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("put with an ended context: %v", err)
	}
	if _, err := s.Get(t.Context(), "tile/0/000"); !errors.Is(err, journal.ErrNoTile) {
		t.Errorf("something is there: %v", err)
	}
}
