package client

import (
	"context"
	"slices"
	"sync"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// resealPart is how many own grants one change replaces: each part that has
// landed is done, whatever becomes of the next.
const resealPart = 200

// ResealDue says whether own grants may be left that are sealed to a vault, or
// signed by a root, of before. It asks nobody: a safe whose keys were never
// replaced has none, and this device remembers when it has seen to the others.
func (s *Safe) ResealDue() bool {
	box := s.ring.Container()
	return (len(s.ring.Vaults()) > 1 || len(box.Line) > 0) && s.c.memory.get(s.resealed()) != s.vault.Recipient().Fingerprint()
}

func (s *Safe) resealed() string { return "resealed:" + s.id }

// opened is a document with its key.
type opened struct {
	entry sealed.Entry
	key   *sealed.Identity
	issue []byte // what its issuer has signed of it, unverified; goes along wherever it is sealed
}

// Reseal seals the holder's own grants again that are of keys of before, so
// that who was removed has nothing left to open. It goes by parts: what one has
// done, in this run or an earlier one, on this device or another, is left alone.
// It gives how many it has sealed.
func (s *Safe) Reseal(ctx context.Context, p Progress) (int, error) {
	if !s.ResealDue() {
		return 0, nil
	}
	docs := slices.Clone(s.held.manifest.Docs)
	done, total := 0, 0
	for part := range slices.Chunk(docs, resealPart) {
		var left []opened
		err := s.current(ctx, func(ctx context.Context) (err error) {
			left, err = s.outdated(ctx, part)
			return err
		})
		if err != nil {
			return total, err
		}
		if err := s.resealSome(ctx, left); err != nil {
			return total, err
		}
		done, total = done+len(part), total+len(left)
		if p != nil {
			p("resealing", int64(done), int64(len(docs)))
		}
	}
	return total, s.c.memory.set(s.resealed(), s.vault.Recipient().Fingerprint())
}

// outdated opens own grants and keeps those of keys of before.
func (s *Safe) outdated(ctx context.Context, docs []sealed.Entry) ([]opened, error) {
	var mu sync.Mutex
	var left []opened
	err := each(ctx, docs, func(ctx context.Context, e sealed.Entry) error {
		d, last, err := s.release(ctx, e)
		if IsProblem(err, "not-found") { // another device has erased it
			return nil
		}
		if err == nil && !last {
			mu.Lock()
			defer mu.Unlock()
			left = append(left, d)
		}
		return err
	})
	return left, err
}

// resealSome replaces own grants of documents that are still there.
func (s *Safe) resealSome(ctx context.Context, left []opened) error {
	if len(left) == 0 {
		return nil
	}
	return s.apply(ctx, change{edit: unchanged, more: func(m sealed.Manifest, in *changeBody) error {
		for _, o := range left {
			same := func(d sealed.Entry) bool { return d.ID == o.entry.ID && d.Version == o.entry.Version }
			if !slices.ContainsFunc(m.Docs, same) {
				continue
			}
			own, err := s.own(o)
			if err != nil {
				return err
			}
			in.Reseal = append(in.Reseal, own)
		}
		return nil
	}})
}

func unchanged(*sealed.Manifest) error { return nil }
