package gateway_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// scene is what bad requests are made against: a document on its way in, a
// stored one, a deposit address.
type scene struct {
	*world
	c       *citizen
	o       *office
	d       *document // reserved
	address string
}

func newScene(t *testing.T, settings ...setting) *scene {
	t.Helper()
	w := newWorld(t, append(settings, unlimited)...)
	s := &scene{world: w, c: w.citizen(t, "angela"), o: w.office(t, "Mairie de Valmont", valmont), d: newDocument(t, 100_000)}
	s.c.reserve(t, s.d)
	s.address = s.c.address(t, s.o)
	return s
}

// sentences are what people read, in French and in English.
func sentences() map[string][2]string {
	return map[string][2]string{
		"wrong-length": {
			"Le fichier reçu n'a pas la taille annoncée. Recommencez l'envoi : rien n'a été enregistré.",
			"What arrived has not the announced size. Send it again: nothing was stored.",
		},
		"wrong-hash": {
			"Le fichier reçu n'a pas l'empreinte annoncée. Recommencez l'envoi : rien n'a été enregistré.",
			"What arrived has not the announced hash. Send it again: nothing was stored.",
		},
		"wrong-form": {
			"Le fichier reçu n'est pas scellé comme prévu. Mettez votre application à jour, puis recommencez.",
			"What arrived is not sealed as expected. Update your application, then try again.",
		},
		"length-required": {"Annoncez la taille dans Content-Length.", "Announce the size in Content-Length."},
		"malformed-json": {
			"Le JSON est mal formé, ou un membre est inconnu ou en double.",
			"The JSON is malformed, or a member is unknown or doubled.",
		},
		"invalid": {
			"Une valeur manque ou ne convient pas : voyez la description de l'interface.",
			"A value is missing or does not fit: see the interface description.",
		},
		"end-too-far": {
			"Choisissez une date plus proche : d'ordinaire, un an au plus. Vous pourrez partager à nouveau.",
			"Choose a nearer date: a year at most, as a rule. You can share again later.",
		},
		"end-past": {
			"Choisissez une date à venir. Si elle l'est, remettez l'horloge de votre appareil à l'heure, puis recommencez.",
			"Choose a date to come. If it is, set your device's clock right, then try again.",
		},
		"body-too-large": {
			"Réduisez la demande, ou faites-en plusieurs. La limite est de 64 Kio.",
			"Make the request smaller, or make several. The limit is 64 KiB.",
		},
		"name": {
			"Donnez un nom de 1 à 255 octets, sans barre oblique ni caractère de contrôle.",
			"Give a name of 1 to 255 bytes, without slashes or control characters.",
		},
		"empty": {"Ce fichier ne contient rien. Choisissez-en un autre.", "There is nothing in this file. Choose another one."},
		"stale": {
			"Un autre appareil a changé la même chose. Relisez, puis recommencez : rien n'est perdu.",
			"Another device changed the same thing. Read again, then retry: nothing is lost.",
		},
		"precondition-required": {
			"Donnez dans If-Match l'ETag de ce que vous remplacez.", "Give in If-Match the ETag of what you replace.",
		},
		"session-expired": {
			"Reconnectez-vous, puis recommencez. Ce qui était enregistré l'est toujours.",
			"Log in again, then try again. What was saved is still there.",
		},
		"document-too-large": {
			"Réduisez le document, ou partagez-le en plusieurs. La limite est de 4 Mio.",
			"Make the document smaller, or split it. The limit is 4 MiB.",
		},
		"safe-full": {
			"Effacez des documents dont vous n'avez plus besoin, puis recommencez. La limite est de 64 Mio.",
			"Erase documents that you no longer need, then try again. The limit is 64 MiB.",
		},
		"storage-full": {
			"Rien n'a été enregistré. Réessayez plus tard ; l'exploitant est prévenu.",
			"Nothing was stored. Try again later; the operator has been told.",
		},
		"key-reused": {
			"Cette clé a servi pour autre chose : tirez-en une nouvelle.", "This key was used for something else: draw a new one.",
		},
		"unavailable": {
			"Réessayez dans quelques instants. Ce qui était enregistré l'est toujours.",
			"Try again shortly. What was saved is still there.",
		},
		"unauthenticated": {"Connectez-vous, puis recommencez. Rien n'a été perdu.", "Log in, then try again. Nothing was lost."},
	}
}

