package sealed

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every parser: what it accepts encodes to the same bytes, what it refuses is
// one of the package's errors, and nothing panics.

// seeds adds a corpus, and fails when there is none: a folder may have moved.
func seeds[T []byte | string](f *testing.F, all ...T) {
	f.Helper()
	for _, s := range all {
		f.Add(s)
	}
	if len(all) < 3 {
		f.Fatalf("a corpus of %d", len(all))
	}
}

// fromVectors takes one member of every vector of that name.
func fromVectors(f *testing.F, name, member string) (out [][]byte) {
	f.Helper()
	files := must(filepath.Glob("testdata/*-" + name + ".json"))(f)
	if len(files) == 0 {
		f.Fatalf("no vector %s", name)
	}
	for _, file := range files {
		var v map[string]json.RawMessage
		if err := json.Unmarshal(must(os.ReadFile(file))(f), &v); err != nil {
			f.Fatal(err)
		}
		var text string
		b := []byte(v[member])
		if json.Unmarshal(b, &text) == nil {
			b = []byte(text)
			if raw, err := base64.StdEncoding.DecodeString(text); err == nil {
				b = raw
			}
		}
		if len(b) == 0 {
			f.Fatalf("%s has no %s", file, member)
		}
		out = append(out, b)
	}
	return out
}

// sameBytes wants v to be written as it was read.
func sameBytes(t *testing.T, v any, b []byte) {
	t.Helper()
	if again, err := Canonical(v); err != nil || !bytes.Equal(again, b) {
		t.Errorf("%q was accepted and is written %q, %v", b, again, err)
	}
}

func FuzzForm(f *testing.F) {
	all := fromVectors(f, "grant", "sealed")
	for _, b := range otherForms(f, freshIdentity(f)) {
		all = append(all, b[:min(len(b), 4096)])
	}
	seeds(f, all...)
	f.Fuzz(func(t *testing.T, b []byte) {
		err := CheckForm(b)
		if err != nil {
			refused(t, "form", err, ErrForm)
		} else {
			checkSpelling(t, string(b[:HeaderSize]))
		}
		small := CheckSmall(b)
		if small != nil {
			typed(t, small)
		}
		fr := NewFormReader(bytes.NewReader(b), int64(len(b)))
		got, streamed := io.ReadAll(fr)
		if (small == nil) != (streamed == nil) {
			t.Errorf("whole: %v, streamed: %v", small, streamed)
		}
		if streamed == nil && !bytes.Equal(got, b) {
			t.Error("other bytes came through")
		}
	})
}

// checkSpelling builds the header again from what is in it.
func checkSpelling(t *testing.T, header string) {
	t.Helper()
	parts := strings.FieldsFunc(header, func(r rune) bool { return r == ' ' || r == '\n' })
	raw := base64.RawStdEncoding.Strict()
	enc, err1 := raw.DecodeString(parts[3])
	body, err2 := raw.DecodeString(parts[4])
	mac, err3 := raw.DecodeString(parts[6])
	again := fmt.Sprintf("age-encryption.org/v1\n-> mlkem768x25519 %s\n%s\n--- %s\n", raw.EncodeToString(enc), raw.EncodeToString(body), raw.EncodeToString(mac))
	if errors.Join(err1, err2, err3) != nil || again != header || len(enc) != 1120 || len(body) != 32 || len(mac) != 32 {
		t.Errorf("%q was accepted and is written %q", header, again)
	}
}

// FuzzDocument gives the bytes as they come, with a hash that fits them: what
// opens was sealed by a holder of the key.
func FuzzDocument(f *testing.F) {
	d := sealSome(f, 1000)
	long := sealSome(f, 70000)
	seeds(f, d.sealed, d.sealed[:len(d.sealed)-1], long.sealed, d.sealed[:HeaderSize+16], []byte("age-encryption.org/v1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := d.open(b, refOf(b, sizeOf(int64(len(b)))))
		if err != nil {
			typed(t, err)
			return
		}
		if !bytes.Equal(b, d.sealed) || !bytes.HasPrefix(d.plain, got[:min(len(got), 1000)]) {
			t.Errorf("%d bytes that nobody sealed were opened", len(got))
		}
	})
}

