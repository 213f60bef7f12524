package problem_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/problem"
)

func TestEveryProblemSpeaksBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for _, slug := range problem.Slugs() {
		if seen[slug] {
			t.Errorf("%s stands twice in the catalogue", slug)
		}
		seen[slug] = true
		titles := map[string]string{}
		for _, lang := range []string{"fr", "en"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Language", lang)
			if err := problem.Write(w, r, problem.New(slug)); err != nil {
				t.Fatal(err)
			}
			var p problem.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if p.Type != "/problems/"+slug || p.Status != w.Code || p.Status < 400 || p.Title == "" || !strings.HasSuffix(p.Detail, ".") {
				t.Errorf("%s in %s: %+v", slug, lang, p)
			}
			titles[lang] = p.Title
		}
		if titles["fr"] == titles["en"] {
			t.Errorf("%s says the same in both languages: %q", slug, titles["fr"])
		}
	}
}

func TestLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "fr", "fr": "fr", "en-GB,en;q=0.9": "en", "de, en;q=0.5": "en", "fr;q=0.4, en;q=0.8": "en", "de": "fr", "fr-FR, en": "fr",
	} {
		if got := problem.Language(header); got != want {
			t.Errorf("Accept-Language %q gives %s, want %s", header, got, want)
		}
	}
}

func TestUnknownSlugSaysNothing(t *testing.T) {
	w := httptest.NewRecorder()
	if err := problem.Write(w, httptest.NewRequest("GET", "/", nil), problem.New("secret detail")); err != nil {
		t.Fatal(err)
	}
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
