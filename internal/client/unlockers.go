package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	fewestWays = 2
	mostWays   = 16
)

// withAny tries open with each identity of a vault: what was sealed before an
// unlocker was removed is sealed to an identity of before.
func withAny[T any](vaults []*sealed.Identity, open func(*sealed.Identity) (T, error)) (T, error) {
	var out T
	err := error(sealed.ErrKey)
	for _, id := range vaults {
		if out, err = open(id); !errors.Is(err, sealed.ErrKey) {
			return out, err
		}
	}
	return out, err
}

// current does what the keyring in hand may be too old for, because another
// device has just replaced it: then it takes the newer keyring, which must open,
// and does it once more; and again while newer ones come.
func (s *Safe) current(ctx context.Context, do func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := do(ctx)
		if err == nil || !IsAlarm(err) || attempt == mergeAttempts {
			return err
		}
		have := s.ring.Epoch()
		if _, again := s.refetch(ctx); again != nil || s.ring.Epoch() == have {
			return err
		}
	}
}

// refetch takes the keyring that the gateway has now and gives its ETag.
func (s *Safe) refetch(ctx context.Context) (etag string, err error) {
	ring, etag, err := s.c.openKeyring(ctx, safeKeyring, s.id, s.p)
	if err != nil {
		return "", err
	}
	if !ring.Container().LeadsFrom(s.root.VK()) {
		return "", withEvidence(mismatch("keyring of another root"), map[string]any{"keyring": ring.Container()})
	}
	return etag, s.take(ring)
}

// AddUnlocker adds a way to open the safe, after it was seen to open the new
// keyring.
func (s *Safe) AddUnlocker(ctx context.Context, n sealed.NewUnlocker) (sealed.Unlocker, error) {
	if err := checkLabel(n.Label); err != nil {
		return sealed.Unlocker{}, err
	}
	id, err := sealed.UnlockIdentity(n.P)
	if err != nil {
		return sealed.Unlocker{}, err
	}
	own := func(u sealed.Unlocker) bool { return u.Recipient == id.Recipient().String() }
	err = s.replaceKeyring(ctx, func(ring *sealed.Keyring) (*sealed.Keyring, sealed.Container, error) {
		switch {
		case slices.ContainsFunc(ring.Unlockers(), own):
			return nil, sealed.Container{}, ErrSameWay
		case len(ring.Unlockers()) >= mostWays:
			return nil, sealed.Container{}, ErrManyWays
		}
		next, box, err := ring.Reseal([]sealed.NewUnlocker{n}, nil, s.c.now())
		if err != nil {
			return nil, sealed.Container{}, err
		}
		return next, box, prove(box, []sealed.NewUnlocker{n})
	})
	if err != nil {
		return sealed.Unlocker{}, err
	}
	all := s.Unlockers()
	return all[slices.IndexFunc(all, own)], nil
}

// RenameUnlocker gives a way to open the safe another label.
func (s *Safe) RenameUnlocker(ctx context.Context, id, label string) error {
	if err := checkLabel(label); err != nil {
		return err
	}
	return s.replaceKeyring(ctx, func(ring *sealed.Keyring) (*sealed.Keyring, sealed.Container, error) {
		if _, err := findUnlocker(ring.Unlockers(), id); err != nil {
			return nil, sealed.Container{}, err
		}
		return ring.Rename(id, label)
	})
}

// RemoveUnlocker takes a way to open the safe away. The vault gets a new key:
// who has the removed secret opens nothing that comes. Documents that are there
// stay sealed as they are, and open with the keys that the keyring keeps.
func (s *Safe) RemoveUnlocker(ctx context.Context, id string) error {
	err := s.replaceKeyring(ctx, func(ring *sealed.Keyring) (*sealed.Keyring, sealed.Container, error) {
		all := ring.Unlockers()
		if _, err := findUnlocker(all, id); err != nil {
			return nil, sealed.Container{}, err
		}
		if waysLeft(all, id) < fewestWays {
			return nil, sealed.Container{}, ErrFewWays
		}
		return ring.Reseal(nil, []string{id}, s.c.now())
	})
	if err != nil {
		return err
	}
	// The manifest of before is for the vault of before: once more, for the new
	// one. When this fails the safe still opens, and the next change does it.
	return s.apply(ctx, change{edit: unchanged})
}

