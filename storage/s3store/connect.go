package s3store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Config says which store.
type Config struct {
	Endpoint  string // host:port
	TLS       bool
	Region    string // "us-east-1" if empty
	Bucket    string // made when it is missing
	AccessKey string
	Secret    Secret
	// CAFile holds the authorities, in PEM, that are believed instead of the
	// system's.
	CAFile string
	// Dial makes connections; nil is the system's way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Verify is asked about a TLS connection that the authorities vouch for;
	// nil asks nobody.
	Verify func(tls.ConnectionState) error
	// Timeout is how long the store may stand still while it is its turn:
	// DefaultTimeout if zero. Waiting for the other end of a transfer, a slow
	// citizen's line, does not count.
	Timeout time.Duration
}

// DefaultTimeout leaves time for a failover of the store, and for its disks.
const DefaultTimeout = 30 * time.Second

// Secret is a password of the store; it prints as [redacted].
type Secret string

// Format hides it from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[redacted]")) }

// MarshalText hides it from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

const (
	wireBuffer = 256 << 10
	// tries of a request that can be repeated, within about a second.
	tries      = 4
	firstPause = 100 * time.Millisecond
	// dialTime is for one try to connect: a machine that is gone does not
	// answer, and the next try may reach the one that took over.
	dialTime = 5 * time.Second
	// askTime is for a store that does not know how to be asked.
	askTime = time.Second
)

// New connects and makes the bucket when it is missing. What is wrong is said
// in a sentence for the operator.
func New(ctx context.Context, c Config) (*Store, error) {
	s, c, err := aim(c)
	if err != nil {
		return nil, err
	}
	if err := s.findBucket(ctx, c); err != nil {
		return nil, errors.Join(explain(c, err), err)
	}
	return s, nil
}

// Look says whether the bucket is there, and changes nothing.
func Look(ctx context.Context, c Config) (there bool, err error) {
	s, c, err := aim(c)
	if err != nil {
		return false, err
	}
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	there, err = s.core.BucketExists(ctx, c.Bucket)
	if err = mapError(ctx, "find bucket", err); err != nil {
		err = errors.Join(explain(c, err), err)
	}
	return there, err
}

// aim fills in what is left out, and reaches nobody.
func aim(c Config) (*Store, Config, error) {
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	transport, err := newTransport(c)
	if err != nil {
		return nil, c, err
	}
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, string(c.Secret), ""), Secure: c.TLS, Region: c.Region,
		TrailingHeaders: true, MaxRetries: tries, Transport: asking{transport},
	})
	if err != nil {
		return nil, c, fmt.Errorf("connect object store: %w", err)
	}
	return newStore(core, c), c, nil
}

func newTransport(c Config) (*http.Transport, error) {
	dialer := &net.Dialer{
		Timeout: min(dialTime, c.Timeout),
		// A connection whose other end is gone without a word is found out.
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	if c.Dial == nil {
		c.Dial = dialer.DialContext
	}
	t := &http.Transport{
		DialContext: c.Dial, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, VerifyConnection: c.Verify}, TLSHandshakeTimeout: min(dialTime, c.Timeout),
		WriteBufferSize: wireBuffer, ReadBufferSize: wireBuffer, MaxIdleConnsPerHost: 64,
		IdleConnTimeout: time.Minute, DisableCompression: true, ExpectContinueTimeout: askTime,
	}
	if c.CAFile == "" {
		return t, nil
	}
	b, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read authorities of object store: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("read authorities of object store: %s holds no certificate in PEM", c.CAFile)
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// asking lets the store refuse a large object before it is sent: an answer in
// the middle of a body is often lost, and a connection that the store has
// closed meanwhile is found out while the body can still be sent by another.
type asking struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (a asking) RoundTrip(rq *http.Request) (*http.Response, error) {
	if rq.ContentLength > smallObject {
		rq = rq.Clone(rq.Context())
		rq.Header.Set("Expect", "100-continue")
	}
	resp, err := a.Transport.RoundTrip(rq)
	if err == nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") && resp.StatusCode < http.StatusBadRequest {
		// What stands in between has its own page for everything; minio-go
		// would take it for an empty list.
		return nil, errors.Join(errors.New("object store answers with a web page"), resp.Body.Close())
	}
	return resp, err
}

