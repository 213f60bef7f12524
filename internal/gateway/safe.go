package gateway

import (
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

func (g *Gateway) getSafe(w http.ResponseWriter, r *http.Request) error {
	v, err := g.safe.Figures(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewSafe(v))
}

func (g *Gateway) createSafe(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Keyring  sealed.Container `json:"keyring"`
		Manifest []byte           `json:"manifest"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	v, err := g.safe.OpenSafe(r.Context(), actor(r), in.Keyring, in.Manifest)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewSafe(v))
}

func (g *Gateway) getKeyring(w http.ResponseWriter, r *http.Request) error {
	v, err := g.safe.Keyring(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeKeyring(w, v)
}

// writeKeyring serves the container as it was stored, canonical JSON.
func writeKeyring(w http.ResponseWriter, v safe.Sealed) error {
	w.Header().Set("ETag", etag(v.Hash))
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(v.Body)
	return err
}

func (g *Gateway) putKeyring(w http.ResponseWriter, r *http.Request) error {
	match, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in sealed.Container
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	v, err := g.safe.PutKeyring(r.Context(), actor(r), match, in)
	return replaced(w, v, err)
}

// replaced answers a compare-and-swap with the new ETag.
func replaced(w http.ResponseWriter, v safe.Sealed, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(v.Hash))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) getManifest(w http.ResponseWriter, r *http.Request) error {
	v, err := g.safe.Manifest(r.Context(), actor(r))
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(v.Hash))
	return writeJSON(w, http.StatusOK, struct {
		Epoch  int64  `json:"epoch"`
		Sealed []byte `json:"sealed"`
	}{v.Epoch, v.Body})
}

type changeInput struct {
	Epoch  int64  `json:"epoch"`
	Sealed []byte `json:"sealed"`
	Adopt  []struct {
		Doc     string `json:"doc"`
		Version string `json:"version"`
		Grant   []byte `json:"grant"`
		Content string `json:"content"`
	} `json:"adopt"`
	Reseal []struct {
		Doc     string `json:"doc"`
		Version string `json:"version"`
		Grant   []byte `json:"grant"`
	} `json:"reseal"`
	Erase  []string `json:"erase"`
	Grants []struct {
		ID      string `json:"id"`
		Version string `json:"version"`
		Grant   []byte `json:"grant"`
	} `json:"grants"`
	Drop []struct {
		Doc     string `json:"doc"`
		Version string `json:"version"`
	} `json:"drop"`
	Signature []byte `json:"signature"`
}

func versionRef(doc, version string) (safe.VersionRef, error) {
	d, err := safe.ParseID[safe.DocumentID](doc)
	v, err2 := safe.ParseID[safe.VersionID](version)
	return safe.VersionRef{Doc: d, Version: v}, errors.Join(err, err2)
}

func (in changeInput) parse() (safe.Change, error) {
	c := safe.Change{Epoch: in.Epoch, Sealed: in.Sealed, Signature: in.Signature}
	for _, o := range in.Adopt {
		ref, err := versionRef(o.Doc, o.Version)
		if err != nil {
			return c, err
		}
		c.Adopt = append(c.Adopt, safe.Adoption{Doc: ref.Doc, Version: ref.Version, Grant: o.Grant, Content: o.Content})
	}
	for _, o := range in.Reseal {
		ref, err := versionRef(o.Doc, o.Version)
		if err != nil {
			return c, err
		}
		c.Reseal = append(c.Reseal, safe.Adoption{Doc: ref.Doc, Version: ref.Version, Grant: o.Grant})
	}
	for _, d := range in.Erase {
		doc, err := safe.ParseID[safe.DocumentID](d)
		if err != nil {
			return c, err
		}
		c.Erase = append(c.Erase, doc)
	}
	for _, g := range in.Grants {
		id, err := safe.ParseID[safe.GrantID](g.ID)
		version, err2 := safe.ParseID[safe.VersionID](g.Version)
		if err := errors.Join(err, err2); err != nil {
			return c, err
		}
		c.Grants = append(c.Grants, safe.Regrant{ID: id, Version: version, Grant: g.Grant})
	}
	for _, d := range in.Drop {
		ref, err := versionRef(d.Doc, d.Version)
		if err != nil {
			return c, err
		}
		c.Drop = append(c.Drop, ref)
	}
	return c, nil
}

func (g *Gateway) putManifest(w http.ResponseWriter, r *http.Request) error {
	match, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in changeInput
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	change, err := in.parse()
	if err != nil {
		return err
	}
	v, err := g.safe.Change(r.Context(), actor(r), match, change)
	return replaced(w, v, err)
}

func (g *Gateway) succeedRoot(w http.ResponseWriter, r *http.Request) error {
	match, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in struct {
		Keyring  sealed.Container `json:"keyring"`
		Match    string           `json:"match"`
		Epoch    int64            `json:"epoch"`
		Manifest []byte           `json:"manifest"`
		Grants   []struct {
			ID    string `json:"id"`
			Grant []byte `json:"grant"`
		} `json:"grants"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	next := safe.Succession{Keyring: in.Keyring, Epoch: in.Epoch, Manifest: in.Manifest}
	hash, err := hex.DecodeString(in.Match)
	if err != nil || len(hash) != len(next.Match) {
		return problem.New("invalid")
	}
	next.Match = [32]byte(hash)
	for _, v := range in.Grants {
		id, err := safe.ParseID[safe.GrantID](v.ID)
		if err != nil {
			return err
		}
		next.Grants = append(next.Grants, safe.Regrant{ID: id, Grant: v.Grant})
	}
	v, err := g.safe.Succeed(r.Context(), actor(r), match, next)
	return replaced(w, v, err)
}
