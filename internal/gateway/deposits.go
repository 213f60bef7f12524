package gateway

import (
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// deposit is the gateway door: plain bytes, sealed on their way.
func (g *Gateway) deposit(w http.ResponseWriter, r *http.Request) error {
	address, err := safe.ParseID[safe.AddressID](mux.Vars(r)["address"])
	if err != nil {
		return err
	}
	size, err := announced(r)
	if err != nil {
		return err
	}
	name, err := fileName(r)
	if err != nil {
		return err
	}
	issue, err := issueOf(r)
	if err != nil {
		return err
	}
	rec, err := g.safe.Deposit(r.Context(), actor(r), address, safe.DepositInput{
		Key: r.Header.Get("Idempotency-Key"), Name: name, Type: mediaType(r), Size: size, Body: r.Body, Issue: issue,
	})
	if err != nil {
		return err
	}
	v := rec.Version
	return writeJSON(w, http.StatusCreated, struct {
		Doc           string    `json:"doc"`
		Version       string    `json:"version"`
		Deposited     time.Time `json:"deposited"`
		Size          int64     `json:"size"`
		ContentSHA256 string    `json:"contentSha256"`
		Sealed        int64     `json:"sealed"`
		SHA256        string    `json:"sha256"`
		Nonce         []byte    `json:"nonce"`
		Proof         eventView `json:"proof"`
	}{
		string(v.Doc), string(v.ID), v.At.UTC(), rec.Content.Size, rec.Content.SHA256, v.Sealed,
		hex.EncodeToString(v.SHA256[:]), rec.Content.Nonce, viewProof(rec.Proof),
	})
}

// issueOf reads what the depositor has signed of the document (SPEC.md §15).
func issueOf(r *http.Request) ([]byte, error) {
	v := r.Header.Get("Coffre-Issue")
	if v == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(v)
	if err != nil {
		return nil, problem.Wrap(safe.ReasonIssueMalformed, err)
	}
	return b, nil
}

// fileName reads Content-Disposition (RFC 6266, RFC 8187).
func fileName(r *http.Request) (string, error) {
	v := r.Header.Get("Content-Disposition")
	if v == "" {
		return "document", nil
	}
	_, params, err := mime.ParseMediaType(v)
	if err != nil {
		return "", problem.Wrap("name", err)
	}
	name := params["filename"]
	if err := sealed.CheckName(name); err != nil {
		return "", problem.Wrap("name", err)
	}
	return name, nil
}

func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "application/octet-stream"
	}
	return t
}
