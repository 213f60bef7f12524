package sealed

import (
	"encoding/base64"
	"fmt"
	"slices"
)

// Chain is what a reader holds a mediator's grant against.
type Chain struct {
	Mandate []byte // signed
	VK      VK     // of the safe, as the log shows it now
	// Deposited are documents that the log proves to have come in under this
	// mandate; the caller has verified that.
	Deposited []string
}

// SealGrantUnderMandate signs a grant to an administration with the session's
// key and seals it. m is the mandate in force: what it does not allow is not
// made.
func SealGrantUnderMandate(g Grant, m Mandate, by SessionKey, key *Identity, to *Recipient, deposited ...string) ([]byte, error) {
	g.Suite, g.Mandate = by.key.Suite(), m.ID
	// The mediator's clock may be behind the citizen's.
	g.Created = max(g.Created, m.Created)
	err := by.Holds(m)
	if err == nil {
		err = m.CheckGiven(g, deposited)
	}
	if err != nil {
		return nil, fmt.Errorf("seal grant: %w", err)
	}
	payload, err := g.encode(to, false)
	if err != nil {
		return nil, fmt.Errorf("seal grant: %w", err)
	}
	sig := by.key.Sign(contextGrant, payload)[:64]
	return sealLine(by.key.suite.label(contextGrant), base64.StdEncoding.EncodeToString(sig), payload, key, to)
}

// OpenGrantUnderMandate opens a grant that a mediator's session has signed, and
// verifies that the citizen has let it: her mandate under the safe's key, the
// grant under the key that the mandate names, and what is given, to whom, when
// and until when within it. The caller still compares ids with what it asked
// for.
func OpenGrantUnderMandate(b []byte, reader *Identity, by Chain) (OpenedGrant, Mandate, error) {
	fail := func(err error) (OpenedGrant, Mandate, error) {
		return OpenedGrant{}, Mandate{}, fmt.Errorf("open grant under a mandate: %w", err)
	}
	m, err := OpenMandate(by.Mandate, by.VK)
	if err != nil {
		return fail(err)
	}
	if m.Session == nil {
		return fail(fmt.Errorf("a standing mandate gives nothing: %w", ErrMismatch))
	}
	vk, err := ParseVK(m.Session.VK)
	if err != nil {
		return fail(err)
	}
	g, err := openSignedGrant(b, reader, vk)
	if err == nil {
		err = m.CheckGiven(g.Grant, by.Deposited)
	}
	if err != nil {
		return fail(err)
	}
	g.Mandate = &m
	return g, m, nil
}

// CheckGiven is ErrMismatch unless the mandate lets its session make this grant
// to an administration.
func (m Mandate) CheckGiven(g Grant, deposited []string) error {
	act, of, who := ActShare, m.Administrations, g.Reader
	if g.Request != "" {
		act, of, who = ActAnswer, m.Requests, g.Request
	}
	why := ""
	switch {
	case g.Mandate != m.ID || g.Safe != m.Safe || g.Index == nil:
		why = "of another mandate"
	case !m.Allows(act):
		why = "act not in it: " + act
	case !slices.Contains(of, who):
		why = "for somebody not in it"
	case !slices.Contains(m.Documents, g.Doc) && !slices.Contains(deposited, g.Doc):
		why = "document not in it"
	case g.Created < m.Created || g.Created > m.NotAfter:
		why = "made outside its time"
	case g.NotAfter == "" || g.NotAfter > m.GrantsUntil:
		why = "for longer than it allows"
	case g.Request == "" && (g.Purpose != m.Purpose || g.Procedure+g.Service != ""):
		why = "for another purpose" // with a request they are the request's
	default:
		return nil
	}
	return fmt.Errorf("check mandate: grant %s: %w", why, ErrMismatch)
}

// CheckRead is ErrMismatch unless the grant, which the citizen's client has
// sealed to the session, is of this mandate, of a document that is in it, and for
// an act that needs it: what is only organised is not read.
func (m Mandate) CheckRead(g Grant) error {
	if !m.Allows(ActRead) && !m.Allows(ActShare) && !m.Allows(ActAnswer) {
		return fmt.Errorf("check mandate: of no act that needs the document: %w", ErrMismatch)
	}
	if g.Purpose+g.Procedure+g.Service+g.Kind != "" {
		return fmt.Errorf("check mandate: grant for a purpose of its own: %w", ErrMismatch)
	}
	if g.Mandate != m.ID || g.Reader != m.ID || g.Safe != m.Safe || g.Index != nil || g.NotAfter > m.NotAfter ||
		!slices.Contains(m.Documents, g.Doc) {
		return fmt.Errorf("check mandate: grant of another one: %w", ErrMismatch)
	}
	return nil
}
