package gateway_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// story walks through every operation as its callers do. do validates each
// real answer against openapi.yaml, and the journal against the route table.
type story struct {
	*world
	citizen *citizen
	browser caller // of the same citizen
	office  *office
	idp     *keycloak
}

// TestEveryOperationAnswersAsTheContractSays: every status that openapi.yaml
// names for every operation is given once, and nothing that it does not name.
func TestEveryOperationAnswersAsTheContractSays(t *testing.T) {
	t.Parallel()
	idp := newKeycloak(t)
	w := newWorld(t, idp.registered, onGround(&atomic.Bool{}))
	s := &story{world: w, idp: idp, office: w.keyless(t, "Mairie de Valmont", valmont)}
	s.citizen = w.newcomer(t, "angela")
	acc, err := w.domain.Account(w.ctx, s.citizen.Actor)
	must(t, err)
	s.browser.cookie, _ = w.login(t, acc, session.Browser)
	for _, part := range []func(*testing.T, *story){
		publicPart, logoutPart, machinePart, devicePart, accountPart, safePart, keyringPart, officeKeyPart, agentsPart, documentPart, sharePart, retrievalPart, requestPart, successionPart,
		depositPart, readPart, noticePart, recoveryPart, mediationPart, paperPart, erasePart,
	} {
		part(t, s)
	}
	w.sound(t)
	for at, op := range operations(t) {
		for status := range op.Responses.Map() {
			if status != "default" && !w.seen[op.OperationID][atoi(t, status)] {
				t.Errorf("%s (%s) was never seen to answer %s", op.OperationID, at, status)
			}
		}
	}
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}

func (s *story) get(t *testing.T, who caller, path string, status int) answer {
	t.Helper()
	return s.do(t, request{who: who, method: "GET", path: path}).is(t, status)
}

func publicPart(t *testing.T, s *story) {
	t.Helper()
	for _, path := range []string{
		"/healthz", "/readyz", "/api/v1/site", "/api/v1/site/files", "/api/v1/site/maintenance?limit=5", "/api/v1/terms", "/api/v1/territory", "/api/v1/administrations?q=valmont&limit=10",
		"/log/checkpoint", "/log/key", "/.well-known/oauth-authorization-server", "/oauth/jwks", "/oidc/jwks",
	} {
		a := s.get(t, nobody, path, 200)
		head := s.do(t, request{method: "HEAD", path: path})
		if head.is(t, 200); len(head.body) != 0 || head.header.Get("Content-Type") != a.header.Get("Content-Type") {
			t.Errorf("HEAD %s gives %d bytes of %q", path, len(head.body), head.header.Get("Content-Type"))
		}
	}
	for _, none := range []string{"from=9&to=1", "from=0&to=1", "from=1&to=999999", "from=a&to=b", ""} {
		s.get(t, nobody, "/log/consistency?"+none, 422).refuses(t, "invalid")
	}
	s.blobs.failing("Ping", &safe.Error{Kind: safe.Unavailable, Msg: secretCause})
	s.get(t, nobody, "/readyz", 503).refuses(t, "unavailable")
	s.blobs.failing("Ping", nil)
}

func form(path string, pairs ...string) request {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return request{method: "POST", path: path, body: []byte(v.Encode()), header: object{"Content-Type": "application/x-www-form-urlencoded"}}
}

func machinePart(t *testing.T, s *story) {
	t.Helper()
	s.do(t, form("/oauth/token", "grant_type", "password")).is(t, 400)
	a := s.do(t, form("/oauth/token", "grant_type", "client_credentials", "client_id", s.office.systemID)).is(t, 401)
	if a.string(t, "error") != "invalid_client" {
		t.Errorf("a system without assertion is refused with %s", a.body)
	}
	s.do(t, form("/oauth/device", "client_id", "coffre-cli", "device_name", "a\x01b")).is(t, 400)
	s.do(t, form("/oauth/device", "client_id", "somebody-else")).is(t, 401)
}

