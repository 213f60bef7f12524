package gateway_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	valmont = "21370999900015"
	brenne  = "22360999900018"
)

// caller carries one credential, or none.
type caller struct {
	bearer string
	cookie string
}

var nobody = caller{}

func (c caller) authenticate(r *http.Request) {
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-sid", Value: c.cookie})
	}
}

// citizen is somebody with a command line, and what her client knows.
type citizen struct {
	caller
	safe.Actor
	w        *world
	session  session.Session
	ring     *sealed.Keyring
	keyring  sealed.Container
	vault    *sealed.Identity
	manifest sealed.Manifest
	etag     string // of the sealed manifest
	hash     string
}

// login starts a session of the account, of a kind.
func (w *world) login(t *testing.T, acc safe.Account, kind string) (string, session.Session) {
	t.Helper()
	token, s, err := w.sessions.Create(w.ctx, session.Session{
		Kind: kind, Principal: string(acc.Kind), Account: string(acc.ID), Safe: string(acc.Safe),
		Administration: string(acc.Administration), Name: acc.Name, Provider: "fc", Issuer: acc.Issuer, Sub: acc.Sub,
		ACR: "eidas1", Level: 1, AuthTime: w.clock.now(), Device: "test",
	})
	must(t, err)
	return token, s
}

func (w *world) citizenAccount(t *testing.T, sub string) safe.Account {
	t.Helper()
	acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
		Kind: safe.Citizen, Issuer: "https://fc.test", Sub: sub, Name: "Angela " + sub, ACR: "eidas1", Door: "web",
	})
	must(t, err)
	return acc
}

// newcomer has logged in, accepted the terms, and prepared a keyring.
func (w *world) newcomer(t *testing.T, sub string) *citizen {
	t.Helper()
	acc := w.citizenAccount(t, sub)
	c := &citizen{w: w, Actor: safe.Actor{Kind: safe.Citizen, Account: acc.ID, Safe: acc.Safe, Name: acc.Name, Level: 1, Door: "cli"}}
	c.bearer, c.session = w.login(t, acc, session.CLI)
	must(t, w.domain.AcceptTerms(w.ctx, c.Actor, w.domain.TermsVersion()))
	c.ring, c.keyring = newKeyring(t, w, string(acc.Safe))
	var err error
	c.vault, err = c.ring.Vault()
	must(t, err)
	c.manifest = sealed.Manifest{Suite: sealed.Suite, Safe: string(acc.Safe), Epoch: 1, Time: stamp(w.clock.now())}
	return c
}

func (w *world) citizen(t *testing.T, sub string) *citizen {
	t.Helper()
	c := w.newcomer(t, sub)
	body := c.sealManifest(t)
	_, err := w.domain.OpenSafe(w.ctx, c.Actor, c.keyring, body)
	must(t, err)
	c.note(body)
	return c
}

func (c *citizen) note(manifest []byte) {
	sum := sha256.Sum256(manifest)
	c.hash = hex.EncodeToString(sum[:])
	c.etag = `"` + c.hash + `"`
}

func newKeyring(t *testing.T, w *world, holder string) (*sealed.Keyring, sealed.Container) {
	t.Helper()
	ring, c, err := sealed.NewKeyring(holder, []sealed.NewUnlocker{
		{Kind: "paper", Label: "papier", P: sealed.NewSecret()},
		{Kind: "passphrase", Label: "phrase", P: sealed.NewSecret()},
	}, w.clock.now())
	must(t, err)
	return ring, c
}

func (c *citizen) sealManifest(t *testing.T) []byte {
	t.Helper()
	b, err := c.manifest.Seal(c.ring.Root(), c.vault.Recipient())
	must(t, err)
	return b
}

type object = map[string]any

// nextChange is the body of the next PUT of the manifest.
func (c *citizen) nextChange(t *testing.T, adopt []object, erase []string) (object, []byte) {
	t.Helper()
	in := object{}
	if adopt != nil {
		in["adopt"] = adopt
	}
	if erase != nil {
		in["erase"] = erase
	}
	return in, c.complete(t, in)
}

// complete adds the next manifest to what comes with it, and her signature.
func (c *citizen) complete(t *testing.T, in object) []byte {
	t.Helper()
	c.manifest.Epoch++
	c.manifest.Previous = c.hash
	body := c.sealManifest(t)
	in["epoch"], in["sealed"] = c.manifest.Epoch, body
	in["signature"] = c.signature(in)
	return body
}

