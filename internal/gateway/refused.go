package gateway

import (
	"errors"
	"net/http"
	"strings"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// tried is what a caller wanted who was turned away from a route.
func (rt Route) tried() string {
	switch {
	case len(rt.Events) > 0:
		return rt.Events[0]
	case rt.Class == Office || rt.Class == AgentOnly:
		return journal.WhatOfficeRead
	default:
		return journal.WhatSafeRead
	}
}

// noteSystem journals a try in the name of a registered system whose credential
// was not good, whoever it was: its administration reads of it. Who names no
// registered system tries nothing of anybody's. It gives err back, or what kept
// it from being journalled.
func (g *Gateway) noteSystem(r *http.Request, err error) error {
	var e *machine.Error
	if !errors.As(err, &e) || e.System == nil {
		return err
	}
	claimed := safe.Actor{
		Kind: safe.System, System: safe.SystemID(e.System.ID), Administration: safe.AdministrationID(e.System.Administration),
		Name: e.System.Name, Door: "api",
	}
	reason := strings.ReplaceAll(e.Code, "_", "-")
	if failed := g.safe.Refused(r.Context(), claimed, journal.WhatLoginRefused, reason); failed != nil {
		return failed
	}
	return err
}
