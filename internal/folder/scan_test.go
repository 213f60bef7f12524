package folder

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// clamd answers as its manual says, by what it is sent.
func clamd(t *testing.T, network, address string, answer func([]byte) string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				if got, err := streamed(c); err == nil {
					_, _ = io.WriteString(c, answer(got))
				}
			}()
		}
	}()
	return l.Addr().String()
}

var errCommand = errors.New("another command")

func streamed(c io.Reader) ([]byte, error) {
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(c, command); err != nil || string(command) != "zINSTREAM\x00" {
		return nil, errors.Join(err, errCommand)
	}
	var all []byte
	for {
		var length uint32
		if err := binary.Read(c, binary.BigEndian, &length); err != nil || length == 0 {
			return all, err
		}
		chunk := make([]byte, length)
		if _, err := io.ReadFull(c, chunk); err != nil {
			return nil, err
		}
		all = append(all, chunk...)
	}
}

func file(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestClamdSaysWhatItFinds(t *testing.T) {
	bad := bytes.Repeat([]byte("x"), 300_000)
	copy(bad[200_000:], "EICAR")
	answer := func(b []byte) string {
		if bytes.Contains(b, []byte("EICAR")) && len(b) == len(bad) {
			return "stream: Eicar-Test-Signature FOUND\x00"
		}
		return "stream: OK\x00"
	}
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "clamd.sock")} {
		s := Clamd{Address: clamd(t, network, address, answer)}
		if found, err := s.Scan(t.Context(), file(t, bad)); found != "Eicar-Test-Signature" || err != nil {
			t.Errorf("%s: found %q, %v", network, found, err)
		}
		if found, err := s.Scan(t.Context(), file(t, []byte("fine"))); found != "" || err != nil {
			t.Errorf("%s: found %q, %v", network, found, err)
		}
	}
}

// TestAScannerThatGivesNoAnswerIsNoGoodWord: whatever is not "OK" is not clean.
func TestAScannerThatGivesNoAnswerIsNoGoodWord(t *testing.T) {
	document := file(t, []byte("document"))
	for what, said := range map[string]string{
		"nothing": "", "half a word": "stream: OK", "something else": "stream: maybe\x00", "no name": "stream:  FOUND\x00",
	} {
		s := Clamd{Address: clamd(t, "tcp", "127.0.0.1:0", func([]byte) string { return said })}
		if found, err := s.Scan(t.Context(), document); !errors.Is(err, ErrScanner) {
			t.Errorf("%s: found %q, %v", what, found, err)
		}
	}
	tooBig := Clamd{Address: clamd(t, "tcp", "127.0.0.1:0", func([]byte) string { return "INSTREAM size limit exceeded. ERROR\x00" })}
	if found, err := tooBig.Scan(t.Context(), document); found != "" || !errors.Is(err, ErrUnjudged) || errors.Is(err, ErrScanner) {
		t.Errorf("too big for it: found %q, %v", found, err)
	}
	never := make(chan struct{})
	defer close(never)
	slow := Clamd{Within: 50 * time.Millisecond, Address: clamd(t, "tcp", "127.0.0.1:0", func([]byte) string { <-never; return "" })}
	if found, err := slow.Scan(t.Context(), document); found != "" || !errors.Is(err, ErrUnjudged) {
		t.Errorf("too long for it: found %q, %v", found, err)
	}
	if _, err := (Clamd{Address: "127.0.0.1:1"}).Scan(t.Context(), document); !errors.Is(err, ErrScanner) {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := (Clamd{Address: filepath.Join(t.TempDir(), "none.sock")}).Scan(t.Context(), document); !errors.Is(err, ErrScanner) {
		t.Errorf("no socket: %v", err)
	}
}

func TestAScanCommandEndsAsClamdscanDoes(t *testing.T) {
	script := func(text string) Command { return Command{Args: []string{"sh", "-c", text, "sh"}} }
	document := file(t, []byte("document"))
	if found, err := script(`grep -q document "$1"`).Scan(t.Context(), document); found != "" || err != nil {
		t.Errorf("clean: %q, %v", found, err)
	}
	if found, err := script(`echo "$1: Worm FOUND"; exit 1`).Scan(t.Context(), document); found != document+": Worm FOUND" || err != nil {
		t.Errorf("infected: %q, %v", found, err)
	}
	for _, text := range []string{"exit 2", "kill -9 $$"} {
		if found, err := script(text).Scan(t.Context(), document); found != "" || !errors.Is(err, ErrUnjudged) || errors.Is(err, ErrScanner) {
			t.Errorf("%s: %q, %v", text, found, err)
		}
	}
	slow := script("exec sleep 60")
	slow.Within = 50 * time.Millisecond
	if found, err := slow.Scan(t.Context(), document); found != "" || !errors.Is(err, ErrUnjudged) {
		t.Errorf("too long: %q, %v", found, err)
	}
	if _, err := (Command{Args: []string{"/no/such/scanner"}}).Scan(t.Context(), document); !errors.Is(err, ErrScanner) {
		t.Errorf("no program: %v", err)
	}
}
