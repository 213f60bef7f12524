package gateway

import (
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// mandateRoutes are the citizen's side of mediation.
func (g *Gateway) mandateRoutes() []Route {
	const one, mandates, proposals = "/api/v1/safe/delegations/{id}", "/api/v1/safe/mandates", "/api/v1/safe/proposals"
	claimed := []string{journal.WhatMediationClaimed, journal.WhatMediationEnded}
	approved := []string{journal.WhatMediationApproved, journal.WhatMediationEnded}
	ended := []string{journal.WhatMediationEnded}
	revoked := []string{journal.WhatMandateRevoked, journal.WhatMediationEnded}
	return []Route{
		{"claimDelegation", "POST", "/api/v1/delegations", CitizenOnly, smallBody, claimed, RateCode, g.claimDelegation},
		{"listOwnDelegations", "GET", "/api/v1/safe/delegations", CitizenOnly, noBody, nil, RatePoll, g.listOwnDelegations},
		{"getAskedDelegation", "GET", one, CitizenOnly, noBody, ended, RateRead, g.getAskedDelegation},
		{"approveDelegation", "POST", one + "/approval", CitizenOnly, bigBody, approved, RateWrite, g.approveDelegation},
		{"denyDelegation", "POST", one + "/denial", CitizenOnly, noBody, ended, RateWrite, g.denyDelegation},
		{"sendPage", "PUT", one + "/pages/{page}", CitizenOnly, Streamed, []string{journal.WhatMediationPage, journal.WhatMediationEnded}, RateWrite, g.sendPage},
		{"stopDelegation", "DELETE", one, CitizenOnly, noBody, ended, RateWrite, g.stopDelegation},
		{"listMandates", "GET", mandates, CitizenOnly, noBody, nil, RateRead, g.listMandates},
		{"giveMandate", "POST", mandates, CitizenOnly, smallBody, []string{journal.WhatMandateGiven}, RateWrite, g.giveMandate},
		{"endMandate", "DELETE", mandates + "/{id}", CitizenOnly, noBody, revoked, RateWrite, g.endMandate},
		{"revokeMandate", "PUT", mandates + "/{id}/revocation", CitizenOnly, smallBody, revoked, RateWrite, g.revokeMandate},
		{"listProposals", "GET", proposals, CitizenOnly, noBody, nil, RateRead, g.listProposals},
		{"settleProposal", "DELETE", proposals + "/{id}", CitizenOnly, noBody, []string{journal.WhatProposalSettled}, RateWrite, g.settleProposal},
	}
}

const (
	// codeTries is how many codes that lead nowhere one account may type in
	// codeTime, and codeTriesAt how many may be typed from one address: a house
	// full of counters, or all of a mobile operator's customers, have one.
	codeTries   = 5
	codeTriesAt = 50
	codeTime    = 10 * time.Minute
)

// claimDelegation counts misses by account and by address. The code comes in the
// body: addresses are what others log.
func (g *Gateway) claimDelegation(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Code string `json:"code"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	a := actor(r)
	keys := map[string]int{"delegations/" + string(a.Account): codeTries, "delegations/at/" + g.address(r): codeTriesAt}
	for key := range keys {
		if err := g.unguessed(r, key); err != nil {
			return err
		}
	}
	d, err := g.safe.ClaimDelegation(r.Context(), a, in.Code)
	if safe.IsKind(err, safe.NotFound) {
		for key, most := range keys {
			if failed := g.missed(r, key, most); failed != nil {
				return failed
			}
		}
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewAskedDelegation(d))
}

// unguessed refuses whoever has missed too often.
func (g *Gateway) unguessed(r *http.Request, key string) error {
	b, err := g.once.Get(r.Context(), "missed/"+key)
	switch {
	case errors.Is(err, session.ErrNotFound):
		return nil
	case err != nil:
		return problem.Wrap("unavailable", err)
	}
	until, err := time.Parse(time.RFC3339, string(b))
	wait := until.Sub(g.now())
	if err != nil || wait <= 0 {
		return nil
	}
	return &problem.Error{Slug: "rate-limited", RetryAfter: int(wait/time.Second) + 1}
}

// missed counts a code that led nowhere. After the last one allowed, nothing is
// looked up for a while.
func (g *Gateway) missed(r *http.Request, key string, most int) error {
	ok, _, err := g.limiter.Allow(r.Context(), key, most-1, codeTime)
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	if ok {
		return nil
	}
	until := g.now().UTC().Add(codeTime).Format(time.RFC3339)
	err = g.once.Put(r.Context(), "missed/"+key, []byte(until), codeTime)
	if err != nil && !errors.Is(err, session.ErrExists) {
		return problem.Wrap("unavailable", err)
	}
	return nil
}

func delegationOf(r *http.Request) (safe.DelegationID, error) {
	return safe.ParseID[safe.DelegationID](mux.Vars(r)["id"])
}

func mandateOf(r *http.Request) (safe.MandateID, error) {
	return safe.ParseID[safe.MandateID](mux.Vars(r)["id"])
}

func (g *Gateway) listOwnDelegations(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.OwnDelegations(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, viewDelegation))
}

func (g *Gateway) getAskedDelegation(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	d, err := g.safe.AskedOf(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewAskedDelegation(d))
}

func (g *Gateway) approveDelegation(w http.ResponseWriter, r *http.Request) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Number  string `json:"number"`
		Mandate []byte `json:"mandate"`
		Binding []byte `json:"binding"`
		Grants  []struct {
			Doc     string `json:"doc"`
			Version string `json:"version"`
			Grant   []byte `json:"grant"`
		} `json:"grants"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	approval := safe.Approval{Number: in.Number, Mandate: in.Mandate, Binding: in.Binding}
	for _, g := range in.Grants {
		doc, err := safe.ParseID[safe.DocumentID](g.Doc)
		if err != nil {
			return err
		}
		version, err := safe.ParseID[safe.VersionID](g.Version)
		if err != nil {
			return err
		}
		approval.Grants = append(approval.Grants, safe.SessionGrant{Doc: doc, Version: version, Sealed: g.Grant})
	}
	d, err := g.safe.ApproveDelegation(r.Context(), actor(r), id, approval)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewDelegation(d))
}

