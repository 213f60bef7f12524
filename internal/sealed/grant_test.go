package sealed

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// granting is a signed grant and everything around it.
type granting struct {
	root   RootKey
	reader *Identity
	key    *Identity
	grant  Grant
	sealed []byte
}

func someGrant(to *Recipient) Grant {
	index := int64(7)
	return Grant{
		Suite: 1, Safe: safeID, Doc: docID, Version: versID, SHA256: strings.Repeat("ab", 32), Sealed: SealedSize(1234), Size: 1234,
		Name: "Facture d’été.pdf", Type: "application/pdf", Created: someTime, Reader: readerID, Recipient: to.Fingerprint(),
		Index: &index, Purpose: "Inscription à l’école", Procedure: "inscription", Service: "etat-civil", NotAfter: "2027-03-01T10:00:00Z",
	}
}

func someSlip(to *Recipient) Grant {
	g := someGrant(to)
	g.Index, g.Purpose, g.Procedure, g.Service, g.NotAfter = nil, "", "", "", ""
	g.Reader, g.Origin, g.Door = g.Safe, readerID, "gateway"
	return g
}

func sealSomeGrant(t testing.TB) granting {
	t.Helper()
	g := granting{root: NewRootKey(NewSecret()), reader: freshIdentity(t), key: freshIdentity(t)}
	g.grant = someGrant(g.reader.Recipient())
	g.sealed = must(SealGrant(g.grant, g.root, g.key, g.reader.Recipient()))(t)
	return g
}

// reseal is what somebody does who can open the grant and seal, but not sign.
func (g granting) reseal(t testing.TB, plain []byte) []byte {
	t.Helper()
	return must(seal(plain, g.reader.Recipient()))(t)
}

func (g granting) plain(t testing.TB) []byte {
	t.Helper()
	return must(open(g.sealed, g.reader))(t)
}

func TestGrantGivesKeyAndWhatWasSigned(t *testing.T) {
	g := sealSomeGrant(t)
	got := must(OpenGrant(g.sealed, g.reader, g.root.VK()))(t)
	if !reflect.DeepEqual(got.Grant, g.grant) || got.Key.Reveal() != g.key.Reveal() || got.Slip {
		t.Errorf("%+v", got)
	}
	if ref := got.Grant.Ref(); ref != (DocumentRef{g.grant.SHA256, g.grant.Sealed, g.grant.Size}) {
		t.Errorf("%+v", ref)
	}
}

// TestGrantFile is SPEC.md §6 to the byte.
func TestGrantFile(t *testing.T) {
	g := sealSomeGrant(t)
	payload := must(Canonical(g.grant))(t)
	sig := g.root.Sign("coffre/v1/grant", payload)[:64]
	want := fmt.Sprintf("# coffre/v1/grant %s %s\n%s\n", base64.StdEncoding.EncodeToString(sig), payload, g.key.Reveal())
	plain := g.plain(t)
	if len(plain)%512 != 0 || !bytes.HasPrefix(plain, []byte(want)) || strings.Trim(string(plain[len(want):]), "\n") != "" || len(plain)-len(want) >= 512 {
		t.Errorf("%d bytes: %q", len(plain), plain)
	}
	slip := someSlip(g.reader.Recipient())
	plain = must(open(must(SealSlip(slip, g.key, g.reader.Recipient()))(t), g.reader))(t)
	want = fmt.Sprintf("# coffre/v1/deposit - %s\n%s\n", must(Canonical(slip))(t), g.key.Reveal())
	if len(plain)%512 != 0 || !bytes.HasPrefix(plain, []byte(want)) {
		t.Errorf("slip: %q", plain)
	}
}

