package notice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Hooks calls the systems of administrations.
type Hooks struct {
	Keys   *Keys
	Hosts  Hosts
	Client *http.Client
	Now    func() time.Time
}

func (h *Hooks) carry(ctx context.Context, d safe.Delivery) error {
	if !h.Hosts.Allows(d.Address) { // any more
		return failed("address", fmt.Errorf("call: %w", ErrAddress))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Address, bytes.NewReader(d.Body))
	if err != nil {
		return failed("address", errors.New("call: malformed address"))
	}
	at := strconv.FormatInt(h.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "coffre")
	r.Header.Set("Webhook-Id", d.ID)
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", h.Keys.sign(d.ID, at, d.Body))
	status, err := call(h.Client, r)
	if err != nil {
		return err
	}
	if status < 200 || status > 299 {
		return failed(statusReason(status), fmt.Errorf("call answered %d", status))
	}
	return nil
}
