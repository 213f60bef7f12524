package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// GetOptions of Get and Fetch.
type GetOptions struct {
	Force    bool // replace a file that is there
	Progress Progress
	// Issued is told, of a document that an administration is said to have issued,
	// what that is worth, once the document is there; nil asks nobody.
	Issued func(Issued)
}

// Get fetches a document, verifies all of it and puts it at path, which
// appears only then.
func (s *Safe) Get(ctx context.Context, e sealed.Entry, path string, o GetOptions) error {
	return s.latest(ctx, e, func(e sealed.Entry) error {
		d, err := s.openOwn(ctx, e)
		if err != nil {
			return err
		}
		content, err := s.c.fetch(ctx, contentPath(e.ID), e.Ref(), d.key, path, o)
		if err != nil {
			return err
		}
		return s.c.tellIssued(ctx, d.issue, content, o)
	})
}

func contentPath(doc string) string { return "/api/v1/safe/documents/" + doc + "/content" }

// latest does something with a document, and once more when another device has
// sealed it anew in the meantime: the entry in hand is then of a version that is
// gone.
func (s *Safe) latest(ctx context.Context, e sealed.Entry, do func(sealed.Entry) error) error {
	err := do(e)
	if !IsAlarm(err) && !IsProblem(err, "not-found") {
		return err
	}
	if s.Refresh(ctx) != nil {
		return err
	}
	for _, now := range s.held.manifest.Docs {
		if now.ID == e.ID && now.Version != e.Version {
			return do(now)
		}
	}
	return err
}

// openOwn opens the holder's own grant with the keys in use.
func (s *Safe) openOwn(ctx context.Context, e sealed.Entry) (d opened, err error) {
	err = s.current(ctx, func(ctx context.Context) error {
		d, _, err = s.release(ctx, e)
		return err
	})
	return d, err
}

// release asks for the holder's own grant: no leaf, no key. last says whether
// it is sealed and signed by the keys in use. It changes nothing in s.
func (s *Safe) release(ctx context.Context, e sealed.Entry) (d opened, last bool, err error) {
	rel, err := s.askRelease(ctx, e.ID, e.Version)
	if err != nil {
		return opened{}, false, err
	}
	og, last, err := s.ring.OpenOwn(rel.Grant)
	if err == nil {
		err = sameGrant(og.Grant, sealed.Grant{
			Safe: s.id, Doc: e.ID, Version: e.Version, SHA256: e.SHA256, Sealed: e.Sealed, Size: e.Size, Reader: s.id,
		})
	}
	return opened{e, og.Key, og.Grant.Issue}, last, withEvidence(ownObject(err), map[string]any{"release": rel, "entry": e.Ref(), "doc": e.ID, "version": e.Version})
}

// ownObject: what is sealed to us opens with our key, so that it does not is
// the gateway's doing.
func ownObject(err error) error {
	if errors.Is(err, sealed.ErrKey) {
		return errors.Join(err, sealed.ErrMismatch)
	}
	return err
}

func (s *Safe) askRelease(ctx context.Context, doc, version string) (Release, error) {
	var rel Release
	m, err := s.c.watch.mark(ctx)
	if err != nil {
		return rel, err
	}
	path := "/api/v1/safe/documents/" + doc + "/release"
	if _, err := s.c.call(ctx, request{method: http.MethodPost, path: path}, &rel); err != nil {
		return rel, err
	}
	ev, err := s.c.watch.act(ctx, m, rel.Proof, journal.WhatDocumentOpened)
	switch {
	case err != nil:
	case ev.Safe != s.id || ev.Doc != doc || ev.Version != version || rel.Version != version:
		err = fmt.Errorf("the proof is of another document: %w", journal.ErrProof)
	case ev.Who.Kind != "citizen" || ev.Who.Administration != "" || ev.Behalf != nil || ev.Administration != "":
		err = fmt.Errorf("the proof says that somebody else opened it: %w", journal.ErrProof)
	}
	return rel, withEvidence(err, map[string]any{"release": rel})
}

// sameGrant compares what identifies document and reader.
func sameGrant(got, want sealed.Grant) error {
	if got.Safe != want.Safe || got.Doc != want.Doc || got.Version != want.Version || got.SHA256 != want.SHA256 ||
		got.Sealed != want.Sealed || got.Reader != want.Reader || want.Size != 0 && got.Size != want.Size {
		return mismatch("grant of another document, version or reader")
	}
	return nil
}

// fetch downloads sealed bytes beside path, verifies and opens them into a
// second temporary file, and publishes that one. It says which bytes they are.
func (c *Client) fetch(ctx context.Context, from string, ref sealed.DocumentRef, key *sealed.Identity, path string, o GetOptions) (sealed.Content, error) {
	if _, err := os.Lstat(path); err == nil && !o.Force {
		return sealed.Content{}, fmt.Errorf("write %s: %w", path, ErrExists)
	}
	box, err := os.CreateTemp(filepath.Dir(path), ".coffre-sealed-*") // mode 0600
	if err != nil {
		return sealed.Content{}, err
	}
	defer func() { _, _ = box.Close(), os.Remove(box.Name()) }()
	if err := c.download(ctx, from, ref.Sealed, box, o.Progress); err != nil {
		return sealed.Content{}, err
	}
	h := sha256.New()
	err = publish(path, o.Force, func(w io.Writer) error { return sealed.OpenDocument(io.MultiWriter(w, h), box, ref, key) })
	return sealed.NewContent(key, [32]byte(h.Sum(nil)), ref.Size),
		withEvidence(ownObject(err), map[string]any{"from": from, "sha256": ref.SHA256, "sealed": ref.Sealed})
}

// download writes so many sealed bytes into box, or one more when there are more.
func (c *Client) download(ctx context.Context, from string, length int64, box io.Writer, p Progress) error {
	resp, err := c.send(ctx, request{method: http.MethodGet, path: from})
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body := &counting{r: io.LimitReader(resp.Body, length+1), ctx: ctx, phase: "receiving", total: length, p: p}
	if _, err := io.Copy(box, body); err != nil {
		var disk *fs.PathError
		if errors.As(err, &disk) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	return nil
}

// publish lets write fill a temporary file and gives it its name only when
// write, and the disk, say that all is well.
func publish(path string, force bool, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".coffre-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if err := errors.Join(write(tmp), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if force {
		return os.Rename(tmp.Name(), path)
	}
	switch err := os.Link(tmp.Name(), path); {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("write %s: %w", path, ErrExists)
	}
	// A file system without links: the name was free a moment ago.
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("write %s: %w", path, ErrExists)
	}
	return os.Rename(tmp.Name(), path)
}
