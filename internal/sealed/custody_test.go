package sealed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// trust is a custody made for a test, with everybody's keys.
type trust struct {
	ring    *Keyring
	box     Container
	p       Secret
	custody Custody
	signed  []byte
	shares  []SealedShare
	vaults  []*Identity
	paper   Secret
	given   [][]byte
}

func sealTrust(t testing.TB) trust {
	t.Helper()
	v := trust{p: NewSecret(), paper: NewSecret()}
	v.ring, v.box = must2(NewKeyring(safeID, []NewUnlocker{
		{Kind: KindPaper, P: NewSecret()}, {Kind: KindPassphrase, P: NewSecret()}, {Kind: KindCustodians, P: v.p},
	}, someDay()))(t)
	v.name(t, v.ring.Root(), v.box.Copies[2].ID)
	return v
}

func (v *trust) name(t testing.TB, root RootKey, unlocker string) {
	t.Helper()
	var who []NewCustodian
	v.vaults, v.given = nil, nil
	for i, holder := range []string{readerID, docID, versID} {
		id := freshIdentity(t)
		v.vaults = append(v.vaults, id)
		who = append(who, NewCustodian{Kind: CustodianSafe, Holder: holder, Name: fmt.Sprint("Gardien ", i), To: id.Recipient()})
	}
	c := Custody{Safe: safeID, Unlocker: unlocker, Holder: "Angela", Delay: 259200, Created: someTime}
	v.signed, v.shares = must2(NewCustody(c, root, v.p, who))(t)
	v.custody = must(OpenCustody(v.signed, root.VK()))(t)
	sheet := must(UnlockIdentity(v.paper))(t).Recipient()
	for i, s := range v.shares {
		v.given = append(v.given, must(must(v.custody.OpenOwnShare(s.Custodian, s.Sealed, v.vaults[i], root.VK()))(t).Seal(sheet))(t))
	}
}

// TestRecoverRefuses what is not of this safe, this custody, or two.
func TestRecoverRefuses(t *testing.T) {
	v, other := sealTrust(t), sealTrust(t)
	foreign := v // another root's custody of the same safe
	foreign.name(t, other.ring.Root(), v.box.Copies[2].ID)
	old := v // named before, for an unlocker that is gone
	old.p = NewSecret()
	old.name(t, v.ring.Root(), newID())
	swapped := v.box
	vk := other.ring.Root().VK()
	swapped.VK = vk[:]
	for name, c := range map[string]struct {
		box     Container
		custody []byte
		given   [][]byte
		want    error
	}{
		"one share":              {v.box, v.signed, v.given[:1], ErrKey},
		"none":                   {v.box, v.signed, nil, ErrKey},
		"one share twice":        {v.box, v.signed, [][]byte{v.given[0], v.given[0]}, ErrMismatch},
		"sealed to another":      {v.box, v.signed, other.given, ErrKey},
		"another root's":         {v.box, v.signed, foreign.given, ErrSignature},
		"another root's paper":   {v.box, foreign.signed, foreign.given, ErrSignature},
		"of a custody of before": {v.box, v.signed, old.given, ErrMismatch},
		"all of before":          {v.box, old.signed, old.given, ErrKey},
		"mixed":                  {v.box, v.signed, [][]byte{v.given[0], old.given[1]}, ErrMismatch},
		"another VK":             {swapped, v.signed, v.given, ErrSignature},
		"flipped":                {v.box, v.signed, [][]byte{v.given[0], flip(v.given[1], 1700)}, ErrForm},
	} {
		_, _, err := Recover(c.box, c.custody, c.given, v.paper)
		refused(t, name, err, c.want)
	}
	for i := range v.given { // one that is bad does no harm to two that are good
		all := slices.Clone(v.given)
		all[i] = foreign.given[i]
		ring, p := must2(Recover(v.box, v.signed, all, v.paper))(t)
		if p != v.p || ring.Root().VK() != v.ring.Root().VK() {
			t.Error("another keyring was opened")
		}
	}
}

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// TestOwnShareRefuses everything that the server could put in its place.
func TestOwnShareRefuses(t *testing.T) {
	v := sealTrust(t)
	vk := v.ring.Root().VK()
	s := v.shares
	again := must(must(OpenShare(s[0].Sealed, v.vaults[0], vk))(t).Seal(v.vaults[0].Recipient()))(t)
	for name, c := range map[string]struct {
		custodian string
		sealed    []byte
		id        *Identity
		want      error
	}{
		"another's":             {s[0].Custodian, s[1].Sealed, v.vaults[0], ErrHash},
		"another key":           {s[0].Custodian, s[0].Sealed, v.vaults[1], ErrMismatch},
		"somebody else":         {newID(), s[0].Sealed, v.vaults[0], ErrMismatch},
		"sealed again":          {s[0].Custodian, again, v.vaults[0], ErrHash},
		"a byte short":          {s[0].Custodian, s[0].Sealed[1:], v.vaults[0], ErrHash},
		"the right one's other": {s[1].Custodian, s[0].Sealed, v.vaults[0], ErrHash},
	} {
		_, err := v.custody.OpenOwnShare(c.custodian, c.sealed, c.id, vk)
		refused(t, name, err, c.want)
	}
	spoilt := v.custody // signed so by a holder who made a mistake
	spoilt.Custodians = slices.Clone(spoilt.Custodians)
	spoilt.Custodians[1].Share, spoilt.Custodians[1].Recipient = v.custody.Custodians[0].Share, v.custody.Custodians[0].Recipient
	_, err := spoilt.OpenOwnShare(s[1].Custodian, s[0].Sealed, v.vaults[0], vk)
	refused(t, "made for another", err, ErrMismatch)
}

