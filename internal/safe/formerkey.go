package safe

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// DefaultOverlap is how long what was sealed to a former key of an administration
// is still taken: a citizen may have read the key just before it was replaced.
const DefaultOverlap = 24 * time.Hour

// FormerKey is a key that an administration had. What it has signed by then
// counts for as long as anybody has it, so none is ever removed.
type FormerKey struct {
	Administration AdministrationID
	Epoch          int64 // of the keyring that took its place
	VK             []byte
	Recipient      string // fingerprint
	Fact           []byte // its last entry in the log
	Succession     []byte // the entry that ended its root; nil when only the recipient was replaced
	Ended          time.Time
}

// FormerKeys holds them.
type FormerKeys interface {
	// Add is AlreadyExists when there is one of that administration and epoch.
	Add(ctx context.Context, k FormerKey) error
	// Roots of an administration that were replaced, all of them, the last first.
	// A line has an end (SPEC.md §7), and so have they.
	Roots(ctx context.Context, id AdministrationID) ([]FormerKey, error)
	// Replaced is when a recipient of an administration was replaced last; zero
	// when it was none.
	Replaced(ctx context.Context, id AdministrationID, recipient string) (time.Time, error)
}

// KeyView is a key that an administration has or had, with what proves it.
type KeyView struct {
	VK    []byte
	Epoch int64 // of its first keyring, or of the one that replaced it
	Key   *journal.Leaf
	Ended *journal.Leaf // nil of the one in use
}

// AdministrationKeys gives what is needed to verify anything that an
// administration has ever signed: the key in use, then the former ones, the
// newest first. Open to anybody. Unavailable while one of them is not public yet:
// without it what is genuine would be nobody's, or the line would be broken.
func (s *Domain) AdministrationKeys(ctx context.Context, id AdministrationID) ([]KeyView, error) {
	keys, public, err := s.publicKeys(ctx, id)
	if err == nil && !public {
		err = refusal(Unavailable, "a key of the administration is not in the public log yet")
	}
	return keys, err
}

