package safe

import (
	"context"
	"errors"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// refusalTime bounds the writing of a refusal, which outlives its request: a
// client that hangs up does not keep its failed try out of the journal.
const refusalTime = 5 * time.Second

// Proof that the journal holds an event: the committed bytes, the salt, and
// the leaf under a published checkpoint.
type Proof struct {
	Event []byte
	Salt  [32]byte
	Leaf  journal.Leaf
}

// begin drafts the event of an act. A use case fills in what it learns; the
// draft says how the act ended only when record or refuse writes it.
func (s *Domain) begin(a Actor, what string) *journal.Event {
	id := string(a.Account)
	if a.Kind == System {
		id = string(a.System)
	}
	of := string(a.Administration)
	if a.Kind == MediatorActor { // of no administration: the structure has its place
		of = string(a.Structure)
	}
	return &journal.Event{
		V:    1,
		ID:   NewID[string](),
		What: what,
		Who:  journal.Who{Kind: string(a.Kind), ID: id, Name: a.Name, Administration: of, Through: a.Through},
		Safe: string(a.Safe),
		Door: a.Door,
	}
}

// record writes the event as done, in the transaction of its act.
func (s *Domain) record(ctx context.Context, tx Tx, ev journal.Event) (string, error) {
	ev.Result = journal.ResultDone
	if err := s.tell(ctx, tx, ev); err != nil {
		return "", err
	}
	if err := s.count(ctx, tx, ev); err != nil {
		return "", err
	}
	return s.write(ctx, tx, ev)
}

// hold is called by whoever is going to write in the journals of several safes
// in one transaction.
func hold(ctx context.Context, tx Tx, safes ...SafeID) error {
	all := make([]string, len(safes))
	for i, id := range safes {
		all[i] = string(id)
	}
	return backend("hold journals", tx.Events.Hold(ctx, all...))
}

func (s *Domain) write(ctx context.Context, tx Tx, ev journal.Event) (string, error) {
	ev.Time = rfc3339(s.now())
	if ev.Who.Administration != "" && ev.Who.Kind == string(MediatorActor) {
		st, err := tx.Structures.Get(ctx, StructureID(ev.Who.Administration))
		if err != nil && !IsKind(err, NotFound) {
			return "", backend("read structure", err)
		}
		ev.Who.AdministrationName = st.Name
	} else if ev.Who.Administration != "" {
		adm, err := tx.Administrations.Get(ctx, AdministrationID(ev.Who.Administration))
		if err != nil && !IsKind(err, NotFound) {
			return "", backend("read administration", err)
		}
		ev.Who.AdministrationName = adm.Name
	}
	if ev.Safe != "" {
		var err error
		if ev.N, err = tx.Events.Next(ctx, ev.Safe); err != nil {
			return "", backend("next place in journal", err)
		}
	}
	b, err := ev.Encode()
	if err != nil {
		return "", &Error{Kind: Invalid, Msg: "encode event", Err: err}
	}
	id, err := tx.Events.Append(ctx, ev.Safe, b, journal.NewSalt())
	return id, backend("append event", err)
}

// update runs one act. When it is refused, the try is journalled in a
// transaction of its own, in the journal of ev.Safe as far as fn learned it.
func (s *Domain) update(ctx context.Context, ev *journal.Event, fn func(Tx) error) error {
	return s.refuse(ctx, ev, backend(ev.What, s.rows.Update(ctx, fn)))
}

// view is update for acts that write nothing when they are allowed.
func (s *Domain) view(ctx context.Context, ev *journal.Event, fn func(Tx) error) error {
	return s.refuse(ctx, ev, backend(ev.What, s.rows.View(ctx, fn)))
}

// refuse journals a refused try and gives its cause back. A refusal that
// cannot be written down is an outage: nobody is told more than "try again".
func (s *Domain) refuse(ctx context.Context, ev *journal.Event, cause error) error {
	reason := reasonOf(cause)
	if reason == "" {
		return cause
	}
	e := *ev
	e.ID, e.Result, e.Reason = NewID[string](), journal.ResultRefused, reason
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalTime)
	defer cancel()
	err := s.rows.Update(ctx, func(tx Tx) error {
		if _, err := s.write(ctx, tx, e); err != nil || !e.Foreign() {
			return err
		}
		_, err := s.write(ctx, tx, tried(e))
		return err
	})
	if err != nil {
		return &Error{Kind: Unavailable, Msg: "journal a refusal", Err: errors.Join(err, cause)}
	}
	return cause
}

// tried is a refusal as the administration of whoever tried reads it: with what
// he knew, which is what he would read had there been nothing.
func tried(e journal.Event) journal.Event {
	return journal.Event{
		V: e.V, ID: NewID[string](), What: e.What, Result: e.Result, Reason: e.Reason, Who: e.Who,
		Grant: e.Grant, Address: e.Address, Door: e.Door,
	}
}

// reasonOf is the journal's word for a refusal; "" is for what is no refusal:
// success, outages, lost races, and requests that contradict themselves.
func reasonOf(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	if e.Reason != "" {
		return e.Reason
	}
	switch e.Kind {
	case NotFound:
		return "not-found"
	case Forbidden:
		return "forbidden"
	case LevelTooLow:
		return "level-too-low"
	case TermsNotAccepted:
		return "terms-not-accepted"
	case WrongForm:
		return "wrong-form"
	case WrongLength:
		return "wrong-length"
	case WrongHash:
		return "wrong-hash"
	case Empty:
		return "empty"
	case DocumentTooLarge:
		return "document-too-large"
	case SafeFull:
		return "safe-full"
	case KeyReused:
		return "key-reused"
	case Ended:
		return "ended"
	case Expired:
		return "expired"
	case TooEarly:
		return "too-early"
	case NoKey:
		return "no-key"
	case Damaged:
		return "damaged"
	case AlreadyExists, Stale, Invalid, StorageFull, Unavailable:
		return ""
	default:
		return ""
	}
}

// proof waits until the event is under a published checkpoint.
func (s *Domain) proof(ctx context.Context, recordID string) (Proof, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Patience)
	defer cancel()
	rec, leaf, err := s.log.Await(ctx, recordID)
	if errors.Is(err, journal.ErrQuorum) {
		return Proof{}, &Error{Kind: Unavailable, Reason: ReasonWitnesses, Msg: "await leaf", Err: err}
	}
	if err != nil {
		return Proof{}, &Error{Kind: Unavailable, Msg: "await leaf", Err: err}
	}
	return Proof{Event: rec.Event, Salt: rec.Salt, Leaf: leaf}, nil
}

// refusePolicy is refuse for plain reads: only what the policy refuses is a
// try worth the journal; that something is not there yet is not.
func (s *Domain) refusePolicy(ctx context.Context, ev *journal.Event, cause error) error {
	if IsKind(cause, Forbidden) || IsKind(cause, LevelTooLow) {
		return s.refuse(ctx, ev, cause)
	}
	return cause
}

// Refused journals a try that was turned away before any use case: a caller of
// the wrong kind, a system whose credential was not good. An event that it
// cannot write is Unavailable.
func (s *Domain) Refused(ctx context.Context, a Actor, what, reason string) error {
	ev := s.begin(a, what)
	ev.Result, ev.Reason = journal.ResultRefused, reason
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalTime)
	defer cancel()
	return backend("journal a refusal", s.rows.Update(ctx, func(tx Tx) error {
		_, err := s.write(ctx, tx, *ev)
		return err
	}))
}
