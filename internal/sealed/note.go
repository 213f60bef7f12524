package sealed

import (
	"cmp"
	"fmt"
)

// Who wrote a note.
const (
	FromSafe           = "safe"
	FromAdministration = "administration"
)

// What a note is.
const (
	AboutNote     = "note"     // goes with documents
	AboutRefusal  = "refusal"  // of kinds, or of the whole request
	AboutQuestion = "question" // of the citizen
	AboutAnswer   = "answer"   // of the administration
)

const maxNote = 4000

// Note is what citizen and administration write to each other about a request,
// under the root of whoever wrote it (SPEC.md §13). It is sealed once for each
// side, so that who wrote it reads it again, and nobody between them does.
type Note struct {
	Suite          int      `json:"suite"`
	ID             string   `json:"id"`
	Request        string   `json:"request"`
	Safe           string   `json:"safe"`
	Administration string   `json:"administration"`
	From           string   `json:"from"`
	About          string   `json:"about"`
	Kinds          []string `json:"kinds,omitempty"` // that are refused; none is all
	Text           string   `json:"text,omitempty"`
	Created        string   `json:"created"`
}

// SealedNote is a note as the server keeps it: for either side.
type SealedNote struct {
	ForSafe           []byte
	ForAdministration []byte
}

// SealNote signs a note and seals it for both sides.
func SealNote(n Note, root RootKey, toSafe, toAdministration *Recipient) (SealedNote, error) {
	n.Suite = root.Suite()
	signed, err := signPayload(contextNote, root, n, n.check())
	if err != nil {
		return SealedNote{}, fmt.Errorf("seal note: %w", err)
	}
	padded := padLF(signed, int64(toBlock(len(signed))))
	var out SealedNote
	if out.ForSafe, err = seal(padded, toSafe); err == nil {
		out.ForAdministration, err = seal(padded, toAdministration)
	}
	if err != nil {
		return SealedNote{}, fmt.Errorf("seal note: %w", err)
	}
	return out, nil
}

// OpenNote opens a note and verifies it under the key of whoever it is said to
// be from. The caller still compares ids with what it asked for.
func OpenNote(b []byte, reader *Identity, vk VK) (Note, error) {
	plain, err := open(b, reader)
	if err != nil {
		return Note{}, fmt.Errorf("open note: %w", err)
	}
	n, err := parseNote(plain, vk)
	if err != nil {
		return Note{}, fmt.Errorf("open note: %w", err)
	}
	return n, nil
}

func parseNote(plain []byte, vk VK) (Note, error) {
	signed := unpadLF(plain)
	if len(plain) != toBlock(len(signed)) {
		return Note{}, fmt.Errorf("padding: %w", ErrForm)
	}
	var n Note
	if err := openPayload(contextNote, signed, vk, &n, func() int { return n.Suite }); err != nil {
		return Note{}, err
	}
	return n, n.check()
}

func (n Note) check() error {
	err := cmp.Or(
		checkSuite(n.Suite), checkID(n.ID, n.Request, n.Safe, n.Administration), checkTime(n.Created),
		checkText(n.Text, maxNote), checkKindCodes(n.Kinds),
	)
	if err != nil {
		return err
	}
	from := FromSafe
	switch n.About {
	case AboutNote, AboutQuestion, AboutRefusal:
	case AboutAnswer:
		from = FromAdministration
	default:
		return fmt.Errorf("note about %.20q: %w", n.About, ErrForm)
	}
	if n.From != from {
		return fmt.Errorf("%s of the other side: %w", n.About, ErrForm)
	}
	if refusal := n.About == AboutRefusal; !refusal && (n.Text == "" || len(n.Kinds) > 0) {
		return fmt.Errorf("%s without text, or with kinds: %w", n.About, ErrForm)
	}
	return nil
}