// refused sends a request in both languages, and asks for type, status and
// sentence of the problem, that nothing was left behind, and that the check
// is green.
func (s *scene) refused(t *testing.T, r request, status int, slug string) {
	t.Helper()
	before := s.objects(t)
	for i, lang := range []string{"fr", "en"} {
		p := s.do(t, r.in(lang)).is(t, status).refuses(t, slug)
		want, known := sentences()[slug]
		if !known || p.Detail != want[i] {
			t.Errorf("%s says in %s:\n%q\nwant\n%q", slug, lang, p.Detail, want[i])
		}
	}
	if after := s.objects(t); after != before {
		t.Errorf("%d objects were left behind", after-before)
	}
	s.sound(t)
}

func (s *scene) objects(t *testing.T) int {
	t.Helper()
	keys, err := s.blobs.List(s.ctx, "docs/", "", 1000)
	must(t, err)
	return len(keys)
}

func TestWrongUploads(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	good := s.c.upload(s.d)
	body := func(b []byte) request {
		r := good.with("Content-Digest", digestOf(sha256.Sum256(b)))
		r.body = b
		return r
	}
	other := newDocument(t, 100_000)
	chunked := good
	chunked.body, chunked.stream = nil, bytes.NewReader(s.d.sealed)
	for _, bad := range []struct {
		name   string
		r      request
		status int
		slug   string
	}{
		{"one byte more than reserved", body(append(bytes.Clone(s.d.sealed), 1)), 422, "wrong-length"},
		{"one byte less than reserved", body(s.d.sealed[1:]), 422, "wrong-length"},
		{"no length", chunked, 411, "length-required"},
		{"no bytes", body(nil), 422, "wrong-length"},
		{"another document's hash", good.with("Content-Digest", digestOf(other.sum)), 422, "wrong-hash"},
		{"one bit flipped", func() request { r := good; r.body = bytes.Clone(r.body); r.body[90_000] ^= 1; return r }(), 422, "wrong-hash"},
		{"no hash", good.with("Content-Digest", nil), 422, "invalid"},
		{"a weaker hash", good.with("Content-Digest", "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:"), 422, "invalid"},
		{"half a hash", good.with("Content-Digest", "sha-256=:AAAA:"), 422, "invalid"},
	} {
		t.Run(bad.name, func(t *testing.T) { s.refused(t, bad.r, bad.status, bad.slug) })
	}
	for name, b := range formless(t, s.d.sealed) {
		t.Run(name, func(t *testing.T) { s.refused(t, body(b), 422, "wrong-form") })
	}
	s.do(t, good).is(t, 201) // after all these, the reservation still holds
	s.do(t, good).is(t, 201)
	s.c.change(t, []object{s.c.adoption(t, s.d)}, nil)
	s.sound(t)
}

// formless are bodies of the right length that are not one age file with one
// mlkem768x25519 stanza.
func formless(t *testing.T, good []byte) map[string][]byte {
	t.Helper()
	b64 := func(n int) string {
		b := make([]byte, n)
		_, _ = rand.Read(b)
		return base64.RawStdEncoding.EncodeToString(b)
	}
	mac := "--- " + b64(32) + "\n"
	stanza := string(good[strings.Index(string(good), "-> "):strings.Index(string(good), "--- ")])
	x25519 := "-> X25519 " + b64(32) + "\n" + b64(32) + "\n"
	const version = "age-encryption.org/v1\n"
	out := map[string][]byte{}
	for name, header := range map[string]string{
		"X25519":                 version + x25519 + mac,
		"scrypt":                 version + "-> scrypt " + b64(16) + " 18\n" + b64(32) + "\n" + mac,
		"two hybrid stanzas":     version + stanza + stanza + mac,
		"hybrid and X25519":      version + stanza + x25519 + mac,
		"no stanza":              version + mac,
		"another version":        strings.Replace(string(good[:200]), "v1", "v2", 1),
		"armor":                  "-----BEGIN AGE ENCRYPTED FILE-----\n" + base64.StdEncoding.EncodeToString(good[:48]) + "\n",
		"a plain document":       "%PDF-1.7\n",
		"a header without end":   version + "-> mlkem768x25519 " + strings.Repeat("A", len(good)),
		"line ends of elsewhere": strings.ReplaceAll(version+stanza+mac, "\n", "\r\n"),
		"zeros":                  strings.Repeat("\x00", 100),
	} {
		b := bytes.Clone(good)
		copy(b, header)
		out[name] = b
	}
	return out
}

