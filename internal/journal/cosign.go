package journal

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// ErrCosigner: not a key of a witness (C2SP tlog-cosignature, Ed25519).
var ErrCosigner = errors.New("not a witness's key")

// ErrQuorum: too few witnesses have cosigned a checkpoint, which does not
// become public before enough have.
var ErrQuorum = errors.New("too few witnesses have cosigned")

const (
	// cosignerType is the signature type of signed notes: not that of a log,
	// so that neither's key is taken for the other's.
	cosignerType    = 0x04
	timeSize        = 8
	cosignatureSize = timeSize + ed25519.SignatureSize
)

// GenerateCosignerKey makes a witness's signing and verifier key. name names
// the witness and must have no space and no plus sign.
func GenerateCosignerKey(name string) (skey, vkey string, err error) {
	if !cosignerName(name) {
		return "", "", fmt.Errorf("generate witness key: name %q: %w", name, ErrCosigner)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("generate witness key: %w", err)
	}
	hash := cosignerHash(name, public)
	skey = fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, hash, encodeKey(private.Seed()))
	return skey, fmt.Sprintf("%s+%08x+%s", name, hash, encodeKey(public)), nil
}

func encodeKey(b []byte) string {
	return base64.StdEncoding.EncodeToString(append([]byte{cosignerType}, b...))
}

func cosignerName(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.Contains(name, "+") && strings.IndexFunc(name, unicode.IsSpace) < 0
}

func cosignerHash(name string, public ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(slices.Concat([]byte(name+"\n"), []byte{cosignerType}, public))
	return binary.BigEndian.Uint32(sum[:])
}

// Cosigner signs for a witness, with the time. It implements note.Signer.
type Cosigner struct {
	name string
	key  ed25519.PrivateKey
	now  func() time.Time
}

// NewCosigner reads a signing key of GenerateCosignerKey.
func NewCosigner(skey string, now func() time.Time) (*Cosigner, error) {
	rest, ok := strings.CutPrefix(skey, "PRIVATE+KEY+")
	name, hash, seed, err := readKey(rest)
	if !ok || err != nil {
		return nil, fmt.Errorf("read witness signing key: %w", ErrCosigner) // and nothing of the key
	}
	c := &Cosigner{name: name, key: ed25519.NewKeyFromSeed(seed), now: now}
	if fmt.Sprintf("%08x", c.KeyHash()) != hash {
		return nil, fmt.Errorf("read witness signing key: %w", ErrCosigner)
	}
	return c, nil
}

// readKey takes name+hash+base64(type ‖ 32 bytes) apart.
func readKey(s string) (name, hash string, key []byte, err error) {
	parts := strings.SplitN(s, "+", 3) // base64 has plus signs too
	if len(parts) != 3 || !cosignerName(parts[0]) {
		return "", "", nil, ErrCosigner
	}
	key, err = base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || strings.ContainsAny(parts[2], "\r\n") || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignerType {
		return "", "", nil, ErrCosigner
	}
	return parts[0], parts[1], key[1:], nil
}

// Name implements note.Signer.
func (c *Cosigner) Name() string { return c.name }

// KeyHash implements note.Signer.
func (c *Cosigner) KeyHash() uint32 { return cosignerHash(c.name, c.public()) }

// VKey is the verifier key.
func (c *Cosigner) VKey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), encodeKey(c.public()))
}

func (c *Cosigner) public() ed25519.PublicKey {
	return c.key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // what Public of this type returns
}

// Sign implements note.Signer: it says that msg, the text of a checkpoint, is
// the largest consistent one that the witness has seen.
func (c *Cosigner) Sign(msg []byte) ([]byte, error) {
	at := c.now().Unix()
	if at < 0 {
		return nil, errors.New("cosign checkpoint: the clock is before 1970")
	}
	out := binary.BigEndian.AppendUint64(nil, uint64(at))
	return append(out, ed25519.Sign(c.key, cosigned(uint64(at), msg))...), nil
}

func cosigned(at uint64, msg []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), msg...)
}

// cosignerKey is a witness's verifier key.
type cosignerKey struct {
	name   string
	public ed25519.PublicKey
}

// NewCosignatureVerifier reads a witness's verifier key.
func NewCosignatureVerifier(vkey string) (note.Verifier, error) { return readCosigner(vkey) }

func readCosigner(vkey string) (cosignerKey, error) {
	name, hash, public, err := readKey(vkey)
	if err != nil || fmt.Sprintf("%08x", cosignerHash(name, public)) != hash {
		return cosignerKey{}, fmt.Errorf("read witness key %q: %w", vkey, ErrCosigner)
	}
	return cosignerKey{name, public}, nil
}

func (k cosignerKey) Name() string    { return k.name }
func (k cosignerKey) KeyHash() uint32 { return cosignerHash(k.name, k.public) }

func (k cosignerKey) Verify(msg, sig []byte) bool {
	if len(sig) != cosignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at>>63 == 0 && ed25519.Verify(k.public, cosigned(at, msg), sig[timeSize:])
}

// cosignedAt is when a verified cosignature says that it was made.
func cosignedAt(s note.Signature) time.Time {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) != 4+cosignatureSize {
		return time.Time{}
	}
	return time.Unix(int64(binary.BigEndian.Uint64(b[4:])&(1<<63-1)), 0).UTC()
}
