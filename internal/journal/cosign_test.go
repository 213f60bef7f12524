package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tdnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func cosigner(t testing.TB, name string) (*journal.Cosigner, string) {
	t.Helper()
	skey, vkey, err := journal.GenerateCosignerKey(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := journal.NewCosigner(skey, someDay)
	if err != nil {
		t.Fatal(err)
	}
	if c.VKey() != vkey {
		t.Fatalf("%s signs for %s", vkey, c.VKey())
	}
	return c, vkey
}

// cosignedBy is a checkpoint with more signature lines.
func cosignedBy(t testing.TB, vkey, checkpoint string, by ...note.Signer) string {
	t.Helper()
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(checkpoint), note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	b, err := note.Sign(n, by...)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCosignaturesAreThoseOfOthers: what this witness signs verifies with an
// implementation that is not ours, and the other way round.
func TestCosignaturesAreThoseOfOthers(t *testing.T) {
	w := newWorld(t, 10)
	w.grow(t, 3)
	checkpoint := string(w.head.Checkpoint)
	skey, vkey, err := journal.GenerateCosignerKey("témoin.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := journal.NewCosigner(skey, someDay)
	if err != nil {
		t.Fatal(err)
	}
	theirVerifier, err := tdnote.NewVerifierForCosignatureV1(vkey)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(cosignedBy(t, w.vkey, checkpoint, ours)), note.VerifierList(theirVerifier))
	if err != nil {
		t.Fatal(err)
	}
	if at, err := tdnote.CoSigV1Timestamp(n.Sigs[0]); err != nil || !at.Equal(someDay()) {
		t.Errorf("signed at %s, %v", at, err)
	}
	theirs, err := tdnote.NewSignerForCosignatureV1(skey)
	if err != nil {
		t.Fatal(err)
	}
	ourVerifier, err := journal.NewCosignatureVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open([]byte(cosignedBy(t, w.vkey, checkpoint, theirs)), note.VerifierList(ourVerifier)); err != nil {
		t.Error(err)
	}
	if ourVerifier.KeyHash() != theirVerifier.KeyHash() || ours.KeyHash() != theirs.KeyHash() {
		t.Error("key hashes differ")
	}
}

// TestCosignatureCoversTimeAndText: no bit of it can be another.
func TestCosignatureCoversTimeAndText(t *testing.T) {
	c, vkey := cosigner(t, "w")
	v, err := journal.NewCosignatureVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("coffre.test/log\n3\nAAAA\n")
	sig, err := c.Sign(text)
	if err != nil || len(sig) != 72 || !v.Verify(text, sig) {
		t.Fatalf("%d bytes, %v", len(sig), err)
	}
	for i := range sig {
		sig[i] ^= 1
		if v.Verify(text, sig) {
			t.Errorf("byte %d may be another", i)
		}
		sig[i] ^= 1
	}
	if v.Verify(append(text, '\n'), sig) || v.Verify(text, sig[:71]) || v.Verify(text, append(sig, 0)) || v.Verify(text, nil) {
		t.Error("another text or length verifies")
	}
	early, err := journal.NewCosigner(skeyOf(t), func() time.Time { return time.Unix(-1, 0) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := early.Sign(text); err == nil {
		t.Error("signed before 1970")
	}
}

func skeyOf(t testing.TB) string {
	t.Helper()
	skey, _, err := journal.GenerateCosignerKey("w")
	if err != nil {
		t.Fatal(err)
	}
	return skey
}

// TestKeysOfWitnessesAreNoKeysOfLogs, and a damaged one is none at all; no
// error repeats a signing key.
func TestKeysOfWitnessesAreNoKeysOfLogs(t *testing.T) {
	w := newWorld(t, 1)
	skey, vkey, err := journal.GenerateCosignerKey("w")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "w", "w+00000000+BAAA", w.vkey, skey, strings.Replace(vkey, "w+", "x+", 1), strings.ToUpper(vkey), vkey[:len(vkey)-1], vkey + "=",
		" " + vkey, vkey + "\n", strings.Replace(vkey, "w+", "w w+", 1), "+" + vkey,
	} {
		_, err := journal.NewCosignatureVerifier(bad)
		refused(t, fmt.Sprintf("%q", bad), err, journal.ErrCosigner)
	}
	for _, bad := range []string{"", vkey, w.skey, skey[:len(skey)-1], strings.Replace(skey, "+w+", "+x+", 1), strings.Replace(skey, "PRIVATE", "PUBLIC", 1)} {
		_, err := journal.NewCosigner(bad, someDay)
		refused(t, fmt.Sprintf("%q", bad), err, journal.ErrCosigner)
		if err != nil && len(bad) > 40 && strings.Contains(err.Error(), bad[len(bad)-20:]) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
	for _, bad := range []string{"", "a b", "a+b", "a\u00a0b", "a\nb", "\xff"} {
		_, _, err := journal.GenerateCosignerKey(bad)
		refused(t, fmt.Sprintf("%q", bad), err, journal.ErrCosigner)
	}
	if _, err := note.NewVerifier(vkey); err == nil {
		t.Error("a witness's key is taken for a log's")
	}
}
