package folder

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// saidBy is what the administration itself has signed, and what that is under the
// root in use.
type saidBy func(signed []byte) (sealed.Acknowledgement, []byte, error)

// adopt takes a document for done whose own record is gone and whose sidecar is
// there. Anybody's document may be called as a sidecar is, or be as one is inside:
// one counts when it is of the file beside it, and the administration has signed
// what it says. What does not is left alone, and named.
func (l *ledger) adopt(said saidBy) error {
	for _, sub := range []string{"", quarantineDir} {
		dir, prefix := ".", ""
		if sub != "" {
			dir, prefix = sub, sub+"/"
		}
		entries, err := l.list(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), draftPrefix) { // what a kill has left of a sidecar
				if err := l.remove(prefix + e.Name()); err != nil {
					return err
				}
				continue
			}
			file, called := strings.CutSuffix(e.Name(), sidecarEnding)
			document := l.names[folded(prefix+e.Name())] != "" // of a release that gave such names
			if !called || document || strings.HasPrefix(e.Name(), ".") || l.names[folded(prefix+file)] != "" {
				continue
			}
			var s Sidecar
			err := l.readJSON(prefix+e.Name(), mostRecord, &s)
			if err == nil {
				err = s.check(file, sub, said)
			}
			if err != nil {
				l.passOver(prefix+e.Name(), err)
				continue
			}
			if _, known := l.get(s.Grant.ID); known {
				continue
			}
			if err := l.put(s.record(sub)); err != nil {
				return err
			}
		}
	}
	return nil
}

// check holds a sidecar against the file that it stands beside, and against what
// the administration has signed of that grant.
func (s Sidecar) check(file, sub string, said saidBy) error {
	if s.V != 1 || s.File != file {
		return fmt.Errorf("not the sidecar of %q", file)
	}
	if err := checkID(s.Grant.ID, s.Grant.Safe, s.Grant.Doc, s.Grant.Version, s.Release); err != nil {
		return err
	}
	if sum, err := hex.DecodeString(s.SHA256); err != nil || len(sum) != 32 {
		return errors.New("a sidecar without a hash")
	}
	if _, err := time.Parse(time.RFC3339, s.Grant.NotAfter); err != nil {
		return err
	}
	got, _, err := said(s.Acknowledgement)
	if err != nil {
		return err
	}
	g := s.Grant
	if got.Grant != g.ID || got.Safe != g.Safe || got.Doc != g.Doc || got.Version != g.Version || got.Release != s.Release ||
		got.SHA256 != s.Sealed.SHA256 || got.Outcome != s.Outcome {
		return errors.New("a sidecar that says something else than what was acknowledged")
	}
	if (got.Outcome == sealed.OutcomeInfected) != (sub == quarantineDir) || got.Outcome != sealed.OutcomeIntact && got.Outcome != sealed.OutcomeInfected {
		return errors.New("a sidecar of a document that belongs elsewhere")
	}
	return nil
}
