package sealed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ringing is a keyring with the secrets that open it.
type ringing struct {
	ring *Keyring
	box  Container
	p    []Secret
}

func sealRing(t testing.TB) ringing {
	t.Helper()
	r := ringing{p: []Secret{NewSecret(), NewSecret(), NewSecret()}}
	r.ring, r.box = must2(NewKeyring(safeID, []NewUnlocker{
		{Kind: KindPaper, Label: "Clé papier", P: r.p[0]},
		{Kind: KindPasskey, Label: "Téléphone", P: r.p[1], Credential: "AQIDBA"},
		{Kind: KindPassphrase, P: r.p[2]},
	}, someDay()))(t)
	return r
}

// clone is a container of its own, to be spoilt.
func (r ringing) clone() Container {
	c := r.box
	c.VK, c.Copies = bytes.Clone(c.VK), slices.Clone(c.Copies)
	for i := range c.Copies {
		c.Copies[i].Pin, c.Copies[i].Sealed = bytes.Clone(c.Copies[i].Pin), bytes.Clone(c.Copies[i].Sealed)
	}
	return c
}

func TestKeyringOpensByEachUnlocker(t *testing.T) {
	r := sealRing(t)
	for i, p := range r.p {
		got := must(OpenKeyring(r.box, p))(t)
		vault, mine := must(got.Vault())(t), must(r.ring.Vault())(t)
		if got.Root().VK() != r.ring.Root().VK() || vault.Reveal() != mine.Reveal() || got.Safe() != safeID || got.Epoch() != 1 {
			t.Errorf("unlocker %d opens something else", i)
		}
		if !slices.Equal(got.Unlockers(), r.ring.Unlockers()) || got.Unlockers()[1].Label != "Téléphone" || got.Unlockers()[0].Created != someTime {
			t.Errorf("%+v", got.Unlockers())
		}
	}
	if r.box.Recipient != must(r.ring.Vault())(t).Recipient().String() || !bytes.Equal(r.box.VK, sliceOf(r.ring.Root().VK())) || r.box.Copies[1].Credential != "AQIDBA" {
		t.Error("the container does not show the keyring's public keys")
	}
	_, err := OpenKeyring(r.box, NewSecret())
	refused(t, "somebody else's secret", err, ErrKey)
	for _, c := range r.box.Copies {
		if (len(c.Sealed)-HeaderSize-32)%512 != 0 {
			t.Errorf("a copy of %d bytes", len(c.Sealed))
		}
	}
}

// seventeen copies, each with an id of its own.
func seventeen(c *Container) {
	for len(c.Copies) < 17 {
		more := c.Copies[0]
		more.ID = newID()
		c.Copies = append(c.Copies, more)
	}
}

func sliceOf(v VK) []byte { return v[:] }

