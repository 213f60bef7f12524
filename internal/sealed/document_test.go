package sealed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// sealedDoc is a document with everything that its reader is given.
type sealedDoc struct {
	plain, sealed []byte
	ref           DocumentRef
	key           *Identity
}

func someBytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8 + 1)
	}
	return b
}

func sealSome(t testing.TB, size int) sealedDoc {
	t.Helper()
	d := sealedDoc{plain: someBytes(size), key: freshIdentity(t)}
	r := must(SealDocument(bytes.NewReader(d.plain), int64(size), d.key.Recipient()))(t)
	d.sealed = must(io.ReadAll(r))(t)
	d.ref = refOf(d.sealed, int64(size))
	return d
}

func refOf(sealed []byte, size int64) DocumentRef {
	return DocumentRef{SHA256: sumHex(sealed), Sealed: int64(len(sealed)), Size: size}
}

func (d sealedDoc) open(sealed []byte, ref DocumentRef) ([]byte, error) {
	var out bytes.Buffer
	err := OpenDocument(&out, bytes.NewReader(sealed), ref, d.key)
	return out.Bytes(), err
}

// TestDocumentsComeBack: around every boundary of padding and chunks.
func TestDocumentsComeBack(t *testing.T) {
	for _, size := range []int{1, 2, 511, 512, 513, 65535, 65536, 65537, 131071, 131072, 131073, 200000, 1 << 20} {
		d := sealSome(t, size)
		if int64(len(d.sealed)) != SealedSize(int64(size)) {
			t.Errorf("%d bytes are sealed in %d, want %d", size, len(d.sealed), SealedSize(int64(size)))
		}
		if err := CheckForm(d.sealed); err != nil {
			t.Error(err)
		}
		if got, err := d.open(d.sealed, d.ref); err != nil || !bytes.Equal(got, d.plain) {
			t.Errorf("%d bytes come back as %d: %v", size, len(got), err)
		}
	}
}

// TestLengthTellsOnlyThePaddedSize: documents of one padded size are sealed in
// the same number of bytes.
func TestLengthTellsOnlyThePaddedSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 1<<40).Draw(t, "n")
		m := rapid.Int64Range(max(1, n-n/20), n).Draw(t, "m")
		if (PaddedSize(n) == PaddedSize(m)) != (SealedSize(n) == SealedSize(m)) {
			t.Fatalf("%d and %d", n, m)
		}
		if !plausible(SealedSize(n)) {
			t.Fatalf("a form reader refuses a document of %d bytes", n)
		}
	})
}

func TestSealDocumentWantsTheAnnouncedLength(t *testing.T) {
	to := freshIdentity(t).Recipient()
	for _, size := range []int64{0, -1} {
		_, err := SealDocument(bytes.NewReader(nil), size, to)
		refused(t, fmt.Sprint(size), err, ErrLength)
	}
	for _, c := range []struct{ has, announced int }{{0, 1}, {99, 100}, {101, 100}, {65536, 65537}, {65537, 65536}} {
		for _, wrap := range []func(io.Reader) io.Reader{iotest.DataErrReader, iotest.HalfReader} {
			r := must(SealDocument(wrap(bytes.NewReader(someBytes(c.has))), int64(c.announced), to))(t)
			_, err := io.Copy(io.Discard, r)
			refused(t, fmt.Sprintf("%d of %d", c.has, c.announced), err, ErrLength)
		}
	}
	cut := errors.New("cut")
	for _, at := range []int{0, 50, 100} { // the connection that ends after the last byte has not ended well
		r := must(SealDocument(io.MultiReader(bytes.NewReader(someBytes(at)), iotest.ErrReader(cut)), 100, to))(t)
		_, err := io.Copy(io.Discard, r)
		refused(t, fmt.Sprintf("cut at %d", at), err, cut)
	}
}

// TestOpenDocumentRefusesAnotherFile (T4): even a file that was sealed with
// the document's own key.
func TestOpenDocumentRefusesAnotherFile(t *testing.T) {
	d := sealSome(t, 1000)
	again := must(io.ReadAll(must(SealDocument(bytes.NewReader(d.plain), 1000, d.key.Recipient()))(t)))(t)
	got, err := d.open(again, d.ref)
	refused(t, "sealed again", err, ErrHash)
	if len(got) > 0 {
		t.Error("bytes were written before the hash was checked")
	}
	for at := 0; at < len(d.sealed); at += 131 {
		bad := bytes.Clone(d.sealed)
		bad[at] ^= 1
		got, err := d.open(bad, d.ref)
		refused(t, fmt.Sprintf("bit at %d", at), err, ErrHash)
		if len(got) > 0 {
			t.Error("bytes were written before the hash was checked")
		}
	}
	for _, n := range []int{0, 1, HeaderSize, len(d.sealed) - 1} {
		_, err = d.open(d.sealed[:n], d.ref)
		refused(t, fmt.Sprintf("cut at %d", n), err, ErrLength)
	}
	_, err = d.open(append(bytes.Clone(d.sealed), 0), d.ref)
	refused(t, "longer", err, ErrLength)
	other := d
	other.key = freshIdentity(t)
	_, err = other.open(d.sealed, d.ref)
	refused(t, "another key", err, ErrKey)
	for _, ref := range []DocumentRef{
		{d.ref.SHA256, d.ref.Sealed, 0},
		{d.ref.SHA256, d.ref.Sealed, -1},
		{d.ref.SHA256, d.ref.Sealed, 1 << 62},
		{d.ref.SHA256, d.ref.Sealed, 1200},
		{d.ref.SHA256, d.ref.Sealed + 1, 1000},
	} {
		_, err = d.open(d.sealed, ref)
		refused(t, fmt.Sprint(ref.Size), err, ErrMismatch)
	}
	// All of the smallest documents have one sealed length; none of them is empty.
	small := sealSome(t, 10)
	for _, size := range []int64{0, -1} {
		_, err = small.open(small.sealed, DocumentRef{small.ref.SHA256, small.ref.Sealed, size})
		refused(t, fmt.Sprint(size), err, ErrMismatch)
	}
}

