package client_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var update = flag.Bool("update", false, "make testdata/go-receipt.json anew")

// receiptVector is what both implementations accept and refuse.
type receiptVector struct {
	VKey     string        `json:"vkey"`
	Receipts []madeReceipt `json:"receipts"`
	Refused  []namedText   `json:"refused"`
	Links    []string      `json:"links"` // of Receipts, in their order
	// Tiles are the log's public ones below /log/, by path.
	Tiles    map[string][]byte `json:"tiles"`
	RefusedL []namedText       `json:"refusedLinks"`
}

type madeReceipt struct {
	File     string `json:"file"`
	What     string `json:"what"`
	Document []byte `json:"document,omitempty"` // the bytes that it is about
}

type namedText struct {
	Why  string `json:"why"`
	Text string `json:"text"`
}

const (
	goReceipts = "testdata/go-receipt.json"
	tsReceipts = "testdata/ts-receipt.json"
	testBase   = "https://coffre.test"
)

func packed(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 9)
	must(t, err)
	_, err = w.Write([]byte(s))
	must(t, errors.Join(err, w.Close()))
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// sampleReceipts are one with a content, one without, in a log of some entries.
func sampleReceipts(t testing.TB) (l *testLog, all []client.Receipt, document []byte) {
	t.Helper()
	l, document = newTestLog(t), []byte("%PDF-1.7 Attestation de droits « été »")
	key, err := sealed.NewIdentity()
	must(t, err)
	content := sealed.ContentOf(key, document)
	commitment, err := content.Commitment()
	must(t, err)
	l.fill(t, 300)
	up, upSalt := l.event(t, someEvent(journal.WhatDocumentAdded, map[string]string{"content": commitment, "door": "client"}))
	l.fill(t, 3)
	ended, endedSalt := l.event(t, someEvent(journal.WhatGrantEnded, nil))
	l.fill(t, 5)
	for _, c := range []struct {
		text    string
		salt    []byte
		index   int64
		content *sealed.Content
	}{{up, upSalt, 300, &content}, {up, upSalt, 300, nil}, {ended, endedSalt, 304, nil}} {
		r, err := client.NewReceipt(l.vkey, proofOf(t, l, c.text, c.salt, c.index), c.content)
		must(t, err)
		all = append(all, r)
	}
	return l, all, document
}

func encoded(t testing.TB, r client.Receipt) string {
	t.Helper()
	b, err := r.Encode()
	must(t, err)
	return string(b)
}

