package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// town is a gateway that says who its log and its witnesses are, and shows
// checkpoints of one entry.
type town struct {
	t         *testing.T
	url       string
	site      Site
	log       note.Signer
	witnesses map[string]note.Signer
	lines     string
	asked     int // for the site
	memory    string
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, witnesses: map[string]note.Signer{}, memory: filepath.Join(t.TempDir(), "memory.json")}
	w.log, w.site.LogKey = newLog(t)
	for _, name := range []string{"a", "b", "c"} {
		skey, vkey, err := journal.GenerateCosignerKey("example.org/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if w.witnesses[name], err = journal.NewCosigner(skey, time.Now); err != nil {
			t.Fatal(err)
		}
		w.lines += "witness " + name + " " + vkey + "\n"
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		w.asked++
		_ = json.NewEncoder(rw).Encode(w.site)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func newLog(t *testing.T) (note.Signer, string) {
	t.Helper()
	skey, vkey, err := journal.GenerateKey("coffre.test/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return signer, vkey
}

// visit is a new run of the program, which remembers the ones before.
func (w *town) visit(own string) *Client {
	w.t.Helper()
	m, err := OpenMemory(w.memory)
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := New(Config{Server: w.url, Memory: m, Policy: own})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// sees shows a checkpoint that the witnesses of these names have cosigned.
func (w *town) sees(c *Client, by string) error {
	w.t.Helper()
	m, err := c.watch.mark(w.t.Context())
	if err != nil {
		return err
	}
	signers := []note.Signer{w.log}
	for _, n := range strings.Fields(by) {
		signers = append(signers, w.witnesses[n])
	}
	text, err := note.Sign(&note.Note{Text: fmt.Sprintf("coffre.test/log\n1\n%s\n", tlog.RecordHash([]byte("e")))}, signers...)
	if err != nil {
		w.t.Fatal(err)
	}
	tree, err := journal.OpenCheckpoint(m.vkey, string(text))
	if err != nil {
		return err
	}
	return c.watch.accept(w.t.Context(), m, tree, string(text))
}

// alarms expects one with evidence that names the policy.
func (w *town) alarms(what string, err error) {
	w.t.Helper()
	var a *Alarm
	if !errors.Is(err, journal.ErrPolicy) || !errors.As(err, &a) || !IsAlarm(err) {
		w.t.Errorf("%s: %v", what, err)
		return
	}
	if b, err := a.JSON(); err != nil || !strings.Contains(string(b), "logKey") || !strings.Contains(string(b), "quorum") {
		w.t.Errorf("%s: the evidence is %s, %v", what, b, err)
	}
}

func (w *town) fine(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Errorf("%s: %v", what, err)
	}
}

// TestAPolicyIsRemembered: the first one is taken, a stronger one too, and a
// weaker one, or a checkpoint that does not meet it, is an alarm.
func TestAPolicyIsRemembered(t *testing.T) {
	w := newTown(t)
	two := "group g 2 a b c\nquorum g\n"
	w.fine("no witnesses", w.sees(w.visit(""), ""))

	w.site.Policy = w.lines + two
	w.alarms("too few at once", w.sees(w.visit(""), "a"))
	w.fine("two of three", w.sees(w.visit(""), "a c"))

	for _, weaker := range []string{"", journal.NoPolicy, w.lines + "quorum a\n", w.lines + "group g any a b c\nquorum g\n"} {
		w.site.Policy = weaker
		for range 2 { // and is one the next time
			w.alarms(fmt.Sprintf("policy %q", weaker), w.sees(w.visit(""), "a b"))
		}
		w.alarms("at log-in", w.visit("").TrustLog(t.Context()))
	}
	// Whoever keeps the text and serves what one witness alone has cosigned.
	w.site.Policy = w.lines + two
	w.alarms("a checkpoint of one", w.sees(w.visit(""), "b"))
	w.alarms("a checkpoint of none", w.sees(w.visit(""), ""))

	w.site.Policy = w.lines + "group g all a b c\nquorum g\n"
	w.fine("stronger", w.sees(w.visit(""), "a b c"))
	w.alarms("not met", w.sees(w.visit(""), "a b"))
	w.site.Policy = w.lines + two
	w.alarms("back", w.sees(w.visit(""), "a b c"))
	w.site.Policy = "quorum\n"
	w.alarms("unreadable", w.sees(w.visit(""), "a b c"))
}

// TestTheCitizensOwnPolicy is in force, whatever the gateway says, from the
// run in which it was named.
func TestTheCitizensOwnPolicy(t *testing.T) {
	w := newTown(t)
	own := w.lines + "group g all a b\nquorum g\n"
	w.alarms("not met", w.sees(w.visit(own), "a"))
	w.fine("met", w.sees(w.visit(own), "a b"))
	w.alarms("remembered", w.sees(w.visit(""), "a"))
	w.site.Policy = w.lines + "quorum c\n"
	w.alarms("whatever is said", w.sees(w.visit(""), "c"))
	w.fine("whatever is said", w.sees(w.visit(""), "a b"))
	w.fine("another of the citizen's", w.sees(w.visit(w.lines+"quorum a\n"), "a"))

	_, other := newLog(t)
	w.alarms("of another log", w.sees(w.visit("log "+other+"\n"+own), "a b"))
	w.fine("of this log", w.sees(w.visit("log "+w.site.LogKey+"\n"+own), "a b"))

	fresh := newTown(t)
	fresh.alarms("of another log, on the first visit", fresh.visit("log "+other+"\nquorum none\n").TrustLog(t.Context()))
	if _, err := New(Config{Server: w.url, Policy: "quorum\n"}); !errors.Is(err, journal.ErrPolicy) {
		t.Errorf("an unreadable one: %v", err)
	}
}

// TestMeetingOnce: the gateway is asked once in a run who its log is; a
// demonstration begun anew has new witnesses.
func TestMeetingOnce(t *testing.T) {
	w := newTown(t)
	w.site.Policy = w.lines + "quorum a\n"
	c := w.visit("")
	for range 3 {
		w.fine("visit", w.sees(c, "a"))
	}
	if w.asked != 1 {
		t.Errorf("asked %d times", w.asked)
	}
	w.log, w.site.LogKey = newLog(t)
	w.site.Policy = ""
	if err := w.sees(w.visit(""), ""); !errors.Is(err, journal.ErrProof) {
		t.Errorf("another log, without a log-in: %v", err)
	}
	w.fine("log-in", w.visit("").TrustLog(t.Context()))
	w.fine("after it", w.sees(w.visit(""), ""))
}
