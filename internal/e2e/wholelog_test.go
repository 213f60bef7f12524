package e2e_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	tessera "github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestTheJournalIsReadAgain by everybody, with what is public alone: by
// programs that are not ours, by `coffre verify`, with and without a line.
func TestTheJournalIsReadAgain(t *testing.T) {
	g := serve(t)
	s := neighbour(t, g, "angela")
	s.write("avis.pdf", noise(5000))
	s.coffre("put", "avis.pdf", "--receipt", "put.json")
	vkey := logKeyOf(t, s.read("put.json"))
	link := strings.TrimSpace(s.coffre("receipt", "avis.pdf", "--link"))
	older := g.checkpoint(vkey, 1)
	angela := g.login("angela")
	for range 600 { // each refused try is an event; more than two tiles of them
		resp, err := angela.http.Get(g.url + "/api/v1/safe/documents/" + strings.Repeat("a", 26))
		must(t, err)
		_ = resp.Body.Close()
	}
	newer := g.checkpoint(vkey, 600)

	t.Run("by tessera's fsck", func(t *testing.T) { fsckByOthers(t, g, vkey) })
	t.Run("consistent by somebody else's code", func(t *testing.T) {
		var p struct {
			Path [][]byte `json:"path"`
		}
		angela.json("/log/consistency?from="+strconv.FormatInt(older.Size, 10)+"&to="+strconv.FormatInt(newer.Size, 10), &p)
		must(t, proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older.Size), uint64(newer.Size), p.Path, older.Root[:], newer.Root[:]))
	})
	t.Run("by coffre verify", func(t *testing.T) {
		stranger := newShell(t)
		first := stranger.coffre("verify", "log", g.url, "--log-key", vkey)
		for _, w := range []string{"Journal entier et intact", "Mairie de Valmont (SIRET", "entrées par seconde", "Prouvé : ", "ne l'avait jamais vu", "aucun témoin"} {
			if !strings.Contains(first, w) {
				t.Errorf("without %q:\n%s", w, first)
			}
		}
		if second := stranger.coffre("verify", "log", g.url, "--log-key", vkey); strings.Contains(second, "jamais vu") {
			t.Errorf("it does not remember:\n%s", second)
		}
		stranger.write("vu.txt", []byte(noteAt(t, g)))
		for _, args := range [][]string{{"checkpoint", "vu.txt"}, {"checkpoint", "put.json"}} {
			stranger.write("put.json", s.read("put.json"))
			told := stranger.coffre(append([]string{"verify", "--log-key", vkey, "--from", g.url}, args...)...)
			if !strings.Contains(told, "commence par les") || !strings.Contains(told, "rien n'a été ôté") {
				t.Errorf("%q says\n%s", args, told)
			}
		}
		stranger.write("avis.pdf", s.read("avis.pdf"))
		if told := stranger.coffre("verify", link, "--log-key", vkey, "--file", "avis.pdf"); !strings.Contains(told, "Reçu prouvé") || !strings.Contains(told, "au bit près") {
			t.Errorf("by its link:\n%s", told)
		}
		if told := stranger.coffre("verify", "receipt", "put.json", "--from", g.url, "--log-key", vkey); !strings.Contains(told, "le contient toujours") {
			t.Errorf("against today's journal:\n%s", told)
		}
		stranger.refused(3, []string{"n'est pas signé par la clé du journal"}, "verify", "log", g.url, "--log-key", otherKey(t, vkey))
	})
	t.Run("from a copy, offline", func(t *testing.T) {
		stranger := newShell(t)
		copyTree(t, filepath.Join(g.data, "objects", "coffre", "log"), stranger.path("copie"))
		told := stranger.coffre("verify", "log", "copie", "--log-key", vkey)
		if !strings.Contains(told, "Journal entier et intact") {
			t.Errorf("%s", told)
		}
		stranger.refused(2, []string{"--log-key"}, "verify", "log", "copie")
		if told := stranger.coffre("verify", link, "--log-key", vkey, "--from", "copie"); !strings.Contains(told, "Reçu prouvé") {
			t.Errorf("by its link:\n%s", told)
		}
	})
}

// fsckByOthers has tessera compute every tile again.
func fsckByOthers(t *testing.T, g *gateway, vkey string) {
	verifier, err := note.NewVerifier(vkey)
	must(t, err)
	at, err := url.Parse(g.url + "/log/")
	must(t, err)
	fetcher, err := tessera.NewHTTPFetcher(at, http.DefaultClient)
	must(t, err)
	hashes := func(bundle []byte) (all [][]byte, err error) {
		var b api.EntryBundle
		if err := b.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		for _, e := range b.Entries {
			all = append(all, rfc6962.DefaultHasher.HashLeaf(e))
		}
		return all, nil
	}
	must(t, fsck.New(verifier.Name(), verifier, fetcher, hashes, fsck.Opts{N: 2}).Check(t.Context()))
}

func noteAt(t *testing.T, g *gateway) string {
	t.Helper()
	resp, err := http.Get(g.url + "/log/checkpoint")
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(b)
}

// checkpoint is the newest public one, of so many entries at least.
func (g *gateway) checkpoint(vkey string, least int64) journal.Checkpoint {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	for {
		c, err := journal.OpenCheckpoint(vkey, noteAt(g.t, g))
		must(g.t, err)
		if c.Size >= least {
			return c
		}
		select {
		case <-ctx.Done():
			g.t.Fatalf("the journal has %d entries, not %d", c.Size, least)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// copyTree copies with all that a file has besides its bytes.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(to), 0o700))
	if b, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("copy %s: %v: %s", from, err, b)
	}
}
