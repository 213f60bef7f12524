package client

import (
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// RequestSummary is a request for documents as a list shows it: to be shown, not
// to be believed.
type RequestSummary struct {
	ID                 string     `json:"id"`
	Administration     string     `json:"administration"`
	AdministrationName string     `json:"administrationName"`
	Service            string     `json:"service,omitempty"`
	Procedure          string     `json:"procedure"`
	Purpose            string     `json:"purpose"`
	Reference          string     `json:"reference,omitempty"`
	State              string     `json:"state"` // open, closed, expired
	Created            time.Time  `json:"created"`
	AnswerBy           time.Time  `json:"answerBy"`
	NotAfter           time.Time  `json:"notAfter"`
	Closed             *time.Time `json:"closed,omitempty"`
}

// OfficeRequest is one of the caller's administration.
type OfficeRequest struct {
	RequestSummary
	Request   []byte `json:"request"` // signed
	By        string `json:"by"`
	Addressed bool   `json:"addressed"`
	Tally     Tally  `json:"tally"`
}

// Tally counts citizens; 1000 is 1000 or more.
type Tally struct {
	Given   int64 `json:"given"`
	Refused int64 `json:"refused"`
	Waiting int64 `json:"waiting"`
}

// Reply is one citizen's side of a request. Holder and Safe are for the
// administration.
type Reply struct {
	ID         string    `json:"id"`
	Holder     string    `json:"holder,omitempty"`
	Safe       string    `json:"safe,omitempty"`
	State      string    `json:"state"` // asked, given, refused
	Created    time.Time `json:"created"`
	Changed    time.Time `json:"changed"`
	Given      int64     `json:"given"`
	Refused    []string  `json:"refused"`
	RefusedAll bool      `json:"refusedAll"`
	Waiting    bool      `json:"waiting"`
}

// AskedDocuments is a request in a citizen's list.
type AskedDocuments struct {
	Request RequestSummary `json:"request"`
	Reply   Reply          `json:"reply"`
}

// GivenBefore is a document that was given for a kind before.
type GivenBefore struct {
	Kind string    `json:"kind"`
	Doc  string    `json:"doc"`
	At   time.Time `json:"at"`
}

// sealedNote is a note as answered, for the caller's side.
type sealedNote struct {
	ID      string        `json:"id"`
	From    string        `json:"from"`
	About   string        `json:"about"`
	Sealed  []byte        `json:"sealed"`
	VK      []byte        `json:"vk"`
	Key     *journal.Leaf `json:"key"`
	Created time.Time     `json:"created"`
}

// askedRequest is one as answered to a citizen.
type askedRequest struct {
	ID             string         `json:"id"`
	State          string         `json:"state"`
	Request        []byte         `json:"request"`
	Administration Administration `json:"administration"`
	Reply          *Reply         `json:"reply"`
	Notes          []sealedNote   `json:"notes"`
	Grants         []Grant        `json:"grants"`
	Before         []GivenBefore  `json:"before"`
}

// replySide is one citizen's side as answered to the administration.
type replySide struct {
	Reply     Reply         `json:"reply"`
	VK        []byte        `json:"vk"`
	Recipient string        `json:"recipient"`
	Key       *journal.Leaf `json:"key"`
	Notes     []sealedNote  `json:"notes"`
	Grants    []Grant       `json:"grants"`
}