// onDelegation runs what needs nothing but the id.
func (g *Gateway) onDelegation(w http.ResponseWriter, r *http.Request, do func(safe.Actor, safe.DelegationID) error) error {
	id, err := delegationOf(r)
	if err != nil {
		return err
	}
	if err := do(actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) denyDelegation(w http.ResponseWriter, r *http.Request) error {
	return g.onDelegation(w, r, func(a safe.Actor, id safe.DelegationID) error { return g.safe.DenyDelegation(r.Context(), a, id) })
}

func (g *Gateway) stopDelegation(w http.ResponseWriter, r *http.Request) error {
	return g.onDelegation(w, r, func(a safe.Actor, id safe.DelegationID) error { return g.safe.StopDelegation(r.Context(), a, id) })
}

func (g *Gateway) listMandates(w http.ResponseWriter, r *http.Request) error {
	p, err := pageOf(r)
	if err != nil {
		return err
	}
	items, next, err := g.safe.OwnMandates(r.Context(), actor(r), p)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, next, g.viewOwnMandate))
}

func (g *Gateway) giveMandate(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Mandate []byte `json:"mandate"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	m, err := g.safe.GiveMandate(r.Context(), actor(r), in.Mandate)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, g.viewMandateRow(m))
}

func (g *Gateway) endMandate(w http.ResponseWriter, r *http.Request) error {
	id, err := mandateOf(r)
	if err != nil {
		return err
	}
	if err := g.safe.RevokeMandate(r.Context(), actor(r), id, nil); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) revokeMandate(w http.ResponseWriter, r *http.Request) error {
	id, err := mandateOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Revocation []byte `json:"revocation"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	if in.Revocation == nil {
		in.Revocation = []byte{} // is none, and is refused as such
	}
	if err := g.safe.RevokeMandate(r.Context(), actor(r), id, in.Revocation); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) listProposals(w http.ResponseWriter, r *http.Request) error {
	items, err := g.safe.OwnProposals(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listOf(items, "", viewProposal))
}

func (g *Gateway) settleProposal(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.ProposalID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	if err := g.safe.SettleProposal(r.Context(), actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
