package sealed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// DocumentRef is what a signed object says of a sealed document.
type DocumentRef struct {
	SHA256 string // of the sealed file, lowercase hexadecimal
	Sealed int64  // its length
	Size   int64  // length of the document
}

// SealDocument gives the sealed file of exactly size (≥ 1) bytes of r as a
// stream of SealedSize(size) bytes. Reading fails with ErrLength when r has
// fewer or more. Memory does not grow with size.
func SealDocument(r io.Reader, size int64, to *Recipient) (io.Reader, error) {
	return SealDocumentIn(Suite, r, size, to)
}

// SealDocumentIn is the same in the suite of a safe's root: a stream of
// SealedSizeIn bytes.
func SealDocumentIn(suite int, r io.Reader, size int64, to *Recipient) (io.Reader, error) {
	if size < 1 {
		return nil, fmt.Errorf("seal document of %d bytes: %w", size, ErrLength)
	}
	in, err := suiteOf(suite)
	if err != nil {
		return nil, fmt.Errorf("seal document: %w", err)
	}
	plain := io.MultiReader(&exactly{r: r, left: size}, io.LimitReader(zeros{}, in.padded(size)-size))
	s, err := age.EncryptReader(plain, to.key)
	if err != nil {
		return nil, fmt.Errorf("seal document: %w", err)
	}
	return s, nil
}

// exactly ends with io.EOF after its bytes, and with ErrLength before or
// beyond them.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		var one [1]byte
		switch n, err := io.ReadFull(e.r, one[:]); {
		case n > 0:
			return 0, fmt.Errorf("read document: more than announced: %w", ErrLength)
		case errors.Is(err, io.EOF):
			return 0, io.EOF
		default:
			return 0, err
		}
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	if errors.Is(err, io.EOF) {
		if err = nil; e.left > 0 {
			err = fmt.Errorf("read document: %d bytes missing: %w", e.left, ErrLength)
		}
	}
	return n, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// OpenDocument reads src twice: hash, length and form first, then it decrypts
// to the last chunk and checks the padding. dst receives bytes as they are
// decrypted, so it must be a temporary place that the caller publishes only
// when the result is nil.
func OpenDocument(dst io.Writer, src io.ReadSeeker, ref DocumentRef, key *Identity) error {
	padded := paddedTo(ref)
	if padded == 0 {
		return fmt.Errorf("open document: size and sealed length disagree: %w", ErrMismatch)
	}
	if err := checkSealed(src, ref); err != nil {
		return fmt.Errorf("open document: %w", err)
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("open document: %w", err)
	}
	plain, err := age.Decrypt(src, key.key)
	if err != nil {
		return decryptError(err)
	}
	out := &noting{w: dst}
	if _, err := io.CopyN(out, plain, ref.Size); out.err != nil {
		return fmt.Errorf("write document: %w", out.err)
	} else if err != nil {
		return decryptError(err)
	}
	n, err := io.Copy(onlyZeros{}, plain)
	switch {
	case errors.Is(err, errPadding):
		return fmt.Errorf("open document: padding is not zero: %w", ErrForm)
	case err != nil:
		return decryptError(err)
	case n != padded-ref.Size:
		return fmt.Errorf("open document: padding of %d bytes: %w", n, ErrLength)
	}
	return nil
}

func checkSealed(src io.ReadSeeker, ref DocumentRef) error {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(h, src)
	if err != nil {
		return err
	}
	if n != ref.Sealed {
		return fmt.Errorf("%d sealed bytes instead of %d: %w", n, ref.Sealed, ErrLength)
	}
	if hex.EncodeToString(h.Sum(nil)) != ref.SHA256 {
		return ErrHash
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return err
	}
	header := make([]byte, HeaderSize)
	if _, err := io.ReadFull(src, header); err != nil {
		return err
	}
	return CheckForm(header)
}

// noting tells a full disk from a damaged document.
type noting struct {
	w   io.Writer
	err error
}

func (n *noting) Write(p []byte) (int, error) {
	k, err := n.w.Write(p)
	n.err = err
	return k, err
}

var errPadding = errors.New("padding is not zero")

type onlyZeros struct{}

func (onlyZeros) Write(p []byte) (int, error) {
	for _, b := range p {
		if b != 0 {
			return 0, errPadding
		}
	}
	return len(p), nil
}
