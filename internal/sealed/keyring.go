package sealed

import (
	"cmp"
	"crypto/ed25519"
	"crypto/hmac"
	"fmt"
	"maps"
	"slices"
	"time"
)

// minUnlockers: one way to unlock is one accident away from none.
const minUnlockers = 2

// Unlocker is a way to open the safe, as the keyring lists it.
type Unlocker struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Label     string `json:"label"`
	Recipient string `json:"recipient"`
	Created   string `json:"created"`
}

// NewUnlocker is one to be added.
type NewUnlocker struct {
	Kind       string
	Label      string
	P          Secret
	Credential string
}

type seedEntry struct {
	Epoch int64  `json:"epoch"`
	Seed  []byte `json:"seed"`
	Suite int    `json:"suite,omitempty"` // that it was drawn in; left out for 1
}

func newSeed(epoch int64, suite int) seedEntry {
	s := seedEntry{Epoch: epoch, Seed: NewSecret().Bytes()}
	if suite > first {
		s.Suite = suite
	}
	return s
}

func (s seedEntry) suite() int { return max(s.Suite, first) }

type keyringPayload struct {
	Suite     int         `json:"suite"`
	Safe      string      `json:"safe"`
	Epoch     int64       `json:"epoch"`
	Previous  string      `json:"previous,omitempty"`
	Root      []byte      `json:"root"`
	Seeds     []seedEntry `json:"seeds"`
	Unlockers []Unlocker  `json:"unlockers"`
}

// Keyring is an opened keyring. It prints as [redacted].
type Keyring struct {
	payload   keyringPayload
	root      RootKey
	vaults    []*Identity // the one in use first
	hash      string      // of the signed bytes
	container Container
	// known are the secrets of unlockers that were in hand, by id: what pins
	// are made of.
	known map[string]Secret
	// pinned is the verification key that the pin vouched for which opened it.
	pinned VK
}

// Format hides it from every verb.
func (k Keyring) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// Safe is the id of the safe or administration.
func (k *Keyring) Safe() string { return k.payload.Safe }

// Epoch counts the keyrings of this safe, from 1.
func (k *Keyring) Epoch() int64 { return k.payload.Epoch }

// Root signs for the safe.
func (k *Keyring) Root() RootKey { return k.root }

// Vault is the identity in use.
func (k *Keyring) Vault() (*Identity, error) { return k.vaults[0], nil }

// Vaults are the identities that something of this safe may be sealed to: the
// one in use first, then those of the seeds before it.
func (k *Keyring) Vaults() []*Identity { return slices.Clone(k.vaults) }

// Container is what the server keeps of this keyring.
func (k *Keyring) Container() Container { return k.container }

// Unlockers lists the ways to open.
func (k *Keyring) Unlockers() []Unlocker { return slices.Clone(k.payload.Unlockers) }

// NewKeyring draws root and vault seed for a safe or administration (holder
// is its id) and seals them to two unlockers or more.
func NewKeyring(holder string, unlockers []NewUnlocker, now time.Time) (*Keyring, Container, error) {
	p := keyringPayload{
		Suite: Suite, Safe: holder, Epoch: 1, Root: NewSecret().Bytes(),
		Seeds: []seedEntry{newSeed(1, Suite)},
	}
	return p.seal(made{add: unlockers}, now)
}

// Reseal makes the next epoch with some unlockers added and some removed, by
// id. Removing any draws a new vault seed: who was removed opens nothing new.
func (k *Keyring) Reseal(add []NewUnlocker, remove []string, now time.Time) (*Keyring, Container, error) {
	p := k.payload
	p.Epoch, p.Previous = p.Epoch+1, k.hash
	p.Unlockers = slices.DeleteFunc(slices.Clone(p.Unlockers), func(u Unlocker) bool { return slices.Contains(remove, u.ID) })
	if len(p.Unlockers)+len(remove) != len(k.payload.Unlockers) {
		return nil, Container{}, fmt.Errorf("reseal keyring: no such unlocker: %w", ErrMismatch)
	}
	if len(remove) > 0 {
		p.Seeds = p.oneMoreSeed()
	}
	return p.seal(k.made(add), now)
}

// Rename makes the next epoch with another label for one unlocker. The seeds
// stay.
func (k *Keyring) Rename(id, label string) (*Keyring, Container, error) {
	p := k.payload
	p.Epoch, p.Previous, p.Unlockers = p.Epoch+1, k.hash, slices.Clone(p.Unlockers)
	i := slices.IndexFunc(p.Unlockers, func(u Unlocker) bool { return u.ID == id })
	if i < 0 {
		return nil, Container{}, fmt.Errorf("rename unlocker: no such unlocker: %w", ErrMismatch)
	}
	p.Unlockers[i].Label = label
	return p.seal(k.made(nil), time.Time{})
}

