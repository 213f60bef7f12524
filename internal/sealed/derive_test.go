package sealed

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"filippo.io/age"
	"pgregory.net/rapid"
)

// TestDeriveIsHKDF is RFC 5869, test case 3 (no salt, no info): the first 32
// bytes of longer output are the shorter output.
func TestDeriveIsHKDF(t *testing.T) {
	got := Derive(bytes.Repeat([]byte{0x0b}, 22), "")
	if want := "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"; hex.EncodeToString(got[:]) != want {
		t.Errorf("HKDF gives %x, want %s", got[:], want)
	}
}

// TestDerivedKeys: known answers for the secret 00 01 … 1f, made with OpenSSL's
// HKDF, HMAC and Ed25519 and somebody else's Bech32.
func TestDerivedKeys(t *testing.T) {
	p := counting()
	root := NewRootKey(p)
	vk := root.VK()
	for what, c := range map[string]struct{ got, want string }{
		"unlock identity": {
			must(UnlockIdentity(p))(t).Reveal(),
			"AGE-SECRET-KEY-" + "PQ-16F59ZS0F5HEYU9XYC0HGVTVYT3ZJ8QQEN9QLDXZPDRATNLUK9AHQA4L9L6",
		},
		"vault identity": {
			must(VaultIdentity(p))(t).Reveal(),
			"AGE-SECRET-KEY-" + "PQ-15ZAJ45HQRD7C8HXDNQ57KFUAGVAKY8YJWJ3S8SK8GXE09WCHR8DQEYVN39",
		},
		"VK":  {hex.EncodeToString(vk[:]), "0176e34d4d8465c38aca047a17bfcfcbd6c59191c717c7ffdca39b311d4d564b13"},
		"pin": {hex.EncodeToString(pin(p, safeID, vk)), "2b9b68c5bcbabcdb853be98abdeed6db007325be49edd37b4571ec71da35a28e"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %s, want %s", what, c.got, c.want)
		}
	}
}

// TestPinTiesEverythingTogether: another secret, safe or key is another pin.
func TestPinTiesEverythingTogether(t *testing.T) {
	p, vk := counting(), NewRootKey(counting()).VK()
	base := pin(p, safeID, vk)
	other := p
	other[31] ^= 1
	if bytes.Equal(base, pin(other, safeID, vk)) || bytes.Equal(base, pin(p, readerID, vk)) ||
		bytes.Equal(base, pin(p, safeID, NewRootKey(other).VK())) {
		t.Error("two pins are the same")
	}
}

// TestIdentityFromSeedIsWhatAgeReads: our Bech32 is age's.
func TestIdentityFromSeedIsWhatAgeReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := Secret(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		id, err := IdentityFromSeed(seed)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := age.ParseHybridIdentity(id.Reveal())
		if err != nil || theirs.String() != id.Reveal() || theirs.Recipient().String() != id.Recipient().String() {
			t.Fatalf("age reads another key: %v", err)
		}
	})
}

func TestIdentitiesAndRecipientsHaveOneSpelling(t *testing.T) {
	id := freshIdentity(t)
	text, to := id.Reveal(), id.Recipient().String()
	if !strings.HasPrefix(to, "age1pq1") || len(id.Recipient().Fingerprint()) != 64 || id.Recipient().Fingerprint() != sumHex([]byte(to)) {
		t.Errorf("recipient %s… with fingerprint %s", to[:10], id.Recipient().Fingerprint())
	}
	x := must(age.GenerateX25519Identity())(t)
	for name, s := range map[string]string{
		"X25519": x.String(), "empty": "", "cut": text[:len(text)-1], "other checksum": text[:len(text)-1] + "Q",
		"space": text + " ", "a recipient": to,
	} {
		if s == text { // the checksum may end with that letter
			continue
		}
		_, err := ParseIdentity(s)
		refused(t, "identity: "+name, err, ErrKey)
		if err != nil && len(s) > 0 && strings.Contains(err.Error(), s) {
			t.Errorf("identity: %s: the error quotes the key", name)
		}
	}
	for name, s := range map[string]string{
		"X25519": x.Recipient().String(), "empty": "", "capitals": strings.ToUpper(to), "cut": to[:len(to)-1], "an identity": text,
	} {
		_, err := ParseRecipient(s)
		refused(t, "recipient: "+name, err, ErrForm)
	}
}

// TestSignaturesAreOfOneContext: a signature of one kind of object is none of another.
func TestSignaturesAreOfOneContext(t *testing.T) {
	root := NewRootKey(NewSecret())
	vk := root.VK()
	payload := []byte(`{"suite":1}`)
	contexts := []string{contextKeyring, contextManifest, contextGrant}
	for _, made := range contexts {
		signed := root.Sign(made, payload)
		for _, read := range contexts {
			got, err := vk.Open(read, signed)
			if made == read {
				if err != nil || !bytes.Equal(got, payload) {
					t.Errorf("%s: %s, %v", made, got, err)
				}
				continue
			}
			refused(t, made+" read as "+read, err, ErrSignature)
		}
	}
	signed := root.Sign(contextGrant, payload)
	for at := range signed {
		bad := bytes.Clone(signed)
		bad[at] ^= 1
		_, err := vk.Open(contextGrant, bad)
		refused(t, "bit changed", err, ErrSignature)
	}
	for n := range 65 {
		_, err := vk.Open(contextGrant, signed[:n])
		refused(t, "cut", err, ErrSignature)
	}
	_, err := NewRootKey(NewSecret()).VK().Open(contextGrant, signed)
	refused(t, "another signer", err, ErrSignature)
}

// TestSuiteByte: a key of a later suite is refused, not taken for Ed25519.
func TestSuiteByte(t *testing.T) {
	root := NewRootKey(NewSecret())
	vk := root.VK()
	if vk[0] != 1 {
		t.Errorf("suite byte %d", vk[0])
	}
	if got, err := ParseVK(vk[:]); err != nil || got != vk {
		t.Errorf("%x, %v", got, err)
	}
	later := vk
	later[0] = 2
	_, err := ParseVK(later[:])
	refused(t, "parse", err, ErrSuite)
	_, err = later.Open(contextGrant, root.Sign(contextGrant, []byte("{}")))
	refused(t, "open", err, ErrSuite)
	for _, n := range []int{0, 32, 34} {
		_, err = ParseVK(make([]byte, n))
		refused(t, "length", err, ErrLength)
	}
	_, err = ParseSecret(make([]byte, 31))
	refused(t, "secret", err, ErrLength)
}
