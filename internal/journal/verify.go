package journal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrProof: the log does not show what it is said to show.
var ErrProof = errors.New("journal proof does not verify")

// Leaf is an inclusion proof (RFC 9162 §2.1.3) in a checkpoint.
type Leaf struct {
	Index      int64    `json:"index"`
	Size       int64    `json:"size"`
	Path       [][]byte `json:"path"`
	Checkpoint string   `json:"checkpoint"`
	Entry      []byte   `json:"entry,omitempty"` // where the leaf is a public fact
}

// Checkpoint is what a log has signed: so many leaves, this root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// text is the note's body (C2SP tlog-checkpoint).
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// OpenCheckpoint verifies a signed note under the log's verifier key, whose
// name has to be the checkpoint's origin.
func OpenCheckpoint(vkey, text string) (Checkpoint, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read log key: %w", ErrProof)
	}
	n, err := note.Open([]byte(text), note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: not signed by this log: %w", ErrProof)
	}
	lines := strings.SplitN(n.Text, "\n", 4)
	if len(lines) != 4 || lines[0] != v.Name() {
		return Checkpoint{}, fmt.Errorf("open checkpoint: of another log: %w", ErrProof)
	}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := tlog.ParseHash(lines[2])
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if err := errors.Join(err1, err2); err != nil || size < 0 || !strings.HasPrefix(n.Text, c.text()) {
		return Checkpoint{}, fmt.Errorf("open checkpoint: malformed: %w", ErrProof)
	}
	return c, nil
}

// VerifyConsistency shows that the newer checkpoint's log begins with all of
// the older one's: nothing was rewritten in between (RFC 9162 §2.1.4).
func VerifyConsistency(older, newer Checkpoint, path [][]byte) error {
	proof, err := hashes(path)
	if err != nil || older.Size < 1 || older.Size > newer.Size {
		return fmt.Errorf("verify consistency: malformed: %w", ErrProof)
	}
	if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return fmt.Errorf("verify consistency: the journal was rewritten: %w", ErrProof)
	}
	return nil
}

func hashes(path [][]byte) ([]tlog.Hash, error) {
	all := make([]tlog.Hash, len(path))
	for i, h := range path {
		if len(h) != tlog.HashSize {
			return nil, ErrProof
		}
		all[i] = tlog.Hash(h)
	}
	return all, nil
}

// VerifyLeaf shows that the entry is in the checkpoint, and the checkpoint signed.
func VerifyLeaf(vkey string, entry []byte, leaf Leaf) (Checkpoint, error) {
	c, err := OpenCheckpoint(vkey, leaf.Checkpoint)
	if err != nil {
		return Checkpoint{}, err
	}
	if leaf.Size != c.Size || leaf.Index < 0 || leaf.Index >= c.Size {
		return Checkpoint{}, fmt.Errorf("verify leaf: index or size is not the checkpoint's: %w", ErrProof)
	}
	proof, err := hashes(leaf.Path)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify leaf: malformed path: %w", err)
	}
	if err := tlog.CheckRecord(proof, c.Size, c.Root, leaf.Index, tlog.RecordHash(entry)); err != nil {
		return Checkpoint{}, fmt.Errorf("verify leaf: %w", ErrProof)
	}
	return c, nil
}

// VerifyEvent shows that the log holds this event, and decodes it.
func VerifyEvent(vkey string, event, salt []byte, leaf Leaf) (Event, Checkpoint, error) {
	if len(salt) != 32 {
		return Event{}, Checkpoint{}, fmt.Errorf("verify event: malformed salt: %w", ErrProof)
	}
	commitment := Commitment(event, [32]byte(salt))
	c, err := VerifyLeaf(vkey, commitment[:], leaf)
	if err != nil {
		return Event{}, Checkpoint{}, err
	}
	e, err := DecodeEvent(event)
	if err != nil {
		return Event{}, Checkpoint{}, err
	}
	return e, c, nil
}
