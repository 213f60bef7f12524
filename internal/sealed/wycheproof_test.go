package sealed

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
)

// wycheproof reads a file of Project Wycheproof's: vectors that have found
// errors in other people's implementations.
func wycheproof(t *testing.T, name string, into any) {
	t.Helper()
	b := must(os.ReadFile("testdata/wycheproof/" + name))(t)
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// hexed is bytes that the vectors write in hexadecimal.
type hexed []byte

func (h *hexed) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// TestWycheproofEd25519 holds the library's verification, and ours on top of
// it, against them: SPEC.md §3 has one idea of what a signature is.
func TestWycheproofEd25519(t *testing.T) {
	var all struct {
		Groups []struct {
			Key struct {
				PK hexed `json:"pk"`
			} `json:"publicKey"`
			Tests []struct {
				ID      int    `json:"tcId"`
				Comment string `json:"comment"`
				Message hexed  `json:"msg"`
				Sig     hexed  `json:"sig"`
				Result  string `json:"result"`
			} `json:"tests"`
		} `json:"testGroups"`
	}
	wycheproof(t, "ed25519_test.json", &all)
	valid, invalid, opened := 0, 0, 0
	for _, g := range all.Groups {
		vk := VK(append([]byte{Suite}, g.Key.PK...))
		for _, v := range g.Tests {
			good := v.Result == "valid"
			if good {
				valid++
			} else {
				invalid++
			}
			if ed25519.Verify(ed25519.PublicKey(g.Key.PK), v.Message, v.Sig) != good {
				t.Errorf("%d (%s): want %s", v.ID, v.Comment, v.Result)
			}
			// Made for no purpose of ours, it is no signature of ours.
			if _, err := vk.Open(contextManifest, append(v.Sig[:len(v.Sig):len(v.Sig)], v.Message...)); err == nil {
				t.Errorf("%d (%s): opened as a manifest", v.ID, v.Comment)
			}
			context, payload, ok := bytes.Cut(v.Message, []byte{0})
			if !ok || len(payload) == 0 || len(v.Sig) != ed25519.SignatureSize {
				continue
			}
			opened++
			got, err := vk.Open(string(context), append(v.Sig[:len(v.Sig):len(v.Sig)], payload...))
			if (err == nil) != good || good && !bytes.Equal(got, payload) {
				t.Errorf("%d (%s): want %s: %v", v.ID, v.Comment, v.Result, err)
			}
		}
	}
	if valid != 88 || invalid != 63 || opened != 6 {
		t.Errorf("%d valid vectors, %d invalid, %d through our own form", valid, invalid, opened)
	}
}

// TestWycheproofHKDF: of their vectors ours are those without a salt; a shorter
// output is the beginning of a longer one.
func TestWycheproofHKDF(t *testing.T) {
	var all struct {
		Groups []struct {
			Tests []struct {
				ID     int    `json:"tcId"`
				IKM    hexed  `json:"ikm"`
				Salt   hexed  `json:"salt"`
				Info   hexed  `json:"info"`
				OKM    hexed  `json:"okm"`
				Result string `json:"result"`
			} `json:"tests"`
		} `json:"testGroups"`
	}
	wycheproof(t, "hkdf_sha256_test.json", &all)
	held := 0
	for _, g := range all.Groups {
		for _, v := range g.Tests {
			if len(v.Salt) > 0 || v.Result != "valid" {
				continue
			}
			held++
			got := Derive(v.IKM, string(v.Info))
			if n := min(len(got), len(v.OKM)); n == 0 || !bytes.Equal(got[:n], v.OKM[:n]) {
				t.Errorf("%d: %x, want %x", v.ID, got[:n], v.OKM[:n])
			}
		}
	}
	if held != 23 {
		t.Errorf("%d vectors", held)
	}
}
