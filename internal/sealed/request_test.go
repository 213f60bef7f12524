package sealed

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const requestID = "eeeeeeeeeeeeeeeeeeeeeeeeea"

func someRequest() DocumentRequest {
	return DocumentRequest{
		Suite: Suite, ID: requestID, Administration: readerID, Service: "Scolarité", Procedure: "Inscription à l’école",
		Basis: "Code de l’éducation, article L131-5", Purpose: "Inscrire un enfant à l’école primaire",
		Wanted: []Wanted{
			{Kind: "identity", Or: []string{"passport", "residence-permit"}, Count: 2, Note: "des deux parents"},
			{Kind: "family-book"},
			{Kind: "tax-notice", Optional: true},
		},
		Reference: "2026-00417 \U0001f392", Openings: 3, Created: someTime, AnswerBy: "2026-06-30T21:59:59Z", NotAfter: "2026-09-30T21:59:59Z",
	}
}

func TestRequestSaysWhatWasSigned(t *testing.T) {
	root := NewRootKey(NewSecret())
	want := someRequest()
	signed := must(SignRequest(want, root))(t)
	if got := must(OpenRequest(signed, root.VK()))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := must(ReadRequest(signed))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	_, err := OpenRequest(signed, NewRootKey(NewSecret()).VK())
	refused(t, "another administration's", err, ErrSignature)
	for _, word := range []string{"Inscrire", "residence-permit", "2026-09-30", "L131-5", readerID} {
		edited := replace(t, signed, word, strings.Repeat("e", len(word)))
		_, err := OpenRequest(edited, root.VK())
		refused(t, "edited "+word, err, ErrSignature)
	}
	_, err = OpenRequest(root.Sign(contextNote, signed[64:]), root.VK())
	refused(t, "signed as something else", err, ErrSignature)
	_, err = ReadRequest(signed[:64])
	refused(t, "cut", err, ErrLength)
}

func badRequests() map[string]func(*DocumentRequest) {
	return map[string]func(*DocumentRequest){
		"no id":                       func(r *DocumentRequest) { r.ID = "" },
		"no administration":           func(r *DocumentRequest) { r.Administration = "x" },
		"no procedure":                func(r *DocumentRequest) { r.Procedure = "" },
		"no legal basis":              func(r *DocumentRequest) { r.Basis = "" },
		"no purpose":                  func(r *DocumentRequest) { r.Purpose = "" },
		"long purpose":                func(r *DocumentRequest) { r.Purpose = strings.Repeat("é", 201) },
		"long reference":              func(r *DocumentRequest) { r.Reference = strings.Repeat("r", 101) },
		"nothing wanted":              func(r *DocumentRequest) { r.Wanted = []Wanted{} },
		"a kind that is none":         func(r *DocumentRequest) { r.Wanted[1].Kind = "Livret de famille" },
		"no kind":                     func(r *DocumentRequest) { r.Wanted[1].Kind = "" },
		"a kind twice":                func(r *DocumentRequest) { r.Wanted[2].Kind = "identity" },
		"a kind twice as alternative": func(r *DocumentRequest) { r.Wanted[2].Or = []string{"passport"} },
		"one of a kind, in figures":   func(r *DocumentRequest) { r.Wanted[1].Count = 1 },
		"less than none of a kind":    func(r *DocumentRequest) { r.Wanted[1].Count = -1 },
		"too many of a kind":          func(r *DocumentRequest) { r.Wanted[1].Count = 21 },
		"long note":                   func(r *DocumentRequest) { r.Wanted[1].Note = strings.Repeat("n", 201) },
		"no end":                      func(r *DocumentRequest) { r.NotAfter = "" },
		"an end before the beginning": func(r *DocumentRequest) { r.NotAfter = r.Created },
		"answers after the end":       func(r *DocumentRequest) { r.AnswerBy = "2026-10-01T00:00:00Z" },
		"answers before it was made":  func(r *DocumentRequest) { r.AnswerBy = r.Created },
		"a day that is none":          func(r *DocumentRequest) { r.AnswerBy = "2026-06-31T00:00:00Z" },
		"less than no opening":        func(r *DocumentRequest) { r.Openings = -1 },
		"too many openings":           func(r *DocumentRequest) { r.Openings = 1001 },
		"too many wanted": func(r *DocumentRequest) {
			r.Wanted = nil
			for i := range 21 {
				r.Wanted = append(r.Wanted, Wanted{Kind: strings.Repeat("k", i+1)})
			}
		},
	}
}

