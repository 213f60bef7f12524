package safe_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func asError(err error) *safe.Error {
	var e *safe.Error
	if !errors.As(err, &e) {
		return &safe.Error{}
	}
	return e
}

// TestRoles walks every use case with every kind of actor.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	d := c.put(t, 1000)
	g := c.share(t, d, m)
	actors := map[string]safe.Actor{"citizen": c.Actor, "agent": m.agent, "system": m.system, "operator": operator()}
	drop := func(_ any, err error) error { return err }
	for name, uc := range map[string]struct {
		allowed string
		run     func(a safe.Actor) error
	}{
		"figures":    {"citizen", func(a safe.Actor) error { return drop(w.Figures(w.ctx, a)) }},
		"open":       {"citizen", func(a safe.Actor) error { return drop(w.OpenSafe(w.ctx, a, c.keyring, c.sealManifest(t))) }},
		"keyring":    {"citizen", func(a safe.Actor) error { return drop(w.Keyring(w.ctx, a)) }},
		"putkeyring": {"citizen", func(a safe.Actor) error { return drop(w.PutKeyring(w.ctx, a, [32]byte{}, c.keyring)) }},
		"manifest":   {"citizen", func(a safe.Actor) error { return drop(w.Manifest(w.ctx, a)) }},
		"change": {"citizen", func(a safe.Actor) error {
			return drop(w.Change(w.ctx, a, c.hash, safe.Change{Epoch: 9, Sealed: c.sealManifest(t)}))
		}},
		"reserve": {"citizen", func(a safe.Actor) error { return drop(w.Reserve(w.ctx, a, newKey(), "", 5000)) }},
		"store": {"citizen", func(a safe.Actor) error {
			return drop(w.Store(w.ctx, a, d.v.Doc, d.v.ID, bytes.NewReader(nil), 1, d.sum))
		}},
		"document": {"citizen", func(a safe.Actor) error { return drop(w.Document(w.ctx, a, d.v.Doc)) }},
		"release":  {"citizen", func(a safe.Actor) error { return drop(w.ReleaseOwn(w.ctx, a, d.v.Doc)) }},
		"content":  {"citizen", func(a safe.Actor) error { return drop(w.Content(w.ctx, a, d.v.Doc)) }},
		"inbox": {"citizen", func(a safe.Actor) error {
			_, _, err := w.Inbox(w.ctx, a, safe.Page{})
			return err
		}},
		"addresses": {"citizen", func(a safe.Actor) error { return drop(w.Addresses(w.ctx, a)) }},
		"address":   {"citizen", func(a safe.Actor) error { return drop(w.CreateAddress(w.ctx, a, newKey(), m.ID)) }},
		"grants": {"citizen", func(a safe.Actor) error {
			_, _, err := w.Grants(w.ctx, a, safe.Page{})
			return err
		}},
		"share":   {"citizen", func(a safe.Actor) error { return drop(w.Share(w.ctx, a, c.newGrant(t, d, m))) }},
		"journal": {"citizen", func(a safe.Actor) error { return drop(w.Journal(w.ctx, a, "", 10)) }},
		"export":  {"citizen", func(a safe.Actor) error { return drop(w.Export(w.ctx, a)) }},
		"received": {"agent system", func(a safe.Actor) error {
			_, _, err := w.Received(w.ctx, a, safe.ReceivedWanted{}, safe.Page{})
			return err
		}},
		"releasegrant": {"agent system", func(a safe.Actor) error { return drop(w.ReleaseGrant(w.ctx, a, g.ID)) }},
		"grantcontent": {"agent system", func(a safe.Actor) error { return drop(w.GrantContent(w.ctx, a, g.ID)) }},
		"acknowledge":  {"agent system", func(a safe.Actor) error { return w.Acknowledge(w.ctx, a, safe.NewID[safe.GrantID](), nil) }},
		"deletions": {"agent system", func(a safe.Actor) error {
			_, _, err := w.DueDeletions(w.ctx, a, safe.Page{})
			return err
		}},
		"delete": {"agent system", func(a safe.Actor) error {
			_, _, err := w.DeclareDeletions(w.ctx, a, [][]byte{nil})
			return err
		}},
		"deposit": {"agent system", func(a safe.Actor) error {
			return drop(w.Deposit(w.ctx, a, safe.NewID[safe.AddressID](), safe.DepositInput{}))
		}},
		"administration": {"agent system", func(a safe.Actor) error { return drop(w.Administration(w.ctx, a)) }},
		"admkeyring":     {"agent system", func(a safe.Actor) error { return drop(w.AdministrationKeyring(w.ctx, a)) }},
		"putadmkeyring":  {"agent", func(a safe.Actor) error { return drop(w.PutAdministrationKeyring(w.ctx, a, nil, c.keyring)) }},
		"register": {"operator", func(a safe.Actor) error {
			return drop(w.RegisterAdministration(w.ctx, a, safe.NewAdministration{SIRET: "11111111111111", Name: "X"}))
		}},
		"system": {"operator", func(a safe.Actor) error {
			return drop(w.RegisterSystem(w.ctx, a, safe.NewSystem{Administration: m.ID, Name: "X", KeySet: []byte(`{"keys":[{"kty":"EC"}]}`)}))
		}},
	} {
		for kind, a := range actors {
			err := uc.run(a)
			allowed := bytes.Contains([]byte(" "+uc.allowed+" "), []byte(" "+kind+" "))
			if forbidden := safe.IsKind(err, safe.Forbidden); forbidden == allowed {
				t.Errorf("%s by %s: %v", name, kind, err)
			}
		}
	}
}

