package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var keptKey = regexp.MustCompile(`(?m)^\S+\.txt$`)

// TestKeysAreChanged: a citizen adds a way to open her safe, opens with it,
// removes the old one. What she had is still there and still shared; the old
// key opens nothing any more.
func TestKeysAreChanged(t *testing.T) {
	g := serve(t)
	s := newShell(t)
	if r := s.login(g.login("minh"), true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	s.coffre("terms", "--accept")
	s.coffre("init", "--keep-in", s.path("keys"))
	old := s.path("keys/passphrase.txt")
	s.set("COFFRE_SECRET_FILE", old)
	before := noise(70_000)
	s.write("avant.pdf", before)
	s.coffre("put", "avant.pdf", "--folder", "Papiers")
	told := s.coffre("share", "avant.pdf", "--with", "Mairie de Valmont", "--service", "État civil", "--purpose", "Inscription", "--until", nextYear())
	shared := grantID.FindStringSubmatch(told)
	if shared == nil {
		t.Fatalf("share says %q", told)
	}
	s.coffre("export", "--out", "ancien.zip")

	s.refused(2, []string{"coffre keys add"}, "keys", "add", "passkey")
	s.refused(1, []string{"--keep-in"}, "keys", "add", "passphrase")
	s.refused(1, []string{"toujours deux", "coffre keys add"}, "keys", "remove", "passphrase.txt", "--yes")
	s.refused(1, []string{"« inconnue »", "coffre keys"}, "keys", "remove", "inconnue", "--yes")
	s.refused(1, []string{"100 caractères"}, "keys", "rename", "passphrase.txt", strings.Repeat("x", 101))

	fresh := keptKey.FindString(s.coffre("keys", "add", "passphrase", "--keep-in", s.path("keys"), "--label", "Ma nouvelle phrase"))
	if fresh == "" || fresh == old {
		t.Fatalf("the new key is kept in %q", fresh)
	}
	s.coffre("keys", "rename", "passphrase.txt", "Vieille phrase")
	if list := s.coffre("keys"); strings.Count(list, "\n") != 4 || !strings.Contains(list, "Ma nouvelle phrase") || !strings.Contains(list, "Vieille phrase") {
		t.Errorf("keys lists\n%s", list)
	}
	s.refused(2, []string{"--yes"}, "keys", "remove", "Vieille phrase")
	s.set("COFFRE_SECRET_FILE", fresh)
	if told := s.coffre("keys", "test"); !strings.Contains(told, "Ma nouvelle phrase") {
		t.Errorf("test says %q", told)
	}
	s.coffre("keys", "remove", "Vieille phrase", "--yes")

	s.refused(1, []string{"n'ouvre pas ce coffre"}, "ls", "--secret-file", old)
	s.refused(1, []string{"n'ouvre pas ce coffre"}, "keys", "test", "--secret-file", old)
	var left []sealed.Unlocker
	must(t, json.Unmarshal([]byte(s.coffre("keys", "--json")), &left))
	if len(left) != 2 {
		t.Errorf("%d keys are left", len(left))
	}

	after := noise(80_000)
	s.write("apres.pdf", after)
	s.coffre("put", "apres.pdf", "--folder", "Papiers")
	for _, key := range []string{fresh, s.path("keys/paper-key.txt")} {
		for name, want := range map[string][]byte{"avant.pdf": before, "apres.pdf": after} {
			s.coffre("get", name, "--out", "back.bin", "--force", "--secret-file", key)
			if !bytes.Equal(s.read("back.bin"), want) {
				t.Errorf("%s: other bytes came back", name)
			}
		}
	}
	if told := s.coffre("journal"); !strings.Contains(told, "prouvé") || strings.Count(told, "trousseau") < 3 {
		t.Errorf("the journal does not tell of the three changes:\n%s", told)
	}

	agent := newShell(t)
	agent.set("COFFRE_SECRET_FILE", agent.write("mairie.txt", []byte("abeille maison soleil jardin bonheur cerise montagne")))
	if r := agent.login(g.login("camille"), true); r.code != 0 {
		t.Fatalf("agent's login: %+v", r)
	}
	agent.coffre("fetch", shared[1])
	if !bytes.Equal(agent.read("avant.pdf"), before) {
		t.Error("the agent got other bytes")
	}
	s.coffre("share", "avant.pdf", "--with", "Mairie de Valmont", "--service", "CCAS", "--purpose", "Aide", "--until", nextYear())

	s.coffre("export", "--out", "nouveau.zip")
	if report, err := g.check(); err != nil {
		t.Errorf("coffred check: %v\n%s", err, report)
	}
	g.stop()
	offlineAfterRemoval(t, s, old, fresh, map[string][]byte{"avant.pdf": before, "apres.pdf": after})
}

// offlineAfterRemoval: the export opens without the gateway, by coffre and by
// stock age, and not by the key that was removed.
func offlineAfterRemoval(t *testing.T, s *shell, old, fresh string, files map[string][]byte) {
	t.Helper()
	s.refused(1, []string{"n'ouvre pas ce coffre"}, "open", "nouveau.zip", "--out", "papers", "--secret-file", old)
	s.coffre("open", "nouveau.zip", "--out", "papers", "--secret-file", fresh)
	for name, want := range files {
		if !bytes.Equal(s.read("papers/Papiers/"+name), want) {
			t.Errorf("%s: other bytes came out of the export", name)
		}
	}
	s.write("vault.key", []byte(s.coffre("identity", "--zip", "nouveau.zip", "--secret-file", fresh)))
	r := s.try("bash", "-c", "set -e; mkdir u; cd u; unzip -q ../nouveau.zip; for g in grants/*.age; do age -d -i ../vault.key $g | head -n 1; done")
	for name := range files {
		if r.code != 0 || !strings.Contains(r.out, `"name":"`+name+`"`) {
			t.Errorf("stock age does not open the grant of %s: %+v", name, r)
		}
	}
	// What was exported before stays what it was.
	s.coffre("open", "ancien.zip", "--out", "anciens", "--secret-file", old)
}

// line is the way to the gateway; before and after see each request, and an
// error of theirs is a broken line.
type line struct{ before, after func(*http.Request) error }

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.before != nil {
		if err := l.before(r); err != nil {
			return nil, err
		}
	}
	resp, err := asBrowser{}.RoundTrip(r)
	if err == nil && l.after != nil {
		if broken := l.after(r); broken != nil {
			_ = resp.Body.Close()
			return nil, broken
		}
	}
	return resp, err
}

