package e2e_test

import (
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// ofSafe finds one of the citizen's events; the share is one that she knows.
const (
	herShare  = `safe = $1 AND what = 'grant.created'`
	herUpload = `safe = $1 AND what = 'document.added'`
)

// tamperedRows are lies about single events, told while the gateway serves.
func tamperedRows() []tampering {
	const she = "the citizen, by her list (`coffre journal`)"
	return []tampering{
		{
			name: "deletes an event from the database", how: "`DELETE FROM events`", who: she, told: "des événements manquent à votre journal",
			act: func(w *tamperedTown) { w.sql(`DELETE FROM events WHERE `+herShare, w.safe) }, look: citizen,
		},
		{
			name: "changes what an event says", how: "`UPDATE events SET event`", who: she, told: "la preuve ne tient pas : le journal signé dit autre chose",
			act: func(w *tamperedTown) {
				w.sql(`UPDATE events SET event = CAST(replace(CAST(event AS TEXT), 'Inscription scolaire', 'Recouvrement forcé') AS BLOB) WHERE `+herShare, w.safe)
			},
			look: citizen,
		},
		{
			name: "swaps two events", how: "two rows of `events` take each other's text and salt", who: she, told: "la preuve ne tient pas : le journal signé dit autre chose",
			act: func(w *tamperedTown) {
				w.sql(`WITH a AS (SELECT id, event, salt FROM events WHERE `+herShare+`), b AS (SELECT id, event, salt FROM events WHERE `+herUpload+`)
UPDATE events SET event = CASE id WHEN (SELECT id FROM a) THEN (SELECT event FROM b) ELSE (SELECT event FROM a) END,
salt = CASE id WHEN (SELECT id FROM a) THEN (SELECT salt FROM b) ELSE (SELECT salt FROM a) END
WHERE id IN (SELECT id FROM a UNION SELECT id FROM b)`, w.safe)
			},
			look: citizen,
		},
		{
			name: "puts an event into her past", how: "`INSERT INTO events`, in the place of another", who: she, told: "des événements manquent à votre journal, ou un autre est à leur place",
			act: func(w *tamperedTown) {
				w.sql(`INSERT INTO events (id, safe, event, salt, n, at, what, result, book)
SELECT '`+strings.Repeat("b", 26)+`', safe, CAST(replace(CAST(event AS TEXT), 'Inscription scolaire', 'Recouvrement forcé') AS BLOB), salt, n, at, what, result, book
FROM events WHERE `+herShare, w.safe)
			},
			look: citizen,
		},
		{
			name: "leaves an event out of her list", how: "the event goes to another safe: `UPDATE events SET safe`", who: she, told: "des événements manquent à votre journal",
			act: func(w *tamperedTown) {
				w.sql(`UPDATE events SET safe = '`+strings.Repeat("a", 26)+`' WHERE `+herShare, w.safe)
			},
			look: citizen,
		},
		{
			name: "cuts the end of her list", how: "`DELETE` of her newest events", who: she, told: "des événements manquent à votre journal",
			act: func(w *tamperedTown) {
				w.sql(`DELETE FROM events WHERE safe = $1 AND seq >= (SELECT seq FROM events WHERE `+herShare+`)`, w.safe)
			},
			look: citizen,
		},
	}
}

func (w *tamperedTown) object(path string) string {
	return filepath.Join(w.g.data, "objects", "coffre", "log", filepath.FromSlash(path))
}

// newestPart is the path of the newest tile or bundle that is not full.
func (w *tamperedTown) newestPart(of string) string {
	w.t.Helper()
	size := w.g.checkpoint(w.vkey, 1).Size
	return w.object(fmt.Sprintf("tile/%s/000.p/%d", of, size))
}

// bundle lets change rearrange the newest bundle.
func (w *tamperedTown) bundle(change func(entries [][]byte)) {
	w.t.Helper()
	size := w.g.checkpoint(w.vkey, 1).Size
	w.edit(w.newestPart("entries"), func(b []byte) (out []byte) {
		entries, _, err := journal.ParseBundle(b, int(size))
		must(w.t, err)
		change(entries)
		for _, e := range entries {
			out, err = journal.AppendBundle(out, e)
			must(w.t, err)
		}
		return out
	})
}

func (w *tamperedTown) edit(path string, change func([]byte) []byte) {
	w.t.Helper()
	b, err := os.ReadFile(path)
	must(w.t, err)
	info, err := os.Stat(path)
	must(w.t, err)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, info.Mode()) // its attributes stay
	must(w.t, err)
	_, err = f.Write(change(b))
	must(w.t, err)
	must(w.t, f.Close())
}

