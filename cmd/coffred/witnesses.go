package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/witness"
)

// policyOf reads the policy of witnesses; one that asks nobody where the
// configuration names none.
func policyOf(c config.Config) (journal.Policy, error) {
	if c.Journal.Witnesses == "" {
		return journal.ParsePolicy(journal.NoPolicy)
	}
	b, err := os.ReadFile(c.Journal.Witnesses)
	if err != nil {
		return journal.Policy{}, fmt.Errorf("journal.witnesses: %w", err)
	}
	p, err := journal.ParsePolicy(string(b))
	if err != nil {
		return journal.Policy{}, fmt.Errorf("journal.witnesses: %w", err)
	}
	return p, nil
}

// circleOf is whom the sequencer asks.
func circleOf(p journal.Policy, vkey string, store journal.Store) (*witness.Circle, error) {
	circle, err := witness.NewCircle(witness.CircleConfig{
		Policy: p, LogKey: vkey,
		Prove: func(ctx context.Context, from, to int64) ([][]byte, error) {
			return journal.ProveConsistency(ctx, store, from, to)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("journal.witnesses: %w", err)
	}
	return circle, nil
}

// statedPolicy is what the site says; "" asks nobody.
func (s *stores) statedPolicy() string {
	if s.policy.Text() == journal.NoPolicy {
		return ""
	}
	return s.policy.Text()
}

// begin gives the journal a public checkpoint that its policy allows, before
// anybody can ask for one: the first of all, or the first under another
// policy. One that is there already is enough, whoever is away by now.
func (s *stores) begin(ctx context.Context) error {
	for {
		_, err := s.seq.Step(ctx)
		if err != nil && !errors.Is(err, journal.ErrFenced) && !errors.Is(err, journal.ErrQuorum) {
			return err
		}
		head, failed := s.log.Head(ctx)
		if failed != nil {
			return failed
		}
		if head.Checkpoint != nil {
			_, unmet := s.policy.Check(s.vkey, string(head.Checkpoint))
			if !errors.Is(unmet, journal.ErrPolicy) {
				return unmet
			}
		}
		if !errors.Is(err, journal.ErrFenced) { // otherwise another replica is faster
			return fmt.Errorf("no checkpoint of the journal is cosigned as journal.witnesses asks; start again once its witnesses answer: %w", err)
		}
	}
}

// witnesses looks at the policy, and at the journal's key with it.
func (v *verdict) witnesses(c config.Config) {
	if c.Journal.Witnesses == "" {
		v.ok("journal.witnesses: nobody is asked: whoever holds the journal's key can show two histories to two people")
		return
	}
	p, err := policyOf(c)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("journal.witnesses: there is no %s: copy ops/deploy/witnesses.example.policy there", c.Journal.Witnesses)
	}
	if err != nil {
		v.wrong(err)
		return
	}
	if _, vkey, err := logKey(ownKeys{keysOf(c).dir, true}, c.LogOrigin); err == nil { // v.keys says when not
		if _, err := circleOf(p, vkey, nil); err != nil {
			v.wrong(err)
			return
		}
	}
	v.ok("journal.witnesses names %d witnesses", len(p.Witnesses()))
}
