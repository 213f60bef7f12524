package sealed

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// giving is a mandate and a grant that its session has made.
type giving struct {
	root    RootKey
	key     SessionKey
	office  *Identity
	doc     *Identity
	mandate Mandate
	grant   Grant
}

func someGiving(t testing.TB) giving {
	t.Helper()
	v := giving{root: NewRootKey(NewSecret()), key: sessionNamed(t, "tab"), office: freshIdentity(t), doc: freshIdentity(t)}
	v.mandate = someMandate(v.key.Public())
	v.grant = someGrant(v.office.Recipient())
	v.grant.Mandate, v.grant.Created, v.grant.NotAfter = mandateID, "2026-03-01T10:10:00Z", v.mandate.GrantsUntil
	v.grant.Purpose, v.grant.Procedure, v.grant.Service = v.mandate.Purpose, "", ""
	return v
}

// seal is what a session does whose client has no scruples.
func (v giving) seal(t testing.TB, g Grant) []byte {
	t.Helper()
	payload := must(Canonical(g))(t)
	proof := base64.StdEncoding.EncodeToString(v.key.key.Sign(contextGrant, payload)[:64])
	return must(sealLine(contextGrant, proof, payload, v.doc, v.office.Recipient()))(t)
}

func (v giving) signed(t testing.TB) []byte {
	t.Helper()
	return must(SignMandate(v.mandate, v.root))(t)
}

func TestAMediatorGivesWhatTheMandateAllows(t *testing.T) {
	v := someGiving(t)
	chain := Chain{Mandate: v.signed(t), VK: v.root.VK()}
	g, m := must2(OpenGrantUnderMandate(v.seal(t, v.grant), v.office, chain))(t)
	if !reflect.DeepEqual(g.Grant, v.grant) || g.Key.Reveal() != v.doc.Reveal() || !reflect.DeepEqual(m, v.mandate) || !reflect.DeepEqual(g.Mandate, &m) {
		t.Errorf("%+v under %+v", g.Grant, m)
	}
	// A clock that is behind the citizen's phone is no reason to be refused.
	early := v.grant
	early.Created, early.Mandate, early.Suite = "2026-03-01T09:58:00Z", "", 0
	b := must(SealGrantUnderMandate(early, v.mandate, v.key, v.doc, v.office.Recipient()))(t)
	if g, _ := must2(OpenGrantUnderMandate(b, v.office, chain))(t); g.Grant.Created != v.mandate.Created || g.Grant.Mandate != mandateID {
		t.Errorf("%+v", g.Grant)
	}
	// An answer to a request that it names, of a document that came in under it.
	answer := v.grant
	answer.Request, answer.Kind, answer.Doc, answer.Reader = requestID, "identity", otherID, structureID
	answer.Purpose, answer.Procedure, answer.Service = "Inscription à l’école", "inscription", "etat-civil" // of the request
	chain.Deposited = []string{otherID}
	must2(OpenGrantUnderMandate(v.seal(t, answer), v.office, chain))(t)
	must(SealGrantUnderMandate(answer, v.mandate, v.key, v.doc, v.office.Recipient(), otherID))(t)
}