// waysLeft counts those that the holder opens the safe with by herself, without
// the one that goes; custodians are other people.
func waysLeft(all []sealed.Unlocker, without string) int {
	n := 0
	for _, u := range all {
		if u.ID != without && u.Kind != sealed.KindCustodians {
			n++
		}
	}
	return n
}

// Mend makes the pin anew of the way that the safe was opened with, when it
// vouches for a former root only. It changes nothing otherwise.
func (s *Safe) Mend(ctx context.Context) error {
	if !s.ring.Outpinned() {
		return nil
	}
	return s.replaceKeyring(ctx, func(ring *sealed.Keyring) (*sealed.Keyring, sealed.Container, error) {
		return ring.Reseal(nil, nil, s.c.now())
	})
}

// UnlockedWith is the way that the safe was opened with; ErrNotFound once it
// is removed.
func (s *Safe) UnlockedWith() (sealed.Unlocker, error) {
	id, err := sealed.UnlockIdentity(s.p)
	if err != nil {
		return sealed.Unlocker{}, err
	}
	for _, u := range s.Unlockers() {
		if u.Recipient == id.Recipient().String() {
			return u, nil
		}
	}
	return sealed.Unlocker{}, fmt.Errorf("find the way it was opened with: %w", ErrNotFound)
}

const longestLabel = 100

func checkLabel(label string) error {
	n := utf8.RuneCountInString(label)
	if n > longestLabel || !utf8.ValidString(label) || strings.TrimSpace(label) == "" || strings.ContainsFunc(label, unicode.IsControl) {
		return ErrLabel
	}
	return nil
}

// FindUnlocker gives the way to open that has this id or label. ErrNotFound,
// ErrAmbiguous.
func (s *Safe) FindUnlocker(name string) (sealed.Unlocker, error) {
	return findUnlocker(s.Unlockers(), name)
}

func findUnlocker(all []sealed.Unlocker, name string) (sealed.Unlocker, error) {
	var found []sealed.Unlocker
	for _, u := range all {
		if u.ID == name {
			return u, nil
		}
		if u.Label == name {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 0:
		return sealed.Unlocker{}, fmt.Errorf("find unlocker %q: %w", name, ErrNotFound)
	case 1:
		return found[0], nil
	}
	return sealed.Unlocker{}, fmt.Errorf("find unlocker %q: %w", name, ErrAmbiguous)
}

// replaceKeyring puts what edit makes of the present keyring in its place.
// edit is applied again to a newer one when another device was faster; a lost
// answer is recognised by the keyring that is then there.
func (s *Safe) replaceKeyring(ctx context.Context, edit func(*sealed.Keyring) (*sealed.Keyring, sealed.Container, error)) error {
	etag, err := s.refetch(ctx)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		next, box, err := edit(s.ring)
		if err != nil {
			return err
		}
		h := http.Header{"If-Match": {etag}}
		_, err = s.c.call(ctx, request{method: http.MethodPut, path: safeKeyring, header: h, in: box}, nil)
		if err == nil {
			if err := s.c.rememberKeyring(box); err != nil {
				return err
			}
			return s.take(next)
		}
		if !IsProblem(err, "stale") && !errors.Is(err, ErrOffline) || attempt == mergeAttempts {
			return err
		}
		done, now, again := s.landed(ctx, next, box)
		if again != nil || done {
			return again
		}
		etag = now
	}
}

// landed looks whether box is the present keyring, after an answer that left
// it open; when it is not, the one that is there is taken.
func (s *Safe) landed(ctx context.Context, next *sealed.Keyring, box sealed.Container) (done bool, etag string, err error) {
	var have sealed.Container
	if err := s.c.get(ctx, safeKeyring, nil, &have); err != nil {
		return false, "", err
	}
	if have.Hash() == box.Hash() { // the secret in hand may be the one removed
		if err := s.c.rememberKeyring(box); err != nil {
			return false, "", err
		}
		return true, "", s.take(next)
	}
	etag, err = s.refetch(ctx)
	return false, etag, err
}
