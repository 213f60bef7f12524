package sealed

import (
	"bytes"
	"slices"
	"testing"
)

// succeeded is a safe whose root was replaced, once.
func succeeded(t testing.TB) (before ringing, ring *Keyring, box Container) {
	t.Helper()
	before = sealRing(t)
	opened := must(OpenKeyring(before.box, before.p[1]))(t)
	ring, box = must2(opened.Succeed())(t)
	return before, ring, box
}

// TestEveryWayOpensAfterASuccession: root, key and vault are new; each way still
// opens, the one in hand by its own pin and the others through the line.
func TestEveryWayOpensAfterASuccession(t *testing.T) {
	before, ring, box := succeeded(t)
	if ring.Epoch() != 2 || ring.payload.Previous != before.ring.hash || len(ring.Vaults()) != 2 {
		t.Errorf("epoch %d with %d vaults", ring.Epoch(), len(ring.Vaults()))
	}
	if bytes.Equal(box.VK, before.box.VK) || box.Recipient == before.box.Recipient || ring.Root().VK() == before.ring.Root().VK() {
		t.Error("root, key or vault are the old ones")
	}
	for i, p := range before.p {
		got := must(OpenKeyring(box, p))(t)
		if got.Root().VK() != ring.Root().VK() || got.Outpinned() != (i != 1) {
			t.Errorf("way %d opens %v, outpinned %v", i, got.Root().VK(), got.Outpinned())
		}
		if !slices.Equal(got.Unlockers(), before.ring.Unlockers()) || got.Container().Copies[1].Credential != "AQIDBA" {
			t.Error("the ways to unlock are others")
		}
	}
	if !box.LeadsFrom(before.ring.Root().VK()) || !box.LeadsFrom(ring.Root().VK()) || box.LeadsFrom(NewRootKey(NewSecret()).VK()) {
		t.Error("the line leads from elsewhere")
	}
	_, err := OpenKeyring(box, NewSecret())
	refused(t, "somebody else's secret", err, ErrKey)

	// Whoever opens and seals again vouches for the new root by itself.
	again := must(OpenKeyring(box, before.p[0]))(t)
	if err := again.Learn(before.p[2]); err != nil {
		t.Fatal(err)
	}
	refused(t, "a stranger's secret", again.Learn(NewSecret()), ErrKey)
	_, mended := must2(again.Reseal(nil, nil, someDay()))(t)
	mended.Line = nil // without the line, each pin is on its own
	for i, p := range before.p {
		if _, err := OpenKeyring(resigned(t, mended, again.Root()), p); err != nil {
			t.Errorf("way %d vouches for the old root still: %v", i, err)
		}
	}

	// And through two successions.
	third, box3 := must2(must(OpenKeyring(box, before.p[0]))(t).Succeed())(t)
	for _, p := range before.p {
		if got := must(OpenKeyring(box3, p))(t); got.Root().VK() != third.Root().VK() || len(got.Vaults()) != 3 {
			t.Error("a way does not lead to the third root")
		}
	}
	if len(box3.Line) != 2 || !bytes.Equal(box3.Line[0].VK, before.box.VK) || box3.Line[1].Epoch != 3 {
		t.Errorf("line %+v", box3.Line)
	}
}

// resigned is c signed again: what only its root can make.
func resigned(t testing.TB, c Container, root RootKey) Container {
	t.Helper()
	c.Signature = root.Sign(contextContainer, must(c.unsigned())(t))[:64]
	return c
}

// TestCustodiansAreNamedAnew: their unlocker does not survive the root under
// which they were named.
func TestCustodiansAreNamedAnew(t *testing.T) {
	way := func(kind string) NewUnlocker { return NewUnlocker{Kind: kind, P: NewSecret()} }
	ring, _ := must2(NewKeyring(safeID, []NewUnlocker{way(KindPaper), way(KindCustodians), way(KindPassphrase)}, someDay()))(t)
	next, box := must2(ring.Succeed())(t)
	if len(box.Copies) != 2 || len(next.Unlockers()) != 2 || box.Copies[1].Kind != KindPassphrase {
		t.Errorf("%+v", next.Unlockers())
	}
}

