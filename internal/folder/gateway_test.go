package folder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// town is a gateway with one citizen and one administration, which does what a
// test says with what it lists, and which keeps what it is told.
type town struct {
	t      *testing.T
	mu     sync.Mutex
	now    time.Time
	url    string
	log    *testLog
	office string
	ring   *sealed.Keyring // of the administration, in use
	secret sealed.Secret
	safe   string
	root   sealed.RootKey // of the citizen
	key    int64          // index of its fact
	grants map[string]*given
	order  []string
	asked  map[string][]byte // requests, signed

	said     []sealed.Acknowledgement // taken
	refused  int                      // acknowledgements and attestations that were not
	attested []string
	sent     int                    // acknowledgements, taken or not
	lie      func(grant *given) any // in the place of a release
}

// given is one grant.
type given struct {
	grant    sealed.Grant
	signed   []byte
	box      []byte
	listed   client.Grant
	openings map[string]client.Proof // by the key that asked for it
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{
		t: t, now: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC), log: newTestLog(t), office: sealed.NewID(), safe: sealed.NewID(),
		secret: sealed.Derive([]byte("paper"), "test"), grants: map[string]*given{}, asked: map[string][]byte{},
	}
	keyring := func(holder string) *sealed.Keyring {
		ring, _, err := sealed.NewKeyring(holder, []sealed.NewUnlocker{
			{Kind: sealed.KindPaper, Label: "papier", P: w.secret},
			{Kind: sealed.KindPassphrase, Label: "phrase", P: sealed.Derive([]byte("phrase"), "test")},
		}, w.now)
		must(t, err)
		return ring
	}
	w.ring = keyring(w.office)
	hers := keyring(w.safe)
	w.root = hers.Root()
	vault, err := hers.Vault()
	must(t, err)
	vk := w.root.VK()
	entry, err := journal.KeyFact{
		Type: "key", Holder: "safe", ID: w.safe, Epoch: 1, VK: base64.StdEncoding.EncodeToString(vk[:]), Recipient: vault.Recipient().Fingerprint(),
	}.Encode()
	must(t, err)
	w.log.add(t, []byte("first"))
	w.key = w.log.add(t, entry)
	w.keyEntry(entry)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *town) keyEntry(entry []byte) { w.asked["key"] = entry }

// give seals a document to the administration as it is now.
func (w *town) give(name, content string, change func(*sealed.Grant)) string {
	w.t.Helper()
	key, err := sealed.NewIdentity()
	must(w.t, err)
	r, err := sealed.SealDocument(strings.NewReader(content), int64(len(content)), key.Recipient())
	must(w.t, err)
	box, err := io.ReadAll(r)
	must(w.t, err)
	sum, index := sha256.Sum256(box), int64(0)
	vault, err := w.ring.Vault()
	must(w.t, err)
	g := sealed.Grant{
		Suite: sealed.Suite, Safe: w.safe, Doc: sealed.NewID(), Version: sealed.NewID(), SHA256: hex.EncodeToString(sum[:]), Sealed: int64(len(box)),
		Size: int64(len(content)), Name: name, Type: "text/plain", Created: "2026-11-26T08:00:00Z", Reader: w.office,
		Recipient: vault.Recipient().Fingerprint(), Index: &index, Purpose: "Allocation", NotAfter: "2026-12-26T08:00:00Z",
	}
	if change != nil {
		change(&g)
	}
	signed, err := sealed.SealGrant(g, w.root, key, vault.Recipient())
	must(w.t, err)
	id := sealed.NewID()
	end, err := time.Parse(time.RFC3339, g.NotAfter)
	must(w.t, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grants[id] = &given{g, signed, box, client.Grant{
		ID: id, Doc: g.Doc, Version: g.Version, Safe: g.Safe, State: "live", NotAfter: end, Service: g.Service, Request: g.Request,
	}, map[string]client.Proof{}}
	w.order = append([]string{id}, w.order...)
	return id
}

// ask signs a request about a file of the administration.
func (w *town) ask(reference string) string {
	w.t.Helper()
	r := sealed.DocumentRequest{
		ID: sealed.NewID(), Administration: w.office, Procedure: "RSA", Purpose: "Allocation", Basis: "Code", Wanted: []sealed.Wanted{{Kind: "income"}},
		Reference: reference, Created: "2026-11-26T08:00:00Z", NotAfter: "2026-12-26T08:00:00Z",
	}
	signed, err := sealed.SignRequest(r, w.ring.Root())
	must(w.t, err)
	w.asked[r.ID] = signed
	return r.ID
}

// rotate puts another root and vault in the place of the administration's.
func (w *town) rotate() {
	w.t.Helper()
	next, _, err := w.ring.Succeed()
	must(w.t, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ring = next
}

// saysEnded has the gateway say that a grant is over.
func (w *town) saysEnded(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, now := w.grants[id], w.now
	g.listed.State, g.listed.Ended, g.listed.End = "ended", &now, nil
}

// ends is the citizen's doing.
func (w *town) ends(id string, change func(*journal.Event)) {
	w.t.Helper()
	w.saysEnded(id)
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.grants[id]
	e := w.event(g, id, journal.WhatGrantEnded, journal.Who{Kind: "citizen", ID: sealed.NewID(), Name: "Angela Dubois"})
	if change != nil {
		change(&e)
	}
	p := w.log.event(w.t, e)
	g.listed.End = &p
}

func (w *town) openings(id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.grants[id].openings)
}

func (w *town) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *town) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// desk is a folder that is filled from the town, with all that it told.
type desk struct {
	*Folder
	mu   sync.Mutex
	told []Told
}

