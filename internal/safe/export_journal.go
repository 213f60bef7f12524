package safe

import (
	"context"
	"io"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// The JSON of journal.json and receipt.json. Bytes are base64, hashes
// hexadecimal, times RFC 3339, as in the HTTP interface.

type exportedEvent struct {
	Event string   `json:"event"`
	Salt  []byte   `json:"salt"`
	Index *int64   `json:"index,omitempty"`
	Path  [][]byte `json:"path,omitempty"`
}

// exportedPage is a piece of the journal with its proofs in one checkpoint.
type exportedPage struct {
	Checkpoint string          `json:"checkpoint"`
	Items      []exportedEvent `json:"items"`
}

type exportedProof struct {
	Event string       `json:"event"`
	Salt  []byte       `json:"salt"`
	Leaf  journal.Leaf `json:"leaf"`
}

// exportedVersion is the technical metadata of a version (NF Z42-020).
type exportedVersion struct {
	File       string `json:"file"`
	Doc        string `json:"doc"`
	Version    string `json:"version"`
	Depositor  string `json:"depositor"`
	Deposited  string `json:"deposited"`
	Sealed     int64  `json:"sealed"`
	Algorithm  string `json:"algorithm"`
	SHA256     string `json:"sha256"`
	Door       string `json:"door"`
	State      string `json:"state"`
	Origin     string `json:"origin,omitempty"`
	OriginName string `json:"originName,omitempty"`
}

type receipt struct {
	Suite     int               `json:"suite"`
	Safe      string            `json:"safe"`
	Time      string            `json:"time"`
	Origin    string            `json:"origin,omitempty"`
	LogKey    string            `json:"logKey,omitempty"`
	VK        []byte            `json:"vk"`
	Key       *journal.Leaf     `json:"key,omitempty"`
	Proof     exportedProof     `json:"proof"`
	Documents []exportedVersion `json:"documents"`
}

func (p *ExportPlan) receipt() *receipt {
	return &receipt{
		Suite: 1, Safe: string(p.safe.ID), Time: rfc3339(p.Time), Origin: p.s.cfg.Origin, LogKey: p.s.cfg.LogKey,
		VK:        p.safe.VK,
		Proof:     exportedProof{Event: string(p.Proof.Event), Salt: p.Proof.Salt[:], Leaf: p.Proof.Leaf},
		Documents: []exportedVersion{},
	}
}

func (r *receipt) add(v Version, file string) {
	r.Documents = append(r.Documents, exportedVersion{
		File: file, Doc: string(v.Doc), Version: string(v.ID), Depositor: v.Depositor, Deposited: rfc3339(v.At),
		Sealed: v.Sealed, Algorithm: "SHA-256", SHA256: hexSum(v.SHA256), Door: string(v.Door), State: string(v.State),
		Origin: string(v.Origin), OriginName: v.OriginName,
	})
}

func (p *ExportPlan) writeReceipt(ctx context.Context, w io.Writer, r *receipt) error {
	var err error
	if r.Key, err = p.s.safeKeyLeaf(ctx, p.safe); err != nil {
		return err
	}
	return writeJSON(w, r)
}

// writeJournal writes an array of pages, newest first, so that memory does
// not grow with the journal.
func (p *ExportPlan) writeJournal(ctx context.Context, w io.Writer) error {
	if _, err := io.WriteString(w, "[\n"); err != nil {
		return err
	}
	for before := ""; ; {
		page, err := p.s.journalPage(ctx, p.safe.ID, before, pageLimit)
		if err != nil {
			return err
		}
		if before != "" {
			if _, err := io.WriteString(w, ",\n"); err != nil {
				return err
			}
		}
		if err := writeJSON(w, exported(page)); err != nil {
			return err
		}
		if before = page.Next; before == "" {
			_, err := io.WriteString(w, "]\n")
			return err
		}
	}
}

func exported(page JournalPage) exportedPage {
	out := exportedPage{Checkpoint: string(page.Checkpoint), Items: []exportedEvent{}}
	for _, it := range page.Items {
		e := exportedEvent{Event: string(it.Event), Salt: it.Salt[:], Path: it.Path}
		if it.Index >= 0 {
			e.Index = &it.Index
		}
		out.Items = append(out.Items, e)
	}
	return out
}
