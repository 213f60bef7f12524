package e2e_test

import (
	"archive/zip"
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// readmeBlock is the indented block of commands in README.md that begins
// with these words.
func readmeBlock(t *testing.T, begins string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	must(t, err)
	for i, part := range strings.Split(string(b), "```") {
		if i%2 == 1 && strings.HasPrefix(strings.TrimSpace(part), begins) {
			return part
		}
	}
	t.Fatalf("README.md has no commands that begin with %q", begins)
	return ""
}

// TestGatewayDoorKeepsNoKeyAndNoPlaintext is point 6: curl deposits plain
// bytes, the holder reads them, and nothing on the server opens them: not the
// database, not the object store, not a log, not a file, not the memory.
//
// The gateway runs with GODEBUG=clobberfree=1, with which Go's collector
// overwrites what nobody refers to any more. So what is found in memory is
// held, not merely not yet used again.
func TestGatewayDoorKeepsNoKeyAndNoPlaintext(t *testing.T) {
	tmp := t.TempDir()
	g := serve(t, "TMPDIR="+tmp, "GODEBUG=clobberfree=1", "GOGC=20")
	angela := g.login("angela")
	_, k := angela.openSafe()
	s := newShell(t)
	s.set("COFFRE_SECRET_FILE", s.write("paper-key.txt", []byte(k.paper)))
	if r := s.login(angela, true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}

	mark := fmt.Sprintf("PREUVE-%x", noise(12))
	name := "relevé " + mark + ".pdf"
	plain := []byte(strings.Repeat("Contenu très privé, "+mark+", que personne d'autre ne lit.\n", 4000))
	s.write(name, plain)
	address := strings.TrimSpace(s.coffre("address", "add", "Université de Valmont"))
	token, doc := deposit(t, g, s, address, name)

	s.coffre("verify", "receipt.json")
	if list := s.coffre("inbox"); !strings.Contains(list, name) || !strings.Contains(list, "Université de Valmont") {
		t.Fatalf("the inbox lists\n%s", list)
	}
	s.coffre("export", "--out", "safe.zip")
	objects := membersOf(t, s.path("safe.zip"))
	needles := append(openAll(t, objects, doc, k, plain),
		needle{"the plaintext", []byte(mark + ", que")}, needle{"the file name", []byte(name)})

	s.coffre("inbox", "adopt", name)
	s.coffre("get", name, "--out", "back.pdf")
	if !bytes.Equal(s.read("back.pdf"), plain) {
		t.Fatal("the holder got other bytes")
	}

	pid := g.cmd.Process.Pid
	onDisk := append(files(t, g.data, tmp), append(openFiles(t, pid), place{"what the gateway wrote", []byte(g.written())})...)
	for _, known := range []needle{{"the document's id", []byte(doc)}, {"the sealed document", objects["inbox/"+doc+".age"]}} {
		if len(found(onDisk, []needle{known})) == 0 {
			t.Fatalf("%s is not on the disk: this test looks at the wrong place", known.what)
		}
	}
	for _, leak := range found(onDisk, needles) {
		t.Errorf("left on the server: %s", leak)
	}
	inMemory := forgotten(t, g, token, address, needles)
	tryEveryKey(t, append(onDisk, inMemory...), objects)
}

// deposit runs the README's commands for a machine, with this file.
func deposit(t *testing.T, g *gateway, s *shell, address, name string) (token, doc string) {
	t.Helper()
	block := readmeBlock(t, "TOKEN=")
	for from, to := range map[string]string{
		"http://localhost:8080": g.url, "bin/coffre": "coffre", "data/demo/": g.data + "/demo/", "ADDRESS": address,
		"data/exemples/diplome.pdf": `"` + name + `"`, `filename="diplome.pdf"`: `filename="` + name + `"`,
	} {
		if !strings.Contains(block, from) {
			t.Fatalf("README.md does not speak of %q any more", from)
		}
		block = strings.ReplaceAll(block, from, to)
	}
	r := s.try("bash", "-c", "set -eu\n"+block+"\necho\necho \"$TOKEN\"")
	answer, token, _ := strings.Cut(strings.TrimSpace(r.out), "\n")
	var receipt struct {
		Doc           string
		Size          int64
		ContentSHA256 string
	}
	if err := json.Unmarshal([]byte(answer), &receipt); r.code != 0 || err != nil || receipt.Doc == "" {
		t.Fatalf("the README's deposit: exit %d, %v\n%s%s", r.code, err, r.out, r.err)
	}
	if b := s.read(name); receipt.Size != int64(len(b)) || receipt.ContentSHA256 != fmt.Sprintf("%x", sha256.Sum256(b)) {
		t.Errorf("the receipt is of other bytes: %s", answer)
	}
	s.write("receipt.json", []byte(answer))
	return strings.TrimSpace(token), receipt.Doc
}

func membersOf(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	must(t, err)
	defer func() { _ = z.Close() }()
	all := map[string][]byte{}
	for _, m := range z.File {
		r, err := m.Open()
		must(t, err)
		all[m.Name], err = io.ReadAll(r)
		must(t, err)
	}
	return all
}

// unsealer is an age identity that notes the file keys it unwraps.
type unsealer struct {
	age.Identity
	keys [][]byte
}

func (u *unsealer) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	key, err := u.Identity.Unwrap(stanzas)
	if err == nil {
		u.keys = append(u.keys, bytes.Clone(key))
	}
	return key, err
}