// TestGrantLengthTellsLittle: names of any length give files of few lengths.
func TestGrantLengthTellsLittle(t *testing.T) {
	root, reader, key := NewRootKey(NewSecret()), freshIdentity(t), freshIdentity(t)
	rapid.Check(t, func(t *rapid.T) {
		g := someGrant(reader.Recipient())
		g.Name = rapid.StringMatching(`[a-zé€😀]{1,60}`).Draw(t, "name")
		g.Purpose = rapid.StringN(0, 300, -1).Draw(t, "purpose")
		b, err := SealGrant(g, root, key, reader.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if (len(b)-HeaderSize-32)%512 != 0 {
			t.Fatalf("%d bytes", len(b))
		}
		got, err := OpenGrant(b, reader, root.VK())
		if err != nil || !reflect.DeepEqual(got.Grant, g) {
			t.Fatalf("%+v, %v", got.Grant, err)
		}
	})
}

func TestGrantRefusesOtherSignersAndReaders(t *testing.T) {
	g := sealSomeGrant(t)
	_, err := OpenGrant(g.sealed, g.reader, NewRootKey(NewSecret()).VK())
	refused(t, "another signer", err, ErrSignature)
	_, err = OpenGrant(g.sealed, freshIdentity(t), g.root.VK())
	refused(t, "another reader", err, ErrKey)
	// Passed on: the reader seals what it opened to somebody else.
	other := freshIdentity(t)
	_, err = OpenGrant(must(seal(g.plain(t), other.Recipient()))(t), other, g.root.VK())
	refused(t, "passed on", err, ErrMismatch)
	_, err = SealGrant(g.grant, g.root, g.key, other.Recipient())
	refused(t, "sealed to another than it says", err, ErrMismatch)
	later := g.root.VK()
	later[0] = 2
	_, err = OpenGrant(g.sealed, g.reader, later)
	refused(t, "a key of a later suite", err, ErrSuite)
	for name, b := range otherForms(t, g.reader) {
		_, err = OpenGrant(b, g.reader, g.root.VK())
		refused(t, name, err, ErrForm)
		_, err = OpenSlip(b, g.reader)
		refused(t, name, err, ErrForm)
	}
}

// TestGrantLineIsSigned (T4, T5, T7): every byte of it.
func TestGrantLineIsSigned(t *testing.T) {
	g := sealSomeGrant(t)
	plain := g.plain(t)
	end := bytes.IndexByte(plain, '\n')
	for at := range end {
		bad := bytes.Clone(plain)
		if bad[at] ^= 1; bad[at] == '\n' {
			continue
		}
		_, err := g.openPlain(t, bad)
		if err == nil {
			t.Fatalf("byte %d of %q changed and nobody noticed", at, plain[:end])
		}
		typed(t, err)
	}
	for old, with := range map[string]string{
		`"doc":"b`: `"doc":"c`, `"safe":"a`: `"safe":"b`, `"version":"c`: `"version":"d`, `"reader":"d`: `"reader":"e`, `"size":1234`: `"size":1235`,
		"Facture": "Bacture", "application/pdf": "application/png", `"index":7`: `"index":8`, `"notAfter":"2027`: `"notAfter":"2028`,
		`"sha256":"ab`: `"sha256":"bb`, `"created":"2026`: `"created":"2025`, `"purpose":"I`: `"purpose":"J`,
	} {
		_, err := g.openPlain(t, replace(t, plain, old, with))
		refused(t, old, err, ErrSignature)
	}
}

func (g granting) openPlain(t testing.TB, plain []byte) (OpenedGrant, error) {
	return OpenGrant(g.reseal(t, plain), g.reader, g.root.VK())
}

// TestGrantFileHasOneSpelling: what stock age would read all the same.
func TestGrantFileHasOneSpelling(t *testing.T) {
	g := sealSomeGrant(t)
	plain := g.plain(t)
	key := g.key.Reveal()
	sig := string(bytes.Fields(plain)[2])
	for name, bad := range map[string][]byte{
		"one block more":         append(bytes.Clone(plain), bytes.Repeat([]byte("\n"), 512)...),
		"padding of spaces":      append(bytes.Clone(plain[:len(plain)-1]), ' '),
		"padding cut":            append(bytes.TrimRight(bytes.Clone(plain), "\n"), "\n"...),
		"another comment":        replace(t, plain, "# coffre", "# #offre"),
		"two spaces":             replace(t, plain, "# coffre", "#  coffre"),
		"no space":               replace(t, plain, "# coffre", "#coffre"),
		"key in lower case":      replace(t, plain, key, strings.ToLower(key)),
		"no key":                 replace(t, plain, key, strings.Repeat("A", len(key))),
		"two keys":               replace(t, plain, key+"\n", key+"\n"+key+"\n"),
		"CR after the key":       replace(t, plain, key+"\n\n", key+"\r\n"),
		"space before the key":   replace(t, plain, "\n"+key+"\n\n", "\n "+key+"\n"),
		"CR in the signature":    replace(t, plain, sig, sig[:10]+"\r"+sig[10:]),
		"signature, no padding":  replace(t, plain, "== {", " {"),
		"signature, spare bits":  replace(t, plain, sig, spareBits(sig)),
		"signature of 63 bytes":  replace(t, plain, sig, base64.StdEncoding.EncodeToString(make([]byte, 63))),
		"a deposit's mark":       replace(t, plain, "coffre/v1/grant", "coffre/v1/deposit"),
		"a manifest's mark":      replace(t, plain, "coffre/v1/grant", "coffre/v1/manifest"),
		"a slip's proof":         replace(t, plain, sig, "-"),
		"an X25519 key":          replace(t, plain, key, "AGE-SECRET-KEY-1"+key[19:]),
		"nothing but line feeds": bytes.Repeat([]byte("\n"), 512),
		"no line":                bytes.Repeat([]byte("x"), 512),
	} {
		if n := len(bad) % 512; n != 0 && !strings.Contains(name, "cut") { // keep the length, so that it is not what is refused
			if bytes.HasSuffix(bad, []byte("\n")) && n < 100 {
				bad = bytes.TrimRight(bad, "\n")
			}
			bad = padLF(bad, int64(toBlock(len(bad)+1)))
		}
		if len(bad) < 512 {
			bad = padLF(bad, 1023)
		}
		_, err := g.openPlain(t, bad)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		typed(t, err)
	}
}

// spareBits writes a base64 text with other bits where none are read.
func spareBits(s string) string {
	at := strings.IndexByte(s, '=') - 1
	i := strings.IndexByte(base64Alphabet, s[at])
	return s[:at] + string(base64Alphabet[i+1]) + s[at+1:]
}

// badGrants are payloads that the holder's own root would sign: a client that
// has a mistake must not spread it.
func badGrants() map[string]func(*Grant) {
	return map[string]func(*Grant){
		"id":                   func(g *Grant) { g.Doc = "bbbbbbbbbbbbbbbbbbbbbbbbbb" },
		"id in capitals":       func(g *Grant) { g.Safe = strings.ToUpper(g.Safe) },
		"short id":             func(g *Grant) { g.Version = g.Version[1:] },
		"no reader":            func(g *Grant) { g.Reader = "" },
		"hash in capitals":     func(g *Grant) { g.SHA256 = strings.ToUpper(g.SHA256) },
		"short hash":           func(g *Grant) { g.SHA256 = g.SHA256[2:] },
		"no created":           func(g *Grant) { g.Created = "" },
		"time with fraction":   func(g *Grant) { g.Created = "2026-03-01T10:00:00.0Z" },
		"time with offset":     func(g *Grant) { g.Created = "2026-03-01T10:00:00+00:00" },
		"30 February":          func(g *Grant) { g.NotAfter = "2026-02-30T10:00:00Z" },
		"empty":                func(g *Grant) { g.Size = 0 },
		"negative":             func(g *Grant) { g.Size = -1 },
		"empty, sealed as one": func(g *Grant) { g.Size, g.Sealed = 0, SealedSize(1) },
		"sealed length":        func(g *Grant) { g.Sealed++ },
		"long purpose":         func(g *Grant) { g.Purpose = strings.Repeat("a", 1001) },
		"long procedure":       func(g *Grant) { g.Procedure = strings.Repeat("€", 1001) },
		"long service":         func(g *Grant) { g.Service = strings.Repeat("😀", 501) },
		"purpose not UTF-8":    func(g *Grant) { g.Purpose = "\xff" },
		"long type":            func(g *Grant) { g.Type = strings.Repeat("é", 128) },
		"type with a line":     func(g *Grant) { g.Type = "text/html\r\n" },
		"type not UTF-8":       func(g *Grant) { g.Type = "\xff" },
		"negative index":       func(g *Grant) { i := int64(-1); g.Index = &i },
		"a slip's origin":      func(g *Grant) { g.Origin = readerID },
		"a slip's door":        func(g *Grant) { g.Door = "gateway" },
		"fingerprint too long": func(g *Grant) { g.Recipient += "ab" },
	}
}

func badNames() []string {
	return []string{
		"", strings.Repeat("a", 256), strings.Repeat("é", 128), "a/b", `a\b`, "a\x00", "a\nb", "a\x7f", "a\u0080", "a\xff", strings.Repeat("x", 4096),
	}
}

func TestGrantRefusesToSignNonsense(t *testing.T) {
	root, reader, key := NewRootKey(NewSecret()), freshIdentity(t), freshIdentity(t)
	for name, spoil := range badGrants() {
		g := someGrant(reader.Recipient())
		spoil(&g)
		_, err := SealGrant(g, root, key, reader.Recipient())
		typedRefusal(t, name, err)
	}
	for _, name := range badNames() {
		g := someGrant(reader.Recipient())
		g.Name = name
		_, err := SealGrant(g, root, key, reader.Recipient())
		refused(t, fmt.Sprintf("name %.20q", name), err, ErrName)
	}
	for _, name := range []string{"a", strings.Repeat("a", 255), strings.Repeat("é", 127), "..", "a\u200d", "con.txt", " "} {
		if err := CheckName(name); err != nil || !utf8.ValidString(name) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, suite := range []int{0, 2, -1} {
		g := someGrant(reader.Recipient())
		g.Suite = suite
		_, err := SealGrant(g, root, key, reader.Recipient())
		refused(t, fmt.Sprint("suite ", suite), err, ErrSuite)
	}
	g := someGrant(reader.Recipient())
	g.Purpose, g.Procedure, g.Service = strings.Repeat("a", 1000), strings.Repeat("€", 1000), strings.Repeat("😀", 500)
	must(SealGrant(g, root, key, reader.Recipient()))(t)
}

func typedRefusal(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: accepted", what)
		return
	}
	typed(t, err)
}

// TestGrantIsCheckedThoughSigned: a signature makes nonsense no better.
func TestGrantIsCheckedThoughSigned(t *testing.T) {
	s := sealSomeGrant(t)
	signed := func(payload []byte) error {
		sig := base64.StdEncoding.EncodeToString(s.root.Sign(contextGrant, payload)[:64])
		b := must(sealLine(contextGrant, sig, payload, s.key, s.reader.Recipient()))(t)
		_, err := OpenGrant(b, s.reader, s.root.VK())
		return err
	}
	if err := signed(must(Canonical(s.grant))(t)); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range badGrants() {
		g := s.grant
		spoil(&g)
		if b, err := Canonical(g); err == nil {
			typedRefusal(t, name, signed(b))
		}
	}
	good := must(Canonical(s.grant))(t)
	for _, c := range []struct {
		old, with string
		want      error
	}{
		{`"suite":1`, `"suite":2`, ErrSuite},
		{`"suite":1`, `"more":"members","suite":2`, ErrSuite},
		{`"suite":1`, `"suite":0`, ErrSuite},
		{`"suite":1`, `"suite":1,"suite":1`, ErrForm},
		{`"suite":1`, `"suite":1,"x":1`, ErrForm},
		{`"suite":1`, `"suite": 1`, ErrForm},
		{`"suite":1,`, ``, ErrForm},
		{`"purpose":"Inscription à l’école"`, `"purpose":""`, ErrForm},
		{`"index":7`, `"index":null`, ErrForm},
		{`"index":7`, `"index":9007199254740992`, ErrForm},
	} {
		refused(t, c.with, signed(replace(t, good, c.old, c.with)), c.want)
	}
	refused(t, "a word", signed([]byte(`"x"`)), ErrForm)
}

// TestSlipIsNoGrant (T3): what comes from outside never passes for signed.
func TestSlipIsNoGrant(t *testing.T) {
	s := sealSomeGrant(t)
	to := s.reader.Recipient()
	slip := someSlip(to)
	b := must(SealSlip(slip, s.key, to))(t)
	got := must(OpenSlip(b, s.reader))(t)
	if !got.Slip || !reflect.DeepEqual(got.Grant, slip) || got.Key.Reveal() != s.key.Reveal() {
		t.Errorf("%+v", got)
	}
	_, err := OpenGrant(b, s.reader, s.root.VK())
	refused(t, "a slip as a grant", err, ErrSignature)
	_, err = OpenSlip(s.sealed, s.reader)
	refused(t, "a grant as a slip", err, ErrForm)
	_, err = OpenSlip(b, freshIdentity(t))
	refused(t, "another safe", err, ErrKey)
	other := freshIdentity(t)
	_, err = OpenSlip(must(seal(must(open(b, s.reader))(t), other.Recipient()))(t), other)
	refused(t, "passed on", err, ErrMismatch)
	_, err = OpenSlip(s.reseal(t, replace(t, must(open(b, s.reader))(t), "deposit - {", "deposit + {")), s.reader)
	refused(t, "another proof", err, ErrForm)
	_, err = OpenSlip(must(sealLine(contextGrant, "-", must(Canonical(slip))(t), s.key, to))(t), s.reader)
	refused(t, "a slip under a grant's mark", err, ErrForm)
	for name, spoil := range map[string]func(*Grant){
		"purpose": func(g *Grant) { g.Purpose = "x" }, "procedure": func(g *Grant) { g.Procedure = "x" }, "service": func(g *Grant) { g.Service = "x" },
		"end": func(g *Grant) { g.NotAfter = someTime }, "index": func(g *Grant) { g.Index = new(int64) }, "no door": func(g *Grant) { g.Door = "" },
		"client door": func(g *Grant) { g.Door = "client" }, "no origin": func(g *Grant) { g.Origin = "" }, "another reader": func(g *Grant) { g.Reader = readerID },
	} {
		g := slip
		spoil(&g)
		_, err := SealSlip(g, s.key, to)
		refused(t, name, err, ErrForm)
		payload := must(Canonical(g))(t)
		_, err = OpenSlip(must(sealLine(markSlip, "-", payload, s.key, to))(t), s.reader)
		refused(t, name+" opened", err, ErrForm)
	}
	_, err = SealSlip(slip, s.key, freshIdentity(t).Recipient())
	refused(t, "sealed to another than it says", err, ErrMismatch)
}
