package sqlstore

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// TestSilenceEndsAConnection: with no deadline of the driver's, with a later
// one and with one that it sets while a read waits, a read comes back.
func TestSilenceEndsAConnection(t *testing.T) {
	for name, c := range map[string]struct {
		most   time.Duration
		before func(net.Conn) error
		during func(net.Conn) error
	}{
		"no deadline":       {most: 20 * time.Millisecond},
		"a later one":       {20 * time.Millisecond, func(c net.Conn) error { return c.SetDeadline(time.Now().Add(time.Hour)) }, nil},
		"taken away":        {20 * time.Millisecond, func(c net.Conn) error { return c.SetDeadline(time.Time{}) }, nil},
		"ended by a caller": {time.Hour, nil, func(c net.Conn) error { return c.SetDeadline(time.Unix(1, 0)) }},
		"ended before":      {time.Hour, func(c net.Conn) error { return c.SetReadDeadline(time.Unix(1, 0)) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			here, there := net.Pipe()
			defer func() { _ = there.Close() }()
			dial := patient(func(context.Context, string, string) (net.Conn, error) { return here, nil }, c.most)
			conn, err := dial(t.Context(), "tcp", "x")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if c.before != nil {
				if err := c.before(conn); err != nil {
					t.Fatal(err)
				}
			}
			read := make(chan error, 1)
			go func() {
				_, err := conn.Read(make([]byte, 1))
				read <- err
			}()
			if c.during != nil {
				if err := c.during(conn); err != nil {
					t.Fatal(err)
				}
			}
			if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("read ended with %v", err)
			}
		})
	}
}
