package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/cryptotest"
)

var update = flag.Bool("update", false, "make testdata/go-*.json anew")

// What testdata/README.md describes. Bytes are base64, payloads the text of
// canonical JSON.
type (
	keyringVector struct {
		Unlock []struct {
			Kind string `json:"kind"`
			P    []byte `json:"p"`
		} `json:"unlock"`
		Container Container `json:"container"`
		Keyring   string    `json:"keyring"`
	}
	manifestVector struct {
		Safe     string `json:"safe"`
		Root     []byte `json:"root"`
		VK       []byte `json:"vk"`
		Vault    string `json:"vault"`
		Sealed   []byte `json:"sealed"`
		Manifest string `json:"manifest"`
	}
	grantVector struct {
		Root   []byte `json:"root,omitempty"`
		VK     []byte `json:"vk,omitempty"`
		Reader string `json:"reader"`
		Key    string `json:"key"`
		Sealed []byte `json:"sealed"`
		Grant  string `json:"grant"`
	}
	documentVector struct {
		Key      string `json:"key"`
		Document []byte `json:"document"`
		Sealed   []byte `json:"sealed"`
		SHA256   string `json:"sha256"`
	}
)

func readVector(t *testing.T, name string, v any) {
	t.Helper()
	b := must(os.ReadFile(filepath.Join("testdata", name+".json")))(t)
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func secretNamed(what string) Secret {
	return sha256.Sum256([]byte("coffre test vector: " + what))
}

// TestGoVectorsAreThoseOfThisCode makes the vectors again. The secrets and
// payloads are fixed; the randomness of age is too, as long as one toolchain
// makes them, so with -update unchanged code leaves unchanged files.
func TestGoVectorsAreThoseOfThisCode(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 20260301)
	made := makeVectors(t)
	for name, v := range made {
		b := must(json.MarshalIndent(v, "", "\t"))(t)
		file := filepath.Join("testdata", "go-"+name+".json")
		if *update {
			if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		kept := must(os.ReadFile(file))(t)
		if same := stripSealed(t, b); !reflect.DeepEqual(same, stripSealed(t, kept)) {
			t.Errorf("%s is not what this code makes; -update writes it", file)
		}
	}
	files := must(filepath.Glob("testdata/go-*.json"))(t)
	if len(files) != len(made) {
		t.Errorf("%d files, %d are made", len(files), len(made))
	}
}

// TestVectors opens what each implementation sealed once: ts- by TypeScript,
// go- by this package.
func TestVectors(t *testing.T) {
	for _, maker := range []string{"ts", "go"} {
		t.Run(maker+" keyring", func(t *testing.T) { testKeyringVector(t, maker+"-keyring") })
		t.Run(maker+" manifest", func(t *testing.T) { testManifestVector(t, maker+"-manifest") })
		t.Run(maker+" grant and document", func(t *testing.T) { testGrantVector(t, maker) })
	}
	t.Run("ts keyring resealed", func(t *testing.T) { testKeyringVector(t, "ts-resealed") })
	t.Run("go slip", func(t *testing.T) {
		var v grantVector
		readVector(t, "go-slip", &v)
		got := must(OpenSlip(v.Sealed, must(ParseIdentity(v.Reader))(t)))(t)
		if string(must(Canonical(got.Grant))(t)) != v.Grant || got.Key.Reveal() != v.Key {
			t.Errorf("%+v", got.Grant)
		}
	})
}

func testKeyringVector(t *testing.T, name string) {
	var v keyringVector
	readVector(t, name, &v)
	if len(v.Unlock) < 2 {
		t.Fatalf("%d unlockers", len(v.Unlock))
	}
	for _, u := range v.Unlock {
		ring := must(OpenKeyring(v.Container, must(ParseSecret(u.P))(t)))(t)
		if got := must(Canonical(ring.payload))(t); string(got) != v.Keyring {
			t.Errorf("%s opens %s", u.Kind, got)
		}
	}
}

func testManifestVector(t *testing.T, name string) {
	var v manifestVector
	readVector(t, name, &v)
	root := NewRootKey(must(ParseSecret(v.Root))(t))
	vk := must(ParseVK(v.VK))(t)
	if root.VK() != vk {
		t.Error("another key is derived from the root")
	}
	m := must(OpenManifest(v.Sealed, must(ParseIdentity(v.Vault))(t), vk))(t)
	if got := must(Canonical(m))(t); string(got) != v.Manifest || m.Safe != v.Safe {
		t.Errorf("%s", got)
	}
}

func testGrantVector(t *testing.T, maker string) {
	var g grantVector
	var d documentVector
	readVector(t, maker+"-grant", &g)
	readVector(t, maker+"-document", &d)
	vk := must(ParseVK(g.VK))(t)
	if NewRootKey(must(ParseSecret(g.Root))(t)).VK() != vk {
		t.Error("another key is derived from the root")
	}
	got := must(OpenGrant(g.Sealed, must(ParseIdentity(g.Reader))(t), vk))(t)
	if string(must(Canonical(got.Grant))(t)) != g.Grant || got.Key.Reveal() != g.Key || g.Key != d.Key || got.Grant.SHA256 != d.SHA256 {
		t.Errorf("%+v", got.Grant)
	}
	var out bytes.Buffer
	if err := OpenDocument(&out, bytes.NewReader(d.Sealed), got.Grant.Ref(), got.Key); err != nil || !bytes.Equal(out.Bytes(), d.Document) {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

// stripSealed leaves out what differs from one toolchain to the next.
func stripSealed(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, random := range []string{"sealed", "sha256", "id", "pin", "vk", "recipient", "keyring", "grant", "signature"} {
				if s, ok := v[random].(string); ok {
					v[random] = len(s)
				}
			}
			delete(v, "made") // all of it hangs on what was drawn
			for _, m := range v {
				strip(m)
			}
		case []any:
			for _, m := range v {
				strip(m)
			}
		}
	}
	strip(v)
	return v
}

func makeVectors(t *testing.T) map[string]any {
	t.Helper()
	id := func(what string) *Identity { return must(IdentityFromSeed(secretNamed(what)))(t) }
	root := NewRootKey(secretNamed("root"))
	vk := root.VK()
	key, reader, vault := id("version"), id("reader"), id("vault")

	plain := []byte(strings.Repeat("Attestation de droits 2026\n", 2450)) // two chunks
	sealed := must(io.ReadAll(must(SealDocument(bytes.NewReader(plain), int64(len(plain)), key.Recipient()))(t)))(t)
	ref := refOf(sealed, int64(len(plain)))

	g := someGrant(reader.Recipient())
	g.SHA256, g.Sealed, g.Size = ref.SHA256, ref.Sealed, ref.Size
	g.Name, g.Purpose = "Attestation « été » \u2028 <&>.pdf", "Aide à l’école\tde l’enfant \U0001f392"
	slip := someSlip(vault.Recipient())
	slip.SHA256, slip.Sealed, slip.Size = ref.SHA256, ref.Sealed, ref.Size
	m := someManifest()

	ways := []NewUnlocker{
		{Kind: KindPaper, Label: "Clé papier", P: must(ParsePaper(countingFR))(t)},
		{Kind: KindPasskey, P: secretNamed("passkey"), Credential: "AQIDBA"},
		{Kind: KindPassphrase, Label: "Phrase", P: must(ParsePassphrase(phraseFR))(t)},
	}
	first, _ := must2(NewKeyring(safeID, ways, someDay()))(t)
	ring, box := must2(first.Reseal([]NewUnlocker{{Kind: KindPaper, Label: "Autre", P: secretNamed("other")}}, []string{first.Unlockers()[1].ID}, someDay()))(t)
	rv := keyringVector{Container: box, Keyring: string(must(Canonical(ring.payload))(t))}
	for _, w := range []NewUnlocker{ways[0], ways[2], {Kind: KindPaper, P: secretNamed("other")}} {
		rv.Unlock = append(rv.Unlock, struct {
			Kind string `json:"kind"`
			P    []byte `json:"p"`
		}{w.Kind, w.P.Bytes()})
	}
	return map[string]any{
		"keyring": rv,
		"manifest": manifestVector{
			Safe: m.Safe, Root: secretNamed("root").Bytes(), VK: vk[:], Vault: vault.Reveal(),
			Sealed: must(m.Seal(root, vault.Recipient()))(t), Manifest: string(must(Canonical(m))(t)),
		},
		"grant": grantVector{
			Root: secretNamed("root").Bytes(), VK: vk[:], Reader: reader.Reveal(), Key: key.Reveal(),
			Sealed: must(SealGrant(g, root, key, reader.Recipient()))(t), Grant: string(must(Canonical(g))(t)),
		},
		"slip": grantVector{
			Reader: vault.Reveal(), Key: key.Reveal(),
			Sealed: must(SealSlip(slip, key, vault.Recipient()))(t), Grant: string(must(Canonical(slip))(t)),
		},
		"document":    documentVector{Key: key.Reveal(), Document: plain, Sealed: sealed, SHA256: ref.SHA256},
		"derive":      makeDerivations(t),
		"texts":       makeTexts(t),
		"custody":     makeCustody(t),
		"succession":  makeSuccession(t),
		"change":      makeChange(t),
		"content":     makeContents(t),
		"request":     makeRequest(t),
		"acknowledge": makeAcknowledgements(t),
		"issue":       makeIssue(t),
		"mandate":     makeMandate(t),
		"proposal":    makeProposal(t, vault),
	}
}
