// Package webapp holds the built web application and serves it: pages from
// one document, hashed assets for ever, and the policy that keeps scripts,
// styles and requests to this origin.
//
// Trust: what a browser runs on its first visit is what this package serves;
// that is said openly in SECURITY.md. The policy limits what an injected text
// could do, not what a hostile operator could.
package webapp

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says what is missing, and how to get it.
var ErrNotBuilt = errors.New("the web application is not built: with Node 20 or later and npm at hand (nodejs.org, or Debian's packages nodejs and npm), run `make run`")

// policy: one origin, nothing inline, Trusted Types. Forms may end at the
// identity providers as well: logging out is a form that redirects there, and
// browsers hold redirects to form-action too.
func policy(formTargets []string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
		"connect-src 'self'; worker-src 'self'; font-src 'self'; manifest-src 'self'; frame-src 'self' blob:; " +
		"form-action " + strings.Join(append([]string{"'self'"}, formTargets...), " ") + "; " +
		"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types coffre svelte-trusted-html"
}

type asset struct {
	body, zipped []byte
	mediaType    string
	etag         string
	sum          string // SHA-256 in hexadecimal
}

// Handler serves the embedded application. Safe for concurrent use.
type Handler struct {
	assets map[string]asset
	policy string
}

// New reads the embedded files; ErrNotBuilt when there are none. formTargets
// are the origins of the identity providers.
func New(formTargets ...string) (*Handler, error) { return newHandler(dist, formTargets) }

func newHandler(built fs.FS, formTargets []string) (*Handler, error) {
	h := &Handler{assets: map[string]asset{}, policy: policy(formTargets)}
	err := fs.WalkDir(built, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Base(name) == ".keep" {
			return err
		}
		body, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		h.assets[strings.TrimPrefix(name, "dist")] = newAsset(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read web application: %w", err)
	}
	if _, ok := h.assets["/index.html"]; !ok {
		return nil, ErrNotBuilt
	}
	return h, nil
}

func newAsset(name string, body []byte) asset {
	sum := sha256.Sum256(body)
	a := asset{body: body, mediaType: mime.TypeByExtension(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, sum: hex.EncodeToString(sum[:])}
	if a.mediaType == "" {
		a.mediaType = "application/octet-stream"
	}
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return a
	}
	_, err = z.Write(body)
	if err := errors.Join(err, z.Close()); err == nil && buf.Len() < len(body) {
		a.zipped = buf.Bytes()
	}
	return a
}

// Files are those of the application: the SHA-256 of each, in hexadecimal, by
// the path under which it is served.
func (h *Handler) Files() map[string]string {
	all := make(map[string]string, len(h.assets))
	for name, a := range h.assets {
		all[name] = a.sum
	}
	return all
}

// ServeHTTP serves an asset, or the document of the application for every
// other path: pages are routed in the browser.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := h.assets[r.URL.Path]
	head := w.Header()
	switch {
	case ok && strings.HasPrefix(r.URL.Path, "/assets/"):
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	case !ok && path.Ext(r.URL.Path) != "":
		http.NotFound(w, r)
		return
	case !ok:
		a = h.assets["/index.html"]
		fallthrough
	default:
		head.Set("Cache-Control", "no-cache")
	}
	head.Set("Content-Security-Policy", h.policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
	head.Set("Content-Type", a.mediaType)
	head.Set("ETag", a.etag)
	head.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if a.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
