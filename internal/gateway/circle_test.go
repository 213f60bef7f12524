package gateway_test

import (
	"context"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// fatal is a test, or one try of a property.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

// person is somebody at a machine of her own: what it remembers, and what its
// clock says, are hers.
type person struct {
	w      *world
	acc    safe.Account
	clock  *clock
	memory *client.Memory
	p      sealed.Secret // opens her safe, or her administration's key
}

// connect is her command line, freshly logged in.
func (p *person) connect(t fatal) *client.Client {
	t.Helper()
	token, _, err := p.w.sessions.Create(p.w.ctx, session.Session{
		Kind: session.CLI, Principal: string(p.acc.Kind), Account: string(p.acc.ID), Safe: string(p.acc.Safe),
		Administration: string(p.acc.Administration), Name: p.acc.Name, Provider: "fc", Issuer: p.acc.Issuer, Sub: p.acc.Sub,
		ACR: "eidas1", Level: 1, AuthTime: p.w.clock.now(), Device: "test",
	})
	ok(t, err)
	c, err := client.New(client.Config{Server: p.w.url, Token: token, Memory: p.memory, Now: p.clock.now})
	ok(t, err)
	return c
}

func ok(t fatal, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *person) unlock(t fatal) *client.Safe {
	t.Helper()
	s, err := p.connect(t).Unlock(p.w.ctx, p.p)
	ok(t, err)
	return s
}

// custodian is her as the one that others have named.
func (p *person) custodian(t fatal) *client.Custodian {
	t.Helper()
	if p.acc.Kind == safe.Citizen {
		return p.unlock(t).Custodian()
	}
	k, err := p.connect(t).UnlockCustodian(p.w.ctx, p.p)
	ok(t, err)
	return k
}

func (w *world) person(t fatal, sub string) *person {
	t.Helper()
	acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
		Kind: safe.Citizen, Issuer: "https://fc.test", Sub: sub, Name: strings.ToUpper(sub[:1]) + sub[1:], ACR: "eidas1", Door: "web",
	})
	ok(t, err)
	ok(t, w.domain.AcceptTerms(w.ctx, safe.Actor{Kind: safe.Citizen, Account: acc.ID, Safe: acc.Safe, Level: 1}, w.domain.TermsVersion()))
	p := &person{w: w, acc: acc, clock: &clock{t: w.clock.now()}, memory: client.NewMemory(), p: sealed.NewSecret()}
	_, err = p.connect(t).CreateSafe(w.ctx, p.ways("passphrase"))
	ok(t, err)
	return p
}

func (p *person) ways(second string) []sealed.NewUnlocker {
	return []sealed.NewUnlocker{
		{Kind: sealed.KindPaper, Label: "papier", P: p.p}, {Kind: second, Label: "autre", P: sealed.NewSecret()},
	}
}

// agent is somebody of an administration that has just made its key.
func (w *world) agent(t fatal, name, siret string) *person {
	t.Helper()
	_, err := w.domain.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{SIRET: siret, Name: name})
	ok(t, err)
	acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
		Kind: safe.Agent, Issuer: "https://pc.test", Sub: "agent of " + siret, Name: "Camille Martin", SIRET: siret, Door: "web",
	})
	ok(t, err)
	p := &person{w: w, acc: acc, clock: &clock{t: w.clock.now()}, memory: client.NewMemory(), p: sealed.NewSecret()}
	ok(t, p.connect(t).CreateOfficeKey(w.ctx, p.ways("passphrase")))
	return p
}

// circle is a holder with her three custodians: a town hall and two people.
type circle struct {
	*world
	angela *person
	three  []*person
	paper  sealed.Secret // of the recovery
	code   string        // six words, as she tells them
}

const (
	townHall = "Mairie de Saint-Aubin"
	commune  = "21370888800014"
)

func newCircle(t fatal, w *world) *circle {
	t.Helper()
	r := &circle{world: w, angela: w.person(t, "solange")}
	r.three = []*person{w.agent(t, townHall, commune), w.person(t, "maurice"), w.person(t, "zoe")}
	r.name(t)
	return r
}

func (r *circle) name(t fatal) {
	t.Helper()
	names := []string{townHall}
	for _, p := range r.three[1:] {
		code, err := p.unlock(t).PublishCard(r.ctx, p.acc.Name)
		ok(t, err)
		names = append(names, code)
	}
	_, err := r.angela.unlock(t).NameCustodians(r.ctx, names, "Angela Dubois", client.CustodyDelay)
	ok(t, err)
}

// pass lets time go by for everybody.
func (r *circle) pass(d time.Duration) {
	r.clock.add(d)
	r.angela.clock.add(d)
	for _, p := range r.three {
		p.clock.add(d)
	}
}

// lost: every key is gone, and she asks.
func (r *circle) ask(t fatal) {
	t.Helper()
	r.paper = sealed.NewSecret()
	got, err := r.angela.connect(t).StartRecovery(r.ctx, r.paper)
	ok(t, err)
	words, err := sealed.RequestCode(got.Request, "fr")
	ok(t, err)
	r.code = strings.Join(words, " ")
}

func (r *circle) held(t fatal, k *client.Custodian) client.Held {
	t.Helper()
	h, err := k.Find(r.ctx, "Angela Dubois")
	ok(t, err)
	return h
}

func (r *circle) agree(t fatal, p *person) error {
	t.Helper()
	k := p.custodian(t)
	_, err := k.Agree(r.ctx, r.held(t, k), r.code)
	return err
}

func (r *circle) give(t fatal, p *person) error {
	t.Helper()
	k := p.custodian(t)
	return k.Give(r.ctx, r.held(t, k))
}

func (r *circle) finish(t fatal) (*client.Safe, error) {
	t.Helper()
	second := sealed.NewUnlocker{Kind: sealed.KindPassphrase, Label: "neuve", P: sealed.NewSecret()}
	return r.angela.connect(t).FinishRecovery(r.ctx, r.paper, "papier neuf", second)
}

// rewrite is the operator at the database.
func (r *circle) rewrite(t fatal, fn func(ctx context.Context, tx safe.Tx) error) {
	t.Helper()
	ok(t, r.db.Update(r.ctx, func(tx safe.Tx) error { return fn(r.ctx, tx) }))
}

func (r *circle) rewriteRecovery(t fatal, change func(*safe.Recovery)) {
	t.Helper()
	r.rewrite(t, func(ctx context.Context, tx safe.Tx) error {
		rec, err := tx.Recoveries.Get(ctx, r.angela.acc.Safe)
		if err != nil {
			return err
		}
		change(&rec)
		return tx.Recoveries.Put(ctx, rec)
	})
}