// desk unlocks the administration's key and opens a folder.
func (w *town) desk(dir string, change func(*Config)) *desk {
	w.t.Helper()
	c, err := client.New(client.Config{Server: w.url, Now: w.clock})
	must(w.t, err)
	o, err := c.UnlockOffice(w.t.Context(), w.secret)
	must(w.t, err)
	d := &desk{}
	cfg := Config{Dir: dir, Client: c, Office: o, Template: "{name}", Now: w.clock, Tell: func(t Told) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.told = append(d.told, t)
	}}
	if change != nil {
		change(&cfg)
	}
	d.Folder, err = Open(cfg)
	must(w.t, err)
	w.t.Cleanup(func() { _ = d.Close() })
	return d
}

// count of what was told.
func (d *desk) count(what string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.told {
		if t.What == what {
			n++
		}
	}
	return n
}

func (w *town) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out, problem := w.answer(r)
	switch b, raw := out.([]byte); {
	case problem != "":
		rw.Header().Set("Content-Type", "application/problem+json")
		rw.WriteHeader(map[string]int{"not-found": 404, "ended": 410, "wrong-form": 422}[problem])
		out = map[string]any{"type": "/problems/" + problem, "title": problem}
	case raw:
		_, _ = rw.Write(b)
		return
	}
	if err := json.NewEncoder(rw).Encode(out); err != nil {
		w.t.Error(err)
	}
}

const officePath = "/api/v1/administration"

func (w *town) answer(r *http.Request) (out any, problem string) {
	path := strings.TrimPrefix(r.URL.Path, officePath)
	one := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case r.URL.Path == "/api/v1/site":
		return map[string]any{"logKey": w.log.vkey}, ""
	case r.URL.Path == "/log/consistency":
		return map[string]any{"path": w.log.consistency(w.t, r.URL.Query())}, ""
	case path == "":
		return client.Administration{ID: w.office, Name: "Brenne", Services: []client.Service{{ID: "s1", Name: "Écoles"}, {ID: "s2", Name: "RSA"}}}, ""
	case path == "/keyring":
		return w.ring.Container(), ""
	case path == "/grants":
		return w.list(func(g client.Grant) bool { return g.State == "live" }), ""
	case path == "/deletions" && r.Method == http.MethodGet:
		return w.list(func(g client.Grant) bool { return g.State == "ended" && !slices.Contains(w.attested, g.ID) }), ""
	case path == "/deletions":
		return w.declare(r), ""
	case one[0] == "requests" && len(one) == 3:
		return w.list(func(client.Grant) bool { return true }), "" // it says that all answer it
	case one[0] == "requests":
		return client.OfficeRequest{Request: w.asked[one[1]]}, ""
	case one[0] == "grants" && w.grants[one[1]] != nil:
		return w.ofGrant(r, one[1], one[2])
	}
	return nil, "not-found"
}