// tamperedObjects are lies about what is public, in the bucket.
func tamperedObjects() []tampering {
	const they = "anybody, from what is public (`coffre verify log`)"
	return []tampering{
		{
			name: "takes tiles away", how: "objects `log/tile/0/…` are deleted", who: they, told: "manque : le journal signé compte des entrées que le serveur ne montre plus",
			act:  func(w *tamperedTown) { must(w.t, os.RemoveAll(w.object("tile/0"))) },
			look: auditing("log", "URL"),
		},
		{
			name: "takes entries away", how: "objects `log/tile/entries/…` are deleted", who: they, told: "manque : le journal signé compte des entrées que le serveur ne montre plus",
			act:  func(w *tamperedTown) { must(w.t, os.RemoveAll(w.object("tile/entries"))) },
			look: auditing("log", "URL"),
		},
		{
			name: "changes an entry", how: "a byte of an object `log/tile/entries/…`", who: they, told: "a été changée : ce n'est pas celle dont l'empreinte est signée",
			act: func(w *tamperedTown) {
				w.bundle(func(entries [][]byte) { entries[len(entries)-1][0] ^= 1 })
			},
			look: auditing("log", "COPY"),
		},
		{
			name: "swaps two entries", how: "in an object `log/tile/entries/…`", who: they, told: "a été changée : ce n'est pas celle dont l'empreinte est signée",
			act: func(w *tamperedTown) {
				w.bundle(func(entries [][]byte) {
					n := len(entries)
					entries[n-1], entries[n-2] = entries[n-2], entries[n-1]
				})
			},
			look: auditing("log", "COPY"),
		},
		{
			name: "changes an entry and its hash", how: "objects `log/tile/entries/…` and `log/tile/0/…`", who: they, told: "ne donnent pas la racine que l'exploitant a signée",
			act: func(w *tamperedTown) {
				var entry []byte
				w.bundle(func(entries [][]byte) {
					entry = entries[len(entries)-1]
					entry[0] ^= 1
				})
				w.edit(w.newestPart("0"), func(b []byte) []byte {
					h := tlog.RecordHash(entry)
					return append(b[:len(b)-32], h[:]...)
				})
			},
			look: auditing("log", "COPY"),
		},
		{
			name: "signs a second checkpoint of one size", how: "the journal's own key; object `log/checkpoints/…`", who: they + ", who has seen the first", told: "deux journaux : l'exploitant a signé deux points de contrôle différents",
			act: func(w *tamperedTown) {
				w.auditor.write("vu.txt", []byte(noteAt(w.t, w.g)))
				size := w.g.checkpoint(w.vkey, 1).Size
				b := w.sign(size, tlog.RecordHash([]byte("another history")))
				w.edit(w.object(fmt.Sprintf("checkpoints/%020d", size)), func([]byte) []byte { return b })
			},
			look: auditing("checkpoint", "vu.txt", "--from", "COPY"),
		},
	}
}

func (w *tamperedTown) sign(size int64, root tlog.Hash) []byte {
	w.t.Helper()
	s := w.g.logSigner()
	b, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", s.Name(), size, base64.StdEncoding.EncodeToString(root[:]))}, s)
	must(w.t, err)
	return b
}

// tamperedHistories are whole other pasts, signed and served by the gateway as
// its own.
func tamperedHistories() []tampering {
	const seen = "whoever has seen it before (`coffre verify log`)"
	back := func(w *tamperedTown) { w.put(w.early, w.g.data) }
	return []tampering{
		{
			name: "rolls everything back", how: "rows and objects of a day before", stopped: true, who: seen, told: "le journal est revenu en arrière",
			act: back, look: auditing("log", "URL"),
		},
		{
			name: "rolls everything back, before a citizen", how: "rows and objects of a day before", stopped: true, who: "the citizen, at whatever she does next", told: "plus ancien que ce que cette machine a déjà vu",
			act: back, look: citizen,
		},
		{
			name: "rolls the rows back, and says nothing", how: "rows of a day before; what is public stays", stopped: true, who: "the citizen, by her list (`coffre journal`)", told: "des événements manquent à votre journal",
			act: func(w *tamperedTown) {
				for _, f := range []string{"coffre.db", "coffre.db-wal", "coffre.db-shm"} {
					must(w.t, os.RemoveAll(filepath.Join(w.g.data, f)))
				}
				copyTree(w.t, filepath.Join(w.early, "coffre.db"), filepath.Join(w.g.data, "coffre.db"))
			},
			look: citizen,
		},
		{
			name: "writes history anew", how: "an entry is another one; every hash, tile and signature is made again", stopped: true, who: seen, told: "le journal a été réécrit",
			act: func(w *tamperedTown) { w.rewrite() }, look: auditing("log", "URL"),
		},
		{
			name: "writes history anew, before an administration", how: "the same", stopped: true, who: "the administration, at its next retrieval (`coffre fetch`)", told: "plus ancien que ce que cette machine a déjà vu, ou le contredit",
			act:  func(w *tamperedTown) { w.rewrite() },
			look: func(w *tamperedTown) (result, string) { return w.fetch("again.pdf"), "coffre fetch" },
		},
		{
			name: "writes history anew, and asks a witness", how: "the journal's own key; a witness that has seen the first", who: "the witness, who cosigns nothing and keeps both", told: "409 Conflict",
			act: func(*tamperedTown) {}, look: witnessed,
		},
		{
			name: "writes history anew, and is shown an old checkpoint", how: "the same", stopped: true, who: "whoever kept a checkpoint (`coffre verify checkpoint`)", told: "le journal a été réécrit",
			act: func(w *tamperedTown) { w.rewrite() }, look: auditing("checkpoint", "vu.txt", "--from", "URL"),
		},
		{
			name: "writes history anew, and is shown a receipt", how: "the same", stopped: true, who: "whoever holds a receipt (`coffre verify receipt --from`)", told: "le journal a été réécrit",
			act: func(w *tamperedTown) { w.rewrite() }, look: auditing("receipt", "share.json", "--from", "URL"),
		},
	}
}

