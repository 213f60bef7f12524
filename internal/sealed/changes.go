package sealed

import (
	"cmp"
	"crypto/ed25519"
	"fmt"
	"slices"
)

// Change is what a new manifest brings about, as the root signs it for whoever
// keeps the safe (SPEC.md §11). Hashes are of sealed bytes.
type Change struct {
	Suite    int           `json:"suite"`
	Safe     string        `json:"safe"`
	Epoch    int64         `json:"epoch"`
	Match    string        `json:"match"`
	Manifest string        `json:"manifest"`
	Adopt    []ChangedOwn  `json:"adopt"`
	Reseal   []ChangedOwn  `json:"reseal"`
	Erase    []string      `json:"erase"`
	Grants   []ChangedGive `json:"grants,omitempty"`
	Drop     []ChangedDrop `json:"drop,omitempty"`
}

// ChangedOwn is a version with the holder's own grant.
type ChangedOwn struct {
	Doc     string `json:"doc"`
	Version string `json:"version"`
	Grant   string `json:"grant"`
}

// ChangedGive is a grant that somebody has, for another version of the document.
type ChangedGive struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Grant   string `json:"grant"`
}

// ChangedDrop is an older version that is no longer kept.
type ChangedDrop struct {
	Doc     string `json:"doc"`
	Version string `json:"version"`
}

// Hash is how a change names sealed bytes.
func Hash(b []byte) string { return hashHex(b) }

// Sign gives the signature of whoever holds the safe's keys.
func (c Change) Sign(root RootKey) ([]byte, error) {
	payload, err := c.encode()
	if err != nil {
		return nil, fmt.Errorf("sign change: %w", err)
	}
	if err := ofSuite(root.VK(), c.Suite); err != nil {
		return nil, fmt.Errorf("sign change: %w", err)
	}
	return root.Sign(contextChange, payload)[:ed25519.SignatureSize], nil
}

// Verify is ErrSignature unless the root behind vk has signed this very change.
func (c Change) Verify(vk VK, signature []byte) error {
	payload, err := c.encode()
	if err != nil {
		return fmt.Errorf("check change: %w", err)
	}
	if err := ofSuite(vk, c.Suite); err != nil {
		return fmt.Errorf("check change: %w", err)
	}
	if len(signature) != ed25519.SignatureSize {
		return fmt.Errorf("check change: %w", ErrSignature)
	}
	if _, err := vk.Open(contextChange, slices.Concat(signature, payload)); err != nil {
		return fmt.Errorf("check change: %w", err)
	}
	return nil
}

func (c Change) encode() ([]byte, error) {
	if c.Adopt == nil {
		c.Adopt = []ChangedOwn{}
	}
	if c.Reseal == nil {
		c.Reseal = []ChangedOwn{}
	}
	if c.Erase == nil {
		c.Erase = []string{}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return Canonical(c)
}

func (c Change) check() error {
	if c.Epoch < 2 {
		return fmt.Errorf("change of epoch %d: %w", c.Epoch, ErrForm)
	}
	err := cmp.Or(checkSuite(c.Suite), checkID(c.Safe), checkHash(c.Match, c.Manifest), checkID(c.Erase...))
	for _, o := range slices.Concat(c.Adopt, c.Reseal) {
		err = cmp.Or(err, checkID(o.Doc, o.Version), checkHash(o.Grant))
	}
	for _, g := range c.Grants {
		err = cmp.Or(err, checkID(g.ID, g.Version), checkHash(g.Grant))
	}
	for _, d := range c.Drop {
		err = cmp.Or(err, checkID(d.Doc, d.Version))
	}
	return err
}