func (w *town) list(want func(client.Grant) bool) any {
	items := []client.Grant{}
	for _, id := range w.order {
		if g := w.grants[id].listed; want(g) {
			items = append(items, g)
		}
	}
	return map[string]any{"items": items}
}

func (w *town) ofGrant(r *http.Request, id, what string) (any, string) {
	g := w.grants[id]
	switch what {
	case "acknowledgements":
		var in struct{ Acknowledgement []byte }
		must(w.t, json.NewDecoder(r.Body).Decode(&in))
		w.sent++
		said, err := sealed.OpenAcknowledgement(in.Acknowledgement, w.ring.Root().VK())
		if err != nil {
			w.refused++
			return nil, "wrong-form"
		}
		w.said = append(w.said, said)
		return map[string]any{}, ""
	case "content":
		return g.box, ""
	}
	if g.listed.State != "live" {
		return nil, "ended"
	}
	if w.lie != nil {
		if out := w.lie(g); out != nil {
			return out, ""
		}
	}
	return w.release(g, id, r.Header.Get("Idempotency-Key")), ""
}

func (w *town) release(g *given, id, key string) client.Release {
	proof, known := g.openings[key]
	if !known {
		proof = w.log.event(w.t, w.event(g, id, journal.WhatGrantReleased, journal.Who{Kind: "system", ID: sealed.NewID(), Name: "fetch", Administration: w.office}))
		g.openings[key] = proof
	}
	leaf, vk := w.log.leaf(w.t, w.key), w.root.VK()
	leaf.Entry = w.asked["key"]
	return client.Release{
		Doc: g.grant.Doc, Version: g.grant.Version, Sealed: g.grant.Sealed, SHA256: g.grant.SHA256, Grant: g.signed, VK: vk[:], Key: &leaf, Proof: proof,
	}
}

func (w *town) event(g *given, id, what string, who journal.Who) journal.Event {
	return journal.Event{
		V: 1, ID: sealed.NewID(), N: w.log.size, Time: w.now.Format(time.RFC3339), What: what, Result: journal.ResultDone, Who: who,
		Safe: w.safe, Doc: g.grant.Doc, Version: g.grant.Version, Grant: id, Administration: w.office, AdministrationName: "Brenne",
		Service: g.grant.Service, Purpose: g.grant.Purpose, Procedure: g.grant.Procedure,
	}
}

func (w *town) declare(r *http.Request) any {
	var in struct{ Attestations [][]byte }
	must(w.t, json.NewDecoder(r.Body).Decode(&in))
	refused := []map[string]string{}
	for _, signed := range in.Attestations {
		said, err := sealed.ReadDeletion(signed)
		must(w.t, err)
		if _, err := sealed.OpenDeletion(signed, w.ring.Root().VK()); err != nil {
			w.refused++
			refused = append(refused, map[string]string{"grant": said.Grant, "problem": "wrong-form"})
			continue
		}
		w.attested = append(w.attested, said.Grant)
	}
	return map[string]any{"refused": refused}
}

func sameBytes(t *testing.T, d *desk, file, want string) {
	t.Helper()
	got, err := d.ledger.root.ReadFile(file)
	if err != nil || !bytes.Equal(got, []byte(want)) {
		t.Errorf("%s holds %q, %v", file, got, err)
	}
}

// scanned is a scanner that a test says the word of.
type scanned func(path string) (string, error)

// Scan is a Scanner's.
func (s scanned) Scan(_ context.Context, path string) (string, error) { return s(path) }