// tampering is everything that somebody between the citizen and the
// administration, or the mediator, could try.
func tampering(t testing.TB) map[string]struct {
	change func(v *giving, chain *Chain)
	want   error
} {
	t.Helper()
	type row = struct {
		change func(v *giving, chain *Chain)
		want   error
	}
	edit := func(from, to string) func(*giving, *Chain) {
		return func(_ *giving, c *Chain) { c.Mandate = replace(t, c.Mandate, from, to) }
	}
	grant := func(change func(*Grant)) row {
		return row{func(v *giving, _ *Chain) { change(&v.grant) }, ErrMismatch}
	}
	mandate := func(change func(*Mandate)) row {
		return row{func(v *giving, c *Chain) {
			change(&v.mandate)
			c.Mandate = v.signed(t)
		}, ErrMismatch}
	}
	return map[string]row{
		"mandate edited: another document":       {edit(docID, otherID), ErrSignature},
		"mandate edited: another administration": {edit(readerID, otherID), ErrSignature},
		"mandate extended":                       {edit(mandateEnd, "2026-03-01T10:59:00Z"), ErrSignature},
		"mandate with one act more":              {edit(`"deposit"`, `"organise"`), ErrSignature},
		"mandate of another mediator":            {edit("Yasmine Haddad", "Yasmine Hadd"), ErrSignature},
		"mandate under a former key of the line": {func(v *giving, c *Chain) { c.VK = NewRootKey(secretNamed("the root after it")).VK() }, ErrSignature},
		"mandate that the server has signed": {func(v *giving, c *Chain) {
			c.Mandate = must(SignMandate(v.mandate, NewRootKey(NewSecret())))(t)
		}, ErrSignature},
		"mandate that the session has signed": {func(v *giving, c *Chain) {
			c.Mandate = must(SignMandate(v.mandate, v.key.key))(t)
		}, ErrSignature},
		"session's keys swapped": {func(v *giving, _ *Chain) { v.key = sessionNamed(t, "of the server") }, ErrSignature},
		"session's keys swapped in the mandate": {func(v *giving, c *Chain) {
			other := base64.StdEncoding.EncodeToString(sessionNamed(t, "of the server").Public().VK)
			edit(base64.StdEncoding.EncodeToString(v.key.Public().VK), other)(v, c)
		}, ErrSignature},
		"replayed for another mandate of the same session": mandate(func(m *Mandate) { m.ID = otherID }),
		"replayed for another safe":                        mandate(func(m *Mandate) { m.Safe = otherID }),
		"of a mandate without a session":                   mandate(func(m *Mandate) { *m = someStanding(m.Acts...) }),
		"act not in it": mandate(func(m *Mandate) {
			m.Acts, m.Administrations = []string{ActAnswer, ActDeposit, ActRead}, nil
		}),
		"administration not in it":   mandate(func(m *Mandate) { m.Administrations = []string{otherID} }),
		"document not in it":         mandate(func(m *Mandate) { m.Documents = []string{otherID} }),
		"another safe's grant":       grant(func(g *Grant) { g.Safe = otherID }),
		"grant made before it":       grant(func(g *Grant) { g.Created = "2026-03-01T09:59:59Z" }),
		"grant made after it":        grant(func(g *Grant) { g.Created = "2026-03-01T10:40:01Z" }),
		"grant for longer":           grant(func(g *Grant) { g.NotAfter = "2026-09-01T10:00:01Z" }),
		"grant of no mandate":        grant(func(g *Grant) { g.Mandate = "" }),
		"request not in it":          grant(func(g *Grant) { g.Request, g.Kind = otherID, "identity" }),
		"grant for another purpose":  grant(func(g *Grant) { g.Purpose = "Prospecter" }),
		"grant for no purpose":       grant(func(g *Grant) { g.Purpose = "" }),
		"grant for a procedure":      grant(func(g *Grant) { g.Procedure = "inscription" }),
		"grant to a service":         grant(func(g *Grant) { g.Service = "etat-civil" }),
		"grant of the session's own": grant(func(g *Grant) { g.Index, g.Reader = nil, mandateID }),
		"grant without an end":       {func(v *giving, _ *Chain) { v.grant.NotAfter = "" }, ErrForm},
	}
}

// TestOnlyWhatTheMandateAllowsIsAccepted (T10): however it was changed, and by
// whom.
func TestOnlyWhatTheMandateAllowsIsAccepted(t *testing.T) {
	for what, row := range tampering(t) {
		v := someGiving(t)
		chain := Chain{Mandate: v.signed(t), VK: v.root.VK()}
		row.change(&v, &chain)
		got, _, err := OpenGrantUnderMandate(v.seal(t, v.grant), v.office, chain)
		refused(t, what, err, row.want)
		if got.Key != nil {
			t.Errorf("%s: a key came out", what)
		}
	}
}

