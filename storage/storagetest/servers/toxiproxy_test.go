package servers_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestLineIsSpoiledAndMended: what a test does to a line is done to it, and
// nothing of it is left afterwards.
func TestLineIsSpoiledAndMended(t *testing.T) {
	line := servers.Toxiproxy(t, echoes(t))
	if err := said(line, 10, time.Minute); err != nil {
		t.Fatalf("a whole line: %v", err)
	}
	for name, spoil := range map[string]func(){
		"cut to the server":    func() { line.Cut(servers.ToServer, 1000) },
		"cut from the server":  func() { line.Cut(servers.FromServer, 1000) },
		"reset":                func() { line.Reset(servers.FromServer, 0) },
		"refused":              line.Refuse,
		"hanging":              func() { line.Hang(servers.FromServer) },
		"slower than patience": func() { line.Slow(servers.ToServer, time.Minute) },
		"narrow":               func() { line.Narrow(servers.ToServer, 1000) },
	} {
		spoil()
		if err := said(line, 100_000, time.Second); err == nil {
			t.Errorf("%s: all came through", name)
		}
		line.Mend()
		if err := said(line, 100_000, time.Minute); err != nil {
			t.Errorf("%s, then mended: %v", name, err)
		}
	}
}

// said sends so many bytes and wants them back in time.
func said(line *servers.Line, n int, within time.Duration) error {
	c, err := net.Dial("tcp", line.Endpoint)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = c.Write(make([]byte, n)) // the reader sees what came of it
	}()
	_, err = io.ReadFull(c, make([]byte, n))
	_ = c.Close()
	<-sent
	return err
}

func echoes(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
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
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}
