package sealed

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
)

const cardMark = "COFFREG1:"

// Card is how one holder becomes custodian of another: her recipient, under
// her own root.
type Card struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Recipient string `json:"recipient"` // age1pq1…, of the vault in use
	Name      string `json:"name"`
	Created   string `json:"created"`
}

// NewCard signs the card of whoever holds the keyring.
func NewCard(k *Keyring, name string, now time.Time) ([]byte, error) {
	c := Card{
		Suite: k.Root().Suite(), Safe: k.Safe(), Recipient: k.Container().Recipient, Name: name, Created: formatTime(now),
	}
	b, err := signPayload(contextCard, k.Root(), c, c.check())
	if err != nil {
		return nil, fmt.Errorf("make card: %w", err)
	}
	return b, nil
}

// OpenCard verifies and reads one. Under which key, only a CardCode tells.
func OpenCard(signed []byte, vk VK) (Card, error) {
	var c Card
	if err := openPayload(contextCard, signed, vk, &c, func() int { return c.Suite }); err != nil {
		return Card{}, fmt.Errorf("open card: %w", err)
	}
	if err := c.check(); err != nil {
		return Card{}, fmt.Errorf("open card: %w", err)
	}
	return c, nil
}

func (c Card) check() error {
	if err := checkSuite(c.Suite); err != nil {
		return err
	}
	_, err := ParseRecipient(c.Recipient)
	return cmp.Or(checkID(c.Safe), err, checkPerson(c.Name), checkTime(c.Created))
}

// CardCode is what she hands over by herself: her safe, and enough of her
// key's hash that no server finds another key with it.
type CardCode struct {
	Safe string
	half [16]byte
}

// NewCardCode of a safe with this key.
func NewCardCode(safe string, vk VK) CardCode {
	sum := sha256.Sum256(vk[:])
	return CardCode{Safe: safe, half: [16]byte(sum[:16])}
}

// String is the text to be handed over.
func (c CardCode) String() string {
	id, err := base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).DecodeString(c.Safe)
	if err != nil {
		return ""
	}
	return cardMark + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(append(id, c.half[:]...))
}

// IsCardCode says whether a text means to be one.
func IsCardCode(text string) bool { return strings.HasPrefix(squeeze(text), cardMark) }

// ParseCardCode forgives case and white space. The error is an ErrKey: what
// was typed is not what was handed over.
func ParseCardCode(text string) (CardCode, error) {
	rest, ok := strings.CutPrefix(squeeze(text), cardMark)
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(rest)
	if !ok || err != nil || len(b) != 32 || base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b) != rest {
		return CardCode{}, fmt.Errorf("read card code: %w", ErrKey)
	}
	return CardCode{
		Safe: base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).EncodeToString(b[:16]),
		half: [16]byte(b[16:]),
	}, nil
}

// Open takes what the server shows for this code: ErrPin when the key is not
// the one handed over.
func (c CardCode) Open(card, vk []byte) (Card, error) {
	key, err := ParseVK(vk)
	if err != nil {
		return Card{}, fmt.Errorf("open card: %w", err)
	}
	if NewCardCode(c.Safe, key) != c {
		return Card{}, fmt.Errorf("open card: %w", ErrPin)
	}
	out, err := OpenCard(card, key)
	if err != nil {
		return Card{}, err
	}
	if out.Safe != c.Safe {
		return Card{}, fmt.Errorf("open card: %w", ErrMismatch)
	}
	return out, nil
}

func squeeze(text string) string {
	return strings.ToUpper(strings.Join(strings.FieldsFunc(text, isSpace), ""))
}