func TestRequestRefuses(t *testing.T) {
	root := NewRootKey(NewSecret())
	for what, spoil := range badRequests() {
		r := someRequest()
		spoil(&r)
		_, err := SignRequest(r, root)
		refused(t, "sign "+what, err, ErrForm)
		_, err = OpenRequest(must(signPayload(contextRequest, root, r, nil))(t), root.VK())
		refused(t, "open "+what, err, ErrForm)
	}
}

func TestRequestKnowsWhatAKindAnswers(t *testing.T) {
	r := someRequest()
	for kind, want := range map[string]string{"identity": "identity", "passport": "identity", "tax-notice": "tax-notice"} {
		if w := must(r.Find(kind))(t); w.Kind != want {
			t.Errorf("%s answers %s", kind, w.Kind)
		}
	}
	if w := must(r.Find("passport"))(t); w.Most() != 2 || must(r.Find("tax-notice"))(t).Most() != 1 {
		t.Errorf("%+v", w)
	}
	_, err := r.Find("bank-details")
	refused(t, "not asked for", err, ErrMismatch)
	if last, end := must(r.Last())(t), must(r.End())(t); formatTime(last) != r.AnswerBy || formatTime(end) != r.NotAfter {
		t.Errorf("answers until %s, opened until %s", last, end)
	}
	r.AnswerBy = ""
	if last := must(r.Last())(t); formatTime(last) != r.NotAfter {
		t.Errorf("answers until %s", last)
	}
}

func TestALinkIsForOneRequest(t *testing.T) {
	root := NewRootKey(NewSecret())
	signed := must(SignRequest(someRequest(), root))(t)
	seal := RequestSeal(signed)
	if len(seal) != 22 || CheckRequestSeal(signed, seal) != nil {
		t.Errorf("seal %q", seal)
	}
	other := someRequest()
	other.Purpose = "Autre"
	for _, s := range []string{RequestSeal(must(SignRequest(other, root))(t)), "", seal[:21], seal + "A"} {
		refused(t, s, CheckRequestSeal(signed, s), ErrMismatch)
	}
}

func someNote(about string) Note {
	n := Note{
		Suite: Suite, ID: docID, Request: requestID, Safe: safeID, Administration: readerID, From: FromSafe, About: about,
		Text: "Mon livret est chez le notaire\njusqu’à lundi.", Created: someTime,
	}
	switch about {
	case AboutAnswer:
		n.From = FromAdministration
	case AboutRefusal:
		n.Kinds = []string{"tax-notice"}
	}
	return n
}

func TestANoteIsReadByBothSidesAndByNobodyElse(t *testing.T) {
	root, citizen, office := NewRootKey(NewSecret()), freshIdentity(t), freshIdentity(t)
	for _, about := range []string{AboutNote, AboutRefusal, AboutQuestion, AboutAnswer} {
		want := someNote(about)
		b := must(SealNote(want, root, citizen.Recipient(), office.Recipient()))(t)
		for reader, sealed := range map[*Identity][]byte{citizen: b.ForSafe, office: b.ForAdministration} {
			if got := must(OpenNote(sealed, reader, root.VK()))(t); !reflect.DeepEqual(got, want) {
				t.Errorf("%+v", got)
			}
			if (len(sealed)-HeaderSize-32)%512 != 0 {
				t.Errorf("%d bytes", len(sealed))
			}
			_, err := OpenNote(sealed, freshIdentity(t), root.VK())
			refused(t, "read by another", err, ErrKey)
			_, err = OpenNote(sealed, reader, NewRootKey(NewSecret()).VK())
			refused(t, "said to be another's", err, ErrSignature)
		}
	}
	bare := someNote(AboutRefusal)
	bare.Text, bare.Kinds = "", nil
	must(SealNote(bare, root, citizen.Recipient(), office.Recipient()))(t)
}

func badNotes() map[string]func(*Note) {
	return map[string]func(*Note){
		"about nothing":                    func(n *Note) { n.About = "other" },
		"a question of the office":         func(n *Note) { n.From = FromAdministration },
		"an answer of the citizen":         func(n *Note) { n.About = AboutAnswer },
		"a question without text":          func(n *Note) { n.Text = "" },
		"a question with kinds":            func(n *Note) { n.Kinds = []string{"identity"} },
		"a refusal of one kind twice":      func(n *Note) { n.About, n.Kinds = AboutRefusal, []string{"a", "a"} },
		"a refusal of no kind":             func(n *Note) { n.About, n.Kinds = AboutRefusal, []string{""} },
		"too long":                         func(n *Note) { n.Text = strings.Repeat("\U0001f392", 2001) },
		"no request":                       func(n *Note) { n.Request = "" },
		"no time":                          func(n *Note) { n.Created = "" },
		"from nobody":                      func(n *Note) { n.From = "" },
		"an id with bits that say nothing": func(n *Note) { n.ID = n.ID[:25] + "b" },
	}
}

