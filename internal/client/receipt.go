package client

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/canon"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// maxReceipt bounds a receipt, and what a link inflates to (SPEC.md §9).
const maxReceipt = 64 << 10

// ErrReceipt: not a receipt of SPEC.md §9.
var ErrReceipt = errors.New("not a receipt")

// Receipt is what somebody keeps of an act, to show to anybody (SPEC.md §9):
// the event with its proof and, where it is about a document, which bytes that
// has.
type Receipt struct {
	V       int             `json:"v"`    // 1
	Type    string          `json:"type"` // "receipt"
	Log     string          `json:"log"`  // verifier key, as the maker knows it
	Event   string          `json:"event"`
	Salt    []byte          `json:"salt"`
	Leaf    journal.Leaf    `json:"leaf"`
	Content *sealed.Content `json:"content,omitempty"`
}

// NewReceipt makes one of a proof, after it has verified it. content may be nil.
func NewReceipt(vkey string, p Proof, content *sealed.Content) (Receipt, error) {
	if p.Leaf == nil {
		return Receipt{}, fmt.Errorf("make receipt: there is no proof: %w", journal.ErrProof)
	}
	r := Receipt{V: 1, Type: "receipt", Log: vkey, Event: p.Event, Salt: p.Salt, Leaf: *p.Leaf, Content: content}
	if r.Leaf.Entry = nil; r.Leaf.Path == nil { // the only leaf of a tree
		r.Leaf.Path = [][]byte{}
	}
	_, err := r.Verify(vkey)
	return r, err
}

// Encode is the file.
func (r Receipt) Encode() ([]byte, error) {
	b, err := canon.Encode(r)
	if err != nil {
		return nil, fmt.Errorf("encode receipt: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseReceipt reads the file, and believes nothing in it. White space around
// it is passed over.
func ParseReceipt(b []byte) (Receipt, error) {
	var r Receipt
	if len(b) > maxReceipt {
		return r, fmt.Errorf("read receipt: too long: %w", ErrReceipt)
	}
	if err := canon.Decode(bytes.Trim(b, " \t\r\n"), &r); err != nil {
		return r, fmt.Errorf("read receipt: %w: %w", ErrReceipt, err)
	}
	if r.V != 1 || r.Type != "receipt" || r.Leaf.Entry != nil {
		return r, fmt.Errorf("read receipt: of another version or type: %w", ErrReceipt)
	}
	return r, checkOpening(r.Content)
}

func checkOpening(c *sealed.Content) error {
	if c == nil {
		return nil
	}
	if _, err := c.Commitment(); err != nil {
		return fmt.Errorf("read receipt: %w: %w", ErrReceipt, err)
	}
	return nil
}

// Verify shows that the log of that key holds the event and, where the receipt
// tells a content, that the event commits to it. That the key is the one of the
// log that is meant is for the caller to know.
func (r Receipt) Verify(vkey string) (Proven, error) {
	p, err := VerifyProof(vkey, Proof{Event: r.Event, Salt: r.Salt, Leaf: &r.Leaf})
	if err != nil {
		return p, err
	}
	return p, opens(r.Content, p.Event)
}

func opens(c *sealed.Content, ev journal.Event) error {
	if c == nil {
		return nil
	}
	if err := c.Verify(ev.Detail["content"]); err != nil {
		return fmt.Errorf("verify receipt: %w", err)
	}
	return nil
}

// Short is what fits into a QR code: a receipt without its proof, which the
// public tiles of the log give.
type Short struct {
	Event   string          `json:"e"`
	Salt    []byte          `json:"s"`
	Index   int64           `json:"i"`
	Content *sealed.Content `json:"c,omitempty"`
}

const shortMark = "1."

// Link is the address of the page that verifies the receipt, with the short
// form behind the #, which no browser sends to a server.
func (r Receipt) Link(base string) (string, error) {
	b, err := canon.Encode(Short{r.Event, r.Salt, r.Leaf.Index, r.Content})
	if err != nil {
		return "", fmt.Errorf("encode link: %w", err)
	}
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.BestCompression)
	if err != nil {
		return "", fmt.Errorf("encode link: %w", err)
	}
	_, err = w.Write(b)
	if err := errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("encode link: %w", err)
	}
	return strings.TrimRight(base, "/") + "/verifier#" + shortMark + base64.RawURLEncoding.EncodeToString(small.Bytes()), nil
}

// ParseLink reads a link, and gives the address of the safe that it is of.
func ParseLink(link string) (base string, s Short, err error) {
	page, code, ok := strings.Cut(strings.TrimSpace(link), "#")
	packed, marked := strings.CutPrefix(code, shortMark)
	base, verifies := strings.CutSuffix(page, "/verifier")
	small, err := base64.RawURLEncoding.Strict().DecodeString(packed)
	if !ok || !marked || !verifies || err != nil || len(small) > maxReceipt || strings.ContainsAny(packed, "\r\n") {
		return "", s, fmt.Errorf("read link: %w", ErrReceipt)
	}
	r := flate.NewReader(bytes.NewReader(small))
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, maxReceipt+1))
	if err != nil || len(b) > maxReceipt {
		return "", s, fmt.Errorf("read link: damaged: %w", ErrReceipt)
	}
	if err := canon.Decode(b, &s); err != nil {
		return "", s, fmt.Errorf("read link: %w: %w", ErrReceipt, err)
	}
	if len(s.Salt) != len([32]byte{}) || s.Index < 0 {
		return "", s, fmt.Errorf("read link: malformed: %w", ErrReceipt)
	}
	return base, s, checkOpening(s.Content)
}

// Prove finds the proof of a short form in the log's public tiles.
func (s Short) Prove(ctx context.Context, l *PublicLog, vkey, note string) (Receipt, error) {
	entry := journal.Commitment([]byte(s.Event), [32]byte(s.Salt))
	leaf, err := l.Prove(ctx, vkey, note, s.Index, entry[:])
	if err != nil {
		return Receipt{}, withEvidence(err, map[string]any{"logKey": vkey, "checkpoint": note, "event": s.Event, "salt": s.Salt, "index": s.Index})
	}
	return NewReceipt(vkey, Proof{Event: s.Event, Salt: s.Salt, Leaf: &leaf}, s.Content)
}
