package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// keysLive is how long published keys are believed unseen: a key that a
	// provider withdraws is refused after that.
	keysLive = time.Hour
	// pause between two tries to reach a provider that fails, and between two
	// looks for a key that is not there: a bad token costs one request.
	pause = 5 * time.Second
	// maxAnswer of a provider, in bytes.
	maxAnswer = 256 << 10
)

// errNoKeys: the keys cannot be had, so nothing can be believed.
var errNoKeys = errors.New("provider's keys cannot be had")

// algorithms that a token may be signed with. No HS256: a public key is no
// secret to sign with.
func algorithms() []string { return []string{string(jose.ES256), string(jose.RS256)} }

// keySet is what a provider publishes at its jwks_uri. Safe for concurrent
// use.
type keySet struct {
	url    string
	client *http.Client
	now    func() time.Time

	mu    sync.Mutex // held while reading, so that one caller asks for all
	keys  jose.JSONWebKeySet
	read  time.Time // when keys were read; zero before
	asked time.Time // when they were last asked for, in vain or not
	err   error     // of the last time
}

// published gives the keys that may have made a signature.
func (k *keySet) published(ctx context.Context, kid string) ([]jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	live := !k.read.IsZero() && now.Sub(k.read) < keysLive
	if live {
		if found := k.named(kid); len(found) > 0 {
			return found, nil
		}
	}
	if k.asked.IsZero() || now.Sub(k.asked) >= pause {
		k.asked = now
		keys, err := k.fetch(ctx)
		k.err = err
		if err == nil {
			k.keys, k.read, live = keys, now, true
		}
	}
	if k.err != nil || !live {
		return nil, errors.Join(errNoKeys, k.err)
	}
	return k.named(kid), nil
}

// named also serves a token without kid, which a provider with one key may
// issue.
func (k *keySet) named(kid string) []jose.JSONWebKey {
	if kid == "" {
		return k.keys.Keys
	}
	return k.keys.Key(kid)
}

func (k *keySet) fetch(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	// Others wait for this answer: one caller who leaves does not spoil it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url, nil)
	if err != nil {
		return set, fmt.Errorf("read keys: %w", err)
	}
	res, err := k.client.Do(req)
	if err != nil {
		return set, fmt.Errorf("read keys: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return set, fmt.Errorf("read keys: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return set, fmt.Errorf("read keys: provider answers %d", res.StatusCode)
	}
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return set, fmt.Errorf("read keys: %w", err)
	}
	for _, b := range raw.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(b, &key) == nil && key.IsPublic() && key.Use != "enc" {
			set.Keys = append(set.Keys, key) // kinds of keys that nobody here knows are passed over
		}
	}
	return set, nil
}

// signature verifies one token; it remembers what go-oidc would forget: why
// it could not.
type signature struct {
	keys *keySet
	err  error
}

// VerifySignature implements gooidc.KeySet; the algorithm was checked before.
func (s *signature) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	var payload []byte
	payload, s.err = s.verify(ctx, token)
	return payload, s.err
}

func (s *signature) verify(ctx context.Context, token string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil {
		return nil, err
	}
	header := jws.Signatures[0].Header
	keys, err := s.keys.published(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if key.Algorithm != "" && key.Algorithm != header.Algorithm {
			continue
		}
		if payload, err := jws.Verify(key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("no published key made this signature")
}

// strict is the client for a provider: it follows no redirect, which would
// carry the code and our secret elsewhere, and reads no endless answer.
func strict(c *http.Client) *http.Client {
	out := http.Client{Timeout: 10 * time.Second}
	if c != nil {
		out = *c
	}
	if out.Transport == nil {
		out.Transport = http.DefaultTransport
	}
	out.Transport = bounded{out.Transport}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &out
}

type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxAnswer)
	}
	return res, err
}