// devicePart lets a command line in.
func devicePart(t *testing.T, s *story) {
	t.Helper()
	start := func() (device, user string) {
		a := s.do(t, form("/oauth/device", "client_id", "coffre-cli", "device_name", "Portable d'Angela")).is(t, 200)
		return a.string(t, "device_code"), a.string(t, "user_code")
	}
	poll := func(code string, status int) answer {
		s.clock.add(3 * time.Second)
		grant := "urn:ietf:params:oauth:grant-type:device_code"
		return s.do(t, form("/oauth/token", "grant_type", grant, "client_id", "coffre-cli", "device_code", code)).is(t, status)
	}
	code, user := start()
	poll(code, 400)
	s.get(t, s.browser, "/api/v1/devices/"+user, 200)
	s.get(t, s.browser, "/api/v1/devices/BBBBBBBB", 404)
	yes := request{who: s.browser, method: "POST", path: "/api/v1/devices/" + user, json: object{"allow": true}}
	s.do(t, yes).is(t, 204)
	s.do(t, yes).is(t, 404)
	token := poll(code, 200).string(t, "access_token")
	s.get(t, caller{bearer: token}, "/api/v1/me", 200)
	code, user = start()
	s.do(t, request{who: s.browser, method: "POST", path: "/api/v1/devices/" + user, json: object{"allow": false}}).is(t, 204)
	poll(code, 400)
}

func accountPart(t *testing.T, s *story) {
	t.Helper()
	s.get(t, s.citizen.caller, "/api/v1/me", 200)
	s.get(t, s.browser, "/api/v1/me", 200)
	s.get(t, s.office.agent, "/api/v1/me", 200)
	s.get(t, nobody, "/api/v1/me", 401)
	terms := func(version string, status int) {
		s.do(t, request{who: s.browser, method: "PUT", path: "/api/v1/me/terms", json: object{"version": version}}).is(t, status)
	}
	terms(s.domain.TermsVersion(), 204)
	terms("1999-01", 409)
	acc, err := s.domain.Account(s.ctx, s.citizen.Actor)
	must(t, err)
	_, lost := s.login(t, acc, session.CLI)
	list := s.get(t, s.browser, "/api/v1/sessions", 200).items(t, "id")
	if len(list) < 3 {
		t.Errorf("%d sessions are listed", len(list))
	}
	end := request{who: s.browser, method: "DELETE", path: "/api/v1/sessions/" + lost.ID}
	s.do(t, end).is(t, 204)
	s.do(t, end).is(t, 404)
}

func safePart(t *testing.T, s *story) {
	t.Helper()
	c := s.citizen
	s.get(t, c.caller, "/api/v1/safe", 200)
	s.get(t, c.caller, "/api/v1/safe/keyring", 404)
	body := c.sealManifest(t)
	open := request{who: c.caller, method: "POST", path: "/api/v1/safe", json: object{"keyring": c.keyring, "manifest": body}}
	wrong := open
	wrong.json = object{"keyring": c.keyring, "manifest": []byte("not sealed")}
	s.do(t, wrong).is(t, 422)
	s.do(t, open).is(t, 201)
	s.do(t, open).is(t, 201) // a lost answer
	_, other := newKeyring(t, s.world, string(c.Safe))
	open.json = object{"keyring": other, "manifest": body}
	s.do(t, open).is(t, 409)
	c.note(body)
	s.get(t, c.caller, "/api/v1/safe", 200)
	if a := s.get(t, c.caller, "/api/v1/safe/manifest", 200); a.header.Get("ETag") != c.etag {
		t.Errorf("the manifest has ETag %s, want %s", a.header.Get("ETag"), c.etag)
	}
}

// keyringPart changes what opens the safe.
func keyringPart(t *testing.T, s *story) {
	t.Helper()
	c := s.citizen
	a := s.get(t, c.caller, "/api/v1/safe/keyring", 200)
	ring, next := rotated(t, s.world, c)
	put := request{who: c.caller, method: "PUT", path: "/api/v1/safe/keyring", json: next, header: object{"If-Match": a.header.Get("ETag")}}
	s.do(t, put.with("If-Match", nil)).is(t, 428)
	if got := s.do(t, put).is(t, 204); got.header.Get("ETag") == a.header.Get("ETag") {
		t.Error("the ETag stayed the same")
	}
	_, put.json = rotated(t, s.world, c)
	s.do(t, put).is(t, 412)
	var err error
	c.ring, c.keyring = ring, next
	c.vault, err = ring.Vault()
	must(t, err)
}

