package e2e_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// noise is the same for the same n, and does not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(b)
	return b
}

// nextYear is a day that a share may end on.
func nextYear() string { return time.Now().AddDate(1, 0, 0).Format("2006-01-02") }

// TestCommandLineFromLoginToAnOfflineExport is point 5: everything that goes
// in by the command line comes out of it, and out of an export with the
// gateway gone, by coffre and by stock age.
func TestCommandLineFromLoginToAnOfflineExport(t *testing.T) {
	g := serve(t)
	angela := g.login("angela")
	_, k := angela.openSafe()
	s := newShell(t)
	s.write("paper-key.txt", []byte(k.paper+"\n"))
	s.write("passphrase.txt", []byte(k.passphrase+"\n"))
	s.set("COFFRE_SECRET_FILE", s.path("passphrase.txt"))

	files := map[string][]byte{
		"facture.pdf": noise(81_234), "photo.jpg": noise(5_000_000), "un octet": {'x'}, "été à l'école.txt": []byte("déjà vu, œuvre\n"),
	}
	for name, b := range files {
		s.write(name, b)
	}

	r := s.login(angela, true)
	if r.code != 0 || !strings.Contains(r.out, "Angela") {
		t.Fatalf("login: exit %d\n%s%s", r.code, r.out, r.err)
	}
	onlyForOwner(t, s)
	for name := range files {
		s.coffre("put", name, "--folder", "Papiers/2026")
	}
	ids := listedIDs(t, s, files)

	t.Run("get gives back every byte", func(t *testing.T) {
		s := s.on(t)
		for name, want := range files {
			s.coffre("get", name, "--out", "back.bin", "--force")
			if !bytes.Equal(s.read("back.bin"), want) {
				t.Errorf("%s: other bytes came back", name)
			}
		}
		if s.coffre("get", "un octet", "--out", "-") != "x" {
			t.Error("standard output holds something else than the document")
		}
	})

	t.Run("share, agent opens, unshare", func(t *testing.T) { shareStory(t, g.on(t), s.on(t), files["facture.pdf"]) })

	t.Run("rename, move, rm", func(t *testing.T) {
		s := s.on(t)
		s.coffre("rename", "un octet", "petit")
		if got := strings.TrimSpace(s.coffre("move", "petit", "/")); got != "petit" {
			t.Errorf("moved to %q", got)
		}
		s.refused(2, []string{"--yes"}, "rm", "petit")
		s.coffre("rm", "petit", "--yes")
		s.refused(1, []string{"petit", "coffre ls"}, "get", "petit")
		delete(files, "un octet")
		delete(ids, "un octet")
	})

	t.Run("journal is proven", func(t *testing.T) { journalStory(t, s.on(t)) })

	s.coffre("export", "--out", "safe.zip")
	s.refused(1, []string{"safe.zip", "--out"}, "export", "--out", "safe.zip")
	g.stop()
	s.refused(1, []string{g.url, "ne répond pas"}, "ls")

	s.set("COFFRE_SECRET_FILE", s.path("paper-key.txt"))
	t.Run("offline, with the paper key", func(t *testing.T) {
		s := s.on(t)
		s.coffre("verify", "safe.zip")
		s.coffre("open", "safe.zip", "--out", "papers")
		for name, want := range files {
			if got := s.read("papers/Papiers/2026/" + name); !bytes.Equal(got, want) {
				t.Errorf("%s: other bytes came out of the export", name)
			}
		}
		found, err := filepath.Glob(s.path("papers/Papiers/2026/*"))
		must(t, err)
		if len(found) != len(files) {
			t.Errorf("the export gave %d files, want %d: %q", len(found), len(files), found)
		}
		s.refused(1, []string{"papers"}, "open", "safe.zip", "--out", "papers")
	})

	t.Run("offline, with stock age", func(t *testing.T) { ageStory(t, s.on(t), files, ids) })

	t.Run("a changed archive is an alarm", func(t *testing.T) {
		s := s.on(t)
		b := s.read("safe.zip")
		at := bytes.Index(b, []byte("documents/"+ids["facture.pdf"]+".age"))
		b[at+2000] ^= 1
		s.write("changed.zip", b)
		s.refused(3, []string{"intact"}, "verify", "changed.zip")
		s.refused(3, []string{"facture.pdf"}, "open", "changed.zip", "--out", "changed")
		if _, err := os.Stat(s.path("changed/Papiers/2026/facture.pdf")); err == nil {
			t.Error("a damaged document was given back")
		}
		if got := s.read("changed/Papiers/2026/photo.jpg"); !bytes.Equal(got, files["photo.jpg"]) {
			t.Error("a sound document was not given back")
		}
		s.write("not.zip", []byte("bonjour"))
		s.refused(3, []string{"export entier"}, "verify", "not.zip")
	})
	if report, err := g.check(); err != nil {
		t.Errorf("coffred check: %v\n%s", err, report)
	}
}

