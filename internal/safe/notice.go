package safe

import (
	"context"
	"time"
)

// Way is how somebody hears that there is news.
type Way string

// The ways. Webhooks are for administrations' systems.
const (
	ByEmail   Way = "email"
	ByPush    Way = "push"
	ByWebhook Way = "webhook"
)

// What a parcel says. None says who or what.
const (
	TopicNews      = "news"
	TopicImportant = "important" // to be looked at now
	TopicCode      = "code"      // that shows who reads an address
	TopicEvent     = "event"     // of a webhook
)

// Notice is one way by which a citizen chose to hear of news. The address is
// the only contact that is kept of her; nothing is ever found by it (O26).
type Notice struct {
	ID        NoticeID
	Safe      SafeID
	Way       Way
	Language  string // "fr" or "en"
	Target    []byte // a contact, sealed by Contacts
	Tries     int    // wrong codes
	Created   time.Time
	Confirmed time.Time // zero until the code was typed
}

// Webhook is where a system of an administration is called.
type Webhook struct {
	ID             WebhookID
	Administration AdministrationID
	URL            string
	Created        time.Time
}

// Parcel is something to be sent. Its row is written in the transaction of
// the act that it tells of.
type Parcel struct {
	ID     string // the same at every try
	Lane   Way
	Target string // id of the notice or webhook
	// Slot lets one of a kind wait at a time; a parcel on its way has left it.
	Slot    string
	Topic   string
	Body    []byte // of a webhook
	Created time.Time
	Due     time.Time // on its way: when that is given up for lost
	Tries   int
}

// Reach is how it goes with one target.
type Reach struct {
	Target   string
	Told     time.Time // the last time that something arrived
	Failed   time.Time // since when nothing does; zero when it does
	Retry    time.Time
	Failures int
	Reason   string
}

// Notices holds by which ways citizens hear of news.
type Notices interface {
	// OfSafe lists them, the oldest first; never more than a few.
	OfSafe(ctx context.Context, id SafeID) ([]Notice, error)
	Get(ctx context.Context, id NoticeID) (Notice, error)
	// Put inserts, or replaces tries and confirmed.
	Put(ctx context.Context, n Notice) error
	// Remove takes along what waits for it; nil when there is none.
	Remove(ctx context.Context, id NoticeID) error
	// Unconfirmed lists those chosen at this time or before, the oldest first.
	Unconfirmed(ctx context.Context, until time.Time, limit int) ([]Notice, error)
}

// Webhooks holds where administrations' systems are called.
type Webhooks interface {
	// OfAdministration lists them, the oldest first; never more than a few.
	OfAdministration(ctx context.Context, id AdministrationID) ([]Webhook, error)
	Get(ctx context.Context, id WebhookID) (Webhook, error)
	Insert(ctx context.Context, w Webhook) error
	// Remove takes along what waits for it; nil when there is none.
	Remove(ctx context.Context, id WebhookID) error
}

// Outbox holds what is to be sent, and how it goes.
type Outbox interface {
	// Add is nil when another parcel waits in its slot already.
	Add(ctx context.Context, p Parcel) error
	// Due lists what is due at that time, the longest waiting first.
	Due(ctx context.Context, lane Way, at time.Time, limit int) ([]Parcel, error)
	// Oldest is when what waits longest in a lane was put there; zero when
	// nothing does.
	Oldest(ctx context.Context, lane Way) (time.Time, error)
	// Update replaces slot, due and tries. It is NotFound when the parcel is
	// gone, or another one waits in the slot.
	Update(ctx context.Context, p Parcel) error
	// Remove is nil when there is none.
	Remove(ctx context.Context, id string) error
	// Reach of a target; of an unknown one, nothing is known.
	Reach(ctx context.Context, target string) (Reach, error)
	// PutReach inserts or replaces by Target. What waits for the target is not
	// due before r.Retry.
	PutReach(ctx context.Context, r Reach) error
}

// Contacts seals where notices go. What is sealed under one id opens under no
// other.
type Contacts interface {
	Seal(id string, plain []byte) []byte
	Open(id string, sealed []byte) ([]byte, error)
}

// Outlets are what the operator has set up for telling people and systems; the
// zero value tells nobody.
type Outlets struct {
	Contacts Contacts // needed for e-mail and push
	Email    bool
	PushKey  []byte // public, by which browsers know who may push; nil: no push
	// Push and Webhook say where to may be called at all.
	Push    func(endpoint string) bool
	Webhook func(url string) bool
	Hosts   []string // of Webhook, for agents to read
}

// Offers says by which ways a citizen can be told.
func (o Outlets) Offers() []Way {
	ways := []Way{}
	if o.Contacts != nil && o.Email {
		ways = append(ways, ByEmail)
	}
	if o.Contacts != nil && o.PushKey != nil && o.Push != nil {
		ways = append(ways, ByPush)
	}
	return ways
}

// Outlets that are set up.
func (s *Domain) Outlets() Outlets { return s.cfg.Outlets }
