package sealed

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const diploma = "Université de Valmont : licence de droit, mention bien\n"

func someIssue() Issue {
	sum := sha256.Sum256([]byte(diploma))
	return Issue{
		Suite: Suite, Administration: readerID, Name: "Diplôme – licence.pdf", Type: "application/pdf", Size: int64(len(diploma)),
		Content: hex.EncodeToString(sum[:]), Kind: "diploma", Reference: "2026-00417 \U0001f392", Created: someTime,
	}
}

func TestIssueSaysWhatWasSigned(t *testing.T) {
	root := NewRootKey(NewSecret())
	want := someIssue()
	signed := must(SignIssue(want, root))(t)
	for _, got := range []Issue{must(OpenIssue(signed, root.VK()))(t), must(ReadIssue(signed))(t)} {
		if got != want {
			t.Errorf("%+v", got)
		}
	}
	if err := want.Holds(sha256.Sum256([]byte(diploma)), want.Size); err != nil {
		t.Error(err)
	}
	refused(t, "other bytes", want.Holds(sha256.Sum256([]byte("mention très bien")), want.Size), ErrMismatch)
	refused(t, "fewer bytes", want.Holds(sha256.Sum256([]byte(diploma)), want.Size-1), ErrMismatch)
}

// TestIssueNoticesEveryChange: nobody but the issuer says a word of it.
func TestIssueNoticesEveryChange(t *testing.T) {
	root := NewRootKey(NewSecret())
	signed := must(SignIssue(someIssue(), root))(t)
	_, err := OpenIssue(signed, NewRootKey(NewSecret()).VK())
	refused(t, "another issuer's", err, ErrSignature)
	for at := range signed {
		edited := slices.Clone(signed)
		edited[at] ^= 1
		_, err := OpenIssue(edited, root.VK())
		refused(t, "one bit", err, ErrSignature)
	}
	_, err = OpenIssue(root.Sign(contextGrant, signed[64:]), root.VK())
	refused(t, "signed as something else", err, ErrSignature)
	_, err = OpenIssue(append(signed, ' '), root.VK())
	refused(t, "a byte more", err, ErrSignature)
	_, err = ReadIssue(signed[:65])
	refused(t, "cut", err, ErrLength)
	_, err = OpenIssue(slices.Concat(signed, make([]byte, maxIssue)), root.VK())
	refused(t, "long", err, ErrLength)
}

func badIssues() map[string]func(*Issue) {
	return map[string]func(*Issue){
		"no administration":     func(i *Issue) { i.Administration = "" },
		"no name":               func(i *Issue) { i.Name = "" },
		"a name with a folder":  func(i *Issue) { i.Name = "a/b" },
		"a type of two lines":   func(i *Issue) { i.Type = "a\nb" },
		"no bytes":              func(i *Issue) { i.Size = 0 },
		"no content":            func(i *Issue) { i.Content = "" },
		"content in capitals":   func(i *Issue) { i.Content = strings.ToUpper(i.Content) },
		"a kind that is none":   func(i *Issue) { i.Kind = "Diplôme" },
		"a long reference":      func(i *Issue) { i.Reference = strings.Repeat("r", 101) },
		"no time":               func(i *Issue) { i.Created = "" },
		"a time of another day": func(i *Issue) { i.Created = "2026-02-30T00:00:00Z" },
	}
}

func TestIssueRefuses(t *testing.T) {
	root := NewRootKey(NewSecret())
	for what, spoil := range badIssues() {
		i := someIssue()
		spoil(&i)
		if _, err := SignIssue(i, root); err == nil {
			t.Errorf("signed with %s", what)
		}
		signed := root.Sign(contextIssue, must(Canonical(i))(t))
		if _, err := OpenIssue(signed, root.VK()); err == nil {
			t.Errorf("opened with %s", what)
		}
		if _, err := ReadIssue(signed); err == nil {
			t.Errorf("read with %s", what)
		}
	}
	long := someIssue()
	long.Name, long.Type, long.Reference = strings.Repeat("\"", 255), strings.Repeat("\"", 255), strings.Repeat("\x01", 100)
	if b := must(SignIssue(long, root))(t); len(b) > maxIssue/2 {
		t.Errorf("the longest one has %d bytes", len(b))
	}
}

