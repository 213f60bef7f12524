package client

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const universityID = "ddddddddddddddddddddddddda"

// university has replaced its key once, at noon.
type university struct {
	former, root sealed.RootKey
	keys         []OfficeKey
}

func newUniversity(t *testing.T) university {
	t.Helper()
	ways := []sealed.NewUnlocker{{Kind: sealed.KindPaper, P: sealed.NewSecret()}, {Kind: sealed.KindPassphrase, P: sealed.NewSecret()}}
	first, _, err := sealed.NewKeyring(universityID, ways, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	next, box, err := first.Succeed()
	if err != nil {
		t.Fatal(err)
	}
	u := university{former: first.Root(), root: next.Root()}
	was, is := u.former.VK(), u.root.VK()
	ended, err := journal.SuccessionFact{
		Type: journal.FactSuccession, Holder: "administration", ID: universityID, Epoch: box.Line[0].Epoch, From: base64.StdEncoding.EncodeToString(was[:]),
		To: base64.StdEncoding.EncodeToString(is[:]), Signature: box.Line[0].Signature, Time: "2026-06-01T12:00:00Z",
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	u.keys = []OfficeKey{
		{VK: is[:], Epoch: 2, Key: &journal.Leaf{Entry: keyEntry(t, "Université de Valmont", is)}},
		{VK: was[:], Epoch: 2, Key: &journal.Leaf{Entry: keyEntry(t, "Faculté de Valmont", was)}, Ended: &journal.Leaf{Entry: ended}},
	}
	return u
}

func keyEntry(t *testing.T, name string, vk sealed.VK) []byte {
	t.Helper()
	b, err := journal.KeyFact{
		Type: "key", Holder: "administration", ID: universityID, Epoch: 1, VK: base64.StdEncoding.EncodeToString(vk[:]),
		Recipient: hex.EncodeToString(bytes.Repeat([]byte{7}, 32)), Name: name, SIRET: "19370999900011",
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (u university) signers(t *testing.T) []signer {
	t.Helper()
	all, err := signersOf(universityID, u.keys, entryOfLeaf)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func entryOfLeaf(l *journal.Leaf) ([]byte, error) { return l.Entry, nil }

func signedIssue(t *testing.T, root sealed.RootKey, plain, created string) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte(plain))
	b, err := sealed.SignIssue(sealed.Issue{
		Administration: universityID, Name: "Diplôme.pdf", Type: "application/pdf", Size: int64(len(plain)), Content: sealed.HashOf(sum), Created: created,
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWhatAMarkIsWorth: the issuer's by the key in use, or by a former one until it
// was replaced; nothing that is said of other bytes, or by anybody else.
func TestWhatAMarkIsWorth(t *testing.T) {
	u := newUniversity(t)
	alien := sealed.NewRootKey(sealed.NewSecret())
	forged := signedIssue(t, u.root, "licence", "2026-07-01T00:00:00Z")
	forged[3] ^= 1
	for what, c := range map[string]struct {
		issue []byte
		want  string
	}{
		"the key in use":                    {signedIssue(t, u.root, "licence", "2026-07-01T00:00:00Z"), IssuedIntact},
		"a former key, before":              {signedIssue(t, u.former, "licence", "2026-06-01T12:00:00Z"), IssuedIntact},
		"a former key, a second after":      {signedIssue(t, u.former, "licence", "2026-06-01T12:00:01Z"), IssuedUnknownKey},
		"other bytes":                       {signedIssue(t, u.root, "mention bien", "2026-07-01T00:00:00Z"), IssuedChanged},
		"a key that is in no journal":       {signedIssue(t, alien, "licence", "2026-07-01T00:00:00Z"), IssuedUnknownKey},
		"a signature of which a bit is off": {forged, IssuedUnknownKey},
	} {
		content := sealed.Content{Nonce: make([]byte, 32), SHA256: sealed.HashOf(sha256.Sum256([]byte("licence"))), Size: 7}
		got := judgeIssue(c.issue, content, u.signers(t))
		if got.State != c.want {
			t.Errorf("%s: %+v", what, got)
		}
		if said := got.Issuer != ""; said != (c.want == IssuedIntact || c.want == IssuedChanged) {
			t.Errorf("%s says of whom it is: %+v", what, got)
		}
		if got.Issuer != "" && got.Issuer != "Université de Valmont" {
			t.Errorf("%s: issued by %q", what, got.Issuer)
		}
	}
}

// TestALineOfKeysThatDoesNotHold is an alarm, whatever of it is not so.
func TestALineOfKeysThatDoesNotHold(t *testing.T) {
	alien := sealed.NewRootKey(sealed.NewSecret()).VK()
	for what, spoil := range map[string]func(*university){
		"no leaf":                    func(u *university) { u.keys[0].Key = nil },
		"another key than the log's": func(u *university) { u.keys[0].VK = alien[:] },
		"the fact of another":        func(u *university) { u.keys[1].Key = u.keys[0].Key },
		"two in use":                 func(u *university) { u.keys[1].Ended = nil },
		"one in use that has ended":  func(u *university) { u.keys[0].Ended = u.keys[1].Ended },
		"a former one alone":         func(u *university) { u.keys = u.keys[1:] },
		"in the other order":         func(u *university) { slices.Reverse(u.keys) },
		"a key that no root led to": func(u *university) {
			u.keys[0] = OfficeKey{VK: alien[:], Epoch: 2, Key: &journal.Leaf{Entry: keyEntry(t, "Université", alien)}}
		},
		"a succession that nobody signed": func(u *university) { u.keys[1].Ended.Entry = spoilSignature(t, u.keys[1].Ended.Entry) },
	} {
		u := newUniversity(t)
		spoil(&u)
		if _, err := signersOf(universityID, u.keys, entryOfLeaf); !alarming(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := signersOf("eeeeeeeeeeeeeeeeeeeeeeeeea", newUniversity(t).keys, entryOfLeaf); !errors.Is(err, journal.ErrProof) {
		t.Errorf("of another administration: %v", err)
	}
}

func spoilSignature(t *testing.T, entry []byte) []byte {
	t.Helper()
	f, err := journal.ParseSuccessionFact(entry)
	if err != nil {
		t.Fatal(err)
	}
	f.Signature[0] ^= 1
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
