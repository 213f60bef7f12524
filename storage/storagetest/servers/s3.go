package servers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// S3Server is an S3 store in a process of its own, on loopback.
type S3Server struct {
	*Process
	Endpoint  string // host:port
	AccessKey string
	Secret    string
	// CA is the file of the authority that signed its certificate; "" where it
	// speaks plain HTTP.
	CA   string
	kind s3Kind
	dir  string
}

// s3Kind is how one of them is started.
type s3Kind struct {
	name   string
	health string
	args   func(s *S3Server) []string
	env    func(s *S3Server) []string
}

// The stores of a test's process; they end with that.
var (
	sharedVersityGW = sync.OnceValues(func() (*S3Server, error) { return sharedS3(versityGW()) }) //nolint:gochecknoglobals // as PostgreSQL's
	sharedMinIO     = sync.OnceValues(func() (*S3Server, error) { return sharedS3(minIO()) })     //nolint:gochecknoglobals // as PostgreSQL's
)

// VersityGW is a versitygw over a directory, the same for every test of a
// process: take a bucket each.
func VersityGW(tb testing.TB) *S3Server { tb.Helper(); return usedBy(tb, sharedVersityGW) }

// MinIO is a MinIO server with one drive, the same for every test of a
// process: take a bucket each.
func MinIO(tb testing.TB) *S3Server { tb.Helper(); return usedBy(tb, sharedMinIO) }

// NewVersityGW starts one for one test, which may Kill and Restart it.
func NewVersityGW(tb testing.TB) *S3Server { tb.Helper(); return newS3For(tb, versityGW(), false) }

// NewMinIO starts one for one test, which may Kill and Restart it.
func NewMinIO(tb testing.TB) *S3Server { tb.Helper(); return newS3For(tb, minIO(), false) }

// NewMinIOTLS is NewMinIO with a certificate of a private authority.
func NewMinIOTLS(tb testing.TB) *S3Server { tb.Helper(); return newS3For(tb, minIO(), true) }

func versityGW() s3Kind {
	return s3Kind{
		name: "versitygw", health: "/health",
		args: func(s *S3Server) []string {
			args := []string{"--port", s.Endpoint, "--health", "/health", "--quiet", "--keep-alive"}
			if s.CA != "" {
				args = append(args, "--cert", s.certs("public.crt"), "--key", s.certs("private.key"))
			}
			return append(args, "posix", filepath.Join(s.dir, "data"))
		},
		env: func(s *S3Server) []string {
			return []string{"ROOT_ACCESS_KEY_ID=" + s.AccessKey, "ROOT_SECRET_ACCESS_KEY=" + s.Secret}
		},
	}
}

func minIO() s3Kind {
	return s3Kind{
		name: "minio", health: "/minio/health/ready",
		args: func(s *S3Server) []string {
			return []string{"server", "--quiet", "--address", s.Endpoint, "--certs-dir", s.certs(""), filepath.Join(s.dir, "data")}
		},
		env: func(s *S3Server) []string {
			return []string{
				"MINIO_ROOT_USER=" + s.AccessKey, "MINIO_ROOT_PASSWORD=" + s.Secret, "HOME=" + s.dir,
				"MINIO_BROWSER=off", "MINIO_UPDATE=off", // it asks nobody on the network
				"MINIO_CI_CD=1", // a directory beside others is a drive
			}
		},
	}
}

func (s *S3Server) certs(file string) string { return filepath.Join(s.dir, "certs", file) }

func usedBy(tb testing.TB, shared func() (*S3Server, error)) *S3Server {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	s.shows(tb)
	return s
}

func sharedS3(kind s3Kind) (*S3Server, error) {
	dir, err := makeDir(kind.name)
	if err != nil {
		return nil, err
	}
	s, err := newS3(context.Background(), kind, dir, false)
	if err != nil {
		_ = os.RemoveAll(dir)
	}
	return s, err
}

func newS3For(tb testing.TB, kind s3Kind, tls bool) *S3Server {
	tb.Helper()
	s, err := newS3(tb.Context(), kind, Dir(tb, kind.name), tls)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.Stop()
		if tb.Failed() {
			tb.Logf("%s wrote:\n%s", s.kind.name, s.Log(0))
		}
	})
	return s
}

func newS3(ctx context.Context, kind s3Kind, dir string, tls bool) (*S3Server, error) {
	s := &S3Server{kind: kind, dir: dir, AccessKey: "tests", Secret: rand.Text()}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s.Endpoint = fmt.Sprintf("127.0.0.1:%d", port)
	for _, sub := range []string{"data", "certs"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	if tls {
		if s.CA, err = makeCertificate(s.certs("public.crt"), s.certs("private.key"), filepath.Join(dir, "ca.pem")); err != nil {
			return nil, err
		}
	}
	return s, s.Restart(ctx)
}

// Restart starts a store that was stopped or killed, on its port, with its data.
func (s *S3Server) Restart(ctx context.Context) error {
	program, err := peer(ctx, s.kind.name)
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	s.Process, err = start(ctx, Command{
		Name: s.kind.name, Args: append([]string{program}, s.kind.args(s)...), Env: s.kind.env(s), Dir: s.dir,
		Ready: func(ctx context.Context) error { return answers(ctx, client, s.url()+s.kind.health) },
	})
	return err
}

func (s *S3Server) url() string {
	if s.CA != "" {
		return "https://" + s.Endpoint
	}
	return "http://" + s.Endpoint
}

func answers(ctx context.Context, client *http.Client, url string) error {
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(rq)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("%s answers %s", url, resp.Status), err)
	}
	return nil
}

// peer is a program that `make deps` builds because Debian has none.
func peer(ctx context.Context, name string) (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("a source file does not know where it is")
	}
	tool := filepath.Join(filepath.Dir(file), "../../../ops/tools/build-peers")
	out, err := exec.CommandContext(ctx, tool, "where", name).Output() //nolint:gosec // of this repository
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("find %s: %s", name, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}
