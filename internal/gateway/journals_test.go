package gateway_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// read reads a whole journal, a few events at a time, verifies the proof of
// each that is in the log, and gives all of them, newest first.
func (w *world) read(t *testing.T, who caller, path string) (all []journal.Event) {
	t.Helper()
	for before := ""; ; {
		var page struct {
			Items []struct {
				Event string   `json:"event"`
				Salt  []byte   `json:"salt"`
				Index *int64   `json:"index"`
				Path  [][]byte `json:"path"`
			} `json:"items"`
			Checkpoint string `json:"checkpoint"`
			Next       string `json:"next"`
		}
		q := url.Values{"limit": {"3"}}
		if before != "" {
			q.Set("before", before)
		}
		w.do(t, request{who: who, method: "GET", path: path + "?" + q.Encode()}).is(t, 200).read(t, &page)
		for _, it := range page.Items {
			e, err := journal.DecodeEvent([]byte(it.Event))
			must(t, err)
			if it.Index != nil {
				c, err := journal.OpenCheckpoint(w.vkey, page.Checkpoint)
				must(t, err)
				leaf := journal.Leaf{Index: *it.Index, Size: c.Size, Path: it.Path, Checkpoint: page.Checkpoint}
				_, _, err = journal.VerifyEvent(w.vkey, []byte(it.Event), it.Salt, leaf)
				must(t, err)
			}
			all = append(all, e)
		}
		if before = page.Next; before == "" {
			return all
		}
	}
}

// TestAnAdministrationReadsItsOwnActs, refused ones too, with their proofs; no
// other's, and none of a citizen's.
func TestAnAdministrationReadsItsOwnActs(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	x, y := w.office(t, "Mairie de Valmont", valmont), w.office(t, "Département de la Brenne", brenne)
	grant := c.share(t, c.put(t, 1000), x)
	release := func(who caller) answer {
		return w.do(t, request{who: who, method: "POST", path: "/api/v1/administration/grants/" + grant + "/release"})
	}
	release(x.agent).is(t, 200)
	release(x.system).is(t, 200)
	release(y.agent).is(t, 404)
	const path = "/api/v1/administration/journal"
	for name, who := range map[string]caller{"agent": x.agent, "system": x.system} {
		opened := 0
		for _, e := range w.read(t, who, path) {
			if e.Who.Administration != string(x.ID) && (e.Safe != "" || e.Administration != string(x.ID)) {
				t.Errorf("the %s is shown %s by %+v", name, e.What, e.Who)
			}
			if e.What == journal.WhatGrantReleased && e.Result == journal.ResultDone && e.Grant == grant {
				opened++
			}
		}
		if opened != 2 {
			t.Errorf("the %s sees %d openings of 2", name, opened)
		}
	}
	refused := slices.ContainsFunc(w.read(t, y.agent, path), func(e journal.Event) bool {
		if e.Safe != "" || e.Purpose != "" || e.Administration == string(x.ID) {
			t.Errorf("who tried reads whose it is: %+v", e)
		}
		return e.What == journal.WhatGrantReleased && e.Result == journal.ResultRefused && e.Who.ID == string(y.actor.Account)
	})
	if !refused {
		t.Error("a refused try is not in the journal of who tried")
	}
	w.do(t, request{who: c.caller, method: "GET", path: path}).is(t, 403)
	w.do(t, request{method: "GET", path: path}).is(t, 401)
}

// TestMaintenanceIsPublic, and nothing else is there.
func TestMaintenanceIsPublic(t *testing.T) {
	w := newWorld(t)
	w.citizen(t, "angela").put(t, 1000)
	w.office(t, "Mairie de Valmont", valmont)
	_, err := w.domain.Scrub(w.ctx)
	must(t, err)
	all := w.read(t, nobody, "/api/v1/site/maintenance")
	if len(all) != 1 || all[0].What != journal.WhatScrub || all[0].Safe != "" || all[0].Who.Kind != string(safe.Operator) {
		t.Errorf("the public reads %+v", all)
	}
}

// TestTermsAndPagesAreInTheLog: what is served is what the log holds.
func TestTermsAndPagesAreInTheLog(t *testing.T) {
	w := newWorld(t)
	terms, err := gateway.TermsFor(w.domain.Retention())
	must(t, err)
	var files struct {
		Release string            `json:"release"`
		SHA256  string            `json:"sha256"`
		Files   []journal.WebFile `json:"files"`
		Fact    *journal.Leaf     `json:"fact"`
	}
	w.do(t, request{method: "GET", path: "/api/v1/site/files"}).is(t, 200).read(t, &files)
	if files.Fact != nil {
		t.Error("a proof of what nobody has announced")
	}
	web, err := journal.NewWebFact(files.Release, files.Files)
	must(t, err)
	if web.SHA256 != files.SHA256 || len(files.Files) != 2 {
		t.Errorf("%+v has the hash %s", files, web.SHA256)
	}
	must(t, w.domain.Announce(w.ctx, terms.TermsFact()))
	must(t, w.domain.Announce(w.ctx, web))
	w.citizen(t, "angela") // her key waits for the log, and these before it
	w.do(t, request{method: "GET", path: "/api/v1/site/files"}).is(t, 200).read(t, &files)
	if files.Fact == nil {
		t.Fatal("no proof of the pages")
	}
	_, err = journal.VerifyLeaf(w.vkey, files.Fact.Entry, *files.Fact)
	must(t, err)
	if f, err := journal.ParseWebFact(files.Fact.Entry); err != nil || f != web {
		t.Errorf("the log holds %+v, %v", f, err)
	}
	var said struct {
		Version string          `json:"version"`
		SHA256  string          `json:"sha256"`
		Texts   json.RawMessage `json:"texts"`
		Fact    *journal.Leaf   `json:"fact"`
	}
	w.do(t, request{method: "GET", path: "/api/v1/terms"}).is(t, 200).read(t, &said)
	sum, err := journal.HashTerms(said.Version, said.Texts)
	if err != nil || sum != said.SHA256 || said.Fact == nil {
		t.Fatalf("the terms have the hash %s, %v, and are said to have %s", sum, err, said.SHA256)
	}
	if f, err := journal.ParseTermsFact(said.Fact.Entry); err != nil || f.SHA256 != sum || f.Version != said.Version {
		t.Errorf("the log holds %+v, %v", f, err)
	}
}

// TestTermsSayHowLongTheJournalIsKept (O7): another number is in other terms.
func TestTermsSayHowLongTheJournalIsKept(t *testing.T) {
	seen := map[string]int{}
	for _, years := range []int{1, 5, 10} {
		terms, err := gateway.TermsFor(years)
		must(t, err)
		b, err := json.Marshal(terms.Texts)
		must(t, err)
		for _, want := range []string{strconv.Itoa(years) + " an", strconv.Itoa(years) + " year"} {
			if !strings.Contains(string(b), want) {
				t.Errorf("terms %s do not say %q", terms.Version, want)
			}
		}
		if strings.Contains(string(b), "{years}") || seen[terms.Version]+seen[terms.SHA256] > 0 {
			t.Errorf("terms for %d years are those of others", years)
		}
		seen[terms.Version], seen[terms.SHA256] = 1, 1
	}
	usual, err := gateway.LoadTerms()
	if err != nil || seen[usual.Version] == 0 {
		t.Errorf("usual terms: %v", err)
	}
}
