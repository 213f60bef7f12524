package sealed

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// derivation is everything that SPEC.md §2 derives from one secret.
type derivation struct {
	Secret         []byte `json:"secret"`
	UnlockIdentity string `json:"unlockIdentity"`
	VaultIdentity  string `json:"vaultIdentity"`
	RootVK         []byte `json:"rootVK"`
	Safe           string `json:"safe"`
	PinOfRootVK    []byte `json:"pinOfRootVK"`
	Fingerprint    string `json:"fingerprint"` // of the vault's recipient
	French         string `json:"french"`
	English        string `json:"english"`
	QR             string `json:"qr"`
}

type derivations struct {
	Secrets     []derivation `json:"secrets"`
	Passphrases []typed7     `json:"passphrases"`
	Signatures  []signed1    `json:"signatures"`
}

type typed7 struct {
	Typed string `json:"typed"`
	P     []byte `json:"p"`
}

type signed1 struct {
	Root    []byte `json:"root"`
	Context string `json:"context"`
	Payload string `json:"payload"`
	Signed  []byte `json:"signed"`
}

func makeDerivations(t *testing.T) (d derivations) {
	t.Helper()
	for _, s := range []Secret{counting(), {}, Secret([]byte(strings.Repeat("\xff", 32))), secretNamed("derive")} {
		vk := NewRootKey(s).VK()
		vault := must(VaultIdentity(s))(t)
		d.Secrets = append(d.Secrets, derivation{
			Secret: s.Bytes(), UnlockIdentity: must(UnlockIdentity(s))(t).Reveal(), VaultIdentity: vault.Reveal(), RootVK: vk[:], Safe: safeID,
			PinOfRootVK: pin(s, safeID, vk), Fingerprint: vault.Recipient().Fingerprint(),
			French: strings.Join(must(PaperWords(s, "fr"))(t), " "), English: strings.Join(must(PaperWords(s, "en"))(t), " "), QR: PaperQR(s),
		})
	}
	for _, s := range []string{phraseFR, "  AGRE, beta; alge-ecol 3 zebr\u00a0tire\n\u0085abai ", "zoo wild abandon piano nation taxi zebra"} {
		d.Passphrases = append(d.Passphrases, typed7{s, must(ParsePassphrase(s))(t).Bytes()})
	}
	for _, context := range []string{contextKeyring, contextManifest, contextGrant} {
		s := secretNamed("derive")
		d.Signatures = append(d.Signatures, signed1{s.Bytes(), context, `{"é":1}`, NewRootKey(s).Sign(context, []byte(`{"é":1}`))})
	}
	return d
}

// both lists say what both implementations accept and refuse.
type both struct {
	Accepted []string `json:"accepted"`
	Refused  []string `json:"refused"`
}

// textVectors: strings are as they are, canonical JSON is base64 for bytes
// that are no text.
type textVectors struct {
	Canonical struct {
		Accepted []string `json:"accepted"`
		Refused  [][]byte `json:"refused"`
	} `json:"canonical"`
	Names both `json:"names"`
	Types both `json:"types"`
	IDs   both `json:"ids"`
	Times both `json:"times"`
	// Padded: what Padmé makes of a length.
	Padded map[string]int64 `json:"padded"`
}

