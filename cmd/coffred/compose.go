package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
	"github.com/coffre-citoyen/coffre/internal/webapp"
)

// extras are what the demonstration adds to a gateway.
type extras struct {
	handlers  map[string]http.Handler // by path prefix
	providers []config.Provider
	secrets   map[string]string // client secrets by provider id
	site      any
	banner    string
}

// compose wires the gateway; the banner is what the terminal shows.
func compose(ctx context.Context, c config.Config, s *stores, pages *webapp.Handler, logger *slog.Logger, metrics *telemetry.Metrics, listeners []net.Listener) (*gateway.Gateway, string, error) {
	x, err := demoExtras(ctx, c, s, listeners)
	if err != nil {
		return nil, "", err
	}
	c.Providers = append(c.Providers, x.providers...)
	keys, err := loginKeys(keysOf(c))
	if err != nil {
		return nil, "", err
	}
	providers, site, err := logIns(c, x.secrets, keys)
	if err != nil {
		return nil, "", err
	}
	hints, err := hintKey(keysOf(c))
	if err != nil {
		return nil, "", err
	}
	sessions, err := session.NewManager(session.Config{
		Store: s.state.sessions, Once: s.state.once, Now: time.Now, HintKey: hints,
		Secure: strings.HasPrefix(c.PublicURL, "https://"),
	})
	if err != nil {
		return nil, "", err
	}
	signer, err := tokenKey(keysOf(c))
	if err != nil {
		return nil, "", err
	}
	tokens, err := machine.New(machine.Config{Issuer: c.PublicURL, Signer: signer, Once: s.state.once, Now: time.Now, Systems: systems(s.domain)})
	if err != nil {
		return nil, "", err
	}
	proxies, err := c.ProxyNetworks()
	if err != nil {
		return nil, "", err
	}
	g := gateway.New(gateway.Config{
		Safe: s.domain, Log: s.log, Sessions: sessions, Providers: providers, Machine: tokens, Once: s.state.once,
		Limiter: s.state.limiter, Spare: s.state.spare, PublicURL: c.PublicURL, Pages: pages, Logger: logger, Now: time.Now,
		Observe: metrics.Observe, Extra: x.handlers, Pace: c.Limits.Pace, Proxies: proxies, Ground: s.ground.attestation, LoginKeys: keys,
		WebhookKey: s.tell.hookKey,
		Site: gateway.Site{
			Name: c.Territory.Name, Colour: c.Territory.Colour, Logo: c.Territory.Logo, Contact: c.Territory.Contact,
			Mode: c.Mode, Version: version, LogKey: s.vkey, Files: pages.Files(), Policy: s.statedPolicy(), Providers: site, Demo: x.site,
		},
	})
	return g, x.banner, nil
}

// systems lets the token endpoint find a registered machine's keys.
func systems(d *safe.Domain) machine.Systems {
	return func(ctx context.Context, id string) (machine.System, error) {
		sys, adm, err := d.System(ctx, safe.SystemID(id))
		if safe.IsKind(err, safe.NotFound) {
			return machine.System{}, machine.ErrUnknownSystem
		}
		if err != nil {
			return machine.System{}, err
		}
		return machine.System{
			ID: string(sys.ID), Administration: string(adm.ID), SIRET: adm.SIRET, Name: sys.Name, Scopes: sys.Scopes, KeySet: sys.KeySet,
		}, nil
	}
}
