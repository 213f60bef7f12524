package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/storage/redisstore"
	"github.com/coffre-citoyen/coffre/storage/s3store"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

// reachTime is how long one of them may take.
const reachTime = 15 * time.Second

// connect reaches everything that a gateway by this configuration would. It
// reads only; in Redis it leaves a code of its own that lapses in a minute.
func (v *verdict) connect(ctx context.Context, c config.Config) {
	if v.bad > 0 {
		v.line("left out", "nothing is reached before what is wrong above is mended")
		return
	}
	at, err := openGround(c)
	if err != nil {
		v.wrong(err)
		return
	}
	if err := at.check(ctx); err != nil {
		v.wrong(err)
	} else {
		v.ok("every backend is on the territory")
	}
	v.reach(ctx, "database", func(ctx context.Context) (string, error) { return lookDatabase(ctx, c, at) })
	if c.Objects.Endpoint == "" {
		v.ok("objects: in this process, below data")
	} else {
		v.reach(ctx, "objects", func(ctx context.Context) (string, error) { return lookObjects(ctx, c.Objects.Store, at, true) })
	}
	if c.Objects.Second.Endpoint != "" {
		v.reach(ctx, "objects.second", func(ctx context.Context) (string, error) { return lookObjects(ctx, c.Objects.Second, at, false) })
	}
	if c.State.Redis == "" {
		v.ok("state: in this process: a restart logs everybody out")
	} else {
		v.reach(ctx, "state", func(ctx context.Context) (string, error) { return lookRedis(ctx, c, at) })
	}
	if c.Notices.SMTP.Address != "" {
		v.reach(ctx, "notices.smtp", func(ctx context.Context) (string, error) { return lookRelay(ctx, c, at) })
	}
	for _, p := range c.Providers {
		v.reach(ctx, "provider "+p.ID, func(ctx context.Context) (string, error) { return lookProvider(ctx, c, p) })
	}
}

func (v *verdict) reach(ctx context.Context, name string, look func(context.Context) (string, error)) {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	found, err := look(ctx)
	if err != nil {
		v.wrong(fmt.Errorf("%s: %w", name, err))
		return
	}
	v.ok("%s: %s", name, found)
}

func lookDatabase(ctx context.Context, c config.Config, at *ground) (string, error) {
	dc, err := databaseConfig(c, at)
	if err != nil {
		return "", err
	}
	s, err := sqlstore.Look(ctx, dc)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: start it, or correct database in the configuration", err)
	case s.There == 0:
		return s.Kind + ", without tables: the first start makes them", nil
	case s.There < s.Known:
		return fmt.Sprintf("%s, schema %d: back up, then `coffred migrate` or a start brings it to %d", s.Kind, s.There, s.Known), nil
	}
	return fmt.Sprintf("%s, schema %d", s.Kind, s.There), nil
}

// lookObjects: a bucket that is missing at the first site is made at the start,
// at the second by whoever copies to it.
func lookObjects(ctx context.Context, c config.Store, at *ground, first bool) (string, error) {
	sc, err := storeConfig(c, at)
	if err != nil {
		return "", err
	}
	there, err := s3store.Look(ctx, sc)
	switch {
	case err != nil:
		return "", err
	case there:
		return "bucket " + c.Bucket, nil
	case first:
		return "bucket " + c.Bucket + " is made at the first start", nil
	}
	return "", fmt.Errorf("there is no bucket %s: set up the copying to this site, or correct its name", c.Bucket)
}

func lookRedis(ctx context.Context, c config.Config, at *ground) (_ string, err error) {
	rc, err := redisConfig(c, at)
	if err != nil {
		return "", err
	}
	r, err := redisstore.Open(rc)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	err = r.Check(ctx)
	switch {
	case redisstore.Refused(err):
		return "", fmt.Errorf("%w: correct state.username and the password, or give this user its rights (ops/README.md)", err)
	case err != nil:
		return "", fmt.Errorf("%w: start it, or correct state.addresses", err)
	}
	return "redis, " + c.State.Redis, nil
}

// lookProvider reads the discovery document, with keys of ours for nothing.
func lookProvider(ctx context.Context, c config.Config, p config.Provider) (string, error) {
	set, err := oidc.NewKeys(nil)
	if err != nil {
		return "", err
	}
	keys, err := oidc.ParseKeys(set)
	if err != nil {
		return "", err
	}
	c.Providers = []config.Provider{p}
	made, _, err := logIns(c, nil, keys)
	if err != nil {
		return "", err
	}
	if _, _, err := made[p.ID].Begin(ctx); err != nil {
		return "", fmt.Errorf("%w: correct its issuer, or let this machine reach it (resolver, firewall, clock)", err)
	}
	return "discovery document of " + p.Issuer, nil
}