// TestKeyringShowsWhatWasSwapped (T2): everything that a server can change.
func TestKeyringShowsWhatWasSwapped(t *testing.T) {
	r, other := sealRing(t), sealRing(t)
	for name, c := range map[string]struct {
		spoil func(*Container)
		want  error
	}{
		"another key":                 {func(c *Container) { c.VK = other.box.VK }, ErrPin},
		"a whole other keyring":       {func(c *Container) { *c = other.box }, ErrKey},
		"another key, other copies":   {func(c *Container) { c.VK, c.Copies = other.box.VK, other.box.Copies }, ErrKey},
		"another safe":                {func(c *Container) { c.Safe = readerID }, ErrPin},
		"another pin":                 {func(c *Container) { c.Copies[0].Pin[0] ^= 1 }, ErrPin},
		"another recipient":           {func(c *Container) { c.Recipient = other.box.Recipient }, ErrMismatch},
		"another epoch":               {func(c *Container) { c.Epoch = 2 }, ErrMismatch},
		"another kind":                {func(c *Container) { c.Copies[0].Kind = KindPassphrase }, ErrMismatch},
		"another's kind":              {func(c *Container) { c.Copies[1].Kind = KindPaper }, ErrMismatch},
		"another id":                  {func(c *Container) { c.Copies[0].ID = docID }, ErrMismatch},
		"another's id":                {func(c *Container) { c.Copies[1].ID = docID }, ErrMismatch},
		"ids exchanged":               {func(c *Container) { c.Copies[0].ID, c.Copies[1].ID = c.Copies[1].ID, c.Copies[0].ID }, ErrMismatch},
		"copies exchanged":            {func(c *Container) { c.Copies[0], c.Copies[1] = c.Copies[1], c.Copies[0] }, ErrMismatch},
		"a copy dropped":              {func(c *Container) { c.Copies = c.Copies[:2] }, ErrMismatch},
		"a copy added":                {func(c *Container) { c.Copies = append(c.Copies, other.box.Copies[0]) }, ErrMismatch},
		"another's sealed copy":       {func(c *Container) { c.Copies[0].Sealed = c.Copies[1].Sealed }, ErrKey},
		"a copy of another keyring":   {func(c *Container) { c.Copies[0].Sealed = other.box.Copies[0].Sealed }, ErrKey},
		"a damaged copy":              {func(c *Container) { c.Copies[0].Sealed[HeaderSize+40] ^= 1 }, ErrForm},
		"one copy only":               {func(c *Container) { c.Copies = c.Copies[:1] }, ErrForm},
		"no copy":                     {func(c *Container) { c.Copies = nil }, ErrForm},
		"seventeen":                   {seventeen, ErrForm},
		"one id twice":                {func(c *Container) { c.Copies[1].ID = c.Copies[0].ID }, ErrForm},
		"a later suite":               {func(c *Container) { c.Suite = 2 }, ErrSuite},
		"a key of a later suite":      {func(c *Container) { c.VK[0] = 2 }, ErrSuite},
		"a short key":                 {func(c *Container) { c.VK = c.VK[:32] }, ErrLength},
		"no safe":                     {func(c *Container) { c.Safe = "" }, ErrForm},
		"epoch 0":                     {func(c *Container) { c.Epoch = 0 }, ErrForm},
		"no recipient":                {func(c *Container) { c.Recipient = "" }, ErrForm},
		"an unknown kind":             {func(c *Container) { c.Copies[0].Kind = "password" }, ErrForm},
		"a short pin":                 {func(c *Container) { c.Copies[0].Pin = c.Copies[0].Pin[:31] }, ErrForm},
		"an id of another form":       {func(c *Container) { c.Copies[0].ID = "x" }, ErrForm},
		"a copy of another form":      {func(c *Container) { c.Copies[2].Sealed = []byte("age-encryption.org/v1\n") }, ErrForm},
		"a copy cut":                  {func(c *Container) { c.Copies[2].Sealed = c.Copies[2].Sealed[:HeaderSize+20] }, ErrLength},
		"a credential without end":    {func(c *Container) { c.Copies[1].Credential = strings.Repeat("A", 2001) }, ErrForm},
		"a credential of other bytes": {func(c *Container) { c.Copies[1].Credential = "\xff" }, ErrForm},
	} {
		box := r.clone()
		c.spoil(&box)
		k, err := OpenKeyring(box, r.p[0])
		refused(t, name, err, c.want)
		if k != nil {
			t.Errorf("%s: a keyring all the same", name)
		}
		// What needs no key is refused by whoever stores it, too.
		if err := box.Check(); (err != nil) != (errors.Is(c.want, ErrForm) && name != "a damaged copy" || errors.Is(c.want, ErrSuite) || errors.Is(c.want, ErrLength)) {
			t.Errorf("%s: without keys: %v", name, err)
		}
	}
	if _, err := OpenKeyring(r.clone(), r.p[0]); err != nil {
		t.Errorf("the test spoils what it should not: %v", err)
	}
}

// forge seals a payload as its signer would, to the same unlockers and with
// pins that fit, so that only one thing at a time is wrong.
func (r ringing) forge(t *testing.T, payload []byte, signer RootKey, pad func([]byte) []byte) Container {
	t.Helper()
	c := r.clone()
	signed := signer.Sign(contextKeyring, payload)
	if pad == nil {
		pad = func(b []byte) []byte { return padLF(b, int64(toBlock(len(b)))) }
	}
	for i, p := range r.p {
		id := must(UnlockIdentity(p))(t)
		c.Copies[i].Sealed = must(seal(pad(bytes.Clone(signed)), id.Recipient()))(t)
	}
	return c
}

