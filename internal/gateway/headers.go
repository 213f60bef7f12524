package gateway

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// apiPolicy is for everything that is not a page.
const apiPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

// secure sets what every answer carries (threats: headers and pages).
func (g *Gateway) secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Content-Security-Policy", apiPolicy)
	if g.site.Mode == "production" {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

func etag(hash [32]byte) string { return `"` + hex.EncodeToString(hash[:]) + `"` }

// ifMatch reads the one ETag that is replaced.
func ifMatch(r *http.Request) ([32]byte, error) {
	v := r.Header.Get("If-Match")
	if v == "" {
		return [32]byte{}, problem.New("precondition-required")
	}
	b, err := hex.DecodeString(strings.Trim(v, `"`))
	if err != nil || len(b) != 32 {
		return [32]byte{}, problem.New("stale") // no object has that ETag
	}
	return [32]byte(b), nil
}

// contentDigest reads the sha-256 of RFC 9530.
func contentDigest(r *http.Request) ([32]byte, error) {
	for item := range strings.SplitSeq(r.Header.Get("Content-Digest"), ",") {
		v, ok := strings.CutPrefix(strings.TrimSpace(item), "sha-256=:")
		if !ok {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(v, ":"))
		if err == nil && len(b) == 32 && strings.HasSuffix(v, ":") {
			return [32]byte(b), nil
		}
	}
	return [32]byte{}, problem.New("invalid")
}

// announced is the Content-Length, which every streamed body must have.
func announced(r *http.Request) (int64, error) {
	if r.ContentLength < 0 {
		return 0, problem.New("length-required")
	}
	return r.ContentLength, nil
}

// stated is what a request says of the sealed bytes that it carries.
func stated(r *http.Request) (length int64, sum [32]byte, err error) {
	if length, err = announced(r); err != nil {
		return 0, sum, err
	}
	sum, err = contentDigest(r)
	return length, sum, err
}

// pageOf reads cursor and limit.
func pageOf(r *http.Request) (safe.Page, error) {
	limit, err := limitOf(r)
	return safe.Page{After: r.URL.Query().Get("after"), Limit: limit}, err
}

func limitOf(r *http.Request) (int, error) {
	v := r.URL.Query().Get("limit")
	if v == "" {
		return 50, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 200 {
		return 0, problem.New("invalid")
	}
	return n, nil
}

// span is a range of bytes (RFC 9110 §14); whole when none was asked for.
type span struct {
	from, length int64
	whole        bool
}

// rangeOf reads one range of a body of size bytes. Several ranges, another
// unit, or a range of what If-Range says is another body, are answered with
// the whole, as the RFC has it; and so is HEAD, which no Range applies to.
func rangeOf(r *http.Request, tag string, size int64) (span, error) {
	all := span{length: size, whole: true}
	v, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes=")
	if !ok || strings.Contains(v, ",") || r.Method != http.MethodGet {
		return all, nil
	}
	if same := r.Header.Get("If-Range"); same != "" && same != tag {
		return all, nil
	}
	first, last, ok := strings.Cut(v, "-")
	if !ok {
		return all, nil
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < 1 {
			return span{}, problem.New("range-not-satisfiable")
		}
		n = min(n, size)
		return span{from: size - n, length: n}, nil
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 || from >= size {
		return span{}, problem.New("range-not-satisfiable")
	}
	to := size - 1
	if last != "" {
		if to, err = strconv.ParseInt(last, 10, 64); err != nil || to < from {
			return span{}, problem.New("range-not-satisfiable")
		}
		to = min(to, size-1)
	}
	return span{from: from, length: to - from + 1}, nil
}
