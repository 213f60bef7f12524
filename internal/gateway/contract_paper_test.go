package gateway_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// paperPart is the server's side of somebody who comes to a counter with her
// paper key and nothing else.
func paperPart(t *testing.T, s *story) {
	t.Helper()
	s.get(t, s.citizen.caller, "/api/v1/safe/paper", 200)
	for _, allowed := range []bool{false, true, true} {
		s.do(t, request{who: s.citizen.caller, method: "PUT", path: "/api/v1/safe/paper", json: object{"allowed": allowed}}).is(t, 204)
	}
	st, _, err := s.domain.Structures(s.ctx, operator(), safe.Page{Limit: 1})
	must(t, err)
	v, r := s.desk(t, st[0], "Bruno Lefevre").opens(t, "counter", sealed.ActDeposit)
	v.opened(t, s.do(t, r).is(t, 201))
	lock := s.do(t, request{who: v.caller, method: "POST", path: v.path("/lock")}).is(t, 200)
	kept, err := s.once.Get(s.ctx, "counter/"+v.id)
	must(t, err)
	must(t, s.once.Replace(s.ctx, "counter/"+v.id, kept, []byte("out"))) // his provider has confirmed it
	c := &counter{world: s.world, t: t, id: v.id, lent: cookieOf(lock, "__Host-lent")}
	in := c.asks(string(s.citizen.Safe)).is(t, 200)
	c.proves(in.string(t, "challenge"), c.signed(s.citizen, in.string(t, "challenge"))).is(t, 204)
}

// counter is a browser that a mediator has locked, seen from whoever sits there.
type counter struct {
	*world
	t        *testing.T
	id, lent string
	safe     string
	last     string // challenge
}

func cookieOf(a answer, name string) string {
	all := (&http.Response{Header: a.header}).Cookies()
	i := slices.IndexFunc(all, func(c *http.Cookie) bool { return c.Name == name && c.MaxAge > 0 })
	if i < 0 {
		return ""
	}
	return all[i].Value
}

func (c *counter) post(more string, body object) answer {
	c.t.Helper()
	r := request{method: "POST", path: "/api/v1/counters/" + c.id + more, json: body}
	if c.lent != "" {
		r = r.with("Cookie", "__Host-lent="+c.lent)
	}
	return c.do(c.t, r)
}

func (c *counter) asks(of string) answer {
	c.t.Helper()
	c.safe = of
	return c.post("/challenges", object{"safe": of})
}

func (c *counter) proves(challenge string, proof []byte) answer {
	c.t.Helper()
	return c.post("/proofs", object{"safe": c.safe, "challenge": challenge, "proof": proof})
}

// signed is what a citizen's client signs here.
func (c *counter) signed(by *citizen, challenge string) []byte {
	c.t.Helper()
	b, err := sealed.SignPresence(sealed.Presence{Suite: sealed.Suite, Safe: string(by.Safe), Session: c.id, Challenge: challenge}, by.ring.Root())
	must(c.t, err)
	return b
}