// TestNobodyElseMakesALine: a line that the former roots have not signed, step
// by step, leads nowhere.
func TestNobodyElseMakesALine(t *testing.T) {
	before, ring, box := succeeded(t)
	third, box3 := must2(must(OpenKeyring(box, before.p[0]))(t).Succeed())(t)
	thief := sealRing(t)
	thiefVK := thief.ring.Root().VK()
	for name, c := range map[string]struct {
		spoil func(*Container)
		want  error
	}{
		"a step without signature": {func(c *Container) { c.Line[0].Signature = nil }, ErrSignature},
		"a step spoilt":            {func(c *Container) { c.Line[0].Signature[7] ^= 1 }, ErrSignature},
		"a step of another epoch":  {func(c *Container) { c.Line[1].Epoch = 2 }, ErrForm},
		"a later step":             {func(c *Container) { c.Line[0].Epoch++; c.Line[1].Epoch++; c.Epoch++ }, ErrSignature},
		"steps exchanged":          {func(c *Container) { c.Line[0], c.Line[1] = c.Line[1], c.Line[0] }, ErrForm},
		"the first epoch":          {func(c *Container) { c.Line[0].Epoch = 1 }, ErrForm},
		"of the future":            {func(c *Container) { c.Line[1].Epoch = 4 }, ErrForm},
		"a step left out":          {func(c *Container) { c.Line = c.Line[:1] }, ErrSignature},
		"a key twice":              {func(c *Container) { c.Line[1].VK = c.Line[0].VK }, ErrForm},
		"the key in use":           {func(c *Container) { c.Line[1].VK = c.VK }, ErrForm},
		"another key":              {func(c *Container) { c.Line[1].VK = thiefVK[:] }, ErrSignature},
		"a key of a later suite":   {func(c *Container) { c.Line[1].VK[0] = 9 }, ErrSuite},
		"a short key":              {func(c *Container) { c.Line[1].VK = c.Line[1].VK[:32] }, ErrLength},
		"another safe":             {func(c *Container) { c.Safe = readerID }, ErrSignature},
		"seventeen steps": {func(c *Container) {
			for len(c.Line) < 17 {
				c.Line = append(c.Line, c.Line[1])
			}
		}, ErrForm},
	} {
		box := clone(t, box3)
		c.spoil(&box)
		refused(t, name, box.Check(), c.want)
		_, err := OpenKeyring(box, before.p[0])
		refused(t, name, err, c.want)
	}

	// Without its line the new root is a stranger's to every way not in hand.
	bare := clone(t, box3)
	bare.Line = nil
	_, err := OpenKeyring(resigned(t, bare, third.Root()), before.p[2])
	refused(t, "no line", err, ErrPin)
	// Who has the server alone cannot lead anybody to a key of his.
	forged := clone(t, box)
	forged.VK = thiefVK[:]
	refused(t, "the thief's key", forged.Check(), ErrSignature)
	// What the old root signs is no keyring of the safe's any more.
	p := ring.payload
	p.Root = before.ring.payload.Root
	old := clone(t, box)
	signed := before.ring.Root().Sign(contextKeyring, must(Canonical(p))(t))
	old.Copies[0].Sealed = must(seal(padLF(signed, int64(toBlock(len(signed)))), must(UnlockIdentity(before.p[0]))(t).Recipient()))(t)
	_, err = OpenKeyring(resigned(t, old, ring.Root()), before.p[0])
	refused(t, "a keyring of the old root", err, ErrSignature)
}

// clone by way of its bytes.
func clone(t testing.TB, c Container) Container {
	t.Helper()
	var out Container
	if err := DecodeCanonical(must(Canonical(c))(t), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOwnGrantsOpenAfterASuccession: under any key of the line; a manifest only
// under the one in use.
func TestOwnGrantsOpenAfterASuccession(t *testing.T) {
	before, ring, box := succeeded(t)
	vault, oldVault := must(ring.Vault())(t), must(before.ring.Vault())(t)
	own := func(root RootKey, to *Identity) []byte {
		g := someGrant(to.Recipient())
		g.Reader, g.Index, g.Purpose, g.Procedure, g.Service, g.NotAfter = safeID, nil, "", "", "", ""
		return must(SealGrant(g, root, freshIdentity(t), to.Recipient()))(t)
	}
	opened := must(OpenKeyring(box, before.p[2]))(t)
	for name, c := range map[string]struct {
		b    []byte
		last bool
	}{
		"of before": {own(before.ring.Root(), oldVault), false},
		"old root":  {own(before.ring.Root(), vault), false},
		"old vault": {own(ring.Root(), oldVault), false},
		"of now":    {own(ring.Root(), vault), true},
	} {
		g, last, err := opened.OpenOwn(c.b)
		if err != nil || last != c.last || g.Grant.Doc != docID {
			t.Errorf("%s: last %v, %v", name, last, err)
		}
	}
	_, _, err := opened.OpenOwn(own(NewRootKey(NewSecret()), vault))
	refused(t, "another root", err, ErrSignature)
	_, _, err = opened.OpenOwn(own(ring.Root(), freshIdentity(t)))
	refused(t, "another vault", err, ErrKey)
	slip := must(SealSlip(someSlip(vault.Recipient()), freshIdentity(t), vault.Recipient()))(t)
	_, _, err = opened.OpenOwn(slip)
	refused(t, "a slip", err, ErrSignature)
	m := must(someManifest().Seal(before.ring.Root(), vault.Recipient()))(t)
	_, err = OpenManifest(m, vault, ring.Root().VK())
	refused(t, "a manifest of the old root", err, ErrSignature)
}
