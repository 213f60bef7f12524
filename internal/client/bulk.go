package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// atOnce is how many documents of a long errand are on their way at a time: an
// answer comes when the journal holds its event.
const atOnce = 16

// longestWait bounds what the gateway may ask a client to wait for.
const longestWait = 2 * time.Minute

// each does something for every document, several at a time, and gives the first
// error. do changes nothing in the Safe.
func each(ctx context.Context, docs []sealed.Entry, do func(context.Context, sealed.Entry) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var first error
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, e := range docs {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if err := patiently(ctx, func() error { return do(ctx, e) }); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
					cancel()
				}
			}
		})
	}
	all.Wait()
	return first
}

// patiently does it again when the gateway says that it has been asked too often,
// after the time that it names.
func patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		var p *Problem
		if !errors.As(err, &p) || p.Status != http.StatusTooManyRequests || p.After <= 0 || p.After > longestWait {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(p.After):
		}
	}
}
