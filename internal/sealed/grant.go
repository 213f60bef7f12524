package sealed

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

const markSlip = "coffre/v1/deposit"

// The doors of a slip: who has sealed the document.
const (
	DoorGateway = "gateway"
	DoorClient  = "client" // a mediator's tab
)

// Grant is what a grant or a deposit slip says (SPEC.md §6).
type Grant struct {
	Suite     int    `json:"suite"`
	Safe      string `json:"safe"`
	Doc       string `json:"doc"`
	Version   string `json:"version"`
	SHA256    string `json:"sha256"`
	Sealed    int64  `json:"sealed"`
	Size      int64  `json:"size"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Created   string `json:"created"`
	Reader    string `json:"reader"`
	Recipient string `json:"recipient"`
	// Index of the leaf with the reader's key; nil in the holder's own grant.
	Index     *int64 `json:"index,omitempty"`
	Purpose   string `json:"purpose,omitempty"`
	Procedure string `json:"procedure,omitempty"`
	Service   string `json:"service,omitempty"`
	NotAfter  string `json:"notAfter,omitempty"`
	// Request that it answers, and the kind of document that it is given as.
	Request string `json:"request,omitempty"`
	Kind    string `json:"kind,omitempty"`
	// Issue is what the document's issuer has signed of it (SPEC.md §15); nobody
	// has verified it yet.
	Issue []byte `json:"issue,omitempty"`
	// Mandate under which a mediator reads, gives or deposits (SPEC.md §16).
	Mandate string `json:"mandate,omitempty"`
	// Origin and Door are a slip's, and the folder that is proposed.
	Origin string `json:"origin,omitempty"`
	Door   string `json:"door,omitempty"`
	Folder string `json:"folder,omitempty"`
}

// OpenedGrant is a grant with the key of its document.
type OpenedGrant struct {
	Grant Grant
	Key   *Identity
	// Slip: signed by nobody.
	Slip bool
	// Mandate under which a mediator gave it; nil when the holder did.
	Mandate *Mandate
}

// Ref is what the sealed document has to be.
func (g Grant) Ref() DocumentRef {
	return DocumentRef{SHA256: g.SHA256, Sealed: g.Sealed, Size: g.Size}
}

// SealGrant signs g with the safe's root and seals it, with the version's
// key, to its reader.
func SealGrant(g Grant, root RootKey, key *Identity, to *Recipient) ([]byte, error) {
	payload, err := g.encode(to, false)
	if err == nil {
		err = g.checkOfRoot()
	}
	if err != nil {
		return nil, fmt.Errorf("seal grant: %w", err)
	}
	if err := ofSuite(root.VK(), g.Suite); err != nil {
		return nil, fmt.Errorf("seal grant: %w", err)
	}
	sig := root.Sign(contextGrant, payload)[:64]
	return sealLine(root.suite.label(contextGrant), base64.StdEncoding.EncodeToString(sig), payload, key, to)
}

// SealSlip seals a deposit slip: the same file, signed by nobody.
func SealSlip(g Grant, key *Identity, to *Recipient) ([]byte, error) {
	payload, err := g.encode(to, true)
	if err != nil {
		return nil, fmt.Errorf("seal slip: %w", err)
	}
	in, err := suiteOf(g.Suite)
	if err != nil {
		return nil, fmt.Errorf("seal slip: %w", err)
	}
	return sealLine(in.label(markSlip), "-", payload, key, to)
}

// OpenGrant opens and verifies a grant that must have been sealed to reader
// and signed under vk. The caller still compares ids with what it asked for.
func OpenGrant(b []byte, reader *Identity, vk VK) (OpenedGrant, error) {
	g, err := openSignedGrant(b, reader, vk)
	if err == nil {
		err = g.Grant.checkOfRoot()
	}
	if err != nil {
		return OpenedGrant{}, fmt.Errorf("open grant: %w", err)
	}
	return g, nil
}

func openSignedGrant(b []byte, reader *Identity, vk VK) (OpenedGrant, error) {
	f, err := openLine(b, reader)
	if err != nil {
		return OpenedGrant{}, err
	}
	if err := f.verify(vk); err != nil {
		return OpenedGrant{}, err
	}
	g, err := f.opened(reader, false)
	if err == nil {
		err = ofSuite(vk, g.Grant.Suite)
	}
	if err != nil {
		return OpenedGrant{}, err
	}
	return g, nil
}

func (f line) verify(vk VK) error {
	in, err := suiteOf(vk.Suite())
	if err != nil {
		return err
	}
	sig, err := base64.StdEncoding.DecodeString(f.proof)
	// DecodeString passes over CR, so one signature would have many spellings.
	if f.mark != in.label(contextGrant) || err != nil || len(sig) != 64 || base64.StdEncoding.EncodeToString(sig) != f.proof {
		return fmt.Errorf("nobody signed it: %w", ErrSignature)
	}
	_, err = vk.Open(contextGrant, append(sig, f.payload...))
	return err
}

// OpenSlip opens a deposit slip. Whoever knows the recipient can make one.
func OpenSlip(b []byte, reader *Identity) (OpenedGrant, error) {
	f, err := openLine(b, reader)
	if err != nil {
		return OpenedGrant{}, fmt.Errorf("open slip: %w", err)
	}
	isSlip := func(s suite) bool { return f.mark == s.label(markSlip) }
	if !slices.ContainsFunc(suites(), isSlip) || f.proof != "-" {
		return OpenedGrant{}, fmt.Errorf("open slip: not a slip: %w", ErrForm)
	}
	return f.opened(reader, true)
}

func (g Grant) encode(to *Recipient, slip bool) ([]byte, error) {
	if err := g.check(slip); err != nil {
		return nil, err
	}
	if g.Recipient != to.Fingerprint() {
		return nil, fmt.Errorf("another recipient: %w", ErrMismatch)
	}
	return Canonical(g)
}

func (g Grant) check(slip bool) error {
	if err := checkSuite(g.Suite); err != nil {
		return err
	}
	err := cmp.Or(
		checkID(g.Safe, g.Doc, g.Version, g.Reader), checkHash(g.SHA256, g.Recipient), checkTime(g.Created),
		CheckName(g.Name), checkType(g.Type),
		checkText(g.Purpose, 1000), checkText(g.Procedure, 1000), checkText(g.Service, 1000),
	)
	if err != nil {
		return err
	}
	// Of the suite of the grant, or of one before: documents follow their safe one
	// by one.
	if n, ok := DocumentSuite(g.Size, g.Sealed); !ok || n > g.Suite {
		return fmt.Errorf("size and sealed length disagree: %w", ErrLength)
	}
	if g.NotAfter != "" {
		if err := checkTime(g.NotAfter); err != nil {
			return err
		}
	}
	if len(g.Issue) > 0 {
		if err := checkIssueForm(g.Issue); err != nil {
			return err
		}
	}
	if slip {
		return g.checkSlip()
	}
	if err := cmp.Or(g.checkAnswer(), g.checkMandate()); err != nil {
		return err
	}
	if g.Origin+g.Door+g.Folder != "" || (g.Index != nil && *g.Index < 0) {
		return fmt.Errorf("members of a slip in a grant: %w", ErrForm)
	}
	return nil
}

// checkAnswer: to a request only an administration is given anything, and by its
// kind it is known what for.
func (g Grant) checkAnswer() error {
	if g.Request+g.Kind == "" {
		return nil
	}
	if g.Index == nil || g.Kind == "" {
		return fmt.Errorf("request without kind, or in a grant of one's own: %w", ErrForm)
	}
	if g.Request != "" {
		if err := checkID(g.Request); err != nil {
			return err
		}
	}
	return checkSlug(g.Kind)
}

// checkMandate: of a grant to a mediator's session or by one. Either ends.
func (g Grant) checkMandate() error {
	if g.Mandate == "" {
		return nil
	}
	if g.NotAfter == "" || (g.Index == nil) != (g.Reader == g.Mandate) {
		return fmt.Errorf("mandate in a grant without an end, or to somebody else: %w", ErrForm)
	}
	return checkID(g.Mandate)
}

// checkOfRoot: what a mediator gives, the session signs; the citizen's own key
// under it would be a mandate's act without a mandate.
func (g Grant) checkOfRoot() error {
	if g.Mandate != "" && g.Index != nil {
		return fmt.Errorf("a mediator's grant under the key of the safe: %w", ErrMismatch)
	}
	return nil
}

func (g Grant) checkSlip() error {
	if g.Index != nil || g.Purpose+g.Procedure+g.Service+g.NotAfter+g.Request+g.Kind != "" || g.Reader != g.Safe {
		return fmt.Errorf("members of a grant in a slip: %w", ErrForm)
	}
	switch g.Door {
	case DoorGateway:
		if g.Mandate+g.Folder != "" {
			return fmt.Errorf("members of a mediator's slip in another: %w", ErrForm)
		}
		return checkID(g.Origin)
	case DoorClient:
		if g.Folder != "" {
			if err := CheckName(g.Folder); err != nil {
				return err
			}
		}
		return checkID(g.Origin, g.Mandate)
	default:
		return fmt.Errorf("slip of door %.20q: %w", g.Door, ErrForm)
	}
}

// line is an opened grant file, not yet believed.
type line struct {
	mark, proof string
	payload     []byte
	key         *Identity
}

func sealLine(mark, proof string, payload []byte, key *Identity, to *Recipient) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s %s %s\n%s\n", mark, proof, payload, key.Reveal())
	return seal(padLF(b.Bytes(), int64(toBlock(b.Len()))), to)
}

func openLine(b []byte, reader *Identity) (line, error) {
	plain, err := open(b, reader)
	if err != nil {
		return line{}, err
	}
	return parseLine(plain)
}

var errLine = errors.New("not the file of a grant")

func parseLine(plain []byte) (line, error) {
	first, rest, ok1 := bytes.Cut(plain, []byte{'\n'})
	second, padding, ok2 := bytes.Cut(rest, []byte{'\n'})
	words := bytes.SplitN(first, []byte{' '}, 4)
	if !ok1 || !ok2 || len(words) != 4 || string(words[0]) != "#" || len(bytes.Trim(padding, "\n")) > 0 ||
		len(plain) != toBlock(len(first)+len(second)+2) {
		return line{}, fmt.Errorf("%w: %w", errLine, ErrForm)
	}
	key, err := ParseIdentity(string(second))
	if err != nil || key.Reveal() != string(second) {
		return line{}, fmt.Errorf("%w: %w", errLine, ErrForm)
	}
	return line{mark: string(words[1]), proof: string(words[2]), payload: words[3], key: key}, nil
}

func (f line) opened(reader *Identity, slip bool) (OpenedGrant, error) {
	var g Grant
	if err := decodeSuite(f.payload, &g, func() int { return g.Suite }); err != nil {
		return OpenedGrant{}, err
	}
	if err := g.check(slip); err != nil {
		return OpenedGrant{}, err
	}
	if g.Recipient != reader.Recipient().Fingerprint() {
		return OpenedGrant{}, fmt.Errorf("for another reader: %w", ErrMismatch)
	}
	return OpenedGrant{Grant: g, Key: f.key, Slip: slip}, nil
}