// made is what a sealed keyring is made of, beside its payload.
type made struct {
	add   []NewUnlocker
	old   []Copy // pins and credentials of unlockers that stay
	line  []Former
	known map[string]Secret
}

func (k *Keyring) made(add []NewUnlocker) made {
	return made{add: add, old: k.container.Copies, line: k.container.Line, known: k.known}
}

// seal seals p to its listed unlockers and to new ones that it lists. A pin is
// made anew when its secret is in hand, else it stays under the key that it has
// been under.
func (p keyringPayload) seal(m made, now time.Time) (*Keyring, Container, error) {
	root, err := p.root()
	if err != nil {
		return nil, Container{}, fmt.Errorf("seal keyring: %w", err)
	}
	vk := root.VK()
	p.Unlockers, m.known = slices.Clone(p.Unlockers), maps.Clone(m.known)
	if m.known == nil {
		m.known = map[string]Secret{}
	}
	copies := slices.DeleteFunc(slices.Clone(m.old), func(c Copy) bool {
		return !slices.ContainsFunc(p.Unlockers, func(u Unlocker) bool { return u.ID == c.ID })
	})
	for _, n := range m.add {
		id, err := UnlockIdentity(n.P)
		if err != nil {
			return nil, Container{}, fmt.Errorf("seal keyring: %w", err)
		}
		u := Unlocker{ID: newID(), Kind: n.Kind, Label: n.Label, Recipient: id.Recipient().String(), Created: formatTime(now)}
		if slices.ContainsFunc(p.Unlockers, func(o Unlocker) bool { return o.Recipient == u.Recipient }) {
			return nil, Container{}, fmt.Errorf("seal keyring: two unlockers with one secret: %w", ErrMismatch)
		}
		p.Unlockers, m.known[u.ID] = append(p.Unlockers, u), n.P
		copies = append(copies, Copy{ID: u.ID, Kind: u.Kind, Credential: n.Credential})
	}
	for i, c := range copies {
		if secret, ok := m.known[c.ID]; ok {
			copies[i].Pin = pin(secret, p.Safe, vk)
		}
	}
	return p.sealCopies(copies, m)
}

func (p keyringPayload) sealCopies(copies []Copy, m made) (*Keyring, Container, error) {
	fail := func(err error) (*Keyring, Container, error) {
		return nil, Container{}, fmt.Errorf("seal keyring: %w", err)
	}
	payload, err := Canonical(p)
	if err != nil {
		return fail(err)
	}
	root, err := p.root()
	if err != nil {
		return fail(err)
	}
	signed := root.Sign(contextKeyring, payload)
	padded := padLF(slices.Clone(signed), int64(toBlock(len(signed))))
	for i := range copies {
		to, err := ParseRecipient(p.Unlockers[i].Recipient)
		if err != nil || p.Unlockers[i].ID != copies[i].ID {
			return fail(ErrMismatch)
		}
		if copies[i].Sealed, err = seal(padded, to); err != nil {
			return fail(err)
		}
	}
	k, err := newKeyring(p, signed)
	if err != nil {
		return fail(err)
	}
	vk := root.VK()
	k.known, k.pinned = m.known, vk
	k.container = Container{
		Suite: p.Suite, Safe: p.Safe, Epoch: p.Epoch, VK: vk[:],
		Recipient: k.vaults[0].Recipient().String(), Copies: copies, Line: m.line,
	}
	if p.Epoch > 1 { // it replaces another
		rest, err := k.container.unsigned()
		if err != nil {
			return fail(err)
		}
		k.container.Signature = root.Sign(contextContainer, rest)[:ed25519.SignatureSize]
	}
	if err := k.container.Check(); err != nil {
		return fail(err)
	}
	return k, k.container, nil
}

// newKeyring checks a payload and derives what is used.
func newKeyring(p keyringPayload, signed []byte) (*Keyring, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	root, err := p.root()
	if err != nil {
		return nil, err
	}
	k := &Keyring{payload: p, root: root, hash: hashHex(signed)}
	for _, s := range slices.Backward(p.Seeds) {
		in, err := suiteOf(s.suite())
		if err != nil {
			return nil, err
		}
		vault, err := in.vault(Secret(s.Seed))
		if err != nil {
			return nil, err
		}
		k.vaults = append(k.vaults, vault)
	}
	return k, nil
}

