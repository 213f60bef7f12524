// Package gateway is the HTTP interface: one route table, one handler per
// operation of openapi.yaml, one place where domain errors become problems.
// Handlers parse, call one use case, and encode.
//
// Trust: nothing in a request is believed but what auth/session and
// auth/machine have verified. The gateway itself is not believed by any
// client: what it serves is sealed and signed elsewhere. It holds plain bytes
// only for the length of a deposit, in memory.
package gateway

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/auth/oidc"
	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Site is what the pages show of the territory.
type Site struct {
	Name      string
	Colour    string
	Logo      string // path on this origin, or ""
	Contact   string
	Mode      string // "demo" or "production"
	Version   string
	LogKey    string // vkey
	Policy    string // of witnesses, "" for none
	Providers []SiteProvider
	Files     map[string]string // hash in hexadecimal of each file of the pages, by path
	Demo      any               // of the demonstration; nil in production
}

// SiteProvider is a way to log in.
type SiteProvider struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Label string `json:"label"`
	// Level is the highest eIDAS level that can be asked for there.
	Level int `json:"level"`
	// StepUp is offered when an act asks for a higher level, not before.
	StepUp bool `json:"stepUp,omitempty"`
}

// Config of a Gateway. All but Spare, Progress, Pace, Proxies, Observe and Extra are
// needed.
type Config struct {
	Safe      *safe.Domain
	Log       *journal.Log
	Sessions  *session.Manager
	Providers map[string]*oidc.Provider // by id, as in the paths of log-in
	// LoginKeys are ours at the providers; nil where they need none.
	LoginKeys *oidc.Keys
	Machine   *machine.Server
	Once      session.Once
	Limiter   session.Limiter
	// Spare counts reads and writes in this process while Limiter is
	// unavailable; nil lets them through.
	Spare     session.Limiter
	Site      Site
	PublicURL string // without a slash at the end
	Pages     http.Handler
	Logger    *slog.Logger
	Now       func() time.Time
	// Progress is how long a body may stand still, in either direction; 0 is
	// 30 s.
	Progress time.Duration
	// Pace multiplies how many reads and writes a caller may make in a
	// minute, for systems that deposit in bulk; 0 is 1.
	Pace int
	// Proxies stand in front of the gateway: their X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Ground says whether every backend is on the territory; nil asks nobody.
	Ground Ground
	// WebhookKey is what systems verify calls with; "" calls nobody.
	WebhookKey string
	// Observe is told of every answer; nil is nobody.
	Observe func(operation string, status int, took time.Duration)
	// Extra handlers by path prefix: the simulators of the demonstration.
	Extra map[string]http.Handler
}

// Gateway serves. Safe for concurrent use; it keeps no state of its own but
// how many requests each caller has running here.
type Gateway struct {
	safe      *safe.Domain
	log       *journal.Log
	sessions  *session.Manager
	providers map[string]*oidc.Provider
	ours      *oidc.Keys
	machine   *machine.Server
	once      session.Once
	limiter   session.Limiter
	spare     session.Limiter
	site      Site
	publicURL string
	pages     http.Handler
	logger    *slog.Logger
	now       func() time.Time
	progress  time.Duration
	observe   func(operation string, status int, took time.Duration)
	extra     map[string]http.Handler
	pace      int
	proxies   []netip.Prefix
	ground    Ground
	crowd     *crowd

	webhookKey string
}

// New makes a Gateway.
func New(c Config) *Gateway {
	if c.Observe == nil {
		c.Observe = func(string, int, time.Duration) {}
	}
	if c.Progress == 0 {
		c.Progress = 30 * time.Second
	}
	return &Gateway{
		safe: c.Safe, log: c.Log, sessions: c.Sessions, providers: c.Providers, ours: c.LoginKeys, machine: c.Machine,
		once: c.Once, limiter: c.Limiter, spare: c.Spare, site: c.Site, publicURL: c.PublicURL, pages: c.Pages,
		logger: c.Logger, now: c.Now, progress: c.Progress, observe: c.Observe, extra: c.Extra,
		pace: max(c.Pace, 1), proxies: c.Proxies, ground: c.Ground, crowd: newCrowd(),
		webhookKey: c.WebhookKey,
	}
}

// Server wraps the handler with the time limits that slow or idle callers
// meet; bodies have deadlines of their own that move with progress.
func Server(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}