// FuzzGrant gives the file under the seal.
func FuzzGrant(f *testing.F) {
	g := sealSomeGrant(f)
	slip := must(open(must(SealSlip(someSlip(g.reader.Recipient()), g.key, g.reader.Recipient()))(f), g.reader))(f)
	seeds(f, g.plain(f), slip, []byte("# a b c\n"+g.key.Reveal()+"\n"), bytes.Repeat([]byte("\n"), 512))
	f.Fuzz(func(t *testing.T, plain []byte) {
		l, err := parseLine(plain)
		if err != nil {
			typed(t, err)
			return
		}
		again := fmt.Appendf(nil, "# %s %s %s\n%s\n", l.mark, l.proof, l.payload, l.key.Reveal())
		if !bytes.Equal(padLF(again, int64(toBlock(len(again)))), plain) {
			t.Fatalf("%q was accepted and is written %q", plain, again)
		}
		got, err := l.opened(g.reader, l.mark == markSlip)
		if err != nil {
			typed(t, err)
			return
		}
		sameBytes(t, got.Grant, l.payload)
	})
}

// FuzzGrantPayload gives what is under the signature, signed by the safe.
func FuzzGrantPayload(f *testing.F) {
	g := sealSomeGrant(f)
	all := append(fromVectors(f, "grant", "grant"), fromVectors(f, "slip", "grant")...)
	for _, spoil := range badGrants() {
		bad := g.grant
		spoil(&bad)
		if b, err := Canonical(bad); err == nil {
			all = append(all, b)
		}
	}
	seeds(f, append(all, must(Canonical(g.grant))(f))...)
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, slip := range []bool{false, true} {
			got, err := (line{payload: payload, key: g.key}).opened(g.reader, slip)
			if err != nil {
				typed(t, err)
				continue
			}
			sameBytes(t, got.Grant, payload)
			if err := got.Grant.check(!slip); err == nil {
				t.Error("a slip that is a grant")
			}
		}
	})
}

func FuzzContainer(f *testing.F) {
	var all [][]byte
	for _, b := range append(fromVectors(f, "keyring", "container"), fromVectors(f, "succession", "container")...) {
		var c Container
		if err := json.Unmarshal(b, &c); err != nil {
			f.Fatal(err)
		}
		all = append(all, must(Canonical(c))(f))
	}
	p := NewSecret()
	seeds(f, append(all, []byte(`{"copies":[],"epoch":1,"recipient":"","safe":"","suite":1,"vk":""}`))...)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Container
		err := DecodeCanonical(b, &c)
		if err != nil {
			refused(t, "container", err, ErrForm)
			return
		}
		sameBytes(t, c, b)
		if err := c.Check(); err != nil {
			typed(t, err)
		}
		if _, err = OpenKeyring(c, p); err == nil {
			t.Fatal("opened with a secret that nobody has")
		}
		typed(t, err)
	})
}

// FuzzKeyring gives the payload under seal and signature.
func FuzzKeyring(f *testing.F) {
	seeds(f, append(append(fromVectors(f, "keyring", "keyring"), fromVectors(f, "succession", "keyring")...), []byte(`{"suite":2}`), []byte(`{}`))...)
	f.Fuzz(func(t *testing.T, b []byte) {
		var p keyringPayload
		err := decodeSuite(b, &p, func() int { return p.Suite })
		if err == nil {
			_, err = newKeyring(p, b)
		}
		if err != nil {
			typed(t, err)
			return
		}
		sameBytes(t, p, b)
	})
}

