package sealed

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// custodyVector is a whole recovery (SPEC.md §10): the secrets that it is
// made from, then what was made of them.
type custodyVector struct {
	Root   []byte `json:"root"`
	Safe   string `json:"safe"`
	P      []byte `json:"p"`     // of the custodians' unlocker
	Paper  []byte `json:"paper"` // the sheet made when all is lost
	Vaults []struct {
		Identity string `json:"identity"`
		Root     []byte `json:"root"` // the custodian's own
	} `json:"vaults"`
	Made struct {
		Points    [][]byte        `json:"points"`
		Container Container       `json:"container"`
		VK        []byte          `json:"vk"`
		Custody   []byte          `json:"custody"`
		CustodyIs string          `json:"custodyIs"` // its payload
		Shares    []custodyShares `json:"shares"`    // in the order of vaults
		Request   string          `json:"request"`
		French    string          `json:"french"`
		English   string          `json:"english"`
	} `json:"made"`
	// Card of the holder whose root and vault these are.
	Card struct {
		Root   []byte `json:"root"`
		VK     []byte `json:"vk"`
		Safe   string `json:"safe"`
		Signed []byte `json:"signed"`
		Is     string `json:"is"`
		Code   string `json:"code"`
	} `json:"card"`
}

type custodyShares struct {
	Custodian   string `json:"custodian"`
	Sealed      []byte `json:"sealed"`
	Is          string `json:"is"`
	Agreement   []byte `json:"agreement"`
	AgreementIs string `json:"agreementIs"`
	Given       []byte `json:"given"` // the share, sealed to the sheet
}

func makeCustody(t *testing.T) (v custodyVector) {
	t.Helper()
	v.Safe, v.P, v.Paper = safeID, secretNamed("custodians").Bytes(), secretNamed("new paper").Bytes()
	p, paper := Secret(v.P), Secret(v.Paper)
	ring, box := must2(NewKeyring(safeID, []NewUnlocker{
		{Kind: KindPaper, Label: "Clé papier", P: counting()},
		{Kind: KindPassphrase, P: secretNamed("phrase")},
		{Kind: KindCustodians, P: p},
	}, someDay()))(t)
	v.Root = ring.payload.Root
	who, roots := v.custodians(t)
	signed, shares := must2(NewCustody(Custody{
		Safe: safeID, Unlocker: box.Copies[2].ID, Holder: "Angela Dubois, née en 1962", Delay: 259200, Created: someTime,
	}, ring.Root(), p, who))(t)
	vk := ring.Root().VK()
	v.Made.Container, v.Made.VK, v.Made.Custody, v.Made.CustodyIs = box, vk[:], signed, string(signed[64:])
	request := must(NewRequest(safeID, signed, paper, someDay().Add(24*time.Hour)))(t)
	v.Made.Request = string(request)
	v.Made.French = strings.Join(must(RequestCode(request, "fr"))(t), " ")
	v.Made.English = strings.Join(must(RequestCode(request, "en"))(t), " ")
	sheet := must(UnlockIdentity(paper))(t).Recipient()
	for i, s := range shares {
		share := must(OpenShare(s.Sealed, must(ParseIdentity(v.Vaults[i].Identity))(t), vk))(t)
		agreement := must(NewAgreement(request, s.Custodian, 1234, roots[i], someDay().Add(30*time.Hour)))(t)
		v.Made.Points = append(v.Made.Points, share.Point().Bytes())
		v.Made.Shares = append(v.Made.Shares, custodyShares{
			Custodian: s.Custodian, Sealed: s.Sealed, Is: string(share.signed[64:]),
			Agreement: agreement, AgreementIs: string(agreement[64:]), Given: must(share.Seal(sheet))(t),
		})
	}
	v.makeCard(t)
	return v
}

// custodians draws three from fixed secrets: a town hall and two holders.
func (v *custodyVector) custodians(t *testing.T) (who []NewCustodian, roots []RootKey) {
	t.Helper()
	kinds := []string{CustodianAdministration, CustodianSafe, CustodianSafe}
	for i, name := range []string{"Mairie de Valmont", "Éric Mercier", "Zoé Martin \U0001f392"} {
		id := must(IdentityFromSeed(secretNamed("custodian " + name)))(t)
		root := secretNamed("root of " + name)
		v.Vaults = append(v.Vaults, struct {
			Identity string `json:"identity"`
			Root     []byte `json:"root"`
		}{id.Reveal(), root.Bytes()})
		roots = append(roots, NewRootKey(root))
		who = append(who, NewCustodian{Kind: kinds[i], Holder: []string{readerID, docID, versID}[i], Name: name, To: id.Recipient()})
	}
	return who, roots
}