// onlyForOwner: the token and what was seen are readable by nobody else.
func onlyForOwner(t *testing.T, s *shell) {
	t.Helper()
	root := ""
	for _, e := range s.env {
		if v, ok := strings.CutPrefix(e, "XDG_CONFIG_HOME="); ok {
			root = v
		}
	}
	found := 0
	must(t, filepath.Walk(filepath.Join(root, "coffre"), func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		found++
		return err
	}))
	if found < 5 {
		t.Errorf("only %d files of the configuration found", found)
	}
}

// listedIDs are the documents' ids by name.
func listedIDs(t *testing.T, s *shell, files map[string][]byte) map[string]string {
	t.Helper()
	var list []struct {
		ID, Name, Path string
		Size           int64
	}
	must(t, json.Unmarshal([]byte(s.coffre("ls", "--json")), &list))
	ids := map[string]string{}
	for _, d := range list {
		ids[d.Name] = d.ID
		if want := files[d.Name]; int64(len(want)) != d.Size || d.Path != "Papiers/2026/"+d.Name {
			t.Errorf("listed as %+v", d)
		}
	}
	if len(ids) != len(files) {
		t.Fatalf("ls lists %v", list)
	}
	table := s.coffre("ls")
	for _, want := range []string{"Papiers/2026/facture.pdf", "81,2 ko", "5,0 Mo", "1 octet"} {
		if !strings.Contains(table, want) {
			t.Errorf("ls shows\n%swithout %q", table, want)
		}
	}
	return ids
}

var grantID = regexp.MustCompile(`coffre unshare ([a-z2-7]{26})`)

func shareStory(t *testing.T, g *gateway, s *shell, want []byte) {
	const mairie = "abeille maison soleil jardin bonheur cerise montagne"
	told := s.coffre("share", "facture.pdf", "--with", "Mairie de Valmont", "--service", "État civil", "--purpose", "Inscription scolaire", "--until", nextYear())
	m := grantID.FindStringSubmatch(told)
	if m == nil || !strings.Contains(told, "Mairie de Valmont") {
		t.Fatalf("share says %q", told)
	}
	if list := s.coffre("shares"); !strings.Contains(list, m[1]) || !strings.Contains(list, "facture.pdf") || !strings.Contains(list, "pas encore ouvert") {
		t.Errorf("shares lists\n%s", list)
	}

	agent := newShell(t)
	agent.set("COFFRE_SECRET_FILE", agent.write("mairie.txt", []byte(mairie)))
	if r := agent.login(g.login("camille"), true); r.code != 0 {
		t.Fatalf("agent's login: %+v", r)
	}
	if list := agent.coffre("received"); !strings.Contains(list, m[1]) || !strings.Contains(list, "Inscription scolaire") {
		t.Errorf("received lists\n%s", list)
	}
	agent.coffre("fetch", m[1])
	if !bytes.Equal(agent.read("facture.pdf"), want) {
		t.Error("the agent got other bytes")
	}
	other := newShell(t)
	other.set("COFFRE_SECRET_FILE", other.write("dep.txt", []byte("papier oiseau horizon village vitrine tulipe prairie")))
	if r := other.login(g.login("karim"), true); r.code != 0 {
		t.Fatalf("other agent's login: %+v", r)
	}
	other.refused(1, []string{"coffre received"}, "fetch", m[1])

	s.coffre("unshare", m[1])
	agent.refused(1, []string{"ended"}, "fetch", m[1], "--out", "again.pdf")
	if list := s.coffre("shares"); !strings.Contains(list, "arrêté") {
		t.Errorf("after its end, shares lists\n%s", list)
	}
}

