package safe

import (
	"errors"
	"io"
	"sync"
)

// A long body is worked on by several goroutines, each at one step of its way
// (hash, seal, hash, send): one core alone seals and hashes more slowly than
// a disk writes. Blocks go from one to the next in order, and there are only
// so many: memory does not grow with the body.
const (
	// aheadFrom is the length from which it pays.
	aheadFrom   = 1<<20 + 1
	aheadBlock  = 128 << 10
	aheadBlocks = 3
)

// steps are the goroutines of one body. end waits for all of them, so that
// none reads a request's body after its handler has returned.
type steps struct {
	stop chan struct{}
	work sync.WaitGroup
}

func newSteps() *steps { return &steps{stop: make(chan struct{})} }

func (s *steps) end() {
	close(s.stop)
	s.work.Wait()
}

// ahead has r read by a goroutine of its own, when there is enough of it.
// What the reading of r does (hashing, say) is done and visible to the caller
// for every byte that it was given, and wholly once it was given io.EOF.
func (s *steps) ahead(r io.Reader, length int64) io.Reader {
	if length < aheadFrom {
		return r
	}
	a := &ahead{full: make(chan block, aheadBlocks), free: make(chan []byte, aheadBlocks), stop: s.stop}
	for range aheadBlocks {
		a.free <- make([]byte, aheadBlock)
	}
	s.work.Go(func() { a.run(r) })
	return a
}

type block struct {
	bytes []byte
	err   error // after the bytes
}

// ahead is the reading end.
type ahead struct {
	full chan block
	free chan []byte
	stop chan struct{}
	now  block
	rest []byte
}

var errStopped = errors.New("body is not read any more")

func (a *ahead) run(r io.Reader) {
	for {
		select {
		case <-a.stop:
			return
		case b := <-a.free:
			n, err := fill(r, b)
			a.full <- block{b[:n], err} // there are no more blocks than it holds
			if err != nil {
				return
			}
		}
	}
}

func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = r.Read(b[n:])
		n += k
	}
	return n, err
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.bytes != nil {
			a.free <- a.now.bytes[:cap(a.now.bytes)]
			a.now.bytes = nil
		}
		select {
		case a.now = <-a.full:
			a.rest = a.now.bytes
		case <-a.stop:
			a.now = block{err: errStopped}
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}
