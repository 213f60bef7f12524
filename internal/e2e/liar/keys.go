package liar

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Keys are the liar's own: as good as anybody's, and nobody else's.
type Keys struct {
	Identity *sealed.Identity
	Root     sealed.RootKey
	Paper    sealed.Secret
}

func newKeys() (Keys, error) {
	id, err := sealed.NewIdentity()
	if err != nil {
		return Keys{}, fmt.Errorf("draw keys: %w", err)
	}
	k := Keys{Identity: id, Paper: sealed.NewSecret()}
	ring, _, err := k.keyring("aaaaaaaaaaaaaaaaaaaaaaaaaa")
	if err != nil {
		return Keys{}, err
	}
	k.Root = ring.Root()
	return k, nil
}

// keyring makes one for somebody's safe.
func (k Keys) keyring(safe string) (*sealed.Keyring, sealed.Container, error) {
	ring, box, err := sealed.NewKeyring(safe, []sealed.NewUnlocker{
		{Kind: sealed.KindPaper, Label: "papier", P: k.Paper}, {Kind: sealed.KindPassphrase, Label: "phrase", P: sealed.NewSecret()},
	}, time.Now())
	if err != nil {
		return nil, box, fmt.Errorf("make keyring: %w", err)
	}
	return ring, box, nil
}

func (k Keys) vk() string {
	vk := k.Root.VK()
	return base64.StdEncoding.EncodeToString(vk[:])
}

// fact is a log entry that says the liar's key is somebody's.
func (k Keys) fact(o object, holder string) (string, error) {
	name, _ := o["name"].(string)
	siret, _ := o["siret"].(string)
	id, _ := o["id"].(string)
	f := journal.KeyFact{
		Type: "key", Holder: holder, ID: id, Epoch: 1, VK: k.vk(), Recipient: k.Identity.Recipient().Fingerprint(),
	}
	if holder == "administration" {
		f.Name, f.SIRET = name, siret
	}
	b, err := f.Encode()
	return base64.StdEncoding.EncodeToString(b), err
}
