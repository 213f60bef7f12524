package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/coffre-citoyen/coffre/auth"
)

// ErrNone: the request carries no cookie and no token.
var ErrNone = errors.New("no session")

// The kinds of sessions.
const (
	Browser = "browser"
	CLI     = "cli"
)

// Config of a Manager.
type Config struct {
	Store Store
	Once  Once
	Now   func() time.Time
	// HintKey seals ID token hints: 32 bytes.
	HintKey []byte
	// Secure is false only on plain http://localhost in the demonstration:
	// then cookies lack Secure and the __Host- prefix that requires it.
	Secure bool
}

// Manager starts, reads and ends sessions. Safe for concurrent use.
type Manager struct{ c Config }

// NewManager makes one.
func NewManager(c Config) (*Manager, error) {
	if len(c.HintKey) != chacha20poly1305.KeySize {
		return nil, errors.New("make session manager: hint key must have 32 bytes")
	}
	return &Manager{c}, nil
}

// times are how long a session may idle and last (shared identity rules).
func times(kind, principal string) (idle, absolute time.Duration) {
	switch {
	case kind == CLI && principal == string(auth.Agent): // a working day
		return 8 * time.Hour, 8 * time.Hour
	case kind == CLI:
		return 30 * 24 * time.Hour, 30 * 24 * time.Hour
	case principal == string(auth.Agent):
		return 15 * time.Minute, 8 * time.Hour
	case principal == string(auth.Mediator):
		return 10 * time.Minute, 8 * time.Hour
	default:
		return 15 * time.Minute, 4 * time.Hour
	}
}

// counterTime is how long a citizen is logged in at the counter, on the
// mediator's machine.
const counterTime = 10 * time.Minute

