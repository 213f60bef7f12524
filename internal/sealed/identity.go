package sealed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"filippo.io/age"
)

// Identity opens what was sealed to its Recipient: a native hybrid
// (ML-KEM-768 with X25519) age identity. It prints as [redacted].
type Identity struct {
	key *age.HybridIdentity
	to  *Recipient
}

// NewIdentity draws one.
func NewIdentity() (*Identity, error) {
	k, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("generate identity: %w", err)
	}
	return identityOf(k), nil
}

// IdentityFromSeed is the identity whose seed is given (SPEC.md §2).
func IdentityFromSeed(seed Secret) (*Identity, error) {
	return ParseIdentity(strings.ToUpper(bech32("age-secret-key-pq-", seed[:])))
}

// VaultIdentity derives the safe's identity from a vault seed of suite 1.
func VaultIdentity(seed Secret) (*Identity, error) { return suiteOne().vault(seed) }

func (s suite) vault(seed Secret) (*Identity, error) {
	return IdentityFromSeed(Derive(seed[:], s.label("coffre/v1/vault/age")))
}

// UnlockIdentity derives an unlocker's identity from its secret P.
func UnlockIdentity(p Secret) (*Identity, error) {
	return IdentityFromSeed(Derive(p[:], "coffre/v1/unlock/age"))
}

// ParseIdentity reads AGE-SECRET-KEY-PQ-1….
func ParseIdentity(s string) (*Identity, error) {
	k, err := age.ParseHybridIdentity(s)
	if err != nil {
		return nil, fmt.Errorf("parse identity: %w", ErrKey) // age's error may quote the key
	}
	return identityOf(k), nil
}

func identityOf(k *age.HybridIdentity) *Identity {
	return &Identity{key: k, to: recipientOf(k.Recipient())}
}

// Recipient is what to seal to.
func (i *Identity) Recipient() *Recipient { return i.to }

// Reveal gives the text of the key, for a file that age reads.
func (i *Identity) Reveal() string { return i.key.String() }

// String hides it.
func (i Identity) String() string { return redacted }

// Format hides it from every verb.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue hides it from slog.
func (i Identity) LogValue() slog.Value { return slog.StringValue(redacted) }

// Recipient is a parsed age1pq1… public key. Parsing costs 0.2 ms: keep it.
type Recipient struct {
	key         *age.HybridRecipient
	text        string
	fingerprint string
}

// ParseRecipient reads age1pq1….
func ParseRecipient(s string) (*Recipient, error) {
	k, err := age.ParseHybridRecipient(s)
	if err != nil {
		return nil, fmt.Errorf("parse recipient: %w", ErrForm)
	}
	r := recipientOf(k)
	if r.text != s {
		return nil, fmt.Errorf("parse recipient: another spelling: %w", ErrForm)
	}
	return r, nil
}

func recipientOf(k *age.HybridRecipient) *Recipient {
	text := k.String()
	return &Recipient{key: k, text: text, fingerprint: hashHex([]byte(text))}
}

// String is age1pq1….
func (r *Recipient) String() string { return r.text }

// Fingerprint is the SHA-256 of String, in hexadecimal.
func (r *Recipient) Fingerprint() string { return r.fingerprint }

func hashHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// seal and open are for objects that fit in memory.
func seal(plain []byte, to *Recipient) ([]byte, error) {
	r, err := age.EncryptReader(strings.NewReader(string(plain)), to.key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return b, nil
}

func open(b []byte, id *Identity) ([]byte, error) {
	if err := CheckSmall(b); err != nil {
		return nil, err
	}
	r, err := age.Decrypt(strings.NewReader(string(b)), id.key)
	if err != nil {
		return nil, decryptError(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, decryptError(err)
	}
	return plain, nil
}

// decryptError keeps apart only what the caller can act on: another key, or
// damage. Nothing else of age's words gets out: no oracle.
func decryptError(err error) error {
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return fmt.Errorf("open: %w", ErrKey)
	}
	return fmt.Errorf("open: damaged: %w", ErrForm)
}
