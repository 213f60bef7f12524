package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// bulk fills a safe faster than by one change for each document.
type bulk struct {
	m     *move
	b     *browser
	ring  *sealed.Keyring
	vault *sealed.Identity
	last  []byte // manifest, as sealed
	state sealed.Manifest
	// kept is told of every document that was sent, and its key; nil keeps none.
	kept func(sealed.Entry, *sealed.Identity)
}

func newBulk(m *move, b *browser) *bulk {
	m.t.Helper()
	var box sealed.Container
	b.json("/api/v1/safe/keyring", &box)
	f := &bulk{m: m, b: b}
	var err error
	f.ring, err = sealed.OpenKeyring(box, secretOf(m.t, m.key.paper))
	must(m.t, err)
	f.vault, err = f.ring.Vault()
	must(m.t, err)
	var in struct{ Sealed []byte }
	b.json("/api/v1/safe/manifest", &in)
	f.last = in.Sealed
	f.state, err = sealed.OpenManifest(f.last, f.vault, f.ring.Root().VK())
	must(m.t, err)
	return f
}

type adopted struct {
	Doc     string `json:"doc"`
	Version string `json:"version"`
	Grant   []byte `json:"grant"`
}

// put uploads every document, some at a time, and adopts them by halves.
func (f *bulk) put() {
	f.m.t.Helper()
	names := slices.Sorted(maps.Keys(f.m.docs))
	for half := range slices.Chunk(names, (len(names)+1)/2) {
		entries, grants := make([]sealed.Entry, len(half)), make([]adopted, len(half))
		var all sync.WaitGroup
		slots := make(chan struct{}, 8)
		for i, name := range half {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				entries[i], grants[i] = f.upload(name, f.m.docs[name])
			})
		}
		all.Wait()
		f.change(entries, grants)
	}
}

func (f *bulk) call(method, path string, header map[string]string, body []byte, out any) {
	r, err := http.NewRequest(method, f.b.g.url+path, bytes.NewReader(body))
	if err == nil {
		for k, v := range header {
			r.Header.Set(k, v)
		}
		var resp *http.Response
		if resp, err = f.b.http.Do(r); err == nil {
			defer func() { _ = resp.Body.Close() }()
			var b []byte
			b, err = io.ReadAll(resp.Body)
			switch {
			case err == nil && resp.StatusCode >= 300:
				err = fmt.Errorf("%s %s: %s %s", method, path, resp.Status, b)
			case err == nil && out != nil:
				err = json.Unmarshal(b, out)
			}
		}
	}
	if err != nil {
		f.m.t.Error(err)
	}
}

func (f *bulk) upload(name string, content []byte) (sealed.Entry, adopted) {
	t := f.m.t
	key, err := sealed.NewIdentity()
	if err != nil {
		t.Error(err)
		return sealed.Entry{}, adopted{}
	}
	stream, err := sealed.SealDocument(bytes.NewReader(content), int64(len(content)), key.Recipient())
	if err != nil {
		t.Error(err)
		return sealed.Entry{}, adopted{}
	}
	box, err := io.ReadAll(stream)
	if err != nil {
		t.Error(err)
	}
	sum, now := sha256.Sum256(box), time.Now().UTC().Format("2006-01-02T15:04:05Z")
	var up struct{ Doc, Version string }
	f.call("POST", "/api/v1/safe/uploads", map[string]string{"Content-Type": "application/json", "Idempotency-Key": string(safe.NewID[safe.VersionID]())},
		fmt.Appendf(nil, `{"sealed":%d}`, len(box)), &up)
	f.call("PUT", "/api/v1/safe/documents/"+up.Doc+"/versions/"+up.Version, map[string]string{
		"Content-Type": "application/octet-stream", "Content-Digest": "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
	}, box, nil)
	e := sealed.Entry{
		ID: up.Doc, Version: up.Version, SHA256: fmt.Sprintf("%x", sum), Sealed: int64(len(box)), Size: int64(len(content)),
		Name: name, Type: "application/octet-stream", Added: now, Changed: now,
	}
	to := f.vault.Recipient()
	grant, err := sealed.SealGrant(sealed.Grant{
		Suite: sealed.Suite, Safe: f.state.Safe, Doc: e.ID, Version: e.Version, SHA256: e.SHA256, Sealed: e.Sealed, Size: e.Size,
		Name: e.Name, Type: e.Type, Created: now, Reader: f.state.Safe, Recipient: to.Fingerprint(),
	}, f.ring.Root(), key, to)
	if err != nil {
		t.Error(err)
	}
	if f.kept != nil {
		f.kept(e, key)
	}
	return e, adopted{e.ID, e.Version, grant}
}

func (f *bulk) change(entries []sealed.Entry, grants []adopted) {
	t := f.m.t
	t.Helper()
	match := sealed.Hash(f.last)
	f.state.Epoch, f.state.Previous = f.state.Epoch+1, match
	f.state.Docs = append(f.state.Docs, entries...)
	slices.SortFunc(f.state.Docs, func(a, b sealed.Entry) int { return strings.Compare(a.ID, b.ID) })
	var err error
	f.last, err = f.state.Seal(f.ring.Root(), f.vault.Recipient())
	must(t, err)
	said := sealed.Change{Suite: sealed.Suite, Safe: f.state.Safe, Epoch: f.state.Epoch, Match: match, Manifest: sealed.Hash(f.last)}
	for _, g := range grants {
		said.Adopt = append(said.Adopt, sealed.ChangedOwn{Doc: g.Doc, Version: g.Version, Grant: sealed.Hash(g.Grant)})
	}
	sig, err := said.Sign(f.ring.Root())
	must(t, err)
	body, err := json.Marshal(map[string]any{"epoch": f.state.Epoch, "sealed": f.last, "adopt": grants, "signature": sig})
	must(t, err)
	f.call("PUT", "/api/v1/safe/manifest", map[string]string{"Content-Type": "application/json", "If-Match": `"` + match + `"`}, body, nil)
}
