package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// mediationRoutes are the mediator's side. No other route takes a mediator, but
// those that say who is logged in.
func (g *Gateway) mediationRoutes() []Route {
	const root = "/api/v1/mediation"
	const all, one, mandates, papers = root + "/delegations", root + "/delegations/{id}", root + "/mandates", root + "/papers"
	const doc = one + "/documents/{doc}"
	const version = doc + "/versions/{version}"
	ended := journal.WhatMediationEnded
	appointed := []string{journal.WhatMediatorAppointed, journal.WhatMediatorLeft, ended}
	deposit := []string{journal.WhatDeposit, ended}
	given := []string{journal.WhatGrantCreated, journal.WhatRequestAnswered, ended}
	read := []string{journal.WhatMediationRead, ended}
	opened := []string{journal.WhatDocumentOpened, ended}
	started := []string{journal.WhatMediationStarted, ended}
	return []Route{
		{"listMediators", "GET", root + "/mediators", MediatorOnly, noBody, nil, RateRead, g.listMediators},
		{"appointMediator", "PUT", root + "/mediators/{id}", MediatorOnly, smallBody, appointed, RateWrite, g.appointMediator},
		{"getActivity", "GET", root + "/activity", MediatorOnly, noBody, nil, RateRead, g.getActivity},
		{"listDelegations", "GET", all, MediatorOnly, noBody, nil, RateRead, g.listDelegations},
		{"openDelegation", "POST", all, MediatorOnly, smallBody, []string{journal.WhatMediationOpened}, RateWrite, g.openDelegation},
		{"getDelegation", "GET", one, MediatorOnly, noBody, read, RateRead, g.getDelegation},
		{"endDelegation", "DELETE", one, MediatorOnly, noBody, []string{ended}, RateWrite, g.endDelegation},
		{"collectDelegation", "POST", one + "/collection", MediatorOnly, noBody, started, RateWrite, g.collectDelegation},
		{"lockDelegation", "POST", one + "/lock", MediatorOnly, noBody, []string{journal.WhatMediationLocked, ended}, RateWrite, g.lockDelegation},
		{"resumeDelegation", "POST", one + "/resumption", MediatorOnly, noBody, []string{journal.WhatMediationResumed, ended}, RateWrite, g.resumeDelegation},
		{"listWorking", "GET", one + "/documents", MediatorOnly, noBody, read, RateRead, g.listWorking},
		{"releaseWorking", "POST", doc + "/release", MediatorOnly, noBody, opened, RateWrite, g.releaseWorking},
		{"getWorkingContent", "GET", doc + "/content", MediatorOnly, noBody, opened, RateRead, g.getWorkingContent},
		{"reserveWorking", "POST", one + "/uploads", MediatorOnly, smallBody, deposit, RateWrite, g.reserveWorking},
		{"putWorking", "PUT", version, MediatorOnly, Streamed, deposit, RateWrite, g.putWorking},
		{"depositWorking", "POST", version + "/deposit", MediatorOnly, grantBody, deposit, RateWrite, g.depositWorking},
		{"shareWorking", "POST", one + "/grants", MediatorOnly, grantBody, given, RateWrite, g.shareWorking},
		{"getWorkingRequest", "GET", one + "/asked/{request}", MediatorOnly, noBody, read, RateRead, g.getWorkingRequest},
		{"listSentPages", "GET", one + "/pages", MediatorOnly, noBody, read, RateRead, g.listSentPages},
		{"getSentPage", "GET", one + "/pages/{page}", MediatorOnly, noBody, read, RateRead, g.getSentPage},
		{"takeSentPage", "DELETE", one + "/pages/{page}", MediatorOnly, noBody, read, RateWrite, g.takeSentPage},
		{"proposeWorking", "POST", one + "/proposals", MediatorOnly, grantBody, []string{journal.WhatMediationProposed, ended}, RateWrite, g.proposeWorking},
		{"listMediatorMandates", "GET", mandates, MediatorOnly, noBody, nil, RateRead, g.listMediatorMandates},
		{"useMandate", "POST", mandates + "/{id}/sessions", MediatorOnly, noBody, started, RateWrite, g.useMandate},
		{"listPapers", "GET", papers, MediatorOnly, noBody, nil, RateRead, g.listPapers},
		{"keepPaper", "POST", papers, MediatorOnly, smallBody, []string{journal.WhatMandatePaper}, RateCode, g.keepPaper},
		{"confirmPaper", "POST", papers + "/{id}/confirmation", MediatorOnly, noBody, []string{journal.WhatMandateConfirmed}, RateWrite, g.confirmPaper},
	}
}

