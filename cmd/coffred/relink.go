package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// relinkAgent shows the agents whose identity provider has changed and who
// wait, or decides about one of them: whoever runs it has seen who he is.
func relinkAgent(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("admin relink-agent", io)
	id := f.String("account", "", "`id` of the waiting agent, as the list has it")
	same := f.Bool("same", false, "he is the person of the account named beside him: it goes on under his new identity")
	another := f.Bool("another", false, "he is a namesake: he gets an account of his own")
	by := f.String("by", "", "`who` is acting, for the journal")
	if err := f.Parse(args); err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		if *id == "" {
			return listWaiting(ctx, s, io)
		}
		if *same == *another || *by == "" {
			return errors.New("write --account ID --by NAME, and --same or --another")
		}
		who := operator()
		who.Name = *by
		if err := s.domain.Relink(ctx, who, safe.AccountID(*id), *same); err != nil {
			return err
		}
		_, err := fmt.Fprintln(io.out, "done: he can log in again")
		return err
	})
}

func listWaiting(ctx context.Context, s *stores, io stdio) error {
	all, err := s.domain.WaitingAgents(ctx, operator())
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(io.out, "no agent waits")
		return err
	}
	for _, w := range all {
		_, err := fmt.Fprintf(io.out, "%s  %s, %s\n  came on %s by identity provider %s\n  may be account %s, made on %s, which came in by %s\n",
			w.ID, w.Name, w.AdministrationName, w.Since.Format("2006-01-02 15:04"), w.IDP, w.Account, w.Last.Format("2006-01-02 15:04"), w.By)
		if err != nil {
			return err
		}
	}
	return nil
}

// rotateLoginKeys makes new keys of the gateway at identity providers. Those
// of before stay for one rotation: what is encrypted to them still opens.
func rotateLoginKeys(ctx context.Context, args []string, io stdio) error {
	var o options
	if err := o.flags("admin rotate-login-keys", io).Parse(args); err != nil {
		return err
	}
	c, err := o.load(io)
	if err != nil {
		return err
	}
	k := keysOf(c)
	path := filepath.Join(k.dir, loginKeysFile)
	old, err := os.ReadFile(path) //nolint:gosec // the gateway's own keys
	if err != nil {
		return fmt.Errorf("rotate log-in keys: %w", err)
	}
	made, err := oidc.NewKeys(old)
	if err != nil {
		return fmt.Errorf("rotate log-in keys: %w", err)
	}
	if err := writeFile(path, made); err != nil {
		return fmt.Errorf("rotate log-in keys: %w", err)
	}
	err = withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		return s.domain.Operated(ctx, journal.WhatRotated, map[string]string{"keys": "login"})
	})
	if err != nil {
		return fmt.Errorf("journal the rotation: %w", err)
	}
	_, err = fmt.Fprintln(io.out, "new keys are made: give them to every replica, restart them, and rotate again no sooner than the providers have read "+c.PublicURL+"/oidc/jwks")
	return err
}
