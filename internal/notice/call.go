package notice

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func p256() elliptic.Curve { return elliptic.P256() }

// undelivered is why something did not arrive, and what of that may be logged:
// never an address.
type undelivered struct {
	safe.Failure
	err error // for the log
}

func (u *undelivered) Error() string { return u.err.Error() }

func failed(reason string, err error) error {
	return &undelivered{safe.Failure{Reason: reason}, err}
}

// readAtMost is how much of an answer is read, so that its connection can be
// used again.
const readAtMost = 4 << 10

// call sends a request and gives the status of the answer.
func call(c *http.Client, r *http.Request) (int, error) {
	resp, err := c.Do(r)
	if err != nil {
		return 0, failed(reasonOf(err), errors.New(reasonOf(err)))
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, readAtMost)
	return resp.StatusCode, nil
}

// reasonOf is a word for what went wrong on the way.
func reasonOf(err error) string {
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.Is(err, ErrAddress):
		return "address"
	case errors.As(err, &certificate), errors.As(err, &authority):
		return "certificate"
	case os.IsTimeout(err):
		return "timeout"
	default:
		return "unreachable"
	}
}

func statusReason(status int) string {
	if status >= 300 && status < 400 {
		return "redirect"
	}
	return "status-" + strconv.Itoa(status)
}

// sign makes the signature of Standard Webhooks (v1a, Ed25519).
func (k *Keys) sign(id, timestamp string, body []byte) string {
	said := append([]byte(id+"."+timestamp+"."), body...)
	return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(k.hooks, said))
}

// ErrSignature: a call was not signed by this key.
var ErrSignature = errors.New("wrong signature")

// Verify is what a receiver does with the three headers webhook-id,
// webhook-timestamp and webhook-signature, and the key that the gateway
// publishes. Whether the time is near, and the id new, is for the caller.
func Verify(key, id, timestamp, signature string, body []byte) error {
	if len(key) < len("whpk_") || key[:len("whpk_")] != "whpk_" {
		return fmt.Errorf("read key: %w", ErrSignature)
	}
	public, err := base64.StdEncoding.DecodeString(key[len("whpk_"):])
	if err != nil || len(public) != ed25519.PublicKeySize {
		return fmt.Errorf("read key: %w", ErrSignature)
	}
	if len(signature) < 4 || signature[:4] != "v1a," {
		return fmt.Errorf("read signature: %w", ErrSignature)
	}
	sig, err := base64.StdEncoding.DecodeString(signature[4:])
	if err != nil || !ed25519.Verify(public, append([]byte(id+"."+timestamp+"."), body...), sig) {
		return ErrSignature
	}
	return nil
}