func journalStory(t *testing.T, s *shell) {
	var events []struct {
		Event struct {
			What, Result string
		}
		Proven bool
		Error  string
	}
	must(t, json.Unmarshal([]byte(s.coffre("journal", "--json")), &events))
	seen := map[string]bool{}
	for i, e := range events {
		seen[e.Event.What+" "+e.Event.Result] = true
		if e.Error != "" || !e.Proven && i > 5 {
			t.Errorf("event %d of %d is not proven: %+v", i, len(events), e)
		}
	}
	for _, want := range []string{
		"account.login done", "terms.accepted done", "device.allowed done", "safe.opened done", "document.added done", "document.opened done",
		"grant.created done", "grant.released done", "grant.ended done", "grant.released refused", "document.erased done",
	} {
		if !seen[want] {
			t.Errorf("the journal does not tell of %q", want)
		}
	}
	table := s.coffre("journal")
	for _, want := range []string{"prouvé", "partage ouvert (refusé", "facture.pdf → Mairie de Valmont", "Camille MARTIN"} {
		if !strings.Contains(table, want) {
			t.Errorf("journal shows\n%swithout %q", table, want)
		}
	}
}

// ageStory does what the archive's README says, with the commands as they are
// written there: only ID and SIZE are filled in.
func ageStory(t *testing.T, s *shell, files map[string][]byte, ids map[string]string) {
	for _, readme := range []struct{ file, size string }{{"README.txt", "SIZE"}, {"LISEZMOI.txt", "TAILLE"}} {
		dir := "unpacked-" + readme.file
		if r := s.try("bash", "-c", "mkdir "+dir+" && cd "+dir+" && unzip -q ../safe.zip && cp ../safe.zip ."); r.code != 0 {
			t.Fatalf("unzip: %+v", r)
		}
		commands := commandsOf(t, string(s.read(dir+"/"+readme.file)))
		for name, want := range files {
			script := "set -eu; cd " + dir + "\n"
			for _, c := range commands {
				c = strings.ReplaceAll(c, "/ID.age", "/"+ids[name]+".age")
				if strings.Contains(c, readme.size) {
					c = `n=$(head -n 1 document.key | grep -o '"size":[0-9]*' | cut -d: -f2); ` + strings.ReplaceAll(c, readme.size, "$n")
				}
				script += c + "\n"
			}
			if r := s.try("bash", "-c", script); r.code != 0 || !strings.Contains(r.out, `"name":"`+name+`"`) {
				t.Fatalf("%s of %s: exit %d\n%s\n%s%s", readme.file, name, r.code, script, r.out, r.err)
			}
			if !bytes.Equal(s.read(dir+"/document"), want) {
				t.Errorf("%s: stock age gives other bytes of %s", readme.file, name)
			}
			if leftover, _ := filepath.Glob(s.path(dir + "/*.key")); len(leftover) > 0 {
				t.Errorf("%s leaves keys behind: %q", readme.file, leftover)
			}
		}
	}
}

// commandsOf are the lines of steps 1 to 5.
func commandsOf(t *testing.T, readme string) []string {
	t.Helper()
	_, part, ok := strings.Cut(readme, "« age »")
	if !ok {
		_, part, ok = strings.Cut(readme, `"age"`)
	}
	if !ok {
		t.Fatal("the archive's README does not speak of age")
	}
	var commands []string
	for line := range strings.Lines(part) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "       ") {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	if len(commands) != 5 || !strings.HasPrefix(commands[0], "coffre identity") || !strings.HasPrefix(commands[4], "rm ") {
		t.Fatalf("the archive's README has the commands %q", commands)
	}
	return commands
}
