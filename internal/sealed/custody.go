package sealed

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The contexts of SPEC.md §10.
const (
	contextCustody   = "coffre/v1/custody"
	contextShare     = "coffre/v1/share"
	contextCard      = "coffre/v1/card"
	contextAgreement = "coffre/v1/agreement"
)

// The kinds of custodians.
const (
	CustodianAdministration = "administration"
	CustodianSafe           = "safe"
)

// maxDelay is thirty days: as long as a request lives.
const maxDelay = 30 * 24 * time.Hour

// Custody says which three hold the shares of one unlocker's secret, and how
// long each waits before giving hers.
type Custody struct {
	Suite      int         `json:"suite"`
	Safe       string      `json:"safe"`
	Unlocker   string      `json:"unlocker"`
	Holder     string      `json:"holder"` // how custodians know the holder
	Threshold  int         `json:"threshold"`
	Delay      int64       `json:"delay"` // seconds
	Created    string      `json:"created"`
	Custodians []Custodian `json:"custodians"`
}

// Custodian is one of the three.
type Custodian struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Holder    string `json:"holder"` // id of the administration or safe
	Name      string `json:"name"`
	Recipient string `json:"recipient"` // fingerprint
	Share     string `json:"share"`     // hash of the sealed share
}

// NewCustodian is one to be named.
type NewCustodian struct {
	Kind   string
	Holder string
	Name   string
	To     *Recipient
}

// SealedShare is what one custodian keeps.
type SealedShare struct {
	Custodian string
	Sealed    []byte
}

// NewCustody splits p, the secret of the unlocker, among three. Suite,
// threshold and custodians of c are filled in.
func NewCustody(c Custody, root RootKey, p Secret, who []NewCustodian) (signed []byte, shares []SealedShare, err error) {
	fail := func(err error) ([]byte, []SealedShare, error) {
		return nil, nil, fmt.Errorf("make custody: %w", err)
	}
	if len(who) != shareCount {
		return fail(fmt.Errorf("%d custodians: %w", len(who), ErrForm))
	}
	c.Suite, c.Threshold, c.Custodians = root.Suite(), shareThreshold, nil
	for i, point := range Split(p) {
		id := newID()
		b, err := sealShare(sharePayload{
			Suite: root.Suite(), Safe: c.Safe, Unlocker: c.Unlocker, Custodian: id, Share: point.Bytes(),
		}, root, who[i].To)
		if err != nil {
			return fail(err)
		}
		shares = append(shares, SealedShare{Custodian: id, Sealed: b})
		c.Custodians = append(c.Custodians, Custodian{
			ID: id, Kind: who[i].Kind, Holder: who[i].Holder, Name: who[i].Name,
			Recipient: who[i].To.Fingerprint(), Share: hashHex(b),
		})
	}
	signed, err = signPayload(contextCustody, root, c, c.check())
	if err != nil {
		return fail(err)
	}
	return signed, shares, nil
}

// OpenCustody verifies and reads one.
func OpenCustody(signed []byte, vk VK) (Custody, error) {
	var c Custody
	if err := openPayload(contextCustody, signed, vk, &c, func() int { return c.Suite }); err != nil {
		return Custody{}, fmt.Errorf("open custody: %w", err)
	}
	if err := c.check(); err != nil {
		return Custody{}, fmt.Errorf("open custody: %w", err)
	}
	return c, nil
}

// Find gives the custodian with this id in the custody.
func (c Custody) Find(id string) (Custodian, error) {
	i := slices.IndexFunc(c.Custodians, func(o Custodian) bool { return o.ID == id })
	if i < 0 {
		return Custodian{}, fmt.Errorf("find custodian: not one of this custody: %w", ErrMismatch)
	}
	return c.Custodians[i], nil
}

// Wait is how long a custodian waits after agreeing.
func (c Custody) Wait() time.Duration { return time.Duration(c.Delay) * time.Second }

func (c Custody) check() error {
	if err := checkSuite(c.Suite); err != nil {
		return err
	}
	err := cmp.Or(checkID(c.Safe, c.Unlocker), checkPerson(c.Holder), checkTime(c.Created))
	if err != nil {
		return err
	}
	if c.Threshold != shareThreshold || len(c.Custodians) != shareCount || c.Delay < 0 || c.Delay > int64(maxDelay/time.Second) {
		return fmt.Errorf("malformed custody: %w", ErrForm)
	}
	seen := map[string]bool{c.Safe: true}
	for _, o := range c.Custodians {
		if err := o.check(); err != nil {
			return err
		}
		for _, v := range []string{"id " + o.ID, o.Holder, o.Recipient} {
			if seen[v] {
				return fmt.Errorf("a custodian twice, or the safe itself: %w", ErrForm)
			}
			seen[v] = true
		}
	}
	return nil
}

func (o Custodian) check() error {
	if o.Kind != CustodianAdministration && o.Kind != CustodianSafe {
		return fmt.Errorf("unknown kind of custodian: %w", ErrForm)
	}
	return cmp.Or(checkID(o.ID, o.Holder), checkPerson(o.Name), checkHash(o.Recipient, o.Share))
}

// checkPerson is a name of somebody: 1 to 200 UTF-16 code units.
func checkPerson(name string) error {
	if name == "" {
		return fmt.Errorf("no name: %w", ErrForm)
	}
	return checkText(name, 200)
}

// HashSigned is how one object names another: the SHA-256 of all its bytes.
func HashSigned(b []byte) string { return hashHex(b) }

// signPayload signs what its own check lets pass.
func signPayload(context string, root RootKey, v any, checked error) ([]byte, error) {
	if checked != nil {
		return nil, checked
	}
	payload, err := Canonical(v)
	if err != nil {
		return nil, err
	}
	return root.Sign(context, payload), nil
}

func openPayload(context string, signed []byte, vk VK, v any, suite func() int) error {
	payload, err := vk.Open(context, signed)
	if err != nil {
		return err
	}
	if err := decodeSuite(payload, v, suite); err != nil {
		return err
	}
	return ofSuite(vk, suite())
}
