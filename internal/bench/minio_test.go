package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// BenchmarkMinIO measures the doors before a MinIO over TLS, beside what that
// store does alone: plain, and sealing by a key that its client sends along
// (SSE-C), which the store then holds for the time of the request.
func BenchmarkMinIO(b *testing.B) {
	server := servers.NewMinIOTLS(b)
	a := address{Endpoint: server.Endpoint, Bucket: "coffre", Key: server.AccessKey, Secret: server.Secret, CA: server.CA}
	r := newRun(b, newDir(b), a)
	r.beside = newSSEC(b, a)
	r.all(b)
}

// sseC keeps documents sealed by the store's own means.
type sseC struct {
	client *minio.Client
	bucket string
	key    encrypt.ServerSide
}

func newSSEC(b *testing.B, a address) *sseC {
	b.Helper()
	authority, err := os.ReadFile(a.CA)
	must(b, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	s := &sseC{bucket: a.Bucket}
	s.client, err = minio.New(a.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(a.Key, a.Secret, ""), Secure: true, TrailingHeaders: true,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10, MaxIdleConnsPerHost: 64, DisableCompression: true,
		},
	})
	must(b, err)
	s.key, err = encrypt.NewSSEC(block()[:32])
	must(b, err)
	return s
}

func (s *sseC) put(ctx context.Context, size int64) (string, error) {
	object := objectOf(safe.NewID[string](), safe.NewID[string]())
	_, err := s.client.PutObject(ctx, s.bucket, object, body(nil, size), size, minio.PutObjectOptions{
		ServerSideEncryption: s.key, DisableMultipart: true, DisableContentSha256: true, Checksum: minio.ChecksumFullObjectCRC32C,
	})
	return object, err
}

func (s *sseC) reading(b *testing.B, size int64) *measured {
	b.Helper()
	object, err := s.put(b.Context(), size)
	must(b, err)
	m := &measured{}
	for range 5 {
		m.took = append(m.took, took(b, 1, 1, func() error {
			o, err := s.client.GetObject(b.Context(), s.bucket, object, minio.GetObjectOptions{ServerSideEncryption: s.key})
			if err != nil {
				return err
			}
			_, err = drain(o)
			return err
		}))
	}
	return m
}
