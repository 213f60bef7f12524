package sealed

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"time"
)

// Succeed makes the next epoch with another root, another verification key and
// another vault seed (SPEC.md §7), of the latest suite: who knows the old root signs nothing any
// more. Custodians are named anew, so their unlocker goes; everybody else's
// stays. The gateway takes it only together with a manifest that the new root
// has signed and every grant in force, sealed again.
func (k *Keyring) Succeed() (*Keyring, Container, error) {
	fail := func(err error) (*Keyring, Container, error) {
		return nil, Container{}, fmt.Errorf("succeed root: %w", err)
	}
	p := k.payload
	p.Suite, p.Epoch, p.Previous, p.Root = Suite, p.Epoch+1, k.hash, NewSecret().Bytes()
	p.Seeds = p.oneMoreSeed()
	p.Unlockers = slices.DeleteFunc(slices.Clone(p.Unlockers), func(u Unlocker) bool { return u.Kind == KindCustodians })
	root, err := p.root()
	if err != nil {
		return fail(err)
	}
	step, err := k.handOver(p.Epoch, root.VK())
	if err != nil {
		return fail(err)
	}
	m := k.made(nil)
	m.line = append(slices.Clone(m.line), step)
	return p.seal(m, time.Time{})
}

// Rotate makes the next epoch with another vault seed; everything else stays.
func (k *Keyring) Rotate() (*Keyring, Container, error) {
	p := k.payload
	p.Epoch, p.Previous = p.Epoch+1, k.hash
	p.Seeds = p.oneMoreSeed()
	return p.seal(k.made(nil), time.Time{})
}

func (p keyringPayload) oneMoreSeed() []seedEntry {
	last := p.Seeds[len(p.Seeds)-1]
	return append(slices.Clone(p.Seeds), newSeed(last.Epoch+1, p.Suite))
}

// handOver is the last thing that the old root signs.
func (k *Keyring) handOver(epoch int64, next VK) (Former, error) {
	from := k.root.VK()
	payload, err := Canonical(succession{Suite: from.Suite(), Safe: k.payload.Safe, Epoch: epoch, From: from[:], To: next[:]})
	if err != nil {
		return Former{}, err
	}
	return Former{VK: from[:], Epoch: epoch, Signature: k.root.Sign(contextSuccession, payload)[:ed25519.SignatureSize]}, nil
}

// Outpinned says whether the way that opened it vouches for a former root only.
// The next keyring that is sealed from this one mends it.
func (k *Keyring) Outpinned() bool { return k.pinned != k.root.VK() }

// OneVault says whether the vault in use is the only one of its suite, a later one
// than the first: whatever is of this suite is sealed to it.
func (k *Keyring) OneVault() bool {
	n := 0
	for _, s := range k.payload.Seeds {
		if s.suite() == k.payload.Suite {
			n++
		}
	}
	return n == 1 && k.payload.Suite > first
}

// Learn takes the secret of another way to open, so that its pin is made anew
// with the next keyring. ErrKey: no way has this secret.
func (k *Keyring) Learn(p Secret) error {
	id, err := UnlockIdentity(p)
	if err != nil {
		return fmt.Errorf("learn secret: %w", err)
	}
	i := slices.IndexFunc(k.payload.Unlockers, func(u Unlocker) bool { return u.Recipient == id.Recipient().String() })
	if i < 0 {
		return fmt.Errorf("learn secret: %w", ErrKey)
	}
	k.known[k.payload.Unlockers[i].ID] = p
	return nil
}