// openAll opens the deposit as its holder does, with age alone, and gives
// every secret on the way: each of them opens it, or something that does.
func openAll(t *testing.T, objects map[string][]byte, doc string, k keys, plain []byte) []needle {
	t.Helper()
	var needles []needle
	add := func(what string, b []byte) {
		for _, n := range needles {
			if bytes.Equal(n.b, b) {
				return
			}
		}
		needles = append(needles, needle{what, b})
	}
	open := func(what string, b []byte, key string) []byte {
		id, err := age.ParseHybridIdentity(key)
		must(t, err)
		add("the key of "+what, []byte(key))
		add("the seed of "+what, seedOf(t, key))
		u := &unsealer{Identity: id}
		r, err := age.Decrypt(bytes.NewReader(b), u)
		must(t, err)
		out, err := io.ReadAll(r)
		must(t, err)
		payload, err := hkdf.Key(sha256.New, u.keys[0], b[sealed.HeaderSize:sealed.HeaderSize+16], "payload", 32)
		must(t, err)
		add("the file key of "+what, u.keys[0])
		add("the payload key of "+what, payload)
		return out
	}
	for words, kind := range map[string]string{k.paper: sealed.KindPaper, k.passphrase: sealed.KindPassphrase} {
		p := secretOf(t, words)
		add("the words of "+kind, []byte(words))
		add("the secret of "+kind, p.Bytes())
		id, err := sealed.UnlockIdentity(p)
		must(t, err)
		for member, b := range objects {
			if !strings.HasPrefix(member, "keyring/"+kind) {
				continue
			}
			var ring struct {
				Root  []byte
				Seeds []struct{ Seed []byte }
			}
			must(t, json.Unmarshal(bytes.TrimRight(open(member, b, id.Reveal())[64:], "\n"), &ring))
			add("the root secret", ring.Root)
			add("the vault seed", ring.Seeds[0].Seed)
			vault, err := sealed.VaultIdentity(sealed.Secret(ring.Seeds[0].Seed))
			must(t, err)
			slip := open("the slip", objects["grants/"+doc+".age"], vault.Reveal())
			key := strings.Split(string(slip), "\n")[1]
			out := open("the document", objects["inbox/"+doc+".age"], key)
			if !bytes.HasPrefix(out, plain) {
				t.Fatal("age opens other bytes than were deposited")
			}
		}
	}
	if len(needles) < 20 {
		t.Fatalf("only %d secrets known", len(needles))
	}
	return needles
}

