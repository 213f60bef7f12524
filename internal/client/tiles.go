package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	tileBytes  = tileWidth * tlog.HashSize
	// maxBundle is what 256 entries of the greatest length take.
	maxBundle = tileWidth * (2 + journal.MaxEntry)
	// bundles is the level of entries, as package journal counts.
	bundles = -1
)

// errNoTile: nothing is published there, and whoever publishes answers.
var errNoTile = errors.New("the log does not show it")

// PublicLog is what is public of a log (C2SP tlog-tiles), at an address or in a
// directory: a copy that somebody made. Nothing of it is believed. Safe for
// concurrent use.
type PublicLog struct {
	where string
	read  func(ctx context.Context, path string, most int64) ([]byte, error)
	dir   string // "" at an address
}

// OpenPublic takes https://coffre.example.fr, the address of a copy with a path,
// or a directory. Nothing is read yet.
func OpenPublic(where string, hc *http.Client) (*PublicLog, error) {
	if !strings.Contains(where, "://") {
		return openDir(where)
	}
	u, err := url.Parse(strings.TrimRight(where, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("read address %q: write it as https://coffre.example.fr", where)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("read address %q: only https beyond this machine", where)
	}
	if u.Path == "" {
		u.Path = "/log"
	}
	if hc == nil {
		hc = &http.Client{Timeout: time.Minute}
	}
	l := &PublicLog{where: where}
	l.read = func(ctx context.Context, path string, most int64) ([]byte, error) {
		var b []byte
		err := patiently(ctx, func() (err error) {
			b, err = readAt(ctx, hc, u.JoinPath(path).String(), most)
			return err
		})
		return b, err
	}
	return l, nil
}

func readAt(ctx context.Context, hc *http.Client, address string, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("User-Agent", "coffre-cli")
	resp, err := hc.Do(r)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrOffline, err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("read %s: %w", address, errNoTile)
	case resp.StatusCode != http.StatusOK:
		return nil, refusal(resp)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOffline, err)
	}
	return b, nil
}

func openDir(dir string) (*PublicLog, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("read log: %s is not a directory", dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "tile")); err != nil { // a copy of the whole address
		if _, err := os.Stat(filepath.Join(dir, "log")); err == nil {
			dir = filepath.Join(dir, "log")
		}
	}
	l := &PublicLog{where: dir, dir: dir}
	l.read = func(_ context.Context, path string, most int64) ([]byte, error) {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(path)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read %s: %w", path, errNoTile)
		}
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		return io.ReadAll(io.LimitReader(f, most+1))
	}
	return l, nil
}

// Where it is, as OpenPublic was told.
func (l *PublicLog) Where() string { return l.where }

// Checkpoint is the newest signed note, not yet verified.
func (l *PublicLog) Checkpoint(ctx context.Context) (string, error) {
	b, err := l.read(ctx, "checkpoint", maxNote)
	if errors.Is(err, errNoTile) && l.dir != "" {
		sizes, err := l.sizes()
		if err != nil {
			return "", err
		}
		if len(sizes) == 0 {
			return "", fmt.Errorf("read log: there is no checkpoint in %s", l.dir)
		}
		b, err = l.read(ctx, journal.CheckpointPath(sizes[len(sizes)-1]), maxNote)
		return string(b), err
	}
	return string(b), err
}

