package sealed

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	mandateID   = "fffffffffffffffffffffffffa"
	structureID = "gggggggggggggggggggggggggu"
	mediatorID  = "hhhhhhhhhhhhhhhhhhhhhhhhhe"
	otherID     = "iiiiiiiiiiiiiiiiiiiiiiiiiq"
	mandateEnd  = "2026-03-01T10:40:00Z"
)

func sessionNamed(t testing.TB, what string) SessionKey {
	t.Helper()
	return must(NewSessionKey(secretNamed(what)))(t)
}

func someMandate(s Session) Mandate {
	return Mandate{
		Suite: Suite, ID: mandateID, Safe: safeID, Structure: structureID, StructureName: "France Services de Vaulx", Index: 12,
		Mediator: mediatorID, MediatorName: "Yasmine Haddad", Acts: []string{ActAnswer, ActDeposit, ActRead, ActShare},
		Documents: []string{docID}, Administrations: []string{readerID}, Requests: []string{requestID}, GrantsUntil: "2026-09-01T10:00:00Z",
		Purpose: "Demander l’aide au logement \U0001f3e0", Session: &s, Created: someTime, NotAfter: mandateEnd,
	}
}

func someStanding(acts ...string) Mandate {
	m := someMandate(Session{})
	m.Session, m.Presence, m.Acts, m.NotAfter = nil, PresenceEach, acts, "2027-03-01T10:00:00Z"
	if len(acts) == 1 && acts[0] == ActDeposit {
		m.Presence, m.Documents, m.Administrations, m.Requests, m.GrantsUntil = PresenceDeposit, nil, nil, nil, ""
	}
	return m
}

func TestMandateSaysWhatTheCitizenSigned(t *testing.T) {
	root, key := NewRootKey(NewSecret()), sessionNamed(t, "tab")
	for _, want := range []Mandate{someMandate(key.Public()), someStanding(ActDeposit), someStanding(someMandate(key.Public()).Acts...)} {
		signed := must(SignMandate(want, root))(t)
		if got := must(OpenMandate(signed, root.VK()))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
		if got := must(ReadMandate(signed))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
		for _, word := range []string{"Haddad", "Vaulx", want.NotAfter, mediatorID, structureID, safeID, "deposit", `"index":12`} {
			edited := replace(t, signed, word, strings.Repeat("z", len(word)))
			_, err := OpenMandate(edited, root.VK())
			refused(t, "edited "+word, err, ErrSignature)
		}
		_, err := OpenMandate(signed, NewRootKey(NewSecret()).VK())
		refused(t, "of another safe", err, ErrSignature)
		_, err = OpenMandate(root.Sign(contextRevocation, signed[64:]), root.VK())
		refused(t, "signed as something else", err, ErrSignature)
		_, err = ReadMandate(signed[:64])
		refused(t, "cut", err, ErrLength)
	}
	end := must(someMandate(key.Public()).End())(t)
	if formatTime(end) != mandateEnd {
		t.Errorf("ends %s", end)
	}
}