// getMediatorMe is getMe of a mediator.
func (g *Gateway) getMediatorMe(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	m, err := g.safe.Mediator(r.Context(), actor(r))
	if err != nil {
		return err
	}
	st, view := viewStructure(m.Structure), g.viewMediator(m.Mediator)
	return writeJSON(w, http.StatusOK, meView{
		Kind: string(p.Kind), Account: p.Account, Name: p.Name, Level: p.ACR, Provider: p.Provider, Through: p.Through,
		Session: meSession{ID: p.Session, Expires: p.Expires.UTC()}, Role: view.Role, Structure: &st, Mediator: &view,
	})
}

func (g *Gateway) listMediators(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Mediators(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, g.viewMediator))
}

func (g *Gateway) appointMediator(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.MediatorID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	var in struct {
		Role    string `json:"role"`
		Trained string `json:"trained"`
		From    string `json:"from"`
		Until   string `json:"until"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	to := safe.MediatorAppointment{Role: safe.Role(in.Role), Trained: in.Trained}
	for text, into := range map[string]*time.Time{in.From: &to.From, in.Until: &to.Until} {
		if text == "" {
			continue
		}
		if *into, err = time.Parse(time.RFC3339, text); err != nil {
			return problem.Wrap("invalid", err)
		}
	}
	m, err := g.safe.AppointMediator(r.Context(), actor(r), id, to)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g.viewMediator(m))
}

func (g *Gateway) listDelegations(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.Delegations(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, viewDelegation))
}

func (g *Gateway) openDelegation(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Way       string   `json:"way"`
		Recipient string   `json:"recipient"`
		VK        []byte   `json:"vk"`
		Acts      []string `json:"acts"`
		Purpose   string   `json:"purpose"`
		Minutes   int64    `json:"minutes"`
		Standing  string   `json:"standing"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	n := safe.NewDelegation{
		Way: safe.DelegationWay(in.Way), Recipient: in.Recipient, VK: in.VK, Acts: in.Acts, Purpose: in.Purpose, Minutes: in.Minutes,
	}
	if in.Standing != "" {
		var err error
		if n.Standing, err = safe.ParseID[safe.MandateID](in.Standing); err != nil {
			return err
		}
	}
	d, err := g.safe.OpenDelegation(r.Context(), actor(r), n)
	if err != nil {
		return err
	}
	v := viewOwnDelegation(d.Delegation)
	v.Code = d.ShownCode
	return writeJSON(w, http.StatusCreated, v)
}

func (g *Gateway) getDelegation(w http.ResponseWriter, r *http.Request) error {
	return g.delegated(w, r, g.safe.Delegation)
}

func (g *Gateway) resumeDelegation(w http.ResponseWriter, r *http.Request) error {
	return g.delegated(w, r, g.safe.ResumeDelegation)
}

func (g *Gateway) endDelegation(w http.ResponseWriter, r *http.Request) error {
	return g.onDelegation(w, r, func(a safe.Actor, id safe.DelegationID) error { return g.safe.EndDelegation(r.Context(), a, id) })
}

func (g *Gateway) collectDelegation(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	c, err := g.safe.CollectDelegation(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewCollected(c))
}

func (g *Gateway) listMediatorMandates(w http.ResponseWriter, r *http.Request) error {
	return g.mandatesBy(w, r, g.safe.MediatorMandates)
}

func (g *Gateway) listPapers(w http.ResponseWriter, r *http.Request) error {
	return g.mandatesBy(w, r, g.safe.Papers)
}

func (g *Gateway) useMandate(w http.ResponseWriter, r *http.Request) error {
	id, err := mandateOf(r)
	if err != nil {
		return err
	}
	c, err := g.safe.UseMandate(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewCollected(c))
}

func (g *Gateway) keepPaper(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Safe      string `json:"safe"`
		Reference string `json:"reference"`
		Purpose   string `json:"purpose"`
		NotAfter  string `json:"notAfter"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339, in.NotAfter)
	if err != nil {
		return problem.Wrap("invalid", err)
	}
	id, err := safe.ParseID[safe.SafeID](in.Safe)
	if err != nil {
		return err
	}
	m, err := g.safe.KeepPaper(r.Context(), actor(r), safe.NewPaper{Safe: id, Reference: in.Reference, Purpose: in.Purpose, NotAfter: until})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, g.viewMandateFor(m))
}

func (g *Gateway) confirmPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := mandateOf(r)
	if err != nil {
		return err
	}
	m, err := g.safe.ConfirmPaper(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, g.viewMandateFor(m))
}
