package sealed

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSecretsDoNotPrint sends everything secret through every way in which
// Go prints, and looks for any spelling of the bytes.
func TestSecretsDoNotPrint(t *testing.T) {
	p := counting()
	ring, _ := must2(NewKeyring(safeID, []NewUnlocker{{Kind: KindPaper, P: p}, {Kind: KindPaper, P: NewSecret()}}, someDay()))(t)
	id := must(IdentityFromSeed(p))(t)
	root := NewRootKey(p)
	// fmt calls no method of a field that it may not touch. What is behind a
	// pointer stays hidden all the same, under the verbs that go vet accepts.
	type hidden struct {
		root RootKey
		id   *Identity
		ring *Keyring
	}
	needles := []string{
		hex.EncodeToString(p[8:16]), strings.ToUpper(hex.EncodeToString(p[8:16])), base64.StdEncoding.EncodeToString(p[:])[8:24],
		"8 9 10 11", "0x8, 0x9", string(p[8:16]), id.Reveal()[20:40],
		strings.Trim(fmt.Sprint((*root.key)[8:16]), "[]"), hex.EncodeToString((*root.key)[8:16]),
		strings.Trim(fmt.Sprint(ring.payload.Root[8:16]), "[]"), hex.EncodeToString(ring.payload.Root[8:16]),
		base64.StdEncoding.EncodeToString(ring.payload.Root)[8:24],
	}
	for name, v := range map[string]any{
		"secret": p, "pointer to secret": &p, "unlocker": NewUnlocker{P: p}, "secrets": []Secret{p}, "map": map[string]Secret{"p": p},
		"identity": id, "identity by value": *id, "root key": root, "pointer to root key": &root,
		"keyring": ring, "keyring by value": *ring, "grant": OpenedGrant{Key: id},
		"hidden": hidden{root, id, ring},
	} {
		verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"}
		if name == "hidden" {
			verbs = verbs[:3]
		}
		out := printed(t, v, verbs)
		for _, n := range needles {
			if strings.Contains(out, n) {
				t.Errorf("%s prints %q", name, n)
			}
		}
	}
	for _, v := range []any{p, id, *id, root, ring, *ring} {
		if s := fmt.Sprintf("%v %+v %#v %x %s %d", v, v, v, v, v, v); s != strings.TrimSpace(strings.Repeat(redacted+" ", 6)) {
			t.Errorf("%T prints %q", v, s)
		}
	}
	for name, s := range map[string]string{
		"String": p.String() + id.String(), "GoString": p.GoString() + redacted,
		"LogValue": p.LogValue().String() + id.LogValue().String(),
	} {
		if s != redacted+redacted {
			t.Errorf("%s is %q", name, s)
		}
	}
}

func printed(t *testing.T, v any, verbs []string) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range verbs {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	fmt.Fprintln(&out, v)
	fmt.Fprintln(&out, fmt.Errorf("wrapped: %v", v))
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "v", v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "v", v)
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	return out.String()
}

// TestSecretsAreDrawn: not a proof of randomness, but no constant either.
func TestSecretsAreDrawn(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		s, id := NewSecret(), newID()
		if seen[string(s[:])] || seen[id] {
			t.Fatal("drawn twice")
		}
		seen[string(s[:])], seen[id] = true, true
		if err := checkID(id); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSecret()
	s.Bytes()[0] ^= 1
	if b := s.Bytes(); b[0] != s[0] {
		t.Error("Bytes gives no copy")
	}
}