func badMandates() map[string]func(*Mandate) {
	return map[string]func(*Mandate){
		"no id":                            func(m *Mandate) { m.ID = "" },
		"no safe":                          func(m *Mandate) { m.Safe = "x" },
		"no structure":                     func(m *Mandate) { m.Structure = "" },
		"a structure without a name":       func(m *Mandate) { m.StructureName = "" },
		"nobody":                           func(m *Mandate) { m.Mediator = "" },
		"a mediator without a name":        func(m *Mandate) { m.MediatorName = "" },
		"a structure in no log":            func(m *Mandate) { m.Index = -1 },
		"no purpose":                       func(m *Mandate) { m.Purpose = "" },
		"a long purpose":                   func(m *Mandate) { m.Purpose = strings.Repeat("é", 201) },
		"no act":                           func(m *Mandate) { m.Acts = []string{} },
		"an act that never is":             func(m *Mandate) { m.Acts = []string{ActDeposit, "erase"} },
		"acts in disorder":                 func(m *Mandate) { m.Acts = []string{ActShare, ActRead, ActDeposit, ActAnswer} },
		"an act twice":                     func(m *Mandate) { m.Acts = []string{ActAnswer, ActDeposit, ActRead, ActRead, ActShare} },
		"reading nothing":                  func(m *Mandate) { m.Documents = nil },
		"a document twice":                 func(m *Mandate) { m.Documents = []string{docID, docID} },
		"documents in disorder":            func(m *Mandate) { m.Documents = []string{versID, docID} },
		"a document that is none":          func(m *Mandate) { m.Documents = []string{"x"} },
		"sharing with nobody":              func(m *Mandate) { m.Administrations = nil },
		"answering nothing":                func(m *Mandate) { m.Requests = nil },
		"an administration and no sharing": func(m *Mandate) { m.Acts = []string{ActAnswer, ActDeposit, ActRead} },
		"a request and no answering":       func(m *Mandate) { m.Acts = []string{ActDeposit, ActRead, ActShare} },
		"giving without an end":            func(m *Mandate) { m.GrantsUntil = "" },
		"giving until before":              func(m *Mandate) { m.GrantsUntil = m.Created },
		"giving until no day":              func(m *Mandate) { m.GrantsUntil = "2026-02-30T10:00:00Z" },
		"an end and nothing given": func(m *Mandate) {
			m.Acts, m.Administrations, m.Requests = []string{ActRead}, nil, nil
		},
		"documents and only deposits": func(m *Mandate) {
			m.Acts, m.Administrations, m.Requests, m.GrantsUntil = []string{ActDeposit}, nil, nil, ""
		},
		"more than an hour":                func(m *Mandate) { m.NotAfter = "2026-03-01T11:00:01Z" },
		"an end before the beginning":      func(m *Mandate) { m.NotAfter = m.Created },
		"a session's keys that are none":   func(m *Mandate) { m.Session = &Session{Recipient: "age1", VK: m.Session.VK} },
		"a session's VK off the curve":     func(m *Mandate) { m.Session = &Session{m.Session.Recipient, vkOf(2)} },
		"a session's VK of small order":    func(m *Mandate) { m.Session = &Session{m.Session.Recipient, vkOf(1)} },
		"a session's VK spelt otherwise":   func(m *Mandate) { m.Session = &Session{m.Session.Recipient, spelt()} },
		"a presence in a session":          func(m *Mandate) { m.Presence = PresenceEach },
		"no session and no presence":       func(m *Mandate) { m.Session = nil },
		"more than deposits without her":   func(m *Mandate) { m.Session, m.Presence = nil, PresenceDeposit },
		"a standing one under another":     func(m *Mandate) { m.Session, m.Presence, m.Standing = nil, PresenceEach, otherID },
		"a standing one of no such id":     func(m *Mandate) { m.Standing = "x" },
		"a standing one of over a year":    func(m *Mandate) { m.Session, m.Presence, m.NotAfter = nil, PresenceEach, "2027-03-01T10:00:01Z" },
		"too many administrations":         func(m *Mandate) { m.Administrations = manyIDs(21) },
		"too many documents":               func(m *Mandate) { m.Documents = manyIDs(201) },
		"too many requests":                func(m *Mandate) { m.Requests = manyIDs(21) },
		"a presence that nobody speaks of": func(m *Mandate) { m.Session, m.Presence = nil, "never" },
	}
}

// vkOf has y so small, and nothing else.
func vkOf(y byte) []byte { return append([]byte{Suite, y}, make([]byte, 31)...) }

// spelt is a point whose y is written as y + p: y = 3, which 2^255-19+3 is too.
func spelt() []byte {
	b := append([]byte{Suite, 0xf0}, bytes.Repeat([]byte{0xff}, 31)...)
	b[32] = 0x7f
	return b
}

func manyIDs(n int) []string {
	var all []string
	for range n {
		all = append(all, NewID())
	}
	slices.Sort(all)
	return all
}

func TestMandateRefuses(t *testing.T) {
	root, key := NewRootKey(NewSecret()), sessionNamed(t, "tab")
	for what, spoil := range badMandates() {
		m := someMandate(key.Public())
		spoil(&m)
		_, err := SignMandate(m, root)
		refused(t, "sign "+what, err, ErrForm)
		_, err = OpenMandate(must(signPayload(contextMandate, root, m, nil))(t), root.VK())
		refused(t, "open "+what, err, ErrForm)
	}
	most := someMandate(key.Public())
	most.Documents, most.Administrations, most.Requests = manyIDs(200), manyIDs(20), manyIDs(20)
	most.NotAfter, most.Standing = "2026-03-01T11:00:00Z", otherID
	must(SignMandate(most, root))(t)
}

func TestRevocation(t *testing.T) {
	root := NewRootKey(NewSecret())
	want := Revocation{Suite: Suite, Safe: safeID, Mandate: mandateID, At: someTime}
	signed := must(SignRevocation(want, root))(t)
	if got := must(OpenRevocation(signed, root.VK()))(t); got != want {
		t.Errorf("%+v", got)
	}
	_, err := OpenRevocation(replace(t, signed, mandateID, otherID), root.VK())
	refused(t, "of another mandate", err, ErrSignature)
	for what, spoil := range map[string]func(*Revocation){
		"of no mandate": func(r *Revocation) { r.Mandate = "" },
		"of no safe":    func(r *Revocation) { r.Safe = "" },
		"at no time":    func(r *Revocation) { r.At = "" },
	} {
		r := want
		spoil(&r)
		_, err := SignRevocation(r, root)
		refused(t, what, err, ErrForm)
		_, err = OpenRevocation(must(signPayload(contextRevocation, root, r, nil))(t), root.VK())
		refused(t, "open "+what, err, ErrForm)
	}
}