func (v *custodyVector) makeCard(t *testing.T) {
	t.Helper()
	root := NewRootKey(secretNamed("root of Éric Mercier"))
	vk := root.VK()
	card := Card{
		Suite: Suite, Safe: docID, Name: "Éric Mercier", Created: someTime,
		Recipient: must(IdentityFromSeed(secretNamed("custodian Éric Mercier")))(t).Recipient().String(),
	}
	signed := must(signPayload(contextCard, root, card, card.check()))(t)
	v.Card.Root, v.Card.VK, v.Card.Safe = secretNamed("root of Éric Mercier").Bytes(), vk[:], docID
	v.Card.Signed, v.Card.Is, v.Card.Code = signed, string(signed[64:]), NewCardCode(docID, vk).String()
}

// TestCustodyVectors goes through a recovery of each implementation's making,
// as the custodians do and as the holder does.
func TestCustodyVectors(t *testing.T) {
	files := must(filepath.Glob("testdata/*-custody.json"))(t)
	if len(files) == 0 {
		t.Fatal("no vectors")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) { testCustodyVector(t, name) })
	}
}

func testCustodyVector(t *testing.T, name string) {
	t.Helper()
	var v custodyVector
	readVector(t, name, &v)
	root := NewRootKey(must(ParseSecret(v.Root))(t))
	vk := must(ParseVK(v.Made.VK))(t)
	if root.VK() != vk || len(v.Made.Shares) != 3 {
		t.Fatalf("%s is not whole", name)
	}
	custody := must(OpenCustody(v.Made.Custody, vk))(t)
	if string(must(Canonical(custody))(t)) != v.Made.CustodyIs {
		t.Errorf("custody is %+v", custody)
	}
	request := []byte(v.Made.Request)
	if r := must(ParseRequest(request))(t); r.Custody != HashSigned(v.Made.Custody) || r.Safe != v.Safe {
		t.Errorf("request is %+v", r)
	}
	for lang, words := range map[string]string{"fr": v.Made.French, "en": v.Made.English} {
		if got := strings.Join(must(RequestCode(request, lang))(t), " "); got != words {
			t.Errorf("code is %q, want %q", got, words)
		}
		if err := CheckCode(request, strings.ToUpper(words)); err != nil {
			t.Error(err)
		}
	}
	var given [][]byte
	for i, s := range v.Made.Shares {
		own := must(ParseIdentity(v.Vaults[i].Identity))(t)
		share := must(custody.OpenOwnShare(s.Custodian, s.Sealed, own, vk))(t)
		if string(share.signed[64:]) != s.Is || string(share.Point().Bytes()) != string(v.Made.Points[i]) {
			t.Errorf("share %d is %s", i, share.signed[64:])
		}
		agreement := must(OpenAgreement(s.Agreement, NewRootKey(must(ParseSecret(v.Vaults[i].Root))(t)).VK()))(t)
		if string(must(Canonical(agreement))(t)) != s.AgreementIs || agreement.Request != HashSigned(request) {
			t.Errorf("agreement %d is %+v", i, agreement)
		}
		given = append(given, s.Given)
	}
	p := must(ParseSecret(v.P))(t)
	for _, two := range [][][]byte{{given[0], given[1]}, {given[2], given[0]}, {given[1], given[2]}, given} {
		ring, secret := must2(Recover(v.Made.Container, v.Made.Custody, two, must(ParseSecret(v.Paper))(t)))(t)
		if ring.Root().VK() != vk || secret != p {
			t.Error("another keyring was opened")
		}
	}
	if got := must(Combine(Point(v.Made.Points[2]), Point(v.Made.Points[1])))(t); got != p {
		t.Error("two points give another secret")
	}
	code := must(ParseCardCode(strings.ToLower(v.Card.Code[:20]) + " " + v.Card.Code[20:]))(t)
	card := must(code.Open(v.Card.Signed, v.Card.VK))(t)
	if string(must(Canonical(card))(t)) != v.Card.Is || code.String() != v.Card.Code || code.Safe != v.Card.Safe {
		t.Errorf("card is %+v", card)
	}
}
