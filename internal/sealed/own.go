package sealed

import (
	"errors"
	"fmt"
)

// OpenOwn opens a grant of the holder's own: sealed to the vault of any of the
// seeds, signed by the root in use or a former one (SPEC.md §7). The caller
// holds what it opens to hash and length of the manifest. last says whether it
// is of the vault and the root in use, so that nothing is left to do for it.
func (k *Keyring) OpenOwn(b []byte) (g OpenedGrant, last bool, err error) {
	var f line
	err = ErrKey
	vault := 0
	for i, id := range k.vaults {
		if f, err = openLine(b, id); !errors.Is(err, ErrKey) {
			vault = i
			break
		}
	}
	if err != nil {
		return OpenedGrant{}, false, fmt.Errorf("open own grant: %w", err)
	}
	for i, vk := range k.container.keys() {
		if err = f.verify(vk); err == nil {
			if g, err = f.opened(k.vaults[vault], false); err == nil {
				err = ofSuite(vk, g.Grant.Suite)
			}
			last = err == nil && vault+i == 0
			break
		}
		if !errors.Is(err, ErrSignature) {
			break
		}
	}
	if err != nil {
		return OpenedGrant{}, false, fmt.Errorf("open own grant: %w", err)
	}
	return g, last, nil
}
