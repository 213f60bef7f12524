package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	safeKeyring   = "/api/v1/safe/keyring"
	officeKeyring = "/api/v1/administration/keyring"
)

// ParseKey reads what a person typed or keeps in a file: the 24 words or the
// QR text of a paper key, or the 7 words of a passphrase. The error is a
// *sealed.WordsError.
func ParseKey(text string) (sealed.Secret, error) {
	if len(strings.Fields(text)) == 7 {
		return sealed.ParsePassphrase(text)
	}
	return sealed.ParsePaper(text)
}

// openKeyring fetches the keyring at path and opens it with p. It must be
// this holder's, and not older than the last one seen.
func (c *Client) openKeyring(ctx context.Context, path, holder string, p sealed.Secret) (ring *sealed.Keyring, etag string, err error) {
	var box sealed.Container
	if etag, err = c.call(ctx, request{method: http.MethodGet, path: path}, &box); err != nil {
		return nil, "", err
	}
	ring, err = c.acceptKeyring(box, holder, p)
	return ring, etag, withEvidence(err, map[string]any{"keyring": box})
}

func (c *Client) acceptKeyring(box sealed.Container, holder string, p sealed.Secret) (*sealed.Keyring, error) {
	if err := box.Check(); err != nil {
		return nil, err
	}
	if box.Safe != holder {
		return nil, mismatch("keyring of another holder")
	}
	// First, so that another keyring in its place is not taken for a wrong key.
	h := box.Hash()
	if err := c.memory.compareEpoch("keyring:"+box.Safe, box.Epoch, hex.EncodeToString(h[:]), ""); err != nil {
		return nil, err
	}
	if err := c.checkLine(box); err != nil {
		return nil, err
	}
	ring, err := sealed.OpenKeyring(box, p)
	if err != nil {
		return nil, err
	}
	return ring, c.rememberKeyring(box)
}

// checkLine: this device takes another verification key than the one that it has
// seen only when each root from there on has named the next.
func (c *Client) checkLine(box sealed.Container) error {
	kept := c.memory.get("vk:" + box.Safe)
	if kept == "" {
		return nil
	}
	b, err := hex.DecodeString(kept)
	if err != nil || len(b) != len(sealed.VK{}) {
		return errors.Join(errors.New("read memory: not a verification key"), err)
	}
	if !box.LeadsFrom(sealed.VK(b)) {
		return fmt.Errorf("no line leads from the root that was seen to this one: %w", sealed.ErrPin)
	}
	return nil
}

func (c *Client) rememberKeyring(box sealed.Container) error {
	h := box.Hash()
	if err := c.memory.checkEpoch("keyring:"+box.Safe, box.Epoch, hex.EncodeToString(h[:]), ""); err != nil {
		return err
	}
	return c.memory.set("vk:"+box.Safe, hex.EncodeToString(box.VK))
}

// CreateSafe opens the safe that the gateway reserved for this account, with
// two unlockers or more. Each of them is shown to open it before it is sent.
func (c *Client) CreateSafe(ctx context.Context, unlockers []sealed.NewUnlocker) (*Safe, error) {
	me, err := c.Me(ctx)
	if err != nil {
		return nil, err
	}
	if me.Safe == nil {
		return nil, ErrNoSafe
	}
	if c.memory.get("keyring:"+me.Safe.ID) != "" && me.Safe.State != "open" {
		return nil, &Alarm{
			Err:      fmt.Errorf("this safe was open before: %w", ErrRollback),
			Evidence: map[string]any{"safe": me.Safe.ID, "seen": c.memory.get("keyring:" + me.Safe.ID)},
		}
	}
	ring, box, err := sealed.NewKeyring(me.Safe.ID, unlockers, c.now())
	if err != nil {
		return nil, err
	}
	if err := prove(box, unlockers); err != nil {
		return nil, err
	}
	s, err := c.newSafe(ring, unlockers[0].P)
	if err != nil {
		return nil, err
	}
	first := sealed.Manifest{Suite: sealed.Suite, Safe: s.id, Epoch: 1, Time: s.time()}
	b, err := first.Seal(s.root, s.vault.Recipient())
	if err != nil {
		return nil, err
	}
	in := map[string]any{"keyring": box, "manifest": b}
	if _, err := c.call(ctx, request{method: http.MethodPost, path: "/api/v1/safe", in: in}, nil); err != nil {
		return nil, err
	}
	if err := c.rememberKeyring(box); err != nil {
		return nil, err
	}
	return s, s.Refresh(ctx)
}

func prove(box sealed.Container, unlockers []sealed.NewUnlocker) error {
	for _, u := range unlockers {
		if _, err := sealed.OpenKeyring(box, u.P); err != nil {
			return fmt.Errorf("prove %s: %w", u.Kind, err)
		}
	}
	return nil
}

// CreateOfficeKey makes the key of the caller's administration, which must
// have none yet.
func (c *Client) CreateOfficeKey(ctx context.Context, unlockers []sealed.NewUnlocker) error {
	a, err := c.Administration(ctx)
	if err != nil {
		return err
	}
	_, box, err := sealed.NewKeyring(a.ID, unlockers, c.now())
	if err != nil {
		return err
	}
	if err := prove(box, unlockers); err != nil {
		return err
	}
	h := http.Header{"If-None-Match": {"*"}}
	if _, err := c.call(ctx, request{method: http.MethodPut, path: officeKeyring, header: h, in: box}, nil); err != nil {
		return err
	}
	return c.rememberKeyring(box)
}