// sizes of the checkpoints that a directory holds, in order. They are eight bytes
// each in memory.
func (l *PublicLog) sizes() ([]int64, error) {
	d, err := os.Open(filepath.Join(l.dir, "checkpoints"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	var all []int64
	for {
		some, err := d.ReadDir(1000)
		for _, f := range some {
			if n, err := journal.ParseCheckpointPath("checkpoints/" + f.Name()); err == nil {
				all = append(all, n)
			}
		}
		if errors.Is(err, io.EOF) {
			slices.Sort(all)
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// tile reads the first width hashes of a tile. A partial one that is gone has
// been superseded by the full one.
func (l *PublicLog) tile(ctx context.Context, level int, n int64, width int) ([]byte, error) {
	b, err := l.wide(ctx, level, n, width, tileBytes)
	if err != nil {
		return nil, err
	}
	want := width * tlog.HashSize
	if len(b) < want || len(b) > want && len(b) != tileBytes {
		return nil, fault(FaultTile, journal.TilePath(level, n, width), -1, "a tile of another length")
	}
	return b[:want], nil
}

// bundle reads the first width entries of a bundle.
func (l *PublicLog) bundle(ctx context.Context, n int64, width int) ([][]byte, error) {
	b, err := l.wide(ctx, bundles, n, width, maxBundle)
	if err != nil {
		return nil, err
	}
	entries, used, err := journal.ParseBundle(b, width)
	if err != nil {
		return nil, fault(FaultTile, journal.TilePath(bundles, n, width), n*tileWidth, err.Error())
	}
	if rest := b[len(used):]; len(rest) > 0 {
		if _, all, err := journal.ParseBundle(b, tileWidth); err != nil || len(all) != len(b) {
			return nil, fault(FaultTile, journal.TilePath(bundles, n, width), n*tileWidth, "a bundle of another length")
		}
	}
	return entries, nil
}

func (l *PublicLog) wide(ctx context.Context, level int, n int64, width int, most int64) ([]byte, error) {
	name := journal.TilePath(level, n, width)
	b, err := l.read(ctx, name, most)
	if errors.Is(err, errNoTile) && width < tileWidth {
		b, err = l.read(ctx, journal.TilePath(level, n, tileWidth), most)
	}
	if errors.Is(err, errNoTile) {
		return nil, fault(FaultMissing, name, -1, "the log does not show "+path.Join(l.where, name))
	}
	return b, err
}

// hashReader reads hashes of a signed tree through its tiles, and gives none that
// is not of that tree.
func (l *PublicLog) hashReader(ctx context.Context, c journal.Checkpoint) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, &reading{ctx, l})
}

type reading struct {
	ctx context.Context //nolint:containedctx // lives for one proof
	log *PublicLog
}

func (*reading) Height() int { return tileHeight }

func (r *reading) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		b, err := r.log.tile(r.ctx, t.L, t.N, t.W)
		if err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

func (*reading) SaveTiles([]tlog.Tile, [][]byte) {}

// Prove finds the path from an entry to the root of a signed checkpoint.
// FaultEntry when another entry is at that place.
func (l *PublicLog) Prove(ctx context.Context, vkey, note string, index int64, entry []byte) (journal.Leaf, error) {
	c, err := journal.OpenCheckpoint(vkey, note)
	if err != nil {
		return journal.Leaf{}, err
	}
	if index < 0 || index >= c.Size {
		return journal.Leaf{}, fault(FaultShorter, "", index, fmt.Sprintf("the log has %d entries, this one would be entry %d", c.Size, index))
	}
	path, err := tlog.ProveRecord(c.Size, index, l.hashReader(ctx, c))
	if err != nil {
		return journal.Leaf{}, l.tileError(err)
	}
	leaf := journal.Leaf{Index: index, Size: c.Size, Path: [][]byte{}, Checkpoint: note}
	for _, h := range path {
		leaf.Path = append(leaf.Path, h[:])
	}
	if _, err := journal.VerifyLeaf(vkey, entry, leaf); err != nil {
		return leaf, fault(FaultEntry, "", index, "another entry is at this place of the log")
	}
	return leaf, nil
}

// Continues shows that a checkpoint of this log begins with all of an older one.
func (l *PublicLog) Continues(ctx context.Context, older, newer journal.Checkpoint) error {
	switch {
	case older.Size > newer.Size:
		return fault(FaultShorter, "", newer.Size, fmt.Sprintf("the log has %d entries; %d were seen", newer.Size, older.Size))
	case older.Size == newer.Size && older.Root != newer.Root:
		return fault(FaultTwins, "", older.Size, fmt.Sprintf("two signed checkpoints of %d entries differ", older.Size))
	case older.Size == newer.Size || older.Size == 0:
		return nil
	}
	root, err := tlog.TreeHash(older.Size, l.hashReader(ctx, newer))
	if err != nil {
		return l.tileError(err)
	}
	if root != older.Root {
		return fault(FaultRewritten, "", older.Size, fmt.Sprintf("the first %d entries are not those that were signed before", older.Size))
	}
	return nil
}

// tileError: what tlog refuses of itself is a tile that the signed root does not
// cover.
func (l *PublicLog) tileError(err error) error {
	var f *Fault
	var p *Problem
	if errors.As(err, &f) || errors.As(err, &p) || errors.Is(err, ErrOffline) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var disk *fs.PathError
	if errors.As(err, &disk) {
		return err
	}
	return fault(FaultTile, "", -1, err.Error())
}
