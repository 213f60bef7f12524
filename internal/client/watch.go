package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// watch verifies proofs of the log and remembers the newest checkpoint.
type watch struct{ client *Client }

// mark is the log as it was seen before a request: what answers the request
// may not be older.
type mark struct {
	vkey string
	size int64
}

type seenLog struct {
	Size       int64  `json:"size"`
	Root       string `json:"root"`
	Checkpoint string `json:"checkpoint"`
}

const logKeyName = "log-key"

// mark is taken before the request whose proofs it then checks.
func (w watch) mark(ctx context.Context) (mark, error) {
	vkey, err := w.meet(ctx)
	if err != nil {
		return mark{}, err
	}
	last, err := w.seen(vkey)
	return mark{vkey: vkey, size: last.Size}, err
}

// LogKey is the log's verifier key: the one that was seen first, else what
// the gateway says now.
func (c *Client) LogKey(ctx context.Context) (string, error) {
	m, err := c.watch.mark(ctx)
	return m.vkey, err
}

// TrustLog compares the log's key and its policy of witnesses with those that
// were seen first. A gateway on this machine is a demonstration, thrown away
// and begun anew, and its new key is taken; any other is refused.
func (c *Client) TrustLog(ctx context.Context) error {
	site, err := c.Site(ctx)
	if err != nil {
		return err
	}
	switch known := c.memory.get(logKeyName); {
	case known == site.LogKey:
		return c.watch.goOn(site)
	case known != "" && !loopback(c.base.Hostname()):
		return otherKey(known, site.LogKey)
	}
	return c.watch.begin(site)
}

func (w watch) seen(vkey string) (seenLog, error) {
	var last seenLog
	kept := w.client.memory.get("log:" + vkey)
	if kept == "" {
		return last, nil
	}
	if err := json.Unmarshal([]byte(kept), &last); err != nil {
		return last, fmt.Errorf("read memory: %w", err)
	}
	return last, nil
}

// accept takes a checkpoint that continues the newest one seen, which is
// proven to it and not believed: a log that forks is found out here.
func (w watch) accept(ctx context.Context, m mark, c journal.Checkpoint, note string) error {
	if err := w.cosigned(m, note); err != nil {
		return err
	}
	last, err := w.seen(m.vkey)
	if err != nil {
		return err
	}
	root := c.Root.String()
	if c.Size < m.size || c.Size == last.Size && root != last.Root {
		return &Alarm{
			Err:      fmt.Errorf("the journal has %d entries after %d, or other ones: %w", c.Size, last.Size, ErrRollback),
			Evidence: map[string]any{"logKey": m.vkey, "seen": last.Checkpoint, "received": note},
		}
	}
	if c.Size == last.Size {
		return nil
	}
	if last.Size > 0 {
		if err := w.continues(ctx, m, last, c, note); err != nil {
			return err
		}
	}
	if c.Size < last.Size { // an answer that was overtaken
		return nil
	}
	b, err := json.Marshal(seenLog{Size: c.Size, Root: root, Checkpoint: note})
	if err != nil {
		return fmt.Errorf("encode memory: %w", err)
	}
	return w.client.memory.set("log:"+m.vkey, string(b))
}

// continues asks for the proof that one of both logs begins with the other.
func (w watch) continues(ctx context.Context, m mark, last seenLog, c journal.Checkpoint, note string) error {
	older, err := journal.OpenCheckpoint(m.vkey, last.Checkpoint)
	if err != nil {
		return fmt.Errorf("read memory: %w", err)
	}
	newer := c
	if c.Size < older.Size {
		older, newer = c, older
	}
	var proof struct {
		Path [][]byte `json:"path"`
	}
	q := url.Values{"from": {strconv.FormatInt(older.Size, 10)}, "to": {strconv.FormatInt(newer.Size, 10)}}
	if err := w.client.get(ctx, "/log/consistency", q, &proof); err != nil {
		return err
	}
	if err := journal.VerifyConsistency(older, newer, proof.Path); err != nil {
		return &Alarm{
			Err:      errors.Join(err, ErrRollback),
			Evidence: map[string]any{"logKey": m.vkey, "seen": last.Checkpoint, "received": note, "proof": proof.Path},
		}
	}
	return nil
}

// act verifies the event that an act has just made. Its place is after all
// that was seen before: an old event of the same kind proves nothing.
func (w watch) act(ctx context.Context, m mark, p Proof, what string) (journal.Event, error) {
	ev, err := w.event(ctx, m, p)
	switch {
	case err != nil:
		return ev, err
	case p.Leaf.Index < m.size:
		return ev, fmt.Errorf("the proof is of an earlier act: %w", journal.ErrProof)
	case ev.What != what || ev.Result != journal.ResultDone:
		return ev, fmt.Errorf("the proof is of %q, %q: %w", ev.What, ev.Result, journal.ErrProof)
	}
	return ev, nil
}

func (w watch) event(ctx context.Context, m mark, p Proof) (journal.Event, error) {
	if p.Leaf == nil {
		return journal.Event{}, fmt.Errorf("there is no proof: %w", journal.ErrProof)
	}
	ev, c, err := journal.VerifyEvent(m.vkey, []byte(p.Event), p.Salt, *p.Leaf)
	if err != nil {
		return ev, err
	}
	if err := w.accept(ctx, m, c, p.Leaf.Checkpoint); err != nil {
		return ev, err
	}
	if ev.Safe != "" && ev.N == 0 { // no list would miss it
		return ev, fmt.Errorf("the act has no place in the safe's journal: %w", journal.ErrProof)
	}
	return ev, w.place(ev, p)
}

// fact verifies the public fact that says whose key is whose.
func (w watch) fact(ctx context.Context, m mark, leaf *journal.Leaf) (journal.KeyFact, error) {
	if leaf == nil {
		return journal.KeyFact{}, fmt.Errorf("the key is not in the log: %w", journal.ErrProof)
	}
	c, err := journal.VerifyLeaf(m.vkey, leaf.Entry, *leaf)
	if err != nil {
		return journal.KeyFact{}, err
	}
	if err := w.accept(ctx, m, c, leaf.Checkpoint); err != nil {
		return journal.KeyFact{}, err
	}
	return journal.ParseKeyFact(leaf.Entry)
}

// factOf is a fact about this holder, with this verification key.
func (w watch) factOf(ctx context.Context, m mark, leaf *journal.Leaf, holder, id string, vk []byte) (journal.KeyFact, error) {
	f, err := w.fact(ctx, m, leaf)
	if err != nil {
		return f, err
	}
	said, err := decodeBase64(f.VK)
	if err != nil || f.Holder != holder || f.ID != id || !bytes.Equal(said, vk) {
		return f, errors.Join(fmt.Errorf("the log holds another key for this %s: %w", holder, journal.ErrProof), err)
	}
	return f, nil
}