func badCustodies() map[string]func(*Custody) {
	return map[string]func(*Custody){
		"suite":           func(c *Custody) { c.Suite = 2 },
		"safe":            func(c *Custody) { c.Safe = "x" },
		"unlocker":        func(c *Custody) { c.Unlocker = "" },
		"holder":          func(c *Custody) { c.Holder = "" },
		"long holder":     func(c *Custody) { c.Holder = strings.Repeat("é", 201) },
		"threshold":       func(c *Custody) { c.Threshold = 1 },
		"delay":           func(c *Custody) { c.Delay = -1 },
		"long delay":      func(c *Custody) { c.Delay = 2592001 },
		"created":         func(c *Custody) { c.Created = "2026-02-30T00:00:00Z" },
		"two":             func(c *Custody) { c.Custodians = c.Custodians[:2] },
		"four":            func(c *Custody) { c.Custodians = append(c.Custodians, c.Custodians[0]) },
		"id twice":        func(c *Custody) { c.Custodians[1].ID = c.Custodians[0].ID },
		"holder twice":    func(c *Custody) { c.Custodians[1].Holder = c.Custodians[0].Holder },
		"recipient twice": func(c *Custody) { c.Custodians[1].Recipient = c.Custodians[2].Recipient },
		"the safe itself": func(c *Custody) { c.Custodians[1].Holder = c.Safe },
		"kind":            func(c *Custody) { c.Custodians[1].Kind = "friend" },
		"name":            func(c *Custody) { c.Custodians[1].Name = "" },
		"hash":            func(c *Custody) { c.Custodians[1].Share = "x" },
	}
}

func TestCustodiesThatAreNone(t *testing.T) {
	v := sealTrust(t)
	for name, spoil := range badCustodies() {
		c := v.custody
		c.Custodians = slices.Clone(c.Custodians)
		spoil(&c)
		signed := v.ring.Root().Sign(contextCustody, must(Canonical(c))(t))
		_, err := OpenCustody(signed, v.ring.Root().VK())
		want := ErrForm
		if name == "suite" {
			want = ErrSuite
		}
		refused(t, name, err, want)
	}
	_, err := OpenCustody(v.ring.Root().Sign(contextCard, v.signed[64:]), v.ring.Root().VK())
	refused(t, "another context", err, ErrSignature)
}