// TestChunks (T6): whoever can sign hashes too (a depositor) still cannot move,
// drop or double chunks, or cut the file at a boundary.
func TestChunks(t *testing.T) {
	d := sealSome(t, 200000)
	const start, step = HeaderSize + nonceSize, chunkSize + tagSize
	chunk := func(i int) []byte { return d.sealed[start+i*step : min(start+(i+1)*step, len(d.sealed))] }
	join := func(parts ...[]byte) []byte { return bytes.Join(append([][]byte{d.sealed[:start]}, parts...), nil) }
	mutants := map[string][]byte{
		"moved":            join(chunk(1), chunk(0), chunk(2), chunk(3)),
		"doubled":          join(chunk(0), chunk(0), chunk(2), chunk(3)),
		"last doubled":     join(chunk(0), chunk(1), chunk(2), chunk(3), chunk(3)),
		"last dropped":     join(chunk(0), chunk(1), chunk(2)),
		"middle dropped":   join(chunk(0), chunk(2), chunk(3)),
		"last one first":   join(chunk(3)),
		"nothing":          join(),
		"of another nonce": bytes.Join([][]byte{d.sealed[:HeaderSize], make([]byte, nonceSize), d.sealed[start:]}, nil),
		"something after":  append(bytes.Clone(d.sealed), make([]byte, step)...),
	}
	for b := 1; b <= 3; b++ {
		for _, more := range []int{-1, 0, 1, 16, 17} {
			mutants[fmt.Sprintf("cut at boundary %d%+d", b, more)] = d.sealed[:start+b*step+more]
		}
	}
	for name, b := range mutants {
		// The signed length is the true one for some size, where there is one.
		ref := refOf(b, d.ref.Size)
		for _, size := range []int64{d.ref.Size, sizeOf(int64(len(b)))} {
			ref.Size = size
			got, err := d.open(b, ref)
			if err == nil {
				t.Errorf("%s: opened %d bytes", name, len(got))
				continue
			}
			typed(t, err)
		}
	}
}

// sizeOf finds a document size that is sealed in so many bytes, or gives 1.
func sizeOf(sealed int64) int64 {
	for n := sealed; n > 0 && SealedSize(n) >= sealed; n-- {
		if SealedSize(n) == sealed {
			return n
		}
	}
	return 1
}

// TestPaddingIsZero: bytes that nobody shows cannot be carried along.
func TestPaddingIsZero(t *testing.T) {
	for _, size := range []int64{1, 600, 70000} {
		padded := PaddedSize(size)
		for _, at := range []int64{size, padded - 1} {
			d := sealedDoc{key: freshIdentity(t)}
			plain := make([]byte, padded)
			plain[at] = 1
			b := sealTo(t, plain, d.key.Recipient().key)
			_, err := d.open(b, refOf(b, size))
			refused(t, fmt.Sprintf("%d bytes, padding at %d", size, at), err, ErrForm)
		}
	}
}

// TestFormIsCheckedBeforeTheKeyIsUsed (T9), though the hash was signed.
func TestFormIsCheckedBeforeTheKeyIsUsed(t *testing.T) {
	d := sealedDoc{key: freshIdentity(t)}
	for name, b := range otherForms(t, d.key) {
		_, err := d.open(b, refOf(b, 512))
		if !errors.Is(err, ErrForm) && !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Of the very length that one stanza gives.
	long := sealTo(t, make([]byte, 65536), d.key.Recipient().key, strange{"x", "y"})
	for n := int64(512); n < 70000; n++ {
		if SealedSize(n) == int64(len(long)) {
			_, err := d.open(long, refOf(long, n))
			refused(t, "two stanzas in a plausible length", err, ErrForm)
		}
	}
}

// TestOpenDocumentTellsAFullDiskFromDamage: the citizen is told which it is.
func TestOpenDocumentTellsAFullDiskFromDamage(t *testing.T) {
	d := sealSome(t, 100000)
	full := errors.New("disk full")
	err := OpenDocument(&fullDisk{left: 50000, err: full}, bytes.NewReader(d.sealed), d.ref, d.key)
	refused(t, "full disk", err, full)
	if errors.Is(err, ErrForm) {
		t.Error("a full disk is called a damaged document")
	}
	cut := errors.New("disk fails")
	err = OpenDocument(io.Discard, failing{bytes.NewReader(d.sealed), cut}, d.ref, d.key)
	refused(t, "failing source", err, cut)
}

type fullDisk struct {
	left int
	err  error
}

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, f.err
	}
	return len(p), nil
}

type failing struct {
	io.ReadSeeker
	err error
}

func (f failing) Read([]byte) (int, error) { return 0, f.err }
