package safe

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Rehashed is what Rehash read and mended.
type Rehashed struct {
	Versions, Bytes int64
	Repaired        int64
	Findings        []Finding // what is still wrong
}

// Rehash reads every object again, as fast as the store gives it, and holds it
// against its row. What is missing or spoiled is brought back from copies,
// where those still have the right bytes, and told in the holder's journal
// (O5), that everything was read in the one of maintenance; nil copies only reports. It may run beside a serving gateway.
func (s *Domain) Rehash(ctx context.Context, copies Blobs) (Rehashed, error) {
	var out Rehashed
	err := s.eachVersion(ctx, func(v Version) error {
		if v.State == Reserved || v.State == Erasing || quarantined(v) {
			return nil
		}
		out.Versions++
		out.Bytes += v.Sealed
		return s.rehash(ctx, copies, v, &out)
	})
	if err != nil {
		return out, err
	}
	return out, s.Operated(ctx, journal.WhatScrub, detail(
		"bytes", decimal(out.Bytes), "documents", decimal(out.Versions), "repaired", decimal(out.Repaired), "wrong", decimal(int64(len(out.Findings)))))
}

func (s *Domain) rehash(ctx context.Context, copies Blobs, v Version, out *Rehashed) error {
	var r Report
	if err := s.checkVersion(ctx, v, &r, true); err != nil || r.Sound() {
		return err
	}
	found := r.Findings[0]
	if found.Fault == FaultNoGrant || copies == nil {
		out.Findings = append(out.Findings, found)
		return nil
	}
	err := s.repair(ctx, copies, v)
	if IsKind(err, NotFound) || IsKind(err, Damaged) || IsKind(err, WrongLength) {
		found.Text = "no copy to mend it with"
		out.Findings = append(out.Findings, found)
		return nil
	}
	if err != nil {
		return err
	}
	out.Repaired++
	ev := s.maintenanceEvent(v, "repaired")
	return backend("journal a repair", s.rows.Update(ctx, func(tx Tx) error {
		_, err := s.record(ctx, tx, *ev)
		return err
	}))
}

// repair puts the right bytes in the place of what is there. The copy is read
// whole before anything is removed.
func (s *Domain) repair(ctx context.Context, copies Blobs, v Version) error {
	read := func() (io.ReadCloser, error) {
		r, err := copies.Open(ctx, v.Object(), 0, -1)
		return r, backend("open copy", err)
	}
	r, err := read()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, expecting(r, v))
	if _ = r.Close(); err != nil {
		return backend("read copy", err)
	}
	if r, err = read(); err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	if err := s.blobs.Delete(ctx, v.Object()); err != nil {
		return backend("remove spoiled object", err)
	}
	return backend("put copy", s.blobs.Put(ctx, v.Object(), expecting(r, v), v.Sealed))
}

// expecting is Damaged at the end of other bytes than the version's.
func expecting(r io.Reader, v Version) io.Reader { return &expected{r: r, v: v, h: sha256.New()} }

type expected struct {
	r io.Reader
	v Version
	h hash.Hash
	n int64
}

func (e *expected) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.h.Write(p[:n])
	if e.n += int64(n); err == io.EOF && (e.n != e.v.Sealed || [32]byte(e.h.Sum(nil)) != e.v.SHA256) { //nolint:errorlint // a reader's own end
		return n, &Error{Kind: Damaged, Msg: fmt.Sprintf("copy of %s has other bytes", e.v.Object())}
	}
	return n, err
}