func officeKeyPart(t *testing.T, s *story) {
	t.Helper()
	s.get(t, s.office.agent, "/api/v1/administration/keyring", 404)
	ring, container := newKeyring(t, s.world, string(s.office.ID))
	put := request{who: s.office.agent, method: "PUT", path: "/api/v1/administration/keyring", json: container}
	s.do(t, put).is(t, 428)
	s.do(t, put.with("If-None-Match", "*")).is(t, 204)
	_, other := newKeyring(t, s.world, string(s.office.ID))
	put.json = other
	s.do(t, put.with("If-None-Match", "*")).is(t, 412)
	s.get(t, s.office.agent, "/api/v1/administration/keyring", 200)
	s.get(t, s.office.agent, "/api/v1/administration/journal?limit=3", 200)
	for _, who := range []caller{s.office.agent, s.office.system} {
		s.get(t, who, "/api/v1/administration", 200)
	}
	s.get(t, nobody, "/api/v1/administrations?q=Valmont", 200)
	s.get(t, nobody, "/api/v1/administrations/"+string(s.office.ID)+"/keys", 200)
	s.get(t, nobody, "/api/v1/administrations/"+strings.Repeat("a", 26)+"/keys", 404)
	var err error
	s.office.root = ring.Root()
	s.office.key, err = ring.Vault()
	must(t, err)
}

func documentPart(t *testing.T, s *story) {
	t.Helper()
	c, d := s.citizen, newDocument(t, 3000)
	s.do(t, request{
		who: c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": 1 << 40},
		header: object{"Idempotency-Key": newKey()},
	}).is(t, 413)
	c.reserve(t, d)
	up := c.upload(d)
	chunked := up
	chunked.body, chunked.stream = nil, bytes.NewReader(d.sealed)
	s.do(t, chunked).is(t, 411)
	s.do(t, up.with("Content-Digest", digestOf([32]byte{1}))).is(t, 422)
	s.do(t, up).is(t, 201)
	other := newDocument(t, 3000)
	again := up
	again.body = other.sealed
	s.do(t, again.with("Content-Digest", digestOf(other.sum))).is(t, 409)
	nowhere := up
	nowhere.path = "/api/v1/safe/documents/" + newKey() + "/versions/" + newKey()
	s.do(t, nowhere).is(t, 404)
	in, _ := c.nextChange(t, []object{{"doc": d.doc, "version": d.version, "grant": []byte("not sealed")}}, nil)
	put := request{who: c.caller, method: "PUT", path: "/api/v1/safe/manifest", json: in, header: object{"If-Match": c.etag}}
	s.do(t, put).is(t, 422)
	c.manifest.Epoch--
	in, _ = c.nextChange(t, []object{c.adoption(t, &document{key: d.key, plain: d.plain, sealed: d.sealed, sum: d.sum, doc: newKey(), version: newKey()})}, nil)
	put.json = in
	s.do(t, put).is(t, 404)
	s.do(t, put.with("If-Match", `"`+strings.Repeat("0", 64)+`"`)).is(t, 412)
	s.do(t, put.with("If-Match", nil)).is(t, 428)
	c.manifest.Epoch--
	c.change(t, []object{c.adoption(t, d)}, nil)
	tooBig := up.with("Content-Digest", digestOf(d.sum))
	tooBig.body = make([]byte, len(d.sealed)+1)
	s.do(t, tooBig).is(t, 422)
}

func sharePart(t *testing.T, s *story) {
	t.Helper()
	c, d := s.citizen, s.citizen.put(t, 2000)
	id := c.share(t, d, s.office)
	share := request{who: c.caller, method: "POST", path: "/api/v1/safe/grants", header: object{"Idempotency-Key": newKey()}}
	share.json = c.newGrant(t, &document{key: d.key, plain: d.plain, sealed: d.sealed, sum: d.sum, doc: newKey(), version: newKey()}, s.office)
	s.do(t, share).is(t, 404)
	stale := c.newGrant(t, d, s.office)
	stale["vk"] = append([]byte{1}, make([]byte, 32)...)
	share.json = stale
	s.do(t, share).is(t, 412)
	past := c.newGrant(t, d, s.office)
	past["notAfter"] = stamp(s.clock.now().Add(-time.Hour))
	share.json = past
	s.do(t, share).is(t, 422)
	s.get(t, c.caller, "/api/v1/safe/grants", 200)
	for _, who := range []caller{s.office.agent, s.office.system} {
		s.get(t, who, "/api/v1/administration/grants", 200)
		of := "/api/v1/administration/grants/" + id
		s.do(t, request{who: who, method: "POST", path: of + "/release"}).is(t, 200)
		s.get(t, who, of+"/content", 200)
		s.do(t, request{who: who, method: "GET", path: of + "/content", header: object{"Range": "bytes=0-9"}}).is(t, 206)
		s.do(t, request{who: who, method: "GET", path: of + "/content", header: object{"Range": "bytes=999999-"}}).is(t, 416)
		s.get(t, who, "/api/v1/administration/grants/"+newKey()+"/content", 404)
		s.do(t, request{who: who, method: "POST", path: "/api/v1/administration/grants/" + newKey() + "/release"}).is(t, 404)
	}
	end := request{who: c.caller, method: "DELETE", path: "/api/v1/safe/grants/" + id}
	s.do(t, end).is(t, 204)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/grants/" + newKey()}).is(t, 404)
	s.do(t, request{who: s.office.agent, method: "POST", path: "/api/v1/administration/grants/" + id + "/release"}).is(t, 410).refuses(t, "ended")
	s.get(t, s.office.agent, "/api/v1/administration/grants/"+id+"/content", 410)
}

