package sealed

import (
	"bytes"
	"testing"
)

// TestOnlyTheRootReplacesAKeyring: a container that takes the place of another
// is signed as a whole, so that who is logged in without the keys can change
// neither recipient nor copies, pins nor credentials.
func TestOnlyTheRootReplacesAKeyring(t *testing.T) {
	r := sealRing(t)
	refused(t, "a first one has none", r.box.CheckSignature(), ErrSignature)
	_, next := must2(r.ring.Reseal([]NewUnlocker{{Kind: KindPaper, P: NewSecret()}}, nil, someDay()))(t)
	if err := next.CheckSignature(); err != nil {
		t.Fatal(err)
	}
	thief := must(NewIdentity())(t).Recipient().String()
	for name, change := range map[string]func(c *Container){
		"recipient":  func(c *Container) { c.Recipient = thief },
		"epoch":      func(c *Container) { c.Epoch++ },
		"safe":       func(c *Container) { c.Safe = docID },
		"copies":     func(c *Container) { c.Copies = c.Copies[:3] },
		"pin":        func(c *Container) { c.Copies[0].Pin = bytes.Repeat([]byte{1}, 32) },
		"credential": func(c *Container) { c.Copies[1].Credential = "AAAA" },
		"signature":  func(c *Container) { c.Signature[3] ^= 1 },
		"length":     func(c *Container) { c.Signature = c.Signature[:63] },
	} {
		b := must(Canonical(next))(t)
		var box Container
		if err := DecodeCanonical(b, &box); err != nil {
			t.Fatal(err)
		}
		change(&box)
		refused(t, name, box.Check(), ErrSignature)
		refused(t, name, box.CheckSignature(), ErrSignature)
	}
}

// TestOneWayByCustodians: it opens nothing for the holder alone, so a second one
// has no use.
func TestOneWayByCustodians(t *testing.T) {
	way := func(kind string) NewUnlocker { return NewUnlocker{Kind: kind, P: NewSecret()} }
	ring, box := must2(NewKeyring(safeID, []NewUnlocker{way(KindPaper), way(KindPassphrase), way(KindCustodians)}, someDay()))(t)
	if err := box.Check(); err != nil {
		t.Fatal(err)
	}
	_, _, err := ring.Reseal([]NewUnlocker{way(KindCustodians)}, nil, someDay())
	refused(t, "a second one", err, ErrForm)
	box.Copies = append(box.Copies, box.Copies[2])
	box.Copies[3].ID = newID()
	refused(t, "a second copy", box.Check(), ErrForm)
}

// TestCustodiansAreNoneOfTheTwoWaysInHand: whoever loses the one way beside
// them would wait for other people.
func TestCustodiansAreNoneOfTheTwoWaysInHand(t *testing.T) {
	way := func(kind string) NewUnlocker { return NewUnlocker{Kind: kind, P: NewSecret()} }
	_, _, err := NewKeyring(safeID, []NewUnlocker{way(KindPaper), way(KindCustodians)}, someDay())
	refused(t, "one way beside custodians, made", err, ErrForm)
	ring, box := must2(NewKeyring(safeID, []NewUnlocker{way(KindPaper), way(KindPassphrase), way(KindCustodians)}, someDay()))(t)
	_, _, err = ring.Reseal(nil, []string{ring.Unlockers()[0].ID}, someDay())
	refused(t, "one way beside custodians, left", err, ErrForm)
	payload := ring.payload
	payload.Unlockers = payload.Unlockers[1:]
	refused(t, "one way beside custodians, listed", payload.check(), ErrForm)
	box.Copies = box.Copies[1:]
	refused(t, "one copy beside that of custodians", box.Check(), ErrForm)
}
