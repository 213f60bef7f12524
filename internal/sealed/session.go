package sealed

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"filippo.io/edwards25519"
	"golang.org/x/text/unicode/norm"
)

const hashWords = 6

// Session is the public part of a mediator's session: what the citizen's client
// seals to, and what proves that an act was done in that tab.
type Session struct {
	Recipient string `json:"recipient"` // age1pq1…
	VK        []byte `json:"vk"`
}

// Check refuses keys that no tab has: a recipient that is none, and a VK that is
// no point of the curve. Bytes that a server chooses at will, without any key
// behind them, cost it nothing to try.
func (s Session) Check() error {
	_, err1 := ParseRecipient(s.Recipient)
	vk, err2 := ParseVK(s.VK)
	if err := cmp.Or(err1, err2); err != nil {
		return err
	}
	return vk.checkPoint()
}

// checkPoint: canonical, and of no small order, as the other implementation has it.
func (v VK) checkPoint() error {
	p, err := new(edwards25519.Point).SetBytes(v[1:])
	if err != nil || !bytes.Equal(p.Bytes(), v[1:]) ||
		new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return fmt.Errorf("read verification key: no point of the curve: %w", ErrForm)
	}
	return nil
}

// Print is what a QR code carries of it, past every server.
func (s Session) Print() SessionPrint {
	sum := sha256.Sum256([]byte(s.Recipient + "\n" + base64.StdEncoding.EncodeToString(s.VK)))
	return SessionPrint(sum[:16])
}

// CheckPrint is ErrMismatch when these are not the keys of the tab that was
// seen: the server has put others in their place.
func (s Session) CheckPrint(seen SessionPrint) error {
	p := s.Print()
	if subtle.ConstantTimeCompare(p[:], seen[:]) != 1 {
		return fmt.Errorf("check session: other keys than those of the mediator's screen: %w", ErrMismatch)
	}
	return nil
}

// SessionPrint is enough of a session's hash that no other keys have it.
type SessionPrint [16]byte

// String is what stands in the QR code, behind #.
func (p SessionPrint) String() string { return base64.RawURLEncoding.EncodeToString(p[:]) }

// ParseSessionPrint reads it.
func ParseSessionPrint(s string) (SessionPrint, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(SessionPrint{}) || base64.RawURLEncoding.EncodeToString(b) != s {
		return SessionPrint{}, fmt.Errorf("read print of session: %w", ErrForm)
	}
	return SessionPrint(b), nil
}

// Words are its first 66 bits, to be compared on two screens where no QR code
// was read.
func (p SessionPrint) Words(lang string) ([]string, error) { return wordsOf(p[:], lang) }

// SafeWords are what both screens show after an approval whose code was typed:
// that the citizen before the mediator is the one behind the session.
func (p SessionPrint) SafeWords(safe string, vk VK, lang string) ([]string, error) {
	sum := sha256.Sum256([]byte(p.String() + "\n" + safe + "\n" + base64.StdEncoding.EncodeToString(vk[:])))
	return wordsOf(sum[:], lang)
}

// LinkSecret is drawn by the mediator's tab, and stands in the link to its
// session behind #, where no server is told. It prints as [redacted].
type LinkSecret [16]byte

// Binding shows the tab that whoever has its link signed this mandate: a server
// that puts another citizen behind the session has none.
func (s LinkSecret) Binding(signed []byte) []byte {
	sum := sha256.Sum256(signed)
	mac := hmac.New(sha256.New, s[:])
	mac.Write(sum[:])
	return mac.Sum(nil)
}

// Format hides it from every verb.
func (s LinkSecret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// wordsOf writes the first 66 bits of a hash as words of a list.
func wordsOf(hash []byte, lang string) ([]string, error) {
	l, ok := lists()[lang]
	if !ok {
		return nil, fmt.Errorf("write hash: %w", errLanguage)
	}
	out := make([]string, hashWords)
	for i := range out {
		var v int
		for bit := i * 11; bit < (i+1)*11; bit++ {
			v = v<<1 | int(hash[bit/8]>>(7-bit%8)&1)
		}
		out[i] = norm.NFC.String(l.words[v])
	}
	return out, nil
}

// SessionKey is what a mediator's tab has, and nothing else: it is drawn when a
// session is opened and gone with the tab. It prints as [redacted].
type SessionKey struct {
	id  *Identity
	key RootKey
}

// NewSessionKey derives both keys of the 32 bytes that the tab has drawn.
func NewSessionKey(secret Secret) (SessionKey, error) {
	in := suites()[0]
	id, err := IdentityFromSeed(Derive(secret[:], in.label("coffre/v1/session/age")))
	if err != nil {
		return SessionKey{}, err
	}
	return SessionKey{id, signingKey(in, secret, "coffre/v1/session/ed25519")}, nil
}

// Public is what the citizen's client is given of it.
func (k SessionKey) Public() Session {
	vk := k.key.VK()
	return Session{Recipient: k.id.Recipient().String(), VK: vk[:]}
}

// Identity opens what the citizen's client has sealed to the session.
func (k SessionKey) Identity() *Identity { return k.id }

// Format hides it from every verb.
func (k SessionKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// Holds is ErrMismatch unless the mandate was signed for this very session.
func (k SessionKey) Holds(m Mandate) error {
	if m.Session == nil {
		return fmt.Errorf("check mandate: for no session: %w", ErrMismatch)
	}
	return m.Session.CheckPrint(k.Public().Print())
}
