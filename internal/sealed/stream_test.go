package sealed_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func sealStream(t *testing.T, plain []byte, to *sealed.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := sealed.SealStream(&out, to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openStream(b []byte, id *sealed.Identity) ([]byte, error) {
	r, err := sealed.OpenStream(bytes.NewReader(b), id)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestAStreamOpensWholeOrNotAtAll(t *testing.T) {
	id, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	plain := bytes.Repeat([]byte("rows of a town\n"), 20_000)
	b := sealStream(t, plain, id.Recipient())
	if got, err := openStream(b, id); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if _, err := openStream(b, other); !errors.Is(err, sealed.ErrKey) {
		t.Errorf("another key: %v", err)
	}
	for _, cut := range []int{0, 100, sealed.HeaderSize, sealed.HeaderSize + 16 + 65_552, len(b) - 1} {
		if _, err := openStream(b[:cut], id); !errors.Is(err, sealed.ErrForm) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
	bent := bytes.Clone(b)
	bent[len(bent)-100] ^= 1
	if _, err := openStream(bent, id); !errors.Is(err, sealed.ErrForm) {
		t.Errorf("a flipped bit: %v", err)
	}
	if _, err := openStream(sealStream(t, nil, id.Recipient()), id); err != nil {
		t.Errorf("empty: %v", err)
	}
}
