package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// notary is a log of one event, of which somebody holds the receipt.
type notary struct {
	vkey, checkpoint string
	receipt          client.Receipt
	hash             tlog.Hash
}

// newNotary has its checkpoint cosigned when there are witnesses.
func newNotary(t *testing.T, witnesses ...note.Signer) notary {
	t.Helper()
	skey, vkey, err := journal.GenerateKey("coffre.test/log")
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)
	event, err := journal.Event{
		V: 1, ID: "e", Time: "2026-03-03T13:12:00Z", What: journal.WhatDocumentAdded, Result: journal.ResultDone,
		Who: journal.Who{Kind: "citizen", Name: "Angela"}, Safe: "s",
	}.Encode()
	must(t, err)
	salt := journal.NewSalt()
	entry := journal.Commitment(event, salt)
	root := tlog.RecordHash(entry[:])
	text, err := note.Sign(&note.Note{Text: "coffre.test/log\n1\n" + root.String() + "\n"}, append([]note.Signer{signer}, witnesses...)...)
	must(t, err)
	leaf := journal.Leaf{Index: 0, Size: 1, Path: [][]byte{}, Checkpoint: string(text)}
	r, err := client.NewReceipt(vkey, client.Proof{Event: string(event), Salt: salt[:], Leaf: &leaf}, nil)
	must(t, err)
	return notary{vkey, string(text), r, root}
}

func (n notary) file(t *testing.T) string {
	t.Helper()
	b, err := n.receipt.Encode()
	must(t, err)
	path := filepath.Join(t.TempDir(), "receipt.json")
	must(t, os.WriteFile(path, b, 0o600))
	return path
}

// site publishes the log, and says which key it has.
func (n notary) site(t *testing.T) string {
	t.Helper()
	shown := map[string]string{"/log/key": n.vkey + "\n", "/log/checkpoint": n.checkpoint, "/log/tile/0/000.p/1": string(n.hash[:])}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := shown[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// met has this machine know a server, its log's key and its policy.
func (b *bench) met(t *testing.T, server, vkey, policy string) {
	t.Helper()
	dir := filepath.Join(b.env["XDG_CONFIG_HOME"], "coffre", server)
	must(t, os.MkdirAll(dir, 0o700))
	kept, err := json.Marshal(map[string]string{"log-key": vkey, "log-policy": policy})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "memory.json"), kept, 0o600))
}

const (
	saidWhose   = "Not proven: whose key this is"
	saidLasting = "cannot leave it"
	saidPublic  = "signed public journal"
)

// told is the answer's words, all of want and none of not.
func (b *bench) told(t *testing.T, want, not []string, args ...string) {
	t.Helper()
	must(t, b.run(append([]string{"verify", "receipt"}, args...)...))
	for _, w := range want {
		if !strings.Contains(b.out.String(), w) {
			t.Errorf("%v without %q:\n%s", args, w, b.out)
		}
	}
	for _, w := range not {
		if strings.Contains(b.out.String(), w) {
			t.Errorf("%v says %q:\n%s", args, w, b.out)
		}
	}
}

// TestReceiptSaysWhoseKey: anybody makes a log with a key of his own and a receipt
// in it. What is said of such a receipt is what its key has signed, no more.
func TestReceiptSaysWhoseKey(t *testing.T) {
	n := newNotary(t)
	file, site := n.file(t), n.site(t)
	link, err := n.receipt.Link(site)
	must(t, err)

	b := newBench(t, "en_GB.UTF-8")
	b.told(t, []string{"Proven: ", saidWhose}, []string{saidLasting, saidPublic}, file)
	b.told(t, []string{"Proven: ", saidWhose}, []string{saidLasting, saidPublic}, link)
	b.told(t, []string{"Proven: ", saidWhose}, []string{saidLasting, saidPublic}, file, "--from", site)

	// With the operator's key: but today's log was not looked at.
	b.told(t, []string{"still holds it: compare with --from"}, []string{saidWhose, saidLasting, saidPublic}, file, "--log-key", n.vkey)
	b.told(t, []string{saidLasting}, []string{saidWhose}, file, "--log-key", n.vkey, "--from", site)
	b.told(t, []string{saidLasting}, []string{saidWhose}, link, "--log-key", n.vkey)
	b.met(t, "coffre.test", n.vkey, journal.NoPolicy)
	b.told(t, []string{"compare with --from"}, []string{saidWhose, saidLasting}, file)
}

