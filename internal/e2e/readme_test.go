package e2e_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// TestReadmeCommandLine runs the commands of README.md as they are written
// there, from the same place; only the address, and the date, which will be
// over one day, are the test's.
func TestReadmeCommandLine(t *testing.T) {
	g := serve(t)
	angela := g.login("angela")
	_, k := angela.openSafe()
	s := newShell(t)
	must(t, os.Symlink(build(t).dir, s.path("bin")))
	must(t, os.Symlink(g.data, s.path("data")))
	s.set("COFFRE_SECRET_FILE", s.write("paper-key.txt", []byte(k.paper)))

	block := readmeBlock(t, "bin/coffre login")
	for from, to := range map[string]string{"http://localhost:8080": g.url, "2027-06-30": time.Now().AddDate(0, 6, 0).Format("2006-01-02")} {
		if !strings.Contains(block, from) {
			t.Fatalf("README.md does not speak of %q any more", from)
		}
		block = strings.ReplaceAll(block, from, to)
	}
	r := s.approved(angela, true, "bash", "-c", "set -eu\n"+block)
	if r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	bill, err := os.ReadFile(g.data + "/exemples/facture.pdf")
	must(t, err)
	if !bytes.Equal(s.read("papers/facture.pdf"), bill) {
		t.Error("other bytes came back")
	}
}
