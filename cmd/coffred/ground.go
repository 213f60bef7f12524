package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/territory"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

// groundEvery is how often backends are looked for again.
const groundEvery = time.Hour

// ground holds the backends against the authority's territory, and keeps what
// was found last. Safe for concurrent use.
type ground struct {
	guard    *territory.Guard
	backends []territory.Backend

	mu   sync.Mutex
	last journal.TerritoryFact
	err  error
}

// openGround reads the rules. Without a file, this machine is all there is.
func openGround(c config.Config) (*ground, error) {
	rules, err := territory.ThisMachine()
	if c.Territory.File != "" {
		rules, err = territory.Load(c.Territory.File)
	}
	if err != nil {
		return nil, err
	}
	g := &ground{guard: territory.NewGuard(territory.Config{Rules: rules, Now: time.Now})}
	dsn, err := c.Database.DSN(c.Mode)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	rows := []string{c.Data} // SQLite's file
	if dsn != "" {
		if rows, err = sqlstore.Addresses(dsn); err != nil {
			return nil, err
		}
	}
	objects := c.Data
	if c.Objects.Endpoint != "" {
		objects = c.Objects.Endpoint
	}
	g.add("objects", c.Objects.Region, objects)
	if second := c.Objects.Second; second.Endpoint != "" {
		g.add("objects", second.Region, second.Endpoint)
	}
	g.add("rows", "", rows...)
	g.add("sessions", "", c.State.Addresses...)
	if relay := c.Notices.SMTP.Address; relay != "" {
		g.add("mail", "", relay)
	}
	return g, nil
}

func (g *ground) add(name, region string, addresses ...string) {
	for _, a := range addresses {
		g.backends = append(g.backends, territory.Backend{Name: name, Address: a, Region: region})
	}
}

// check looks where every backend is. What it finds outside stops the gateway
// from answering until a later look finds it inside; a resolver that fails
// changes nothing, since nothing is dialled without being looked at.
func (g *ground) check(ctx context.Context) error {
	at, err := g.guard.Check(ctx, g.backends)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		if errors.Is(err, territory.ErrOutside) {
			g.err = err
		}
		return fmt.Errorf("territory: %w: mend the configuration, or name the network in territory.file", err)
	}
	g.last, g.err = at, nil
	return nil
}

// attestation is what was found last, and why nothing may be served, if so.
func (g *ground) attestation() (journal.TerritoryFact, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last, g.err
}

// watch checks and attests every hour until ctx ends.
func (g *ground) watch(ctx context.Context, d *safe.Domain, logger *slog.Logger) {
	regularly(ctx, groundEvery, logger, "territory not attested", func(ctx context.Context) error {
		if err := g.check(ctx); err != nil {
			return err
		}
		found, _ := g.attestation()
		return d.Announce(ctx, found)
	})
}
