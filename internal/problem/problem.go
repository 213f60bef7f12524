// Package problem is the catalogue of what can go wrong as callers see it:
// RFC 9457 documents with stable types and sentences, French and English,
// that say what to do.
//
// Trust: a problem says nothing that the caller may not know. Causes, paths
// and messages of libraries stay in the log; an unknown error is `internal`
// without detail.
package problem

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is the document (RFC 9457 §3).
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Limit in bytes, for the types about limits.
	Limit int64 `json:"limit,omitempty"`
	// Ready is from when on, for too-early: RFC 3339 in UTC.
	Ready string `json:"ready,omitempty"`
	// Level is the eIDAS level asked for, for level-too-low.
	Level int `json:"level,omitempty"`
}

// Error is a problem on its way to the caller. Cause goes to the log only.
type Error struct {
	Slug       string
	Limit      int64
	RetryAfter int // seconds, 0 = no header
	Ready      time.Time
	Level      int
	// Challenge is the WWW-Authenticate of a 401 that has its own.
	Challenge string
	Cause     error
}

// New gives the error of a catalogue entry.
func New(slug string) *Error { return &Error{Slug: slug} }

// Wrap keeps the cause for the log.
func Wrap(slug string, cause error) *Error { return &Error{Slug: slug, Cause: cause} }

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Slug + ": " + e.Cause.Error()
	}
	return e.Slug
}

func (e *Error) Unwrap() error { return e.Cause }

// Status of the entry.
func (e *Error) Status() int { return lookup(e.Slug).status }

// unavailableFor is after how many seconds to try again what a backend could
// not answer: about as long as one takes the place of another.
const unavailableFor = 5

// Write answers with the problem in the caller's language. Slugs that are not
// in the catalogue become `internal`.
func Write(w http.ResponseWriter, r *http.Request, e *Error) error {
	entry := lookup(e.Slug)
	lang := Language(r.Header.Get("Accept-Language"))
	text := entry.text[lang]
	p := Problem{Type: "/problems/" + entry.slug, Title: text.title, Status: entry.status, Detail: text.detail, Limit: e.Limit, Level: e.Level}
	if e.Limit > 0 {
		p.Detail += " " + fmt.Sprintf(limitText(lang), size(e.Limit, lang))
	}
	if !e.Ready.IsZero() {
		p.Ready = e.Ready.UTC().Format(time.RFC3339)
		w.Header().Set("Retry-After", e.Ready.UTC().Format(http.TimeFormat))
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language")
	after := e.RetryAfter
	if after == 0 && entry.status == http.StatusServiceUnavailable {
		after = unavailableFor
	}
	if after > 0 {
		h.Set("Retry-After", strconv.Itoa(after))
	}
	switch {
	case entry.status == http.StatusUnauthorized && e.Challenge != "":
		h.Set("WWW-Authenticate", e.Challenge)
	case entry.status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="coffre"`)
		h.Add("WWW-Authenticate", `DPoP realm="coffre"`)
	}
	w.WriteHeader(entry.status)
	return json.NewEncoder(w).Encode(p)
}

// Language picks French or English from Accept-Language; French by default.
func Language(header string) string {
	best, bestQ := "fr", 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				q = f
			}
		}
		if (lang == "fr" || lang == "en") && q > bestQ {
			best, bestQ = lang, q
		}
	}
	return best
}

func limitText(lang string) string {
	if lang == "fr" {
		return "La limite est de %s."
	}
	return "The limit is %s."
}

func size(n int64, lang string) string {
	units := map[string][]string{"fr": {"octets", "Kio", "Mio", "Gio"}, "en": {"bytes", "KiB", "MiB", "GiB"}}[lang]
	i := 0
	for n >= 1024 && n%1024 == 0 && i < len(units)-1 {
		n /= 1024
		i++
	}
	return strconv.FormatInt(n, 10) + " " + units[i]
}
