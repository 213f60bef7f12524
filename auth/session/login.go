package session

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// loginTime is how long somebody may take at the provider.
const loginTime = 10 * time.Minute

// LoginKind says what the browser was sent away for: what comes back is taken
// for nothing else.
type LoginKind string

const (
	// LogIn comes back with somebody's proof.
	LogIn LoginKind = "login"
	// LogOut comes back from a log-out that something waits for.
	LogOut LoginKind = "logout"
	// LogOutThenIn comes back from a log-out that makes room for a log-in.
	LogOutThenIn LoginKind = "logout-then-login"
)

// Login is what is remembered between leaving for a provider and coming back.
type Login struct {
	Kind     LoginKind
	Provider string
	State    string
	Nonce    string
	Verifier string // PKCE; "" where the provider refuses it
	Level    int    // that was asked for; 0 is the provider's own
	Return   string // local path
	// Account is whom a step-up is for: nobody else may come back from it. ""
	// is anybody. Of a log-out it is who leaves.
	Account string
	// As is the role that the log-in is for, where the provider's people have
	// more than one: "mediator", or "" for the provider's own.
	As string
	// Counter is the mediator's session that a citizen logs in, or out, for at
	// the counter.
	Counter string
}

// maxLogins is how many log-ins one browser may have under way, in as many
// tabs; beyond it the others are given up, so that their cookies do not fill
// the headers of every request.
const maxLogins = 5

// loginPrefix of the cookies of log-ins under way: each has one of its own,
// named after its state, so that two tabs do not spoil each other's.
const loginPrefix = "login-"

func loginName(state string) string {
	h := hashOf(state)
	return loginPrefix + base64.RawURLEncoding.EncodeToString(h[:9])
}

// BeginLogin remembers a login under a single-use cookie.
func (m *Manager) BeginLogin(ctx context.Context, w http.ResponseWriter, r *http.Request, l Login) error {
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("begin login: %w", err)
	}
	token := NewToken()
	if err := m.c.Once.Put(ctx, "login/"+HashKey(token), b, loginTime); err != nil {
		return fmt.Errorf("begin login: %w", err)
	}
	if under := m.underWay(r); len(under) >= maxLogins {
		for _, name := range under {
			http.SetCookie(w, m.cookie(name, "", -time.Second))
		}
	}
	http.SetCookie(w, m.cookie(loginName(l.State), token, loginTime))
	return nil
}

// underWay are the names of the cookies of log-ins that a request carries.
func (m *Manager) underWay(r *http.Request) []string {
	var all []string
	for _, c := range r.Cookies() {
		if name, ok := strings.CutPrefix(c.Name, m.cookieName("")); ok && strings.HasPrefix(name, loginPrefix) {
			all = append(all, name)
		}
	}
	return all
}

// TakeLogin gives it back once, by the state that came with the answer, if it is
// of one of these kinds; ErrNotFound when it is of another, is over, was used, or
// belongs to another browser, and ErrNone when this browser has none under way
// at all.
func (m *Manager) TakeLogin(ctx context.Context, w http.ResponseWriter, r *http.Request, state string, of ...LoginKind) (Login, error) {
	if len(m.underWay(r)) == 0 {
		return Login{}, fmt.Errorf("finish login: %w", ErrNone)
	}
	name := loginName(state)
	c, err := r.Cookie(m.cookieName(name))
	if err != nil {
		return Login{}, fmt.Errorf("finish login: %w", ErrNotFound)
	}
	http.SetCookie(w, m.cookie(name, "", -time.Second))
	b, err := m.c.Once.Take(ctx, "login/"+HashKey(c.Value))
	if err != nil {
		return Login{}, fmt.Errorf("finish login: %w", err)
	}
	var l Login
	if err := json.Unmarshal(b, &l); err != nil {
		return Login{}, fmt.Errorf("finish login: %w", err)
	}
	if l.State != state || !slices.Contains(of, l.Kind) {
		return Login{}, fmt.Errorf("finish login: %w", ErrNotFound)
	}
	return l, nil
}

// NewID draws a public identifier: 26 characters of a-z2-7.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}