// NewToken draws 32 random bytes, base64url.
func NewToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashOf(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// HashKey is the key under which a secret's entry rests in a store: whoever
// reads the store cannot use it.
func HashKey(secret string) string {
	h := hashOf(secret)
	return string(h[:])
}

// cookieName is sid, with the prefix that ties it to this host over TLS.
func (m *Manager) cookieName(base string) string {
	if m.c.Secure {
		return "__Host-" + base
	}
	return base
}

func (m *Manager) cookie(base, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // without Secure only on http://localhost, in the demonstration
		Name: m.cookieName(base), Value: value, Path: "/", MaxAge: int(age / time.Second),
		Secure: m.c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// Create stores a new session and gives its bearer token. s says who; times
// and public id are set here.
func (m *Manager) Create(ctx context.Context, s Session) (token string, made Session, err error) {
	now := m.c.Now().UTC()
	idle, absolute := times(s.Kind, s.Principal)
	if s.Counter != "" { // on somebody else's machine
		idle, absolute = counterTime, counterTime
	}
	s.ID, s.Started, s.Seen = NewID(), now, now
	s.IdleUntil, s.Until = now.Add(idle), now.Add(absolute)
	token = NewToken()
	if err := m.c.Store.Put(ctx, hashOf(token), s); err != nil {
		return "", Session{}, fmt.Errorf("start session: %w", err)
	}
	return token, s, nil
}

// Start creates a browser session and sets its cookie; a session that the
// request carried is ended: identifiers rotate at log-in. A machine that was
// lent is a mediator's again once he logs in at it.
func (m *Manager) Start(ctx context.Context, w http.ResponseWriter, r *http.Request, s Session) (Session, error) {
	if old := m.cookieToken(r); old != "" {
		if err := m.c.Store.Delete(ctx, hashOf(old)); err != nil {
			return Session{}, fmt.Errorf("rotate session: %w", err)
		}
	}
	if s.Structure != "" {
		if err := m.takeBack(ctx, w, r); err != nil {
			return Session{}, err
		}
	}
	s.Kind = Browser
	token, made, err := m.Create(ctx, s)
	if err != nil {
		return Session{}, err
	}
	http.SetCookie(w, m.cookie("sid", token, made.Until.Sub(made.Started)))
	return made, nil
}

func (m *Manager) cookieToken(r *http.Request) string {
	c, err := r.Cookie(m.cookieName("sid"))
	if err != nil {
		return ""
	}
	return c.Value
}

// tokenOf finds the cookie or the bearer token; both at once is none.
func (m *Manager) tokenOf(r *http.Request) (token string, bearer bool) {
	cookie := m.cookieToken(r)
	b, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok && cookie == "" {
		return b, true
	}
	if r.Header.Get("Authorization") != "" {
		return "", false
	}
	return cookie, false
}

// touchEvery spares a write on most requests.
const touchEvery = 30 * time.Second

// Read authenticates a request: ErrNone when it carries nothing, ErrNotFound
// when what it carries is over or was never given. A cookie is no bearer
// token and the reverse.
func (m *Manager) Read(ctx context.Context, r *http.Request) (auth.Principal, error) {
	s, hash, err := m.find(ctx, r)
	if err != nil {
		return auth.Principal{}, err
	}
	now := m.c.Now().UTC()
	if now.Sub(s.Seen) >= touchEvery {
		idle, _ := times(s.Kind, s.Principal)
		s.Seen, s.IdleUntil = now, now.Add(idle)
		if err := m.c.Store.Touch(ctx, hash, s.Seen, s.IdleUntil); err != nil {
			return auth.Principal{}, fmt.Errorf("read session: %w", err)
		}
	}
	return principal(s), nil
}

// Watch is Read of what a page asks by itself, again and again: it keeps no
// session from idling away.
func (m *Manager) Watch(ctx context.Context, r *http.Request) (auth.Principal, error) {
	s, _, err := m.find(ctx, r)
	if err != nil {
		return auth.Principal{}, err
	}
	return principal(s), nil
}

func principal(s Session) auth.Principal {
	door := "web"
	if s.Kind == CLI {
		door = "cli"
	}
	return auth.Principal{
		Kind: auth.Kind(s.Principal), Account: s.Account, Safe: s.Safe, Administration: s.Administration, Name: s.Name,
		Level: s.Level, ACR: s.ACR, Provider: s.Provider, Through: s.Through, Session: s.ID, Device: s.Device, Door: door, Expires: s.Ends(),
		Structure: s.Structure, Since: s.AuthTime, Counter: s.Counter,
	}
}

func (m *Manager) find(ctx context.Context, r *http.Request) (Session, [32]byte, error) {
	token, bearer := m.tokenOf(r)
	if token == "" {
		return Session{}, [32]byte{}, ErrNone
	}
	hash := hashOf(token)
	s, err := m.c.Store.Get(ctx, hash)
	if err != nil {
		return Session{}, hash, fmt.Errorf("read session: %w", err)
	}
	if bearer != (s.Kind == CLI) {
		return Session{}, hash, fmt.Errorf("read session: %w", ErrNotFound)
	}
	return s, hash, nil
}

// End ends the session that a request carries, clears its cookie, and gives
// what the session was.
func (m *Manager) End(ctx context.Context, w http.ResponseWriter, r *http.Request) (Session, error) {
	http.SetCookie(w, m.cookie("sid", "", -time.Second))
	s, hash, err := m.find(ctx, r)
	if err != nil {
		return Session{}, err
	}
	if err := m.c.Store.Delete(ctx, hash); err != nil {
		return Session{}, fmt.Errorf("end session: %w", err)
	}
	return s, nil
}

// Current is the browser's own session, as it is kept; ErrNone and ErrNotFound
// as in Read.
func (m *Manager) Current(ctx context.Context, r *http.Request) (Session, error) {
	s, _, err := m.find(ctx, r)
	return s, err
}

// List shows where an account is logged in, newest first.
func (m *Manager) List(ctx context.Context, account string) ([]Session, error) {
	return m.c.Store.OfAccount(ctx, account)
}

// EndID ends one of an account's sessions by its public id.
func (m *Manager) EndID(ctx context.Context, account, id string) error {
	return m.c.Store.DeleteID(ctx, account, id)
}

// SealHint and OpenHint keep an ID token for logging out at the provider: it
// names the citizen, so it rests encrypted.
func (m *Manager) SealHint(idToken string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(m.c.HintKey)
	if err != nil {
		return nil, fmt.Errorf("seal hint: %w", err)
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce)
	return aead.Seal(nonce, nonce, []byte(idToken), nil), nil
}

// OpenHint is "" when there is none or it does not open.
func (m *Manager) OpenHint(sealed []byte) string {
	aead, err := chacha20poly1305.NewX(m.c.HintKey)
	if err != nil || len(sealed) < aead.NonceSize() {
		return ""
	}
	b, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return ""
	}
	return string(b)
}
