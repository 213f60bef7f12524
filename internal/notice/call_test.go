package notice_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/notice"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// tray is an outbox of a few deliveries, and what became of them.
type tray struct {
	mu      sync.Mutex
	waiting []safe.Delivery
	arrived []string
	failed  map[string]safe.Failure
	settled chan string
}

func newTray(all ...safe.Delivery) *tray {
	return &tray{waiting: all, failed: map[string]safe.Failure{}, settled: make(chan string, 100)}
}

func (o *tray) TakeDeliveries(_ context.Context, lane safe.Way, _ int) ([]safe.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out, rest []safe.Delivery
	for _, d := range o.waiting {
		if d.Lane == lane {
			out = append(out, d)
		} else {
			rest = append(rest, d)
		}
	}
	o.waiting = rest
	return out, nil
}

func (o *tray) Delivered(_ context.Context, d safe.Delivery) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.arrived = append(o.arrived, d.ID)
	o.settled <- d.ID
	return nil
}

func (o *tray) NotDelivered(_ context.Context, d safe.Delivery, f safe.Failure) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed[d.ID] = f
	o.settled <- d.ID
	return nil
}

// run carries everything, and gives what was logged.
func (o *tray) run(t *testing.T, s notice.Sender, n int) string {
	t.Helper()
	var logged bytes.Buffer
	s.Outbox, s.Logger, s.Every = o, slog.New(slog.NewTextHandler(&logged, nil)), time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	for range n {
		select {
		case <-o.settled:
		case <-time.After(time.Minute):
			t.Fatal("a delivery is never settled")
		}
	}
	stop()
	<-ended
	return logged.String()
}

func delivery(lane safe.Way, address string) safe.Delivery {
	return safe.Delivery{
		Parcel:  safe.Parcel{ID: safe.NewID[string](), Lane: lane, Target: "target", Topic: safe.TopicEvent, Body: []byte(`{"type":"grant.created"}`), Created: time.Now()},
		Address: address, Language: "fr",
	}
}

func keys(t *testing.T) *notice.Keys {
	t.Helper()
	k, err := notice.NewKeys(bytes.Repeat([]byte{7}, notice.KeySize))
	must(t, err)
	return k
}

// system is an administration's, with a certificate for example.com.
func system(t *testing.T, h http.HandlerFunc) (s *httptest.Server, hooks *notice.Hooks, url string) {
	t.Helper()
	s = httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	name := "example.com:" + port(t, s)
	hooks = &notice.Hooks{Keys: keys(t), Hosts: notice.Hosts{name}, Client: at("127.0.0.1").Client(trusted(s)), Now: time.Now}
	return s, hooks, "https://" + name + "/hook"
}

// TestACallIsSigned, so that whoever has the published key knows who calls,
// what is said, and that it is the same as before.
func TestACallIsSigned(t *testing.T) {
	var got *http.Request
	var body []byte
	_, hooks, url := system(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	})
	d := delivery(safe.ByWebhook, url)
	o := newTray(d)
	o.run(t, notice.Sender{Hooks: hooks}, 1)
	if len(o.arrived) != 1 {
		t.Fatalf("failed: %v", o.failed)
	}
	id, stamp, sig, key := got.Header.Get("Webhook-Id"), got.Header.Get("Webhook-Timestamp"), got.Header.Get("Webhook-Signature"), hooks.Keys.Webhooks()
	must(t, notice.Verify(key, id, stamp, sig, body))
	if id != d.ID || !bytes.Equal(body, d.Body) || got.Method != http.MethodPost {
		t.Errorf("called with %s %s %s", got.Method, id, body)
	}
	if at, err := strconv.ParseInt(stamp, 10, 64); err != nil || time.Since(time.Unix(at, 0)) > time.Minute {
		t.Errorf("timestamp %s", stamp)
	}
	other, err := notice.NewKeys(bytes.Repeat([]byte{8}, notice.KeySize))
	must(t, err)
	for name, err := range map[string]error{
		"other key":       notice.Verify(other.Webhooks(), id, stamp, sig, body),
		"other id":        notice.Verify(key, id+"a", stamp, sig, body),
		"other time":      notice.Verify(key, id, stamp+"0", sig, body),
		"other body":      notice.Verify(key, id, stamp, sig, append(body, ' ')),
		"other algorithm": notice.Verify(key, id, stamp, "v1,"+sig[4:], body),
		"no signature":    notice.Verify(key, id, stamp, "", body),
		"no key":          notice.Verify("", id, stamp, sig, body),
	} {
		if err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestSystemsThatMisbehave: each is a word that its agents see, and none is
// followed anywhere.
func TestSystemsThatMisbehave(t *testing.T) {
	secret := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { secret++ }))
	defer inside.Close()
	hang := make(chan struct{})
	defer close(hang)
	_, hooks, url := system(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("as") {
		case "redirect":
			http.Redirect(w, r, inside.URL, http.StatusTemporaryRedirect)
		case "broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "endless":
			w.Header().Set("Content-Type", "text/plain")
			for range 100_000 {
				if _, err := w.Write(make([]byte, 1000)); err != nil {
					return
				}
			}
		case "hangs":
			<-hang
		case "cut":
			panic(http.ErrAbortHandler)
		}
	})
	reasons := map[string]string{"redirect": "redirect", "broken": "status-500", "endless": "", "cut": "unreachable", "hangs": "timeout", "fine": ""}
	names := map[string]string{}
	var all []safe.Delivery
	for as := range reasons {
		d := delivery(safe.ByWebhook, url+"?as="+as)
		names[d.ID] = as
		all = append(all, d)
	}
	hooks.Client.Timeout = time.Second
	o := newTray(all...)
	o.run(t, notice.Sender{Hooks: hooks}, len(all))
	for id, as := range names {
		if got := o.failed[id]; got.Reason != reasons[as] || got.Gone || got.Lasting {
			t.Errorf("%s: %+v", as, got)
		}
	}
	if secret > 0 {
		t.Error("a redirect was followed inside")
	}
}

