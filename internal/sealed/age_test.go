package sealed

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// stockAge builds the age of go.mod: the tool that anybody can install.
func stockAge(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "age")
	if out, err := exec.Command("go", "build", "-o", bin, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("build age: %v\n%s", err, out)
	}
	return bin
}

func put(t *testing.T, dir, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStockAgeOpensASharedDocument is the sentence of the design, as it is
// written there: whoever holds a key and a grant needs nothing of ours.
func TestStockAgeOpensASharedDocument(t *testing.T) {
	bin := stockAge(t)
	for _, size := range []int{1, 1000, 65536, 100001} {
		d := sealSome(t, size)
		g := sealSomeGrant(t)
		g.grant.SHA256, g.grant.Sealed, g.grant.Size = d.ref.SHA256, d.ref.Sealed, d.ref.Size
		dir := t.TempDir()
		put(t, dir, "my.key", []byte(g.reader.Reveal()+"\n"))
		put(t, dir, "grant.age", must(SealGrant(g.grant, g.root, d.key, g.reader.Recipient()))(t))
		put(t, dir, "document.age", d.sealed)

		// SPEC.md §5: the document's bytes, then zeros; the grant says how many.
		out := shell(t, dir, bin, `"$AGE" -d -i <("$AGE" -d -i my.key grant.age) document.age`)
		if !bytes.Equal(out[:min(size, len(out))], d.plain) || int64(len(out)) != PaddedSize(int64(size)) || len(bytes.Trim(out[size:], "\x00")) > 0 {
			t.Errorf("%d bytes: age gives %d", size, len(out))
		}
		cut := shell(t, dir, bin, `size=$("$AGE" -d -i my.key grant.age | sed -n '1s/.*"size":\([0-9]*\).*/\1/p')
"$AGE" -d -i <("$AGE" -d -i my.key grant.age) document.age >padded
head -c "$size" padded`)
		if !bytes.Equal(cut, d.plain) {
			t.Errorf("%d bytes: cut to the size that the grant says, they are %d", size, len(cut))
		}
	}
}

// TestStockAgeOpensADeposit, and the manifest, with the vault's key.
func TestStockAgeOpensADeposit(t *testing.T) {
	bin, dir := stockAge(t), t.TempDir()
	d, vault, root := sealSome(t, 5000), freshIdentity(t), NewRootKey(NewSecret())
	slip := someSlip(vault.Recipient())
	slip.SHA256, slip.Sealed, slip.Size = d.ref.SHA256, d.ref.Sealed, d.ref.Size
	put(t, dir, "my.key", []byte(vault.Reveal()))
	put(t, dir, "grant.age", must(SealSlip(slip, d.key, vault.Recipient()))(t))
	put(t, dir, "document.age", d.sealed)
	put(t, dir, "manifest.age", must(someManifest().Seal(root, vault.Recipient()))(t))
	if out := shell(t, dir, bin, `"$AGE" -d -i <("$AGE" -d -i my.key grant.age) document.age >padded; head -c 5000 padded`); !bytes.Equal(out, d.plain) {
		t.Errorf("%d bytes", len(out))
	}
	// 64 bytes of signature, then the text.
	out := shell(t, dir, bin, `"$AGE" -d -i my.key manifest.age | tail -c +65`)
	if want := must(Canonical(someManifest()))(t); strings.TrimRight(string(out), "\n") != string(want) {
		t.Errorf("%q", out)
	}
}

// TestStockAgeOpensAKeyring with the identity of an unlocker.
func TestStockAgeOpensAKeyring(t *testing.T) {
	bin, dir, r := stockAge(t), t.TempDir(), sealRing(t)
	put(t, dir, "my.key", []byte(must(UnlockIdentity(r.p[1]))(t).Reveal()))
	put(t, dir, "keyring.age", r.box.Copies[1].Sealed)
	out := shell(t, dir, bin, `"$AGE" -d -i my.key keyring.age | tail -c +65`)
	if want := must(Canonical(r.ring.payload))(t); strings.TrimRight(string(out), "\n") != string(want) {
		t.Error("age reads another keyring")
	}
}

// TestWeOpenWhatStockAgeSeals: a document that somebody sealed by hand.
func TestWeOpenWhatStockAgeSeals(t *testing.T) {
	bin, dir := stockAge(t), t.TempDir()
	d := sealedDoc{plain: someBytes(70000), key: freshIdentity(t)}
	put(t, dir, "plain", append(bytes.Clone(d.plain), make([]byte, PaddedSize(70000)-70000)...))
	b := shell(t, dir, bin, `"$AGE" -r `+d.key.Recipient().String()+` plain`)
	if got, err := d.open(b, refOf(b, 70000)); err != nil || !bytes.Equal(got, d.plain) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func shell(t *testing.T, dir, bin, script string) []byte {
	t.Helper()
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AGE="+bin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, stderr.Bytes())
	}
	return out
}
