package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Gauge adds one figure that is asked for at each scrape; NaN is a figure that
// cannot be had now.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}
