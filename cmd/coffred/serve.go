package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coffre-citoyen/coffre/internal/backup"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
	"github.com/coffre-citoyen/coffre/internal/webapp"
)

// logVariable with the value json makes a demonstration log as production does.
const logVariable = "COFFRE_LOG"

// drainTime is how long requests may run on after the signal to stop.
const drainTime = 20 * time.Second

func serve(ctx context.Context, args []string, io stdio) error {
	var o options
	f := o.flags("serve", io)
	f.BoolVar(&o.demo, "demo", false, "the demonstration: simulators, made-up people, loopback only")
	f.StringVar(&o.listen, "listen", "", "`host:port`, over the configuration's; port 0 takes a free one")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.demo && o.file != "" {
		return errors.New("--demo and --config exclude each other")
	}
	c, err := o.load(io)
	if err != nil {
		return err
	}
	if c.Mode == config.Demo && !demoBuilt {
		return errors.New("this program was built without the demonstration and its pages: with Go, Node 20 or later and npm at hand (nodejs.org, or Debian's packages nodejs and npm), run `make run`")
	}
	pages, err := webapp.New(providerOrigins(c)...)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	text := c.Mode == config.Demo && io.getenv(logVariable) != "json"
	if text {
		level = slog.LevelWarn // the terminal is for people
	}
	return serveWith(ctx, c, pages, telemetry.Logger(io.err, text, level), io)
}

// providerOrigins are where logging out may lead a browser.
func providerOrigins(c config.Config) []string {
	var all []string
	for _, p := range c.Providers {
		if u, err := url.Parse(p.Issuer); err == nil {
			all = append(all, u.Scheme+"://"+u.Host)
		}
	}
	return all
}

func serveWith(ctx context.Context, c config.Config, pages *webapp.Handler, logger *slog.Logger, io stdio) error {
	listeners, err := listen(ctx, c)
	if err != nil {
		return err
	}
	if c.PublicURL == "" {
		c.PublicURL = fmt.Sprintf("http://localhost:%d", listeners[0].Addr().(*net.TCPAddr).Port)
	}
	s, err := openStores(ctx, c, logger)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	if mark, err := s.db.Mark(ctx, backup.Unfinished); err != nil || mark != "" {
		return errors.Join(err, s.Close(), closeAll(listeners), errors.New("a restore or a move into these stores was not finished: run it again"))
	}
	// The attestation is an entry, and with it there is a checkpoint to sign.
	found, _ := s.ground.attestation()
	if err := errors.Join(s.domain.Announce(ctx, found), s.announceServed(ctx, pages.Files()), s.begin(ctx)); err != nil {
		return errors.Join(err, s.Close(), closeAll(listeners))
	}
	loops, stopLoops := context.WithCancel(context.WithoutCancel(ctx))
	wait := s.background(loops, logger)
	err = serveOn(ctx, listeners, c, s, pages, logger, io)
	stopLoops()
	wait()
	return errors.Join(err, s.Close())
}

// listen binds the address; for the demonstration both loopbacks, since
// browsers try either for localhost.
func listen(ctx context.Context, c config.Config) ([]net.Listener, error) {
	var lc net.ListenConfig
	first, err := lc.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w: is another one running? choose another address with --listen", c.Listen, err)
	}
	all := []net.Listener{first}
	if c.Mode == config.Demo {
		port := first.Addr().(*net.TCPAddr).Port
		if second, err := lc.Listen(ctx, "tcp", fmt.Sprintf("[::1]:%d", port)); err == nil {
			all = append(all, second) // without IPv6 there is nothing to bind
		}
	}
	return all, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func serveOn(ctx context.Context, listeners []net.Listener, c config.Config, s *stores, pages *webapp.Handler, logger *slog.Logger, io stdio) error {
	metrics := telemetry.New()
	s.measure(metrics)
	var err error
	if s.state, err = openState(ctx, c, s.ground, logger); err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	g, banner, err := compose(ctx, c, s, pages, logger, metrics, listeners)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	server := gateway.Server(g.Handler(), logger)
	failed := make(chan error, len(listeners)+1)
	for _, l := range listeners {
		go func() { failed <- server.Serve(l) }()
	}
	if c.Metrics != "" {
		private := &http.Server{Addr: c.Metrics, Handler: metrics.Handler(), ReadHeaderTimeout: 10 * time.Second}
		go func() { failed <- private.ListenAndServe() }()
		defer func() { _ = private.Close() }()
	}
	fmt.Fprint(io.out, banner)
	fmt.Fprintf(io.out, "listening %s\n", c.PublicURL)
	select {
	case err := <-failed:
		return errors.Join(err, server.Close())
	case <-ctx.Done():
	}
	return drain(ctx, server)
}

// drain lets the requests that run come to their end, for a while.
func drain(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("stop: %w", err), server.Close())
	}
	return nil
}