// TestWhatTheMandateDoesNotAllowIsNotMade: a client of the mediator's that has a
// mistake spreads none.
func TestWhatTheMandateDoesNotAllowIsNotMade(t *testing.T) {
	v := someGiving(t)
	for what, spoil := range map[string]func(*Grant){
		"another document":       func(g *Grant) { g.Doc = otherID },
		"another administration": func(g *Grant) { g.Reader = otherID },
		"another request":        func(g *Grant) { g.Request, g.Kind = otherID, "identity" },
		"another purpose":        func(g *Grant) { g.Purpose = "Prospecter" },
		"a service":              func(g *Grant) { g.Service = "etat-civil" },
		"after its end":          func(g *Grant) { g.Created = "2026-03-01T10:40:01Z" },
		"for longer":             func(g *Grant) { g.NotAfter = "2026-09-01T10:00:01Z" },
	} {
		g := v.grant
		spoil(&g)
		_, err := SealGrantUnderMandate(g, v.mandate, v.key, v.doc, v.office.Recipient())
		refused(t, what, err, ErrMismatch)
	}
	_, err := SealGrantUnderMandate(v.grant, v.mandate, sessionNamed(t, "another tab"), v.doc, v.office.Recipient())
	refused(t, "in another tab", err, ErrMismatch)
}

// TestAnyMandateHoldsWhateverIsGiven: of grants and mandates drawn at random,
// those are opened whose every member is within.
func TestAnyMandateHoldsWhateverIsGiven(t *testing.T) {
	v := someGiving(t)
	ids := []string{docID, versID, readerID, otherID}
	rapid.Check(t, func(t *rapid.T) {
		pick := func(what string) []string {
			var some []string
			for _, id := range ids {
				if rapid.Bool().Draw(t, what) {
					some = append(some, id)
				}
			}
			return some
		}
		m, g := v.mandate, v.grant
		m.Documents, m.Administrations, m.Requests, m.Acts, m.GrantsUntil = pick("document"), pick("administration"), pick("request"), []string{ActDeposit}, ""
		if len(m.Requests) > 0 {
			m.Acts, m.GrantsUntil = []string{ActAnswer, ActDeposit}, v.mandate.GrantsUntil
		}
		if len(m.Administrations) > 0 {
			m.Acts, m.GrantsUntil = append(m.Acts, ActShare), v.mandate.GrantsUntil
		}
		if m.GrantsUntil == "" {
			m.Documents = nil
		}
		g.Doc, g.Reader = rapid.SampledFrom(ids).Draw(t, "doc"), rapid.SampledFrom(ids).Draw(t, "reader")
		if rapid.Bool().Draw(t, "answers") {
			g.Request, g.Kind = rapid.SampledFrom(ids).Draw(t, "answered"), "identity"
		}
		signed, err := SignMandate(m, v.root)
		if err != nil {
			t.Fatal(err)
		}
		within := slices.Contains(m.Documents, g.Doc) && (g.Request != "" && slices.Contains(m.Requests, g.Request) ||
			g.Request == "" && slices.Contains(m.Administrations, g.Reader))
		payload, err := Canonical(g)
		if err != nil {
			t.Fatal(err)
		}
		l := line{mark: contextGrant, proof: base64.StdEncoding.EncodeToString(v.key.key.Sign(contextGrant, payload)[:64]), payload: payload, key: v.doc}
		vk, _ := ParseVK(v.key.Public().VK)
		opened, err := OpenMandate(signed, v.root.VK())
		if err == nil {
			err = errors.Join(l.verify(vk), opened.CheckGiven(g, nil))
		}
		if (err == nil) != within {
			t.Fatalf("%+v under %+v: %v", g, m, err)
		}
	})
}

// mandateVector is a mandate, what it lets a session open, give and put in, and
// its end (SPEC.md §16).
type mandateVector struct {
	Root       []byte   `json:"root"`
	VK         []byte   `json:"vk"`
	Vault      string   `json:"vault"`
	Secret     []byte   `json:"secret"` // of the session
	Session    Session  `json:"session"`
	Print      string   `json:"print"`
	French     []string `json:"french"`
	English    []string `json:"english"`
	Link       string   `json:"link"` // secret of the link
	Binding    []byte   `json:"binding"`
	OfFrench   []string `json:"safeFrench"` // words of the safe
	OfEnglish  []string `json:"safeEnglish"`
	Mandate    string   `json:"mandate"`
	Signed     []byte   `json:"signed"`
	Standing   string   `json:"standing"`
	Stands     []byte   `json:"stands"` // the standing one, signed
	Revocation string   `json:"revocation"`
	Revoked    []byte   `json:"revoked"`
	Office     string   `json:"office"` // identity of the administration's vault
	Key        string   `json:"key"`    // of the document's version
	Read       string   `json:"read"`
	Given      string   `json:"given"`
	Slip       string   `json:"slip"`
	// Refused are what the mandate does not let the session give.
	Refused []string `json:"refused"`
	Made    struct {
		Read  []byte `json:"read"`  // by the citizen, for the session
		Given []byte `json:"given"` // by the session, for the administration
		Slip  []byte `json:"slip"`  // by the session, for the citizen
	} `json:"made"`
}

