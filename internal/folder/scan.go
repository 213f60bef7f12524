package folder

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// ErrScanner: the scanner does not answer, or not as it should. Nothing is
// delivered without its word.
var ErrScanner = errors.New("the scanner gives no answer")

// ErrUnjudged: the scanner answers, and not about this document.
var ErrUnjudged = errors.New("the scanner cannot judge the document")

// Scanner looks at an opened document before it is delivered.
type Scanner interface {
	// Scan says what was found in the file, "" when it is clean. Whatever else
	// happens is ErrUnjudged when it is about this file, else ErrScanner.
	Scan(ctx context.Context, path string) (found string, err error)
}

// scanTime bounds a scan of one document, unless told otherwise.
const scanTime = 10 * time.Minute

// Clamd asks a clamd, by its INSTREAM command: the document's bytes go over the
// line, so clamd need not read the directory. Address is HOST:PORT, or the path
// of its socket.
type Clamd struct {
	Address string
	Within  time.Duration // 0 is ten minutes
}

// Scan is a Scanner's.
func (c Clamd) Scan(parent context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(parent, cmp.Or(c.Within, scanTime))
	defer cancel()
	network := "tcp"
	if strings.HasPrefix(c.Address, "/") {
		network = "unix"
	}
	conn, err := (&net.Dialer{Timeout: 15 * time.Second}).DialContext(ctx, network, c.Address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrScanner, err)
	}
	defer func() { _ = conn.Close() }()
	end, _ := ctx.Deadline()
	if err := conn.SetDeadline(end); err != nil {
		return "", fmt.Errorf("%w: %w", ErrScanner, err)
	}
	said, err := instream(conn, path)
	if errors.Is(err, os.ErrDeadlineExceeded) && parent.Err() == nil {
		return "", fmt.Errorf("%w: no answer in time: %w", ErrUnjudged, err)
	}
	if err != nil {
		return "", err
	}
	return verdict(said)
}

// instream sends the file in chunks, each after its length, and reads the one
// line of the answer. clamd may answer, and hang up, before it has read all.
func instream(conn net.Conn, path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the folder's own
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	sent := func() error {
		w := bufio.NewWriterSize(conn, 256<<10)
		if _, err := w.WriteString("zINSTREAM\x00"); err != nil {
			return err
		}
		chunk := make([]byte, 128<<10)
		for {
			n, err := f.Read(chunk)
			if n > 0 {
				var length [4]byte
				binary.BigEndian.PutUint32(length[:], uint32(n)) //nolint:gosec // at most a chunk
				if _, err := w.Write(append(length[:], chunk[:n]...)); err != nil {
					return err
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		if _, err := w.Write([]byte{0, 0, 0, 0}); err != nil {
			return err
		}
		return w.Flush()
	}()
	b, err := io.ReadAll(io.LimitReader(conn, 4096))
	if said, _, whole := strings.Cut(string(b), "\x00"); whole {
		return said, nil
	}
	return "", fmt.Errorf("%w: %w", ErrScanner, errors.Join(sent, err, errors.New("the answer ends early")))
}

// verdict reads "stream: OK", "stream: NAME FOUND" or "… ERROR".
func verdict(said string) (string, error) {
	said = strings.TrimSpace(said)
	what := strings.TrimPrefix(said, "stream: ")
	if what == "OK" {
		return "", nil
	}
	if name, found := strings.CutSuffix(what, " FOUND"); found && name != "" {
		return name, nil
	}
	if strings.HasSuffix(what, "ERROR") {
		return "", fmt.Errorf("%w: it says %.200q", ErrUnjudged, said)
	}
	return "", fmt.Errorf("%w: it says %.200q", ErrScanner, said)
}

// Command runs a program with the document's path as its last argument. As
// clamdscan does, it ends with 0 for a clean document, 1 for one in which
// something was found, and anything else when it could not tell.
type Command struct {
	Args   []string
	Within time.Duration // 0 is ten minutes
}

// Scan is a Scanner's.
func (c Command) Scan(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Within, scanTime))
	defer cancel()
	args := append(append([]string{}, c.Args[1:]...), path)
	cmd := exec.CommandContext(ctx, c.Args[0], args...) //nolint:gosec // the operator says which
	cmd.WaitDelay = 10 * time.Second                    // what it has started may hold on to its output
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		if line == "" {
			line = "found by " + c.Args[0]
		}
		return line, nil
	case errors.As(err, &exit):
		return "", fmt.Errorf("%w: %w: %.200s", ErrUnjudged, err, out)
	}
	return "", fmt.Errorf("%w: %w: %.200s", ErrScanner, err, out)
}
