package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	// upgradePart and upgradeBytes bound what one change seals anew: for so long
	// the safe holds both versions.
	upgradePart  = 50
	upgradeBytes = 256 << 20
)

// UpgradeDue says whether anything in the safe is of an earlier suite than this
// program seals in. It asks nobody.
func (s *Safe) UpgradeDue() bool {
	return s.root.Suite() < sealed.Suite || slices.ContainsFunc(s.held.manifest.Docs, s.early)
}

// early: sealed in a suite before the root's.
func (s *Safe) early(e sealed.Entry) bool {
	n, ok := sealed.DocumentSuite(e.Size, e.Sealed)
	return ok && n < sealed.Suite
}

// Upgrade moves the safe to the latest suite: another root first, then every
// document is opened, sealed anew as another version, and put in the place of
// the old one, together with the shares in force on it. It goes by parts, each
// of which is all or nothing: cut at any moment it goes on from there, on this
// device or another, and what is done is left alone. It gives how many documents
// it has sealed.
func (s *Safe) Upgrade(ctx context.Context, o RenewOptions) (int, error) {
	if err := s.Refresh(ctx); err != nil {
		return 0, err
	}
	var agreed []string
	ask := o.Agree
	o.Agree = func(going []Standing) error {
		err := ask(going)
		if err == nil {
			agreed = saidOf(going)
		}
		return err
	}
	if s.root.Suite() < sealed.Suite {
		if err := s.Renew(ctx, o); err != nil {
			return 0, err
		}
	}
	done, total := 0, len(s.earlyDocs())
	for {
		part := partOf(s.earlyDocs())
		if len(part) == 0 {
			break
		}
		if err := s.upgradeSome(ctx, part, o, func() []string { return agreed }); err != nil {
			return done, err
		}
		if done += len(part); o.Progress != nil {
			o.Progress("upgrading", int64(min(done, total)), int64(total))
		}
	}
	if s.ring.OneVault() { // every own grant was sealed with its document
		return done, s.c.memory.set(s.resealed(), s.vault.Recipient().Fingerprint())
	}
	_, err := s.Reseal(ctx, nil)
	return done, err
}

func (s *Safe) earlyDocs() []sealed.Entry {
	var out []sealed.Entry
	for _, e := range s.held.manifest.Docs {
		if s.early(e) {
			out = append(out, e)
		}
	}
	return out
}

// partOf is at least one document, and no more than what a change takes.
func partOf(docs []sealed.Entry) []sealed.Entry {
	var bytes int64
	for i, e := range docs {
		if bytes += e.Sealed; i > 0 && bytes > upgradeBytes || i == upgradePart {
			return docs[:i]
		}
	}
	return docs
}

// anew is a document with the version that takes its place.
type anew struct {
	old sealed.Entry
	opened
	content sealed.Content
}

