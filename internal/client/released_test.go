package client_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// counter is a gateway with one safe, one document and one grant of it, which
// writes a release into its log as a test has it written.
type counter struct {
	t       *testing.T
	log     *testLog
	vk      sealed.VK
	answers map[string]any    // by path
	grants  map[string][]byte // own and shared, by the path of their release
	of      sealed.Grant      // that is shared
	box     []byte
	key     int64 // index of the safe's key in the log
	told    journal.Event
	doc     *sealed.Identity // of the version
	root    sealed.RootKey   // of the safe
	reader  *sealed.Recipient
	mandate []byte // that a release comes with
	deposit *client.Proof
}

const (
	ownRelease   = "/api/v1/safe/documents/daaaaaaaaaaaaaaaaaaaaaaaaa/release"
	grantRelease = "/api/v1/administration/grants/gaaaaaaaaaaaaaaaaaaaaaaaaa/release"
)

// newCounter gives it with the citizen's safe and the administration, unlocked.
func newCounter(t *testing.T) (*counter, *client.Safe, *client.Office) {
	t.Helper()
	c := &counter{t: t, log: newTestLog(t), grants: map[string][]byte{}}
	now, p := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), sealed.Derive([]byte("paper"), "test")
	keyring := func(holder string) (sealed.RootKey, sealed.Container, *sealed.Identity) {
		ring, box, err := sealed.NewKeyring(holder, []sealed.NewUnlocker{
			{Kind: sealed.KindPaper, Label: "papier", P: p},
			{Kind: sealed.KindPassphrase, Label: "phrase", P: sealed.Derive([]byte("phrase"), "test")},
		}, now)
		must(t, err)
		vault, err := ring.Vault()
		must(t, err)
		return ring.Root(), box, vault
	}
	root, hers, vault := keyring(id("s"))
	_, theirs, reader := keyring(id("o"))
	c.vk, c.root, c.reader = root.VK(), root, reader.Recipient()
	entry, err := journal.KeyFact{
		Type: "key", Holder: "safe", ID: id("s"), Epoch: 1, VK: base64.StdEncoding.EncodeToString(c.vk[:]), Recipient: vault.Recipient().Fingerprint(),
	}.Encode()
	must(t, err)
	c.log.fill(t, 2)
	c.log.add(t, entry)
	c.key = 2

	own, key, box := (&export{t: t, safe: id("s"), vault: vault}).seal(id("d"), "a.txt", []byte("document"))
	c.of, c.box, c.doc = own, box, key
	index := int64(0)
	c.of.Reader, c.of.Recipient, c.of.Index = id("o"), reader.Recipient().Fingerprint(), &index
	c.of.Purpose, c.of.Service, c.of.NotAfter = "Inscription scolaire", "Écoles", "2026-12-01T08:00:00Z"
	c.grants[ownRelease], err = sealed.SealGrant(own, root, key, vault.Recipient())
	must(t, err)
	c.grants[grantRelease], err = sealed.SealGrant(c.of, root, key, reader.Recipient())
	must(t, err)
	manifest, err := sealed.Manifest{Suite: sealed.Suite, Safe: id("s"), Epoch: 1, Time: theTime, Docs: []sealed.Entry{{
		ID: own.Doc, Version: own.Version, SHA256: own.SHA256, Sealed: own.Sealed, Size: own.Size, Name: own.Name, Type: own.Type,
		Added: theTime, Changed: theTime,
	}}}.Seal(root, vault.Recipient())
	must(t, err)
	c.answers = map[string]any{
		"/api/v1/site":                   map[string]any{"logKey": c.log.vkey},
		"/api/v1/me":                     map[string]any{"kind": "citizen", "safe": map[string]any{"id": id("s"), "state": "open"}},
		"/api/v1/safe/keyring":           hers,
		"/api/v1/safe/manifest":          map[string]any{"epoch": 1, "sealed": manifest},
		"/api/v1/administration":         map[string]any{"id": id("o"), "name": "Mairie de Valmont"},
		"/api/v1/administration/keyring": theirs,
	}

	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	to := func() *client.Client {
		cl, err := client.New(client.Config{Server: server.URL, Now: func() time.Time { return now }})
		must(t, err)
		return cl
	}
	s, err := to().Unlock(t.Context(), p)
	must(t, err)
	o, err := to().UnlockOffice(t.Context(), p)
	must(t, err)
	return c, s, o
}

// released is how the administration's opening has to be told, and opened how
// the citizen's own.
func (c *counter) released() journal.Event {
	return journal.Event{
		V: 1, ID: id("e"), N: int64(len(c.log.entries)), Time: theTime, What: journal.WhatGrantReleased, Result: journal.ResultDone,
		Who:  journal.Who{Kind: "agent", ID: id("c"), Name: "Camille Martin", Administration: id("o")},
		Safe: c.of.Safe, Doc: c.of.Doc, Version: c.of.Version, Grant: id("g"), Administration: id("o"), AdministrationName: "Mairie de Valmont",
		Service: c.of.Service, Purpose: c.of.Purpose, Procedure: c.of.Procedure, Door: "cli",
	}
}

