package gateway

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

func docOf(r *http.Request) (safe.DocumentID, error) {
	return safe.ParseID[safe.DocumentID](mux.Vars(r)["doc"])
}

func (g *Gateway) reserveUpload(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Sealed int64  `json:"sealed"`
		Doc    string `json:"doc"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	var doc safe.DocumentID
	if in.Doc != "" {
		var err error
		if doc, err = safe.ParseID[safe.DocumentID](in.Doc); err != nil {
			return err
		}
	}
	v, err := g.safe.Reserve(r.Context(), actor(r), r.Header.Get("Idempotency-Key"), doc, in.Sealed)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, struct {
		Doc     string    `json:"doc"`
		Version string    `json:"version"`
		Expires time.Time `json:"expires"`
	}{string(v.Doc), string(v.ID), v.Expires.UTC()})
}

func (g *Gateway) putVersion(w http.ResponseWriter, r *http.Request) error {
	doc, err := docOf(r)
	if err != nil {
		return err
	}
	version, err := safe.ParseID[safe.VersionID](mux.Vars(r)["version"])
	if err != nil {
		return err
	}
	length, sum, err := stated(r)
	if err != nil {
		return err
	}
	v, err := g.safe.Store(r.Context(), actor(r), doc, version, r.Body, length, sum)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewStored(v))
}

func (g *Gateway) getDocument(w http.ResponseWriter, r *http.Request) error {
	doc, err := docOf(r)
	if err != nil {
		return err
	}
	v, err := g.safe.Document(r.Context(), actor(r), doc)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewStored(v))
}

func (g *Gateway) releaseOwn(w http.ResponseWriter, r *http.Request) error {
	doc, err := docOf(r)
	if err != nil {
		return err
	}
	rel, err := g.safe.ReleaseOwn(r.Context(), actor(r), doc)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRelease(rel))
}

func (g *Gateway) getContent(w http.ResponseWriter, r *http.Request) error {
	doc, err := docOf(r)
	if err != nil {
		return err
	}
	v, err := g.safe.Content(r.Context(), actor(r), doc)
	if err != nil {
		return err
	}
	return g.stream(w, r, v)
}

// stream sends sealed bytes, whole or a range.
func (g *Gateway) stream(w http.ResponseWriter, r *http.Request, v safe.Version) error {
	return g.streamOf(w, r, v, func(from, n int64) (io.ReadCloser, error) { return g.safe.OpenObject(r.Context(), v, from, n) })
}

func (g *Gateway) streamOf(w http.ResponseWriter, r *http.Request, v safe.Version, open func(from, n int64) (io.ReadCloser, error)) error {
	tag := etag(v.SHA256)
	s, err := rangeOf(r, tag, v.Sealed)
	if err != nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", v.Sealed))
		return err
	}
	body, err := open(s.from, s.length)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+string(v.ID)+`.age"`)
	h.Set("Accept-Ranges", "bytes")
	h.Set("ETag", tag)
	h.Set("Content-Length", strconv.FormatInt(s.length, 10))
	status := http.StatusOK
	if !s.whole {
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", s.from, s.from+s.length-1, v.Sealed))
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	buf := make([]byte, 256<<10)
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, body, buf)
	return err
}

func (g *Gateway) listInbox(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Inbox(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, func(v safe.Version) depositView {
		return depositView{
			Doc: string(v.Doc), Version: string(v.ID), Origin: string(v.Origin), OriginName: v.OriginName,
			Deposited: v.At.UTC(), Sealed: v.Sealed, SHA256: hex.EncodeToString(v.SHA256[:]),
		}
	}))
}

func (g *Gateway) listAddresses(w http.ResponseWriter, r *http.Request) error {
	items, err := g.safe.Addresses(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, "", viewAddress))
}

func (g *Gateway) createAddress(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Administration string `json:"administration"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	adm, err := safe.ParseID[safe.AdministrationID](in.Administration)
	if err != nil {
		return err
	}
	a, err := g.safe.CreateAddress(r.Context(), actor(r), r.Header.Get("Idempotency-Key"), adm)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewAddress(a))
}

func (g *Gateway) endAddress(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.AddressID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	if err := g.safe.EndAddress(r.Context(), actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
