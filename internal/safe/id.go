package safe

import (
	"crypto/rand"
	"encoding/base32"
)

// Identifiers are 16 random bytes in lowercase unpadded base32, 26 characters
// (SPEC.md §1). Each kind has a type of its own so that the compiler keeps
// them apart; they carry no order and no meaning.
//
//nolint:revive // one comment for the group
type (
	AccountID        string
	SafeID           string
	DocumentID       string
	VersionID        string
	GrantID          string
	AdministrationID string
	SystemID         string
	// AddressID is a deposit address: knowing it is not enough to deposit,
	// the administration it was made for must also be the caller.
	AddressID string
	NoticeID  string
	WebhookID string
	// RequestID is drawn by whoever signs the request: it is under the signature.
	RequestID string
	ReplyID   string
	// NoteID is drawn by whoever writes the note.
	NoteID string
	// StructureID and MediatorID are of the registry of mediation.
	StructureID  string
	MediatorID   string
	DelegationID string
	// MandateID is drawn by whoever signs the mandate.
	MandateID  string
	ProposalID string
	// SentPageID is drawn by the citizen's client.
	SentPageID string
)

type anyID interface {
	~string
}

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // a constant in all but name

// NewID draws an identifier from crypto/rand.
func NewID[T anyID]() T {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return T(idEncoding.EncodeToString(b[:]))
}

// ParseID accepts exactly what NewID makes, and is NotFound for anything
// else: a malformed id names nothing.
func ParseID[T anyID](s string) (T, error) {
	b, err := idEncoding.DecodeString(s)
	if err != nil || len(b) != 16 || idEncoding.EncodeToString(b) != s {
		return "", &Error{Kind: NotFound, Msg: "malformed id"}
	}
	return T(s), nil
}
