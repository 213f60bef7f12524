package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// callers are a citizen with an open safe, and a system that may deposit in it.
type callers struct {
	url     string
	web     *http.Client // with the citizen's session
	on      *scales      // what web moves
	safe    *client.Safe
	address string // to deposit to
	own     *client.Client
	key     client.SystemKey
	token   string // of the system
	header  []byte // of a sealed document, for bodies of any length
}

func newCallers(b *testing.B, at, data string) *callers {
	b.Helper()
	jar, err := cookiejar.New(nil)
	must(b, err)
	on := &scales{RoundTripper: &http.Transport{WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10, MaxIdleConnsPerHost: 64}}
	c := &callers{url: at, web: &http.Client{Jar: jar, Transport: on}, on: on}
	c.login(b)
	c.own, err = client.New(client.Config{Server: at, HTTP: c.web})
	must(b, err)
	terms, err := c.own.Terms(b.Context())
	must(b, err)
	must(b, c.own.AcceptTerms(b.Context(), terms.Version))
	c.safe, err = c.own.CreateSafe(b.Context(), []sealed.NewUnlocker{
		{Kind: sealed.KindPaper, Label: "papier", P: sealed.NewSecret()},
		{Kind: sealed.KindPassphrase, Label: "phrase", P: sealed.NewSecret()},
	})
	must(b, err)
	office, err := c.own.FindAdministration(b.Context(), "Université de Valmont")
	must(b, err)
	deposits, err := c.own.CreateAddress(b.Context(), office.ID)
	must(b, err)
	c.address = deposits.ID
	text, err := os.ReadFile(filepath.Join(data, "demo", "systems", "universite-de-valmont.jwk"))
	must(b, err)
	c.key, err = client.ParseSystemKey(text)
	must(b, err)
	version, err := sealed.NewIdentity()
	must(b, err)
	stream, err := sealed.SealDocument(bytes.NewReader([]byte("x")), 1, version.Recipient())
	must(b, err)
	c.header = make([]byte, sealed.HeaderSize)
	_, err = io.ReadFull(stream, c.header)
	must(b, err)
	return c
}

func (c *callers) login(b *testing.B) {
	b.Helper()
	resp, err := c.web.Get(c.url + "/login/franceconnect")
	must(b, err)
	must(b, resp.Body.Close())
	resp, err = c.web.PostForm(resp.Request.URL.String(), url.Values{"persona": {"angela"}})
	must(b, err)
	must(b, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("log in: %s", resp.Status)
	}
}

// authenticate takes a new token: one lives for minutes.
func (c *callers) authenticate(b *testing.B) {
	b.Helper()
	t, err := c.own.SystemToken(b.Context(), c.key, "deposit")
	must(b, err)
	c.token = t.AccessToken
}

// deposit sends plain bytes by the gateway door.
func (c *callers) deposit(ctx context.Context, size int64) (object string, err error) {
	var got struct{ Doc, Version string }
	err = c.send(ctx, "PUT", "/api/v1/deposits/"+c.address, body(nil, size), size, http.Header{
		"Authorization": {"Bearer " + c.token}, "Idempotency-Key": {safe.NewID[string]()}, "Content-Type": {"application/pdf"},
	}, &got)
	return objectOf(got.Doc, got.Version), err
}

// upload is a reservation and a document that somebody has sealed: the client
// door. Its hash is known beforehand, as it is to who seals.
func (c *callers) upload(ctx context.Context, doc sealedDocument) (object string, err error) {
	var got struct{ Doc, Version string }
	in := fmt.Sprintf(`{"sealed":%d}`, doc.size)
	err = c.send(ctx, "POST", "/api/v1/safe/uploads", bytes.NewReader([]byte(in)), int64(len(in)), http.Header{
		"Content-Type": {"application/json"}, "Idempotency-Key": {safe.NewID[string]()},
	}, &got)
	if err != nil {
		return "", err
	}
	err = c.send(ctx, "PUT", "/api/v1/safe/documents/"+got.Doc+"/versions/"+got.Version, body(c.header, doc.size), doc.size, http.Header{
		"Content-Type": {"application/octet-stream"}, "Content-Digest": {doc.digest},
	}, nil)
	return objectOf(got.Doc, got.Version), err
}

func objectOf(doc, version string) string {
	return safe.Version{Doc: safe.DocumentID(doc), ID: safe.VersionID(version)}.Object()
}

// sealedDocument has the form of one: nobody but its holder could tell.
type sealedDocument struct {
	size   int64
	digest string
}

func (c *callers) document(b *testing.B, size int64) sealedDocument {
	b.Helper()
	d := sealedDocument{size: sealed.SealedSize(size)}
	h := sha256.New()
	_, err := io.Copy(h, body(c.header, d.size))
	must(b, err)
	d.digest = "sha-256=:" + base64.StdEncoding.EncodeToString(h.Sum(nil)) + ":"
	return d
}

// content reads a document's sealed bytes.
func (c *callers) content(ctx context.Context, doc string) (int64, error) {
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/api/v1/safe/documents/"+doc+"/content", nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.web.Do(rq)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("get content: %s", resp.Status)
	}
	return drain(resp.Body)
}

func (c *callers) send(ctx context.Context, method, path string, r io.Reader, size int64, h http.Header, out any) error {
	rq, err := http.NewRequestWithContext(ctx, method, c.url+path, r)
	if err != nil {
		return err
	}
	rq.ContentLength, rq.Header = size, h
	resp, err := c.web.Do(rq)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s %s: %s %s", method, path, resp.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
