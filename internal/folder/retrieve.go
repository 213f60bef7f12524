package folder

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// stops says whether an error leaves nothing to do at all: nobody answers, or
// nothing that is signed is taken.
func stops(ctx context.Context, err error) bool {
	if err == nil {
		return false
	}
	var p *client.Problem
	refusedAll := errors.As(err, &p) && (p.Status == 401 || p.Status == 429 || p.Status >= 500)
	return ctx.Err() != nil || errors.Is(err, client.ErrOffline) || errors.Is(err, client.ErrRollback) || errors.Is(err, client.ErrReplaced) || refusedAll
}

// ends says whether what failed for one document fails for the next.
func ends(ctx context.Context, err error) bool {
	var disk *fs.PathError
	var link *os.LinkError
	return stops(ctx, err) || errors.Is(err, ErrScanner) || errors.As(err, &disk) || errors.As(err, &link)
}

// retrieve brings one document into the folder. Its error ends the round.
func (f *Folder) retrieve(ctx context.Context, w work) error {
	err := f.bring(ctx, w)
	if err == nil || ends(ctx, err) {
		return err
	}
	f.once(Told{What: Failed, Grant: w.grant, Err: err})
	return nil
}

// bring writes down each step before it is done.
func (f *Folder) bring(ctx context.Context, w work) error {
	r, err := f.asked(ctx, w.grant)
	if err != nil {
		return err
	}
	a, err := f.cfg.Office.AcceptBegun(ctx, w.grant, r.Attempt)
	if err != nil {
		return f.notAccepted(ctx, r, a, err)
	}
	if wanted, err := f.askedFor(ctx, r, a, w.listed); err != nil || !wanted {
		return err
	}
	r.Safe, r.Doc, r.Version, r.Release = a.Grant.Safe, a.Grant.Doc, a.Grant.Version, a.Released()
	if r.Ends, err = time.Parse(time.RFC3339, a.Grant.NotAfter); err != nil {
		return err
	}
	part := ours(w.grant, ".part")
	if err := f.ledger.remove(part); err != nil {
		return err
	}
	defer func() { _ = f.ledger.root.Remove(part) }()
	s, err := f.fetch(ctx, w, a, part)
	if errors.Is(err, ErrUnjudged) {
		return f.later(r, err)
	}
	if err != nil {
		return f.notFetched(ctx, r, a, err)
	}
	return f.deliver(ctx, r, a, s, part)
}

// asked is the record of an opening that is under way, or of a new one. One with
// another journal, as of a demonstration that was begun anew, is none.
func (f *Folder) asked(ctx context.Context, grant string) (record, error) {
	at, err := f.cfg.Office.Begin(ctx)
	if err != nil {
		return record{}, err
	}
	r, known := f.ledger.get(grant)
	if known && r.Attempt.Log == at.Log {
		return r, nil
	}
	r = record{Grant: grant, State: stateAsked, Attempt: at, Begun: f.cfg.Now().UTC(), File: r.File, SHA256: r.SHA256}
	return r, f.ledger.put(r)
}

// askedFor holds what the citizen has signed against what the folder is for: the
// gateway's list is its word alone. What was begun with other filters waits.
func (f *Folder) askedFor(ctx context.Context, r record, a client.Accepted, listed bool) (bool, error) {
	g, reference := a.Grant, ""
	if f.cfg.Reference != "" {
		var err error
		if reference, err = f.reference(ctx, g.Request); err != nil {
			return false, err
		}
	}
	switch {
	case (f.cfg.Request == "" || g.Request == f.cfg.Request) && (f.service == "" || g.Service == f.service) && reference == f.cfg.Reference:
		return true, nil
	case !listed:
		f.mu.Lock()
		f.others[r.Grant] = true
		f.mu.Unlock()
		return false, nil
	}
	err := &client.Alarm{
		Err: fmt.Errorf("shown as given for what was asked for, and signed for something else: %w", sealed.ErrMismatch),
		Evidence: map[string]any{
			"grant": r.Grant, "wanted": map[string]string{"request": f.cfg.Request, "service": f.service, "reference": f.cfg.Reference},
			"signed": map[string]string{"request": g.Request, "service": g.Service, "reference": reference},
		},
	}
	r.State, r.Release = stateFailed, a.Released() // it is whole: nothing is to be acknowledged
	return false, errors.Join(err, f.ledger.put(r))
}

