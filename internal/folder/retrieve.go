package folder

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// ends says whether an error makes the round useless: what failed for one
// document fails for the next.
func ends(ctx context.Context, err error) bool {
	if err == nil {
		return false
	}
	var p *client.Problem
	refusedAll := errors.As(err, &p) && (p.Status == 401 || p.Status == 429 || p.Status >= 500)
	var disk *fs.PathError
	return ctx.Err() != nil || errors.Is(err, client.ErrOffline) || errors.Is(err, ErrScanner) || errors.Is(err, client.ErrRollback) ||
		refusedAll || errors.As(err, &disk)
}

// retrieve brings one document into the folder. Its error ends the round.
func (f *Folder) retrieve(ctx context.Context, g client.Grant) error {
	err := f.bring(ctx, g)
	if err == nil || ends(ctx, err) {
		return err
	}
	f.once(Told{What: Failed, Grant: g.ID, Err: err})
	return nil
}

// bring writes down each step before it is done.
func (f *Folder) bring(ctx context.Context, g client.Grant) error {
	r, err := f.asked(ctx, g.ID)
	if err != nil {
		return err
	}
	a, err := f.cfg.Office.AcceptBegun(ctx, g.ID, r.Attempt)
	if err != nil {
		return f.notAccepted(ctx, r, a, err)
	}
	r.Safe, r.Doc, r.Version, r.Release = a.Grant.Safe, a.Grant.Doc, a.Grant.Version, a.Released()
	if r.Ends, err = time.Parse(time.RFC3339, a.Grant.NotAfter); err != nil {
		return err
	}
	part := f.ledger.path(g.ID, ".part")
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer func() { _ = os.Remove(part) }()
	s, err := f.fetch(ctx, g, a, part)
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
	if r, known := f.ledger.get(grant); known && r.Attempt.Log == at.Log {
		return r, nil
	}
	r := record{Grant: grant, State: stateAsked, Attempt: at}
	return r, f.ledger.put(r)
}

// notAccepted: a grant that has ended is none any more; one whose release is
// proven, and that opens nothing, is acknowledged as that.
func (f *Folder) notAccepted(ctx context.Context, r record, a client.Accepted, err error) error {
	for _, slug := range []string{"ended", "expired", "opened-out", "not-found", "other-service", "forbidden"} {
		if client.IsProblem(err, slug) {
			return errors.Join(err, f.ledger.forget(r.Grant))
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
func (f *Folder) fetch(ctx context.Context, g client.Grant, a client.Accepted, part string) (Sidecar, error) {
	s := Sidecar{V: 1, Size: a.Grant.Size, Release: a.Released(), Outcome: sealed.OutcomeIntact, Retrieved: f.cfg.Now().UTC().Truncate(time.Second)}
	s.Sealed.SHA256, s.Sealed.Size = a.Grant.SHA256, a.Grant.Sealed
	receipt, err := f.cfg.Office.FetchProven(ctx, g.ID, a, part, client.GetOptions{
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
	if s.SHA256, err = hashOf(part); err != nil {
		return s, err
	}
	if s.Log, s.Proof, err = a.Evidence(); err != nil {
		return s, err
	}
	reference, err := f.reference(ctx, a.Grant.Request)
	s.Grant = grantOf(g.ID, a.OpenedGrant, reference, g.Holder)
	if f.cfg.Scanner == nil || err != nil {
		return s, err
	}
	if s.Found, err = f.cfg.Scanner.Scan(ctx, part); s.Found != "" {
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
	if ends(ctx, err) || client.IsAlarm(err) {
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
	s.File = filepath.Base(f.ledger.at(r.File))
	if err := os.MkdirAll(filepath.Dir(f.ledger.at(r.File)), 0o700); err != nil {
		return err
	}
	if err := moved(part, f.ledger.at(r.File)); err != nil {
		return err
	}
	if err := writeJSON(f.ledger.at(r.File)+sidecarEnding, s); err != nil {
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
	return f.say(ctx, client.Grant{ID: r.Grant})
}

// named chooses the name before anything is under it. A process that was killed
// between has put these very bytes there, or nothing: then the name is still its
// own.
func (f *Folder) named(r record, s Sidecar) (record, error) {
	sub := ""
	if s.Outcome == sealed.OutcomeInfected {
		sub = quarantineDir
	}
	if r.File != "" && strings.HasPrefix(r.File, quarantineDir+"/") == (sub != "") {
		sum, err := hashOf(f.ledger.at(r.File))
		if errors.Is(err, fs.ErrNotExist) || err == nil && sum == s.SHA256 {
			return r, nil
		}
	}
	day, _, _ := strings.Cut(s.Grant.Created, "T")
	r, err := f.ledger.reserve(r, sub, f.cfg.Template, Named{
		Reference: s.Grant.Reference, Kind: s.Grant.Kind, Name: s.Grant.Name, Citizen: s.Grant.Citizen, Date: day,
	})
	return r, cmp.Or(err, f.ledger.put(r))
}

// unsaid are those whose acknowledgement has not arrived.
func (f *Folder) unsaid() []client.Grant {
	var out []client.Grant
	for _, r := range f.ledger.list() {
		if len(r.Signed) > 0 && !r.Acknowledged && r.State != stateAsked {
			out = append(out, client.Grant{ID: r.Grant})
		}
	}
	return out
}

// say sends what was signed when the document came. Said twice it counts once.
func (f *Folder) say(ctx context.Context, g client.Grant) error {
	r, _ := f.ledger.get(g.ID)
	err := f.cfg.Office.Acknowledge(ctx, r.Grant, r.Signed)
	if ends(ctx, err) {
		return err
	}
	if err != nil && !client.IsProblem(err, "not-found") { // erased since: nobody is left to tell
		f.once(Told{What: Failed, Grant: r.Grant, File: r.File, Err: err})
		return nil
	}
	r.Acknowledged = true
	return f.ledger.put(r)
}
