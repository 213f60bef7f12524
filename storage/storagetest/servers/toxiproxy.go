package servers

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

// Line is a TCP line to a server that a test can spoil and mend. What it does
// to a direction begins at once, for connections that are open too.
type Line struct {
	Endpoint string // host:port, where to reach the server through it
	tb       testing.TB
	client   *toxiproxy.Client
	proxy    *toxiproxy.Proxy
}

// Direction is which half of a line is meant.
type Direction string

// The two halves of a line.
const (
	ToServer   Direction = "upstream"
	FromServer Direction = "downstream"
)

// One toxiproxy serves every line of a test's process, and ends with that.
var sharedToxiproxy = sync.OnceValues(func() (*toxiproxy.Client, error) { //nolint:gochecknoglobals // as PostgreSQL's
	ctx := context.Background()
	program, err := peer(ctx, "toxiproxy")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := makeDir("toxiproxy")
	if err != nil {
		return nil, err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	_, err = start(ctx, Command{
		Name: "toxiproxy", Args: []string{program, "-host", "127.0.0.1", "-port", strconv.Itoa(port)}, Dir: dir,
		Ready: func(ctx context.Context) error { return answers(ctx, http.DefaultClient, url+"/version") },
	})
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return toxiproxy.NewClient(url), nil
})

// Toxiproxy lays a line to a server, host:port, for one test.
func Toxiproxy(tb testing.TB, server string) *Line {
	tb.Helper()
	client, err := sharedToxiproxy()
	if err != nil {
		tb.Fatal(err)
	}
	l := &Line{Endpoint: "127.0.0.1:0", tb: tb, client: client}
	l.lay(server)
	tb.Cleanup(func() { _ = l.proxy.Delete() })
	return l
}

func (l *Line) lay(server string) {
	l.tb.Helper()
	var err error
	if l.proxy, err = l.client.CreateProxy(rand.Text(), l.Endpoint, server); err != nil {
		l.tb.Fatal(err)
	}
	l.Endpoint = l.proxy.Listen
}

// Slow delays what goes that way.
func (l *Line) Slow(d Direction, by time.Duration) {
	l.tb.Helper()
	l.add("latency", d, toxiproxy.Attributes{"latency": by.Milliseconds()})
}

// Narrow lets through so many bytes in a second.
func (l *Line) Narrow(d Direction, bytes int) {
	l.tb.Helper()
	l.add("bandwidth", d, toxiproxy.Attributes{"rate": bytes / 1000})
}

// Hang takes everything and passes nothing on, without an end.
func (l *Line) Hang(d Direction) {
	l.tb.Helper()
	l.add("timeout", d, toxiproxy.Attributes{"timeout": 0})
}

// Cut closes a connection in order once so many bytes have gone that way.
func (l *Line) Cut(d Direction, after int) {
	l.tb.Helper()
	l.add("limit_data", d, toxiproxy.Attributes{"bytes": after})
}

// Reset ends connections without order that long after something goes that way.
func (l *Line) Reset(d Direction, after time.Duration) {
	l.tb.Helper()
	l.add("reset_peer", d, toxiproxy.Attributes{"timeout": after.Milliseconds()})
}

func (l *Line) add(kind string, d Direction, a toxiproxy.Attributes) {
	l.tb.Helper()
	if _, err := l.proxy.AddToxic("", kind, string(d), 1, a); err != nil {
		l.tb.Fatal(err)
	}
}

// Refuse lets nobody connect and ends what is connected, until Mend.
func (l *Line) Refuse() {
	l.tb.Helper()
	if err := l.proxy.Disable(); err != nil {
		l.tb.Fatal(err)
	}
}

// Mend lays the line anew: at its address, whole, with nothing connected.
func (l *Line) Mend() {
	l.tb.Helper()
	if err := l.proxy.Delete(); err != nil {
		l.tb.Fatal(err)
	}
	l.lay(l.proxy.Upstream)
}