func TestKeyringIsCheckedThoughSealed(t *testing.T) {
	r := sealRing(t)
	root := r.ring.Root()
	good := must(Canonical(r.ring.payload))(t)
	if _, err := OpenKeyring(r.forge(t, good, root, nil), r.p[0]); err != nil {
		t.Fatal(err)
	}
	_, err := OpenKeyring(r.forge(t, good, NewRootKey(NewSecret()), nil), r.p[0])
	refused(t, "signed by another root", err, ErrSignature)
	for _, n := range []int{toBlock(len(good)+64) + 512, len(good) + 65} {
		_, err = OpenKeyring(r.forge(t, good, root, func(b []byte) []byte { return padLF(b, int64(n)) }), r.p[0])
		refused(t, "another padding", err, ErrForm)
	}
	for name, c := range map[string]struct {
		spoil func(*keyringPayload)
		want  error
	}{
		"another root inside":         {func(p *keyringPayload) { p.Root = NewSecret().Bytes() }, ErrMismatch},
		"another seed inside":         {func(p *keyringPayload) { p.Seeds[0].Seed = NewSecret().Bytes() }, ErrMismatch},
		"another safe inside":         {func(p *keyringPayload) { p.Safe = readerID }, ErrMismatch},
		"another epoch inside":        {func(p *keyringPayload) { p.Epoch, p.Previous = 2, strings.Repeat("ab", 32) }, ErrMismatch},
		"another recipient listed":    {func(p *keyringPayload) { p.Unlockers[0].Recipient = freshIdentity(t).Recipient().String() }, ErrMismatch},
		"not listed":                  {func(p *keyringPayload) { p.Unlockers = p.Unlockers[1:] }, ErrMismatch},
		"a later suite":               {func(p *keyringPayload) { p.Suite = 2 }, ErrSuite},
		"one unlocker":                {func(p *keyringPayload) { p.Unlockers = p.Unlockers[:1] }, ErrForm},
		"no unlocker":                 {func(p *keyringPayload) { p.Unlockers = []Unlocker{} }, ErrForm},
		"one recipient twice":         {func(p *keyringPayload) { p.Unlockers[1].Recipient = p.Unlockers[0].Recipient }, ErrForm},
		"one id twice":                {func(p *keyringPayload) { p.Unlockers[1].ID = p.Unlockers[0].ID }, ErrForm},
		"an unknown kind":             {func(p *keyringPayload) { p.Unlockers[1].Kind = "password" }, ErrForm},
		"a label without end":         {func(p *keyringPayload) { p.Unlockers[1].Label = strings.Repeat("a", 201) }, ErrForm},
		"no time":                     {func(p *keyringPayload) { p.Unlockers[1].Created = "" }, ErrForm},
		"an id of another form":       {func(p *keyringPayload) { p.Unlockers[1].ID = "x" }, ErrForm},
		"a recipient of another form": {func(p *keyringPayload) { p.Unlockers[1].Recipient = "age1x" }, ErrForm},
		"no seed":                     {func(p *keyringPayload) { p.Seeds = []seedEntry{} }, ErrForm},
		"a short seed":                {func(p *keyringPayload) { p.Seeds[0].Seed = make([]byte, 31) }, ErrForm},
		"seed of epoch 0":             {func(p *keyringPayload) { p.Seeds[0].Epoch = 0 }, ErrForm},
		"seeds of one epoch":          {func(p *keyringPayload) { p.Seeds = append(p.Seeds, p.Seeds[0]) }, ErrForm},
		"a short root":                {func(p *keyringPayload) { p.Root = make([]byte, 31) }, ErrForm},
		"first epoch with previous":   {func(p *keyringPayload) { p.Previous = strings.Repeat("ab", 32) }, ErrForm},
		"previous is no hash":         {func(p *keyringPayload) { p.Epoch, p.Previous = 2, "ab" }, ErrForm},
		"second epoch without":        {func(p *keyringPayload) { p.Epoch = 2 }, ErrForm},
		"no safe":                     {func(p *keyringPayload) { p.Safe = "" }, ErrForm},
		"epoch 0":                     {func(p *keyringPayload) { p.Epoch, p.Previous = 0, strings.Repeat("ab", 32) }, ErrForm},
		"seventeen unlockers": {func(p *keyringPayload) {
			for len(p.Unlockers) < 17 {
				u := p.Unlockers[0]
				u.ID, u.Recipient = newID(), freshIdentity(t).Recipient().String()
				p.Unlockers = append(p.Unlockers, u)
			}
		}, ErrForm},
	} {
		p := r.ring.payload
		p.Seeds, p.Unlockers = slices.Clone(p.Seeds), slices.Clone(p.Unlockers)
		c.spoil(&p)
		_, err := OpenKeyring(r.forge(t, must(Canonical(p))(t), root, nil), r.p[0])
		refused(t, name, err, c.want)
	}
	for _, c := range []struct {
		old, with string
		want      error
	}{
		{`"suite":1`, `"suite":1,"x":1`, ErrForm},
		{`"suite":1`, `"new":{},"suite":2`, ErrSuite},
		{`"epoch":1,`, `"epoch":1,"epoch":1,`, ErrForm},
		{`"label":""`, `"label":null`, ErrForm},
	} {
		_, err := OpenKeyring(r.forge(t, replace(t, good, c.old, c.with), root, nil), r.p[0])
		refused(t, c.with, err, c.want)
	}
}

