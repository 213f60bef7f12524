package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const someSafe = "aaaaaaaaaaaaaaaaaaaaaaaaaa"

// TestADeviceFollowsTheLine: another verification key than the one that it has
// seen is taken when each root has named the next, and never by another way: not
// even from a thief of the old root, who can name one, too.
func TestADeviceFollowsTheLine(t *testing.T) {
	now, p := time.Now(), []sealed.Secret{sealed.NewSecret(), sealed.NewSecret()}
	made := func(ring *sealed.Keyring, box sealed.Container, err error) (*sealed.Keyring, sealed.Container) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return ring, box
	}
	ways := []sealed.NewUnlocker{{Kind: sealed.KindPaper, P: p[0]}, {Kind: sealed.KindPassphrase, P: p[1]}}
	first, one := made(sealed.NewKeyring(someSafe, ways, now))
	second, two := made(first.Succeed())
	_, three := made(second.Succeed())
	rival, _ := made(first.Succeed())
	rival, _ = made(rival.Rename(rival.Unlockers()[0].ID, "x"))
	_, stolen := made(rival.Rename(rival.Unlockers()[0].ID, "y")) // newer than the honest ones
	_, stranger := made(sealed.NewKeyring(someSafe, ways, now))

	device := func(seen ...sealed.Container) *Client {
		t.Helper()
		c := &Client{memory: NewMemory()}
		for _, box := range seen {
			if _, err := c.acceptKeyring(box, someSafe, p[1]); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	device(one, two, three)
	device(one, three) // it was away for one of them
	device(three)      // a new device, by a pin of the first root
	for name, c := range map[string]struct {
		device *Client
		box    sealed.Container
		want   error
	}{
		"the old root's choice":   {device(one, two), stolen, sealed.ErrPin},
		"it, after the third":     {device(three), stolen, sealed.ErrPin},
		"back to the first":       {device(one, two), one, ErrRollback},
		"another root's keyring":  {device(), withEpoch(stranger, 9), sealed.ErrMismatch},
		"that, where one is seen": {device(one), withEpoch(stranger, 9), sealed.ErrPin},
	} {
		_, err := c.device.acceptKeyring(c.box, someSafe, p[1])
		if !errors.Is(err, c.want) || !IsAlarm(err) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestARecoveryFollowsTheLineToo: a device that knows the safe takes no other
// root for it because every key is lost.
func TestARecoveryFollowsTheLineToo(t *testing.T) {
	ways := func() []sealed.NewUnlocker {
		return []sealed.NewUnlocker{{Kind: sealed.KindPaper, P: sealed.NewSecret()}, {Kind: sealed.KindPassphrase, P: sealed.NewSecret()}}
	}
	_, one, err := sealed.NewKeyring(someSafe, ways(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ring, _, err := sealed.NewKeyring(someSafe, ways(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := ring.Rename(ring.Unlockers()[0].ID, "newer")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(other)
	}))
	defer server.Close()
	c, err := New(Config{Server: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.rememberKeyring(one); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.container(t.Context(), someSafe); !errors.Is(err, sealed.ErrPin) || !IsAlarm(err) {
		t.Errorf("%v, want %q", err, sealed.ErrPin)
	}
}

// withEpoch claims another epoch.
func withEpoch(c sealed.Container, epoch int64) sealed.Container {
	c.Epoch = epoch
	return c
}
