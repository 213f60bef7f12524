package main

import (
	"context"
	"math"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
)

// measureTime is how long a scrape may wait for the database.
const measureTime = 2 * time.Second

// measure exports what alerts need to know beside requests: of one gateway, in
// one series each (ops/deploy/prometheus/alerts.yaml).
func (s *stores) measure(m *telemetry.Metrics) {
	asked := func(figure func(context.Context) (float64, error)) func() float64 {
		return func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), measureTime)
			defer cancel()
			v, err := figure(ctx)
			if err != nil {
				return math.NaN()
			}
			return v
		}
	}
	m.Gauge("coffre_journal_checkpoint_timestamp_seconds", "When the newest checkpoint of the journal was signed, by whichever gateway.", asked(func(ctx context.Context) (float64, error) {
		h, err := s.log.Head(ctx)
		return seconds(h.At), err
	}))
	m.Gauge("coffre_journal_waiting", "Whether entries wait to be public in the journal, at this moment.", asked(func(ctx context.Context) (float64, error) {
		waiting, err := s.log.Waiting(ctx)
		if waiting {
			return 1, err
		}
		return 0, err
	}))
	m.Gauge("coffre_journal_forked", "1 once this gateway has met another history than its own in what is published: it signs and releases nothing more.", func() float64 {
		if s.seq.Forked() != nil {
			return 1
		}
		return 0
	})
	m.Gauge("coffre_territory_outside", "1 while a backend is outside of the territory and nothing is served.", func() float64 {
		if _, err := s.ground.attestation(); err != nil {
			return 1
		}
		return 0
	})
	m.Gauge("coffre_territory_inside_timestamp_seconds", "When every backend was found inside last.", asked(func(context.Context) (float64, error) {
		found, _ := s.ground.attestation()
		at, err := time.Parse(time.RFC3339, found.Time)
		return seconds(at), err
	}))
	m.Gauge("coffre_sweep_timestamp_seconds", "When a sweep of lapsed uploads and unfinished erasures went through last; the start before the first.", func() float64 {
		return float64(s.swept.Load())
	})
	s.measureOutbox(m, asked)
	s.measureMediation(m)
}

// measureMediation counts mediators' sessions: those that go on, by state, and
// those that ended in the last day, by who ended them too. It names nobody.
func (s *stores) measureMediation(m *telemetry.Metrics) {
	m.Gauges("coffre_mediation_sessions", "Sessions of mediators that go on, and those that ended in the last day: by state, and by who ended them.",
		[]string{"state", "by"}, func() ([]telemetry.Figure, error) {
			ctx, cancel := context.WithTimeout(context.Background(), measureTime)
			defer cancel()
			all, err := s.domain.DelegationFigures(ctx, 24*time.Hour)
			if err != nil {
				return nil, err
			}
			var out []telemetry.Figure
			for _, c := range all {
				out = append(out, telemetry.Figure{Labels: []string{string(c.State), c.By}, Value: float64(c.Count)})
			}
			return out, nil
		})
}

// measureOutbox is about all that is to be sent; nothing of it says to whom.
func (s *stores) measureOutbox(m *telemetry.Metrics, asked func(func(context.Context) (float64, error)) func() float64) {
	for way, name := range map[safe.Way]string{safe.ByEmail: "mail", safe.ByPush: "push", safe.ByWebhook: "call"} {
		m.Gauge("coffre_outbox_oldest_"+name+"_timestamp_seconds", "Since when the "+name+" waits that waits longest, between its tries too; now where none does.",
			asked(func(ctx context.Context) (float64, error) {
				f, err := s.domain.OutboxFigures(ctx)
				return seconds(f.Oldest[way]), err
			}))
	}
	m.Gauge("coffre_outbox_overdue_seconds", "For how long a notice or call is due that no gateway has taken to send.", asked(func(ctx context.Context) (float64, error) {
		f, err := s.domain.OutboxFigures(ctx)
		return f.Overdue.Seconds(), err
	}))
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
