package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestProofsAreThoseOfRFC6962: every proof of every size up to 70 is one for
// somebody else's verifier, and ours refuses what theirs refuses.
func TestProofsAreThoseOfRFC6962(t *testing.T) {
	w := newWorld(t, 1000)
	for size := int64(1); size <= 70; size++ {
		w.grow(t, 1)
		for index := range size {
			leaf, err := w.log.Leaf(t.Context(), index)
			if err != nil {
				t.Fatal(err)
			}
			c, err := journal.VerifyLeaf(w.vkey, w.entries[index], leaf)
			if err != nil || c.Size != size || leaf.Index != index || leaf.Entry != nil {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
			hash := rfc6962.DefaultHasher.HashLeaf(w.entries[index])
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(index), uint64(size), hash, leaf.Path, c.Root[:]); err != nil {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
		}
	}
}

// TestTheirProofsAreOurs: the reverse, with a tree that we did not build.
func TestTheirProofsAreOurs(t *testing.T) {
	w := newWorld(t, 1000)
	var leaves, entries [][]byte
	for i := range 37 {
		entries = append(entries, fmt.Appendf(nil, "entry %d", i))
		leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(entries[i]))
	}
	for size := 1; size <= len(leaves); size++ {
		text := signed(t, w.signer, fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(rootOf(leaves[:size]))))
		for i := range size {
			leaf := journal.Leaf{Index: int64(i), Size: int64(size), Path: pathOf(i, leaves[:size]), Checkpoint: text}
			if _, err := journal.VerifyLeaf(w.vkey, entries[i], leaf); err != nil {
				t.Fatalf("leaf %d of %d: %v", i, size, err)
			}
		}
	}
}

// rootOf and pathOf are RFC 6962 §2.1 as it is written, over another hasher.
func rootOf(d [][]byte) []byte {
	switch len(d) {
	case 0:
		return rfc6962.DefaultHasher.EmptyRoot()
	case 1:
		return d[0]
	}
	k := split(len(d))
	return rfc6962.DefaultHasher.HashChildren(rootOf(d[:k]), rootOf(d[k:]))
}

func pathOf(m int, d [][]byte) [][]byte {
	if len(d) <= 1 {
		return nil
	}
	k := split(len(d))
	if m < k {
		return append(pathOf(m, d[:k]), rootOf(d[k:]))
	}
	return append(pathOf(m-k, d[k:]), rootOf(d[:k]))
}

