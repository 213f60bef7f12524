package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Keys are our own at the providers: one signs who we are (private_key_jwt),
// the others open what is encrypted to us. They are published at our jwks_uri
// and open no document. Safe for concurrent use: nothing in it changes.
type Keys struct {
	sets []keyTrio // newest first; never empty
}

// keyTrio is what one rotation makes.
type keyTrio struct {
	sign jose.JSONWebKey // ES256
	rsa  jose.JSONWebKey // RSA-OAEP, RSA-OAEP-256
	ec   jose.JSONWebKey // ECDH-ES
}

// generations that are kept: a provider reads our jwks_uri now and then, and
// may encrypt to the keys of before for hours.
const generations = 2

// NewKeys makes a file of keys, or adds a generation to one that exists; what
// is older than the one before is dropped. old is nil at the first start.
func NewKeys(old []byte) ([]byte, error) {
	var all jose.JSONWebKeySet
	if old != nil {
		if _, err := ParseKeys(old); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(old, &all); err != nil {
			return nil, fmt.Errorf("read log-in keys: %w", err)
		}
	}
	sign, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	open, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	wide, err3 := rsa.GenerateKey(rand.Reader, 3072)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("make log-in keys: %w", err)
	}
	set := []jose.JSONWebKey{{Key: sign, Use: "sig", Algorithm: string(jose.ES256)}, {Key: wide, Use: "enc"}, {Key: open, Use: "enc", Algorithm: string(jose.ECDH_ES)}}
	for i := range set {
		sum, err := set[i].Thumbprint(crypto.SHA256) // RFC 7638
		if err != nil {
			return nil, fmt.Errorf("make log-in keys: %w", err)
		}
		set[i].KeyID = base64.RawURLEncoding.EncodeToString(sum)
	}
	all.Keys = append(set, all.Keys[:min(len(all.Keys), 3*(generations-1))]...)
	b, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("make log-in keys: %w", err)
	}
	return b, nil
}

// ParseKeys reads what NewKeys made.
func ParseKeys(b []byte) (*Keys, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(b, &set); err != nil || len(set.Keys) == 0 || len(set.Keys)%3 != 0 {
		return nil, errors.New("read log-in keys: the file is damaged")
	}
	k := &Keys{}
	for i := 0; i < len(set.Keys); i += 3 {
		t := keyTrio{set.Keys[i], set.Keys[i+1], set.Keys[i+2]}
		_, signs := t.sign.Key.(*ecdsa.PrivateKey)
		_, wide := t.rsa.Key.(*rsa.PrivateKey)
		_, opens := t.ec.Key.(*ecdsa.PrivateKey)
		if !signs || !wide || !opens {
			return nil, errors.New("read log-in keys: the file is damaged")
		}
		k.sets = append(k.sets, t)
	}
	return k, nil
}

// Public is what our jwks_uri shows: every key that signs, so that what was
// signed before a rotation still verifies, and the newest of those that open,
// so that nothing new is encrypted to the others.
func (k *Keys) Public() jose.JSONWebKeySet {
	out := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	if k == nil {
		return out
	}
	for _, t := range k.sets {
		out.Keys = append(out.Keys, t.sign.Public())
	}
	out.Keys = append(out.Keys, k.sets[0].rsa.Public(), k.sets[0].ec.Public())
	return out
}

// assertion says to a token endpoint who we are (RFC 7523 §3): for one minute
// and one use.
func (k *Keys) assertion(client, audience string, now time.Time) (string, error) {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.sets[0].sign}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	return jwt.Signed(s).Claims(jwt.Claims{
		Issuer: client, Subject: client, Audience: jwt.Audience{audience}, ID: rand.Text(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute)),
	}).Serialize()
}

// open gives the signed token that was encrypted to us. The algorithms are
// pinned, compression is refused (what it hides is longer than it looks), and
// every failure is told in the same words: a sender learns nothing of our key.
func (k *Keys) open(raw string) (string, error) {
	jwe, err := jose.ParseEncryptedCompact(raw,
		[]jose.KeyAlgorithm{jose.RSA_OAEP, jose.RSA_OAEP_256, jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return "", errors.New("token is not encrypted to us as agreed")
	}
	h := jwe.Header
	if cty, there := h.ExtraHeaders[jose.HeaderContentType]; there && cty != "JWT" {
		return "", errors.New("token is not encrypted to us as agreed")
	}
	if _, there := h.ExtraHeaders["zip"]; there {
		return "", errors.New("token is not encrypted to us as agreed")
	}
	for _, t := range k.sets {
		key := t.rsa
		if h.Algorithm == string(jose.ECDH_ES) {
			key = t.ec
		}
		if h.KeyID != "" && h.KeyID != key.KeyID {
			continue
		}
		if plain, err := jwe.Decrypt(key.Key); err == nil {
			return string(plain), nil
		}
	}
	return "", errors.New("token is not encrypted to us as agreed")
}