func TestLevelAndTermsAreAskedForEachAct(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	d := c.put(t, 1000)
	strict := w.with(func(c *safe.Config) { c.Policy.Levels = map[safe.Act]int{safe.ActShare: 2} })
	_, err := strict.Share(w.ctx, c.Actor, c.newGrant(t, d, m))
	wantKind(t, err, safe.LevelTooLow)
	wantRefused(t, w, c.Safe, journal.WhatGrantCreated, "level-too-low", string(c.Account))
	_, err = strict.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
	must(t, err)
	higher := c.Actor
	higher.Level = 2
	_, err = strict.Share(w.ctx, higher, c.newGrant(t, d, m))
	must(t, err)

	renewed := w.with(func(c *safe.Config) { c.TermsVersion = "2027-01" })
	_, err = renewed.Reserve(w.ctx, c.Actor, newKey(), "", 5000)
	wantKind(t, err, safe.TermsNotAccepted)
	_, err = renewed.ReleaseOwn(w.ctx, c.Actor, d.v.Doc) // what is hers is not held hostage
	must(t, err)
	_, err = renewed.Export(w.ctx, c.Actor)
	must(t, err)
	wantKind(t, renewed.AcceptTerms(w.ctx, c.Actor, terms), safe.TermsNotAccepted)
	must(t, renewed.AcceptTerms(w.ctx, c.Actor, "2027-01"))
	_, err = renewed.Reserve(w.ctx, c.Actor, newKey(), "", 5000)
	must(t, err)
}

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	a := w.login(t, "angela")
	if again := w.login(t, "angela"); again.Account != a.Account || again.Safe != a.Safe {
		t.Fatal("the same identity has two accounts")
	}
	if other := w.login(t, "marcel"); other.Account == a.Account || other.Safe == a.Safe {
		t.Fatal("two identities share an account")
	}
	_, err := w.SignIn(w.ctx, safe.SignIn{Kind: safe.Agent, Issuer: "https://pc.test", Sub: "x", Name: "Étranger", SIRET: "99999999999999"})
	wantKind(t, err, safe.Forbidden)
	if asError(err).Reason != safe.ReasonUnknownOrganisation {
		t.Fatalf("reason %q", asError(err).Reason)
	}
	if e := w.events(t, "")[0]; e.What != journal.WhatLoginRefused || e.Reason != safe.ReasonUnknownOrganisation || e.Who.Name != "Étranger" {
		t.Fatalf("journalled as %+v", e)
	}
	must(t, w.SignInRefused(w.ctx, safe.SignInRefusal{Kind: safe.Citizen, Issuer: "https://fc.test", Sub: "angela", Reason: "level-too-low", Door: "web"}))
	wantRefused(t, w, a.Safe, journal.WhatLoginRefused, "level-too-low", string(a.Account))
}