// signature is what her client signs; what has not its form is signed by nobody.
func (c *citizen) signature(in object) []byte {
	each := func(member string, add func(text func(string) string, grant string)) {
		list, _ := in[member].([]object)
		for _, o := range list {
			grant, _ := o["grant"].([]byte)
			add(func(name string) string { s, _ := o[name].(string); return s }, sealed.Hash(grant))
		}
	}
	epoch, _ := in["epoch"].(int64)
	body, _ := in["sealed"].([]byte)
	erase, _ := in["erase"].([]string)
	said := sealed.Change{Suite: sealed.Suite, Safe: string(c.Safe), Epoch: epoch, Match: c.hash, Manifest: sealed.Hash(body), Erase: erase}
	each("adopt", func(text func(string) string, grant string) {
		said.Adopt = append(said.Adopt, sealed.ChangedOwn{Doc: text("doc"), Version: text("version"), Grant: grant})
	})
	each("reseal", func(text func(string) string, grant string) {
		said.Reseal = append(said.Reseal, sealed.ChangedOwn{Doc: text("doc"), Version: text("version"), Grant: grant})
	})
	each("grants", func(text func(string) string, grant string) {
		said.Grants = append(said.Grants, sealed.ChangedGive{ID: text("id"), Version: text("version"), Grant: grant})
	})
	each("drop", func(text func(string) string, _ string) {
		said.Drop = append(said.Drop, sealed.ChangedDrop{Doc: text("doc"), Version: text("version")})
	})
	sig, err := said.Sign(c.ring.Root())
	if err != nil {
		return make([]byte, 64)
	}
	return sig
}

// change sends it, and expects it to be accepted.
func (c *citizen) change(t *testing.T, adopt []object, erase []string) {
	t.Helper()
	in, body := c.nextChange(t, adopt, erase)
	a := c.w.do(t, request{who: c.caller, method: "PUT", path: "/api/v1/safe/manifest", json: in, header: object{"If-Match": c.etag}})
	a.is(t, 204)
	c.note(body)
	if a.header.Get("ETag") != c.etag {
		t.Fatalf("the new ETag is %s, want %s", a.header.Get("ETag"), c.etag)
	}
}

// document is one as its holder's client knows it.
type document struct {
	plain        []byte
	key          *sealed.Identity
	sealed       []byte
	sum          [32]byte
	doc, version string
}

func newDocument(t *testing.T, size int) *document {
	t.Helper()
	d := &document{plain: make([]byte, size)}
	_, _ = rand.Read(d.plain)
	var err error
	d.key, err = sealed.NewIdentity()
	must(t, err)
	r, err := sealed.SealDocument(bytes.NewReader(d.plain), int64(size), d.key.Recipient())
	must(t, err)
	d.sealed, err = io.ReadAll(r)
	must(t, err)
	d.sum = sha256.Sum256(d.sealed)
	return d
}

func digestOf(sum [32]byte) string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

func (d *document) path() string {
	return "/api/v1/safe/documents/" + d.doc + "/versions/" + d.version
}

// upload is the request that sends the sealed bytes.
func (c *citizen) upload(d *document) request {
	return request{who: c.caller, method: "PUT", path: d.path(), body: d.sealed, header: object{"Content-Digest": digestOf(d.sum)}}
}

func (c *citizen) reserve(t *testing.T, d *document) {
	t.Helper()
	a := c.w.do(t, request{
		who: c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": len(d.sealed)},
		header: object{"Idempotency-Key": newKey()},
	})
	a.is(t, 201)
	d.doc, d.version = a.string(t, "doc"), a.string(t, "version")
}

// put brings a document into the safe, through the interface.
func (c *citizen) put(t *testing.T, size int) *document {
	t.Helper()
	d := newDocument(t, size)
	c.reserve(t, d)
	c.w.do(t, c.upload(d)).is(t, 201)
	c.change(t, []object{c.adoption(t, d)}, nil)
	return d
}

func (c *citizen) adoption(t *testing.T, d *document) object {
	t.Helper()
	return object{"doc": d.doc, "version": d.version, "grant": c.sealGrant(t, d, string(c.Safe), c.vault.Recipient())}
}

func (c *citizen) sealGrant(t *testing.T, d *document, reader string, to *sealed.Recipient) []byte {
	t.Helper()
	b, err := sealed.SealGrant(sealed.Grant{
		Suite: sealed.Suite, Safe: string(c.Safe), Doc: d.doc, Version: d.version,
		SHA256: hex.EncodeToString(d.sum[:]), Sealed: int64(len(d.sealed)), Size: int64(len(d.plain)),
		Name: "avis d'imposition.pdf", Type: "application/pdf", Created: stamp(c.w.clock.now()),
		Reader: reader, Recipient: to.Fingerprint(),
	}, c.ring.Root(), d.key, to)
	must(t, err)
	return b
}