func makeTexts(t *testing.T) (v textVectors) {
	t.Helper()
	v.Canonical.Accepted = []string{
		`{}`, `[]`, `[[],{}]`, `{"":0}`, `"\u0000\u001f\b\t\n\f\r\"\\/"`, "\"\u007f\u2028\u2029\ufffd\ufeff<>&\U0001f392\"",
		`9007199254740991`, `-9007199254740991`, `0`, `{"a":[true,false],"b":{"c":"d"}}`,
		// By UTF-16: what lies beyond the first plane comes before U+E000 and above.
		"{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\ufb33\":7}", `{"10":1,"9":2,"__proto__":3}`,
	}
	for _, s := range []string{
		``, ` `, `null`, `{"a":null}`, `[null]`, `1.5`, `1.0`, `1e2`, `-0`, `01`, `9007199254740992`, `-9007199254740992`, `9007199254740993`,
		`1e400`, `{"a":1,"a":1}`, `{"b":1,"a":1}`, `{"a": 1}`, `{"a":1} `, `{"a":1}{}`, `"\u0061"`, `"\/"`, `"\u000A"`, `"\u001F"`, `"\ud800"`, `"\udc00\ud800"`,
		"\"\xff\"", "\"\xed\xa0\x80\"", "\xef\xbb\xbf{}", "\"\n\"", `'a'`, `{a:1}`, `[1,]`, `NaN`, "{\"\ufb33\":7,\"😀\":6}",
	} {
		v.Canonical.Refused = append(v.Canonical.Refused, []byte(s))
	}
	v.Names = both{[]string{"a", "..", " ", "a\u200d", strings.Repeat("a", 255), strings.Repeat("é", 127), "😀.pdf", "a\ufeff", "\u2028"}, nil}
	for _, n := range badNames() {
		if n != "a\xff" { // JSON cannot say it
			v.Names.Refused = append(v.Names.Refused, n)
		}
	}
	v.Types = both{
		[]string{"", "application/pdf", strings.Repeat("a", 255), strings.Repeat("é", 127), "texte; charset=utf-8"},
		[]string{"a\n", "a\x00", "a\u0085", strings.Repeat("a", 256), strings.Repeat("é", 128)},
	}
	v.IDs = both{
		[]string{safeID, docID, strings.Repeat("7", 25) + "4", strings.Repeat("z", 25) + "y"},
		[]string{"", "a", strings.Repeat("a", 25), strings.Repeat("a", 27), strings.Repeat("a", 25) + "b", strings.Repeat("A", 26), strings.Repeat("a", 25) + "1", strings.Repeat("a", 24) + "==", safeID + "\n", "é" + safeID[2:]},
	}
	v.Times = both{
		[]string{someTime, "2024-02-29T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"},
		[]string{"", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01T10:00:00.0Z", "2026-03-01T10:00:00+00:00", "2026-03-01t10:00:00z", "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T10:00:60Z", "+002026-03-01T10:00:00Z", " " + someTime, someTime + "\n"},
	}
	v.Padded = map[string]int64{}
	for _, n := range []int64{1, 511, 512, 513, 1000, 65535, 65536, 65537, 1 << 20, 1<<20 + 1, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<48 - 1, 1<<48 + 1, 1<<49 - 1, 1<<50 - 12345} {
		v.Padded[strconv.FormatInt(n, 10)] = PaddedSize(n)
	}
	return v
}

// TestTexts holds this package against the lists; vectors.test.ts holds the
// other one.
func TestTexts(t *testing.T) {
	v := makeTexts(t)
	for _, s := range v.Canonical.Accepted {
		if err := DecodeCanonical([]byte(s), new(any)); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range v.Canonical.Refused {
		refused(t, string(s), DecodeCanonical(s, new(any)), ErrForm)
	}
	for what, c := range map[string]struct {
		both  both
		check func(string) error
	}{
		"name": {v.Names, CheckName}, "type": {v.Types, checkType},
		"id": {v.IDs, func(s string) error { return checkID(s) }}, "time": {v.Times, func(s string) error { return checkTime(s) }},
	} {
		for _, s := range c.both.Accepted {
			if err := c.check(s); err != nil {
				t.Errorf("%s %.40q: %v", what, s, err)
			}
		}
		for _, s := range c.both.Refused {
			typedRefusal(t, what+" "+s, c.check(s))
		}
	}
	// What JSON cannot say, and a caller in Go can.
	refused(t, "type", checkType("\xff"), ErrForm)
	refused(t, "text", checkText("\xff", 10), ErrForm)
	refused(t, "name", CheckName("\xff"), ErrName)
	if len(slices.Collect(maps.Keys(v.Padded))) < 10 {
		t.Error("no lengths")
	}
}