func TestAnAgentWhoMovedLosesTheOldRight(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	w.mairie(t, "Université", "19370999900012")
	d := c.put(t, 1000)
	g := c.share(t, d, m)
	_, err := w.SignIn(w.ctx, safe.SignIn{Kind: safe.Agent, Issuer: "https://pc.test", Sub: "agent-21370999900015", Name: "Camille Martin", SIRET: "19370999900012"})
	must(t, err)
	_, err = w.ReleaseGrant(w.ctx, m.agent, g.ID) // with the session of before
	wantKind(t, err, safe.Forbidden)
}

func TestSharesThatCannotBe(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	keyless := w.mairie(t, "Université", "19370999900012")
	d := c.put(t, 1000)
	uploaded := newDocument(t, 1000)
	c.upload(t, uploaded)
	for name, bad := range map[string]struct {
		change func(*safe.NewGrant)
		kind   safe.Kind
	}{
		"no key yet":           {func(n *safe.NewGrant) { n.Administration = keyless.ID }, safe.NoKey},
		"nobody":               {func(n *safe.NewGrant) { n.Administration = safe.NewID[safe.AdministrationID]() }, safe.NotFound},
		"past":                 {func(n *safe.NewGrant) { n.NotAfter = w.clock.now() }, safe.Invalid},
		"for ever":             {func(n *safe.NewGrant) { n.NotAfter = w.clock.now().Add(400 * 24 * time.Hour) }, safe.Invalid},
		"no purpose":           {func(n *safe.NewGrant) { n.Purpose = " " }, safe.Invalid},
		"purpose of two lines": {func(n *safe.NewGrant) { n.Purpose = "a\nb" }, safe.Invalid},
		"no such service":      {func(n *safe.NewGrant) { n.Service = "piscine" }, safe.Invalid},
		"not a sealed grant":   {func(n *safe.NewGrant) { n.Sealed = []byte("AGE-SECRET-KEY-PQ-1") }, safe.WrongForm},
		"not in the safe yet":  {func(n *safe.NewGrant) { n.Doc, n.Version = uploaded.v.Doc, uploaded.v.ID }, safe.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			n := c.newGrant(t, d, m)
			bad.change(&n)
			_, err := w.Share(w.ctx, c.Actor, n)
			wantKind(t, err, bad.kind)
		})
	}
	n := c.newGrant(t, d, m)
	first, err := w.Share(w.ctx, c.Actor, n)
	must(t, err)
	again, err := w.Share(w.ctx, c.Actor, n)
	must(t, err)
	if first.ID != again.ID {
		t.Fatal("one key made two grants")
	}
	n.Purpose = "autre chose"
	_, err = w.Share(w.ctx, c.Actor, n)
	wantKind(t, err, safe.KeyReused)
	wantRefused(t, w, c.Safe, journal.WhatGrantCreated, "key-reused", string(c.Account))
}

// TestScopes: what a system's token was not given for, and what its
// registration no longer allows, it may not do.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	g := c.share(t, c.put(t, 1000), m)
	narrow := m.system
	narrow.Scopes = []string{safe.ScopeDeposit}
	if _, err := w.ReleaseGrant(w.ctx, narrow, g.ID); !safe.IsKind(err, safe.Forbidden) {
		t.Errorf("a token for deposits retrieves: %v", err)
	}
	if _, err := w.ReleaseGrant(w.ctx, m.system, g.ID); err != nil {
		t.Errorf("a token for both does not retrieve: %v", err)
	}
	_, err := w.RegisterSystem(w.ctx, operator(), safe.NewSystem{
		ID: m.system.System, Administration: m.ID, Name: "Guichet", Scopes: []string{safe.ScopeDeposit}, KeySet: []byte(`{"keys":[{"kty":"EC"}]}`),
	})
	must(t, err)
	if _, err := w.ReleaseGrant(w.ctx, m.system, g.ID); !safe.IsKind(err, safe.Forbidden) {
		t.Errorf("an older token outlives the registration's scope: %v", err)
	}
}
