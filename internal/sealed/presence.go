package sealed

import (
	"cmp"
	"encoding/base64"
	"fmt"
)

const contextPresence = "coffre/v1/presence"

// Presence is what a safe's client signs at a mediator's counter to show that
// whoever sits there has just unlocked it (SPEC.md §16).
type Presence struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Session   string `json:"session"`
	Challenge string `json:"challenge"`
}

// SignPresence signs one with the safe's root.
func SignPresence(p Presence, root RootKey) ([]byte, error) {
	p.Suite = root.Suite()
	b, err := signPayload(contextPresence, root, p, p.check())
	if err != nil {
		return nil, fmt.Errorf("sign presence: %w", err)
	}
	return b, nil
}

// OpenPresence verifies and reads one. The caller still compares what it is for.
func OpenPresence(signed []byte, vk VK) (Presence, error) {
	var p Presence
	if err := openPayload(contextPresence, signed, vk, &p, func() int { return p.Suite }); err != nil {
		return Presence{}, fmt.Errorf("open presence: %w", err)
	}
	if err := p.check(); err != nil {
		return Presence{}, fmt.Errorf("open presence: %w", err)
	}
	return p, nil
}

func (p Presence) check() error {
	return cmp.Or(checkSuite(p.Suite), checkID(p.Safe, p.Session), checkChallenge(p.Challenge))
}

// checkChallenge wants 32 bytes in unpadded base64url, in their one spelling.
func checkChallenge(text string) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 32 || base64.RawURLEncoding.EncodeToString(b) != text {
		return ErrForm
	}
	return nil
}