func TestNoteRefuses(t *testing.T) {
	root, to := NewRootKey(NewSecret()), freshIdentity(t)
	for what, spoil := range badNotes() {
		n := someNote(AboutQuestion)
		spoil(&n)
		_, err := SealNote(n, root, to.Recipient(), to.Recipient())
		refused(t, "seal "+what, err, ErrForm)
		signed := must(signPayload(contextNote, root, n, nil))(t)
		_, err = OpenNote(must(seal(padLF(signed, int64(toBlock(len(signed)))), to.Recipient()))(t), to, root.VK())
		refused(t, "open "+what, err, ErrForm)
	}
	signed := must(signPayload(contextNote, root, someNote(AboutQuestion), nil))(t)
	_, err := OpenNote(must(seal(padLF(signed, int64(toBlock(len(signed))+512)), to.Recipient()))(t), to, root.VK())
	refused(t, "more padding", err, ErrForm)
}

func TestGrantAnswersARequest(t *testing.T) {
	g := sealSomeGrant(t)
	g.grant.Request, g.grant.Kind = requestID, "identity-card"
	sealed := must(SealGrant(g.grant, g.root, g.key, g.reader.Recipient()))(t)
	got := must(OpenGrant(sealed, g.reader, g.root.VK()))(t)
	if got.Grant.Request != requestID || got.Grant.Kind != "identity-card" {
		t.Errorf("%+v", got.Grant)
	}
	for what, spoil := range map[string]func(*Grant){
		"a request and no kind":         func(g *Grant) { g.Kind = "" },
		"a request that is none":        func(g *Grant) { g.Request = "x" },
		"a kind that is none":           func(g *Grant) { g.Kind = "Carte d’identité" },
		"an answer to oneself":          func(g *Grant) { g.Index = nil },
		"a kind in one's own grant":     func(g *Grant) { g.Index, g.Request = nil, "" },
		"a request in a deposit's slip": func(*Grant) {},
	} {
		bad := g.grant
		spoil(&bad)
		_, err := SealGrant(bad, g.root, g.key, g.reader.Recipient())
		if strings.Contains(what, "slip") {
			bad = someSlip(g.reader.Recipient())
			bad.Request, bad.Kind = requestID, "identity"
			_, err = SealSlip(bad, g.key, g.reader.Recipient())
		}
		refused(t, what, err, ErrForm)
	}
	alone := g.grant
	alone.Request = ""
	must(SealGrant(alone, g.root, g.key, g.reader.Recipient()))(t)
}

// TestKindsAreOneList: every code once, every text in both languages, every
// alternative there.
func TestKindsAreOneList(t *testing.T) {
	all := Kinds()
	codes := map[string]bool{}
	for _, k := range all {
		if codes[k.Code] || checkSlug(k.Code) != nil || k.French == "" || k.English == "" || k.Group == "" {
			t.Errorf("%+v", k)
		}
		codes[k.Code] = true
	}
	for _, k := range all {
		for _, or := range k.Or {
			if !codes[or] || or == k.Code {
				t.Errorf("%s accepts %s", k.Code, or)
			}
		}
		if found, ok := FindKind(k.Code); !ok || found.French != k.French {
			t.Errorf("%s is found as %+v", k.Code, found)
		}
	}
	if _, ok := FindKind("nothing"); ok || len(all) < 40 {
		t.Errorf("%d kinds", len(all))
	}
	spec := string(must(os.ReadFile("SPEC.md"))(t))
	for _, code := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(regexp.MustCompile(`(?s)Codes:.*?\n\n`).FindString(spec), -1) {
		delete(codes, code[1])
	}
	if len(codes) > 0 {
		t.Errorf("SPEC.md does not name %v", codes)
	}
}

// requestVector is a request, a grant's answer aside, and both sides' notes
// about it (SPEC.md §13).
type requestVector struct {
	Root    []byte `json:"root"` // the administration's
	VK      []byte `json:"vk"`
	Request string `json:"request"`
	Signed  []byte `json:"signed"`
	Seal    string `json:"seal"`
	Office  string `json:"office"` // identity of the administration's vault
	Safe    struct {
		Root  []byte `json:"root"`
		VK    []byte `json:"vk"`
		Vault string `json:"vault"`
	} `json:"safe"`
	Notes []requestNote `json:"notes"`
}