func TestKeyringWantsTwoUnlockersThatDiffer(t *testing.T) {
	p := NewSecret()
	one := NewUnlocker{Kind: KindPaper, P: p}
	for name, c := range map[string]struct {
		all  []NewUnlocker
		want error
	}{
		"none":         {nil, ErrForm},
		"one":          {[]NewUnlocker{one}, ErrForm},
		"one twice":    {[]NewUnlocker{one, {Kind: KindPassphrase, P: p}}, ErrMismatch},
		"unknown kind": {[]NewUnlocker{one, {Kind: "x", P: NewSecret()}}, ErrForm},
		"long label":   {[]NewUnlocker{one, {Kind: KindPaper, Label: strings.Repeat("é", 201), P: NewSecret()}}, ErrForm},
	} {
		_, _, err := NewKeyring(safeID, c.all, someDay())
		refused(t, name, err, c.want)
	}
	var many []NewUnlocker
	for range 17 {
		many = append(many, NewUnlocker{Kind: KindPaper, P: NewSecret()})
	}
	_, _, err := NewKeyring(safeID, many, someDay())
	refused(t, "seventeen", err, ErrForm)
	must2(NewKeyring(safeID, many[:16], someDay()))(t)
	_, _, err = NewKeyring("nobody", many[:2], someDay())
	refused(t, "no holder", err, ErrForm)
}

// TestResealCountsEpochs (T8): each keyring names the one before.
func TestResealCountsEpochs(t *testing.T) {
	r := sealRing(t)
	added := NewSecret()
	ring, box := must2(r.ring.Reseal([]NewUnlocker{{Kind: KindPaper, P: added}}, nil, someDay()))(t)
	if ring.Epoch() != 2 || box.Epoch != 2 || ring.payload.Previous != r.ring.hash || box.Recipient != r.box.Recipient || !bytes.Equal(box.VK, r.box.VK) {
		t.Errorf("epoch %d after %d; the vault changes only when somebody is removed", ring.Epoch(), r.ring.Epoch())
	}
	for _, p := range append(slices.Clone(r.p), added) {
		must(OpenKeyring(box, p))(t)
	}
	if box.Copies[1].Credential != "AQIDBA" {
		t.Error("the credential is lost")
	}
	// From what another device reads, not only from what this one holds.
	again := must(OpenKeyring(box, added))(t)
	third, box3 := must2(again.Reseal(nil, []string{ring.Unlockers()[0].ID}, someDay()))(t)
	if third.Epoch() != 3 || third.payload.Previous != again.hash || len(third.payload.Seeds) != 2 || third.payload.Seeds[1].Epoch != 2 {
		t.Errorf("%+v", third.payload.Epoch)
	}
	if box3.Recipient == box.Recipient || third.Root().VK() != ring.Root().VK() {
		t.Error("who was removed still opens what comes")
	}
	_, err := OpenKeyring(box3, r.p[0])
	refused(t, "removed", err, ErrKey)
	for _, p := range []Secret{r.p[1], r.p[2], added} {
		must(OpenKeyring(box3, p))(t)
	}
	// An old seed is kept: what was sealed to it still opens.
	if !bytes.Equal(third.payload.Seeds[0].Seed, ring.payload.Seeds[0].Seed) {
		t.Error("the old seed is lost")
	}
}

