package safe

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/mail"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	// maxDevices is how many browsers of one citizen are told.
	maxDevices = 5
	// codeLife is how long a code that was sent may be typed, and codeTries
	// how often somebody may be wrong.
	codeLife  = time.Hour
	codeTries = 5

	maxEmail    = 254
	maxEndpoint = 2048
)

// contact is what is sealed of a notice.
type contact struct {
	Address string `json:"address"` // e-mail, or the endpoint of a browser
	Code    string `json:"code,omitempty"`
}

// NoticeView is what a citizen sees of a way that she chose.
type NoticeView struct {
	Notice
	Address string // "" when the key that sealed it is gone
	Reach   Reach
}

// Notices lists by which ways the caller is told.
func (s *Domain) Notices(ctx context.Context, a Actor) ([]NoticeView, error) {
	var all []NoticeView
	err := s.rows.View(ctx, func(tx Tx) error {
		all = nil
		if err := s.may(ctx, tx, a, ActNotices); err != nil {
			return err
		}
		have, err := tx.Notices.OfSafe(ctx, a.Safe)
		if err != nil {
			return err
		}
		for _, n := range have {
			v, err := s.viewNotice(ctx, tx, n)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return nil
	})
	return all, s.refusePolicy(ctx, s.begin(a, journal.WhatSafeRead), backend("list notices", err))
}

func (s *Domain) viewNotice(ctx context.Context, tx Tx, n Notice) (NoticeView, error) {
	v := NoticeView{Notice: n}
	if c, err := s.contactOf(n); err == nil {
		v.Address = c.Address
	}
	var err error
	v.Reach, err = tx.Outbox.Reach(ctx, string(n.ID))
	return v, err
}

func (s *Domain) contactOf(n Notice) (contact, error) {
	if s.cfg.Outlets.Contacts == nil {
		return contact{}, errors.New("open contact: no key")
	}
	b, err := s.cfg.Outlets.Contacts.Open(string(n.ID), n.Target)
	if err != nil {
		return contact{}, fmt.Errorf("open contact: %w", err)
	}
	var c contact
	if err := json.Unmarshal(b, &c); err != nil {
		return contact{}, fmt.Errorf("open contact: %w", err)
	}
	return c, nil
}

// ChooseEmail sends a code to an address. Nothing else goes there until the
// code was typed; until then, and when it never is, the address before it
// stays in use.
func (s *Domain) ChooseEmail(ctx context.Context, a Actor, address, language string) (NoticeView, error) {
	code, err := drawCode()
	if err != nil {
		return NoticeView{}, err
	}
	check := func() error { return checkEmail(address) }
	return s.choose(ctx, a, ByEmail, language, contact{address, code}, check, func(tx Tx, n Notice, before []Notice) error {
		for _, old := range before {
			if old.Way == ByEmail && old.Confirmed.IsZero() {
				if err := tx.Notices.Remove(ctx, old.ID); err != nil {
					return backend("remove notice", err)
				}
			}
		}
		return s.post(ctx, tx, parcelTo(n, TopicCode))
	})
}

// ChoosePush takes the address at which a browser's own service wakes it.
func (s *Domain) ChoosePush(ctx context.Context, a Actor, endpoint, language string) (NoticeView, error) {
	check := func() error {
		if len(endpoint) > maxEndpoint || !s.cfg.Outlets.Push(endpoint) {
			return &Error{Kind: Invalid, Reason: ReasonNotListed, Msg: "push service is not in the configuration"}
		}
		return nil
	}
	return s.choose(ctx, a, ByPush, language, contact{Address: endpoint}, check, func(tx Tx, _ Notice, before []Notice) error {
		var devices []Notice
		for _, old := range before {
			if c, err := s.contactOf(old); old.Way == ByPush && err == nil && c.Address != endpoint {
				devices = append(devices, old)
				continue
			}
			if old.Way == ByPush {
				if err := tx.Notices.Remove(ctx, old.ID); err != nil {
					return backend("remove notice", err)
				}
			}
		}
		if len(devices) >= maxDevices {
			return backend("remove notice", tx.Notices.Remove(ctx, devices[0].ID))
		}
		return nil
	})
}

// choose enters a way. An e-mail address has still to be confirmed.
func (s *Domain) choose(ctx context.Context, a Actor, way Way, language string, c contact, check func() error, also func(tx Tx, n Notice, before []Notice) error) (NoticeView, error) {
	ev := s.begin(a, journal.WhatNoticeChosen)
	ev.Detail = detail("way", string(way), "state", "chosen")
	var out NoticeView
	err := s.update(ctx, ev, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActNotices); err != nil {
			return err
		}
		if _, err := openSafe(ctx, tx, a.Safe); err != nil {
			return err
		}
		if !s.offers(way) {
			return refusal(NotFound, "nobody is told by %s here", way)
		}
		if err := check(); err != nil {
			return err
		}
		n, err := s.draft(a.Safe, way, language, c)
		if err != nil {
			return err
		}
		before, err := tx.Notices.OfSafe(ctx, a.Safe)
		if err != nil {
			return backend("list notices", err)
		}
		if err := tx.Notices.Put(ctx, n); err != nil {
			return backend("put notice", err)
		}
		if err := also(tx, n, before); err != nil {
			return err
		}
		out = NoticeView{Notice: n, Address: c.Address}
		_, err = s.record(ctx, tx, *ev)
		return err
	})
	return out, err
}

