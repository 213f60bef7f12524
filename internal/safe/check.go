package safe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// Fault is a kind of finding.
type Fault string

// What check can find.
const (
	FaultMissing  Fault = "object-missing"   // a version without its object
	FaultSize     Fault = "object-size"      // an object of another length
	FaultHash     Fault = "object-hash"      // an object with other bytes (CheckDeep)
	FaultOrphan   Fault = "object-orphan"    // an object without row
	FaultForeign  Fault = "object-foreign"   // a key that this program never makes
	FaultNoGrant  Fault = "grant-missing"    // a readable version without the holder's grant
	FaultGrant    Fault = "grant-dangling"   // a live grant without its version
	FaultKeyring  Fault = "keyring-damaged"  // missing, or not what its hash says
	FaultManifest Fault = "manifest-damaged" // missing, or not what its hash says
	FaultCustody  Fault = "custody-damaged"  // not what the holder signed
	FaultRecovery Fault = "recovery-damaged" // not what was asked of the custody
	FaultLog      Fault = "log-unsound"      // the tree is not what its head says
)

// Finding is one thing that is wrong.
type Finding struct {
	Fault   Fault
	Safe    SafeID
	Doc     DocumentID
	Version VersionID
	Grant   GrantID
	Object  string
	Text    string
}

// String is one line for a terminal.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:", f.Fault)
	for _, p := range [][2]string{
		{"safe", string(f.Safe)},
		{"doc", string(f.Doc)},
		{"version", string(f.Version)},
		{"grant", string(f.Grant)},
		{"object", f.Object},
	} {
		if p[1] != "" {
			fmt.Fprintf(&b, " %s=%s", p[0], p[1])
		}
	}
	if f.Text != "" {
		b.WriteString(" " + f.Text)
	}
	return b.String()
}

// Report is what check saw. Pending versions are on their way in or out; they
// are no fault.
type Report struct {
	Safes, Versions, Grants, Objects int64
	Pending                          int64
	Removed                          int64 // by Scrub
	Findings                         []Finding
}

// Sound says whether nothing is wrong.
func (r Report) Sound() bool { return len(r.Findings) == 0 }

func (r *Report) add(f Finding) { r.Findings = append(r.Findings, f) }

// Check holds the stores against each other: every readable version has its
// object in the right length, every live grant its version, every safe its
// keyring and manifest, every object its row, and the log's tree is the one
// its head signs. It changes nothing and may run beside a serving gateway.
func (s *Domain) Check(ctx context.Context) (Report, error) { return s.check(ctx, false) }

// CheckDeep is Check, and reads and hashes every object besides.
func (s *Domain) CheckDeep(ctx context.Context) (Report, error) { return s.check(ctx, true) }

func (s *Domain) check(ctx context.Context, deep bool) (Report, error) {
	var r Report
	for _, step := range []func(context.Context, *Report) error{
		s.checkSafes,
		s.checkAdministrations,
		func(ctx context.Context, r *Report) error { return s.checkVersions(ctx, r, deep) },
		s.checkObjects,
	} {
		if err := step(ctx, &r); err != nil {
			return r, err
		}
	}
	err := s.log.Audit(ctx)
	if errors.Is(err, journal.ErrAudit) {
		r.add(Finding{Fault: FaultLog, Text: err.Error()})
		err = nil
	}
	return r, backend("audit log", err)
}

func (s *Domain) checkVersions(ctx context.Context, r *Report, deep bool) error {
	return s.eachVersion(ctx, func(v Version) error {
		r.Versions++
		if v.State == Reserved || v.State == Erasing {
			r.Pending++
			return nil
		}
		return s.checkVersion(ctx, v, r, deep)
	})
}

// eachVersion visits every version of every safe, a page in each transaction.
func (s *Domain) eachVersion(ctx context.Context, visit func(Version) error) error {
	return eachPage(func(p Page) (string, error) {
		var all []Version
		var next string
		err := s.rows.View(ctx, func(tx Tx) error {
			var err error
			all, next, err = tx.Sweep.All(ctx, p)
			return err
		})
		if err != nil {
			return "", backend("list versions", err)
		}
		for _, v := range all {
			if err := visit(v); err != nil {
				return "", err
			}
		}
		return next, nil
	})
}

func (s *Domain) checkVersion(ctx context.Context, v Version, r *Report, deep bool) error {
	found, err := s.fault(ctx, v, deep)
	if err != nil || found == nil {
		return err
	}
	// The gateway may be serving: only what is still so is a fault.
	var now Version
	err = s.rows.View(ctx, func(tx Tx) error {
		var err error
		now, err = tx.Versions.Get(ctx, v.Doc, v.ID)
		return err
	})
	if IsKind(err, NotFound) || err == nil && (now.State != v.State || !bytes.Equal(now.Grant, v.Grant)) {
		return nil
	}
	if err != nil {
		return backend("read version", err)
	}
	r.add(*found)
	return nil
}

// fault is what is wrong with one version, or nil.
func (s *Domain) fault(ctx context.Context, v Version, deep bool) (*Finding, error) {
	f := &Finding{Safe: v.Safe, Doc: v.Doc, Version: v.ID, Object: v.Object()}
	if quarantined(v) {
		f.Fault, f.Text = FaultOrphan, "kept until "+rfc3339(v.Expires)
		return f, nil
	}
	if (v.State == Kept || v.State == Inbox) && checkGrant(v.Grant) != nil {
		f.Fault = FaultNoGrant
		return f, nil //nolint:nilerr // the error is the finding
	}
	n, err := s.blobs.Size(ctx, v.Object())
	switch {
	case IsKind(err, NotFound):
		f.Fault = FaultMissing
		return f, nil
	case err != nil:
		return nil, backend("size object", err)
	case n != v.Sealed:
		f.Fault, f.Text = FaultSize, fmt.Sprintf("%d bytes, expected %d", n, v.Sealed)
		return f, nil
	case !deep:
		return nil, nil
	}
	sum, _, err := s.hashObject(ctx, v.Object())
	if err != nil && !IsKind(err, Damaged) { // the store noticed by itself
		return nil, err
	}
	if err != nil || sum != v.SHA256 {
		f.Fault = FaultHash
		return f, nil
	}
	return nil, nil
}

// eachPage calls page with growing cursors until there is no next one.
func eachPage(page func(Page) (next string, err error)) error {
	p := Page{Limit: pageLimit}
	for {
		next, err := page(p)
		if err != nil || next == "" {
			return err
		}
		p.After = next
	}
}
