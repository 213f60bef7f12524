package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// sendAttempts is how often sealed bytes are sent again when the line breaks.
const sendAttempts = 3

// Progress is told how far a transfer is: bytes of total, in a phase
// ("sealing", "sending", "receiving").
type Progress func(phase string, done, total int64)

// PutOptions of Put.
type PutOptions struct {
	Name     string // "" is the file's own
	Type     string // media type; "" is guessed from the name
	Folder   string // path; "" is the top
	Progress Progress
}

// Put seals a file and makes it part of the safe. Only sealed bytes touch the
// disk or the line. When it fails nothing of the file is in the safe; what
// was sent lapses.
func (s *Safe) Put(ctx context.Context, path string, o PutOptions) (sealed.Entry, error) {
	f, err := os.Open(path) //nolint:gosec // its owner says which
	if err != nil {
		return sealed.Entry{}, err
	}
	defer func() { _ = f.Close() }()
	e, err := describe(f, path, o)
	if err != nil {
		return sealed.Entry{}, err
	}
	key, err := sealed.NewIdentity()
	if err != nil {
		return sealed.Entry{}, err
	}
	// Room is reserved before anything is sealed: a file that is too large is
	// refused at once.
	var up Upload
	size, err := sealed.SealedSizeIn(s.root.Suite(), e.Size)
	if err != nil {
		return sealed.Entry{}, err
	}
	in := map[string]int64{"sealed": size}
	rq := request{method: http.MethodPost, path: "/api/v1/safe/uploads", header: keyed(newKey()), in: in}
	if _, err := s.c.call(ctx, rq, &up); err != nil {
		return sealed.Entry{}, err
	}
	e.ID, e.Version = up.Doc, up.Version
	content, err := s.upload(ctx, f, &e, key, o.Progress)
	if err != nil {
		return sealed.Entry{}, err
	}
	e.Added, e.Changed = s.time(), s.time()
	if s.sent == nil {
		s.sent = map[string]sealed.Content{}
	}
	s.sent[e.Version] = content
	return e, s.adopt(ctx, opened{entry: e, key: key}, o.Folder, &content)
}

func describe(f *os.File, path string, o PutOptions) (sealed.Entry, error) {
	info, err := f.Stat()
	if err != nil {
		return sealed.Entry{}, err
	}
	e := sealed.Entry{Name: o.Name, Type: o.Type, Size: info.Size()}
	if e.Name == "" {
		e.Name = filepath.Base(path)
	}
	if e.Type == "" {
		if e.Type = mime.TypeByExtension(filepath.Ext(e.Name)); e.Type == "" {
			e.Type = "application/octet-stream"
		}
	}
	switch {
	case !info.Mode().IsRegular():
		return e, fmt.Errorf("put %s: not a file", path)
	case info.Size() == 0:
		return e, fmt.Errorf("put %s: %w", path, ErrEmpty)
	}
	return e, sealed.CheckName(e.Name)
}

// upload seals into a temporary file, then sends it. It says which bytes it has
// read.
func (s *Safe) upload(ctx context.Context, r io.Reader, e *sealed.Entry, key *sealed.Identity, p Progress) (content sealed.Content, err error) {
	tmp, err := os.CreateTemp("", "coffre-sealed-*") // mode 0600
	if err != nil {
		return content, err
	}
	defer func() { _, _ = tmp.Close(), os.Remove(tmp.Name()) }()
	plain := sha256.New()
	from := io.TeeReader(&counting{r: r, ctx: ctx, phase: "sealing", total: e.Size, p: p}, plain)
	stream, err := sealed.SealDocumentIn(s.root.Suite(), from, e.Size, key.Recipient())
	if err != nil {
		return content, err
	}
	h := sha256.New()
	if e.Sealed, err = io.Copy(io.MultiWriter(tmp, h), stream); err != nil {
		return content, fmt.Errorf("seal document: %w", err)
	}
	content = sealed.NewContent(key, [32]byte(plain.Sum(nil)), e.Size)
	sum := h.Sum(nil)
	e.SHA256 = hex.EncodeToString(sum)
	for attempt := 1; ; attempt++ {
		if err = s.sendSealed(ctx, tmp, *e, sum, p); err == nil || attempt == sendAttempts || !errors.Is(err, ErrOffline) {
			return content, err
		}
	}
}

func (s *Safe) sendSealed(ctx context.Context, tmp *os.File, e sealed.Entry, sum []byte, p Progress) error {
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var stored Stored
	_, err := s.c.call(ctx, request{
		method: http.MethodPut, path: "/api/v1/safe/documents/" + e.ID + "/versions/" + e.Version,
		header: http.Header{
			"Content-Type":   {"application/octet-stream"},
			"Content-Digest": {"sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"},
		},
		body: io.NopCloser(&counting{r: tmp, ctx: ctx, phase: "sending", total: e.Sealed, p: p}), length: e.Sealed,
	}, &stored)
	if err == nil && (stored.SHA256 != e.SHA256 || stored.Sealed != e.Sealed) {
		err = withEvidence(mismatch("the gateway acknowledges other bytes"), map[string]any{"stored": stored})
	}
	return err
}

// adopt makes a stored or deposited version part of the safe with the
// holder's own grant. content is that of an upload; a deposit has the gateway's
// commitment already.
func (s *Safe) adopt(ctx context.Context, d opened, folder string, content *sealed.Content) error {
	return s.apply(ctx, change{edit: s.addDoc(d.entry, folder), more: func(_ sealed.Manifest, in *changeBody) error {
		own, err := s.own(d)
		if content != nil && err == nil {
			own.Content, err = content.Commitment()
		}
		in.Adopt = append(in.Adopt, own)
		return err
	}})
}

// own seals the holder's own grant, by the keys in use.
func (s *Safe) own(d opened) (ownGrant, error) {
	g := s.grantOf(d)
	g.Reader, g.Recipient = s.id, s.vault.Recipient().Fingerprint()
	b, err := sealed.SealGrant(g, s.root, d.key, s.vault.Recipient())
	return ownGrant{Doc: d.entry.ID, Version: d.entry.Version, Grant: b}, err
}

// grantOf says of a document what every grant on it says.
func (s *Safe) grantOf(d opened) sealed.Grant {
	e := d.entry
	return sealed.Grant{
		Suite: s.root.Suite(), Safe: s.id, Doc: e.ID, Version: e.Version, SHA256: e.SHA256,
		Sealed: e.Sealed, Size: e.Size, Name: e.Name, Type: e.Type, Created: s.time(), Issue: d.issue,
	}
}

func sum256(b []byte) [32]byte { return sha256.Sum256(b) }

// counting tells of progress and stops when ctx ends.
type counting struct {
	r           io.Reader
	ctx         context.Context //nolint:containedctx // lives for one transfer
	phase       string
	done, total int64
	p           Progress
}

func (c *counting) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(b)
	c.done += int64(n)
	if c.p != nil {
		c.p(c.phase, c.done, c.total)
	}
	return n, err
}