// fetch is the town hall's system, which has opened the share before.
func (w *tamperedTown) fetch(out string) result {
	w.t.Helper()
	return w.mairie.try("coffre", "fetch", w.share, "--out", out, "--key", w.g.data+"/demo/systems/mairie-de-valmont.jwk")
}

// witnessed has a witness cosign the journal, and then a second history of as many
// entries.
func witnessed(w *tamperedTown) (result, string) {
	data := w.t.TempDir()
	x := &gateway{w.t, &process{data: data, addr: "127.0.0.1:0"}}
	lastWord(w.t, "witness", "key", "--data", data, "--name", "temoin.example/w")
	x.how = func(addr string) []string {
		return []string{"witness", "--data", data, "--listen", addr, "--log", w.vkey}
	}
	x.run()
	ask := func(body string) result {
		resp, err := http.Post(x.url+"/add-checkpoint", "text/plain", strings.NewReader(body))
		must(w.t, err)
		b, err := io.ReadAll(resp.Body)
		must(w.t, errors.Join(err, resp.Body.Close()))
		if resp.StatusCode == http.StatusOK {
			return result{out: string(b)}
		}
		return result{err: resp.Status + "\n" + string(b), code: 3}
	}
	c := w.g.checkpoint(w.vkey, 1)
	if r := ask("old 0\n\n" + noteAt(w.t, w.g)); r.code != 0 {
		w.t.Fatalf("the one history is not cosigned: %s", r.err)
	}
	r := ask(fmt.Sprintf("old %d\n\n%s", c.Size, w.sign(c.Size, tlog.RecordHash([]byte("another history")))))
	if kept, err := filepath.Glob(filepath.Join(data, "*.fork")); err != nil || len(kept) != 1 {
		w.t.Errorf("the witness keeps %v of it, %v", kept, err)
	}
	return r, "coffred witness"
}

// rewrite is what an operator can do who has everything: another event at one
// place, and all hashes and the signature again. The gateway publishes it itself.
func (w *tamperedTown) rewrite() {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.g.data, "coffre.db"))
	must(w.t, err)
	defer func() { _ = db.Close() }()
	var size, leaf int64
	must(w.t, db.QueryRow(`SELECT size FROM log_head`).Scan(&size))
	must(w.t, db.QueryRow(`SELECT leaf FROM log_entries WHERE id = (SELECT id FROM events WHERE `+herUpload+`)`, w.safe).Scan(&leaf))
	lie := tlog.RecordHash([]byte("another event"))
	_, err = db.Exec(`UPDATE log_entries SET entry = $1 WHERE leaf = $2`, lie[:], leaf)
	must(w.t, err)
	rows, err := db.Query(`SELECT entry FROM log_entries WHERE leaf < $1 ORDER BY leaf`, size)
	must(w.t, err)
	var hashes tree
	for at := int64(0); rows.Next(); at++ {
		var entry []byte
		must(w.t, rows.Scan(&entry))
		hs, err := tlog.StoredHashes(at, entry, &hashes)
		must(w.t, err)
		hashes = append(hashes, hs...)
	}
	must(w.t, rows.Err())
	for at, h := range hashes {
		_, err := db.Exec(`UPDATE log_hashes SET hash = $1 WHERE position = $2`, h[:], at)
		must(w.t, err)
	}
	root, err := tlog.TreeHash(size, &hashes)
	must(w.t, err)
	for _, table := range []string{"log_head", "log_public"} {
		_, err := db.Exec(`UPDATE `+table+` SET root = $1, checkpoint = $2, size = $3`, root[:], w.sign(size, root), size)
		must(w.t, err)
	}
	must(w.t, os.RemoveAll(w.object("")))
}

// tree is tlog's port.
type tree []tlog.Hash

func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = (*t)[x]
	}
	return out, nil
}
