package folder

import (
	"encoding/json"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Sidecar says what a document is and proves how it came. It is written once,
// when the document is there: a document beside its sidecar is whole.
type Sidecar struct {
	V      int    `json:"v"` // 1
	File   string `json:"file"`
	SHA256 string `json:"sha256"` // of the document
	Size   int64  `json:"size"`
	Sealed struct {
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	} `json:"sealed"`
	// Grant is what the citizen has signed, but for Citizen, which is the server's
	// word, and Reference, which the administration has signed in its request.
	Grant SidecarGrant `json:"grant"`
	// Log and Proof: the log's key, the event that tells of the release, and its
	// place under the checkpoint in it. Receipt is the text of a receipt, with the
	// document's content, as `coffre verify` reads it.
	Log     string          `json:"log"`
	Proof   json.RawMessage `json:"proof"`
	Receipt string          `json:"receipt,omitempty"`
	Release string          `json:"release"`
	// Issuer is what the administration's mark is worth that it was issued with.
	Issuer          *client.Issued `json:"issuer,omitempty"`
	Outcome         string         `json:"outcome"`
	Found           string         `json:"found,omitempty"` // by the scanner
	Acknowledgement []byte         `json:"acknowledgement"`
	Retrieved       time.Time      `json:"retrieved"`
}

// SidecarGrant is what a document was given for.
type SidecarGrant struct {
	ID        string `json:"id"`
	Safe      string `json:"safe"`
	Doc       string `json:"doc"`
	Version   string `json:"version"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Purpose   string `json:"purpose,omitempty"`
	Procedure string `json:"procedure,omitempty"`
	Service   string `json:"service,omitempty"`
	Request   string `json:"request,omitempty"`
	Reference string `json:"reference,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Citizen   string `json:"citizen,omitempty"`
	// Mediator and Structure gave it in the citizen's name, with her mandate.
	Mediator  string `json:"mediator,omitempty"`
	Structure string `json:"structure,omitempty"`
	Created   string `json:"created"`
	NotAfter  string `json:"notAfter"`
}

func grantOf(id string, given sealed.OpenedGrant, reference, citizen string) SidecarGrant {
	g := given.Grant
	out := SidecarGrant{
		ID: id, Safe: g.Safe, Doc: g.Doc, Version: g.Version, Name: g.Name, Type: g.Type, Purpose: g.Purpose, Procedure: g.Procedure,
		Service: g.Service, Request: g.Request, Reference: reference, Kind: g.Kind, Citizen: citizen, Created: g.Created, NotAfter: g.NotAfter,
	}
	if m := given.Mandate; m != nil {
		out.Mediator, out.Structure = m.MediatorName, m.StructureName
	}
	return out
}

// record is what the folder would have remembered.
func (s Sidecar) record(sub string) record {
	r := record{
		Grant: s.Grant.ID, State: stateKept, Safe: s.Grant.Safe, Doc: s.Grant.Doc, Version: s.Grant.Version, File: s.File, SHA256: s.SHA256,
		Release: s.Release, Outcome: s.Outcome, Signed: s.Acknowledgement,
	}
	if sub != "" {
		r.File = sub + "/" + s.File
	}
	r.Ends, _ = time.Parse(time.RFC3339, s.Grant.NotAfter) // zero is long over: it is then asked of nobody
	return r
}
