// Package telemetry is logs and metrics: structured lines without a secret or
// a name in them, and counters of bounded cardinality for a private listener.
//
// Trust: whoever reads logs and metrics is the operator, and learns figures
// and operations, never what a document is called or contains. Secrets are
// types that print [redacted] before they come here.
package telemetry

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Logger writes JSON lines, or text for people.
func Logger(w io.Writer, text bool, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if text {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

// Metrics of one process. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

// New makes the registry. Operations come from the route table and statuses
// are classes, so there are at most a few hundred series.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "coffre_requests_total", Help: "Answers by operation and class of status.",
		}, []string{"operation", "class"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "coffre_request_seconds", Help: "Time to answer by operation.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"operation"}),
	}
	m.registry.MustRegister(m.requests, m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts one answer.
func (m *Metrics) Observe(operation string, status int, took time.Duration) {
	if operation == "" {
		operation = "page"
	}
	m.requests.WithLabelValues(operation, strconv.Itoa(status/100)+"xx").Inc()
	m.took.WithLabelValues(operation).Observe(took.Seconds())
}

// Handler serves /metrics; for the private listener only.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
