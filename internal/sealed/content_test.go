package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// contentVector is a document with what a receipt says of it (SPEC.md §9).
type contentVector struct {
	Key      string `json:"key"`
	Document []byte `json:"document"`
	Nonce    []byte `json:"nonce"`
	Digest   string `json:"digest"` // SHA-256 of the document
	Size     int64  `json:"size"`
	Content  string `json:"content"` // the commitment
}

func makeContents(t *testing.T) (all []contentVector) {
	t.Helper()
	for _, seed := range []Secret{counting(), {}, Secret([]byte(strings.Repeat("\xff", 32))), secretNamed("version")} {
		key := must(IdentityFromSeed(seed))(t)
		for _, document := range [][]byte{[]byte("a"), bytes.Repeat([]byte("Attestation de droits 2026\n"), 300)} {
			c := ContentOf(key, document)
			all = append(all, contentVector{
				Key: key.Reveal(), Document: document, Nonce: c.Nonce, Digest: c.SHA256, Size: c.Size, Content: must(c.Commitment())(t),
			})
		}
	}
	return all
}

// TestContentIsSPEC: known answers, put together from the words of SPEC.md §9.
func TestContentIsSPEC(t *testing.T) {
	seed := counting()
	document := []byte("a")
	nonce := Derive(seed[:], "coffre/v1/receipt")
	sum := sha256.Sum256(document)
	h := sha256.New()
	for _, part := range [][]byte{[]byte("coffre/v1/content"), {0}, nonce[:], sum[:], {0, 0, 0, 0, 0, 0, 0, 1}} {
		h.Write(part)
	}
	c := ContentOf(must(IdentityFromSeed(seed))(t), document)
	if got, err := c.Commitment(); err != nil || got != hex.EncodeToString(h.Sum(nil)) {
		t.Errorf("%s, %v", got, err)
	}
	if err := c.Verify(hex.EncodeToString(h.Sum(nil))); err != nil {
		t.Error(err)
	}
}

// TestTheSeedComesBack: whoever has the text of a key finds the same nonce.
func TestTheSeedComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := Secret(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		id, err := IdentityFromSeed(seed)
		if err != nil {
			t.Fatal(err)
		}
		if got := id.seed(); got != seed {
			t.Fatalf("%x from %x", got[:], seed[:])
		}
	})
}

// TestContentHides: another byte, length or nonce is another commitment.
func TestContentHides(t *testing.T) {
	one, other := freshIdentity(t), freshIdentity(t)
	c := ContentOf(one, []byte("document"))
	commitment := must(c.Commitment())(t)
	for what, lie := range map[string]Content{
		"another document": ContentOf(one, []byte("documens")), "another key": ContentOf(other, []byte("document")),
		"another length": {Nonce: c.Nonce, SHA256: c.SHA256, Size: c.Size + 1},
	} {
		refused(t, what, lie.Verify(commitment), ErrMismatch)
	}
	for what, bad := range map[string]Content{
		"short nonce": {c.Nonce[:31], c.SHA256, 1}, "no nonce": {nil, c.SHA256, 1}, "no bytes": {c.Nonce, c.SHA256, 0},
		"negative": {c.Nonce, c.SHA256, -1}, "beyond every integer": {c.Nonce, c.SHA256, 1 << 53},
		"capitals": {c.Nonce, strings.ToUpper(c.SHA256[:63]) + "A", 1}, "short hash": {c.Nonce, c.SHA256[:62], 1},
	} {
		_, err := bad.Commitment()
		typed(t, err)
		if err == nil {
			t.Errorf("%s is committed to", what)
		}
	}
}

func TestContentVectors(t *testing.T) {
	var all []contentVector
	readVector(t, "go-content", &all)
	if len(all) < 8 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		c := ContentOf(must(ParseIdentity(v.Key))(t), v.Document)
		if !bytes.Equal(c.Nonce, v.Nonce) || c.SHA256 != v.Digest || c.Size != v.Size {
			t.Errorf("%+v of %s", c, v.Key[:24])
		}
		if err := c.Verify(v.Content); err != nil {
			t.Error(err)
		}
	}
}