// root is the signing key, in the suite of the keyring.
func (p keyringPayload) root() (RootKey, error) {
	in, err := suiteOf(p.Suite)
	if err != nil {
		return RootKey{}, err
	}
	secret, err := ParseSecret(p.Root)
	return rootKey(in, secret), err
}

func (p keyringPayload) check() error {
	if err := checkSuite(p.Suite); err != nil {
		return err
	}
	if err := checkID(p.Safe); err != nil {
		return err
	}
	if p.Epoch < 1 || (p.Epoch == 1) != (p.Previous == "") || len(p.Root) != 32 || len(p.Seeds) == 0 ||
		len(p.Unlockers) < minUnlockers || len(p.Unlockers) > maxCopies {
		return fmt.Errorf("incomplete keyring: %w", ErrForm)
	}
	if p.Previous != "" {
		if err := checkHash(p.Previous); err != nil {
			return err
		}
	}
	var before int64
	for _, s := range p.Seeds {
		if len(s.Seed) != 32 || s.Epoch <= before || s.Suite != 0 && (s.Suite <= first || s.Suite > p.Suite) {
			return fmt.Errorf("malformed seeds: %w", ErrForm)
		}
		before = s.Epoch
	}
	return checkUnlockers(p.Unlockers)
}

func checkUnlockers(all []Unlocker) error {
	ids, recipients := map[string]bool{}, map[string]bool{}
	for _, u := range all {
		_, toErr := ParseRecipient(u.Recipient)
		if err := cmp.Or(checkID(u.ID), checkKind(u.Kind), checkText(u.Label, 200), checkTime(u.Created), toErr); err != nil {
			return err
		}
		if ids[u.ID] || recipients[u.Recipient] {
			return fmt.Errorf("two unlockers with one id or secret: %w", ErrForm)
		}
		ids[u.ID], recipients[u.Recipient] = true, true
	}
	return checkKinds(all, func(u Unlocker) string { return u.Kind })
}

// OpenKeyring opens a container with an unlock secret. ErrKey: no copy is for
// it. ErrPin: one is, but the container shows another verification key than
// the one this secret vouches for: the server lies.
func OpenKeyring(c Container, p Secret) (*Keyring, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	vk, err := ParseVK(c.VK)
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	id, err := UnlockIdentity(p)
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	// The key in use first, then the former ones: a copy keeps the pin that it
	// had at a succession until its secret is in hand again, and Check has
	// verified every step from there.
	for _, known := range c.keys() {
		want := pin(p, c.Safe, known)
		i := slices.IndexFunc(c.Copies, func(x Copy) bool { return hmac.Equal(x.Pin, want) })
		if i < 0 {
			continue
		}
		k, err := openCopy(c, c.Copies[i], id, vk)
		if err == nil {
			k.known, k.pinned = map[string]Secret{c.Copies[i].ID: p}, known
		}
		return k, err
	}
	return nil, fmt.Errorf("open keyring: %w", whyNot(c, id))
}

// whyNot: a copy that opens without its pin is a swapped key; none that opens
// is somebody else's words.
func whyNot(c Container, id *Identity) error {
	for _, x := range c.Copies {
		if _, err := open(x.Sealed, id); err == nil {
			return ErrPin
		}
	}
	return ErrKey
}

func openCopy(c Container, x Copy, id *Identity, vk VK) (*Keyring, error) {
	plain, err := open(x.Sealed, id)
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	signed := unpadLF(plain)
	if len(plain) != toBlock(len(signed)) {
		return nil, fmt.Errorf("open keyring: padding: %w", ErrForm)
	}
	payload, err := vk.Open(contextKeyring, signed)
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	var p keyringPayload
	if err := decodeSuite(payload, &p, func() int { return p.Suite }); err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	k, err := newKeyring(p, signed)
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	// One copy for each unlocker, in the same order: a copy that the server
	// drops or adds is seen by whoever opens any other.
	whole := slices.EqualFunc(p.Unlockers, c.Copies, func(u Unlocker, x Copy) bool { return u.ID == x.ID && u.Kind == x.Kind })
	own := slices.ContainsFunc(p.Unlockers, func(u Unlocker) bool {
		return u.ID == x.ID && u.Recipient == id.Recipient().String()
	})
	if k.root.VK() != vk || p.Safe != c.Safe || p.Epoch != c.Epoch || k.vaults[0].Recipient().String() != c.Recipient || !whole || !own {
		return nil, fmt.Errorf("open keyring: %w", ErrMismatch)
	}
	k.container = c
	return k, nil
}
