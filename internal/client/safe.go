package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Safe is a citizen's unlocked safe. Its keys live as long as it does.
type Safe struct {
	c     *Client
	id    string
	ring  *sealed.Keyring
	root  sealed.RootKey
	vault *sealed.Identity
	p     sealed.Secret // what it was opened with: another device may change the keyring
	held  held
	// sent are the contents of what was put in here, by version: a receipt needs
	// not open them again.
	sent map[string]sealed.Content
}

// held is the manifest that changes build on.
type held struct {
	manifest sealed.Manifest
	hash     string // of the sealed bytes
	etag     string
}

// Unlock opens the caller's safe with an unlock secret. sealed.ErrKey: the
// secret is not of this safe. An *Alarm: the gateway lies about it.
func (c *Client) Unlock(ctx context.Context, p sealed.Secret) (*Safe, error) {
	me, err := c.Me(ctx)
	if err != nil {
		return nil, err
	}
	if me.Safe == nil || me.Safe.State != "open" && c.memory.get("keyring:"+me.Safe.ID) == "" {
		return nil, ErrNoSafe
	}
	ring, _, err := c.openKeyring(ctx, safeKeyring, me.Safe.ID, p)
	if err != nil {
		return nil, err
	}
	s, err := c.newSafe(ring, p)
	if err != nil {
		return nil, err
	}
	if err := s.current(ctx, s.checkKey); err != nil {
		return nil, err
	}
	return s, s.Refresh(ctx)
}

func (c *Client) newSafe(ring *sealed.Keyring, p sealed.Secret) (*Safe, error) {
	s := &Safe{c: c, id: ring.Safe(), p: p}
	return s, s.take(ring)
}

// take makes ring the keyring in use.
func (s *Safe) take(ring *sealed.Keyring) error {
	vault, err := ring.Vault()
	if err != nil {
		return err
	}
	s.ring, s.root, s.vault = ring, ring.Root(), vault
	return nil
}

// keyPatience is how long the leaf of a new key may take: the log publishes
// within a second.
const keyPatience = 5 * time.Second

// checkKey looks that the log holds this safe's key and not somebody else's:
// administrations believe what is there.
func (s *Safe) checkKey(ctx context.Context) error {
	m, err := s.c.watch.mark(ctx)
	if err != nil {
		return err
	}
	f, err := s.figures(ctx)
	if err != nil {
		return err
	}
	vk := s.root.VK()
	fact, err := s.c.watch.factOf(ctx, m, f.Key, "safe", s.id, vk[:])
	if err == nil && fact.Recipient != s.vault.Recipient().Fingerprint() {
		err = fmt.Errorf("the log holds another recipient for this safe: %w", journal.ErrProof)
	}
	return withEvidence(err, map[string]any{"safe": f})
}

// figures asks again while a new key waits to be sequenced.
func (s *Safe) figures(ctx context.Context) (Figures, error) {
	ctx, cancel := context.WithTimeout(ctx, keyPatience)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		f, err := s.c.Figures(ctx)
		if err != nil || f.Key != nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return f, nil
		case <-time.After(pause):
		}
	}
}

// ID of the safe.
func (s *Safe) ID() string { return s.id }

// Manifest is what the safe holds, verified, as of the last Refresh or change.
func (s *Safe) Manifest() sealed.Manifest { return s.held.manifest }

// Unlockers lists the ways to open the safe.
func (s *Safe) Unlockers() []sealed.Unlocker { return s.ring.Unlockers() }

// VaultIdentities open the safe's own grants with stock age, the one in use
// first. Whoever holds them reads every document.
func (s *Safe) VaultIdentities() []*sealed.Identity { return s.ring.Vaults() }

func (s *Safe) time() string { return s.c.now().UTC().Format("2006-01-02T15:04:05Z") }

// Refresh fetches and verifies the manifest.
func (s *Safe) Refresh(ctx context.Context) error { return s.current(ctx, s.refresh) }

func (s *Safe) refresh(ctx context.Context) error {
	var in struct {
		Epoch  int64  `json:"epoch"`
		Sealed []byte `json:"sealed"`
	}
	etag, err := s.c.call(ctx, request{method: "GET", path: "/api/v1/safe/manifest"}, &in)
	if err != nil {
		return err
	}
	m, err := withAny(s.ring.Vaults(), func(id *sealed.Identity) (sealed.Manifest, error) {
		return sealed.OpenManifest(in.Sealed, id, s.root.VK())
	})
	hash := hashHex(in.Sealed)
	switch {
	case err != nil:
	case m.Safe != s.id:
		err = mismatch("manifest of another safe")
	case m.Epoch != in.Epoch:
		err = mismatch("manifest of another epoch than announced")
	default:
		err = s.c.memory.checkEpoch("manifest:"+s.id, m.Epoch, hash, m.Previous)
	}
	if errors.Is(err, sealed.ErrKey) { // our own manifest opens with our own key
		err = errors.Join(err, sealed.ErrMismatch)
	}
	if err != nil {
		return withEvidence(err, map[string]any{"manifest": in})
	}
	s.held = held{manifest: m, hash: hash, etag: etag}
	return nil
}

// Find gives the one document with that id or name. ErrNotFound,
// ErrAmbiguous.
func (s *Safe) Find(name string) (sealed.Entry, error) {
	var found []sealed.Entry
	for _, d := range s.held.manifest.Docs {
		if d.ID == name {
			return d, nil
		}
		if d.Name == name || s.Path(d) == name {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return sealed.Entry{}, fmt.Errorf("find document %q: %w", name, ErrNotFound)
	case 1:
		return found[0], nil
	}
	return sealed.Entry{}, fmt.Errorf("find document %q: %w", name, ErrAmbiguous)
}

// Path is folders and name, with slashes.
func (s *Safe) Path(e sealed.Entry) string {
	path := FolderPath(s.held.manifest, e.Folder)
	if path == "" {
		return e.Name
	}
	return path + "/" + e.Name
}

// FolderPath is the names of a folder and its parents, with slashes; "" is the
// top, and so is a folder that is not there or is its own ancestor.
func FolderPath(m sealed.Manifest, id string) string {
	names := ""
	for range m.Folders {
		f, ok := folderByID(m, id)
		if !ok {
			break
		}
		if names = f.Name + "/" + names; f.Parent == "" {
			return names[:len(names)-1]
		}
		id = f.Parent
	}
	return ""
}

func folderByID(m sealed.Manifest, id string) (sealed.Folder, bool) {
	for _, f := range m.Folders {
		if f.ID == id {
			return f, true
		}
	}
	return sealed.Folder{}, false
}

// until is the time as grants write it: whole seconds, UTC.
func until(t time.Time) string { return t.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05Z") }

func hashHex(b []byte) string {
	h := sum256(b)
	return hex.EncodeToString(h[:])
}