// TestRequestsAndAgreements: what a custodian is asked for and says.
func TestRequestsAndAgreements(t *testing.T) {
	v := sealTrust(t)
	request := must(NewRequest(safeID, v.signed, v.paper, someDay()))(t)
	other := must(NewRequest(safeID, v.signed, NewSecret(), someDay()))(t)
	for _, lang := range []string{"fr", "en"} {
		words := must(RequestCode(request, lang))(t)
		for _, typed := range []string{strings.Join(words, " "), strings.ToUpper(strings.Join(words, "-")), short(words)} {
			if err := CheckCode(request, typed); err != nil {
				t.Errorf("%q: %v", typed, err)
			}
		}
		refused(t, "another request's", CheckCode(other, strings.Join(words, " ")), ErrMismatch)
		var w *WordsError
		if err := CheckCode(request, strings.Join(words[:5], " ")); !errors.As(err, &w) || w.Count != 5 || w.Want != 6 {
			t.Errorf("five words: %v", err)
		}
		slices.Reverse(words)
		if err := CheckCode(request, strings.Join(words, " ")); err == nil {
			t.Error("words in another order")
		}
	}
	for name, b := range map[string][]byte{
		"spaced": append([]byte(" "), request...), "twice": append(bytes.Clone(request), request...), "none": nil,
		"recipient": replace(t, request, "age1pq1", "age1xy1"),
	} {
		_, err := ParseRequest(b)
		refused(t, name, err, ErrForm)
	}
	_, err := ParseRequest(replace(t, request, `"suite":1`, `"suite":2`))
	refused(t, "a later suite", err, ErrSuite)

	root := NewRootKey(NewSecret())
	agreement := must(NewAgreement(request, newID(), 7, root, someDay()))(t)
	a := must(OpenAgreement(agreement, root.VK()))(t)
	if due := must(a.Due(v.custody))(t); !due.Equal(someDay().Add(72*time.Hour)) || a.Index != 7 {
		t.Errorf("due %s, index %d", due, a.Index)
	}
	_, err = OpenAgreement(agreement, v.ring.Root().VK())
	refused(t, "another's", err, ErrSignature)
	_, err = NewAgreement(request, newID(), -1, root, someDay())
	refused(t, "no index", err, ErrForm)
}

func short(words []string) string {
	var out []string
	for _, w := range words {
		out = append(out, string([]rune(w)[:min(4, len([]rune(w)))]))
	}
	return strings.Join(out, " ")
}

// TestCardsAndCodes: a card is believed for the code's sake.
func TestCardsAndCodes(t *testing.T) {
	r, thief := sealRing(t), sealRing(t)
	card := must(NewCard(r.ring, "Éric", someDay()))(t)
	vk, stolen := r.ring.Root().VK(), thief.ring.Root().VK()
	text := NewCardCode(safeID, vk).String()
	code := must(ParseCardCode(" " + strings.ToLower(text[:30]) + "\n" + text[30:]))(t)
	if c := must(code.Open(card, vk[:]))(t); c.Name != "Éric" || c.Recipient != r.box.Recipient || !IsCardCode(text) || len(text) != 9+52 {
		t.Errorf("%+v of %q", c, text)
	}
	_, err := code.Open(must(NewCard(thief.ring, "Éric", someDay()))(t), stolen[:])
	refused(t, "another key", err, ErrPin)
	_, err = code.Open(must(NewCard(thief.ring, "Éric", someDay()))(t), vk[:])
	refused(t, "another's card", err, ErrSignature)
	_, err = NewCardCode(docID, vk).Open(card, vk[:])
	refused(t, "another safe", err, ErrMismatch)
	for _, bad := range []string{"", "COFFREG1:", text[:60], text + "A", "COFFRE1:" + text[9:], text[:60] + "7", strings.Replace(text, "G1:", "G1:1", 1)} {
		_, err := ParseCardCode(bad)
		refused(t, bad, err, ErrKey)
	}
}

// TestSharesDoNotPrint, nor their points.
func TestSharesDoNotPrint(t *testing.T) {
	v := sealTrust(t)
	share := must(OpenShare(v.shares[0].Sealed, v.vaults[0], v.ring.Root().VK()))(t)
	point := share.Point()
	text := must(Canonical(share.payload))(t)
	needles := []string{string(point[:8]), fmt.Sprintf("%x", point[:8]), strings.Trim(fmt.Sprint(point[:8]), "[]"), string(text[len(text)/2 : len(text)/2+24])}
	for name, x := range map[string]any{"share": share, "by value": *share, "point": point, "pointer": &point, "points": []Point{point}} {
		out := printed(t, x, []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"})
		for _, n := range needles {
			if n != string(point[:8]) && strings.Contains(out, n) || strings.Contains(out, n) && len(n) == 8 {
				t.Errorf("%s prints %q", name, n)
			}
		}
	}
	b, err := json.Marshal(point)
	if got := point.String() + point.GoString() + point.LogValue().String() + string(b); err != nil || got != redacted+redacted+redacted+`"`+redacted+`"` || point.LogValue().Kind() != slog.KindString {
		t.Errorf("%q, %v", got, err)
	}
}
