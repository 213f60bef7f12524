package client

import (
	"bytes"
	"encoding/json"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	// maxTypes and maxOffices bound what a hostile log can make a reader keep.
	maxTypes   = 100
	maxOffices = 100_000
	otherFacts = "?"
)

// count tells facts apart; commitments say nothing.
func (w *whole) count(entry []byte) {
	if len(entry) == tlog.HashSize {
		w.report.Events++
		return
	}
	kind := otherFacts
	if body, ok := bytes.CutPrefix(entry, []byte("coffre/v1/fact\n")); ok {
		var f struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(body, &f) == nil && f.Type != "" {
			kind = f.Type
		}
	}
	if _, known := w.report.Facts[kind]; !known && len(w.report.Facts) >= maxTypes {
		kind = otherFacts
	}
	w.report.Facts[kind]++
	if kind != "key" {
		return
	}
	f, err := journal.ParseKeyFact(entry)
	switch {
	case err != nil:
	case f.Holder == "safe" && f.Epoch == 1:
		w.report.Safes++
	case f.Holder == "administration":
		w.countOffice(f)
	}
}

func (w *whole) countOffice(f journal.KeyFact) {
	at, known := w.office[f.ID]
	if !known {
		if len(w.office) == maxOffices {
			return
		}
		at = len(w.report.Offices)
		w.office[f.ID] = at
		w.report.Offices = append(w.report.Offices, OfficeKeys{ID: f.ID})
	}
	w.report.Offices[at].Name, w.report.Offices[at].SIRET = f.Name, f.SIRET
	w.report.Offices[at].Keys++
}

// subtrees are the roots of the full tiles so far, joined as far as they go: the
// largest first.
type subtrees struct {
	n      int64
	hashes []tlog.Hash
}

func (s *subtrees) push(h tlog.Hash) {
	for full := s.n; full&1 == 1; full >>= 1 {
		last := len(s.hashes) - 1
		h = tlog.NodeHash(s.hashes[last], h)
		s.hashes = s.hashes[:last]
	}
	s.hashes = append(s.hashes, h)
	s.n++
}

// with is the root of all that was pushed and of so many leaves, fewer than a
// full tile or one, after it.
func (s *subtrees) with(leaves []tlog.Hash) tlog.Hash {
	var rest subtrees
	for _, h := range leaves {
		rest.push(h)
	}
	all := slices.Concat(s.hashes, rest.hashes)
	if len(all) == 0 {
		return emptyRoot()
	}
	root := all[len(all)-1]
	for i := len(all) - 2; i >= 0; i-- {
		root = tlog.NodeHash(all[i], root)
	}
	return root
}

func emptyRoot() tlog.Hash { return tlog.Hash(sum256(nil)) }

// rootOf a full tile.
func rootOf(leaves []tlog.Hash) tlog.Hash {
	level := slices.Clone(leaves)
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = tlog.NodeHash(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0]
}

func hashesOf(tile []byte) []tlog.Hash {
	out := make([]tlog.Hash, len(tile)/tlog.HashSize)
	for i := range out {
		copy(out[i][:], tile[i*tlog.HashSize:])
	}
	return out
}