// seedOf decodes AGE-SECRET-KEY-PQ-1…: 32 bytes in Bech32.
func seedOf(t *testing.T, key string) []byte {
	t.Helper()
	const alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	data := key[strings.LastIndexByte(key, '1')+1:]
	var out []byte
	var acc, bits int
	for _, c := range data[:len(data)-6] {
		acc, bits = acc<<5|strings.IndexRune(alphabet, c), bits+5
		if bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	id, err := sealed.IdentityFromSeed(sealed.Secret(out))
	must(t, err)
	if id.Reveal() != key {
		t.Fatal("the test cannot decode keys")
	}
	return out
}

// forgotten lets other deposits pass, so that the collector runs, until the
// memory holds none of the needles any more.
func forgotten(t *testing.T, g *gateway, token, address string, needles []needle) []place {
	t.Helper()
	begun := time.Now()
	for n := 0; ; n++ {
		for i := range 4 {
			passing(t, g, token, address, noise(200_000+1000*n+i))
		}
		places := memory(t, g.cmd.Process.Pid)
		if len(found(places, []needle{{"its own address", []byte(g.url)}})) == 0 {
			t.Fatal("the gateway's memory does not hold its own address: this test looks at the wrong place")
		}
		leaks := found(places, needles)
		if len(leaks) == 0 {
			return places
		}
		if time.Since(begun) > patience/2 {
			for _, leak := range leaks {
				t.Errorf("held by the gateway: %s", leak)
			}
			return places
		}
	}
}

// passing is one more deposit by the same system.
func passing(t *testing.T, g *gateway, token, address string, b []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPut, g.url+"/api/v1/deposits/"+address, bytes.NewReader(b))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", fmt.Sprintf("%x", sha256.Sum256(b))[:32])
	r.Header.Set("Content-Disposition", `attachment; filename="autre.bin"`)
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("a deposit in passing: %s", resp.Status)
	}
}

var (
	ageKey = regexp.MustCompile(`AGE-SECRET-KEY-PQ-1[0-9A-Z]{58}`)
	// base64Of32 and the whole of small files are what else a key may be.
	base64Of32 = regexp.MustCompile(`[A-Za-z0-9+/_-]{43}=?`)
)

// tryEveryKey tries whatever looks like a key on every sealed object.
func tryEveryKey(t *testing.T, places []place, objects map[string][]byte) {
	t.Helper()
	tried := map[string]bool{}
	try := func(where, key string) {
		if tried[key] {
			return
		}
		tried[key] = true
		id, err := age.ParseHybridIdentity(key)
		if err != nil {
			return
		}
		for member, b := range objects {
			if !strings.HasSuffix(member, ".age") {
				continue
			}
			if _, err := age.Decrypt(bytes.NewReader(b), id); err == nil {
				t.Errorf("a key in %s opens %s", where, member)
			}
		}
	}
	for _, p := range places {
		for _, key := range ageKey.FindAll(p.b, -1) {
			try(p.name, string(key))
		}
		if len(p.b) > 64<<10 || !strings.Contains(p.name, "/keys/") && !strings.Contains(p.name, "/demo/") {
			continue
		}
		for _, m := range append(base64Of32.FindAll(p.b, -1), []byte(base64.StdEncoding.EncodeToString(p.b[max(0, len(p.b)-32):]))) {
			m := strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(string(m))
			b, err := base64.RawStdEncoding.DecodeString(m)
			if err != nil || len(b) != 32 {
				continue
			}
			for _, derive := range []func(sealed.Secret) (*sealed.Identity, error){sealed.IdentityFromSeed, sealed.UnlockIdentity, sealed.VaultIdentity} {
				id, err := derive(sealed.Secret(b))
				must(t, err)
				try(p.name, id.Reveal())
			}
		}
	}
	if len(tried) < 10 {
		t.Errorf("only %d keys found to try: the gateway's own ones are among them", len(tried))
	}
}
