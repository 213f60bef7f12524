package notice

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Outbox is where parcels wait; *safe.Domain is one.
type Outbox interface {
	TakeDeliveries(ctx context.Context, lane safe.Way, limit int) ([]safe.Delivery, error)
	Delivered(ctx context.Context, d safe.Delivery) error
	NotDelivered(ctx context.Context, d safe.Delivery, f safe.Failure) error
}

// carrier brings one delivery to where it goes.
type carrier interface {
	carry(ctx context.Context, d safe.Delivery) error
}

// Sender carries what is due. Each way has a lane of its own, so that a relay
// that hangs holds up no webhook. Any number of gateways may run one.
type Sender struct {
	Outbox Outbox
	Mails  *Mails  // nil sends none
	Pusher *Pusher // nil sends none
	Hooks  *Hooks  // nil sends none
	Logger *slog.Logger
	Every  time.Duration // between two looks; 0 is a second
}

const (
	// many are on their way at once in a lane, and settleTime is for saying
	// how it went.
	many       = 16
	settleTime = 5 * time.Second
	// carryTime ends what a carrier does not end by itself; a lease is longer.
	carryTime = 15 * time.Second
)

// Run carries until ctx ends; what is on its way then is brought to its end.
func (s *Sender) Run(ctx context.Context) {
	var lanes sync.WaitGroup
	start := func(lane safe.Way, c carrier) { lanes.Go(func() { s.lane(ctx, lane, c) }) }
	if s.Mails != nil {
		start(safe.ByEmail, s.Mails)
	}
	if s.Pusher != nil {
		start(safe.ByPush, s.Pusher)
	}
	if s.Hooks != nil {
		start(safe.ByWebhook, s.Hooks)
	}
	lanes.Wait()
}

func (s *Sender) lane(ctx context.Context, lane safe.Way, c carrier) {
	every := s.Every
	if every == 0 {
		every = time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		n, err := s.round(ctx, lane, c)
		if err != nil && ctx.Err() == nil {
			s.Logger.ErrorContext(ctx, "outbox is not read", "lane", lane, "error", err)
		}
		if n > 0 && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round carries what is due, all at once, and says how many that were.
func (s *Sender) round(ctx context.Context, lane safe.Way, c carrier) (int, error) {
	due, err := s.Outbox.TakeDeliveries(ctx, lane, many)
	var all sync.WaitGroup
	for _, d := range due {
		all.Go(func() { s.one(context.WithoutCancel(ctx), c, d) })
	}
	all.Wait()
	return len(due), err
}

func (s *Sender) one(ctx context.Context, c carrier, d safe.Delivery) {
	carrying, cancel := context.WithTimeout(ctx, carryTime)
	err := c.carry(carrying, d)
	cancel()
	settling, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	if err == nil {
		err = s.Outbox.Delivered(settling, d)
	} else {
		err = s.notDelivered(settling, d, err)
	}
	if err != nil { // the lease ends, and it is sent again
		s.Logger.ErrorContext(ctx, "delivery is not settled", "lane", d.Lane, "target", d.Target, "error", err)
	}
}

func (s *Sender) notDelivered(ctx context.Context, d safe.Delivery, err error) error {
	f := safe.Failure{Reason: "unreachable"}
	var why *undelivered
	if errors.As(err, &why) {
		f = why.Failure
	}
	s.Logger.WarnContext(ctx, "not delivered", "lane", d.Lane, "target", d.Target, "topic", d.Topic, "try", d.Tries, "reason", f.Reason, "error", err)
	return s.Outbox.NotDelivered(ctx, d, f)
}
