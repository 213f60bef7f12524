package notice

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// KeySize is how long the key of all this is.
const KeySize = 32

// Keys are made of one secret of the operator's: to seal where notices go, to
// sign calls, to be known by push services. Losing it loses the addresses that
// citizens gave; they choose again.
type Keys struct {
	contacts cipher.AEAD
	hooks    ed25519.PrivateKey
	push     *ecdsa.PrivateKey
}

// NewKeys derives them.
func NewKeys(secret []byte) (*Keys, error) {
	if len(secret) != KeySize {
		return nil, fmt.Errorf("make keys of notices: secret of %d bytes", len(secret))
	}
	seal, err1 := derive(secret, "coffre/v1/notices/contacts")
	sign, err2 := derive(secret, "coffre/v1/notices/webhooks")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, fmt.Errorf("make keys of notices: %w", err)
	}
	k := &Keys{hooks: ed25519.NewKeyFromSeed(sign)}
	if k.contacts, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("make keys of notices: %w", err)
	}
	k.push, err = pushKey(secret)
	return k, err
}

func derive(secret []byte, label string) ([]byte, error) {
	b, err := hkdf.Key(sha256.New, secret, nil, label, KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive %s: %w", label, err)
	}
	return b, nil
}

// pushKey takes the first derived number that is a key of P-256: about one in
// four thousand million is none.
func pushKey(secret []byte) (*ecdsa.PrivateKey, error) {
	for i := range 8 {
		b, err := derive(secret, fmt.Sprintf("coffre/v1/notices/push/%d", i))
		if err != nil {
			return nil, err
		}
		if _, err := ecdh.P256().NewPrivateKey(b); err != nil {
			continue
		}
		return ecdsa.ParseRawPrivateKey(p256(), b)
	}
	return nil, errors.New("derive push key: none found")
}

// Seal implements safe.Contacts.
func (k *Keys) Seal(id string, plain []byte) []byte {
	return k.contacts.Seal(nil, nil, plain, []byte(id))
}

// Open implements safe.Contacts.
func (k *Keys) Open(id string, sealed []byte) ([]byte, error) {
	b, err := k.contacts.Open(nil, nil, sealed, []byte(id))
	if err != nil {
		return nil, fmt.Errorf("open contact: %w", err)
	}
	return b, nil
}

// Push is the public key by which push services and browsers know who pushes:
// an uncompressed point of P-256.
func (k *Keys) Push() ([]byte, error) {
	b, err := k.push.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode push key: %w", err)
	}
	return b, nil
}

// Webhooks is the public key that verifies calls, as Standard Webhooks writes
// it.
func (k *Keys) Webhooks() string {
	public, _ := k.hooks.Public().(ed25519.PublicKey)
	return "whpk_" + base64.StdEncoding.EncodeToString(public)
}
