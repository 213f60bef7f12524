package sealed

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Content is what opens a content commitment (SPEC.md §9): which bytes a
// document has. The log holds the commitment alone, which tells nothing to who
// has not the nonce, not even whether a guess is right.
type Content struct {
	Nonce  []byte `json:"nonce"`  // 32 bytes
	SHA256 string `json:"sha256"` // of the document, lowercase hexadecimal
	Size   int64  `json:"size"`   // its length
}

// NewContent says of a document that key opens which bytes it has. Whoever
// holds the key finds the same nonce again.
func NewContent(key *Identity, sum [32]byte, size int64) Content {
	nonce := key.receiptNonce()
	return Content{Nonce: nonce[:], SHA256: hex.EncodeToString(sum[:]), Size: size}
}

// Commitment is what an event's detail has as "content". ErrForm when a member
// has another form than SPEC.md §9 says.
func (c Content) Commitment() (string, error) {
	if len(c.Nonce) != len(Secret{}) || c.Size < 1 || c.Size >= 1<<53 {
		return "", fmt.Errorf("commit to content: %w", ErrForm)
	}
	if err := checkHash(c.SHA256); err != nil {
		return "", fmt.Errorf("commit to content: %w", err)
	}
	sum, err := hex.DecodeString(c.SHA256)
	if err != nil {
		return "", fmt.Errorf("commit to content: %w", ErrForm)
	}
	all := slices.Concat([]byte("coffre/v1/content\x00"), c.Nonce, sum)
	return hashHex(binary.BigEndian.AppendUint64(all, uint64(c.Size))), nil //nolint:gosec // not negative
}

// Verify shows that a commitment is to these bytes; ErrMismatch otherwise.
func (c Content) Verify(commitment string) error {
	own, err := c.Commitment()
	if err != nil {
		return err
	}
	if own != commitment {
		return fmt.Errorf("the journal tells of another content: %w", ErrMismatch)
	}
	return nil
}

// CheckCommitment accepts what Commitment gives: 64 lowercase hexadecimal
// digits.
func CheckCommitment(s string) error { return checkHash(s) }

// receiptNonce blinds what is said of a document; whoever opens the document
// derives it.
func (i *Identity) receiptNonce() Secret {
	seed := i.seed()
	return Derive(seed[:], "coffre/v1/receipt")
}

// seed is what the identity was made from: the data of its Bech32, whose
// checksum was verified when it was parsed.
func (i *Identity) seed() Secret {
	text := strings.ToLower(i.key.String())
	data := text[strings.LastIndexByte(text, '1')+1:]
	var s Secret
	var acc, bits, at int
	for _, c := range data[:len(data)-6] { // without the checksum
		acc = acc<<5 | strings.IndexRune(bech32Alphabet, c)
		if bits += 5; bits >= 8 {
			bits -= 8
			s[at] = byte(acc >> bits)
			acc &= 1<<bits - 1
			at++
		}
	}
	return s
}

// ContentOf hashes a document that is at hand.
func ContentOf(key *Identity, document []byte) Content {
	return NewContent(key, sha256.Sum256(document), int64(len(document)))
}
