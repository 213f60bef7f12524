package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The layout of what is public (C2SP tlog-tiles): a tile holds the hashes of
// up to 256 nodes of every eighth level, a bundle the entries under a tile of
// level 0. Level -1 stands for bundles, as in tlog.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	entryLevel = -1
	topLevel   = 63

	tilesDir       = "tile/"
	entriesDir     = "tile/entries/"
	checkpointsDir = "checkpoints/"
)

// MaxEntry is how long an entry of the log may be.
const MaxEntry = 1<<16 - 1

// ErrPath: no path under which anything of the log is published.
var ErrPath = errors.New("no path of a tile, bundle or checkpoint")

// TilePath is where a tile is published: "tile/0/x001/067.p/8"; for level -1
// the bundle of entries, "tile/entries/x001/067.p/8". A width of 256 is a full
// one.
func TilePath(level int, n int64, width int) string {
	path := tlog.Tile{H: tileHeight, L: level, N: n, W: width}.Path()
	rest := strings.TrimPrefix(path, "tile/8/")
	if bundle, ok := strings.CutPrefix(rest, "data/"); ok {
		return entriesDir + bundle
	}
	return tilesDir + rest
}

// ParseTilePath is the inverse of TilePath; ErrPath. Each tile has one path.
func ParseTilePath(path string) (level int, n int64, width int, err error) {
	rest, ok := strings.CutPrefix(path, tilesDir)
	if bundle, is := strings.CutPrefix(rest, "entries/"); is {
		rest = "data/" + bundle
	}
	t, err := tlog.ParseTilePath("tile/8/" + rest)
	if !ok || err != nil || t.L > topLevel || TilePath(t.L, t.N, t.W) != path {
		return 0, 0, 0, fmt.Errorf("read %q: %w", path, ErrPath)
	}
	return t.L, t.N, t.W, nil
}

// CheckpointPath is where the checkpoint of so many entries is published.
func CheckpointPath(size int64) string { return fmt.Sprintf("%s%020d", checkpointsDir, size) }

// ParseCheckpointPath is the inverse of CheckpointPath; ErrPath.
func ParseCheckpointPath(path string) (int64, error) {
	size, err := strconv.ParseInt(strings.TrimPrefix(path, checkpointsDir), 10, 64)
	if err != nil || size < 0 || CheckpointPath(size) != path {
		return 0, fmt.Errorf("read %q: %w", path, ErrPath)
	}
	return size, nil
}

// AppendBundle adds an entry to a bundle: its length in two bytes, itself.
func AppendBundle(bundle, entry []byte) ([]byte, error) {
	if len(entry) > MaxEntry {
		return nil, fmt.Errorf("bundle an entry of %d bytes", len(entry))
	}
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...), nil //nolint:gosec // measured
}

// ParseBundle gives the first width entries of a bundle and its bytes up to
// there; ErrProof when there are not so many.
func ParseBundle(bundle []byte, width int) (entries [][]byte, used []byte, err error) {
	rest := bundle
	for range width {
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			return nil, nil, fmt.Errorf("read %d entries of a bundle, which has %d: %w", width, len(entries), ErrProof)
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		entries, rest = append(entries, rest[2:end:end]), rest[end:]
	}
	return entries, bundle[:len(bundle)-len(rest)], nil
}

// cut gives the beginning of a tile or bundle as it was when it was narrower.
func cut(level int, body []byte, width int) ([]byte, error) {
	if level == entryLevel {
		_, used, err := ParseBundle(body, width)
		return used, err
	}
	if len(body) < width*tlog.HashSize {
		return nil, fmt.Errorf("read %d hashes of a tile of %d bytes: %w", width, len(body), ErrProof)
	}
	return body[:width*tlog.HashSize], nil
}

// end is how many entries the log has at least where this is published.
func end(level int, n int64, width int) int64 {
	last := n<<tileHeight + int64(width)
	shift := tileHeight * max(level, 0)
	if last > (1<<62)>>shift {
		return 1 << 62 // no log is so long
	}
	return last << shift
}

// newTiles are those that a log of so many entries has, and that it had not,
// or narrower, when it was shorter: bundles too.
func newTiles(older, newer int64) []tlog.Tile {
	all := tlog.NewTiles(tileHeight, older, newer)
	for _, t := range all {
		if t.L == 0 {
			all = append(all, tlog.Tile{H: tileHeight, L: entryLevel, N: t.N, W: t.W})
		}
	}
	return all
}
