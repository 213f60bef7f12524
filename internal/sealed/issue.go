package sealed

import (
	"cmp"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
)

// contextIssue of SPEC.md §15.
const contextIssue = "coffre/v1/issue"

const (
	minIssue = ed25519.SignatureSize + 2
	maxIssue = 4096
)

// Issue is what an administration says of a document that it makes: these very
// bytes are mine. It names no safe, so it goes wherever the document goes, and
// whoever is given the document checks it.
type Issue struct {
	Suite          int    `json:"suite"`
	Administration string `json:"administration"` // that issues it
	Name           string `json:"name"`
	Type           string `json:"type"`
	Size           int64  `json:"size"`
	Content        string `json:"content"` // SHA-256 of the document's bytes
	Kind           string `json:"kind,omitempty"`
	Reference      string `json:"reference,omitempty"` // of the issuer
	Created        string `json:"created"`
}

// SignIssue signs one with the issuer's root.
func SignIssue(i Issue, root RootKey) ([]byte, error) {
	i.Suite = root.Suite()
	b, err := signPayload(contextIssue, root, i, i.check())
	if err == nil && len(b) > maxIssue {
		err = fmt.Errorf("%d bytes: %w", len(b), ErrLength)
	}
	if err != nil {
		return nil, fmt.Errorf("sign issue: %w", err)
	}
	return b, nil
}

// OpenIssue verifies and reads one. Whose key vk is, only the log tells.
func OpenIssue(signed []byte, vk VK) (Issue, error) {
	var i Issue
	if len(signed) > maxIssue {
		return Issue{}, fmt.Errorf("open issue of %d bytes: %w", len(signed), ErrLength)
	}
	if err := openPayload(contextIssue, signed, vk, &i, func() int { return i.Suite }); err != nil {
		return Issue{}, fmt.Errorf("open issue: %w", err)
	}
	if err := i.check(); err != nil {
		return Issue{}, fmt.Errorf("open issue: %w", err)
	}
	return i, nil
}

// ReadIssue reads one without asking who signed it: to know whose key to look
// for. Nothing that it says is to be shown.
func ReadIssue(signed []byte) (Issue, error) {
	var i Issue
	if err := checkIssueForm(signed); err != nil {
		return Issue{}, fmt.Errorf("read issue: %w", err)
	}
	if err := decodeSuite(signed[ed25519.SignatureSize:], &i, func() int { return i.Suite }); err != nil {
		return Issue{}, fmt.Errorf("read issue: %w", err)
	}
	if err := i.check(); err != nil {
		return Issue{}, fmt.Errorf("read issue: %w", err)
	}
	return i, nil
}

// Holds is ErrMismatch unless the document's bytes are those that were issued.
func (i Issue) Holds(sum [32]byte, size int64) error {
	if i.Content != hex.EncodeToString(sum[:]) || i.Size != size {
		return fmt.Errorf("check issue: the document has other bytes: %w", ErrMismatch)
	}
	return nil
}

func (i Issue) check() error {
	err := cmp.Or(
		checkSuite(i.Suite), checkID(i.Administration), CheckName(i.Name), checkType(i.Type), checkHash(i.Content),
		checkTime(i.Created), checkText(i.Reference, 100),
	)
	if err != nil {
		return err
	}
	if i.Size < 1 {
		return fmt.Errorf("issue of %d bytes: %w", i.Size, ErrLength)
	}
	if i.Kind != "" {
		return checkSlug(i.Kind)
	}
	return nil
}

// checkIssueForm is all that a grant asks of what it carries: a reader who cannot
// believe the mark, or does not know its suite, still opens the document.
func checkIssueForm(signed []byte) error {
	if len(signed) < minIssue || len(signed) > maxIssue {
		return fmt.Errorf("issue of %d bytes: %w", len(signed), ErrLength)
	}
	return nil
}

// VerifySuccession is ErrSignature unless the root behind from has named to as
// the key of this safe or administration from that epoch on (SPEC.md §7).
func VerifySuccession(holder string, from, to VK, epoch int64, signature []byte) error {
	if err := (Former{VK: from[:], Epoch: epoch, Signature: signature}).check(holder, to[:]); err != nil {
		return fmt.Errorf("verify succession: %w", err)
	}
	return nil
}

// HashOf writes a hash as signed objects do.
func HashOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