func split(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

func signed(t testing.TB, s note.Signer, text string) string {
	t.Helper()
	b, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func clonePath(p [][]byte) [][]byte {
	out := make([][]byte, len(p))
	for i := range p {
		out[i] = bytes.Clone(p[i])
	}
	return out
}

// TestVerifyLeafRefuses every lie about a leaf.
func TestVerifyLeafRefuses(t *testing.T) {
	w, other := newWorld(t, 1000), newWorld(t, 1000)
	w.grow(t, 21)
	other.grow(t, 21)
	const index = 13
	good, err := w.log.Leaf(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	entry := w.entries[index]
	for name, c := range map[string]func(l *journal.Leaf){
		"another place":        func(l *journal.Leaf) { l.Index++ },
		"a place before 0":     func(l *journal.Leaf) { l.Index = -1 },
		"a place beyond":       func(l *journal.Leaf) { l.Index = 21 },
		"another size":         func(l *journal.Leaf) { l.Size++ },
		"path cut":             func(l *journal.Leaf) { l.Path = l.Path[1:] },
		"path cut at the root": func(l *journal.Leaf) { l.Path = l.Path[:len(l.Path)-1] },
		"no path":              func(l *journal.Leaf) { l.Path = nil },
		"longer path":          func(l *journal.Leaf) { l.Path = append(l.Path, make([]byte, 32)) },
		"path exchanged":       func(l *journal.Leaf) { l.Path[0], l.Path[1] = l.Path[1], l.Path[0] },
		"a bit of the path":    func(l *journal.Leaf) { l.Path[2][7] ^= 4 },
		"a hash of 31 bytes":   func(l *journal.Leaf) { l.Path[0] = l.Path[0][:31] },
		"a hash of 33 bytes":   func(l *journal.Leaf) { l.Path[0] = append(l.Path[0], 0) },
		"another log":          func(l *journal.Leaf) { l.Checkpoint = string(other.head.Checkpoint) },
		"no checkpoint":        func(l *journal.Leaf) { l.Checkpoint = "" },
	} {
		leaf := good
		leaf.Path = clonePath(good.Path)
		c(&leaf)
		_, err := journal.VerifyLeaf(w.vkey, entry, leaf)
		refused(t, name, err, journal.ErrProof)
	}
	for i := range 21 {
		if i != index {
			_, err := journal.VerifyLeaf(w.vkey, w.entries[i], good)
			refused(t, "another entry", err, journal.ErrProof)
		}
	}
	// The node above two leaves is no leaf: RFC 6962's prefixes keep them apart.
	node := append(rfc6962.DefaultHasher.HashLeaf(w.entries[12]), rfc6962.DefaultHasher.HashLeaf(w.entries[13])...)
	leaf := good
	leaf.Path, leaf.Index = good.Path[1:], 6
	_, err = journal.VerifyLeaf(w.vkey, node, leaf)
	refused(t, "a node as an entry", err, journal.ErrProof)
	if _, err := journal.VerifyLeaf(w.vkey, entry, good); err != nil {
		t.Errorf("the test spoils what it should not: %v", err)
	}
}

// TestCheckpointsCountOnlyUnderTheLogsKey: C2SP signed-note and tlog-checkpoint.
func TestCheckpointsCountOnlyUnderTheLogsKey(t *testing.T) {
	w := newWorld(t, 1000)
	w.grow(t, 3)
	text := string(w.head.Checkpoint)
	c, err := journal.OpenCheckpoint(w.vkey, text)
	if err != nil || c.Size != 3 || c.Origin != origin || c.Root != w.head.Root {
		t.Fatalf("%+v, %v", c, err)
	}
	body, _, _ := strings.Cut(text, "\n\n")
	if body != fmt.Sprintf("%s\n3\n%s", origin, base64.StdEncoding.EncodeToString(c.Root[:])) {
		t.Errorf("body %q", body)
	}
	checkSignatureByHand(t, w, text)

	other := newWorld(t, 1000) // same origin, another key
	_, err = journal.OpenCheckpoint(other.vkey, text)
	refused(t, "wrong key", err, journal.ErrProof)
	skey, vkey, err := journal.GenerateKey("other.test/log")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	// The key is the one that was asked for; the first line is of another log.
	_, err = journal.OpenCheckpoint(vkey, signed(t, elsewhere, body+"\n"))
	refused(t, "other origin", err, journal.ErrProof)
	for name, bad := range map[string]string{
		"another size":           strings.Replace(text, "\n3\n", "\n4\n", 1),
		"another root":           strings.Replace(text, body[len(origin)+3:len(origin)+7], "AAAA", 1),
		"no signature":           body + "\n\n",
		"nothing":                "",
		"no last line feed":      strings.TrimSuffix(text, "\n"),
		"something before":       "x" + text,
		"a line more":            strings.Replace(text, "\n\n", "\nextension\n\n", 1),
		"signature of the other": body + "\n\n" + strings.SplitN(signed(t, other.signer, "x\n"), "\n\n", 2)[1],
	} {
		_, err := journal.OpenCheckpoint(w.vkey, bad)
		refused(t, name, err, journal.ErrProof)
	}
	for _, bad := range []string{"", "x", vkey[:20], "coffre.test/log+00000000+AAAA", w.vkey + "A"} {
		_, err := journal.OpenCheckpoint(bad, text)
		refused(t, "verifier key "+bad, err, journal.ErrProof)
	}
	root := base64.StdEncoding.EncodeToString(c.Root[:])
	for name, bad := range map[string]string{
		"negative": "-1\n" + root, "leading zero": "03\n" + root, "plus": "+3\n" + root, "no number": "x\n" + root, "too large": "9223372036854775808\n" + root,
		"no root": "3\n", "short root": "3\nAAAA", "root without padding": "3\n" + strings.TrimRight(root, "="), "space": "3 \n" + root, "hexadecimal": "0x3\n" + root,
	} {
		_, err := journal.OpenCheckpoint(w.vkey, signed(t, w.signer, origin+"\n"+bad+"\n"))
		refused(t, name+", signed", err, journal.ErrProof)
	}
	// Extensions and witnesses are none of our business, and no harm.
	if _, err := journal.OpenCheckpoint(w.vkey, signed(t, w.signer, body+"\nextension\n")); err != nil {
		t.Error(err)
	}
	if _, err := journal.OpenCheckpoint(w.vkey, text+"— witness.test AAAAAAAA\n"); err != nil {
		t.Error(err)
	}
}

// checkSignatureByHand reads the note without x/mod, as its specification is written.
func checkSignatureByHand(t *testing.T, w *world, text string) {
	t.Helper()
	body, sigs, _ := strings.Cut(text, "\n\n")
	_, b64, _ := strings.Cut(strings.TrimSuffix(sigs, "\n"), "— "+origin+" ")
	sig, err := base64.StdEncoding.DecodeString(b64)
	if err != nil || len(sig) != 4+ed25519.SignatureSize {
		t.Fatalf("signature line %q: %v", sigs, err)
	}
	_, rest, _ := strings.Cut(w.vkey, "+")
	hash, keyText, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(keyText)
	if err != nil || key[0] != 1 || fmt.Sprintf("%x", sig[:4]) != hash || !ed25519.Verify(key[1:], []byte(body+"\n"), sig[4:]) {
		t.Errorf("the note is not what its specification says: %v", err)
	}
}

// TestForksShow: two histories of one size are two signed roots, and no proof
// goes from one to the other.
func TestForksShow(t *testing.T) {
	w := newWorld(t, 1000)
	w.grow(t, 5)
	fork := &world{memory: &memory{}, vkey: w.vkey, signer: w.signer}
	fork.seq = fork.sequencer(1000)
	fork.log = journal.NewLog(fork, fork.view, fork.seq)
	for _, e := range w.entries[:4] {
		fork.addFact(e)
	}
	fork.addFact([]byte("something else than the fifth entry"))
	fork.drain(t)
	a, err := journal.OpenCheckpoint(w.vkey, string(w.head.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	b, err := journal.OpenCheckpoint(w.vkey, string(fork.head.Checkpoint))
	if err != nil {
		t.Fatal(err)
	}
	if a.Size != b.Size || a.Root == b.Root {
		t.Errorf("the fork does not show: %+v, %+v", a, b)
	}
	leaf, err := w.log.Leaf(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	leaf.Checkpoint = string(fork.head.Checkpoint)
	_, err = journal.VerifyLeaf(w.vkey, w.entries[4], leaf)
	refused(t, "the true fifth entry under the fork's checkpoint", err, journal.ErrProof)
}
