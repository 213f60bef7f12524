package sealed

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"filippo.io/age/armor"
	"pgregory.net/rapid"
)

func TestPadme(t *testing.T) {
	for n, want := range map[int64]int64{
		0: 0, 1: 1, 2: 2, 3: 3, 8: 8, 9: 10, 100: 104, 512: 512, 513: 544, 1000: 1024, 65536: 65536, 65537: 67584,
		1 << 30: 1 << 30, 1<<30 + 1: 1<<30 + 1<<25,
	} {
		if got := Padme(n); got != want {
			t.Errorf("Padmé of %d is %d, want %d", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(2, 1<<52).Draw(t, "n")
		p := Padme(n)
		if p < n || 100*(p-n) > 12*n || Padme(p) != p || Padme(n-1) > p {
			t.Fatalf("Padmé of %d is %d", n, p)
		}
	})
	if PaddedSize(1) != 512 || PaddedSize(512) != 512 || SealedSize(1) != 1627+16+512+16 || SealedSize(65537) != 1627+16+67584+32 {
		t.Error("the smallest documents tell their size")
	}
}

// sealTo is a file for any recipients: what somebody else's age would make.
func sealTo(t testing.TB, plain []byte, to ...age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w := must(age.Encrypt(&b, to...))(t)
	must(w.Write(plain))(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// strange adds a stanza of its own.
type strange struct{ kind, arg string }

func (s strange) Wrap([]byte) ([]*age.Stanza, error) {
	return []*age.Stanza{{Type: s.kind, Args: []string{s.arg}, Body: make([]byte, 32)}}, nil
}

func (s strange) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	st, err := s.Wrap(fileKey)
	return st, []string{"postquantum"}, err
}

// otherForms are files that stock age may well open, and that we refuse (T9).
func otherForms(t testing.TB, id *Identity) map[string][]byte {
	t.Helper()
	hybrid := id.Recipient().key
	plain := make([]byte, 512)
	scrypt := must(age.NewScryptRecipient("abaisser"))(t)
	scrypt.SetWorkFactor(4)
	good := sealTo(t, plain, hybrid)
	var armored bytes.Buffer
	w := armor.NewWriter(&armored)
	must(w.Write(good))(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfterN(string(good), "\n", 4)
	return map[string][]byte{
		"X25519":              sealTo(t, plain, must(age.GenerateX25519Identity())(t).Recipient()),
		"scrypt":              sealTo(t, plain, scrypt),
		"two hybrid stanzas":  sealTo(t, plain, hybrid, freshIdentity(t).Recipient().key),
		"the same one twice":  sealTo(t, plain, hybrid, hybrid),
		"X25519 beside":       sealTo(t, plain, hybrid, strange{"X25519", strings.Repeat("A", 43)}),
		"unknown before":      sealTo(t, plain, strange{"abc-grease", "x"}, hybrid),
		"unknown after":       sealTo(t, plain, hybrid, strange{"abc-grease", "x"}),
		"unknown only":        sealTo(t, plain, strange{"mlkem1024", "x"}),
		"armor":               armored.Bytes(),
		"oversized header":    sealTo(t, plain, hybrid, strange{"long", strings.Repeat("x", 1<<20)}),
		"CRLF":                []byte(strings.ReplaceAll(lines[0]+lines[1]+lines[2], "\n", "\r\n") + lines[3]),
		"other version":       replace(t, good, "/v1\n", "/v2\n"),
		"extra argument":      replace(t, good, "\n-> mlkem768x25519 ", "\n-> mlkem768x25519 x "),
		"extra space":         replace(t, good, "-> mlkem768x25519 ", "-> mlkem768x25519  "),
		"something before":    append([]byte("\n"), good...),
		"stanza in capitals":  replace(t, good, "mlkem768x25519", "MLKEM768X25519"),
		"nothing":             nil,
		"text":                []byte(strings.Repeat("bonjour ", 400)),
		"header cut":          good[:HeaderSize-1],
		"no MAC":              replace(t, good, "\n--- ", "\n---\n"),
		"stanza of one line":  []byte(lines[0] + lines[1] + strings.TrimPrefix(lines[3], lines[2])),
		"base64 with padding": replace(t, good, "\n--- ", "=\n--- "),
	}
}

func TestFormRefusesEverythingButOneHybridStanza(t *testing.T) {
	id := freshIdentity(t)
	good := sealTo(t, make([]byte, 512), id.Recipient().key)
	if err := CheckForm(good); err != nil {
		t.Fatal(err)
	}
	if plain, err := open(good, id); err != nil || len(plain) != 512 {
		t.Fatalf("%d bytes, %v", len(plain), err)
	}
	for name, b := range otherForms(t, id) {
		refused(t, name, CheckForm(b), ErrForm)
		_, err := open(b, id)
		refused(t, name+" opened", err, ErrForm)
		_, err = io.ReadAll(NewFormReader(bytes.NewReader(b), int64(len(b))))
		if !errors.Is(err, ErrForm) && !errors.Is(err, ErrLength) {
			t.Errorf("%s streamed: %v", name, err)
		}
	}
}

// TestHeaderHasOneSpelling: any byte of the header that is changed is either
// seen by the form or by the header's own MAC.
func TestHeaderHasOneSpelling(t *testing.T) {
	id := freshIdentity(t)
	good := sealTo(t, make([]byte, 512), id.Recipient().key)
	ends := []int{len("age-encryption.org/v1\n-> mlkem768x25519 ") + 1493, HeaderSize - 2, HeaderSize - 2 - 43 - 5}
	for _, at := range append(ends, 0, 21, 22, 40, 800, HeaderSize-1) {
		for c := range 256 {
			bad := bytes.Clone(good)
			if bad[at] == byte(c) {
				continue
			}
			bad[at] = byte(c)
			_, err := open(bad, id)
			if !errors.Is(err, ErrForm) && !errors.Is(err, ErrKey) {
				t.Fatalf("byte %d as %d: %v", at, c, err)
			}
		}
	}
}

// TestFormAloneRefuses: a gateway has no key, so age's own parser does not
// help it. Each byte of the header, as anything that is not its alphabet.
func TestFormAloneRefuses(t *testing.T) {
	good := sealTo(t, make([]byte, 512), freshIdentity(t).Recipient().key)
	const first = len("age-encryption.org/v1\n-> mlkem768x25519 ")
	ends := map[int]string{first + 1493: "BCDh/", first + 1494 + 1 + 42: "BCDh/", HeaderSize - 2: "BCDh/"}
	for at := range HeaderSize {
		wrong := "\x00\x1f\n\r =-_!\x80\xff" + ends[at]
		for i := range len(wrong) {
			bad := bytes.Clone(good)
			if bad[at] == wrong[i] {
				continue
			}
			bad[at] = wrong[i]
			if err := CheckForm(bad); !errors.Is(err, ErrForm) {
				t.Fatalf("byte %d as %q: %v", at, wrong[i], err)
			}
		}
	}
}

// TestErrorsAreNoOracle: whatever is damaged after the form, the words are the
// same two (T14).
func TestErrorsAreNoOracle(t *testing.T) {
	id := freshIdentity(t)
	good := sealTo(t, make([]byte, 70000), id.Recipient().key)
	said := map[string]int{}
	for at := len("age-encryption.org/v1\n-> mlkem768x25519 "); at < len(good); at += 97 {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		_, err := open(bad, id)
		if err == nil {
			t.Fatalf("byte %d changed and nobody noticed", at)
		}
		typed(t, err)
		said[err.Error()]++
	}
	delete(said, CheckForm([]byte("x")).Error())
	if len(said) > 2 {
		t.Errorf("different words for different damage: %v", said)
	}
}

func TestSmallObjectsHaveAPlausibleLength(t *testing.T) {
	id := freshIdentity(t)
	for _, n := range []int{512, 513, 65535, 65536, 65537, 131072, 131073} {
		good := sealTo(t, make([]byte, n), id.Recipient().key)
		if err := CheckSmall(good); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if int64(len(good)) != ageSize(int64(n)) {
			t.Errorf("%d bytes are sealed in %d", n, len(good))
		}
	}
	for _, n := range []int{0, 1, 511} {
		refused(t, fmt.Sprint(n), CheckSmall(sealTo(t, make([]byte, n), id.Recipient().key)), ErrLength)
	}
	good := sealTo(t, make([]byte, 65536), id.Recipient().key)
	for more := 1; more <= 16; more++ { // a chunk that holds nothing but its tag
		refused(t, fmt.Sprint(more), CheckSmall(append(bytes.Clone(good), make([]byte, more)...)), ErrLength)
	}
}

func TestFormReader(t *testing.T) {
	id := freshIdentity(t)
	good := sealTo(t, make([]byte, 67584), id.Recipient().key)
	n := int64(len(good))
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"as it comes": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
		"data with EOF": iotest.DataErrReader, "half": iotest.HalfReader,
	} {
		f := NewFormReader(wrap(bytes.NewReader(good)), n)
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, good) || f.Sum() != sha256.Sum256(good) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	for name, c := range map[string]struct {
		b      []byte
		length int64
		want   error
		passed int // most bytes that may have been passed on
	}{
		"one byte missing":     {good[:n-1], n, ErrLength, int(n)},
		"one byte more":        {append(bytes.Clone(good), 0), n, ErrLength, int(n)},
		"ends in its header":   {good[:1000], n, ErrLength, 0},
		"nothing":              {nil, n, ErrLength, 0},
		"one more announced":   {good, n + 1, ErrLength, int(n)},
		"impossible length":    {good, HeaderSize + nonceSize + tagSize + 511, ErrLength, 0},
		"chunk without bytes":  {good, ageSize(65536) + 16, ErrLength, 0},
		"negative length":      {good, -1, ErrLength, 0},
		"length of the header": {good, HeaderSize, ErrLength, 0},
		"no age file":          {bytes.Repeat([]byte("x"), int(n)), n, ErrForm, 0},
	} {
		got, err := io.ReadAll(NewFormReader(bytes.NewReader(c.b), c.length))
		refused(t, name, err, c.want)
		if len(got) > c.passed {
			t.Errorf("%s: %d bytes were passed on", name, len(got))
		}
	}
	broken := errors.New("cut")
	for _, at := range []int{0, 100, HeaderSize, HeaderSize + 1000} {
		_, err := io.ReadAll(NewFormReader(io.MultiReader(bytes.NewReader(good[:at]), iotest.ErrReader(broken)), n))
		refused(t, fmt.Sprintf("cut at %d", at), err, broken)
	}
	f := NewFormReader(bytes.NewReader(good[:n-1]), n)
	_, _ = io.ReadAll(f)
	_, err := f.Read(make([]byte, 1))
	refused(t, "read again after the error", err, ErrLength)
}
