//go:build suite2

package sealed

import (
	"bytes"
	"io"
	"testing"
)

// TestASafeMovesToASecondSuite: root, contexts, vault and padding are others; the
// ways to unlock stay; what is of the first suite opens where it may.
func TestASafeMovesToASecondSuite(t *testing.T) {
	p := []Secret{NewSecret(), NewSecret()}
	one := keyringPayload{Suite: first, Safe: safeID, Epoch: 1, Root: NewSecret().Bytes(), Seeds: []seedEntry{newSeed(1, first)}}
	before, box := must2(one.seal(made{add: []NewUnlocker{{Kind: KindPaper, P: p[0]}, {Kind: KindPassphrase, P: p[1]}}}, someDay()))(t)
	if before.Root().VK().Suite() != 1 || box.Suite != 1 {
		t.Fatal("not a safe of the first suite")
	}
	next, box := must2(must(OpenKeyring(box, p[0]))(t).Succeed())(t)
	if box.Suite != 2 || box.VK[0] != 2 || len(box.Line) != 1 || box.Line[0].VK[0] != 1 || !next.OneVault() {
		t.Fatalf("suite %d, key of %d, line of %d", box.Suite, box.VK[0], len(box.Line))
	}
	var opened *Keyring
	for _, secret := range p {
		opened = must(OpenKeyring(box, secret))(t)
	}
	root, vault, old := opened.Root(), opened.Vaults()[0], opened.Vaults()[1]
	if old.Reveal() != before.Vaults()[0].Reveal() {
		t.Error("the vault of before is another")
	}

	for _, by := range []*Keyring{before, opened} {
		vk := by.Root().VK()
		card := must(NewCard(by, "Angela", someDay()))(t)
		if c := must(OpenCard(card, vk))(t); c.Suite != vk.Suite() {
			t.Errorf("a card of suite %d under a key of suite %d", c.Suite, vk.Suite())
		}
		lie := Card{Suite: 3 - vk.Suite(), Safe: safeID, Recipient: vault.Recipient().String(), Name: "Angela", Created: formatTime(someDay())}
		_, err := OpenCard(must(signPayload(contextCard, by.Root(), lie, nil))(t), vk)
		refused(t, "a card that lies about its suite", err, ErrMismatch)
	}
	back := must(opened.handOver(3, before.Root().VK()))(t)
	down := Container{Safe: safeID, Epoch: 3, VK: box.Line[0].VK, Line: []Former{back}}
	refused(t, "a line back to the first suite", down.checkLine(), ErrForm)

	plain := bytes.Repeat([]byte("x"), 1000)
	for _, suite := range []int{1, 2} {
		key := freshIdentity(t)
		b := must(io.ReadAll(must(SealDocumentIn(suite, bytes.NewReader(plain), 1000, key.Recipient()))(t)))(t)
		if n, ok := DocumentSuite(1000, int64(len(b))); !ok || n != suite {
			t.Errorf("a document of suite %d is taken for one of %d", suite, n)
		}
		ref := refOf(b, 1000)
		var out bytes.Buffer
		if err := OpenDocument(&out, bytes.NewReader(b), ref, key); err != nil || !bytes.Equal(out.Bytes(), plain) {
			t.Errorf("suite %d: %v", suite, err)
		}
		for _, by := range []*Keyring{before, opened} {
			g := someGrant(vault.Recipient())
			g.Suite, g.SHA256, g.Sealed, g.Size = by.Root().Suite(), ref.SHA256, ref.Sealed, ref.Size
			sealed, err := SealGrant(g, by.Root(), key, vault.Recipient())
			if by == before && suite == 2 {
				refused(t, "a later document under an earlier grant", err, ErrLength)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, last, err := opened.OpenOwn(sealed); err != nil || last != (by == opened) {
				t.Errorf("last %v, %v", last, err)
			}
			_, err = OpenGrant(sealed, vault, root.VK())
			if by == before {
				refused(t, "the first suite's grant under the second's key", err, ErrSignature)
			}
			g.Suite = 3 - g.Suite
			if _, err = SealGrant(g, by.Root(), key, vault.Recipient()); err == nil {
				t.Error("a grant that lies about its suite")
			}
		}
	}
	m := someManifest()
	m.Suite = 1
	of1 := must(m.Seal(before.Root(), vault.Recipient()))(t)
	_, err := OpenManifest(of1, vault, root.VK())
	refused(t, "the first suite's manifest", err, ErrForm)
	_, err = m.Seal(root, vault.Recipient())
	refused(t, "a manifest that lies about its suite", err, ErrMismatch)
	m.Suite = 2
	must(OpenManifest(must(m.Seal(root, vault.Recipient()))(t), vault, root.VK()))(t)
	rotated, _ := must2(opened.Rotate())(t)
	if rotated.OneVault() {
		t.Error("two vaults are taken for one")
	}
}