func (s *Domain) offers(way Way) bool {
	for _, w := range s.cfg.Outlets.Offers() {
		if w == way {
			return true
		}
	}
	return false
}

func (s *Domain) draft(id SafeID, way Way, language string, c contact) (Notice, error) {
	if language != "fr" && language != "en" {
		return Notice{}, refusal(Invalid, "language %.10q", language)
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return Notice{}, &Error{Kind: Invalid, Msg: "encode contact", Err: err}
	}
	n := Notice{ID: NewID[NoticeID](), Safe: id, Way: way, Language: language, Created: s.now()}
	n.Target = s.cfg.Outlets.Contacts.Seal(string(n.ID), plain)
	if way != ByEmail {
		n.Confirmed = n.Created
	}
	return n, nil
}

// ConfirmNotice is the proof that the caller reads the address that she gave.
func (s *Domain) ConfirmNotice(ctx context.Context, a Actor, id NoticeID, code string) error {
	ev := s.begin(a, journal.WhatNoticeChosen)
	ev.Detail = detail("way", string(ByEmail), "state", "confirmed")
	wrong := false
	err := s.update(ctx, ev, func(tx Tx) error {
		wrong = false
		n, err := s.ownNotice(ctx, tx, a, id)
		if err != nil || !n.Confirmed.IsZero() {
			return err
		}
		c, err := s.contactOf(n)
		if err != nil || !s.now().Before(n.Created.Add(codeLife)) {
			return refusal(Expired, "the code has lapsed")
		}
		if subtle.ConstantTimeCompare([]byte(code), []byte(c.Code)) != 1 {
			wrong = true
			return s.wrongCode(ctx, tx, n)
		}
		return s.confirmed(ctx, tx, n, *ev)
	})
	if err == nil && wrong {
		return s.refuse(ctx, ev, &Error{Kind: Invalid, Reason: ReasonWrongCode, Msg: "not the code that was sent"})
	}
	return err
}

func (s *Domain) wrongCode(ctx context.Context, tx Tx, n Notice) error {
	n.Tries++
	if n.Tries >= codeTries {
		return backend("remove notice", tx.Notices.Remove(ctx, n.ID))
	}
	return backend("put notice", tx.Notices.Put(ctx, n))
}

// confirmed puts an address in the place of the one before.
func (s *Domain) confirmed(ctx context.Context, tx Tx, n Notice, ev journal.Event) error {
	before, err := tx.Notices.OfSafe(ctx, n.Safe)
	if err != nil {
		return backend("list notices", err)
	}
	for _, old := range before {
		if old.Way == n.Way && old.ID != n.ID {
			if err := tx.Notices.Remove(ctx, old.ID); err != nil {
				return backend("remove notice", err)
			}
		}
	}
	n.Confirmed, n.Tries = s.now(), 0
	if err := tx.Notices.Put(ctx, n); err != nil {
		return backend("put notice", err)
	}
	_, err = s.record(ctx, tx, ev)
	return err
}

// EndNotice forgets an address, and what was to be sent there.
func (s *Domain) EndNotice(ctx context.Context, a Actor, id NoticeID) error {
	ev := s.begin(a, journal.WhatNoticeChosen)
	return s.update(ctx, ev, func(tx Tx) error {
		n, err := s.ownNotice(ctx, tx, a, id)
		if err != nil {
			return err
		}
		return s.endNotice(ctx, tx, n, *ev)
	})
}

func (s *Domain) endNotice(ctx context.Context, tx Tx, n Notice, ev journal.Event) error {
	if err := tx.Notices.Remove(ctx, n.ID); err != nil {
		return backend("remove notice", err)
	}
	ev.Detail = detail("way", string(n.Way), "state", "ended")
	_, err := s.record(ctx, tx, ev)
	return err
}

func (s *Domain) ownNotice(ctx context.Context, tx Tx, a Actor, id NoticeID) (Notice, error) {
	if err := s.may(ctx, tx, a, ActNotices); err != nil {
		return Notice{}, err
	}
	n, err := tx.Notices.Get(ctx, id)
	if err != nil {
		return Notice{}, backend("read notice", err)
	}
	if n.Safe != a.Safe || a.Safe == "" {
		return Notice{}, refusal(NotFound, "no such notice")
	}
	return n, nil
}

// forgetUnconfirmed removes addresses of which nobody has shown that she reads
// them, and that are perhaps somebody else's.
func (s *Domain) forgetUnconfirmed(ctx context.Context) (int, error) {
	var old []Notice
	err := s.rows.Update(ctx, func(tx Tx) error {
		var err error
		if old, err = tx.Notices.Unconfirmed(ctx, s.now().Add(-codeLife), sweepBatch); err != nil {
			return err
		}
		for _, n := range old {
			if err := tx.Notices.Remove(ctx, n.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return len(old), backend("forget addresses", err)
}

// checkEmail takes one plain address, without a name or a comment.
func checkEmail(address string) error {
	bad := func() error {
		return &Error{Kind: Invalid, Reason: ReasonNoEmail, Msg: "not an e-mail address"}
	}
	for _, r := range address {
		if r <= ' ' || r >= 0x7f || r == '"' {
			return bad()
		}
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || parsed.Name != "" || len(address) > maxEmail {
		return bad()
	}
	return nil
}

// drawCode gives six digits.
func drawCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", &Error{Kind: Unavailable, Msg: "draw code", Err: err}
	}
	return fmt.Sprintf("%06d", n), nil
}
