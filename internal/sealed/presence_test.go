package sealed

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// presenceVector is one that both implementations make to the byte: nothing in
// it is drawn.
type presenceVector struct {
	Root     []byte   `json:"root"`
	Presence Presence `json:"presence"`
	Signed   []byte   `json:"signed"`
}

func presenceOfVector() Presence {
	return Presence{
		Suite: Suite, Safe: strings.Repeat("a", 26), Session: strings.Repeat("b", 25) + "a",
		Challenge: base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("c", 32))),
	}
}

// TestPresenceVector: what TypeScript signs is what Go signs.
func TestPresenceVector(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/presence.json")
	if err != nil {
		t.Fatal(err)
	}
	var v presenceVector
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	root := NewRootKey(Secret(v.Root))
	signed, err := SignPresence(v.Presence, root)
	if err != nil || string(signed) != string(v.Signed) || v.Presence != presenceOfVector() {
		t.Errorf("signed otherwise: %x, %v", signed, err)
	}
	if p, err := OpenPresence(v.Signed, root.VK()); err != nil || p != v.Presence {
		t.Errorf("read as %+v, %v", p, err)
	}
	if _, err := OpenRevocation(v.Signed, root.VK()); !errors.Is(err, ErrSignature) {
		t.Errorf("it counts as a revocation: %v", err)
	}
}

// TestPresenceOfAnotherForm is neither signed nor believed.
func TestPresenceOfAnotherForm(t *testing.T) {
	t.Parallel()
	root := NewRootKey(counting())
	for name, spoil := range map[string]func(*Presence){
		"safe":            func(p *Presence) { p.Safe = "x" },
		"session":         func(p *Presence) { p.Session = "" },
		"short challenge": func(p *Presence) { p.Challenge = p.Challenge[:42] },
		"padded":          func(p *Presence) { p.Challenge += "=" },
		"spare bits":      func(p *Presence) { p.Challenge = p.Challenge[:42] + "3" },
		"words":           func(p *Presence) { p.Challenge = "please sign this mandate" },
	} {
		p := presenceOfVector()
		spoil(&p)
		if _, err := SignPresence(p, root); !errors.Is(err, ErrForm) {
			t.Errorf("%s is signed: %v", name, err)
		}
		b, err := Canonical(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenPresence(root.Sign(contextPresence, b), root.VK()); !errors.Is(err, ErrForm) {
			t.Errorf("%s is believed: %v", name, err)
		}
	}
	if _, err := OpenPresence([]byte("x"), root.VK()); !errors.Is(err, ErrSignature) {
		t.Errorf("a letter is believed: %v", err)
	}
}

// TestAPaperKeyWithItsNumber is the same key; a number of another form is not
// passed over.
func TestAPaperKeyWithItsNumber(t *testing.T) {
	t.Parallel()
	qr := PaperQR(counting())
	id := strings.ToUpper(strings.Repeat("b", 25) + "a")
	for _, text := range []string{qr + "." + id, strings.ToLower(qr + ". " + id)} {
		if p, err := ParsePaper(text); err != nil || string(p[:]) != string(func() []byte { c := counting(); return c[:] }()) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{qr + ".", qr + "." + id[:25], qr + "." + id + ".", qr + "." + id + "." + id, qr + "." + id[:25] + "B", id, "COFFRE1:." + id} {
		if _, err := ParsePaper(text); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
