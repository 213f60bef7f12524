package sealed

import (
	"cmp"
	"fmt"
)

// The contexts of SPEC.md §14.
const (
	contextAcknowledgement = "coffre/v1/acknowledgement"
	contextDeletion        = "coffre/v1/deletion"
)

// What came of a retrieval.
const (
	OutcomeIntact     = "intact"
	OutcomeAltered    = "altered"
	OutcomeUnreadable = "unreadable"
	OutcomeInfected   = "infected" // intact, and kept apart by a scanner's word
)

// How an administration came to delete its copies.
const (
	DeletedByClient = "client"   // by the program that had made them
	DeletedDeclared = "declared" // somebody says so
)

const maxDeletionNote = 500

// Acknowledgement is what an administration says of one retrieval, under its own
// root: which bytes it received, by which release, in which state.
type Acknowledgement struct {
	Suite          int    `json:"suite"`
	Administration string `json:"administration"`
	Grant          string `json:"grant"`
	Safe           string `json:"safe"`
	Doc            string `json:"doc"`
	Version        string `json:"version"`
	SHA256         string `json:"sha256"`  // of the sealed document
	Release        string `json:"release"` // id of the event that was proven
	Outcome        string `json:"outcome"`
	At             string `json:"at"`
}

// SignAcknowledgement signs one with the administration's root.
func SignAcknowledgement(a Acknowledgement, root RootKey) ([]byte, error) {
	a.Suite = root.Suite()
	b, err := signPayload(contextAcknowledgement, root, a, a.check())
	if err != nil {
		return nil, fmt.Errorf("sign acknowledgement: %w", err)
	}
	return b, nil
}

// OpenAcknowledgement verifies and reads one. Whose key vk is, only the log
// tells; the caller compares ids with those of its grant.
func OpenAcknowledgement(signed []byte, vk VK) (Acknowledgement, error) {
	var a Acknowledgement
	err := openPayload(contextAcknowledgement, signed, vk, &a, func() int { return a.Suite })
	if err == nil {
		err = a.check()
	}
	if err != nil {
		return Acknowledgement{}, fmt.Errorf("open acknowledgement: %w", err)
	}
	return a, nil
}

func (a Acknowledgement) check() error {
	err := cmp.Or(
		checkSuite(a.Suite), checkID(a.Administration, a.Grant, a.Safe, a.Doc, a.Version, a.Release),
		checkHash(a.SHA256), checkTime(a.At),
	)
	if err != nil {
		return err
	}
	switch a.Outcome {
	case OutcomeIntact, OutcomeAltered, OutcomeUnreadable, OutcomeInfected:
		return nil
	}
	return fmt.Errorf("outcome %.20q: %w", a.Outcome, ErrForm)
}

// Deletion is an administration's word that it has no copy left of what a grant
// had given it.
type Deletion struct {
	Suite          int    `json:"suite"`
	Administration string `json:"administration"`
	Grant          string `json:"grant"`
	Safe           string `json:"safe"`
	Doc            string `json:"doc"`
	Version        string `json:"version"`
	At             string `json:"at"`
	How            string `json:"how"`
	Note           string `json:"note,omitempty"`
}

// SignDeletion signs one with the administration's root.
func SignDeletion(d Deletion, root RootKey) ([]byte, error) {
	d.Suite = root.Suite()
	b, err := signPayload(contextDeletion, root, d, d.check())
	if err != nil {
		return nil, fmt.Errorf("sign deletion: %w", err)
	}
	return b, nil
}

// OpenDeletion is OpenAcknowledgement for one.
func OpenDeletion(signed []byte, vk VK) (Deletion, error) {
	var d Deletion
	err := openPayload(contextDeletion, signed, vk, &d, func() int { return d.Suite })
	if err == nil {
		err = d.check()
	}
	if err != nil {
		return Deletion{}, fmt.Errorf("open deletion: %w", err)
	}
	return d, nil
}

// ReadDeletion reads one without asking who signed it: for whoever then finds
// the key by what it says.
func ReadDeletion(signed []byte) (Deletion, error) {
	var d Deletion
	if len(signed) <= 64 {
		return Deletion{}, fmt.Errorf("read deletion: %w", ErrLength)
	}
	if err := decodeSuite(signed[64:], &d, func() int { return d.Suite }); err != nil {
		return Deletion{}, fmt.Errorf("read deletion: %w", err)
	}
	return d, d.check()
}

func (d Deletion) check() error {
	err := cmp.Or(
		checkSuite(d.Suite), checkID(d.Administration, d.Grant, d.Safe, d.Doc, d.Version), checkTime(d.At),
		checkText(d.Note, maxDeletionNote),
	)
	if err != nil {
		return err
	}
	if d.How != DeletedByClient && d.How != DeletedDeclared {
		return fmt.Errorf("deleted how %.20q: %w", d.How, ErrForm)
	}
	return nil
}
