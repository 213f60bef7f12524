package witness

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestStatuses are those of c2sp.org/tlog-witness, each MUST of it.
func TestStatuses(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	log := key.history(t).grow("e", 40)
	stranger := newLogKey(t, "other.test/log")
	impostor := newLogKey(t, "coffre.test/log")
	s := newStand(t, newPaper(), key.vkey)

	s.refuses(t, "unknown log", http.StatusNotFound, stranger.history(t, "x").request(0, 1))
	s.refuses(t, "log's name, another's key", http.StatusForbidden, impostor.history(t, "x").request(0, 1))
	s.refuses(t, "not cosigned before", http.StatusConflict, log.request(3, 10))
	if _, _, answer := s.post(t, log.request(3, 10)); answer != "0\n" {
		t.Errorf("says that it has seen %q", answer)
	}
	s.refuses(t, "a proof from nothing", http.StatusUnprocessableEntity, strings.Replace(log.request(0, 10), "old 0\n", "old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1))

	s.cosigns(t, log.request(0, 10))
	s.cosigns(t, log.request(10, 10)) // an answer that was lost is asked for again
	s.refuses(t, "an old size that was", http.StatusConflict, log.request(0, 20))
	if _, _, answer := s.post(t, log.request(0, 20)); answer != "10\n" {
		t.Errorf("says that it has seen %q", answer)
	}
	s.refuses(t, "back", http.StatusConflict, log.request(5, 7))
	s.refuses(t, "larger old size", http.StatusBadRequest, strings.Replace(log.request(5, 7), "old 5\n", "old 8\n", 1))
	bad := log.request(10, 20)
	at := strings.Index(bad, "\n") + 5
	s.refuses(t, "a changed proof", http.StatusUnprocessableEntity, bad[:at]+flip(bad[at])+bad[at+1:])
	r, err := parseRequest(bad)
	must(t, err)
	r.proof = r.proof[1:]
	s.refuses(t, "a shorter proof", http.StatusUnprocessableEntity, r.text())
	r.proof = nil
	s.refuses(t, "no proof", http.StatusUnprocessableEntity, r.text())

	fork := key.history(t).grow("e", 9).grow("fork", 30)
	s.refuses(t, "another history of that size", http.StatusConflict, fork.request(10, 10))
	s.refuses(t, "another history", http.StatusUnprocessableEntity, fork.request(10, 20))
	s.refuses(t, "another history, by the proof of the one", http.StatusUnprocessableEntity,
		strings.Replace(bad, log.checkpoint(20), fork.checkpoint(20), 1))

	s.cosigns(t, log.request(10, 39))
	s.cosigns(t, log.request(39, 40))
	if !strings.Contains(s.said.String(), "two histories") {
		t.Errorf("the log says %s", s.said.String())
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// TestRequestsThatAreNone are 400, and nothing is made of them.
func TestRequestsThatAreNone(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	log := key.history(t).grow("e", 3)
	good := log.request(0, 3)
	hash := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	for _, bad := range []string{
		"", "old 0\n", "old 0\n\n"[:6], strings.Replace(good, "old 0", "old -0", 1), strings.Replace(good, "old 0", "old 00", 1),
		strings.Replace(good, "old 0", "old +0", 1), strings.Replace(good, "old 0", "old", 1), strings.Replace(good, "old 0", "new 0", 1),
		strings.Replace(good, "old 0", "old 0 ", 1), strings.Replace(good, "old 0", "old 99999999999999999999", 1),
		strings.Replace(good, "old 0\n", "old 0\nAAAA\n", 1), strings.Replace(good, "old 0\n", "old 0\n"+hash[:43]+"\r\n", 1),
		strings.Replace(good, "old 0\n", "old 0\n"+strings.Repeat(hash, 64), 1), strings.Replace(good, "\n\n", "\n", 1)[:20],
	} {
		s := newStand(t, newPaper(), key.vkey)
		s.refuses(t, bad, http.StatusBadRequest, bad)
		s.cosigns(t, good) // nothing was remembered
	}
	s := newStand(t, newPaper(), key.vkey)
	s.refuses(t, "signed, and no checkpoint", http.StatusBadRequest, "old 0\n\n"+key.sign(t, "coffre.test/log\nthree\nAAAA\n"))
	s.refuses(t, "too long", http.StatusRequestEntityTooLarge, good+strings.Repeat("x", maxBody))
	s.refuses(t, "an empty tree of another root", http.StatusConflict, "old 0\n\n"+key.sign(t, "coffre.test/log\n0\n"+hash))
	s.cosigns(t, key.history(t).request(0, 0))
	s.cosigns(t, good)
	for _, method := range []string{http.MethodGet, http.MethodPut} {
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, "/add-checkpoint", strings.NewReader(good)))
		if rec.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s is answered %d", method, rec.Code)
		}
	}
}

// TestPowerCuts: whatever the disk does, and whenever its power is cut, of two
// histories one at most is ever cosigned, and an answer is never forgotten.
func TestPowerCuts(t *testing.T) {
	for _, call := range []string{"", "write", "rename", "sync"} {
		key := newLogKey(t, "coffre.test/log")
		log, fork := key.history(t).grow("e", 20), key.history(t).grow("e", 9).grow("fork", 11)
		p := newPaper()
		s := newStand(t, p, key.vkey)
		s.cosigns(t, log.request(0, 10))
		p = p.cut()
		s.start(t, p)
		s.refuses(t, "fork after a power cut", http.StatusConflict, fork.request(10, 10))
		p.fail = func(c string) error {
			if c == call {
				return errDown
			}
			return nil
		}
		if call == "" {
			s.cosigns(t, log.request(10, 15))
		} else {
			s.refuses(t, "a disk that fails to "+call, http.StatusInternalServerError, log.request(10, 15))
		}
		for _, p := range []*paper{p, p.cut()} { // without a power cut, and with one
			p.fail = nil
			s.start(t, p)
			s.refuses(t, "fork once the disk is back", http.StatusConflict, fork.request(10, 10))
			old := s.size(t)
			if call == "" && old != 15 {
				t.Errorf("a cosigned checkpoint is forgotten: %d", old)
			}
			if old == 10 {
				s.refuses(t, "fork", http.StatusUnprocessableEntity, fork.request(10, 15))
			}
			s.cosigns(t, log.request(old, 20))
		}
	}
}

// size is what the witness has seen of its one log.
func (s *stand) size(t testing.TB) int64 {
	t.Helper()
	for _, l := range s.logs {
		return l.last.Size
	}
	t.Fatal("no log")
	return 0
}

// TestDamagedMemoryStopsIt: a witness that cannot read what it has cosigned
// does not begin anew.
func TestDamagedMemoryStopsIt(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	log := key.history(t).grow("e", 20)
	for name, spoil := range map[string]func(string) string{
		"empty": func(string) string { return "" },
		"cut":   func(s string) string { return s[:len(s)/2] },
		"bit":   func(s string) string { return strings.Replace(s, "\n10\n", "\n9\n", 1) },
	} {
		p := newPaper()
		s := newStand(t, p, key.vkey)
		s.cosigns(t, log.request(0, 10))
		p.files[fileOf(key.origin)] = spoil(p.files[fileOf(key.origin)])
		if _, err := open(s.config, p); err == nil || !strings.Contains(err.Error(), "does not start") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheProofOfAForkIsKept, of the first one.
func TestTheProofOfAForkIsKept(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	log, fork := key.history(t).grow("e", 10), key.history(t).grow("fork", 10)
	dir := t.TempDir()
	s := newStand(t, directory(dir), key.vkey)
	s.cosigns(t, log.request(0, 10))
	for _, f := range []*history{fork, key.history(t).grow("third", 10)} {
		s.refuses(t, "fork", http.StatusConflict, f.request(10, 10))
	}
	b, err := os.ReadFile(filepath.Join(dir, fileOf(key.origin)+".fork"))
	must(t, err)
	if string(b) != log.checkpoint(10)+"\n"+fork.checkpoint(10) {
		t.Errorf("kept: %s", b)
	}
	one, err1 := journal.OpenCheckpoint(key.vkey, log.checkpoint(10))
	two, err2 := journal.OpenCheckpoint(key.vkey, fork.checkpoint(10))
	if err1 != nil || err2 != nil || one.Size != two.Size || one.Root == two.Root {
		t.Error("that proves nothing")
	}
}

// TestTwoWitnessesInOneDirectory: the second one does not start.
func TestTwoWitnessesInOneDirectory(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	s := newStand(t, newPaper(), key.vkey)
	s.config.Dir = t.TempDir()
	first, err := New(s.config)
	must(t, err)
	if _, err := New(s.config); err == nil || !strings.Contains(err.Error(), "another witness runs there") {
		t.Errorf("error is %v", err)
	}
	must(t, first.Close())
	second, err := New(s.config)
	must(t, err)
	must(t, second.Close())
}

// TestManyAtOnce: of requests that race, each answered checkpoint continues
// the one answered before.
func TestManyAtOnce(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	log, fork := key.history(t).grow("e", 40), key.history(t).grow("e", 5).grow("fork", 35)
	p := newPaper()
	s := newStand(t, p, key.vkey)
	s.cosigns(t, log.request(0, 5))
	p.fail = func(string) error { // gives the others their chance
		for range 100 {
			runtime.Gosched()
		}
		return nil
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	cosigned := map[*history]int{}
	for _, h := range []*history{log, fork} {
		for size := int64(6); size <= 30; size++ {
			body := h.request(5, size)
			all.Go(func() {
				if status, _, _ := s.post(t, body); status == http.StatusOK {
					mu.Lock()
					defer mu.Unlock()
					cosigned[h]++
				}
			})
		}
	}
	all.Wait()
	if cosigned[log]+cosigned[fork] != 1 {
		t.Errorf("after one checkpoint %d were cosigned, and %d of another history", cosigned[log], cosigned[fork])
	}
}

// TestPace: strangers are held back, a log that is asked for by its own
// gateway goes on, and what only a log can send is bounded too.
func TestPace(t *testing.T) {
	key, stranger := newLogKey(t, "coffre.test/log"), newLogKey(t, "other.test/log")
	log := key.history(t).grow("e", 5)
	s := newStand(t, newPaper(), key.vkey)
	now := someDay()
	s.now = func() time.Time { return now }
	body := stranger.history(t, "x").request(0, 1)
	ask := func(from, forwarded, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/add-checkpoint", strings.NewReader(body))
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, r)
		return rec.Code
	}
	for range 30 {
		if got := ask("192.0.2.1:1", "", body); got != http.StatusNotFound {
			t.Fatalf("answers %d", got)
		}
	}
	for range 3 {
		if got := ask("192.0.2.1:2", "10.0.0.1", body); got != http.StatusTooManyRequests {
			t.Errorf("the 31st is answered %d", got)
		}
	}
	if got := ask("192.0.2.2:1", "", log.request(0, 5)); got != http.StatusOK {
		t.Errorf("somebody else is answered %d", got)
	}
	now = now.Add(2 * time.Second)
	if got := ask("192.0.2.1:1", "", body); got != http.StatusNotFound {
		t.Errorf("later it is answered %d", got)
	}
	for range 30 { // through a proxy on this machine
		ask("127.0.0.1:1", "10.9.9.9, 192.0.2.3", body)
	}
	if got := ask("127.0.0.1:1", "192.0.2.3", body); got != http.StatusTooManyRequests {
		t.Errorf("behind a proxy it is answered %d", got)
	}
	if got := ask("127.0.0.1:1", "192.0.2.4", body); got != http.StatusNotFound {
		t.Errorf("another one behind the proxy is answered %d", got)
	}
	for i := range 1000 {
		if got := ask("192.0.2.5:1", "", log.request(5, 5)); got != http.StatusOK {
			t.Fatalf("repetition %d is answered %d", i, got)
		}
	}
	if got := ask("192.0.2.5:1", "", log.request(5, 5)); got != http.StatusTooManyRequests {
		t.Errorf("the repetition after 1000 is answered %d", got)
	}
	for i := range 2 * maxCallers {
		s.callers.of(string(rune(i)), now)
	}
	if len(s.callers.all) > maxCallers {
		t.Errorf("%d addresses are remembered", len(s.callers.all))
	}
}

// TestWhatIsWatched: logs, each once, and not too many.
func TestWhatIsWatched(t *testing.T) {
	key := newLogKey(t, "coffre.test/log")
	s := newStand(t, newPaper(), key.vkey)
	many := []string{}
	for range maxLogs + 1 {
		many = append(many, key.vkey)
	}
	for _, logs := range [][]string{nil, many, {key.vkey, key.vkey}, {key.vkey, newLogKey(t, "coffre.test/log").vkey}, {s.vkey}, {"x"}} {
		s.config.Logs = logs
		if _, err := open(s.config, newPaper()); err == nil {
			t.Errorf("%d logs are watched", len(logs))
		}
	}
}