func (s *Safe) upgradeSome(ctx context.Context, part []sealed.Entry, o RenewOptions, agreed func() []string) error {
	var fresh []anew
	err := s.current(ctx, func(ctx context.Context) error {
		var mu sync.Mutex
		fresh = nil
		return each(ctx, part, func(ctx context.Context, e sealed.Entry) error {
			n, err := s.sealAnew(ctx, e)
			if IsProblem(err, "not-found") { // another device has erased it
				return nil
			}
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				fresh = append(fresh, n)
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	if len(fresh) == 0 {
		return s.Refresh(ctx)
	}
	for attempt := 1; ; attempt++ {
		going, err := s.agreedOn(ctx, fresh, o, agreed)
		if err != nil {
			return err
		}
		err = s.replaceVersions(ctx, fresh, going)
		if !errors.Is(err, errOtherShares) || attempt == mergeAttempts {
			return err
		}
	}
}

// sealAnew opens a document and uploads it as another version, sealed by another
// key in the latest suite. Plain bytes touch no disk.
func (s *Safe) sealAnew(ctx context.Context, e sealed.Entry) (anew, error) {
	none := anew{}
	was, _, err := s.release(ctx, e)
	if err != nil {
		return none, err
	}
	box, err := os.CreateTemp("", "coffre-sealed-*") // mode 0600
	if err != nil {
		return none, err
	}
	defer func() { _, _ = box.Close(), os.Remove(box.Name()) }()
	if err := s.c.download(ctx, "/api/v1/safe/documents/"+e.ID+"/content", e.Sealed, box, nil); err != nil {
		return none, err
	}
	next := anew{old: e, opened: opened{entry: e, issue: was.issue}}
	if next.key, err = sealed.NewIdentity(); err != nil {
		return none, err
	}
	size, err := sealed.SealedSizeIn(sealed.Suite, e.Size)
	if err != nil {
		return none, err
	}
	var up Upload
	in := map[string]any{"sealed": size, "doc": e.ID}
	rq := request{method: http.MethodPost, path: "/api/v1/safe/uploads", header: keyed(newKey()), in: in}
	if _, err := s.c.call(ctx, rq, &up); err != nil {
		return none, err
	}
	next.entry.Version = up.Version
	plain, w := io.Pipe()
	opening := make(chan error, 1)
	go func() {
		err := sealed.OpenDocument(w, box, e.Ref(), was.key)
		opening <- err
		_ = w.CloseWithError(err)
	}()
	// What OpenDocument finds at the very end comes too late for the stream, but not
	// for the upload, which is adopted only when both are well.
	next.content, err = s.upload(ctx, plain, &next.entry, next.key, nil)
	_ = plain.Close()
	if bad := <-opening; bad != nil && (err == nil || alarming(bad)) {
		err = withEvidence(ownObject(bad), map[string]any{"doc": e.ID, "version": e.Version, "sha256": e.SHA256})
	}
	return next, err
}

// errOtherShares: one was given, or ended, since they were listed.
var errOtherShares = errors.New("other shares are in force by now")

// agreedOn are the shares in force on these documents, once the holder has seen
// them.
func (s *Safe) agreedOn(ctx context.Context, fresh []anew, o RenewOptions, agreed func() []string) ([]Standing, error) {
	all, err := s.standing(ctx)
	if errors.Is(err, errUnknownShare) {
		if err := s.Refresh(ctx); err != nil {
			return nil, err
		}
		all, err = s.standing(ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, said := range saidOf(all) {
		if !slices.Contains(agreed(), said) {
			if err := o.Agree(all); err != nil {
				return nil, err
			}
			break
		}
	}
	return slices.DeleteFunc(all, func(g Standing) bool {
		return !slices.ContainsFunc(fresh, func(n anew) bool { return n.old.ID == g.Doc && n.old.Version == g.Version })
	}), nil
}

// replaceVersions is one change: new versions in, shares moved, old ones out.
func (s *Safe) replaceVersions(ctx context.Context, fresh []anew, going []Standing) error {
	err := s.apply(ctx, change{
		edit: func(m *sealed.Manifest) error {
			for _, n := range fresh {
				if i := still(*m, n.old); i >= 0 {
					d := &m.Docs[i]
					d.Version, d.SHA256, d.Sealed = n.entry.Version, n.entry.SHA256, n.entry.Sealed
				}
			}
			return nil
		},
		more: func(m sealed.Manifest, in *changeBody) error {
			for _, n := range fresh {
				if i := still(m, n.entry); i < 0 {
					continue // another device has erased it, or was faster
				}
				own, err := s.own(n.opened)
				if err != nil {
					return err
				}
				if own.Content, err = n.content.Commitment(); err != nil {
					return err
				}
				in.Adopt = append(in.Adopt, own)
				in.Drop = append(in.Drop, version{Doc: n.old.ID, Version: n.old.Version})
				for _, g := range going {
					if g.Doc != n.old.ID {
						continue
					}
					b, err := s.sealFor(s.root, g.Administration, g.to, n.opened, g.Grant)
					if err != nil {
						return err
					}
					in.Grants = append(in.Grants, regrant{ID: g.ID, Version: n.entry.Version, Grant: b})
				}
			}
			return nil
		},
	})
	if IsProblem(err, "stale") {
		return fmt.Errorf("%w: %w", errOtherShares, err)
	}
	return err
}

// still is where this version of the document is in the manifest; -1: it is not.
func still(m sealed.Manifest, e sealed.Entry) int {
	return slices.IndexFunc(m.Docs, func(d sealed.Entry) bool { return d.ID == e.ID && d.Version == e.Version })
}
