package notice

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Pusher wakes browsers (RFC 8030, RFC 8292). The message is empty: the words
// are in the browser already, so a push service sees that one of its devices is
// told something, and no more. It is the service of the browser's maker.
type Pusher struct {
	Keys   *Keys
	Hosts  Hosts
	Client *http.Client
	// Contact is a URL by which a push service finds the operator.
	Contact string
	Now     func() time.Time
}

const (
	// pushLife is how long a push service keeps it for a phone that is off.
	pushLife = 24 * time.Hour
	// proofLife is how long the proof of who pushes is good.
	proofLife = time.Hour
)

func (p *Pusher) carry(ctx context.Context, d safe.Delivery) error {
	if !p.Hosts.Allows(d.Address) {
		return failed("address", fmt.Errorf("push: %w", ErrAddress))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Address, http.NoBody)
	if err != nil {
		return failed("address", errors.New("push: malformed endpoint"))
	}
	proof, err := p.proof(r.URL)
	if err != nil {
		return failed("key", err)
	}
	r.Header.Set("Authorization", proof)
	r.Header.Set("TTL", strconv.Itoa(int(pushLife/time.Second)))
	r.Header.Set("Topic", "coffre")
	r.Header.Set("Urgency", "normal")
	if d.Topic == safe.TopicImportant {
		r.Header.Set("Urgency", "high")
	}
	status, err := call(p.Client, r)
	if err != nil {
		return err
	}
	switch {
	case status >= 200 && status <= 299:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return &undelivered{safe.Failure{Reason: "gone", Gone: true}, errors.New("push: the subscription is over")}
	default:
		return failed(statusReason(status), fmt.Errorf("push service answered %d", status))
	}
}

// proof says who pushes, to this push service alone.
func (p *Pusher) proof(endpoint *url.URL) (string, error) {
	type claims struct {
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
		Sub string `json:"sub"`
	}
	body, err := json.Marshal(claims{endpoint.Scheme + "://" + endpoint.Host, p.Now().Add(proofLife).Unix(), p.Contact})
	if err != nil {
		return "", fmt.Errorf("encode push claims: %w", err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	said := b64([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + b64(body)
	sum := sha256.Sum256([]byte(said))
	r, s, err := ecdsa.Sign(rand.Reader, p.Keys.push, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign push claims: %w", err)
	}
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	key, err := p.Keys.Push()
	if err != nil {
		return "", err
	}
	return "vapid t=" + said + "." + b64(sig) + ", k=" + b64(key), nil
}