// TestRenameChangesOneLabel: nothing else moves, and every secret still opens.
func TestRenameChangesOneLabel(t *testing.T) {
	r := sealRing(t)
	id := r.ring.Unlockers()[1].ID
	ring, box := must2(r.ring.Rename(id, "Ancien téléphone"))(t)
	if ring.Epoch() != 2 || ring.payload.Previous != r.ring.hash || box.Recipient != r.box.Recipient || box.Copies[1].Credential != "AQIDBA" {
		t.Errorf("epoch %d, or another vault", ring.Epoch())
	}
	want := r.ring.Unlockers()
	want[1].Label = "Ancien téléphone"
	for _, p := range r.p {
		if got := must(OpenKeyring(box, p))(t).Unlockers(); !slices.Equal(got, want) {
			t.Errorf("%+v", got)
		}
		must(OpenKeyring(r.box, p))(t) // what it was made from is as it was
	}
	if r.ring.Unlockers()[1].Label != "Téléphone" {
		t.Error("renaming has changed the keyring it began with")
	}
	if err := box.CheckSignature(); err != nil {
		t.Error(err)
	}
	_, _, err := r.ring.Rename(docID, "x")
	refused(t, "nobody has that id", err, ErrMismatch)
	_, _, err = r.ring.Rename(id, strings.Repeat("x", 201))
	refused(t, "a label too long", err, ErrForm)
}

// TestEveryVaultIsKept: what was sealed before a removal opens after it.
func TestEveryVaultIsKept(t *testing.T) {
	r := sealRing(t)
	ring, _ := must2(r.ring.Reseal(nil, []string{r.ring.Unlockers()[0].ID}, someDay()))(t)
	vaults, before, now := ring.Vaults(), must(r.ring.Vault())(t), must(ring.Vault())(t)
	if len(vaults) != 2 || vaults[0].Reveal() != now.Reveal() || vaults[1].Reveal() != before.Reveal() || now.Reveal() == before.Reveal() {
		t.Errorf("%d vaults, or in another order", len(vaults))
	}
}

func TestResealRefuses(t *testing.T) {
	r := sealRing(t)
	ids := func(n ...int) (out []string) {
		for _, i := range n {
			out = append(out, r.ring.Unlockers()[i].ID)
		}
		return out
	}
	_, _, err := r.ring.Reseal(nil, []string{docID}, someDay())
	refused(t, "nobody has that id", err, ErrMismatch)
	_, _, err = r.ring.Reseal(nil, ids(0, 0), someDay())
	refused(t, "one id twice", err, ErrMismatch)
	_, _, err = r.ring.Reseal(nil, ids(0, 1), someDay())
	refused(t, "one left", err, ErrForm)
	_, _, err = r.ring.Reseal([]NewUnlocker{{Kind: KindPaper, P: r.p[1]}}, nil, someDay())
	refused(t, "a secret that is there", err, ErrMismatch)
	must2(r.ring.Reseal([]NewUnlocker{{Kind: KindPaper, P: NewSecret()}}, ids(0, 1), someDay()))(t)
	if got := must(OpenKeyring(r.box, r.p[0]))(t); got.Epoch() != 1 || len(got.Unlockers()) != 3 {
		t.Error("resealing has changed the keyring it began with")
	}
}

// TestContainerHash: what the ETag shows changes with any byte.
func TestContainerHash(t *testing.T) {
	r := sealRing(t)
	h := r.box.Hash()
	if fmt.Sprintf("%x", h) != sumHex(must(Canonical(r.box))(t)) || h == ([32]byte{}) {
		t.Errorf("%x", h)
	}
	other := r.clone()
	other.Copies[0].Sealed[HeaderSize+20] ^= 1
	if other.Hash() == h {
		t.Error("two containers with one hash")
	}
}
