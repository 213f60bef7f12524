package folder

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// expire deletes what is over: whose end, as the citizen signed it, has passed,
// or whose grant the gateway says she has ended. Only what is where it was put,
// and as it was put, is deleted and attested; the rest is named.
func (f *Folder) expire(ctx context.Context) error {
	ended, err := f.ended(ctx)
	if err != nil {
		return err
	}
	var given []client.Given
	for _, r := range f.ledger.list() {
		over := !f.cfg.Now().Before(r.Ends.Add(f.cfg.Keep)) || ended[r.Grant]
		held := r.State == stateDeleting || r.State == stateKept && over && !r.Ends.IsZero()
		if held {
			if r, err = f.remove(r); err != nil {
				return err
			}
		}
		if r.State == stateDeleted && !r.Attested {
			given = append(given, client.Given{Grant: r.Grant, Safe: r.Safe, Doc: r.Doc, Version: r.Version})
		}
	}
	return f.attest(ctx, given)
}

// ended are the grants that were ended long enough ago.
func (f *Folder) ended(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	if f.cfg.Now().Sub(f.seenDue) < wholeEvery {
		return out, nil
	}
	due, err := f.cfg.Client.Due(ctx)
	if err == nil {
		f.seenDue = f.cfg.Now()
	}
	for _, g := range due {
		end := g.NotAfter
		if g.Ended != nil && g.Ended.Before(end) {
			end = *g.Ended
		}
		if !f.cfg.Now().Before(end.Add(f.cfg.Keep)) {
			out[g.ID] = true
		}
	}
	return out, err
}

// remove deletes a document and its sidecar. That it was the one that was put
// there is written down before: whoever is killed goes on.
func (f *Folder) remove(r record) (record, error) {
	path := f.ledger.at(r.File)
	if r.State == stateKept {
		sum, err := hashOf(path)
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
	for _, p := range []string{path, path + sidecarEnding} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
	}
	if err := settled(filepath.Dir(path)); err != nil {
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
		problem := refused[g.Grant]
		r.Attested = true
		if err := f.ledger.put(r); err != nil {
			return err
		}
		switch problem {
		case "", "not-found": // she has erased it: nobody is left to tell
			f.cfg.Tell(Told{What: Deleted, Grant: r.Grant, File: r.File})
		default:
			f.cfg.Tell(Told{What: Unattested, Grant: r.Grant, File: r.File, Err: errors.New(problem)})
		}
	}
	return nil
}
