package safe

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// NewAdministration registers an organisation, or renames one that is.
type NewAdministration struct {
	SIRET    string // 14 digits
	Name     string
	Services []Service
}

// RegisterAdministration adds an organisation to the registry; when its SIRET
// is there, name and services are replaced and its id and key stay.
func (s *Domain) RegisterAdministration(ctx context.Context, a Actor, n NewAdministration) (Administration, error) {
	if err := checkAdministration(n); err != nil {
		return Administration{}, err
	}
	ev := s.begin(a, journal.WhatRegistered)
	var adm Administration
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		var err error
		adm, err = tx.Administrations.BySIRET(ctx, n.SIRET)
		if IsKind(err, NotFound) {
			adm = Administration{ID: NewID[AdministrationID](), SIRET: n.SIRET, KeyLeaf: -1}
		} else if err != nil {
			return backend("find administration", err)
		}
		if adm.Name == n.Name && slices.Equal(adm.Services, n.Services) {
			return nil
		}
		renamed := adm.Recipient != "" && adm.Name != n.Name
		adm.Name, adm.Services = n.Name, n.Services
		if renamed { // the public fact of its key carries the name
			adm.KeyLeaf = -1
			if err := appendFact(ctx, tx, administrationFact(adm)); err != nil {
				return err
			}
		}
		if err := tx.Administrations.Put(ctx, adm); err != nil {
			return backend("put administration", err)
		}
		done := *ev
		done.Administration, done.AdministrationName = string(adm.ID), adm.Name
		_, err = s.record(ctx, tx, done)
		return err
	})
	return adm, err
}

var serviceID = regexp.MustCompile(`^[a-z0-9-]{1,50}$`)

func checkAdministration(n NewAdministration) error {
	if ok, err := regexp.MatchString(`^[0-9]{14}$`, n.SIRET); err != nil || !ok {
		return refusal(Invalid, "a SIRET has 14 digits")
	}
	if err := checkLine("name", n.Name, 1, 200); err != nil {
		return err
	}
	return checkServices(n.Services)
}

func checkServices(services []Service) error {
	seen := map[string]bool{}
	for _, sv := range services {
		if !serviceID.MatchString(sv.ID) || seen[sv.ID] {
			return refusal(Invalid, "a service has an id of its own, of a-z, 0-9 and -")
		}
		seen[sv.ID] = true
		if err := checkLine("name of service", sv.Name, 1, 100); err != nil {
			return err
		}
	}
	return nil
}

// NewSystem registers a machine of an administration.
type NewSystem struct {
	ID             SystemID // "" draws one; an existing one is replaced
	Administration AdministrationID
	Name           string
	Scopes         []string
	KeySet         []byte // JWK set, public keys only
}

// RegisterSystem adds a machine to the registry, or replaces its name, scopes
// and keys.
func (s *Domain) RegisterSystem(ctx context.Context, a Actor, n NewSystem) (RegisteredSystem, error) {
	if err := checkLine("name", n.Name, 1, 200); err != nil {
		return RegisteredSystem{}, err
	}
	if err := checkKeySet(n.KeySet); err != nil {
		return RegisteredSystem{}, err
	}
	ev := s.begin(a, journal.WhatRegistered)
	ev.Administration = string(n.Administration)
	sys := RegisteredSystem{
		ID: n.ID, Administration: n.Administration, Name: n.Name, Scopes: n.Scopes, KeySet: n.KeySet, Created: s.now(),
	}
	if sys.ID == "" {
		sys.ID = NewID[SystemID]()
	}
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActRegister); err != nil {
			return err
		}
		adm, err := tx.Administrations.Get(ctx, n.Administration)
		if err != nil {
			return backend("read administration", err)
		}
		old, err := tx.Administrations.System(ctx, sys.ID)
		switch {
		case err == nil && old.Administration != n.Administration:
			return refusal(Invalid, "a system does not change its administration")
		case err == nil:
			sys.Created = old.Created
		case !IsKind(err, NotFound):
			return backend("read system", err)
		}
		if err := tx.Administrations.PutSystem(ctx, sys); err != nil {
			return backend("put system", err)
		}
		done := *ev
		done.AdministrationName = adm.Name
		done.Detail = detail("system", string(sys.ID), "name", sys.Name)
		_, err = s.record(ctx, tx, done)
		return err
	})
	return sys, err
}

// checkKeySet refuses a key set without keys, or with a secret in it: the
// operator is told before the secret rests in a database.
func checkKeySet(b []byte) error {
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(b, &set); err != nil {
		return &Error{Kind: Invalid, Msg: "read key set", Err: err}
	}
	if len(set.Keys) == 0 {
		return refusal(Invalid, "key set has no key")
	}
	for _, k := range set.Keys {
		if _, private := k["d"]; private || k["kty"] == "oct" {
			return refusal(Invalid, "key set holds a secret; register the public part only")
		}
	}
	return nil
}

// System finds a registered machine, for whoever authenticates it.
func (s *Domain) System(ctx context.Context, id SystemID) (RegisteredSystem, Administration, error) {
	var sys RegisteredSystem
	var adm Administration
	err := s.rows.View(ctx, func(tx Tx) error {
		var err error
		if sys, err = tx.Administrations.System(ctx, id); err != nil {
			return err
		}
		adm, err = tx.Administrations.Get(ctx, sys.Administration)
		return err
	})
	return sys, adm, backend("read system", err)
}