func TestWrongJSON(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	reserve := request{who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads", header: object{"Idempotency-Key": newKey(), "Content-Type": "application/json"}}
	for name, body := range map[string]string{
		"an unknown member":         `{"sealed":5000,"owner":"me"}`,
		"a member that is ours":     `{"sealed":5000,"epoch":3}`,
		"a doubled member":          `{"sealed":5000,"sealed":6000}`,
		"a doubled member, escaped": `{"sealed":5000,"\u0073ealed":6000}`,
		"data behind":               `{"sealed":5000}{"sealed":6000}`,
		"rubbish behind":            `{"sealed":5000} x`,
		"another case":              `{"Sealed":5000}`,
		"null":                      `null`,
		"a null member":             `{"sealed":null}`,
		"an array":                  `[{"sealed":5000}]`,
		"a string for a number":     `{"sealed":"5000"}`,
		"a fraction":                `{"sealed":5000.5}`,
		"a number beyond numbers":   `{"sealed":1e999}`,
		"half of it":                `{"sealed":50`,
		"nothing":                   ``,
		"no JSON":                   `sealed=5000`,
		"a byte order mark":         "\ufeff" + `{"sealed":5000}`,
		"bytes that are not UTF-8":  "{\"sealed\":5000,\"doc\":\"\xff\xfe\"}",
		"an object too deep":        `{"sealed":` + strings.Repeat(`{"a":`, 5000) + `1` + strings.Repeat(`}`, 5000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := reserve
			r.body = []byte(body)
			s.refused(t, r, 400, "malformed-json")
		})
	}
	large := reserve
	large.body = []byte(`{"sealed":5000,"doc":"` + strings.Repeat("a", 64*kib) + `"}`)
	s.refused(t, large, 413, "body-too-large")
	large.stream, large.body = bytes.NewReader(large.body), nil
	if p := s.do(t, large).is(t, 413).refuses(t, "body-too-large"); p.Limit != 64*kib {
		t.Errorf("the limit named is %d", p.Limit)
	}
	inside := `{"allow":true,"allow":false}`
	adopt := `{"epoch":2,"sealed":"","adopt":[{"doc":"a","version":"b","grant":"","doc":"c"}]}`
	s.refused(t, request{who: s.c.caller, method: "POST", path: "/api/v1/devices/BCDFGHJK", body: []byte(inside), header: object{"Content-Type": "application/json"}}, 400, "malformed-json")
	s.refused(t, request{who: s.c.caller, method: "PUT", path: "/api/v1/safe/manifest", body: []byte(adopt), header: object{"Content-Type": "application/json", "If-Match": s.c.etag}}, 400, "malformed-json")
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	kept := s.c.put(t, 1000)
	reserve := func(n any, key string) request {
		return request{who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": n}, header: object{"Idempotency-Key": key}}
	}
	share := func(member string, value any) request {
		in := s.c.newGrant(t, kept, s.o)
		in[member] = value
		return request{who: s.c.caller, method: "POST", path: "/api/v1/safe/grants", json: in, header: object{"Idempotency-Key": newKey()}}
	}
	get := func(path string) request { return request{who: s.c.caller, method: "GET", path: path} }
	for _, bad := range []struct {
		name   string
		r      request
		status int
		slug   string
	}{
		{"no room for a header", reserve(1, newKey()), 422, "empty"},
		{"a negative length", reserve(-1, newKey()), 422, "empty"},
		{"over the limit of a document", reserve(sealed.SealedSize(4*mib)+1, newKey()), 413, "document-too-large"},
		{"no idempotency key", reserve(5000, "x").with("Idempotency-Key", nil), 422, "invalid"},
		{"a short idempotency key", reserve(5000, "short"), 422, "invalid"},
		{"an idempotency key of other letters", reserve(5000, "ééééééééééééééééé"), 422, "invalid"},
		{"no purpose", share("purpose", " "), 422, "invalid"},
		{"a purpose of two lines", share("purpose", "one\ntwo"), 422, "invalid"},
		{"a purpose of 201 characters", share("purpose", strings.Repeat("é", 201)), 422, "invalid"},
		{"no date", share("notAfter", "tomorrow"), 422, "invalid"},
		{"a date past", share("notAfter", "2020-01-01T00:00:00Z"), 422, "end-past"},
		{"a date too far", share("notAfter", "2126-01-01T00:00:00Z"), 422, "end-too-far"},
		{"an unknown service", share("service", "cantine"), 422, "invalid"},
		{"a grant that is not sealed", share("grant", []byte("AGE-SECRET-KEY-PQ-1")), 422, "wrong-form"},
		{"a grant of 17 KiB", share("grant", make([]byte, 17*kib)), 422, "wrong-form"},
		{"a page of none", get("/api/v1/safe/grants?limit=0"), 422, "invalid"},
		{"a page of 201", get("/api/v1/safe/inbox?limit=201"), 422, "invalid"},
		{"a page of what", get("/api/v1/safe/journal?limit=ten"), 422, "invalid"},
		{"a search of 500 letters", get("/api/v1/administrations?q=" + strings.Repeat("a", 500)), 422, "invalid"},
	} {
		t.Run(bad.name, func(t *testing.T) { s.refused(t, bad.r, bad.status, bad.slug) })
	}
	for _, path := range []string{"/api/v1/safe/grants", "/api/v1/safe/inbox", "/api/v1/safe/journal", "/api/v1/administrations"} {
		for _, cursor := range []string{"x", "%00", "-1", "99999999999999999999", "%27%20OR%201=1", strings.Repeat("9", 300)} {
			name := "after"
			if strings.HasSuffix(path, "journal") {
				name = "before"
			}
			if a := s.do(t, get(path+"?"+name+"="+cursor)); a.status != 200 && a.status != 422 {
				t.Errorf("cursor %q of %s: %d %s", cursor, path, a.status, a.body)
			}
		}
	}
}

func TestStaleAndMissingPreconditions(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	old := s.c.etag
	s.c.put(t, 1000)
	in, _ := s.c.nextChange(t, nil, nil)
	put := request{who: s.c.caller, method: "PUT", path: "/api/v1/safe/manifest", json: in, header: object{"If-Match": old}}
	s.refused(t, put, 412, "stale")
	for _, odd := range []string{"*", `""`, `W/"` + strings.Trim(s.c.etag, `"`) + `"x`, `"` + strings.Repeat("0", 64) + `"`, "x"} {
		s.refused(t, put.with("If-Match", odd), 412, "stale")
	}
	s.refused(t, put.with("If-Match", nil), 428, "precondition-required")
	_, next := rotated(t, s.world, s.c)
	keyring := request{who: s.c.caller, method: "PUT", path: "/api/v1/safe/keyring", json: next, header: object{"If-Match": old}}
	s.refused(t, keyring, 412, "stale")
	s.refused(t, keyring.with("If-Match", nil), 428, "precondition-required")
	office := request{who: s.o.agent, method: "PUT", path: "/api/v1/administration/keyring", json: next}
	s.refused(t, office, 428, "precondition-required")
	s.refused(t, office.with("If-Match", old), 412, "stale")
}

func TestAFullSafe(t *testing.T) {
	t.Parallel()
	s := newScene(t, func(c *safe.Config, _ *gateway.Config) { c.Limits.Safe = 64 * mib; c.Limits.Document = 40 * mib })
	reserve := func() request {
		return request{
			who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": sealed.SealedSize(40 * mib)},
			header: object{"Idempotency-Key": newKey()},
		}
	}
	s.do(t, reserve()).is(t, 201)
	s.refused(t, reserve(), 413, "safe-full")
	s.refused(t, s.o.deposit(s.address, make([]byte, 30*mib)), 413, "safe-full")
}

func TestAFullDisk(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, cause := range []struct {
		kind   safe.Kind
		status int
		slug   string
	}{{safe.StorageFull, 507, "storage-full"}, {safe.Unavailable, 503, "unavailable"}} {
		s.blobs.failing("Put", &safe.Error{Kind: cause.kind, Msg: secretCause})
		s.refused(t, s.c.upload(s.d), cause.status, cause.slug)
		s.refused(t, s.o.deposit(s.address, s.d.plain), cause.status, cause.slug)
	}
	if !strings.Contains(s.logged.String(), secretCause) {
		t.Error("the cause is not in the log either")
	}
	s.blobs.failing("Put", nil)
	s.do(t, s.c.upload(s.d)).is(t, 201)
	s.do(t, s.o.deposit(s.address, s.d.plain)).is(t, 201)
	s.sound(t)
}
