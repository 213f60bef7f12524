package safe

import (
	"errors"
	"fmt"
	"io"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// gate passes exactly left bytes of r through and holds the last ones back
// until r has ended there and check is content. An object store that was
// promised left bytes never gets them all from a body that is wrong, so it
// publishes nothing. Errors come out as *Error.
type gate struct {
	r     io.Reader
	left  int64
	check func() error // nil: nothing beside the length
	err   error
}

func (g *gate) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if g.left == 0 {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := g.r.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	if g.left > 0 {
		if err != nil {
			g.err = bodyError(err)
		}
		if n > 0 {
			return n, nil
		}
		return 0, g.err
	}
	if err == nil {
		err = atEnd(g.r)
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = nil
		if g.check != nil {
			err = g.check()
		}
	}
	if err != nil {
		g.err = bodyError(err)
		return 0, g.err
	}
	return n, nil
}

// atEnd is nil when r has nothing more to give.
func atEnd(r io.Reader) error {
	var one [1]byte
	for {
		n, err := r.Read(one[:])
		switch {
		case n > 0:
			return refusal(WrongLength, "the body is longer than announced")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// bodyError names what a client's body did wrong. A connection that breaks
// is a body of the wrong length.
func bodyError(err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, sealed.ErrForm):
		return &Error{Kind: WrongForm, Msg: "read body", Err: err}
	case errors.Is(err, io.EOF):
		return &Error{Kind: WrongLength, Msg: "read body", Err: io.ErrUnexpectedEOF}
	default:
		return &Error{Kind: WrongLength, Msg: "read body", Err: fmt.Errorf("body cut: %w", err)}
	}
}