// TestReceiptOfAnotherKeyIsAnAlarm: under the name of a journal that this machine
// knows, another key is nobody's.
func TestReceiptOfAnotherKeyIsAnAlarm(t *testing.T) {
	b := newBench(t, "en_GB.UTF-8")
	b.met(t, "coffre.test", newNotary(t).vkey, journal.NoPolicy)
	err := b.run("verify", "receipt", newNotary(t).file(t))
	if exitCode(err) != exitAlarm || strings.Contains(b.out.String(), "Proven") {
		t.Errorf("exit %d, %v:\n%s", exitCode(err), err, b.out)
	}
}

// TestEveryPolicySeenCounts: a mirror of a log has the log's key, and whatever it
// says of witnesses turns off none that the log itself has.
func TestEveryPolicySeenCounts(t *testing.T) {
	skey, wkey, err := journal.GenerateCosignerKey("witness.test")
	must(t, err)
	witness, err := journal.NewCosigner(skey, func() time.Time { return time.Unix(1_780_000_000, 0) })
	must(t, err)
	policy := "witness w " + wkey + "\nquorum w\n"
	for name, c := range map[string]struct {
		n    notary
		code int
	}{"cosigned": {newNotary(t, witness), 0}, "not cosigned": {newNotary(t), exitAlarm}} {
		b := newBench(t, "en_GB.UTF-8")
		b.met(t, "a.test", c.n.vkey, policy)
		b.met(t, "z.test", c.n.vkey, journal.NoPolicy)
		err := b.run("verify", "receipt", c.n.file(t))
		if code := exitCode(err); code != c.code {
			t.Errorf("%s: exit %d, %v", name, code, err)
		}
		if c.code == 0 {
			for _, w := range []string{"Witnesses: w", saidLasting, "independent of the host"} {
				if !strings.Contains(b.out.String(), w) {
					t.Errorf("%s without %q:\n%s", name, w, b.out)
				}
			}
		}
	}
}

// TestVerifyAttestation says what a mediator has done and may do, in words, and
// no more than was proven.
func TestVerifyAttestation(t *testing.T) {
	raw, err := os.ReadFile("../../internal/client/testdata/ts-attestation.json")
	must(t, err)
	var v struct {
		File    string `json:"file"`
		VKey    string `json:"vkey"`
		Refused []struct {
			Why  string `json:"why"`
			Text string `json:"text"`
		} `json:"refused"`
	}
	must(t, json.Unmarshal(raw, &v))
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "attestation.json")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	said := []string{
		"The attestation is proven.", "Yasmine Haddad, France Services de Vaulx", "Demander l’aide au logement", "share with a named administration",
		"deposit received, by Yasmine Haddad", "taken back by the citizen", "Not proven: that nothing else was done",
	}
	b := newBench(t, "en_GB.UTF-8")
	b.told(t, append(said, saidWhose), []string{saidLasting}, write(v.File))
	b.told(t, said, []string{saidWhose, saidLasting}, write(v.File), "--log-key", v.VKey)
	must(t, b.run("verify", write(v.File)))
	for _, r := range v.Refused {
		b := newBench(t, "en_GB.UTF-8")
		if err := b.run("verify", "receipt", write(r.Text)); err == nil || strings.Contains(b.out.String(), "Proven:") {
			t.Errorf("%s: %v, %s", r.Why, err, b.out)
		}
	}
}
