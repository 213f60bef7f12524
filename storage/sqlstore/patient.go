package sqlstore

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// patient dials connections on which no read waits longer than that. The
// driver's own deadlines, which end a caller's context, come first.
func patient(dial pgconn.DialFunc, most time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &patientConn{Conn: c, most: most}, nil
	}
}

type patientConn struct {
	net.Conn
	most time.Duration

	mu       sync.Mutex
	deadline time.Time // the driver's; zero for none
}

// Read implements net.Conn.
func (c *patientConn) Read(p []byte) (int, error) {
	if err := c.wait(func() {}); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// SetDeadline implements net.Conn; a read that waits feels it.
func (c *patientConn) SetDeadline(t time.Time) error {
	if err := c.Conn.SetWriteDeadline(t); err != nil {
		return err
	}
	return c.SetReadDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (c *patientConn) SetReadDeadline(t time.Time) error {
	return c.wait(func() { c.deadline = t })
}

func (c *patientConn) wait(change func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	until := time.Now().Add(c.most)
	if !c.deadline.IsZero() && c.deadline.Before(until) {
		until = c.deadline
	}
	return c.Conn.SetReadDeadline(until)
}
