package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Standing is a share in force, as the gateway lists it: its word, so it goes on
// under another root only when the holder, who has seen it, agrees. The reader
// has the name and the key that the log has.
type Standing struct {
	Grant
	Entry sealed.Entry
	to    reader
}

// RenewVault gives the vault another key: what comes is sealed to that one. Root
// and ways to unlock stay. Reseal does the rest.
func (s *Safe) RenewVault(ctx context.Context) error {
	err := s.replaceKeyring(ctx, func(ring *sealed.Keyring) (*sealed.Keyring, sealed.Container, error) { return ring.Rotate() })
	if err != nil {
		return err
	}
	return s.apply(ctx, change{edit: unchanged})
}

// RenewOptions of Renew.
type RenewOptions struct {
	// Agree is shown every share that goes on, and again when there are others
	// by then. An error stops everything before anything has changed.
	Agree    func([]Standing) error
	Progress Progress
}

// Renew puts another root in the place of the safe's: another verification key,
// another vault. Who knows the old keys signs nothing any more and opens nothing
// that comes. Every way to unlock stays, but custodians, who are named anew;
// shares in force are sealed and signed again. It happens in one step or not at
// all; Reseal does the rest.
func (s *Safe) Renew(ctx context.Context, o RenewOptions) error {
	var agreed []string
	for attempt := 1; ; attempt++ {
		err := s.renew(ctx, o, &agreed)
		again := IsProblem(err, "stale") || IsProblem(err, "not-found") || errors.Is(err, errUnknownShare) || errors.Is(err, ErrOffline)
		if err == nil || !again || attempt == mergeAttempts {
			return err
		}
	}
}

// renew tries it once, on what is there now.
func (s *Safe) renew(ctx context.Context, o RenewOptions, agreed *[]string) error {
	etag, err := s.refetch(ctx)
	if err != nil {
		return err
	}
	if err := s.Refresh(ctx); err != nil {
		return err
	}
	if waysLeft(s.Unlockers(), "") < fewestWays {
		return ErrFewWays
	}
	going, err := s.standing(ctx)
	if err != nil {
		return err
	}
	if said := saidOf(going); *agreed == nil || !slices.Equal(said, *agreed) {
		if err := o.Agree(going); err != nil {
			return err
		}
		*agreed = append([]string{}, said...)
	}
	return s.succeed(ctx, etag, going, o.Progress)
}

// errUnknownShare: of a document that came, or went, while shares were listed;
// or of an older version, which only an end of that share mends.
var errUnknownShare = errors.New("a share in force is of no document in the safe, or of an older version: end it first")

// standing are the shares in force.
func (s *Safe) standing(ctx context.Context) ([]Standing, error) {
	all, err := s.c.Grants(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]Standing{}
	var out []Standing
	for _, g := range all {
		if g.State != "live" {
			continue
		}
		i := slices.IndexFunc(s.held.manifest.Docs, func(e sealed.Entry) bool { return e.ID == g.Doc && e.Version == g.Version })
		if i < 0 {
			return nil, fmt.Errorf("share %s: %w", g.ID, errUnknownShare)
		}
		r, ok := known[g.Administration]
		if !ok {
			if r, err = s.readerOf(ctx, g.Administration); err != nil {
				return nil, err
			}
			known[g.Administration] = r
		}
		g.AdministrationName = r.AdministrationName
		out = append(out, Standing{Grant: g, Entry: s.held.manifest.Docs[i], to: r.to})
	}
	return out, nil
}

func (s *Safe) readerOf(ctx context.Context, id string) (Standing, error) {
	m, err := s.c.watch.mark(ctx)
	if err != nil {
		return Standing{}, err
	}
	a, err := s.c.FindAdministration(ctx, id)
	if err != nil {
		return Standing{}, err
	}
	to, err := s.c.checkReader(ctx, m, a)
	return Standing{Grant: Grant{AdministrationName: a.Name}, to: to}, withEvidence(err, map[string]any{"administration": a})
}

// saidOf is what the holder agrees to, share by share.
func saidOf(all []Standing) []string {
	var out []string
	for _, g := range all {
		out = append(out, fmt.Sprintf("%q", []string{
			g.ID, g.Doc, g.Version, g.Administration, g.Service, g.Purpose, g.Procedure, until(g.NotAfter),
		}))
	}
	slices.Sort(out)
	return out
}

// regrant is a grant in force, sealed again.
type regrant struct {
	ID      string `json:"id"`
	Version string `json:"version,omitempty"` // of the same document; left out: as it was
	Grant   []byte `json:"grant"`
}

// succeed sends one succession.
func (s *Safe) succeed(ctx context.Context, etag string, going []Standing, p Progress) error {
	next, box, err := s.ring.Succeed()
	if err != nil {
		return err
	}
	vault, err := next.Vault()
	if err != nil {
		return err
	}
	grants, err := s.sealAgain(ctx, next.Root(), going, p)
	if err != nil {
		return err
	}
	m := s.held.manifest
	m.Suite, m.Epoch, m.Previous, m.Time = next.Root().Suite(), m.Epoch+1, s.held.hash, s.time()
	b, err := m.Seal(next.Root(), vault.Recipient())
	if err != nil {
		return err
	}
	in := map[string]any{"keyring": box, "match": s.held.hash, "epoch": m.Epoch, "manifest": b, "grants": grants}
	rq := request{method: http.MethodPost, path: "/api/v1/safe/succession", header: http.Header{"If-Match": {etag}}, in: in}
	_, err = s.c.call(ctx, rq, nil)
	if err == nil {
		return s.succeeded(ctx, next, box)
	}
	if !errors.Is(err, ErrOffline) {
		return err
	}
	var have sealed.Container // the answer was lost, or never made
	if look := s.c.get(ctx, safeKeyring, nil, &have); look != nil {
		return errors.Join(err, look)
	}
	if have.Hash() == box.Hash() {
		return s.succeeded(ctx, next, box)
	}
	return err
}

func (s *Safe) succeeded(ctx context.Context, next *sealed.Keyring, box sealed.Container) error {
	if err := s.c.rememberKeyring(box); err != nil {
		return err
	}
	if err := s.take(next); err != nil {
		return err
	}
	return s.Refresh(ctx)
}

// sealAgain seals shares in force anew.
func (s *Safe) sealAgain(ctx context.Context, root sealed.RootKey, going []Standing, p Progress) ([]regrant, error) {
	out := []regrant{}
	docs := map[string]opened{}
	for i, g := range going {
		if docs[g.Doc].key == nil {
			d, err := s.openOwn(ctx, g.Entry)
			if err != nil {
				return nil, err
			}
			docs[g.Doc] = d
		}
		b, err := s.sealFor(root, g.Administration, g.to, docs[g.Doc], g.Grant)
		if err != nil {
			return nil, err
		}
		out = append(out, regrant{ID: g.ID, Grant: b})
		if p != nil {
			p("sharing", int64(i+1), int64(len(going)))
		}
	}
	return out, nil
}
