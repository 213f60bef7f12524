package client

import "github.com/coffre-citoyen/coffre/internal/journal"

// FaultKind says in which way a log is not what was signed.
type FaultKind string

const (
	// FaultSignature: nobody whose key it is has signed the checkpoint.
	FaultSignature FaultKind = "signature"
	// FaultEntry: an entry is not the one that the tree was made of.
	FaultEntry FaultKind = "entry"
	// FaultTile: a tile is not what is below it gives.
	FaultTile FaultKind = "tile"
	// FaultMissing: what the signed size promises is not shown.
	FaultMissing FaultKind = "missing"
	// FaultRoot: the entries do not give the root that was signed.
	FaultRoot FaultKind = "root"
	// FaultShorter: fewer entries than were seen before.
	FaultShorter FaultKind = "shorter"
	// FaultRewritten: other entries than were signed before.
	FaultRewritten FaultKind = "rewritten"
	// FaultTwins: two signed checkpoints of one size.
	FaultTwins FaultKind = "twins"
	// FaultPage: a page is not the one that the log tells of.
	FaultPage FaultKind = "page"
)

// Fault is what was found; it counts as journal.ErrProof.
type Fault struct {
	Kind  FaultKind
	Path  string // of the tile, "" where it is about none
	Index int64  // of the entry, or so many entries; -1 where it is about none
	Msg   string
}

func (f *Fault) Error() string { return f.Msg }

func (f *Fault) Unwrap() error { return journal.ErrProof }

func fault(kind FaultKind, path string, index int64, msg string) error {
	return &Fault{Kind: kind, Path: path, Index: index, Msg: msg}
}
