package safe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// ExportFile is one member of the archive. Sealed bytes do not compress, so
// members are stored.
type ExportFile struct {
	Name     string // path in the archive, of a-z, A-Z, 0-9, '.', '-' and '/'
	Size     int64  // -1 when it is known only by writing
	Modified time.Time
	// Write streams the member; it may be called once.
	Write func(ctx context.Context, w io.Writer) error
}

// ExportPlan is everything that a safe holds, at the moment of Time.
type ExportPlan struct {
	Name  string // of the archive
	Time  time.Time
	Proof Proof // that the journal tells of this export

	s        *Domain
	safe     Safe
	ring     sealed.Container
	keyring  []byte
	manifest []byte
	origins  map[AdministrationID]bool // of the versions seen so far
}

// Export journals that everything is taken out and plans the archive. One
// event and one proof stand for all grants that are in it.
func (s *Domain) Export(ctx context.Context, a Actor) (*ExportPlan, error) {
	ev := s.begin(a, journal.WhatExported)
	p := &ExportPlan{s: s, Time: s.now(), origins: map[AdministrationID]bool{}}
	var id string
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActExport); err != nil {
			return err
		}
		var err error
		if p.safe, err = openSafe(ctx, tx, a.Safe); err != nil {
			return err
		}
		ring, err := tx.Safes.Keyring(ctx, string(a.Safe))
		if err != nil {
			return backend("read keyring", err)
		}
		m, err := tx.Safes.Manifest(ctx, a.Safe)
		if err != nil {
			return backend("read manifest", err)
		}
		p.keyring, p.manifest = ring.Body, m.Body
		id, err = s.record(ctx, tx, *ev)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := sealed.DecodeCanonical(p.keyring, &p.ring); err != nil {
		return nil, &Error{Kind: Damaged, Msg: "decode keyring", Err: err}
	}
	p.Name = "coffre-" + p.Time.Format("2006-01-02") + ".zip"
	if p.Proof, err = s.proof(ctx, id); err != nil {
		return nil, err
	}
	return p, nil
}

// Files yields the members in the order of the archive. Rows are read by the
// page while it goes; an error ends it, and the archive is then to be cut.
// Documents that are erased meanwhile end it too.
func (p *ExportPlan) Files(ctx context.Context) iter.Seq2[ExportFile, error] {
	return func(yield func(ExportFile, error) bool) {
		r := p.receipt()
		for _, f := range p.fixed() {
			if !yield(f, nil) {
				return
			}
		}
		for _, state := range []VersionState{Kept, Inbox} {
			if !p.versions(ctx, state, r, yield) {
				return
			}
		}
		issuers, err := p.issuers(ctx, p.origins)
		if err != nil {
			yield(ExportFile{}, err)
			return
		}
		if len(issuers) > 0 && !yield(p.member("issuers.json", -1, writeIssuers(issuers)), nil) {
			return
		}
		asked, err := p.asked(ctx)
		if err != nil {
			yield(ExportFile{}, err)
			return
		}
		if asked && !yield(p.member("requests.json", -1, p.writeRequests), nil) {
			return
		}
		told, err := p.notices(ctx)
		if err != nil {
			yield(ExportFile{}, err)
			return
		}
		if len(told) > 0 && !yield(p.member("notices.age", -1, func(_ context.Context, w io.Writer) error { return p.sealNotices(w, told) }), nil) {
			return
		}
		if !yield(p.member("journal.json", -1, p.writeJournal), nil) {
			return
		}
		yield(p.member("receipt.json", -1, func(ctx context.Context, w io.Writer) error {
			return p.writeReceipt(ctx, w, r)
		}), nil)
	}
}

func (p *ExportPlan) member(name string, size int64, write func(context.Context, io.Writer) error) ExportFile {
	return ExportFile{Name: name, Size: size, Modified: p.Time, Write: write}
}

func (p *ExportPlan) bytes(name string, b []byte) ExportFile {
	return p.member(name, int64(len(b)), func(_ context.Context, w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(b))
		return err
	})
}

// fixed are the members that do not depend on the number of documents.
func (p *ExportPlan) fixed() []ExportFile {
	files := []ExportFile{
		p.bytes("LISEZMOI.txt", []byte(readmeFrench)),
		p.bytes("README.txt", []byte(readmeEnglish)),
		p.bytes("keyring.json", p.keyring),
	}
	for _, c := range p.ring.Copies {
		files = append(files, p.bytes("keyring/"+c.Kind+"-"+c.ID+".age", c.Sealed))
	}
	return append(files, p.bytes("manifest.age", p.manifest))
}

// versions yields document and grant of every version in one state. The
// newest version of a document goes by the document's id; older ones, whose
// grants may still be live, by both ids.
func (p *ExportPlan) versions(ctx context.Context, state VersionState, r *receipt, yield func(ExportFile, error) bool) bool {
	var held []Version // versions of one document
	flush := func() bool {
		newest := newestOf(held)
		for i, v := range held {
			if !p.version(v, i == newest, r, yield) {
				return false
			}
		}
		held = nil
		return true
	}
	page := Page{Limit: pageLimit}
	for {
		var all []Version
		err := p.s.rows.View(ctx, func(tx Tx) error {
			var err error
			all, page.After, err = tx.Versions.List(ctx, p.safe.ID, state, page)
			return err
		})
		if err != nil {
			yield(ExportFile{}, backend("list versions", err))
			return false
		}
		for _, v := range all {
			if len(held) > 0 && held[0].Doc != v.Doc && !flush() {
				return false
			}
			held = append(held, v)
		}
		if page.After == "" {
			return flush()
		}
	}
}

func newestOf(all []Version) int {
	newest := 0
	for i, v := range all {
		if v.At.After(all[newest].At) {
			newest = i
		}
	}
	return newest
}

func (p *ExportPlan) version(v Version, newest bool, r *receipt, yield func(ExportFile, error) bool) bool {
	name := string(v.Doc)
	if !newest {
		name += "." + string(v.ID)
	}
	folder := "documents/"
	if v.State == Inbox {
		folder = "inbox/"
	}
	document := p.member(folder+name+".age", v.Sealed, func(ctx context.Context, w io.Writer) error {
		return p.s.copyObject(ctx, v, w)
	})
	document.Modified = v.At
	r.add(v, document.Name)
	if v.Origin != "" {
		p.origins[v.Origin] = true
	}
	return yield(p.bytes("grants/"+name+".age", v.Grant), nil) && yield(document, nil)
}

func (s *Domain) copyObject(ctx context.Context, v Version, w io.Writer) error {
	r, err := s.OpenObject(ctx, v, 0, -1)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, r)
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("copy object: %w", err)
	}
	if n != v.Sealed {
		return refusal(Damaged, "object has %d bytes, expected %d", n, v.Sealed)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}