func TestPrintOfASessionTellsItFromEveryOther(t *testing.T) {
	key, other := sessionNamed(t, "tab"), sessionNamed(t, "another tab")
	p := key.Public().Print()
	if got := must(ParseSessionPrint(p.String()))(t); got != p || len(p.String()) != 22 {
		t.Errorf("%q", p)
	}
	if err := key.Public().CheckPrint(p); err != nil {
		t.Error(err)
	}
	refused(t, "another tab", other.Public().CheckPrint(p), ErrMismatch)
	mixed := Session{Recipient: other.Public().Recipient, VK: key.Public().VK}
	refused(t, "the recipient alone swapped", mixed.CheckPrint(p), ErrMismatch)
	mixed = Session{Recipient: key.Public().Recipient, VK: other.Public().VK}
	refused(t, "the signing key alone swapped", mixed.CheckPrint(p), ErrMismatch)
	for _, lang := range []string{"fr", "en"} {
		if w := must(p.Words(lang))(t); len(w) != 6 || slices.Equal(w, must(other.Public().Print().Words(lang))(t)) {
			t.Errorf("%q", w)
		}
	}
	if _, err := p.Words("ar"); err == nil {
		t.Error("words of a language that has no list")
	}
	for _, s := range []string{"", p.String()[:21], p.String() + "A", p.String()[:21] + "B", strings.Repeat("=", 22), p.String() + "\n"} {
		_, err := ParseSessionPrint(s)
		refused(t, fmt.Sprintf("print %q", s), err, ErrForm)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if s := fmt.Sprintf(verb, key); s != redacted {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

// TestTheTabKnowsWhoHadItsLink: another mandate, another link or another safe
// behind the session does not go unseen.
func TestTheTabKnowsWhoHadItsLink(t *testing.T) {
	root, key, link := NewRootKey(NewSecret()), sessionNamed(t, "tab"), linkSecret()
	m := someMandate(key.Public())
	signed := must(SignMandate(m, root))(t)
	bound := link.Binding(signed)
	other := link
	other[15]++
	m.Safe = otherID
	for what, b := range map[string][]byte{
		"another link":    other.Binding(signed),
		"another mandate": link.Binding(must(SignMandate(m, root))(t)),
		"another root":    link.Binding(must(SignMandate(someMandate(key.Public()), NewRootKey(NewSecret())))(t)),
	} {
		if len(b) != 32 || slices.Equal(b, bound) {
			t.Errorf("%s: %x", what, b)
		}
	}
	p := key.Public().Print()
	words := func(p SessionPrint, safe string, vk VK) []string { return must(p.SafeWords(safe, vk, "fr"))(t) }
	seen := words(p, safeID, root.VK())
	for what, w := range map[string][]string{
		"another safe": words(p, otherID, root.VK()), "another root": words(p, safeID, NewRootKey(NewSecret()).VK()),
		"another tab": words(sessionNamed(t, "another tab").Public().Print(), safeID, root.VK()),
	} {
		if len(w) != 6 || slices.Equal(w, seen) {
			t.Errorf("%s: %q", what, w)
		}
	}
	if s := fmt.Sprintf("%x %+v", link, &link); strings.Contains(s, fmt.Sprintf("%x", link[:4])) {
		t.Errorf("prints %s", s)
	}
}

func TestASessionOpensWhatItsMandateSealsToIt(t *testing.T) {
	root, key, doc := NewRootKey(NewSecret()), sessionNamed(t, "tab"), freshIdentity(t)
	m := someMandate(key.Public())
	to := must(ParseRecipient(m.Session.Recipient))(t)
	g := someGrant(to)
	g.Index, g.Purpose, g.Procedure, g.Service = nil, "", "", ""
	g.Mandate, g.Reader, g.NotAfter = m.ID, m.ID, m.NotAfter
	got := must(OpenGrant(must(SealGrant(g, root, doc, to))(t), key.Identity(), root.VK()))(t)
	if err := m.CheckRead(got.Grant); err != nil || got.Key.Reveal() != doc.Reveal() {
		t.Errorf("%+v, %v", got.Grant, err)
	}
	if err := key.Holds(m); err != nil {
		t.Error(err)
	}
	refused(t, "another tab", sessionNamed(t, "another tab").Holds(m), ErrMismatch)
	refused(t, "a standing mandate", key.Holds(someStanding(ActDeposit)), ErrMismatch)
	for what, spoil := range map[string]func(*Grant){
		"of another mandate":   func(g *Grant) { g.Mandate, g.Reader = otherID, otherID },
		"of another safe":      func(g *Grant) { g.Safe = otherID },
		"of another document":  func(g *Grant) { g.Doc = otherID },
		"longer than it lasts": func(g *Grant) { g.NotAfter = "2026-03-01T10:40:01Z" },
		"for a purpose":        func(g *Grant) { g.Purpose = "Prospecter" },
		"for a service":        func(g *Grant) { g.Service = "etat-civil" },
	} {
		bad := g
		spoil(&bad)
		refused(t, what, m.CheckRead(must(OpenGrant(must(SealGrant(bad, root, doc, to))(t), key.Identity(), root.VK()))(t).Grant), ErrMismatch)
	}
	organises := m
	organises.Acts, organises.Administrations, organises.Requests, organises.GrantsUntil = []string{ActDeposit, ActOrganise}, nil, nil, ""
	must(SignMandate(organises, root))(t)
	refused(t, "what is only organised", organises.CheckRead(g), ErrMismatch)
	for what, spoil := range map[string]func(*Grant){
		"without an end":   func(g *Grant) { g.NotAfter = "" },
		"to somebody else": func(g *Grant) { g.Reader = otherID },
		"of no mandate":    func(g *Grant) { g.Mandate, g.Reader = "x", "x" },
	} {
		bad := g
		spoil(&bad)
		_, err := SealGrant(bad, root, doc, to)
		refused(t, what, err, ErrForm)
	}
}

func TestASlipOfAMediator(t *testing.T) {
	vault, doc := freshIdentity(t), freshIdentity(t)
	slip := someSlip(vault.Recipient())
	slip.Origin, slip.Door, slip.Mandate, slip.Folder = structureID, DoorClient, mandateID, "Logement"
	got := must(OpenSlip(must(SealSlip(slip, doc, vault.Recipient()))(t), vault))(t)
	if !reflect.DeepEqual(got.Grant, slip) || !got.Slip {
		t.Errorf("%+v", got)
	}
	for what, spoil := range map[string]func(*Grant){
		"without a mandate":           func(g *Grant) { g.Mandate = "" },
		"without a structure":         func(g *Grant) { g.Origin = "" },
		"of a door that is none":      func(g *Grant) { g.Door = "window" },
		"of the gateway":              func(g *Grant) { g.Door, g.Folder = DoorGateway, "" },
		"of the gateway for a folder": func(g *Grant) { g.Door, g.Mandate = DoorGateway, "" },
	} {
		bad := slip
		spoil(&bad)
		_, err := SealSlip(bad, doc, vault.Recipient())
		refused(t, what, err, ErrForm)
	}
	slip.Folder = "a/b"
	_, err := SealSlip(slip, doc, vault.Recipient())
	refused(t, "a folder that is a path", err, ErrName)
}

// TestMandateTimes: a session's mandate lasts for an hour at most, a standing one
// for a year, whatever the times are.
func TestMandateTimes(t *testing.T) {
	root, key := NewRootKey(NewSecret()), sessionNamed(t, "tab")
	rapid.Check(t, func(t *rapid.T) {
		m, most := someMandate(key.Public()), time.Hour
		if rapid.Bool().Draw(t, "standing") {
			m, most = someStanding(ActDeposit), 365*24*time.Hour
		}
		lasts := time.Duration(rapid.Int64Range(-3600, 2*int64(most/time.Second)).Draw(t, "seconds")) * time.Second
		m.NotAfter = formatTime(someDay().Add(lasts))
		signed, err := SignMandate(m, root)
		if (err == nil) != (lasts > 0 && lasts <= most) {
			t.Fatalf("for %s: %v", lasts, err)
		}
		if err != nil {
			return
		}
		if got, err := OpenMandate(signed, root.VK()); err != nil || !reflect.DeepEqual(got, m) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

// TestNeitherKeySignsForTheOther: a mediator's grant is none of the citizen's
// own, and the reverse.
func TestNeitherKeySignsForTheOther(t *testing.T) {
	v := someGiving(t)
	b := v.seal(t, v.grant)
	_, err := OpenGrant(b, v.office, v.root.VK())
	refused(t, "without the mandate", err, ErrSignature)
	vk := must(ParseVK(v.key.Public().VK))(t)
	_, err = OpenGrant(b, v.office, vk)
	refused(t, "as if the session's key were a safe's", err, ErrMismatch)
	_, err = SealGrant(v.grant, v.root, v.doc, v.office.Recipient())
	refused(t, "a mediator's act under the citizen's key", err, ErrMismatch)
	own := v.grant
	own.Mandate = ""
	_, _, err = OpenGrantUnderMandate(must(SealGrant(own, v.root, v.doc, v.office.Recipient()))(t), v.office, Chain{Mandate: v.signed(t), VK: v.root.VK()})
	refused(t, "the citizen's own as a mediator's", err, ErrSignature)
}
