package sealed

import (
	"bufio"
	"fmt"
	"io"

	"filippo.io/age"
)

// SealStream seals what is written, of any length, for one recipient: an age
// file of the form of SPEC.md §5, without padding. It is whole once Close has
// returned nil.
func SealStream(w io.Writer, to *Recipient) (io.WriteCloser, error) {
	s, err := age.Encrypt(w, to.key)
	if err != nil {
		return nil, fmt.Errorf("seal stream: %w", err)
	}
	return s, nil
}

// OpenStream opens such a file. What it gives is true only when io.EOF has
// come: until then a later chunk can still be found damaged or missing.
func OpenStream(r io.Reader, id *Identity) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, chunkSize)
	header, err := buffered.Peek(HeaderSize)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", ErrForm)
	}
	if err := CheckForm(header); err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	plain, err := age.Decrypt(buffered, id.key)
	if err != nil {
		return nil, decryptError(err)
	}
	return streamReader{plain}, nil
}

type streamReader struct{ r io.Reader }

func (s streamReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // the reader's own end, never wrapped
		err = decryptError(err)
	}
	return n, err
}