// A document that the scanner cannot judge is tried again after a pause, twice as
// long each time, while that costs no opening (SPEC.md §14).
const (
	firstPause = 5 * time.Minute
	sameTry    = 23 * time.Hour
)

func (f *Folder) later(r record, err error) error {
	now := f.cfg.Now().UTC()
	if r.Begun.IsZero() { // of a release that did not write it down
		r.Begun = now
	}
	r.Next = now.Add(firstPause << min(r.Tries, 8))
	r.Tries++
	if !r.Next.Before(r.Begun.Add(sameTry)) {
		r.State = stateFailed
	}
	return errors.Join(err, f.ledger.put(r))
}

// drop forgets a grant of which nothing comes, with what a kill has left of it: a
// document that has its sidecar is there, and what has only its name is removed.
func (f *Folder) drop(r record) error {
	if r.File == "" || r.SHA256 == "" {
		return f.ledger.forget(r.Grant)
	}
	sum, err := f.ledger.hashOf(r.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && sum == r.SHA256 {
		var s Sidecar
		if f.ledger.readJSON(r.File+sidecarEnding, mostRecord, &s) == nil && s.Grant.ID == r.Grant && s.SHA256 == sum {
			r.State, r.Signed, r.Outcome, r.Release = stateKept, s.Acknowledgement, s.Outcome, s.Release
			return f.ledger.put(r)
		}
		if err := f.ledger.remove(r.File); err != nil {
			return err
		}
	}
	return f.ledger.forget(r.Grant)
}

// notAccepted: a grant that has ended is none any more; one whose release is
// proven, and that opens nothing, is acknowledged as that.
func (f *Folder) notAccepted(ctx context.Context, r record, a client.Accepted, err error) error {
	for _, slug := range []string{"ended", "expired", "opened-out", "not-found", "other-service", "forbidden"} {
		if client.IsProblem(err, slug) {
			return errors.Join(err, f.drop(r))
		}
	}
	if a.Released() == "" || ends(ctx, err) || !client.IsAlarm(err) {
		return err
	}
	return errors.Join(err, f.fail(r, a, sealed.OutcomeUnreadable))
}

func (f *Folder) notFetched(ctx context.Context, r record, a client.Accepted, err error) error {
	if ends(ctx, err) || client.OutcomeOf(err) != sealed.OutcomeAltered {
		return err
	}
	return errors.Join(err, f.fail(r, a, sealed.OutcomeAltered))
}

// fail writes down that nothing comes of this release, and what to say of it.
func (f *Folder) fail(r record, a client.Accepted, outcome string) error {
	signed, err := f.cfg.Office.Acknowledged(a, outcome)
	if err != nil {
		return err
	}
	r.State, r.Release, r.Outcome, r.Signed = stateFailed, a.Released(), outcome, signed
	return f.ledger.put(r)
}

// fetch opens the document at part, and begins its sidecar.
func (f *Folder) fetch(ctx context.Context, w work, a client.Accepted, part string) (Sidecar, error) {
	s := Sidecar{V: 1, Size: a.Grant.Size, Release: a.Released(), Outcome: sealed.OutcomeIntact, Retrieved: f.cfg.Now().UTC().Truncate(time.Second)}
	s.Sealed.SHA256, s.Sealed.Size = a.Grant.SHA256, a.Grant.Sealed
	receipt, err := f.cfg.Office.FetchProven(ctx, w.grant, a, f.ledger.at(part), client.GetOptions{
		Force: true, Issued: func(i client.Issued) { s.Issuer = &i },
	})
	if err != nil && !errors.Is(err, client.ErrContent) {
		return s, err
	}
	if err == nil {
		b, err := receipt.Encode()
		if err != nil {
			return s, err
		}
		s.Receipt = string(b)
	}
	if s.SHA256, err = f.ledger.hashOf(part); err != nil {
		return s, err
	}
	if s.Log, s.Proof, err = a.Evidence(); err != nil {
		return s, err
	}
	reference, err := f.reference(ctx, a.Grant.Request)
	s.Grant = grantOf(w.grant, a.OpenedGrant, reference, w.holder)
	if f.cfg.Scanner == nil || err != nil {
		return s, err
	}
	if s.Found, err = f.cfg.Scanner.Scan(ctx, f.ledger.at(part)); s.Found != "" {
		s.Outcome = sealed.OutcomeInfected
	}
	return s, err
}

// reference of the request that a grant answers, asked for once. One that cannot
// be read leaves the name without it.
func (f *Folder) reference(ctx context.Context, request string) (string, error) {
	if known, ok := f.references.Load(request); ok {
		return known.(string), nil //nolint:forcetypeassert // of Store
	}
	text, err := f.cfg.Office.Reference(ctx, request)
	if err != nil && (f.cfg.Reference != "" || ends(ctx, err) || client.IsAlarm(err)) {
		return "", err
	}
	f.references.Store(request, text)
	return text, nil
}

// deliver gives the document its name, then its sidecar; then it is done, and is
// acknowledged.
func (f *Folder) deliver(ctx context.Context, r record, a client.Accepted, s Sidecar, part string) error {
	signed, err := f.cfg.Office.Acknowledged(a, s.Outcome)
	if err != nil {
		return err
	}
	s.Acknowledgement, r.Signed, r.Outcome, r.SHA256 = signed, signed, s.Outcome, s.SHA256
	if r, err = f.named(r, s); err != nil {
		return err
	}
	s.File = path.Base(r.File)
	if err := f.ledger.root.MkdirAll(path.Dir(r.File), 0o700); err != nil {
		return err
	}
	if err := f.ledger.move(part, r.File); err != nil {
		return err
	}
	if err := f.ledger.writeJSON(r.File+sidecarEnding, s); err != nil {
		return err
	}
	r.State = stateKept
	if err := f.ledger.put(r); err != nil {
		return err
	}
	what := Delivered
	if s.Outcome == sealed.OutcomeInfected {
		what = Quarantined
	}
	f.cfg.Tell(Told{What: what, Grant: r.Grant, File: r.File, Found: s.Found})
	return f.say(ctx, r.Grant)
}

// named chooses the name before anything is under it. A process that was killed
// between has put these very bytes there, or nothing: then the name is still its
// own.
func (f *Folder) named(r record, s Sidecar) (record, error) {
	sub := ""
	if s.Outcome == sealed.OutcomeInfected {
		sub = quarantineDir
	}
	if r.File != "" {
		sum, err := f.ledger.hashOf(r.File)
		same := err == nil && sum == s.SHA256
		if strings.HasPrefix(r.File, quarantineDir+"/") == (sub != "") {
			if errors.Is(err, fs.ErrNotExist) || same {
				return r, nil
			}
		} else if same { // the scanner has learnt, or forgotten, in between
			if err := f.ledger.remove(r.File, r.File+sidecarEnding); err != nil {
				return r, err
			}
		}
	}
	day, _, _ := strings.Cut(s.Grant.Created, "T")
	r, err := f.ledger.reserve(r, sub, f.cfg.Template, Named{
		Reference: s.Grant.Reference, Kind: s.Grant.Kind, Name: s.Grant.Name, Citizen: s.Grant.Citizen, Date: day,
	})
	return r, cmp.Or(err, f.ledger.put(r))
}

// unsaid are those whose acknowledgement has not arrived.
func (f *Folder) unsaid() []string {
	var out []string
	for _, r := range f.ledger.records() {
		if len(r.Signed) > 0 && !r.Acknowledged && r.State != stateAsked && r.Refused != f.cfg.Office.KeyName() {
			out = append(out, r.Grant)
		}
	}
	return out
}

// say sends what was signed when the document came, under the root in use. Said
// twice it counts once. What is refused for good is not said again, but under
// another root.
func (f *Folder) say(ctx context.Context, grant string) error {
	r, _ := f.ledger.get(grant)
	_, signed, err := f.cfg.Office.Said(r.Signed)
	if err != nil {
		f.once(Told{What: Failed, Grant: r.Grant, File: r.File, Err: err})
		return nil
	}
	if !bytes.Equal(signed, r.Signed) {
		r.Signed = signed
		if err := f.ledger.put(r); err != nil {
			return err
		}
	}
	err = f.cfg.Office.Acknowledge(ctx, r.Grant, r.Signed)
	if ends(ctx, err) {
		return err
	}
	r.Acknowledged = err == nil || client.IsProblem(err, "not-found") // erased since: nobody is left to tell
	if !r.Acknowledged {
		f.once(Told{What: Failed, Grant: r.Grant, File: r.File, Err: err})
		var refused *client.Problem
		if !errors.As(err, &refused) {
			return nil
		}
		r.Refused = f.cfg.Office.KeyName()
	}
	return f.ledger.put(r)
}