// office is an administration with a key, an agent and a system.
type office struct {
	safe.Administration
	agent    caller
	actor    safe.Actor
	system   caller
	systemID string
	key      *sealed.Identity
	root     sealed.RootKey
	signing  client.SystemKey
}

func operator() safe.Actor { return safe.Actor{Kind: safe.Operator, Name: "coffred", Door: "cli"} }

func (w *world) office(t *testing.T, name, siret string) *office {
	t.Helper()
	o := w.keyless(t, name, siret)
	ring, container := newKeyring(t, w, string(o.ID))
	_, err := w.domain.PutAdministrationKeyring(w.ctx, o.actor, nil, container)
	must(t, err)
	o.root = ring.Root()
	o.key, err = ring.Vault()
	must(t, err)
	return o
}

// keyless is an office before its key is made.
func (w *world) keyless(t *testing.T, name, siret string) *office {
	t.Helper()
	adm, err := w.domain.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{
		SIRET: siret, Name: name, Services: []safe.Service{{ID: "etat-civil", Name: "État civil"}},
	})
	must(t, err)
	o := &office{Administration: adm}
	acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
		Kind: safe.Agent, Issuer: "https://pc.test", Sub: "agent-" + siret, Name: "Camille Martin", SIRET: siret, Door: "web",
	})
	must(t, err)
	o.actor = safe.Actor{Kind: safe.Agent, Account: acc.ID, Administration: adm.ID, Name: acc.Name, Level: 1, Door: "web"}
	o.agent.cookie, _ = w.login(t, acc, session.Browser)
	o.signing, err = client.NewSystemKey("key-1")
	must(t, err)
	keys, err := o.signing.PublicSet()
	must(t, err)
	sys, err := w.domain.RegisterSystem(w.ctx, operator(), safe.NewSystem{
		Administration: adm.ID, Name: "Guichet", Scopes: []string{"deposit", "retrieve", "request"}, KeySet: keys,
	})
	must(t, err)
	o.systemID = string(sys.ID)
	o.signing.ClientID = o.systemID
	o.system.bearer = w.token(t, o)
	return o
}

// token asks the token endpoint, as a system does.
func (w *world) token(t *testing.T, o *office) string {
	t.Helper()
	return w.scopedToken(t, o, "")
}

func (w *world) scopedToken(t *testing.T, o *office, scope string) string {
	t.Helper()
	c, err := client.New(client.Config{Server: w.url, Now: w.clock.now})
	must(t, err)
	token, err := c.SystemToken(w.ctx, o.signing, scope)
	must(t, err)
	return token.AccessToken
}

// newGrant is the body of a share.
func (c *citizen) newGrant(t *testing.T, d *document, o *office) object {
	t.Helper()
	return object{
		"doc": d.doc, "version": d.version, "administration": o.ID, "service": "etat-civil", "purpose": "inscription scolaire",
		"notAfter": stamp(c.w.clock.now().Add(30 * 24 * time.Hour)), "grant": c.sealGrant(t, d, string(o.ID), o.key.Recipient()),
	}
}

func (c *citizen) share(t *testing.T, d *document, o *office) string {
	t.Helper()
	a := c.w.do(t, request{
		who: c.caller, method: "POST", path: "/api/v1/safe/grants", json: c.newGrant(t, d, o), header: object{"Idempotency-Key": newKey()},
	})
	a.is(t, 201)
	return a.string(t, "id")
}

func (c *citizen) address(t *testing.T, o *office) string {
	t.Helper()
	a := c.w.do(t, request{
		who: c.caller, method: "POST", path: "/api/v1/safe/addresses", json: object{"administration": o.ID},
		header: object{"Idempotency-Key": newKey()},
	})
	a.is(t, 201)
	return a.string(t, "id")
}

// deposit is the request that sends plain bytes through the gateway door.
func (o *office) deposit(address string, plain []byte) request {
	return request{
		who: o.system, method: "PUT", path: "/api/v1/deposits/" + address, body: plain,
		header: object{
			"Content-Type": "application/pdf", "Content-Disposition": `attachment; filename="acte.pdf"`, "Idempotency-Key": newKey(),
		},
	}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return b
}

func routeOf(w *world, operation string) gateway.Route {
	for _, rt := range w.gateway.Routes() {
		if rt.Operation == operation {
			return rt
		}
	}
	return gateway.Route{}
}

// rotated is the citizen's next keyring: one more way to open it.
func rotated(t *testing.T, w *world, c *citizen) (*sealed.Keyring, sealed.Container) {
	t.Helper()
	ring, next, err := c.ring.Reseal([]sealed.NewUnlocker{{Kind: "paper", Label: "second papier", P: sealed.NewSecret()}}, nil, w.clock.now())
	must(t, err)
	return ring, next
}