// FuzzChange gives what a root signs for whoever keeps the safe.
func FuzzChange(f *testing.F) {
	bare := Change{Suite: Suite, Safe: safeID, Epoch: 2, Match: sumHex(nil), Manifest: sumHex(nil)}
	seeds(f, append(fromVectors(f, "change", "change"), must(bare.encode())(f), []byte(`{"suite":2}`))...)
	root := NewRootKey(NewSecret())
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Change
		if err := DecodeCanonical(b, &c); err != nil {
			refused(t, "change", err, ErrForm)
			return
		}
		sig, err := c.Sign(root)
		if err != nil {
			typed(t, err)
			return
		}
		if err := c.Verify(root.VK(), sig); err != nil {
			t.Errorf("what was signed does not verify: %v", err)
		}
		again, err := c.encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q was accepted and is signed as %q", b, again)
		}
	})
}

// FuzzManifest gives the payload under seal and signature.
func FuzzManifest(f *testing.F) {
	all := fromVectors(f, "manifest", "manifest")
	for _, spoil := range badManifests() {
		m := someManifest()
		spoil(&m)
		if b, err := Canonical(m); err == nil {
			all = append(all, b)
		}
	}
	seeds(f, all...)
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Manifest
		err := decodeSuite(b, &m, func() int { return m.Suite })
		if err == nil {
			err = m.check()
		}
		if err != nil {
			typed(t, err)
			return
		}
		sameBytes(t, m, b)
	})
}

// FuzzSigned gives signed bytes to every context.
func FuzzSigned(f *testing.F) {
	root := NewRootKey(counting())
	signed := root.Sign(contextGrant, []byte("{}"))
	seeds(f, signed, signed[:64], root.Sign(contextKeyring, []byte("{}")), nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, context := range []string{contextKeyring, contextManifest, contextGrant} {
			payload, err := root.VK().Open(context, b)
			if err != nil {
				refused(t, context, err, ErrSignature)
				continue
			}
			if !bytes.Equal(root.Sign(context, payload), b) {
				t.Error("a signature with two spellings")
			}
		}
		if vk, err := ParseVK(b); err != nil {
			typed(t, err)
		} else if !bytes.Equal(vk[:], b) {
			t.Error("a key with two spellings")
		}
	})
}

// FuzzWords: whatever is typed is a secret that writes and reads back, or a
// WordsError that says what to mend.
func FuzzWords(f *testing.F) {
	seeds(f, countingFR, countingEN, phraseFR, PaperQR(counting()), "abaisser abandon", "", "\xff\xfe", "COFFRE1:")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePaper(s)
		if err == nil {
			for _, lang := range []string{"fr", "en"} {
				written := must(PaperWords(p, lang))(t)
				if again, err := ParsePaper(strings.Join(written, " ")); err != nil || again != p {
					t.Fatalf("%q: %v", written, err)
				}
			}
		} else {
			wordsError(t, err)
		}
		p, err = ParsePassphrase(s)
		if err != nil {
			wordsError(t, err)
		} else if p == (Secret{}) {
			t.Error("no secret")
		}
	})
}

func wordsError(t *testing.T, err error) {
	t.Helper()
	var w *WordsError
	if !errors.As(err, &w) || !errors.Is(err, ErrKey) || w.Index < 0 || w.Index > w.Count {
		t.Errorf("%v is no WordsError", err)
	}
}

// FuzzKeys: identities and recipients have one spelling.
func FuzzKeys(f *testing.F) {
	id := must(IdentityFromSeed(counting()))(f)
	seeds(f, id.Reveal(), strings.ToLower(id.Reveal()), id.Recipient().String(), strings.ToUpper(id.Recipient().String()), "age1pq1", "")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := ParseIdentity(s); err != nil {
			refused(t, "identity", err, ErrKey)
		} else if got.Reveal() != s {
			t.Errorf("%q is written %q", s, got.Reveal())
		}
		if got, err := ParseRecipient(s); err != nil {
			refused(t, "recipient", err, ErrForm)
		} else if got.String() != s {
			t.Errorf("%q is written %q", s, got)
		}
	})
}
