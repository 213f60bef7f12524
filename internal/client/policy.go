package client

import (
	"context"
	"fmt"
	"sync"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	policyName = "log-policy"
	// ownPolicyName says that the policy is the citizen's own word: the
	// gateway is not asked for one any more.
	ownPolicyName = "log-policy-own"
)

// meeting is whether the gateway has said, in this Client's life, what its log's key
// and policy are.
type meeting struct {
	mu  sync.Mutex
	met bool
}

// meet holds the log's key and its policy of witnesses against those that
// were seen first, once in a Client's life, and remembers what is new. It
// returns the key.
func (w watch) meet(ctx context.Context) (string, error) {
	c := w.client
	c.meeting.mu.Lock()
	defer c.meeting.mu.Unlock()
	known := c.memory.get(logKeyName)
	if c.meeting.met && known != "" {
		return known, nil
	}
	site, err := c.Site(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case known == "":
		err = w.begin(site)
		known = site.LogKey
	case known == site.LogKey:
		err = w.goOn(site)
	case loopback(c.base.Hostname()):
		// A demonstration that was begun anew: TrustLog takes its key, and
		// until then nothing that it proves is believed.
	default:
		err = otherKey(known, site.LogKey)
	}
	if err != nil {
		return "", err
	}
	c.meeting.met = true
	return known, nil
}

func otherKey(known, said string) error {
	return &Alarm{
		Err:      fmt.Errorf("the journal has another key than on first use: %w", journal.ErrProof),
		Evidence: map[string]any{"seen": known, "received": said},
	}
}

// begin takes key and policy on first use.
func (w watch) begin(site Site) error {
	m := w.client.memory
	for _, name := range []string{policyName, ownPolicyName} {
		if err := m.set(name, ""); err != nil {
			return err
		}
	}
	if err := w.goOn(site); err != nil {
		return err
	}
	return m.set(logKeyName, site.LogKey)
}

// goOn takes the citizen's own policy; else the gateway's, when it is the
// first one or no weaker than the one before.
func (w watch) goOn(site Site) error {
	c := w.client
	if own := c.policy; own.Text() != "" {
		if !own.Knows(site.LogKey) {
			return &Alarm{
				Err:      fmt.Errorf("the journal is none of those that your policy lists: %w", journal.ErrPolicy),
				Evidence: map[string]any{"logKey": site.LogKey, "policy": own.Text()},
			}
		}
		if err := c.memory.set(policyName, own.Text()); err != nil {
			return err
		}
		return c.memory.set(ownPolicyName, "yes")
	}
	if c.memory.get(ownPolicyName) != "" {
		return nil
	}
	known, said := c.memory.get(policyName), site.Policy
	if said == "" {
		said = journal.NoPolicy
	}
	next, err := journal.ParsePolicy(said)
	if err == nil && !next.Knows(site.LogKey) {
		err = fmt.Errorf("the policy is of other logs: %w", journal.ErrPolicy)
	}
	if err == nil && known != "" {
		var old journal.Policy
		if old, err = journal.ParsePolicy(known); err != nil {
			return fmt.Errorf("read memory: %w", err)
		}
		if !next.Keeps(&old) {
			err = fmt.Errorf("the gateway asks for fewer witnesses, or other ones, than before: %w", journal.ErrPolicy)
		}
	}
	if err != nil {
		return &Alarm{Err: err, Evidence: map[string]any{"logKey": site.LogKey, "seen": known, "received": said}}
	}
	return c.memory.set(policyName, said)
}

// cosigned holds a checkpoint against the policy that is remembered: a fork
// that the log's own key has signed is found out here, by whoever never saw
// the other half of it.
func (w watch) cosigned(m mark, note string) error {
	text := w.client.memory.get(policyName)
	if text == "" {
		return nil // no gateway was met
	}
	p, err := journal.ParsePolicy(text)
	if err != nil {
		return fmt.Errorf("read memory: %w", err)
	}
	if _, err := p.Check(m.vkey, note); err != nil {
		return &Alarm{Err: err, Evidence: map[string]any{"logKey": m.vkey, "policy": text, "received": note}}
	}
	return nil
}