type requestNote struct {
	Note string `json:"note"`
	Made struct {
		ForSafe           []byte `json:"forSafe"`
		ForAdministration []byte `json:"forAdministration"`
	} `json:"made"`
}

func makeRequest(t *testing.T) (v requestVector) {
	t.Helper()
	root, own := NewRootKey(secretNamed("root of the town hall")), NewRootKey(secretNamed("root"))
	vk, ownVK := root.VK(), own.VK()
	office, vault := must(IdentityFromSeed(secretNamed("vault of the town hall")))(t), must(IdentityFromSeed(secretNamed("vault")))(t)
	r := someRequest()
	v.Root, v.VK, v.Request = secretNamed("root of the town hall").Bytes(), vk[:], string(must(Canonical(r))(t))
	v.Signed = must(SignRequest(r, root))(t)
	v.Seal, v.Office = RequestSeal(v.Signed), office.Reveal()
	v.Safe.Root, v.Safe.VK, v.Safe.Vault = secretNamed("root").Bytes(), ownVK[:], vault.Reveal()
	for _, about := range []string{AboutNote, AboutRefusal, AboutQuestion, AboutAnswer} {
		n, by := someNote(about), own
		if about == AboutAnswer {
			by = root
		}
		b := must(SealNote(n, by, vault.Recipient(), office.Recipient()))(t)
		note := requestNote{Note: string(must(Canonical(n))(t))}
		note.Made.ForSafe, note.Made.ForAdministration = b.ForSafe, b.ForAdministration
		v.Notes = append(v.Notes, note)
	}
	return v
}

// TestRequestVectors reads what each implementation made, as each side does.
func TestRequestVectors(t *testing.T) {
	files := must(filepath.Glob("testdata/*-request.json"))(t)
	if len(files) != 2 {
		t.Fatalf("vectors: %q", files)
	}
	for _, file := range files {
		var v requestVector
		readVector(t, strings.TrimSuffix(filepath.Base(file), ".json"), &v)
		vk, ownVK := must(ParseVK(v.VK))(t), must(ParseVK(v.Safe.VK))(t)
		root := NewRootKey(must(ParseSecret(v.Root))(t))
		r := must(OpenRequest(v.Signed, vk))(t)
		if string(must(Canonical(r))(t)) != v.Request || root.VK() != vk || !slices.Equal(v.Signed, must(SignRequest(r, root))(t)) {
			t.Errorf("%s: request is %+v", file, r)
		}
		if RequestSeal(v.Signed) != v.Seal {
			t.Errorf("%s: seal is %s", file, RequestSeal(v.Signed))
		}
		office, vault := must(ParseIdentity(v.Office))(t), must(ParseIdentity(v.Safe.Vault))(t)
		if len(v.Notes) != 4 {
			t.Errorf("%s: %d notes", file, len(v.Notes))
		}
		for _, n := range v.Notes {
			by := ownVK
			if strings.Contains(n.Note, `"from":"administration"`) {
				by = vk
			}
			for reader, b := range map[*Identity][]byte{vault: n.Made.ForSafe, office: n.Made.ForAdministration} {
				if got := must(OpenNote(b, reader, by))(t); string(must(Canonical(got))(t)) != n.Note {
					t.Errorf("%s: note is %+v", file, got)
				}
			}
		}
	}
}

func FuzzDocumentRequest(f *testing.F) {
	payloads := []string{string(must(Canonical(someRequest()))(f))}
	for _, spoil := range badRequests() {
		r := someRequest()
		spoil(&r)
		payloads = append(payloads, string(must(Canonical(r))(f)))
	}
	payloadFuzz(f, contextRequest, OpenRequest, payloads...)
}

// FuzzNote gives the payload under the seal.
func FuzzNote(f *testing.F) {
	payloads := []string{string(must(Canonical(someNote(AboutAnswer)))(f))}
	for _, spoil := range badNotes() {
		n := someNote(AboutRefusal)
		spoil(&n)
		payloads = append(payloads, string(must(Canonical(n))(f)))
	}
	payloadFuzz(f, contextNote, func(signed []byte, vk VK) (Note, error) {
		return parseNote(padLF(signed, int64(toBlock(len(signed)))), vk)
	}, payloads...)
}
