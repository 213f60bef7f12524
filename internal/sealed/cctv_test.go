package sealed

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	agetest "c2sp.org/CCTV/age"
	"filippo.io/age"
)

// vector of c2sp.org/CCTV/age: what any implementation has to read or refuse.
type vector struct {
	expect, payload, passphrase string
	identities                  []string
	file                        []byte
}

func vectors(t *testing.T) map[string]vector {
	t.Helper()
	all := map[string]vector{}
	for _, e := range must(fs.ReadDir(agetest.Vectors, "."))(t) {
		all[e.Name()] = parseVector(t, must(fs.ReadFile(agetest.Vectors, e.Name()))(t))
	}
	if len(all) != 147 { // a folder that moved must not pass for one without faults
		t.Fatalf("%d vectors, want 147", len(all))
	}
	return all
}

func parseVector(t *testing.T, b []byte) (v vector) {
	t.Helper()
	head, file, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok {
		t.Fatal("vector without a file")
	}
	v.file = file
	for line := range strings.SplitSeq(string(head), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "expect":
			v.expect = value
		case "payload":
			v.payload = value
		case "identity":
			v.identities = append(v.identities, value)
		case "passphrase":
			v.passphrase = value
		case "compressed":
			r := must(zlib.NewReader(bytes.NewReader(file)))(t)
			v.file = must(io.ReadAll(r))(t)
		}
	}
	return v
}

// ours tells one hybrid stanza and nothing else without the code under test.
func (v vector) ours() bool {
	header, _, _ := strings.Cut(string(v.file), "\n---")
	return strings.HasPrefix(header, "age-encryption.org/v1\n-> mlkem768x25519 ") && strings.Count(header, "\n-> ") == 1
}

// TestCCTV: of the common vectors ours are those with one hybrid stanza, and
// they are read or refused as they should be; every other one is refused for
// its form, whatever stock age makes of it.
func TestCCTV(t *testing.T) {
	read, refusedForms := 0, 0
	for name, v := range vectors(t) {
		t.Run(name, func(t *testing.T) {
			if !v.ours() {
				refused(t, name, CheckForm(v.file), ErrForm)
				refusedForms++
				return
			}
			id, err := ParseIdentity(v.identities[0])
			if err != nil {
				t.Fatal(err)
			}
			switch plain, err := openAny(v.file, id); v.expect {
			case "success":
				if err != nil || sumHex(plain) != v.payload {
					t.Errorf("%d bytes, %v", len(plain), err)
				}
				read++
			case "no match", "HMAC failure", "header failure", "payload failure":
				if !errors.Is(err, ErrForm) && !errors.Is(err, ErrKey) {
					t.Errorf("want %s: %v", v.expect, err)
				}
			default:
				t.Errorf("nobody knows what %q expects", v.expect)
			}
		})
	}
	if read < 1 || refusedForms < 100 {
		t.Errorf("%d vectors read, %d refused for their form", read, refusedForms)
	}
}

// openAny is open without the lower bound on length: the vectors are short.
func openAny(b []byte, id *Identity) ([]byte, error) {
	if err := CheckForm(b); err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(b), id.key)
	if err != nil {
		return nil, decryptError(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, decryptError(err)
	}
	return plain, nil
}

// TestCCTVStock holds the library that we stand on against the same vectors,
// so that an upgrade which reads a file differently is seen here.
func TestCCTVStock(t *testing.T) {
	for name, v := range vectors(t) {
		if strings.HasPrefix(name, "armor") || strings.HasPrefix(v.expect, "armor") {
			continue // package armor is not used
		}
		t.Run(name, func(t *testing.T) {
			var ids []age.Identity
			for _, s := range v.identities {
				if strings.HasPrefix(s, "AGE-SECRET-KEY-PQ-") {
					ids = append(ids, must(age.ParseHybridIdentity(s))(t))
				} else {
					ids = append(ids, must(age.ParseX25519Identity(s))(t))
				}
			}
			if v.passphrase != "" {
				ids = append(ids, must(age.NewScryptIdentity(v.passphrase))(t))
			}
			r, err := age.Decrypt(bytes.NewReader(v.file), ids...)
			var plain []byte
			if err == nil {
				plain, err = io.ReadAll(r)
			}
			if ok := err == nil; ok != (v.expect == "success") {
				t.Errorf("want %s: %v", v.expect, err)
			}
			if sum := sha256.Sum256(plain); v.expect == "success" && hex.EncodeToString(sum[:]) != v.payload {
				t.Error("other bytes")
			}
		})
	}
}
