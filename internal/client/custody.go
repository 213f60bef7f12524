package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var (
	// ErrThree: a custody has three custodians, none of them twice, none of
	// them the holder.
	ErrThree = errors.New("a custody has three custodians, each of them once")
	// ErrCard: the server's card is not that of whoever gave the code.
	ErrCard = errors.New("the card is not of whoever gave this code")
)

const (
	custodyPath = "/api/v1/safe/custody"
	// CustodyDelay is how long custodians wait, unless told otherwise.
	CustodyDelay = 72 * time.Hour
	// LeastDelay is the shortest that is offered outside of a demonstration.
	LeastDelay = 24 * time.Hour
)

// custodyAnswer is a custody as the gateway keeps it.
type custodyAnswer struct {
	Custody []byte    `json:"custody"`
	Created time.Time `json:"created"`
}

// Custody is the one in force, verified. ErrNotFound when nobody is named.
func (s *Safe) Custody(ctx context.Context) (sealed.Custody, error) {
	var in custodyAnswer
	err := s.c.get(ctx, custodyPath, nil, &in)
	if IsProblem(err, "not-found") {
		return sealed.Custody{}, fmt.Errorf("read custody: %w", ErrNotFound)
	}
	if err != nil {
		return sealed.Custody{}, err
	}
	c, err := sealed.OpenCustody(in.Custody, s.root.VK())
	switch {
	case err != nil:
	case c.Safe != s.id:
		err = mismatch("custody of another safe")
	case !slices.ContainsFunc(s.Unlockers(), func(u sealed.Unlocker) bool { return u.ID == c.Unlocker }):
		err = mismatch("custody of a way that this keyring does not have")
	}
	return c, withEvidence(err, map[string]any{"custody": in})
}

// NameCustodians gives three others, two of whom can give the safe back
// together: administrations by name, SIRET or id, holders by the code that
// they have handed over. holder is how they know whose safe it is. Whoever
// was named before is named no longer.
func (s *Safe) NameCustodians(ctx context.Context, names []string, holder string, delay time.Duration) (sealed.Custody, error) {
	var who []sealed.NewCustodian
	seen := map[string]bool{s.id: true}
	for _, name := range names {
		n, err := s.c.custodian(ctx, name)
		if err != nil {
			return sealed.Custody{}, err
		}
		if seen[n.Holder] {
			return sealed.Custody{}, ErrThree
		}
		seen[n.Holder] = true
		who = append(who, n)
	}
	if len(who) != 3 {
		return sealed.Custody{}, ErrThree
	}
	var named []byte
	err := s.replaceKeyring(ctx, func(ring *sealed.Keyring) (next *sealed.Keyring, box sealed.Container, err error) {
		next, box, named, err = s.withCustodians(ctx, ring, who, holder, delay)
		return next, box, err
	})
	if err != nil {
		return sealed.Custody{}, err
	}
	// The vault may have a new key, as after RemoveUnlocker.
	if err := s.apply(ctx, change{edit: unchanged}); err != nil {
		return sealed.Custody{}, err
	}
	return sealed.OpenCustody(named, s.root.VK())
}

