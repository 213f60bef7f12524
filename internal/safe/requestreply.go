package safe

import (
	"context"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// replying is a citizen's act on a request.
type replying struct {
	request Request
	asked   sealed.DocumentRequest // what request.Body says
	reply   Reply
	safe    Safe
	fresh   bool // the reply has no row yet
}

// open is nil while the request can be answered.
func (on *replying) open(now time.Time) error {
	switch on.request.State(now) {
	case RequestClosed:
		return &Error{Kind: Ended, Reason: ReasonRequestClosed, Msg: "the administration has closed this request"}
	case RequestExpired:
		return &Error{Kind: Expired, Reason: ReasonRequestExpired, Msg: "the last day for answers is over"}
	default:
		return nil
	}
}

// onReply runs a citizen's act on a request. When two of her devices begin at
// once, one of them makes her side and the other finds it.
func (s *Domain) onReply(ctx context.Context, a Actor, act Act, id RequestID, ev *journal.Event, fn func(Tx, *replying) error) error {
	ev.Detail = detail("request", string(id))
	for attempt := 1; ; attempt++ {
		made := false
		err := s.update(ctx, ev, func(tx Tx) error {
			on, err := s.replyTo(ctx, tx, a, act, id, ev)
			if err != nil {
				return err
			}
			made = on.fresh
			return fn(tx, on)
		})
		if !made || attempt > 1 || !IsKind(err, AlreadyExists) {
			return err
		}
	}
}

func (s *Domain) replyTo(ctx context.Context, tx Tx, a Actor, act Act, id RequestID, ev *journal.Event) (*replying, error) {
	if err := s.may(ctx, tx, a, act); err != nil {
		return nil, err
	}
	r, err := requestFor(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	pointAt(ev, r)
	return s.replyOn(ctx, tx, a, r)
}

// replyOn is the citizen's side of a request.
func (s *Domain) replyOn(ctx context.Context, tx Tx, a Actor, r Request) (*replying, error) {
	var err error
	on := &replying{request: r}
	if on.asked, err = sealed.ReadRequest(r.Body); err != nil {
		return nil, &Error{Kind: Damaged, Msg: "read request", Err: err}
	}
	if on.safe, err = openSafe(ctx, tx, a.Safe); err != nil {
		return nil, err
	}
	on.reply, err = tx.Replies.Of(ctx, r.ID, a.Safe)
	if IsKind(err, NotFound) {
		on.fresh = true
		on.reply, err = Reply{ID: NewID[ReplyID](), Request: r.ID, Safe: a.Safe, Created: s.now()}, nil
	}
	return on, backend("find reply", err)
}

func (s *Domain) noteOfSafe(ctx context.Context, tx Tx, on *replying, about string, kinds []string, n NewNote) (done bool, err error) {
	return s.keepNote(ctx, tx, RequestNote{
		ID: n.ID, Reply: on.reply.ID, From: sealed.FromSafe, About: about, Kinds: kinds,
		ForSafe: n.ForSafe, ForAdministration: n.ForAdministration, VK: on.safe.VK, KeyLeaf: on.safe.KeyLeaf,
	})
}

func (s *Domain) keepReply(ctx context.Context, tx Tx, on *replying, ev *journal.Event, more ...string) error {
	on.reply.Changed = s.now()
	if err := tx.Replies.Put(ctx, on.reply); err != nil {
		return backend("put reply", err)
	}
	done := *ev
	done.Detail = detail(append([]string{"request", string(on.request.ID), "reference", on.request.Reference}, more...)...)
	_, err := s.record(ctx, tx, done)
	return err
}

func joined(kinds []string) string {
	if len(kinds) == 0 {
		return "all"
	}
	return strings.Join(kinds, " ")
}
