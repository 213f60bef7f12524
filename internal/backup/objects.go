package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// object is a line of a point's list.
type object struct {
	Key    string
	Size   int64
	SHA256 string
}

func (o object) line() string { return fmt.Sprintf("%s %d %s\n", o.Key, o.Size, o.SHA256) }

// objectOf reads a row of the versions' table: nil when the row needs no
// object, or is of another table.
func objectOf(r Row) (*object, error) {
	if r.Table != "versions" {
		return nil, nil
	}
	col := func(name string) any {
		if i := slices.Index(r.Columns, name); i >= 0 {
			return r.Values[i]
		}
		return nil
	}
	doc, ok1 := col("doc").(string)
	id, ok2 := col("id").(string)
	state, ok3 := col("state").(string)
	size, ok4 := col("sealed").(int64)
	sum, ok5 := col("sha256").([]byte)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return nil, fmt.Errorf("read a version's row: %w", ErrDamaged)
	}
	switch safe.VersionState(state) {
	case safe.Stored, safe.Inbox, safe.Kept:
		v := safe.Version{Doc: safe.DocumentID(doc), ID: safe.VersionID(id)}
		return &object{v.Object(), size, hex.EncodeToString(sum)}, nil
	case safe.Reserved, safe.Erasing:
	}
	return nil, nil
}

func readObjects(r io.Reader, visit func(object) error) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var o object
		if _, err := fmt.Sscanf(lines.Text(), "%s %d %s", &o.Key, &o.Size, &o.SHA256); err != nil || !proper(o.Key) {
			return fmt.Errorf("read list of objects: %w", ErrDamaged)
		}
		if err := visit(o); err != nil {
			return err
		}
	}
	return lines.Err()
}

// proper keys are ours: a list that was tampered with leads to no other file.
func proper(key string) bool {
	return strings.HasPrefix(key, "docs/") && !strings.Contains(key, "..") && strings.Count(key, "/") == 2
}

// counted hashes what passes, and fails at the end when it is not the object.
type counted struct {
	r    io.Reader
	want object
	n    int64
	h    hash.Hash
}

func counting(r io.Reader, want object) *counted { return &counted{r: r, want: want, h: sha256.New()} }

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.h.Write(p[:n])
	if errors.Is(err, io.EOF) && (c.n != c.want.Size || hex.EncodeToString(c.h.Sum(nil)) != c.want.SHA256) {
		return n, fmt.Errorf("%s has other bytes than its row says: %w", c.want.Key, ErrDamaged)
	}
	return n, err
}

// put copies an object into a store that may have it already. One of the same
// length that is there is believed; `coffred check --deep` hashes it again.
func put(ctx context.Context, to safe.Blobs, o object, open func() (io.ReadCloser, error)) (copied bool, err error) {
	if n, err := to.Size(ctx, o.Key); err == nil {
		if n != o.Size {
			return false, fmt.Errorf("%s is there with another length: %w", o.Key, ErrNotEmpty)
		}
		return false, nil
	} else if !safe.IsKind(err, safe.NotFound) {
		return false, fmt.Errorf("look for object: %w", err)
	}
	r, err := open()
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }()
	if err := to.Put(ctx, o.Key, counting(r, o), o.Size); err != nil {
		return false, fmt.Errorf("put object: %w", err)
	}
	return true, nil
}

const (
	// publicDir is where an object store has the journal's tiles and checkpoints.
	publicDir  = "log/"
	publicPage = 1000
	publicMost = 17 << 20 // a bundle of entries is shorter
)

// movePublic copies what is public of the journal: tiles could be made again
// from rows, but not the checkpoints with what witnesses have signed.
func movePublic(ctx context.Context, from, to safe.Blobs) error {
	for after := ""; ; {
		keys, err := from.List(ctx, publicDir, after, publicPage)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := copyPublic(ctx, from, to, key); err != nil {
				return fmt.Errorf("copy %s: %w", key, err)
			}
			after = key
		}
		if len(keys) < publicPage {
			return nil
		}
	}
}

func copyPublic(ctx context.Context, from, to safe.Blobs, key string) error {
	body, err := readPublic(ctx, from, key)
	if err != nil {
		return err
	}
	err = to.Put(ctx, key, bytes.NewReader(body), int64(len(body)))
	if !safe.IsKind(err, safe.AlreadyExists) {
		return err
	}
	there, err := readPublic(ctx, to, key)
	if err == nil && !bytes.Equal(there, body) {
		err = fmt.Errorf("it is there with other bytes: %w", ErrNotEmpty)
	}
	return err
}

func readPublic(ctx context.Context, blobs safe.Blobs, key string) ([]byte, error) {
	r, err := blobs.Open(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, publicMost))
	return b, errors.Join(err, r.Close())
}