func (c *counter) opened() journal.Event {
	e := someEvent(journal.WhatDocumentOpened, nil)
	e.N = int64(len(c.log.entries))
	return e
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/content") {
		_, _ = w.Write(c.box)
		return
	}
	if err := json.NewEncoder(w).Encode(c.answer(r.URL)); err != nil {
		c.t.Error(err)
	}
}

func (c *counter) answer(u *url.URL) any {
	key := c.log.leaf(c.t, c.key)
	key.Entry = c.log.entries[c.key]
	if grant, ok := c.grants[u.Path]; ok {
		text, salt := c.log.event(c.t, c.told)
		return client.Release{
			Doc: c.of.Doc, Version: c.of.Version, Sealed: c.of.Sealed, SHA256: c.of.SHA256, Grant: grant, VK: c.vk[:], Key: &key,
			Proof: proofOf(c.t, c.log, text, salt, int64(len(c.log.entries)-1)), Mandate: c.mandate, Deposit: c.deposit,
		}
	}
	switch u.Path {
	case "/api/v1/safe":
		return client.Figures{ID: id("s"), State: "open", VK: c.vk[:], Key: &key}
	case "/log/consistency":
		return map[string]any{"path": c.consistency(u.Query())}
	}
	out, ok := c.answers[u.Path]
	if !ok {
		c.t.Errorf("nobody serves %s", u.Path)
	}
	return out
}

func (c *counter) consistency(q url.Values) [][]byte {
	from, err1 := strconv.ParseInt(q.Get("from"), 10, 64)
	to, err2 := strconv.ParseInt(q.Get("to"), 10, 64)
	proof, err3 := tlog.ProveTree(to, from, c.log)
	if err := errors.Join(err1, err2, err3); err != nil {
		c.t.Error(err)
	}
	path := [][]byte{}
	for _, h := range proof {
		path = append(path, h[:])
	}
	return path
}

// TestAReleaseIsToldOfWhoOpenedItAndForWhat (T11): a gateway that gives an
// administration a document and has the citizen's journal say that somebody
// else has opened it, or for something else, is found out by the
// administration, which does not open it.
func TestAReleaseIsToldOfWhoOpenedItAndForWhat(t *testing.T) {
	c, _, o := newCounter(t)
	for name, lie := range map[string]func(e *journal.Event){
		"released by another administration": func(e *journal.Event) { e.Who.Administration = id("x") },
		"released by an agent of none":       func(e *journal.Event) { e.Who.Administration = "" },
		"released by the citizen herself":    func(e *journal.Event) { e.Who = journal.Who{Kind: "citizen", Name: "Angela Dubois"} },
		"released by the operator":           func(e *journal.Event) { e.Who.Kind = "operator" },
		"released for somebody":              func(e *journal.Event) { e.Behalf = &journal.Who{Kind: "citizen", Name: "Angela Dubois"} },
		"released to another administration": func(e *journal.Event) { e.Administration = id("x") },
		"released to none":                   func(e *journal.Event) { e.Administration = "" },
		"for another purpose":                func(e *journal.Event) { e.Purpose = "Recouvrement" },
		"for no purpose":                     func(e *journal.Event) { e.Purpose = "" },
		"for another service":                func(e *journal.Event) { e.Service = "Voirie" },
		"for another procedure":              func(e *journal.Event) { e.Procedure = "Mariage" },
		"of another safe":                    func(e *journal.Event) { e.Safe = id("x") },
	} {
		c.told = c.released()
		lie(&c.told)
		if _, err := o.Accept(t.Context(), id("g")); !client.IsAlarm(err) {
			t.Errorf("%s: no alarm, %v", name, err)
		}
	}
	for _, kind := range []string{"agent", "system"} {
		c.told = c.released()
		c.told.Who.Kind = kind
		if g, err := o.Accept(t.Context(), id("g")); err != nil || g.Grant.Purpose != c.of.Purpose {
			t.Errorf("the truth, of a kind of caller that there is (%s): %v", kind, err)
		}
	}
}

// TestAnOpeningIsToldOfTheCitizenHerself (T11): what opens in her hands and is
// told as somebody else's opening does not open.
func TestAnOpeningIsToldOfTheCitizenHerself(t *testing.T) {
	c, s, _ := newCounter(t)
	e, err := s.Find("a.txt")
	must(t, err)
	out := filepath.Join(t.TempDir(), "a.txt")
	for name, lie := range map[string]func(e *journal.Event){
		"opened by an agent":         func(e *journal.Event) { e.Who.Kind = "agent" },
		"opened by an operator":      func(e *journal.Event) { e.Who.Kind = "operator" },
		"opened for somebody":        func(e *journal.Event) { e.Behalf = &journal.Who{Kind: "citizen", Name: "Paul Dubois"} },
		"opened by an office":        func(e *journal.Event) { e.Who.Administration = id("x") },
		"opened to an office":        func(e *journal.Event) { e.Administration = id("x") },
		"another document is opened": func(e *journal.Event) { e.Doc = id("x") },
	} {
		c.told = c.opened()
		lie(&c.told)
		if err := s.Get(t.Context(), e, out, client.GetOptions{}); !client.IsAlarm(err) {
			t.Errorf("%s: no alarm, %v", name, err)
		}
	}
	c.told = c.opened()
	must(t, s.Get(t.Context(), e, out, client.GetOptions{}))
}
