package sealed

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// The contexts of SPEC.md §13.
const (
	contextRequest = "coffre/v1/request"
	contextNote    = "coffre/v1/note"
)

const (
	maxWanted   = 20
	maxAccepted = 60 // kinds in one request, alternatives included
	maxOpenings = 1000
)

// DocumentRequest is what an administration asks for, why and until when, under
// its own root: nobody between it and the citizen changes a word.
type DocumentRequest struct {
	Suite          int      `json:"suite"`
	ID             string   `json:"id"`
	Administration string   `json:"administration"`
	Service        string   `json:"service,omitempty"`
	Procedure      string   `json:"procedure"`
	Basis          string   `json:"basis"` // the law by which it may ask
	Purpose        string   `json:"purpose"`
	Wanted         []Wanted `json:"wanted"`
	Reference      string   `json:"reference,omitempty"` // of the file at the administration
	// Openings is how often it wants to open each document; 0 is any number.
	Openings int    `json:"openings,omitempty"`
	Created  string `json:"created"`
	AnswerBy string `json:"answerBy,omitempty"`
	NotAfter string `json:"notAfter"` // until then it may open what it is given
}

// Wanted is one of the documents of a request.
type Wanted struct {
	Kind     string   `json:"kind"`
	Or       []string `json:"or,omitempty"`    // kinds that do as well
	Count    int      `json:"count,omitempty"` // 2 or more; 0 is one
	Note     string   `json:"note,omitempty"`
	Optional bool     `json:"optional,omitempty"`
}

// Accepts says whether a document of this kind is what is wanted.
func (w Wanted) Accepts(kind string) bool { return w.Kind == kind || slices.Contains(w.Or, kind) }

// Most is how many documents are wanted.
func (w Wanted) Most() int { return max(w.Count, 1) }

// SignRequest signs one with the administration's root.
func SignRequest(r DocumentRequest, root RootKey) ([]byte, error) {
	r.Suite = root.Suite()
	b, err := signPayload(contextRequest, root, r, r.check())
	if err != nil {
		return nil, fmt.Errorf("sign request: %w", err)
	}
	return b, nil
}

// OpenRequest verifies and reads one. Whose key vk is, only the log tells.
func OpenRequest(signed []byte, vk VK) (DocumentRequest, error) {
	var r DocumentRequest
	if err := openPayload(contextRequest, signed, vk, &r, func() int { return r.Suite }); err != nil {
		return DocumentRequest{}, fmt.Errorf("open request: %w", err)
	}
	if err := r.check(); err != nil {
		return DocumentRequest{}, fmt.Errorf("open request: %w", err)
	}
	return r, nil
}

// ReadRequest reads one without asking who signed it: for whoever has verified
// it before it was kept.
func ReadRequest(signed []byte) (DocumentRequest, error) {
	var r DocumentRequest
	if len(signed) <= 64 {
		return DocumentRequest{}, fmt.Errorf("read request: %w", ErrLength)
	}
	if err := decodeSuite(signed[64:], &r, func() int { return r.Suite }); err != nil {
		return DocumentRequest{}, fmt.Errorf("read request: %w", err)
	}
	return r, r.check()
}

// Find is the wanted document that a kind answers; ErrMismatch when it answers
// none.
func (r DocumentRequest) Find(kind string) (Wanted, error) {
	i := slices.IndexFunc(r.Wanted, func(w Wanted) bool { return w.Accepts(kind) })
	if i < 0 {
		return Wanted{}, fmt.Errorf("find kind %.60q: not asked for: %w", kind, ErrMismatch)
	}
	return r.Wanted[i], nil
}

// Kinds are all that the request accepts, in its order.
func (r DocumentRequest) Kinds() []string {
	var all []string
	for _, w := range r.Wanted {
		all = append(append(all, w.Kind), w.Or...)
	}
	return all
}

// End is the time until which it asks to open what it is given.
func (r DocumentRequest) End() (time.Time, error) {
	t, err := time.Parse(timeLayout, r.NotAfter)
	if err != nil {
		return time.Time{}, fmt.Errorf("read request: %w", ErrForm)
	}
	return t, nil
}

// Last is the time until which it can be answered.
func (r DocumentRequest) Last() (time.Time, error) {
	t, err := time.Parse(timeLayout, cmp.Or(r.AnswerBy, r.NotAfter))
	if err != nil {
		return time.Time{}, fmt.Errorf("read request: %w", ErrForm)
	}
	return t, nil
}

func (r DocumentRequest) check() error {
	err := cmp.Or(
		checkSuite(r.Suite), checkID(r.ID, r.Administration), checkTime(r.Created, r.NotAfter),
		checkSaid(r.Procedure, 200), checkSaid(r.Basis, 500), checkSaid(r.Purpose, 200),
		checkText(r.Service, 100), checkText(r.Reference, 100),
	)
	if err != nil {
		return err
	}
	if r.AnswerBy != "" {
		if err := checkTime(r.AnswerBy); err != nil {
			return err
		}
	}
	if r.NotAfter <= r.Created || r.AnswerBy != "" && (r.AnswerBy <= r.Created || r.AnswerBy > r.NotAfter) {
		return fmt.Errorf("request that ends before it begins: %w", ErrForm)
	}
	if r.Openings < 0 || r.Openings > maxOpenings || len(r.Wanted) < 1 || len(r.Wanted) > maxWanted {
		return fmt.Errorf("request of %d documents, %d openings: %w", len(r.Wanted), r.Openings, ErrForm)
	}
	return r.checkWanted()
}

func (r DocumentRequest) checkWanted() error {
	for _, w := range r.Wanted {
		if w.Count == 1 || w.Count < 0 || w.Count > maxWanted {
			return fmt.Errorf("request of %d documents of one kind: %w", w.Count, ErrForm)
		}
		if err := checkText(w.Note, 200); err != nil {
			return err
		}
	}
	return checkKindCodes(r.Kinds())
}

// checkKindCodes: each of them once, so that a kind says what it answers.
func checkKindCodes(kinds []string) error {
	if len(kinds) > maxAccepted {
		return fmt.Errorf("%d kinds: %w", len(kinds), ErrForm)
	}
	for i, k := range kinds {
		if err := checkSlug(k); err != nil {
			return err
		}
		if slices.Contains(kinds[:i], k) {
			return fmt.Errorf("a kind twice: %w", ErrForm)
		}
	}
	return nil
}

// checkSlug: 1 to 50 of a-z, 0-9 and -.
func checkSlug(s string) error {
	ok := len(s) >= 1 && len(s) <= 50
	for _, c := range []byte(s) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return fmt.Errorf("malformed kind: %w", ErrForm)
	}
	return nil
}

// checkSaid is a text that cannot be left out.
func checkSaid(s string, most int) error {
	if s == "" {
		return fmt.Errorf("no text: %w", ErrForm)
	}
	return checkText(s, most)
}

// RequestSeal is what a request's link carries behind #, where no server sees
// it: enough of the request's hash that no other can be shown in its place.
func RequestSeal(signed []byte) string {
	sum := sha256.Sum256(signed)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// CheckRequestSeal is ErrMismatch when the link was made for another request.
func CheckRequestSeal(signed []byte, seal string) error {
	if subtle.ConstantTimeCompare([]byte(RequestSeal(signed)), []byte(seal)) != 1 {
		return fmt.Errorf("check request: another one than the link is for: %w", ErrMismatch)
	}
	return nil
}