var errCut = errors.New("the line is cut")

func putsTo(r *http.Request, path string) bool {
	return r.Method == http.MethodPut && r.URL.Path == path
}

// TestKeysChangeOnTwoDevices: of two devices that change the keys at once both
// are heard; a lost answer is not done twice; a line that is cut between the
// keyring and the manifest leaves a safe that opens and changes.
func TestKeysChangeOnTwoDevices(t *testing.T) {
	ctx := context.Background()
	g := serve(t)
	b := g.login("angela")
	first, k := b.openSafe()
	at := &line{}
	slow := *b.http
	slow.Transport = at
	c, err := client.New(client.Config{Server: g.url, HTTP: &slow, Language: "fr"})
	must(t, err)
	second, err := c.Unlock(ctx, secretOf(t, k.passphrase))
	must(t, err)
	add := func(s *client.Safe, label string) sealed.Secret {
		p := sealed.NewSecret()
		_, err := s.AddUnlocker(ctx, sealed.NewUnlocker{Kind: sealed.KindPaper, Label: label, P: p})
		must(t, err)
		return p
	}
	labels := func(s *client.Safe) (all []string) {
		for _, u := range s.Unlockers() {
			all = append(all, u.Label)
		}
		return all
	}

	at.before = func(r *http.Request) error {
		if putsTo(r, "/api/v1/safe/keyring") {
			at.before = nil
			add(first, "entre-temps")
		}
		return nil
	}
	mine := add(second, "à moi")
	if got := labels(second); !slices.Equal(got, []string{"papier", "phrase", "entre-temps", "à moi"}) {
		t.Errorf("after both changes the keys are %q", got)
	}

	at.after = func(r *http.Request) error {
		if putsTo(r, "/api/v1/safe/keyring") {
			at.after = nil
			return errCut
		}
		return nil
	}
	add(second, "réponse perdue")
	if got := labels(second); len(got) != 5 {
		t.Errorf("after a lost answer the keys are %q", got)
	}

	at.before = func(r *http.Request) error {
		if putsTo(r, "/api/v1/safe/manifest") {
			return errCut
		}
		return nil
	}
	old, err := second.FindUnlocker("papier")
	must(t, err)
	if err := second.RemoveUnlocker(ctx, old.ID); !errors.Is(err, client.ErrOffline) {
		t.Errorf("cut in the middle: %v", err)
	}
	at.before = nil
	_, err = b.client().Unlock(ctx, secretOf(t, k.paper))
	if !errors.Is(err, sealed.ErrKey) || client.IsAlarm(err) {
		t.Errorf("the removed key: %v", err)
	}
	third, err := b.client().Unlock(ctx, mine)
	must(t, err)
	if third.VaultIdentities()[0].Reveal() == first.VaultIdentities()[0].Reveal() {
		t.Error("the vault has the key it had")
	}
	must(t, third.RenameUnlocker(ctx, third.Unlockers()[0].ID, "phrase de passe"))
	must(t, third.RemoveUnlocker(ctx, third.Unlockers()[1].ID))
	must(t, second.Refresh(ctx)) // it has the keyring of before, and no alarm
	if got := labels(second); !slices.Equal(got, []string{"phrase de passe", "à moi", "réponse perdue"}) {
		t.Errorf("the other device sees %q", got)
	}
}
