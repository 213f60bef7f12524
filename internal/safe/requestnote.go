package safe

import (
	"bytes"
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// maxSealedNote bounds a sealed note: 4,000 characters, each written in full.
const maxSealedNote = 48 << 10

// NewNote is what a client has written, signed and sealed for both sides.
type NewNote struct {
	ID                NoteID
	ForSafe           []byte
	ForAdministration []byte
}

// keepNote keeps a note. done: it was kept by an earlier try whose answer was
// lost.
func (s *Domain) keepNote(ctx context.Context, tx Tx, n RequestNote) (done bool, err error) {
	for _, b := range [][]byte{n.ForSafe, n.ForAdministration} {
		if len(b) > maxSealedNote {
			return false, refusal(WrongForm, "note too long")
		}
		if err := sealed.CheckSmall(b); err != nil {
			return false, &Error{Kind: WrongForm, Msg: "check note", Err: err}
		}
	}
	old, err := tx.Answers.Note(ctx, n.ID)
	switch {
	case err == nil && old.Reply == n.Reply && old.From == n.From && bytes.Equal(old.ForSafe, n.ForSafe) && bytes.Equal(old.ForAdministration, n.ForAdministration):
		return true, nil
	case err == nil:
		return false, refusal(AlreadyExists, "there is a note with this id")
	case !IsKind(err, NotFound):
		return false, backend("find note", err)
	}
	all, err := tx.Answers.Notes(ctx, n.Reply, maxNotes)
	if err != nil {
		return false, backend("list notes", err)
	}
	if len(all) >= maxNotes {
		return false, &Error{Kind: Invalid, Reason: ReasonManyNotes, Msg: "too many notes about one request"}
	}
	n.Created = s.now()
	if last := len(all) - 1; last >= 0 && !n.Created.After(all[last].Created) { // within one second
		n.Created = all[last].Created.Add(time.Microsecond)
	}
	return false, backend("insert note", tx.Answers.InsertNote(ctx, n))
}