func (s *Store) findBucket(ctx context.Context, c Config) error {
	ctx, w := watch(ctx, s.timeout)
	defer w.end()
	there, err := s.core.BucketExists(ctx, c.Bucket)
	if err != nil || there {
		return mapError(ctx, "find bucket", err)
	}
	err = s.core.MakeBucket(ctx, c.Bucket, minio.MakeBucketOptions{Region: c.Region})
	if minio.ToErrorResponse(err).Code == minio.BucketAlreadyOwnedByYou {
		return nil // another replica starts, too
	}
	return mapError(ctx, "make bucket", err)
}

// explain says in one sentence what an operator can do about a store that
// cannot be used at start, or nil.
func explain(c Config, err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var expired x509.CertificateInvalidError
	var lookup *net.DNSError
	switch r := minio.ToErrorResponse(errors.Unwrap(err)); {
	case errors.As(err, &unknown):
		return fmt.Errorf("objects: nobody this machine knows has signed the certificate of %s: name the file of its authority in objects.ca_file", c.Endpoint)
	case errors.As(err, &name):
		return fmt.Errorf("objects: the certificate of %s is for another name: write that name in objects.endpoint", c.Endpoint)
	case errors.As(err, &expired):
		return fmt.Errorf("objects: the certificate of %s is not valid now: renew it, or set this machine's clock", c.Endpoint)
	case errors.As(err, &lookup):
		return fmt.Errorf("objects: no address is known for %s: correct objects.endpoint, or this machine's resolver", c.Endpoint)
	case c.TLS && strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return fmt.Errorf("objects: %s speaks plain HTTP: give it a certificate", c.Endpoint)
	case !c.TLS && r.StatusCode == http.StatusBadRequest:
		return fmt.Errorf("objects: %s does not understand plain HTTP: write tls: true", c.Endpoint)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("objects: nothing listens on %s: start the object store, or correct objects.endpoint", c.Endpoint)
	case errors.Is(err, errStill):
		return fmt.Errorf("objects: %s does not answer within %s: start the object store, or correct objects.endpoint", c.Endpoint, c.Timeout)
	case r.Code == minio.AccessDenied || r.Code == "InvalidAccessKeyId" || r.Code == "SignatureDoesNotMatch":
		return fmt.Errorf("objects: %s refuses the key for bucket %s: correct objects.access_key and the secret, or let the key read, write, list and delete there (and make the bucket, if it is missing)", c.Endpoint, c.Bucket)
	case r.Code == "RequestTimeTooSkewed":
		return errors.New("objects: the clocks of this machine and of the object store differ: let both follow a time server")
	}
	return nil
}

// mapError gives what minio-go says a kind. ctx tells who gave up.
func mapError(ctx context.Context, verb string, err error) error {
	if err == nil {
		return nil
	}
	if still := context.Cause(ctx); errors.Is(still, errStill) {
		return &safe.Error{Kind: safe.Unavailable, Msg: verb, Err: still}
	}
	return &safe.Error{Kind: kindOf(minio.ToErrorResponse(err)), Msg: verb, Err: err}
}

func kindOf(r minio.ErrorResponse) safe.Kind {
	switch {
	case r.Code == minio.PreconditionFailed:
		return safe.AlreadyExists
	case r.Code == minio.NoSuchKey:
		return safe.NotFound
	case r.Code == "InvalidRange":
		return safe.Invalid
	case r.StatusCode == http.StatusInsufficientStorage, r.Code == "QuotaExceeded", r.Code == "XMinioStorageFull":
		return safe.StorageFull
	default:
		return safe.Unavailable
	}
}
