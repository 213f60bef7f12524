package client_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// siteServer serves pages, with what its log tells of them.
type siteServer struct {
	log    *testLog
	files  map[string]string // as served
	listed []journal.WebFile
	fact   *journal.Leaf
	asked  []string // User-Agents
}

func newSiteServer(t *testing.T) *siteServer {
	t.Helper()
	s := &siteServer{log: newTestLog(t), files: map[string]string{"/index.html": "<!doctype html>", "/assets/a.js": "1", "/assets/a.css": "a{}"}}
	for path, body := range s.files {
		sum := sha256.Sum256([]byte(body))
		s.listed = append(s.listed, journal.WebFile{Path: path, SHA256: hex.EncodeToString(sum[:])})
	}
	fact, err := journal.NewWebFact("2026.11", s.listed)
	must(t, err)
	entry, err := fact.Encode()
	must(t, err)
	s.log.fill(t, 10)
	s.log.add(t, entry)
	s.log.fill(t, 10)
	leaf := s.log.leaf(t, 10)
	leaf.Entry = entry
	s.fact = &leaf
	return s
}

func (s *siteServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer any
	switch r.URL.Path {
	case "/api/v1/site":
		answer = map[string]any{"logKey": s.log.vkey}
	case "/api/v1/site/files":
		answer = map[string]any{"release": "2026.11", "files": s.listed, "fact": s.fact}
	default:
		s.asked = append(s.asked, r.UserAgent())
		body, ok := s.files[r.URL.Path]
		if !ok && len(r.URL.Path) < 12 {
			body, ok = s.files["/index.html"], true
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// TestTheSiteIsThatOfTheLog (T12): a page that is changed, added to the list, or
// missing is found by whoever asks as a browser does.
func TestTheSiteIsThatOfTheLog(t *testing.T) {
	other := newSiteServer(t)
	for name, c := range map[string]struct {
		lie  func(*siteServer)
		want error
		kind client.FaultKind
	}{
		"the truth":        {lie: func(*siteServer) {}},
		"another script":   {func(s *siteServer) { s.files["/assets/a.js"] = "2" }, journal.ErrProof, client.FaultPage},
		"another document": {func(s *siteServer) { s.files["/index.html"] += "<script>" }, journal.ErrProof, client.FaultPage},
		"a script less":    {func(s *siteServer) { delete(s.files, "/assets/a.css") }, journal.ErrProof, client.FaultPage},
		"another start": {func(s *siteServer) {
			s.files = maps.Clone(s.files)
			s.files["/"] = "<!doctype html><script>"
		}, journal.ErrProof, client.FaultPage},
		"another list": {func(s *siteServer) {
			s.files["/assets/a.js"] = "2"
			sum := sha256.Sum256([]byte("2"))
			for i := range s.listed {
				if s.listed[i].Path == "/assets/a.js" {
					s.listed[i].SHA256 = hex.EncodeToString(sum[:])
				}
			}
		}, journal.ErrProof, ""},
		"a file more": {func(s *siteServer) {
			s.listed = append(s.listed, journal.WebFile{Path: "/assets/b.js", SHA256: s.listed[0].SHA256})
		}, journal.ErrProof, ""},
		"a fact of another log": {func(s *siteServer) { s.fact = other.fact }, journal.ErrProof, ""},
		"no fact":               {func(s *siteServer) { s.fact = nil }, client.ErrNotFound, ""},
	} {
		s := newSiteServer(t)
		c.lie(s)
		g := httptest.NewServer(s)
		cl, err := client.New(client.Config{Server: g.URL})
		must(t, err)
		r, err := cl.VerifySite(t.Context())
		g.Close()
		var f *client.Fault
		switch {
		case !errors.Is(err, c.want) || c.kind != "" && (!errors.As(err, &f) || f.Kind != c.kind):
			t.Errorf("%s: %v, want %v %s", name, err, c.want, c.kind)
		case c.want == nil && (r.Files != 3 || r.Release != "2026.11" || r.Index != 10):
			t.Errorf("%s: %+v", name, r)
		case errors.Is(c.want, journal.ErrProof) && !client.IsAlarm(err):
			t.Errorf("%s is no alarm", name)
		}
		for _, agent := range s.asked {
			if agent == "coffre-cli" || agent == "" {
				t.Errorf("%s: the pages were asked for by %q", name, agent)
			}
		}
	}
}