// TestGrantCarriesAnIssue: a grant and a slip carry any mark, believed or not;
// what it is worth is looked at when the document is open.
func TestGrantCarriesAnIssue(t *testing.T) {
	g := sealSomeGrant(t)
	issue := must(SignIssue(someIssue(), NewRootKey(NewSecret())))(t)
	g.grant.Issue = issue
	got := must(OpenGrant(must(SealGrant(g.grant, g.root, g.key, g.reader.Recipient()))(t), g.reader, g.root.VK()))(t)
	if !slices.Equal(got.Grant.Issue, issue) {
		t.Errorf("%x", got.Grant.Issue)
	}
	slip := someSlip(g.reader.Recipient())
	slip.Issue = []byte(strings.Repeat("of a later suite ", 5))
	got = must(OpenSlip(must(SealSlip(slip, g.key, g.reader.Recipient()))(t), g.reader))(t)
	if !slices.Equal(got.Grant.Issue, slip.Issue) {
		t.Errorf("%x", got.Grant.Issue)
	}
	for _, n := range []int{1, minIssue - 1, maxIssue + 1} {
		g.grant.Issue = make([]byte, n)
		_, err := SealGrant(g.grant, g.root, g.key, g.reader.Recipient())
		refused(t, "another length", err, ErrLength)
	}
}

func TestSuccessionIsVerifiedAlone(t *testing.T) {
	ring, _ := must2(NewKeyring(readerID, []NewUnlocker{{Kind: KindPaper, P: NewSecret()}, {Kind: KindPassphrase, P: NewSecret()}}, someDay()))(t)
	next, box := must2(ring.Succeed())(t)
	from, to := ring.Root().VK(), next.Root().VK()
	step := box.Line[0]
	if err := VerifySuccession(readerID, from, to, step.Epoch, step.Signature); err != nil {
		t.Error(err)
	}
	other := NewRootKey(NewSecret()).VK()
	refused(t, "to another", VerifySuccession(readerID, from, other, step.Epoch, step.Signature), ErrSignature)
	refused(t, "from another", VerifySuccession(readerID, other, to, step.Epoch, step.Signature), ErrSignature)
	refused(t, "of another", VerifySuccession(safeID, from, to, step.Epoch, step.Signature), ErrSignature)
	refused(t, "at another epoch", VerifySuccession(readerID, from, to, step.Epoch+1, step.Signature), ErrSignature)
}

// issueVector is an issuer's mark, and a grant that carries it.
type issueVector struct {
	Root     []byte      `json:"root"` // the issuer's
	VK       []byte      `json:"vk"`
	Document string      `json:"document"`
	Issue    string      `json:"issue"`
	Signed   []byte      `json:"signed"`
	Grant    grantVector `json:"grant"`
}

func makeIssue(t *testing.T) (v issueVector) {
	t.Helper()
	root, own := NewRootKey(secretNamed("root of the university")), NewRootKey(secretNamed("root"))
	vk, ownVK := root.VK(), own.VK()
	v.Root, v.VK, v.Document = secretNamed("root of the university").Bytes(), vk[:], diploma
	v.Issue, v.Signed = string(must(Canonical(someIssue()))(t)), must(SignIssue(someIssue(), root))(t)
	reader, key := must(IdentityFromSeed(secretNamed("reader")))(t), must(IdentityFromSeed(secretNamed("version")))(t)
	g := someGrant(reader.Recipient())
	g.Issue = v.Signed
	v.Grant = grantVector{
		Root: secretNamed("root").Bytes(), VK: ownVK[:], Reader: reader.Reveal(), Key: key.Reveal(),
		Sealed: must(SealGrant(g, own, key, reader.Recipient()))(t), Grant: string(must(Canonical(g))(t)),
	}
	return v
}

// TestIssueVectors reads what each implementation made.
func TestIssueVectors(t *testing.T) {
	files := must(filepath.Glob("testdata/*-issue.json"))(t)
	if len(files) != 2 {
		t.Fatalf("vectors: %q", files)
	}
	for _, file := range files {
		var v issueVector
		readVector(t, strings.TrimSuffix(filepath.Base(file), ".json"), &v)
		root := NewRootKey(must(ParseSecret(v.Root))(t))
		i := must(OpenIssue(v.Signed, must(ParseVK(v.VK))(t)))(t)
		if string(must(Canonical(i))(t)) != v.Issue || !slices.Equal(v.Signed, must(SignIssue(i, root))(t)) {
			t.Errorf("%s: %+v", file, i)
		}
		if err := i.Holds(sha256.Sum256([]byte(v.Document)), int64(len(v.Document))); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		g := must(OpenGrant(v.Grant.Sealed, must(ParseIdentity(v.Grant.Reader))(t), must(ParseVK(v.Grant.VK))(t)))(t)
		if !slices.Equal(g.Grant.Issue, v.Signed) || string(must(Canonical(g.Grant))(t)) != v.Grant.Grant {
			t.Errorf("%s: grant is %+v", file, g.Grant)
		}
	}
}

func FuzzIssue(f *testing.F) {
	payloads := []string{string(must(Canonical(someIssue()))(f))}
	for _, spoil := range badIssues() {
		i := someIssue()
		spoil(&i)
		payloads = append(payloads, string(must(Canonical(i))(f)))
	}
	payloadFuzz(f, contextIssue, OpenIssue, payloads...)
}
