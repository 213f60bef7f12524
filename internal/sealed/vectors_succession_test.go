package sealed

import "testing"

// changeVector is a change (SPEC.md §11): what was signed, as text.
type changeVector struct {
	Root   []byte `json:"root"`
	VK     []byte `json:"vk"`
	Change string `json:"change"`
	Signed []byte `json:"signed"` // the signature alone
}

// makeSuccession is a safe whose root was replaced twice, each time by another
// way in hand: one pin is of now, one of the second root, one of the first.
func makeSuccession(t *testing.T) keyringVector {
	t.Helper()
	ways := []NewUnlocker{
		{Kind: KindPaper, Label: "Clé papier", P: secretNamed("succession paper")},
		{Kind: KindPassphrase, Label: "Phrase", P: secretNamed("succession passphrase")},
		{Kind: KindPasskey, P: secretNamed("succession passkey"), Credential: "AQIDBA"},
		{Kind: KindCustodians, Label: "Proches", P: secretNamed("succession custodians")},
	}
	first, box := must2(NewKeyring(safeID, ways, someDay()))(t)
	_, box = must2(must(OpenKeyring(box, ways[0].P))(t).Succeed())(t)
	ring, box := must2(must(OpenKeyring(box, ways[1].P))(t).Succeed())(t)
	if len(box.Line) != 2 || first.Root().VK() == ring.Root().VK() {
		t.Fatal("no line")
	}
	v := keyringVector{Container: box, Keyring: string(must(Canonical(ring.payload))(t))}
	for _, w := range ways[:3] {
		v.Unlock = append(v.Unlock, struct {
			Kind string `json:"kind"`
			P    []byte `json:"p"`
		}{w.Kind, w.P.Bytes()})
	}
	return v
}

func makeChange(t *testing.T) changeVector {
	t.Helper()
	root := NewRootKey(secretNamed("root"))
	vk := root.VK()
	c := someChange()
	return changeVector{
		Root: secretNamed("root").Bytes(), VK: vk[:], Change: string(must(c.encode())(t)), Signed: must(c.Sign(root))(t),
	}
}

// TestSuccessionVectors: what both implementations make of a line of roots and
// of a change, each opened here.
func TestSuccessionVectors(t *testing.T) {
	for _, maker := range []string{"go", "ts"} {
		t.Run(maker, func(t *testing.T) {
			testKeyringVector(t, maker+"-succession")
			var v changeVector
			readVector(t, maker+"-change", &v)
			root, vk := NewRootKey(must(ParseSecret(v.Root))(t)), must(ParseVK(v.VK))(t)
			var c Change
			if err := DecodeCanonical([]byte(v.Change), &c); err != nil {
				t.Fatal(err)
			}
			if err := c.Verify(vk, v.Signed); err != nil || root.VK() != vk {
				t.Errorf("the signature does not verify: %v", err)
			}
			if again := must(c.Sign(root))(t); string(again) != string(v.Signed) {
				t.Error("another signature is made of the same change")
			}
		})
	}
}
