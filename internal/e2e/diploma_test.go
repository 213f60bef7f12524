package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	mairiePhrase     = "abeille maison soleil jardin bonheur cerise montagne"
	universityPhrase = "fromage lampe fleur abeille prairie tulipe maison"
)

// TestADiplomaIsCheckedByAnEmployer: deposited by a university that signs it,
// taken in, passed on; the employer reads who issued it, before and after the
// university has replaced its key, and notices that a diploma was changed.
func TestADiplomaIsCheckedByAnEmployer(t *testing.T) {
	g := serve(t)
	marcel := g.login("marcel")
	safe, k := marcel.openSafe()
	s := newShell(t)
	s.set("COFFRE_SECRET_FILE", s.write("paper-key.txt", []byte(k.paper)))
	if r := s.login(marcel, true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	address := strings.TrimSpace(s.coffre("address", "add", "Université"))

	scolarite := newShell(t)
	scolarite.set("COFFRE_SERVER", g.url)
	scolarite.set("COFFRE_SECRET_FILE", scolarite.write("cle.txt", []byte(universityPhrase)))
	diploma := noise(23_456)
	scolarite.write("diplome.pdf", diploma)
	key := g.data + "/demo/systems/universite-de-valmont.jwk"
	scolarite.coffre("admin", "deposit", "diplome.pdf", "--issue", "--kind", "diploma", "--reference", "2026-L3-0417", "--key", key, "--address", address)
	scolarite.refused(2, []string{"sorte"}, "deposit", "diplome.pdf", "--issue", "--kind", "parchemin", "--key", key, "--address", address)
	scolarite.coffre("deposit", "diplome.pdf", "--name", "copie.pdf", "--issue", "--key", key, "--address", address) // as systems do

	if list := s.coffre("inbox"); !strings.Contains(list, "Émis par Université de Valmont, inchangé") {
		t.Errorf("the inbox says\n%s", list)
	}
	s.coffre("inbox", "refuse", "copie.pdf")
	s.coffre("inbox", "adopt", "diplome.pdf")
	issuedHere := func(r result) bool { return strings.Contains(r.err, "Émis par Université de Valmont, inchangé") }
	if r := s.try("coffre", "get", "diplome.pdf", "--out", "back.pdf"); r.code != 0 || !issuedHere(r) || !bytes.Equal(s.read("back.pdf"), diploma) {
		t.Errorf("get: %+v", r)
	}

	employer := newShell(t)
	employer.set("COFFRE_SERVER", g.url)
	employer.set("COFFRE_SECRET_FILE", employer.write("cle.txt", []byte(mairiePhrase)))
	mairie := g.data + "/demo/systems/mairie-de-valmont.jwk"
	fetch := func(id string) result {
		return employer.try("coffre", "fetch", id, "--key", mairie, "--out", "diplome.pdf", "--force")
	}
	told := s.coffre("share", "diplome.pdf", "--with", "Mairie", "--purpose", "Embauche", "--until", nextYear())
	given := grantID.FindStringSubmatch(told)[1]
	if r := fetch(given); r.code != 0 || !issuedHere(r) {
		t.Errorf("the employer: %+v", r)
	}

	// A new key of the university takes nothing from its diplomas.
	ines := newShell(t)
	ines.set("COFFRE_SECRET_FILE", ines.write("cle.txt", []byte(universityPhrase)))
	if r := ines.login(g.login("ines"), true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	ines.refused(1, []string{"déjà sa clé"}, "admin", "keygen")
	if told := ines.coffre("admin", "rotate", "--yes"); !strings.Contains(told, "remplacée") {
		t.Errorf("rotate says %q", told)
	}
	if r := fetch(given); r.code != 0 || !issuedHere(r) {
		t.Errorf("after the rotation: %+v", r)
	}
	scolarite.coffre("admin", "deposit", "diplome.pdf", "--name", "duplicata.pdf", "--issue", "--key", key, "--address", address)
	s.coffre("inbox", "adopt", "duplicata.pdf")
	if r := s.try("coffre", "get", "duplicata.pdf", "--out", "back.pdf", "--force"); r.code != 0 || !issuedHere(r) {
		t.Errorf("by the new key: %+v", r)
	}

	// Her client goes on with the mark; a lock that was changed keeps it.
	s.coffre("keys", "renew", "--root", "--yes")
	told = s.coffre("share", "diplome.pdf", "--with", "Mairie", "--purpose", "Embauche encore", "--until", nextYear())
	if r := fetch(grantID.FindStringSubmatch(told)[1]); r.code != 0 || !issuedHere(r) {
		t.Errorf("after the lock was changed: %+v", r)
	}

	// Offline, years later.
	s.coffre("export", "--out", "safe.zip")
	if told := s.coffre("open", "safe.zip", "--out", "opened"); strings.Count(told, "Émis par Université de Valmont, inchangé") != 2 {
		t.Errorf("the export says\n%s", told)
	}

	altered := bytes.Replace(diploma, diploma[100:103], []byte("bis"), 1)
	s.write("mention.pdf", altered)
	s.coffre("put", "mention.pdf")
	must(t, safe.Refresh(t.Context()))
	forged := marcel.forge(secretOf(t, k.paper), "diplome.pdf", "mention.pdf")
	if r := fetch(forged); r.code == 0 || !strings.Contains(r.err, "changé depuis que Université de Valmont l'a émis") || issuedHere(r) {
		t.Errorf("a forged diploma: %+v", r)
	}
	if !bytes.Equal(employer.read("diplome.pdf"), altered) {
		t.Error("the document that was given is not there to be looked at")
	}
}

// forge shares one document under the mark of another, as a client could that its
// holder has rewritten. It gives the id of the grant.
func (b *browser) forge(p sealed.Secret, from, to string) string {
	b.t.Helper()
	var box sealed.Container
	b.json("/api/v1/safe/keyring", &box)
	ring, err := sealed.OpenKeyring(box, p)
	must(b.t, err)
	safe, err := b.client().Unlock(b.t.Context(), p)
	must(b.t, err)
	open := func(name string) (sealed.Entry, sealed.OpenedGrant) {
		e, err := safe.Find(name)
		must(b.t, err)
		var rel client.Release
		b.post("/api/v1/safe/documents/"+e.ID+"/release", nil, &rel)
		g, _, err := ring.OpenOwn(rel.Grant)
		must(b.t, err)
		return e, g
	}
	_, genuine := open(from)
	e, g := open(to)
	adm, err := b.client().FindAdministration(b.t.Context(), "Mairie")
	must(b.t, err)
	recipient, err := sealed.ParseRecipient(adm.Recipient)
	must(b.t, err)
	given := g.Grant
	end := time.Now().Add(24 * time.Hour).UTC().Format("2006-01-02T15:04:05Z")
	given.Reader, given.Recipient, given.Index = adm.ID, recipient.Fingerprint(), &adm.Key.Index
	given.Purpose, given.NotAfter, given.Issue = "Embauche", end, genuine.Grant.Issue
	sealedGrant, err := sealed.SealGrant(given, ring.Root(), g.Key, recipient)
	must(b.t, err)
	var made client.Grant
	b.post("/api/v1/safe/grants", map[string]any{
		"doc": e.ID, "version": e.Version, "administration": adm.ID, "purpose": "Embauche", "notAfter": end, "grant": sealedGrant,
	}, &made)
	return made.ID
}

func (b *browser) post(path string, in, out any) {
	b.t.Helper()
	body, err := json.Marshal(in)
	must(b.t, err)
	if in == nil {
		body = nil
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.g.url+path, bytes.NewReader(body))
	must(b.t, err)
	r.Header.Set("Idempotency-Key", sealed.NewID())
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.http.Do(r)
	must(b.t, err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 {
		b.t.Fatalf("POST %s: %s", path, resp.Status)
	}
	must(b.t, json.NewDecoder(resp.Body).Decode(out))
}