func makeReceiptVector(t *testing.T) (v receiptVector) {
	t.Helper()
	l, all, document := sampleReceipts(t)
	v.VKey = l.vkey
	for _, r := range all {
		m := madeReceipt{File: encoded(t, r), What: what(t, r)}
		if r.Content != nil {
			m.Document = document
		}
		v.Receipts = append(v.Receipts, m)
		link, err := r.Link(testBase)
		must(t, err)
		v.Links = append(v.Links, link)
	}
	v.Tiles = l.tiles(t, int64(len(l.entries)))
	v.Tiles["checkpoint"] = []byte(l.note(t, int64(len(l.entries))))
	good := strings.TrimSpace(v.Receipts[0].File)
	for why, pair := range map[string][2]string{
		"a later version":         {`"v":1}`, `"v":2}`},
		"another type":            {`"type":"receipt"`, `"type":"Receipt"`},
		"an unknown member":       {`"type":"receipt","v":1`, `"type":"receipt","v":1,"x":1`},
		"a doubled member":        {`"type":"receipt"`, `"type":"receipt","type":"receipt"`},
		"another event":           {`Angela Dubois`, `Angelo Dubois`},
		"another place":           {`"index":300`, `"index":301`},
		"no log key":              {`"log":"` + l.vkey + `",`, ``},
		"another size":            {`"size":310},"log"`, `"size":311},"log"`},
		"another document's hash": {`"sha256":"`, `"sha256":"0`},
		"a longer document":       {`"size":42},"event"`, `"size":43},"event"`},
		"spaces inside":           {`"v":1`, `"v": 1`},
	} {
		v.Refused = append(v.Refused, namedText{why, spoiled(t, good, pair)})
	}
	v.Refused = append(v.Refused,
		namedText{"content of an act without one", withContent(t, all[2], all[0].Content)},
		namedText{"another log's key", strings.Replace(good, l.vkey, newTestLog(t).vkey, 1)},
		namedText{"cut", good[:len(good)-1]},
		namedText{"twice", good + good},
		namedText{"nothing", ""},
	)
	text := canonicalText(t, all[2])
	for why, code := range map[string]string{
		"no mark":           packed(t, text),
		"another mark":      "2." + packed(t, text),
		"padded":            v.Links[2][strings.Index(v.Links[2], "#")+1:] + "=",
		"not DEFLATE":       "1.AAAA",
		"an unknown member": "1." + packed(t, replaced(t, text, `"i":304`, `"i":304,"j":0`)),
		"a bomb":            "1." + packed(t, strings.Repeat(" ", 1<<20)),
		"not an object":     "1." + packed(t, `[]`),
		"empty":             "1.",
		"a negative place":  "1." + packed(t, replaced(t, text, `"i":304`, `"i":-1`)),
		"a short salt":      "1." + packed(t, replaced(t, text, `"s":"`, `"s":"AAAA`)),
	} {
		v.RefusedL = append(v.RefusedL, namedText{why, testBase + "/verifier#" + code})
	}
	return v
}

func what(t testing.TB, r client.Receipt) string {
	t.Helper()
	ev, err := journal.DecodeEvent([]byte(r.Event))
	must(t, err)
	return ev.What
}

// canonicalText is what a link has inside.
func canonicalText(t testing.TB, r client.Receipt) string {
	t.Helper()
	link, err := r.Link(testBase)
	must(t, err)
	_, code, _ := strings.Cut(link, "#1.")
	b, err := base64.RawURLEncoding.DecodeString(code)
	must(t, err)
	var out bytes.Buffer
	_, err = out.ReadFrom(flate.NewReader(bytes.NewReader(b)))
	must(t, err)
	return out.String()
}

func withContent(t testing.TB, r client.Receipt, c *sealed.Content) string {
	t.Helper()
	r.Content = c
	return encoded(t, r)
}

func spoiled(t testing.TB, good string, pair [2]string) string {
	t.Helper()
	bad := replaced(t, good, pair[0], pair[1])
	if pair[0] == `"sha256":"` { // one digit more at the front, one less at the end
		at := strings.Index(bad, `"sha256":"`) + len(`"sha256":"`)
		bad = bad[:at+64] + bad[at+65:]
	}
	return bad
}

// TestReceiptVectors holds this package against the lists; receipt.vectors.test.ts
// of the browser holds the other one, and each reads what the other has made.
func TestReceiptVectors(t *testing.T) {
	if *update {
		b, err := json.MarshalIndent(makeReceiptVector(t), "", "\t")
		must(t, err)
		must(t, os.WriteFile(goReceipts, append(b, '\n'), 0o644))
	}
	for _, file := range []string{goReceipts, tsReceipts} {
		t.Run(file, func(t *testing.T) { checkReceiptVector(t, file) })
	}
}