// withCustodians makes the next keyring and sends the custody that goes with
// it: the gateway keeps shares before there is anything that they open.
func (s *Safe) withCustodians(ctx context.Context, ring *sealed.Keyring, who []sealed.NewCustodian, holder string, delay time.Duration) (*sealed.Keyring, sealed.Container, []byte, error) {
	fail := func(err error) (*sealed.Keyring, sealed.Container, []byte, error) {
		return nil, sealed.Container{}, nil, err
	}
	var before []string
	for _, u := range ring.Unlockers() {
		if u.Kind == sealed.KindCustodians {
			before = append(before, u.ID)
		}
	}
	add := []sealed.NewUnlocker{{Kind: sealed.KindCustodians, Label: holder, P: sealed.NewSecret()}}
	next, box, err := ring.Reseal(add, before, s.c.now())
	if err != nil {
		return fail(err)
	}
	if err := prove(box, add); err != nil {
		return fail(err)
	}
	all := next.Unlockers()
	signed, shares, err := sealed.NewCustody(sealed.Custody{
		Safe: s.id, Unlocker: all[len(all)-1].ID, Holder: holder, Delay: int64(delay / time.Second), Created: s.time(),
	}, next.Root(), add[0].P, who)
	if err != nil {
		return fail(err)
	}
	type share struct {
		Custodian string `json:"custodian"`
		Sealed    []byte `json:"sealed"`
	}
	var sent []share
	for _, v := range shares {
		sent = append(sent, share(v))
	}
	in := map[string]any{"custody": signed, "shares": sent}
	var out custodyAnswer
	if _, err := s.c.call(ctx, request{method: http.MethodPut, path: custodyPath, in: in}, &out); err != nil {
		return fail(err)
	}
	if !bytes.Equal(out.Custody, signed) {
		return fail(withEvidence(mismatch("another custody was kept than was sent"), map[string]any{"sent": signed, "kept": out}))
	}
	return next, box, signed, nil
}

// custodian finds somebody to be named.
func (c *Client) custodian(ctx context.Context, name string) (sealed.NewCustodian, error) {
	if sealed.IsCardCode(name) {
		return c.cardHolder(ctx, name)
	}
	m, err := c.watch.mark(ctx)
	if err != nil {
		return sealed.NewCustodian{}, err
	}
	a, err := c.FindAdministration(ctx, name)
	if err != nil {
		return sealed.NewCustodian{}, err
	}
	to, err := c.checkReader(ctx, m, a)
	if err != nil {
		return sealed.NewCustodian{}, withEvidence(err, map[string]any{"administration": a})
	}
	return sealed.NewCustodian{Kind: sealed.CustodianAdministration, Holder: a.ID, Name: a.Name, To: to.recipient}, nil
}

// cardHolder believes a card because of the code that its holder has given
// by herself.
func (c *Client) cardHolder(ctx context.Context, text string) (sealed.NewCustodian, error) {
	code, err := sealed.ParseCardCode(text)
	if err != nil {
		return sealed.NewCustodian{}, fmt.Errorf("read code: %w", ErrCard)
	}
	var in struct {
		Card []byte `json:"card"`
		VK   []byte `json:"vk"`
	}
	err = c.get(ctx, "/api/v1/cards/"+url.PathEscape(code.Safe), nil, &in)
	if IsProblem(err, "not-found") {
		return sealed.NewCustodian{}, fmt.Errorf("find card: %w", ErrCard)
	}
	if err != nil {
		return sealed.NewCustodian{}, err
	}
	card, err := code.Open(in.Card, in.VK)
	if err != nil {
		return sealed.NewCustodian{}, withEvidence(err, map[string]any{"code": code.String(), "answer": in})
	}
	to, err := sealed.ParseRecipient(card.Recipient)
	if err != nil {
		return sealed.NewCustodian{}, withEvidence(err, map[string]any{"answer": in})
	}
	return sealed.NewCustodian{Kind: sealed.CustodianSafe, Holder: card.Safe, Name: card.Name, To: to}, nil
}

// PublishCard lets others name this holder as custodian: it gives the code
// that she hands over by herself.
func (s *Safe) PublishCard(ctx context.Context, name string) (string, error) {
	if _, err := s.refetch(ctx); err != nil {
		return "", err
	}
	card, err := sealed.NewCard(s.ring, name, s.c.now())
	if err != nil {
		return "", err
	}
	in := map[string]any{"card": card}
	if _, err := s.c.call(ctx, request{method: http.MethodPut, path: "/api/v1/safe/card", in: in}, nil); err != nil {
		return "", err
	}
	return sealed.NewCardCode(s.id, s.root.VK()).String(), nil
}