func depositPart(t *testing.T, s *story) {
	t.Helper()
	c := s.citizen
	address := c.address(t, s.office)
	s.get(t, c.caller, "/api/v1/safe/addresses", 200)
	plain := []byte("Acte de naissance")
	s.do(t, s.office.deposit(address, plain)).is(t, 201)
	s.do(t, s.office.deposit(newKey(), plain)).is(t, 404)
	chunked := s.office.deposit(address, nil)
	chunked.stream = bytes.NewReader(plain)
	s.do(t, chunked).is(t, 411)
	s.do(t, s.office.deposit(address, make([]byte, 4*mib+1))).is(t, 413)
	s.do(t, s.office.deposit(address, []byte{})).is(t, 422)
	inbox := s.get(t, c.caller, "/api/v1/safe/inbox", 200).items(t, "doc")
	if len(inbox) != 1 {
		t.Fatalf("%d deposits in the inbox", len(inbox))
	}
	s.do(t, request{who: c.caller, method: "POST", path: "/api/v1/safe/documents/" + inbox[0] + "/release"}).is(t, 200)
	end := request{who: c.caller, method: "DELETE", path: "/api/v1/safe/addresses/" + address}
	s.do(t, end).is(t, 204)
	s.do(t, request{who: c.caller, method: "DELETE", path: "/api/v1/safe/addresses/" + newKey()}).is(t, 404)
}

func readPart(t *testing.T, s *story) {
	t.Helper()
	c, d := s.citizen, s.citizen.put(t, 2000)
	of := "/api/v1/safe/documents/" + d.doc
	none := "/api/v1/safe/documents/" + newKey()
	s.get(t, c.caller, of, 200)
	s.get(t, c.caller, none, 404)
	if a := s.get(t, c.caller, of+"/content", 200); !bytes.Equal(a.body, d.sealed) {
		t.Error("other bytes came out")
	}
	s.get(t, c.caller, none+"/content", 404)
	s.do(t, request{who: c.caller, method: "GET", path: of + "/content", header: object{"Range": "bytes=10-19"}}).is(t, 206)
	s.do(t, request{who: c.caller, method: "GET", path: of + "/content", header: object{"Range": "bytes=99999-"}}).is(t, 416)
	s.do(t, request{who: c.caller, method: "POST", path: of + "/release"}).is(t, 200)
	s.do(t, request{who: c.caller, method: "POST", path: none + "/release"}).is(t, 404)
	s.get(t, c.caller, "/api/v1/safe/journal?limit=200", 200)
	s.get(t, nobody, "/log/consistency?from=1&to=3", 200)
	_, newest := s.checkpoint(t)
	s.get(t, nobody, fmt.Sprint("/log/checkpoints/", newest.Size), 200)
	s.get(t, nobody, fmt.Sprint("/log/checkpoints/", newest.Size+1), 404).refuses(t, "not-found")
	s.get(t, nobody, "/log/"+journal.TilePath(0, 0, int(newest.Size)), 200)
	s.get(t, nobody, "/log/tile/0/001", 404).refuses(t, "not-found")
	archive := s.get(t, c.caller, "/api/v1/safe/export", 200)
	z, err := zip.NewReader(bytes.NewReader(archive.body), int64(len(archive.body)))
	must(t, err)
	if len(z.File) < 5 {
		t.Errorf("%d files in the export", len(z.File))
	}
}

func erasePart(t *testing.T, s *story) {
	t.Helper()
	c, d := s.citizen, s.citizen.put(t, 1000)
	c.change(t, nil, []string{d.doc})
	s.get(t, c.caller, "/api/v1/safe/documents/"+d.doc, 404)
	s.do(t, c.upload(d)).is(t, http.StatusNotFound)
}
