package safe

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// TestAheadChangesNothing: bytes, their order, and what comes after them are
// those of the body, and what its reading does is done when the end is seen.
func TestAheadChangesNothing(t *testing.T) {
	bad := errors.New("bad")
	body := make([]byte, aheadBlock*aheadBlocks*3+77)
	for i := range body {
		body[i] = byte(i * 31 >> 5)
	}
	for name, shape := range map[string]func(io.Reader) io.Reader{
		"whole":         func(r io.Reader) io.Reader { return r },
		"halves":        iotest.HalfReader,
		"data with EOF": iotest.DataErrReader,
		"broken":        func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(bad)) },
	} {
		work := newSteps()
		sum := sha256.New()
		r := work.ahead(io.TeeReader(shape(bytes.NewReader(body)), sum), aheadFrom)
		got, err := io.ReadAll(iotest.HalfReader(r))
		if want := name == "broken"; errors.Is(err, bad) != want || (err != nil) != want {
			t.Errorf("%s: error %v", name, err)
		}
		if !bytes.Equal(got, body) || [32]byte(sum.Sum(nil)) != sha256.Sum256(body) {
			t.Errorf("%s: other bytes came out", name)
		}
		if n, again := r.Read(make([]byte, 1)); n != 0 || again == nil {
			t.Errorf("%s: the end does not last", name)
		}
		work.end()
	}
}

// TestEndLeavesNobodyReading: a store that gives up in the middle of a body
// leaves no goroutine behind that reads it.
func TestEndLeavesNobodyReading(t *testing.T) {
	work := newSteps()
	var over bool
	body := readerFunc(func(p []byte) (int, error) {
		if over {
			t.Error("the body is read after the end")
		}
		return len(p), nil
	})
	inner := work.ahead(body, aheadFrom)
	outer := work.ahead(io.TeeReader(inner, io.Discard), aheadFrom)
	if _, err := io.ReadFull(outer, make([]byte, 5*aheadBlock)); err != nil {
		t.Fatal(err)
	}
	work.end()
	over = true
	if _, err := io.Copy(io.Discard, outer); !errors.Is(err, errStopped) {
		t.Errorf("a reader of what has ended gets %v", err)
	}
}

// TestAheadIsBounded: a body that nobody takes is not read on and on.
func TestAheadIsBounded(t *testing.T) {
	work := newSteps()
	read := make(chan int, 100)
	_ = work.ahead(readerFunc(func(p []byte) (int, error) {
		read <- len(p)
		return len(p), nil
	}), aheadFrom)
	for range aheadBlocks {
		<-read
	}
	work.end()
	if len(read) != 0 {
		t.Errorf("%d more blocks were read than are held", len(read))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
