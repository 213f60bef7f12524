package witness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

func someDay() time.Time { return time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logKey is a log's, which may sign several histories.
type logKey struct {
	origin, vkey string
	signer       note.Signer
}

func newLogKey(t testing.TB, origin string) logKey {
	t.Helper()
	skey, vkey, err := journal.GenerateKey(origin)
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)
	return logKey{origin, vkey, signer}
}

func (k logKey) sign(t testing.TB, text string) string {
	t.Helper()
	b, err := note.Sign(&note.Note{Text: text}, k.signer)
	must(t, err)
	return string(b)
}

// history is the entries of a log, of which there may be several.
type history struct {
	t testing.TB
	logKey
	hashes []tlog.Hash // stored
	size   int64
}

func (k logKey) history(t testing.TB, entries ...string) *history {
	t.Helper()
	h := &history{t: t, logKey: k}
	for _, e := range entries {
		h.add(e)
	}
	return h
}

// ReadHashes implements tlog.HashReader.
func (h *history) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		all = append(all, h.hashes[i])
	}
	return all, nil
}

func (h *history) add(entry string) {
	h.t.Helper()
	more, err := tlog.StoredHashes(h.size, []byte(entry), h)
	must(h.t, err)
	h.hashes = append(h.hashes, more...)
	h.size++
}

// grow adds so many entries, others for every name.
func (h *history) grow(name string, n int) *history {
	h.t.Helper()
	for i := range n {
		h.add(fmt.Sprint(name, i))
	}
	return h
}

func (h *history) checkpoint(size int64) string {
	h.t.Helper()
	root, err := tlog.TreeHash(size, h)
	must(h.t, err)
	return h.sign(h.t, fmt.Sprintf("%s\n%d\n%s\n", h.origin, size, root))
}

func (h *history) prove(_ context.Context, from, to int64) ([][]byte, error) {
	proof, err := tlog.ProveTree(to, from, h)
	var all [][]byte
	for _, p := range proof {
		all = append(all, p[:])
	}
	return all, err
}

// request shows the log's newest checkpoint, after one of that size.
func (h *history) request(old, size int64) string {
	h.t.Helper()
	r := request{old: old, note: h.checkpoint(size)}
	if 0 < old && old < size {
		var err error
		r.proof, err = h.prove(h.t.Context(), old, size)
		must(h.t, err)
	}
	return r.text()
}

// paper is a disk in memory. What is not synced is lost when its power is cut.
type paper struct {
	files, durable map[string]string
	fail           func(call string) error
}

func newPaper() *paper { return &paper{files: map[string]string{}, durable: map[string]string{}} }

func (p *paper) may(call string) error {
	if p.fail == nil {
		return nil
	}
	return p.fail(call)
}

func (p *paper) read(name string) ([]byte, error) {
	b, ok := p.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(b), p.may("read")
}

func (p *paper) write(name string, b []byte) error {
	if err := p.may("write"); err != nil {
		p.files[name] = string(b[:len(b)/2])
		return err
	}
	p.files[name] = string(b)
	return nil
}

func (p *paper) rename(from, to string) error {
	if err := p.may("rename"); err != nil {
		return err
	}
	p.files[to] = p.files[from]
	delete(p.files, from)
	return nil
}

func (p *paper) sync() error {
	if err := p.may("sync"); err != nil {
		return err
	}
	p.durable = map[string]string{}
	for name, b := range p.files {
		p.durable[name] = b
	}
	return nil
}

// cut is what a power cut leaves.
func (p *paper) cut() *paper {
	after := newPaper()
	for name, b := range p.durable {
		after.files[name], after.durable[name] = b, b
	}
	return after
}

// stand is a witness with its key, over a disk.
type stand struct {
	*Witness
	vkey   string
	config Config
	said   strings.Builder
}

func newStand(t testing.TB, d disk, logs ...string) *stand {
	t.Helper()
	skey, vkey, err := journal.GenerateCosignerKey("example.org/w")
	must(t, err)
	signer, err := journal.NewCosigner(skey, someDay)
	must(t, err)
	s := &stand{vkey: vkey}
	s.config = Config{Signer: signer, Logs: logs, Now: someDay, Log: slog.New(slog.NewTextHandler(&s.said, nil))}
	s.start(t, d)
	return s
}

// start is the same witness, begun anew over what the disk has.
func (s *stand) start(t testing.TB, d disk) {
	t.Helper()
	w, err := open(s.config, d)
	must(t, err)
	s.Witness = w
}

// post asks over HTTP.
func (s *stand) post(t testing.TB, body string) (status int, kind, answer string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/add-checkpoint", strings.NewReader(body))
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, r)
	return rec.Code, rec.Header().Get("Content-Type"), rec.Body.String()
}

// cosigns expects a cosignature that verifies.
func (s *stand) cosigns(t testing.TB, body string) {
	t.Helper()
	status, _, answer := s.post(t, body)
	_, checkpoint, _ := strings.Cut(body, "\n\n")
	v, err := journal.NewCosignatureVerifier(s.vkey)
	must(t, err)
	n, err := note.Open([]byte(checkpoint+answer), note.VerifierList(v))
	if status != http.StatusOK || err != nil || len(n.Sigs) != 1 {
		t.Fatalf("answers %d, %v:\n%s", status, err, answer)
	}
}

// refuses expects that status, and no signature.
func (s *stand) refuses(t testing.TB, what string, want int, body string) {
	t.Helper()
	status, kind, answer := s.post(t, body)
	if status != want || strings.Contains(answer, "—") {
		t.Errorf("%s: answers %d, want %d: %s", what, status, want, answer)
	}
	if (status == http.StatusConflict) != (kind == "text/x.tlog.size") {
		t.Errorf("%s: %d of type %s", what, status, kind)
	}
}

var errDown = errors.New("the disk is full")
