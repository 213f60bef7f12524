package gateway_test

import (
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// caller is the same person without a client of ours in between.
func (p *person) caller(t fatal) caller {
	t.Helper()
	token, _, err := p.w.sessions.Create(p.w.ctx, session.Session{
		Kind: session.CLI, Principal: string(p.acc.Kind), Account: string(p.acc.ID), Safe: string(p.acc.Safe),
		Administration: string(p.acc.Administration), Name: p.acc.Name, Provider: "fc", Issuer: p.acc.Issuer, Sub: p.acc.Sub,
		ACR: "eidas1", Level: 1, AuthTime: p.w.clock.now(), Device: "test",
	})
	ok(t, err)
	return caller{bearer: token}
}

// keyring is what she opens with.
func (p *person) keyring(t fatal) *sealed.Keyring {
	t.Helper()
	holder := string(p.acc.Safe)
	if p.acc.Kind == safe.Agent {
		holder = string(p.acc.Administration)
	}
	var have safe.Sealed
	ok(t, p.w.db.View(p.w.ctx, func(tx safe.Tx) (err error) {
		have, err = tx.Safes.Keyring(p.w.ctx, holder)
		return err
	}))
	var box sealed.Container
	ok(t, sealed.DecodeCanonical(have.Body, &box))
	ring, err := sealed.OpenKeyring(box, p.p)
	ok(t, err)
	return ring
}

// raw is a custody made by hand, with what goes along.
type raw struct {
	holder  *person
	who     caller
	three   []*person
	next    sealed.Container
	signed  []byte
	custody sealed.Custody
	shares  []sealed.SealedShare
}

func (r *raw) make(t *testing.T, holders ...string) {
	t.Helper()
	ring := r.holder.keyring(t)
	p := sealed.NewSecret()
	next, box, err := ring.Reseal([]sealed.NewUnlocker{{Kind: sealed.KindCustodians, P: p}}, nil, r.holder.w.clock.now())
	must(t, err)
	var who []sealed.NewCustodian
	for i, one := range r.three {
		vault, err := one.keyring(t).Vault()
		must(t, err)
		kind := sealed.CustodianSafe
		if one.acc.Kind == safe.Agent {
			kind = sealed.CustodianAdministration
		}
		who = append(who, sealed.NewCustodian{Kind: kind, Holder: holders[i], Name: one.acc.Name, To: vault.Recipient()})
	}
	all := next.Unlockers()
	r.next = box
	r.signed, r.shares, err = sealed.NewCustody(sealed.Custody{
		Safe: string(r.holder.acc.Safe), Unlocker: all[len(all)-1].ID, Holder: "Solveig", Created: stamp(r.holder.w.clock.now()),
	}, next.Root(), p, who)
	must(t, err)
	r.custody, err = sealed.OpenCustody(r.signed, next.Root().VK())
	must(t, err)
}

func (r *raw) body() object {
	var shares []object
	for _, s := range r.shares {
		shares = append(shares, object{"custodian": s.Custodian, "sealed": s.Sealed})
	}
	return object{"custody": r.signed, "shares": shares}
}

func (s *story) send(t *testing.T, who caller, method, path string, body any, status int) answer {
	t.Helper()
	return s.do(t, request{who: who, method: method, path: path, json: body}).is(t, status)
}

const (
	ownCustody  = "/api/v1/safe/custody"
	ownRecovery = "/api/v1/safe/recovery"
)

func recoveryPart(t *testing.T, s *story) {
	t.Helper()
	w := s.world
	solveig := w.person(t, "solveig")
	r := &raw{holder: solveig, who: solveig.caller(t), three: []*person{w.agent(t, "Département de la Brenne", brenne), w.person(t, "tariq"), w.person(t, "ulla")}}
	s.get(t, r.who, ownCustody, 404)
	s.get(t, r.who, ownRecovery, 404)
	s.send(t, r.who, "DELETE", ownRecovery, nil, 404)
	s.send(t, r.who, "POST", ownRecovery, object{"request": []byte("x")}, 404)
	cardPart(t, s, r)
	namePart(t, s, r)
	request1 := askPart(t, s, r)
	givePart(t, s, r, request1)
	s.get(t, nobody, "/log/entries?from=0", 200)
	s.get(t, nobody, "/log/entries?from=1&size=2", 200)
	for _, none := range []string{"", "from=-1", "from=3&size=2", "from=0&size=0", "from=x", "from=0&size=99999999"} {
		s.get(t, nobody, "/log/entries?"+none, 422).refuses(t, "invalid")
	}
}

func cardPart(t *testing.T, s *story, r *raw) {
	t.Helper()
	card, err := sealed.NewCard(r.three[1].keyring(t), "Tariq", s.clock.now())
	must(t, err)
	who, path := r.three[1].caller(t), "/api/v1/cards/"+string(r.three[1].acc.Safe)
	s.get(t, r.who, path, 404)
	s.send(t, s.newcomer(t, "not yet").caller, "PUT", "/api/v1/safe/card", object{"card": card}, 404)
	s.send(t, who, "PUT", "/api/v1/safe/card", object{"card": []byte("x")}, 403)
	old, err := sealed.NewCard(r.three[1].keyring(t), "Tariq", s.clock.now())
	must(t, err)
	s.send(t, who, "PUT", "/api/v1/safe/card", object{"card": old[:100]}, 403)
	s.send(t, who, "PUT", "/api/v1/safe/card", object{"card": make([]byte, 20*kib)}, 422).refuses(t, "wrong-form")
	for range 2 {
		s.send(t, who, "PUT", "/api/v1/safe/card", object{"card": card}, 204)
	}
	s.get(t, r.who, path, 200)
	s.get(t, r.three[0].caller(t), path, 200)
}

func namePart(t *testing.T, s *story, r *raw) {
	t.Helper()
	ids := []string{string(r.three[0].acc.Administration), string(r.three[1].acc.Safe), string(r.three[2].acc.Safe)}
	r.make(t, ids[0], ids[1], newKey())
	s.send(t, r.who, "PUT", ownCustody, r.body(), 404)
	r.make(t, newKey(), ids[1], ids[2])
	s.send(t, r.who, "PUT", ownCustody, r.body(), 404)
	r.make(t, ids...)
	good := r.body()
	for i, spoil := range []func(body object){
		func(b object) { b["shares"] = b["shares"].([]object)[:2] },
		func(b object) { all := b["shares"].([]object); all[1] = all[0] },
		func(b object) { b["shares"].([]object)[2]["sealed"] = r.shares[1].Sealed },
		func(b object) { b["shares"].([]object)[2]["sealed"] = []byte("x") },
		func(b object) { b["shares"].([]object)[2]["custodian"] = newKey() },
		func(b object) { b["custody"] = make([]byte, 20*kib) },
	} {
		body := r.body()
		spoil(body)
		if a := s.send(t, r.who, "PUT", ownCustody, body, 422); a.status != 422 {
			t.Errorf("spoilt %d", i)
		}
	}
	foreign := r.body()
	foreign["custody"] = append([]byte{1}, r.signed[1:]...)
	s.send(t, r.who, "PUT", ownCustody, foreign, 403)
	s.send(t, r.three[1].caller(t), "PUT", ownCustody, good, 403)
	s.send(t, r.who, "PUT", ownCustody, good, 200)
	s.send(t, r.who, "PUT", ownCustody, good, 200)
	s.get(t, r.who, ownCustody, 200)
	request1, err := sealed.NewRequest(r.custody.Safe, r.signed, sealed.NewSecret(), s.clock.now())
	must(t, err)
	s.send(t, r.who, "POST", ownRecovery, object{"request": request1}, 404) // the keyring is still to come
	a := s.get(t, r.who, "/api/v1/safe/keyring", 200)
	s.do(t, request{
		who: r.who, method: "PUT", path: "/api/v1/safe/keyring", json: r.next, header: object{"If-Match": a.header.Get("ETag")},
	}).is(t, 204)
}

func askPart(t *testing.T, s *story, r *raw) []byte {
	t.Helper()
	ask := func(custody []byte) []byte {
		b, err := sealed.NewRequest(r.custody.Safe, custody, sealed.NewSecret(), s.clock.now())
		must(t, err)
		return b
	}
	for _, bad := range [][]byte{[]byte("x"), ask([]byte("another")), []byte(strings.Replace(string(ask(r.signed)), `"suite":1`, `"suite":2`, 1))} {
		s.send(t, r.who, "POST", ownRecovery, object{"request": bad}, 422)
	}
	good := ask(r.signed)
	s.send(t, r.who, "POST", ownRecovery, object{"request": good}, 201)
	s.send(t, r.who, "POST", ownRecovery, object{"request": good}, 201)
	s.send(t, r.who, "POST", ownRecovery, object{"request": ask(r.signed)}, 409).refuses(t, "recovery-open")
	s.get(t, r.who, ownRecovery, 200)
	for _, p := range r.three {
		if items := s.get(t, p.caller(t), "/api/v1/custodies?limit=10", 200).items(t, "safe"); len(items) != 1 || items[0] != r.custody.Safe {
			t.Errorf("custodies: %q", items)
		}
	}
	if items := s.get(t, r.who, "/api/v1/custodies", 200).items(t, "safe"); len(items) != 0 {
		t.Errorf("the holder's own custodies: %q", items)
	}
	return good
}

func givePart(t *testing.T, s *story, r *raw, request1 []byte) {
	t.Helper()
	held, none := "/api/v1/custodies/"+r.custody.Safe, "/api/v1/custodies/"+newKey()
	nonce := object{"nonce": strings.Repeat("ab", 32)}
	for i, p := range r.three {
		who := p.caller(t)
		agree := func(custodian string, req []byte) object {
			b, err := sealed.NewAgreement(req, custodian, 1, p.keyring(t).Root(), s.clock.now())
			must(t, err)
			return object{"agreement": b}
		}
		good := agree(r.custody.Custodians[i].ID, request1)
		share := object{"sealed": r.shares[0].Sealed}
		for _, at := range []string{none, "/api/v1/custodies/" + string(r.three[1].acc.Safe)} {
			s.send(t, who, "POST", at+"/agreement", good, 404)
			s.send(t, who, "POST", at+"/check", nonce, 404)
			s.send(t, who, "POST", at+"/share", share, 404)
		}
		s.send(t, who, "POST", held+"/agreement", agree(r.custody.Custodians[(i+1)%3].ID, request1), 422)
		s.send(t, who, "POST", held+"/agreement", object{"agreement": make([]byte, 20*kib)}, 422)
		s.send(t, who, "POST", held+"/agreement", object{"agreement": []byte("x")}, 403)
		s.send(t, who, "POST", held+"/share", share, 409).refuses(t, "too-early")
		s.send(t, who, "POST", held+"/agreement", good, 204)
		s.send(t, who, "POST", held+"/check", object{"nonce": "x"}, 422)
		s.send(t, who, "POST", held+"/check", nonce, 200)
		s.send(t, who, "POST", held+"/share", object{"sealed": []byte("x")}, 422).refuses(t, "wrong-form")
		s.send(t, who, "POST", held+"/share", share, 204)
	}
	s.send(t, r.who, "DELETE", ownRecovery, nil, 204)
	s.send(t, r.who, "DELETE", ownRecovery, nil, 404)
	who := r.three[0].caller(t)
	for path, body := range map[string]object{
		"/agreement": {"agreement": []byte("x")}, "/check": nonce, "/share": {"sealed": r.shares[0].Sealed},
	} {
		s.send(t, who, "POST", held+path, body, 410).refuses(t, "recovery-ended")
	}
	if items := s.get(t, who, "/api/v1/custodies", 200).items(t, "safe"); len(items) != 1 {
		t.Errorf("after the end: %q", items)
	}
}
