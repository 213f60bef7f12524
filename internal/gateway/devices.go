package gateway

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// A command line logs in by device authorization (RFC 8628): it shows a code,
// its holder confirms it in a browser where she is logged in.

const (
	deviceTime = 10 * time.Minute
	// deviceInterval is how often a command line may ask.
	deviceInterval = 2 * time.Second
	// deviceTries bounds guesses of codes: 20^8 of them, per account.
	deviceTries = 20

	deviceClient  = "coffre-cli"
	maxDeviceName = 100
)

// userCodeLetters have no vowels, so that no code is a word (RFC 8628 §6.1).
const userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"

// The states of a device.
const (
	devicePending = "pending"
	deviceAllowed = "allowed"
	deviceDenied  = "denied"
)

// device is what waits, under the SHA-256 of its device code. A second entry
// leads there from the user code.
type device struct {
	UserCode string
	Name     string
	State    string
	Expires  time.Time
	Session  session.Session // of whoever allowed it
}

func deviceKey(code string) string { return "device/" + session.HashKey(code) }
func userKey(code string) string   { return "usercode/" + code }

func newUserCode() string {
	var code [8]byte
	var b [1]byte
	for i := 0; i < len(code); {
		_, _ = rand.Read(b[:])
		if int(b[0]) < 12*len(userCodeLetters) { // no letter is likelier
			code[i] = userCodeLetters[int(b[0])%len(userCodeLetters)]
			i++
		}
	}
	return string(code[:])
}

// startDevice draws both codes.
func (g *Gateway) startDevice(ctx context.Context, name string) (deviceCode string, d device, err error) {
	deviceCode = session.NewToken()
	d = device{UserCode: newUserCode(), Name: name, State: devicePending, Expires: g.now().UTC().Add(deviceTime)}
	b, err := json.Marshal(d)
	if err != nil {
		return "", device{}, err
	}
	err = errors.Join(
		g.once.Put(ctx, deviceKey(deviceCode), b, deviceTime),
		g.once.Put(ctx, userKey(d.UserCode), []byte(deviceKey(deviceCode)), deviceTime),
	)
	return deviceCode, d, err
}

// findDevice gives the device of a user code with its stored bytes, for
// compare-and-set.
func (g *Gateway) findDevice(r *http.Request) (key string, raw []byte, d device, err error) {
	p, _ := auth.From(r.Context())
	if p.Door != "web" { // a command line lets no other one in
		return "", nil, device{}, problem.New("forbidden")
	}
	if err := g.count(r.Context(), g.limiter, "devices/"+p.Account, deviceTries, deviceTime); err != nil {
		return "", nil, device{}, err
	}
	code := mux.Vars(r)["code"]
	if len(code) != 8 || strings.Trim(code, userCodeLetters) != "" {
		return "", nil, device{}, problem.New("not-found")
	}
	where, err := g.once.Get(r.Context(), userKey(code))
	if err == nil {
		key = string(where)
		raw, err = g.once.Get(r.Context(), key)
	}
	if errors.Is(err, session.ErrNotFound) {
		return "", nil, device{}, problem.Wrap("not-found", err)
	}
	if err != nil {
		return "", nil, device{}, problem.Wrap("unavailable", err)
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return "", nil, device{}, err
	}
	if d.State != devicePending {
		return "", nil, device{}, problem.New("not-found")
	}
	return key, raw, d, nil
}

func (g *Gateway) getDevice(w http.ResponseWriter, r *http.Request) error {
	_, _, d, err := g.findDevice(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		Code    string    `json:"code"`
		Device  string    `json:"device"`
		Expires time.Time `json:"expires"`
	}{d.UserCode, d.Name, d.Expires})
}

// answerDevice journals first: an entry too many, when the store then fails,
// is better than a machine let in without one.
func (g *Gateway) answerDevice(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Allow bool `json:"allow"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	key, raw, d, err := g.findDevice(r)
	if err != nil {
		return err
	}
	d.State = deviceDenied
	if in.Allow {
		d.State = deviceAllowed
		if d.Session, err = g.cliSession(r, d.Name); err != nil {
			return err
		}
	}
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := g.safe.DeviceAnswered(r.Context(), actor(r), d.Name, in.Allow); err != nil {
		return err
	}
	err = g.once.Replace(r.Context(), key, raw, b)
	switch {
	case errors.Is(err, session.ErrNotFound), errors.Is(err, session.ErrChanged):
		return problem.Wrap("not-found", err)
	case err != nil:
		return problem.Wrap("unavailable", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// cliSession is the session that a command line will get, in the name and
// with the assurance of whoever allows it.
func (g *Gateway) cliSession(r *http.Request, name string) (session.Session, error) {
	p, _ := auth.From(r.Context())
	acc, err := g.safe.Account(r.Context(), actor(r))
	if err != nil {
		return session.Session{}, err
	}
	return session.Session{
		Kind: session.CLI, Principal: string(p.Kind), Account: p.Account, Safe: p.Safe, Administration: p.Administration,
		Name: p.Name, Provider: p.Provider, Issuer: acc.Issuer, Sub: acc.Sub, Through: p.Through, ACR: p.ACR, Level: p.Level,
		AuthTime: g.now().UTC(), Device: name,
	}, nil
}

// collectDevice gives the command line its token, once. The error is an
// *oauthError of RFC 8628 §3.5 until there is one.
func (g *Gateway) collectDevice(ctx context.Context, code string) (string, session.Session, error) {
	key := deviceKey(code)
	ok, _, err := g.limiter.Allow(ctx, "poll/"+key, 1, deviceInterval-deviceInterval/4)
	if err != nil {
		return "", session.Session{}, err
	}
	raw, err := g.once.Get(ctx, key)
	if errors.Is(err, session.ErrNotFound) {
		return "", session.Session{}, &oauthError{Code: "expired_token"}
	}
	if err != nil {
		return "", session.Session{}, err
	}
	var d device
	if err := json.Unmarshal(raw, &d); err != nil {
		return "", session.Session{}, err
	}
	switch {
	case !ok:
		return "", session.Session{}, &oauthError{Code: "slow_down"}
	case d.State == devicePending:
		return "", session.Session{}, &oauthError{Code: "authorization_pending"}
	}
	if _, err := g.once.Take(ctx, key); errors.Is(err, session.ErrNotFound) { // another poll was faster
		return "", session.Session{}, &oauthError{Code: "expired_token"}
	} else if err != nil {
		return "", session.Session{}, err
	}
	if d.State != deviceAllowed {
		return "", session.Session{}, &oauthError{Code: "access_denied"}
	}
	return g.sessions.Create(ctx, d.Session)
}

func cleanDeviceName(name string) (string, error) {
	if name == "" {
		return "Ligne de commande", nil
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxDeviceName || strings.ContainsFunc(name, unicode.IsControl) {
		return "", &oauthError{Code: "invalid_request"}
	}
	return name, nil
}