// publicKeys are those of AdministrationKeys, all or none: public says which.
func (s *Domain) publicKeys(ctx context.Context, id AdministrationID) (keys []KeyView, public bool, err error) {
	var views []KeyView
	var facts [][]byte
	var indexes []int64
	err = s.rows.View(ctx, func(tx Tx) error {
		var err error
		if views, facts, err = keyFacts(ctx, tx, id); err != nil {
			return err
		}
		indexes = make([]int64, len(facts))
		for i, f := range facts {
			if indexes[i], err = tx.Leaves.FactIndex(ctx, f); err != nil {
				return backend("find key fact", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, backend("list keys", err)
	}
	return s.provenKeys(ctx, views, facts, indexes)
}

// keyFacts are the facts of each view in turn: the key's, and of a former one
// that of its succession too.
func keyFacts(ctx context.Context, tx Tx, id AdministrationID) (views []KeyView, facts [][]byte, err error) {
	adm, err := tx.Administrations.Get(ctx, id)
	if err != nil {
		return nil, nil, backend("read administration", err)
	}
	if adm.Recipient == "" {
		return nil, nil, nil
	}
	now, err := administrationFact(adm).Encode()
	if err != nil {
		return nil, nil, &Error{Kind: Damaged, Msg: "encode key fact", Err: err}
	}
	views, facts = []KeyView{{VK: adm.VK, Epoch: adm.Epoch}}, [][]byte{now}
	former, err := tx.FormerKeys.Roots(ctx, id)
	if err != nil {
		return nil, nil, backend("list former keys", err)
	}
	for _, k := range former {
		views = append(views, KeyView{VK: k.VK, Epoch: k.Epoch})
		facts = append(facts, k.Fact, k.Succession)
	}
	return views, facts, nil
}

func (s *Domain) provenKeys(ctx context.Context, views []KeyView, facts [][]byte, indexes []int64) ([]KeyView, bool, error) {
	if len(views) == 0 {
		return nil, true, nil
	}
	given := make([]*int64, len(indexes))
	for i := range indexes {
		given[i] = &indexes[i]
	}
	if err := s.shown(ctx, given); err != nil {
		return nil, false, err
	}
	if slices.Min(indexes) < 0 {
		return nil, false, nil
	}
	_, proofs, err := s.log.Proofs(ctx, indexes)
	if err != nil {
		return nil, false, &Error{Kind: Unavailable, Msg: "prove keys", Err: err}
	}
	for i := range proofs {
		proofs[i].Entry = facts[i]
	}
	views[0].Key = &proofs[0]
	for i := 1; i < len(views); i++ {
		views[i].Key, views[i].Ended = &proofs[2*i-1], &proofs[2*i]
	}
	return views, true, nil
}

// swapOfficeKeyring replaces the keyring of an administration, with another root
// when the line of the container leads there from the present one. step is that
// of another root, else nil.
func (s *Domain) swapOfficeKeyring(ctx context.Context, tx Tx, adm Administration, match [32]byte, c sealed.Container) (ring Sealed, step *sealed.Former, done bool, err error) {
	if bytes.Equal(c.VK, adm.VK) {
		ring, done, err = s.swapKeyring(ctx, tx, string(adm.ID), adm.VK, match, c)
		return ring, nil, done, err
	}
	have, err := tx.Safes.Keyring(ctx, string(adm.ID))
	if err != nil {
		return Sealed{}, nil, false, backend("read keyring", err)
	}
	if have.Hash != match {
		return Sealed{}, nil, false, refusal(Stale, "the keyring has changed")
	}
	if ring, err = s.successor(Safe{ID: SafeID(adm.ID), VK: adm.VK}, have, c); err != nil {
		return Sealed{}, nil, false, err
	}
	return ring, &c.Line[len(c.Line)-1], false, backend("put keyring", tx.Safes.PutKeyring(ctx, string(adm.ID), ring))
}

// retire keeps the key that was, when the one that takes its place is another.
func (s *Domain) retire(ctx context.Context, tx Tx, was, is Administration, step *sealed.Former) error {
	if was.Recipient == "" || was.Recipient == is.Recipient && step == nil {
		return nil
	}
	fact, err := administrationFact(was).Encode()
	if err != nil {
		return &Error{Kind: Damaged, Msg: "encode key fact", Err: err}
	}
	k := FormerKey{
		Administration: was.ID, Epoch: is.Epoch, VK: was.VK, Recipient: fingerprintOf(was), Fact: fact, Ended: s.now().UTC().Truncate(time.Second),
	}
	if step != nil {
		k.Succession, err = journal.SuccessionFact{
			Type: journal.FactSuccession, Holder: holderAdministration, ID: string(was.ID), Epoch: step.Epoch,
			From: base64.StdEncoding.EncodeToString(was.VK), To: base64.StdEncoding.EncodeToString(is.VK),
			Signature: step.Signature, Time: rfc3339(k.Ended),
		}.Encode()
		if err != nil {
			return &Error{Kind: Invalid, Msg: "encode succession fact", Err: err}
		}
		if _, err := tx.Events.AppendFact(ctx, k.Succession); err != nil {
			return backend("append succession fact", err)
		}
	}
	return backend("keep former key", tx.FormerKeys.Add(ctx, k))
}

func fingerprintOf(adm Administration) string { return administrationFact(adm).Recipient }

// sealedTo refuses what a client says to have sealed to a key that the
// administration has no more; just after it was replaced it is taken, for the
// administration's keyring keeps every seed. recipient is a fingerprint; "" is not
// compared.
func (s *Domain) sealedTo(ctx context.Context, tx Tx, adm Administration, recipient string) error {
	if recipient == "" || recipient == fingerprintOf(adm) {
		return nil
	}
	ended, err := tx.FormerKeys.Replaced(ctx, adm.ID, recipient)
	if err != nil {
		return backend("find former recipient", err)
	}
	if !ended.IsZero() && s.now().Before(ended.Add(s.cfg.Overlap)) {
		return nil
	}
	return &Error{Kind: Stale, Reason: ReasonKeyRotated, Msg: "sealed to a key that the administration has no more"}
}

// replacedRoot is what the event says of a succession, or "".
func replacedRoot(step *sealed.Former) string {
	if step == nil {
		return ""
	}
	return "replaced"
}
