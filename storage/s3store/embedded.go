package s3store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	iam "github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// EmbeddedConfig of the S3 server in the same process.
type EmbeddedConfig struct {
	Dir    string // absolute; made when it is missing
	Bucket string
}

// Server is the embedded S3 server. One per process: the library has
// package-level state, and changes the working directory to Dir, so every
// other path of the process must be absolute before.
type Server struct {
	client Config
	stop   context.CancelFunc
	done   chan error
}

// startTime bounds the wait for the server to answer; it takes milliseconds.
const startTime = 10 * time.Second

// Embedded starts the server and returns when it answers.
func Embedded(ctx context.Context, c EmbeddedConfig) (*Server, error) {
	if !filepath.IsAbs(c.Dir) {
		return nil, fmt.Errorf("start object store: %q is not an absolute path", c.Dir)
	}
	if err := prepare(c); err != nil {
		return nil, fmt.Errorf("start object store: %w", err)
	}
	be, err := posix.New(c.Dir, meta.XattrMeta{}, posix.PosixOpts{
		DataIntegrityEtag: true, CopyObjectThreshold: 5 << 30, NewDirPerm: 0o700, NewFilePerm: 0o600,
	})
	if err != nil {
		return nil, fmt.Errorf("start object store: %w", err)
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, fmt.Errorf("start object store: %w", err)
	}
	s := &Server{
		client: Config{Endpoint: addr, Bucket: c.Bucket, AccessKey: "embedded", Secret: Secret(rand.Text())},
		done:   make(chan error, 1),
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	go func() {
		s.done <- embedgw.RunVersityGW(run, newDurable(be, c.Dir), &embedgw.Config{
			RootUserAccess: s.client.AccessKey, RootUserSecret: string(s.client.Secret), Ports: []string{addr},
			MaxConnections: 4096, MaxRequests: 2048, MultipartMaxParts: 10000, Quiet: true, KeepAlive: true,
			// Named, because the default writes a line to the terminal.
			IAMService: iam.NewIAMServiceSingle(iam.Account{
				Access: s.client.AccessKey, Secret: string(s.client.Secret), Role: iam.RoleAdmin,
			}),
		})
	}()
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start object store: %w", err), s.Close())
	}
	return s, nil
}

// Client is how to reach it.
func (s *Server) Client() Config { return s.client }

// Close stops the server and waits for it.
func (s *Server) Close() error {
	s.stop()
	err := <-s.done
	s.done <- err // a second Close sees the same
	return err
}

func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	var d net.Dialer
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		conn, err := d.DialContext(ctx, "tcp", s.client.Endpoint)
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-s.done:
			s.done <- err
			return fmt.Errorf("it ended: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", err)
		case <-time.After(pause):
		}
	}
}

// prepare makes the directories, and says what to do where the file system
// has no extended attributes. It clears staging files that a kill left.
func prepare(c EmbeddedConfig) error {
	bucket := filepath.Join(c.Dir, c.Bucket)
	if err := os.MkdirAll(bucket, 0o700); err != nil {
		return err
	}
	if err := (meta.XattrMeta{}).Test(bucket); err != nil {
		return fmt.Errorf("%s: %w: keep the data on ext4, xfs or btrfs", c.Dir, err)
	}
	return clearStaging(filepath.Join(bucket, posix.MetaTmpDir))
}

func clearStaging(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), "multipart") {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// freeAddress reserves a loopback port: the library cannot say which one it
// took for port 0.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
