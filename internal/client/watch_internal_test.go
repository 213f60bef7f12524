package client

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// TestAForkedJournalIsAnAlarm: a checkpoint that the log's own key has signed,
// larger than the one that was seen, and of another past.
func TestAForkedJournalIsAnAlarm(t *testing.T) {
	signer, vkey := newLog(t)
	checkpoint := func(size int, root tlog.Hash) (journal.Checkpoint, string) {
		text, err := note.Sign(&note.Note{Text: fmt.Sprintf("coffre.test/log\n%d\n%s\n", size, root)}, signer)
		if err != nil {
			t.Fatal(err)
		}
		c, err := journal.OpenCheckpoint(vkey, string(text))
		if err != nil {
			t.Fatal(err)
		}
		return c, string(text)
	}
	left, right, other := tlog.RecordHash([]byte("one")), tlog.RecordHash([]byte("two")), tlog.RecordHash([]byte("another one"))
	proof := base64.StdEncoding.EncodeToString(right[:])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/log/consistency" || r.URL.Query().Get("from") != "1" || r.URL.Query().Get("to") != "2" {
			t.Errorf("asked for %s", r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"path":[%q]}`, proof)
	}))
	defer server.Close()
	for name, next := range map[string]struct {
		root tlog.Hash
		fork bool
	}{"continued": {tlog.NodeHash(left, right), false}, "forked": {tlog.NodeHash(other, right), true}} {
		c, err := New(Config{Server: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		first, text := checkpoint(1, left)
		if err := c.watch.accept(t.Context(), mark{vkey: vkey}, first, text); err != nil {
			t.Fatal(err)
		}
		second, text := checkpoint(2, next.root)
		err = c.watch.accept(t.Context(), mark{vkey: vkey, size: 1}, second, text)
		var alarm *Alarm
		if next.fork != errors.Is(err, ErrRollback) || next.fork != errors.As(err, &alarm) {
			t.Errorf("%s: %v", name, err)
		}
		last, err := c.watch.seen(vkey)
		if want := int64(2); err != nil || next.fork == (last.Size == want) {
			t.Errorf("%s: remembered size %d, %v", name, last.Size, err)
		}
	}
}
