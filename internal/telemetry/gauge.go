package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Gauge adds one figure that is asked for at each scrape; NaN is a figure that
// cannot be had now.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// Figure is one series of Gauges: what its labels say, in their order.
type Figure struct {
	Labels []string
	Value  float64
}

// Gauges adds figures of one name that are asked for together at each scrape;
// an error leaves them out of it.
func (m *Metrics) Gauges(name, help string, labels []string, figures func() ([]Figure, error)) {
	m.registry.MustRegister(gauges{prometheus.NewDesc(name, help, labels, nil), figures})
}

type gauges struct {
	of      *prometheus.Desc
	figures func() ([]Figure, error)
}

func (g gauges) Describe(to chan<- *prometheus.Desc) { to <- g.of }

func (g gauges) Collect(to chan<- prometheus.Metric) {
	all, err := g.figures()
	if err != nil {
		return
	}
	for _, f := range all {
		to <- prometheus.MustNewConstMetric(g.of, prometheus.GaugeValue, f.Value, f.Labels...)
	}
}
