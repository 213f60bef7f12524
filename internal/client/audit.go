package client

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Policy is that of witnesses, as it is remembered; "" when none is.
func (m *Memory) Policy() string { return m.get(policyName) }

// LastSeen is the newest checkpoint of a log that was accepted, "" when none was.
func (m *Memory) LastSeen(vkey string) string {
	var last seenLog
	if json.Unmarshal([]byte(m.get("log:"+vkey)), &last) != nil {
		return ""
	}
	return last.Checkpoint
}

// KeepSeen remembers a checkpoint that was found to continue the one before.
func (m *Memory) KeepSeen(vkey, note string) error {
	c, err := journal.OpenCheckpoint(vkey, note)
	if err != nil {
		return err
	}
	if old, err := journal.OpenCheckpoint(vkey, m.LastSeen(vkey)); err == nil && old.Size >= c.Size {
		return nil
	}
	b, err := json.Marshal(seenLog{Size: c.Size, Root: c.Root.String(), Checkpoint: note})
	if err != nil {
		return fmt.Errorf("encode memory: %w", err)
	}
	return m.set("log:"+vkey, string(b))
}

// TrustKey takes a log's key on first use.
func (m *Memory) TrustKey(vkey string) error { return m.set(logKeyName, vkey) }

// Key is the log's verifier key as whoever publishes the log states it; "" where
// it is not stated. A claim, to be compared.
func (l *PublicLog) Key(ctx context.Context) (string, error) {
	if l.dir != "" {
		return "", nil
	}
	b, err := l.read(ctx, "key", maxNote)
	return strings.TrimSpace(string(b)), err
}
