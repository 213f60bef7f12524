package servers

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// SMTPServer is a mail relay that delivers to nobody: it keeps what it takes.
// It takes nothing before STARTTLS.
type SMTPServer struct {
	*Process
	Port int
	CA   string // file of its authority
	dir  string
	args []string
}

// SMTP starts one.
func SMTP(tb testing.TB) *SMTPServer {
	tb.Helper()
	program, err := Find("aiosmtpd")
	if err != nil {
		tb.Fatal(err)
	}
	s := &SMTPServer{dir: Dir(tb, "smtp"), Port: FreePort(tb)}
	cert, key := filepath.Join(s.dir, "cert.pem"), filepath.Join(s.dir, "key.pem")
	if s.CA, err = makeCertificate(cert, key, filepath.Join(s.dir, "ca.pem")); err != nil {
		tb.Fatal(err)
	}
	s.args = []string{
		program, "--nosetuid", "--listen", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)), "--tlscert", cert, "--tlskey", key,
		"--class", "aiosmtpd.handlers.Mailbox", filepath.Join(s.dir, "mail"),
	}
	s.Restart(tb)
	return s
}

// Restart starts it again, with what it had taken.
func (s *SMTPServer) Restart(tb testing.TB) {
	tb.Helper()
	s.Process = Start(tb, Command{Name: "aiosmtpd", Args: s.args, Dir: s.dir, Ready: s.greets})
}

func (s *SMTPServer) greets(ctx context.Context) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "220") {
		return errors.Join(err, fmt.Errorf("it greets with %q", line))
	}
	return nil
}

// TLS is what a client of it needs.
func (s *SMTPServer) TLS(tb testing.TB) *tls.Config {
	tb.Helper()
	pem, err := os.ReadFile(s.CA)
	if err != nil {
		tb.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		tb.Fatal("no authority")
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, ServerName: "localhost"}
}

// Mails are those that it has taken, in the order of their names.
func (s *SMTPServer) Mails(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "mail", "new", "*"))
	if err != nil {
		tb.Fatal(err)
	}
	slices.Sort(files)
	var all []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

// Wait gives its mails once there are n of them.
func (s *SMTPServer) Wait(tb testing.TB, n int) []string {
	tb.Helper()
	for deadline := time.Now().Add(patience); ; {
		if all := s.Mails(tb); len(all) >= n {
			return all
		}
		if time.Now().After(deadline) {
			tb.Fatalf("%d mails are expected, there are %q", n, s.Mails(tb))
		}
		time.Sleep(again)
	}
}
