package session

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// loginTime is how long somebody may take at the provider.
const loginTime = 10 * time.Minute

// Login is what is remembered between leaving for a provider and coming back.
type Login struct {
	Provider string
	State    string
	Nonce    string
	Verifier string // PKCE; "" where the provider refuses it
	Return   string // local path
}

// BeginLogin remembers a login under a single-use cookie.
func (m *Manager) BeginLogin(ctx context.Context, w http.ResponseWriter, l Login) error {
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("begin login: %w", err)
	}
	token := NewToken()
	if err := m.c.Once.Put(ctx, "login/"+HashKey(token), b, loginTime); err != nil {
		return fmt.Errorf("begin login: %w", err)
	}
	http.SetCookie(w, m.cookie("login", token, loginTime))
	return nil
}

// TakeLogin gives it back once; ErrNotFound when it is over, was used, or
// belongs to another browser.
func (m *Manager) TakeLogin(ctx context.Context, w http.ResponseWriter, r *http.Request) (Login, error) {
	http.SetCookie(w, m.cookie("login", "", -time.Second))
	c, err := r.Cookie(m.cookieName("login"))
	if err != nil {
		return Login{}, fmt.Errorf("finish login: %w", ErrNotFound)
	}
	b, err := m.c.Once.Take(ctx, "login/"+HashKey(c.Value))
	if err != nil {
		return Login{}, fmt.Errorf("finish login: %w", err)
	}
	var l Login
	return l, json.Unmarshal(b, &l)
}

// NewID draws a public identifier: 26 characters of a-z2-7.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}
