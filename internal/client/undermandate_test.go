package client_test

import (
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// mediated is the counter's grant as a mediator's session has given it, and
// the mandate.
func (c *counter) mediated() (sealed.Grant, sealed.Mandate, sealed.SessionKey) {
	c.t.Helper()
	key, err := sealed.NewSessionKey(sealed.Derive([]byte("tab"), "test"))
	must(c.t, err)
	public := key.Public()
	m := sealed.Mandate{
		Suite: sealed.Suite, ID: id("m"), Safe: id("s"), Structure: id("t"), StructureName: "France Services de Vaulx", Index: 1,
		Mediator: id("y"), MediatorName: "Yasmine Haddad", Acts: []string{sealed.ActDeposit, sealed.ActShare}, Documents: []string{c.of.Doc},
		Administrations: []string{id("o")}, GrantsUntil: "2026-12-01T08:00:00Z", Purpose: "Inscription scolaire", Session: &public,
		Created: "2026-09-01T07:30:00Z", NotAfter: "2026-09-01T08:10:00Z",
	}
	c.of.Service = "" // a mandate names none
	g := c.of
	g.Created, g.Mandate = "2026-09-01T07:40:00Z", m.ID
	return g, m, key
}

func (c *counter) give(g sealed.Grant, m sealed.Mandate, key sealed.SessionKey, deposited ...string) {
	c.t.Helper()
	var err error
	c.grants[grantRelease], err = sealed.SealGrantUnderMandate(g, m, key, c.doc, c.reader, deposited...)
	must(c.t, err)
	c.mandate, err = sealed.SignMandate(m, c.root)
	must(c.t, err)
}

// TestAMediatorsGrantIsAcceptedWithItsWholeChain (T10): with any link of it
// missing or another one, nothing opens.
func TestAMediatorsGrantIsAcceptedWithItsWholeChain(t *testing.T) {
	c, _, o := newCounter(t)
	g, m, key := c.mediated()
	c.give(g, m, key)
	c.told = c.released()
	got, err := o.Accept(t.Context(), id("g"))
	must(t, err)
	if got.Mandate == nil || got.Mandate.MediatorName != "Yasmine Haddad" || got.Grant.Purpose != c.of.Purpose {
		t.Errorf("%+v", got)
	}
	signed := c.mandate
	other, err := sealed.NewSessionKey(sealed.Derive([]byte("another tab"), "test"))
	must(t, err)
	sign := func(change func(*sealed.Mandate)) []byte {
		m := m
		change(&m)
		b, err := sealed.SignMandate(m, c.root)
		must(t, err)
		return b
	}
	for name, mandate := range map[string][]byte{
		"without the mandate":           nil,
		"with an empty one":             {},
		"with a mandate that was cut":   signed[:len(signed)-1],
		"with one that was edited":      []byte(replaced(t, string(signed), id("o"), id("x"))),
		"with one for another session":  sign(func(m *sealed.Mandate) { s := other.Public(); m.Session = &s }),
		"with another one":              sign(func(m *sealed.Mandate) { m.ID = id("n") }),
		"with one of another document":  sign(func(m *sealed.Mandate) { m.Documents = []string{id("x")} }),
		"with one for another reader":   sign(func(m *sealed.Mandate) { m.Administrations = []string{id("x")} }),
		"with one that was over":        sign(func(m *sealed.Mandate) { m.NotAfter = "2026-09-01T07:39:59Z" }),
		"with one that had not begun":   sign(func(m *sealed.Mandate) { m.Created = "2026-09-01T07:40:01Z" }),
		"with one for another purpose":  sign(func(m *sealed.Mandate) { m.Purpose = "Recouvrement" }),
		"with one that gives less long": sign(func(m *sealed.Mandate) { m.GrantsUntil = "2026-11-30T08:00:00Z" }),
	} {
		c.mandate, c.told = mandate, c.released()
		if got, err := o.Accept(t.Context(), id("g")); !client.IsAlarm(err) || got.Key != nil {
			t.Errorf("%s: no alarm, %v", name, err)
		}
	}
	// The citizen's own grant, dressed as a mediator's.
	c.grants[grantRelease], err = sealed.SealGrant(c.of, c.root, c.doc, c.reader)
	must(t, err)
	c.mandate, c.told = signed, c.released()
	if _, err := o.Accept(t.Context(), id("g")); !client.IsAlarm(err) {
		t.Errorf("the citizen's own under a mandate: %v", err)
	}
}

// TestAMediatorGivesWhatHeHasDeposited: when the log tells that it came in under
// this mandate, and only then.
func TestAMediatorGivesWhatHeHasDeposited(t *testing.T) {
	c, _, o := newCounter(t)
	g, m, key := c.mediated()
	m.Documents = nil
	c.give(g, m, key, g.Doc)
	deposit := journal.Event{
		V: 1, ID: id("f"), N: 3, Time: "2026-09-01T07:35:00Z", What: journal.WhatDeposit, Result: journal.ResultDone,
		Who:    journal.Who{Kind: "mediator", ID: id("y"), Name: "Yasmine Haddad"},
		Behalf: &journal.Who{Kind: "citizen", Name: "Angela Dubois"},
		Safe:   id("s"), Doc: g.Doc, Version: g.Version, Detail: map[string]string{"mandate": m.ID},
	}
	told := func(change func(*journal.Event)) {
		e := deposit
		e.Detail = map[string]string{"mandate": m.ID}
		change(&e)
		text, salt := c.log.event(t, e)
		proof := proofOf(t, c.log, text, salt, int64(len(c.log.entries)-1))
		c.deposit, c.told = &proof, c.released()
	}
	for name, change := range map[string]func(*journal.Event){
		"of another mandate":  func(e *journal.Event) { e.Detail["mandate"] = id("n") },
		"of none":             func(e *journal.Event) { e.Detail = nil },
		"of another safe":     func(e *journal.Event) { e.Safe = id("x") },
		"of another document": func(e *journal.Event) { e.Doc = id("x") },
		"of another version":  func(e *journal.Event) { e.Version = id("x") },
		"that was refused":    func(e *journal.Event) { e.Result = journal.ResultRefused },
		"that is no deposit":  func(e *journal.Event) { e.What = journal.WhatDocumentOpened },
		"after the mandate":   func(e *journal.Event) { e.Time = "2026-09-01T08:10:01Z" },
	} {
		told(change)
		if _, err := o.Accept(t.Context(), id("g")); !client.IsAlarm(err) {
			t.Errorf("%s: no alarm, %v", name, err)
		}
	}
	c.deposit, c.told = nil, c.released()
	if _, err := o.Accept(t.Context(), id("g")); !client.IsAlarm(err) {
		t.Errorf("without a deposit: %v", err)
	}
	told(func(*journal.Event) {})
	if got, err := o.Accept(t.Context(), id("g")); err != nil || got.Mandate == nil {
		t.Errorf("the truth: %v", err)
	}
}