// TestHostsThatAreNoLongerListed, or whose certificate nobody vouches for.
func TestHostsThatAreNoLongerListed(t *testing.T) {
	called := 0
	s, hooks, url := system(t, func(http.ResponseWriter, *http.Request) { called++ })
	stranger, taken := delivery(safe.ByWebhook, url), delivery(safe.ByWebhook, url)
	o := newTray(stranger)
	listed := *hooks
	listed.Hosts = nil
	o.run(t, notice.Sender{Hooks: &listed}, 1)
	listed = *hooks
	listed.Client = at("127.0.0.1").Client(nil)
	unknown := newTray(taken)
	unknown.run(t, notice.Sender{Hooks: &listed}, 1)
	inside := &notice.Guard{Lookup: resolver("127.0.0.1")}
	listed.Client = inside.Client(trusted(s))
	refused := newTray(taken)
	refused.run(t, notice.Sender{Hooks: &listed}, 1)
	if got := []string{o.failed[stranger.ID].Reason, unknown.failed[taken.ID].Reason, refused.failed[taken.ID].Reason}; strings.Join(got, " ") != "address certificate address" {
		t.Errorf("reasons are %q", got)
	}
	if called > 0 {
		t.Error("it was called")
	}
}

// TestABrowserIsWokenWithoutAWord: the push service is told nothing but which
// of its devices, and by whom.
func TestABrowserIsWokenWithoutAWord(t *testing.T) {
	var got *http.Request
	var body []byte
	status := http.StatusCreated
	s, hooks, url := system(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
	})
	p := &notice.Pusher{Keys: hooks.Keys, Hosts: hooks.Hosts, Client: at("127.0.0.1").Client(trusted(s)), Contact: "https://coffre.valmont.example", Now: time.Now}
	d := delivery(safe.ByPush, url+"/capability")
	d.Topic, d.Body = safe.TopicImportant, nil
	o := newTray(d)
	o.run(t, notice.Sender{Pusher: p}, 1)
	if len(o.arrived) != 1 || len(body) != 0 || got.Header.Get("Ttl") == "" || got.Header.Get("Urgency") != "high" {
		t.Fatalf("pushed %q with %v; %v", body, got.Header, o.failed)
	}
	wantVAPID(t, hooks.Keys, got.Header.Get("Authorization"), "https://"+hooks.Hosts[0])
	for code, want := range map[int]safe.Failure{
		http.StatusGone: {Reason: "gone", Gone: true}, http.StatusNotFound: {Reason: "gone", Gone: true},
		http.StatusTooManyRequests: {Reason: "status-429"}, http.StatusBadGateway: {Reason: "status-502"},
	} {
		status = code
		o := newTray(d)
		logged := o.run(t, notice.Sender{Pusher: p}, 1)
		if o.failed[d.ID] != want {
			t.Errorf("%d: %+v", code, o.failed[d.ID])
		}
		if strings.Contains(logged, "capability") {
			t.Errorf("the log holds an endpoint: %s", logged)
		}
	}
}

// wantVAPID checks the proof as a push service does (RFC 8292).
func wantVAPID(t *testing.T, k *notice.Keys, header, audience string) {
	t.Helper()
	token, key, ok := strings.Cut(strings.TrimPrefix(header, "vapid t="), ", k=")
	parts := strings.Split(token, ".")
	if !ok || len(parts) != 3 {
		t.Fatalf("Authorization: %s", header)
	}
	b64 := base64.RawURLEncoding
	point, err := b64.DecodeString(key)
	must(t, err)
	if mine, err := k.Push(); err != nil || !bytes.Equal(point, mine) {
		t.Errorf("key %x, %v", point, err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	must(t, err)
	sig, err := b64.DecodeString(parts[2])
	must(t, err)
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(sig) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		t.Error("the proof is not signed by the key")
	}
	b, err := b64.DecodeString(parts[1])
	must(t, err)
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	must(t, json.Unmarshal(b, &claims))
	if left := time.Until(time.Unix(claims.Exp, 0)); claims.Aud != audience || claims.Sub != "https://coffre.valmont.example" || left <= 0 || left > 24*time.Hour {
		t.Errorf("claims %s", b)
	}
}

// TestContacts: what is sealed for one opens for no other, and not without the
// key.
func TestContacts(t *testing.T) {
	k := keys(t)
	b := k.Seal("a", []byte("angela@example.org"))
	got, err := k.Open("a", b)
	must(t, err)
	if string(got) != "angela@example.org" || bytes.Contains(b, []byte("angela")) {
		t.Errorf("sealed %q, opened %q", b, got)
	}
	if again := k.Seal("a", []byte("angela@example.org")); bytes.Equal(again, b) {
		t.Error("two seals of one address are alike: whoever reads them could match people")
	}
	other, err := notice.NewKeys(bytes.Repeat([]byte{8}, notice.KeySize))
	must(t, err)
	_, err1 := k.Open("b", b)
	_, err2 := other.Open("a", b)
	_, err3 := k.Open("a", b[:10])
	if err1 == nil || err2 == nil || err3 == nil {
		t.Errorf("opened otherwise: %v, %v, %v", err1, err2, err3)
	}
	if _, err := notice.NewKeys([]byte("short")); err == nil {
		t.Error("a short secret makes keys")
	}
}
