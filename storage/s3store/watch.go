package s3store

import (
	"context"
	"errors"
	"time"
)

// errStill is why a request was given up.
var errStill = errors.New("object store stands still")

// watcher gives a request up whose store stands still for too long. It rests
// while it is not the store's turn.
type watcher struct {
	timeout time.Duration
	timer   *time.Timer
	cancel  context.CancelCauseFunc
}

// watch begins with the store's turn.
func watch(ctx context.Context, timeout time.Duration) (context.Context, *watcher) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watcher{timeout: timeout, cancel: cancel}
	w.timer = time.AfterFunc(timeout, func() { cancel(errStill) })
	return ctx, w
}

// theirs begins the store's turn anew.
func (w *watcher) theirs() { w.timer.Reset(w.timeout) }

// ours ends the store's turn.
func (w *watcher) ours() { w.timer.Stop() }

// end gives what the request holds back; it is over.
func (w *watcher) end() {
	w.timer.Stop()
	w.cancel(nil)
}
