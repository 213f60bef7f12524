package sealed

import (
	"encoding/json"
	"strings"
	"testing"
)

func someChange() Change {
	h := func(c string) string { return strings.Repeat(c, 64) }
	return Change{
		Suite: Suite, Safe: safeID, Epoch: 2, Match: h("0"), Manifest: h("1"),
		Adopt:  []ChangedOwn{{docID, versID, h("2")}},
		Reseal: []ChangedOwn{{readerID, versID, h("3")}},
		Erase:  []string{docID, readerID},
		Grants: []ChangedGive{{readerID, versID, h("4")}},
		Drop:   []ChangedDrop{{docID, readerID}},
	}
}

// TestAChangeIsSignedAsAWhole: nobody without the root moves a signature to
// another change, down to the order of what is erased.
func TestAChangeIsSignedAsAWhole(t *testing.T) {
	root := NewRootKey(NewSecret())
	sig := must(someChange().Sign(root))(t)
	if err := someChange().Verify(root.VK(), sig); err != nil {
		t.Fatal(err)
	}
	refused(t, "another root", someChange().Verify(NewRootKey(NewSecret()).VK(), sig), ErrSignature)
	refused(t, "no signature", someChange().Verify(root.VK(), nil), ErrSignature)
	refused(t, "a long signature", someChange().Verify(root.VK(), append(sig, 0)), ErrSignature)
	other := strings.Repeat("f", 64)
	for name, spoil := range map[string]func(*Change){
		"safe":            func(c *Change) { c.Safe = readerID },
		"epoch":           func(c *Change) { c.Epoch++ },
		"match":           func(c *Change) { c.Match = other },
		"manifest":        func(c *Change) { c.Manifest = other },
		"adopted grant":   func(c *Change) { c.Adopt[0].Grant = other },
		"adopted version": func(c *Change) { c.Adopt[0].Version = docID },
		"adopted again":   func(c *Change) { c.Adopt, c.Reseal = c.Reseal, c.Adopt },
		"resealed":        func(c *Change) { c.Reseal = nil },
		"erased":          func(c *Change) { c.Erase = c.Erase[:1] },
		"order":           func(c *Change) { c.Erase[0], c.Erase[1] = c.Erase[1], c.Erase[0] },
		"grants":          func(c *Change) { c.Grants = nil },
		"given":           func(c *Change) { c.Grants[0].Grant = other },
		"dropped":         func(c *Change) { c.Drop[0].Version = versID },
	} {
		c := someChange()
		spoil(&c)
		refused(t, name, c.Verify(root.VK(), sig), ErrSignature)
	}
	// What was signed for another purpose is no change.
	payload := must(someChange().encode())(t)
	refused(t, "another context", someChange().Verify(root.VK(), root.Sign(contextManifest, payload)[:64]), ErrSignature)
}

// TestAChangeHasItsForm: what cannot be right is not signed.
func TestAChangeHasItsForm(t *testing.T) {
	root := NewRootKey(NewSecret())
	for name, spoil := range map[string]func(*Change){
		"first epoch": func(c *Change) { c.Epoch = 1 },
		"a safe":      func(c *Change) { c.Safe = "x" },
		"a hash":      func(c *Change) { c.Match = "00" },
		"upper case":  func(c *Change) { c.Manifest = strings.Repeat("A", 64) },
		"a document":  func(c *Change) { c.Adopt[0].Doc = "" },
		"a grant":     func(c *Change) { c.Reseal[0].Grant = "" },
		"an id":       func(c *Change) { c.Erase[0] = "x" },
		"given id":    func(c *Change) { c.Grants[0].ID = "" },
		"dropped id":  func(c *Change) { c.Drop[0].Doc = "" },
	} {
		c := someChange()
		spoil(&c)
		_, err := c.Sign(root)
		refused(t, name, err, ErrForm)
		refused(t, name, c.Verify(root.VK(), make([]byte, 64)), ErrForm)
	}
	c := someChange()
	c.Suite = 9
	_, err := c.Sign(root)
	refused(t, "suite", err, ErrSuite)
	// Lists that are not optional are there, the optional ones are not.
	var members map[string]any
	bare := Change{Suite: Suite, Safe: safeID, Epoch: 2, Match: c.Match, Manifest: c.Manifest}
	if err := json.Unmarshal(must(bare.encode())(t), &members); err != nil || len(members) != 8 {
		t.Errorf("%v, %v", members, err)
	}
}