// refusedGifts spoil a grant that answers a request.
func refusedGifts() []func(*Grant) {
	return []func(*Grant){
		func(g *Grant) { g.Request, g.Kind, g.Purpose = "", "", "Prospecter" },
		func(g *Grant) { g.Request, g.Kind, g.Procedure = "", "", "inscription" },
		func(g *Grant) { g.Request, g.Kind, g.Service = "", "", "etat-civil" },
		func(g *Grant) { g.Request = otherID },
		func(g *Grant) { g.Doc = otherID },
		func(g *Grant) { g.NotAfter = "2028-01-01T00:00:00Z" },
	}
}

func linkSecret() LinkSecret { s := secretNamed("link"); return LinkSecret(s[:16]) }

func makeMandate(t *testing.T) (v mandateVector) {
	t.Helper()
	root, key := NewRootKey(secretNamed("root")), sessionNamed(t, "session")
	vk := root.VK()
	office, vault := must(IdentityFromSeed(secretNamed("vault of the town hall")))(t), must(IdentityFromSeed(secretNamed("vault")))(t)
	doc := must(IdentityFromSeed(secretNamed("version")))(t)
	text := func(x any) string { return string(must(Canonical(x))(t)) }
	m := someMandate(key.Public())
	v.Root, v.VK, v.Vault, v.Secret, v.Session = secretNamed("root").Bytes(), vk[:], vault.Reveal(), secretNamed("session").Bytes(), key.Public()
	p := v.Session.Print()
	v.Print, v.French, v.English = p.String(), must(p.Words("fr"))(t), must(p.Words("en"))(t)
	v.Mandate, v.Signed = text(m), must(SignMandate(m, root))(t)
	link := linkSecret()
	v.Link, v.Binding = base64.RawURLEncoding.EncodeToString(link[:]), link.Binding(v.Signed)
	v.OfFrench, v.OfEnglish = must(p.SafeWords(m.Safe, vk, "fr"))(t), must(p.SafeWords(m.Safe, vk, "en"))(t)
	v.Standing, v.Stands = text(someStanding(ActDeposit)), must(SignMandate(someStanding(ActDeposit), root))(t)
	r := Revocation{Suite: Suite, Safe: safeID, Mandate: mandateID, At: someTime}
	v.Revocation, v.Revoked = text(r), must(SignRevocation(r, root))(t)
	v.Office, v.Key = office.Reveal(), doc.Reveal()
	read := someGrant(key.Identity().Recipient())
	read.Index, read.Purpose, read.Procedure, read.Service = nil, "", "", ""
	read.Mandate, read.Reader, read.NotAfter = m.ID, m.ID, m.NotAfter
	given := someGrant(office.Recipient())
	given.Mandate, given.NotAfter, given.Request, given.Kind = m.ID, m.GrantsUntil, requestID, "identity"
	slip := someSlip(vault.Recipient())
	slip.Origin, slip.Door, slip.Mandate, slip.Folder = structureID, DoorClient, m.ID, "Logement « été »"
	v.Read, v.Given, v.Slip = text(read), text(given), text(slip)
	for _, spoil := range refusedGifts() {
		g := given
		spoil(&g)
		v.Refused = append(v.Refused, text(g))
	}
	v.Made.Read = must(SealGrant(read, root, doc, key.Identity().Recipient()))(t)
	v.Made.Given = must(SealGrantUnderMandate(given, m, key, doc, office.Recipient()))(t)
	v.Made.Slip = must(SealSlip(slip, doc, vault.Recipient()))(t)
	return v
}

