package sealed

import (
	"cmp"
	"errors"
	"fmt"
)

type sharePayload struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Unlocker  string `json:"unlocker"`
	Custodian string `json:"custodian"`
	Share     []byte `json:"share"`
}

func (p sharePayload) check() error {
	if err := checkSuite(p.Suite); err != nil {
		return err
	}
	_, err := ParsePoint(p.Share)
	return cmp.Or(checkID(p.Safe, p.Unlocker, p.Custodian), err)
}

// Share is an opened share. It prints as [redacted].
type Share struct {
	payload sharePayload
	signed  []byte
}

// Format hides it from every verb.
func (s Share) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// Safe whose secret it is of.
func (s *Share) Safe() string { return s.payload.Safe }

// Custodian it was made for: an id of the custody.
func (s *Share) Custodian() string { return s.payload.Custodian }

// Point of the lines.
func (s *Share) Point() Point { return Point(s.payload.Share) }

func sealShare(p sharePayload, root RootKey, to *Recipient) ([]byte, error) {
	signed, err := signPayload(contextShare, root, p, p.check())
	if err != nil {
		return nil, fmt.Errorf("seal share: %w", err)
	}
	return (&Share{signed: signed}).Seal(to)
}

// Seal seals the very bytes that the holder's root signed to somebody else.
func (s *Share) Seal(to *Recipient) ([]byte, error) {
	return seal(padLF(append([]byte(nil), s.signed...), int64(toBlock(len(s.signed)))), to)
}

// OpenShare opens and verifies one. The caller holds it against a custody.
func OpenShare(b []byte, id *Identity, vk VK) (*Share, error) {
	plain, err := open(b, id)
	if err != nil {
		return nil, fmt.Errorf("open share: %w", err)
	}
	return parseShare(plain, vk)
}

func parseShare(plain []byte, vk VK) (*Share, error) {
	signed := unpadLF(plain)
	if len(plain) != toBlock(len(signed)) {
		return nil, fmt.Errorf("open share: padding: %w", ErrForm)
	}
	s := &Share{signed: signed}
	if err := openPayload(contextShare, signed, vk, &s.payload, func() int { return s.payload.Suite }); err != nil {
		return nil, fmt.Errorf("open share: %w", err)
	}
	if err := s.payload.check(); err != nil {
		return nil, fmt.Errorf("open share: %w", err)
	}
	return s, nil
}

// Holds says whether the share is one of this custody's; ErrMismatch if not.
func (c Custody) Holds(s *Share) error {
	if _, err := c.Find(s.payload.Custodian); err != nil {
		return err
	}
	if s.payload.Safe != c.Safe || s.payload.Unlocker != c.Unlocker {
		return fmt.Errorf("check share: of another safe or unlocker: %w", ErrMismatch)
	}
	return nil
}

// OpenOwnShare is a custodian's way to the share that the server keeps for
// her: by its hash the one that the holder sealed, by its content the one
// that the custody speaks of.
func (c Custody) OpenOwnShare(custodian string, b []byte, id *Identity, vk VK) (*Share, error) {
	own, err := c.Find(custodian)
	if err != nil {
		return nil, err
	}
	if hashHex(b) != own.Share {
		return nil, fmt.Errorf("open share: %w", ErrHash)
	}
	if own.Recipient != id.Recipient().Fingerprint() {
		return nil, fmt.Errorf("open share: sealed to another key: %w", ErrMismatch)
	}
	s, err := OpenShare(b, id, vk)
	if err != nil {
		return nil, err
	}
	if s.payload.Custodian != custodian {
		return nil, fmt.Errorf("open share: another custodian's: %w", ErrMismatch)
	}
	return s, c.Holds(s)
}

// Recover opens a keyring with the shares that custodians have sealed to the
// holder's new paper key. Custody and shares are believed in the end because
// the pin under what they give vouches for the key that signed them. Shares
// that do not fit are passed over while two others do. It gives the secret
// that opened it too, with which the keyring is replaced.
func Recover(c Container, custody []byte, given [][]byte, paper Secret) (*Keyring, Secret, error) {
	fail := func(err error) (*Keyring, Secret, error) {
		return nil, Secret{}, fmt.Errorf("recover keyring: %w", err)
	}
	if err := c.Check(); err != nil {
		return fail(err)
	}
	vk, err := ParseVK(c.VK)
	if err != nil {
		return fail(err)
	}
	named, err := OpenCustody(custody, vk)
	if err != nil {
		return fail(err)
	}
	if named.Safe != c.Safe {
		return fail(ErrMismatch)
	}
	reader, err := UnlockIdentity(paper)
	if err != nil {
		return fail(err)
	}
	var points []Point
	var bad []error
	for _, b := range given {
		s, err := OpenShare(b, reader, vk)
		if err == nil {
			err = named.Holds(s)
		}
		if err != nil {
			bad = append(bad, err)
			continue
		}
		points = append(points, s.Point())
	}
	return combineAny(c, points, bad)
}

func combineAny(c Container, points []Point, bad []error) (*Keyring, Secret, error) {
	for i, a := range points {
		for _, b := range points[:i] {
			p, err := Combine(a, b)
			if err != nil {
				bad = append(bad, err)
				continue
			}
			ring, err := OpenKeyring(c, p)
			if err == nil {
				return ring, p, nil
			}
			bad = append(bad, err)
		}
	}
	if len(bad) == 0 {
		bad = []error{fmt.Errorf("%d shares: %w", len(points), ErrKey)}
	}
	return nil, Secret{}, fmt.Errorf("recover keyring: %w", errors.Join(bad...))
}
