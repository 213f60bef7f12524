package folder

import (
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// expire deletes what is over: whose end, as the citizen signed it, has passed,
// or which she has ended since, as her journal proves. Only what is where it was
// put, and as it was put, is deleted and attested; the rest is named.
func (f *Folder) expire(ctx context.Context) error {
	ended, err := f.ended(ctx)
	if err != nil {
		return err
	}
	var given []client.Given
	var failed error
	for _, r := range f.ledger.records() {
		over := !r.Ends.IsZero() && !f.cfg.Now().Before(r.Ends.Add(f.cfg.Keep)) || ended[r.Grant]
		switch {
		case r.State == stateAsked && over: // a kill, and then its end
			err = f.drop(r)
		case r.State == stateDeleting || r.State == stateKept && over:
			r, err = f.remove(r)
		default:
			err = nil
		}
		if err != nil { // of this one; the others are over too
			failed = cmp.Or(failed, err)
			continue
		}
		if r.State == stateDeleted && !r.Attested && r.Unattested != f.cfg.Office.KeyName() {
			given = append(given, client.Given{Grant: r.Grant, Safe: r.Safe, Doc: r.Doc, Version: r.Version})
		}
	}
	return cmp.Or(f.attest(ctx, given), failed)
}

// ended are the grants that their citizens have ended, long enough ago.
func (f *Folder) ended(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	if f.cfg.Now().Sub(f.seenDue) < wholeEvery {
		return out, nil
	}
	due, err := f.cfg.Office.DueProven(ctx)
	if err != nil {
		return out, err
	}
	f.seenDue = f.cfg.Now()
	for _, g := range due {
		r, known := f.ledger.get(g.ID)
		if !known || r.State != stateKept || !f.cfg.Now().Before(r.Ends) {
			continue
		}
		end, err := f.cfg.Office.EndedAt(ctx, client.Given{Grant: r.Grant, Safe: r.Safe, Doc: r.Doc}, g)
		switch {
		case stops(ctx, err):
			return out, err
		case err != nil: // to delete it is for a person to decide, or for its day
			f.once(Told{What: Unproven, Grant: r.Grant, File: r.File, Err: err})
		case !f.cfg.Now().Before(end.Add(f.cfg.Keep)):
			out[g.ID] = true
		}
	}
	return out, nil
}

// remove deletes a document and its sidecar. That it was the one that was put
// there is written down before: whoever is killed goes on.
func (f *Folder) remove(r record) (record, error) {
	if r.State == stateKept {
		sum, err := f.ledger.hashOf(r.File)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			f.once(Told{What: Moved, Grant: r.Grant, File: r.File})
			return r, nil
		case err != nil:
			return r, err
		case sum != r.SHA256:
			f.once(Told{What: Changed, Grant: r.Grant, File: r.File})
			return r, nil
		}
		r.State = stateDeleting
		if err := f.ledger.put(r); err != nil {
			return r, err
		}
	}
	if err := f.ledger.remove(r.File, r.File+sidecarEnding); err != nil {
		return r, err
	}
	r.State = stateDeleted
	return r, f.ledger.put(r)
}

// attest signs that they are gone. A grant that was opened again since, elsewhere,
// is not this folder's to attest.
func (f *Folder) attest(ctx context.Context, given []client.Given) error {
	if len(given) == 0 {
		return nil
	}
	refused, err := f.cfg.Office.DeclareDeleted(ctx, given, sealed.DeletedByClient, "")
	if err != nil {
		return err
	}
	for _, g := range given {
		r, _ := f.ledger.get(g.Grant)
		told := Told{What: Deleted, Grant: r.Grant, File: r.File}
		switch problem := refused[g.Grant]; problem {
		case "", "not-found": // she has erased it: nobody is left to tell
			r.Attested = true
		default: // until it can be signed by another root
			r.Unattested = f.cfg.Office.KeyName()
			told.What, told.Err = Unattested, errors.New(problem)
		}
		if err := f.ledger.put(r); err != nil {
			return err
		}
		f.cfg.Tell(told)
	}
	return nil
}