func checkReceiptVector(t *testing.T, file string) {
	t.Helper()
	var v receiptVector
	b, err := os.ReadFile(file)
	must(t, err)
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	must(t, dec.Decode(&v))
	if len(v.Receipts) < 3 || len(v.Links) != len(v.Receipts) || len(v.Refused) < 15 || len(v.RefusedL) < 8 {
		t.Fatalf("%d receipts, %d links, %d and %d to be refused", len(v.Receipts), len(v.Links), len(v.Refused), len(v.RefusedL))
	}
	dir := t.TempDir()
	for name, b := range v.Tiles {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	public := openPublic(t, dir)
	note, err := public.Checkpoint(t.Context())
	must(t, err)
	for i, m := range v.Receipts {
		r, err := client.ParseReceipt([]byte(m.File))
		must(t, err)
		p, err := r.Verify(v.VKey)
		if err != nil || p.Event.What != m.What || encoded(t, r) != m.File {
			t.Errorf("%s: %+v, %v", m.File, p, err)
		}
		base, s, err := client.ParseLink(v.Links[i])
		if err != nil || base != testBase || s.Event != r.Event || s.Index != r.Leaf.Index || (s.Content == nil) != (r.Content == nil) {
			t.Errorf("%s: %+v, %v", v.Links[i], s, err)
		}
		if proven, err := s.Prove(t.Context(), public, v.VKey, note); err != nil || proven.Event != r.Event {
			t.Errorf("%s by the public tiles: %v", v.Links[i], err)
		}
	}
	for _, bad := range v.Refused {
		r, err := client.ParseReceipt([]byte(bad.Text))
		if err == nil {
			_, err = r.Verify(v.VKey)
			if r.Log != v.VKey {
				_, err = r.Verify(r.Log)
			}
		}
		if err == nil {
			t.Errorf("%s is taken", bad.Why)
		}
	}
	for _, bad := range v.RefusedL {
		_, _, err := client.ParseLink(bad.Text)
		if !errors.Is(err, client.ErrReceipt) {
			t.Errorf("link with %s: %v", bad.Why, err)
		}
	}
}

// TestReceiptsAreOfTheirLog: another log's key proves nothing, and every byte
// of a receipt counts.
func TestReceiptsAreOfTheirLog(t *testing.T) {
	_, all, _ := sampleReceipts(t)
	if _, err := all[0].Verify(newTestLog(t).vkey); !errors.Is(err, journal.ErrProof) {
		t.Errorf("under another log's key: %v", err)
	}
	other := sealed.Content{Nonce: all[0].Content.Nonce, SHA256: strings.Repeat("0", 64), Size: all[0].Content.Size}
	lie := all[0]
	lie.Content = &other
	if _, err := lie.Verify(lie.Log); !errors.Is(err, sealed.ErrMismatch) {
		t.Errorf("of another document: %v", err)
	}
	good := encoded(t, all[0])
	if _, err := client.ParseReceipt([]byte(good + strings.Repeat(" ", 64<<10))); !errors.Is(err, client.ErrReceipt) {
		t.Errorf("of any length: %v", err)
	}
	if _, err := client.ParseReceipt([]byte(" \r\n" + good + "\n\n")); err != nil {
		t.Errorf("with lines around it: %v", err)
	}
	taken, spare := 0, strings.Index(good, `=\n","index"`)-1 // spare bits of the note's base64, which its reader passes over
	for at := range len(good) - 1 {
		if at == spare {
			continue
		}
		bad := []byte(good)
		bad[at] ^= 1
		r, err := client.ParseReceipt(bad)
		if err != nil {
			continue
		}
		if _, err := r.Verify(all[0].Log); err == nil && r.Log == all[0].Log {
			t.Errorf("taken with another byte at %d: %s", at, bad)
		}
		taken++
	}
	if taken == 0 {
		t.Error("no change got past the reader, so nothing was verified")
	}
}

func FuzzParseReceipt(f *testing.F) {
	_, all, _ := sampleReceipts(f)
	for _, r := range all {
		f.Add(encoded(f, r))
		link, err := r.Link(testBase)
		must(f, err)
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := client.ParseReceipt([]byte(s)); err == nil {
			if again := encoded(t, r); strings.TrimSpace(again) != strings.Trim(s, " \t\r\n") {
				t.Errorf("%q comes back as %q", s, again)
			}
		} else if !errors.Is(err, client.ErrReceipt) {
			t.Errorf("%q: %v", s, err)
		}
		if _, _, err := client.ParseLink(s); err != nil && !errors.Is(err, client.ErrReceipt) {
			t.Errorf("%q: %v", s, err)
		}
	})
}