// TestMandateVectors reads what each implementation made, as each side does.
func TestMandateVectors(t *testing.T) {
	files := must(filepath.Glob("testdata/*-mandate.json"))(t)
	if len(files) != 2 {
		t.Fatalf("vectors: %q", files)
	}
	for _, file := range files {
		var v mandateVector
		readVector(t, strings.TrimSuffix(filepath.Base(file), ".json"), &v)
		testMandateVector(t, file, v)
	}
}

func testMandateVector(t *testing.T, file string, v mandateVector) {
	t.Helper()
	same := func(x any, said string) {
		t.Helper()
		if got := string(must(Canonical(x))(t)); got != said {
			t.Errorf("%s: %s, not %s", file, got, said)
		}
	}
	vk, key := must(ParseVK(v.VK))(t), must(NewSessionKey(must(ParseSecret(v.Secret))(t)))(t)
	m := must(OpenMandate(v.Signed, vk))(t)
	same(m, v.Mandate)
	same(must(OpenMandate(v.Stands, vk))(t), v.Standing)
	same(must(OpenRevocation(v.Revoked, vk))(t), v.Revocation)
	if again := must(SignMandate(m, NewRootKey(must(ParseSecret(v.Root))(t))))(t); !slices.Equal(again, v.Signed) {
		t.Errorf("%s: another signature", file)
	}
	p := key.Public().Print()
	if !reflect.DeepEqual(key.Public(), v.Session) || p.String() != v.Print || key.Holds(m) != nil ||
		!slices.Equal(must(p.Words("fr"))(t), v.French) || !slices.Equal(must(p.Words("en"))(t), v.English) {
		t.Errorf("%s: session %+v, print %s", file, key.Public(), p)
	}
	link := LinkSecret(must(base64.RawURLEncoding.DecodeString(v.Link))(t))
	if !slices.Equal(link.Binding(v.Signed), v.Binding) || !slices.Equal(must(p.SafeWords(m.Safe, vk, "fr"))(t), v.OfFrench) ||
		!slices.Equal(must(p.SafeWords(m.Safe, vk, "en"))(t), v.OfEnglish) {
		t.Errorf("%s: another binding than %x, other words than %q", file, v.Binding, v.OfFrench)
	}
	read := must(OpenGrant(v.Made.Read, key.Identity(), vk))(t)
	same(read.Grant, v.Read)
	if err := m.CheckRead(read.Grant); err != nil || read.Key.Reveal() != v.Key {
		t.Errorf("%s: %v", file, err)
	}
	given, _ := must2(OpenGrantUnderMandate(v.Made.Given, must(ParseIdentity(v.Office))(t), Chain{Mandate: v.Signed, VK: vk}))(t)
	same(given.Grant, v.Given)
	if len(v.Refused) != len(refusedGifts()) {
		t.Errorf("%s: %d refused", file, len(v.Refused))
	}
	for _, text := range v.Refused {
		var g Grant
		if err := json.Unmarshal([]byte(text), &g); err != nil || !errors.Is(m.CheckGiven(g, nil), ErrMismatch) {
			t.Errorf("%s: %s is allowed, %v", file, text, err)
		}
	}
	same(must(OpenSlip(v.Made.Slip, must(ParseIdentity(v.Vault))(t)))(t).Grant, v.Slip)
}

func FuzzMandate(f *testing.F) {
	key := sessionNamed(f, "tab")
	payloads := []string{string(must(Canonical(someMandate(key.Public())))(f)), string(must(Canonical(someStanding(ActDeposit)))(f))}
	for _, spoil := range badMandates() {
		m := someMandate(key.Public())
		spoil(&m)
		payloads = append(payloads, string(must(Canonical(m))(f)))
	}
	payloadFuzz(f, contextMandate, OpenMandate, payloads...)
}

func FuzzRevocation(f *testing.F) {
	payloadFuzz(f, contextRevocation, OpenRevocation,
		`{"at":"2026-03-01T10:00:00Z","mandate":"`+mandateID+`","safe":"`+safeID+`","suite":1}`, `{"at":"","mandate":"","safe":"","suite":1}`)
}
