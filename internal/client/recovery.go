package client

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var (
	// ErrNoCustody: nobody was named who could give the safe back.
	ErrNoCustody = errors.New("no custodians are named")
	// ErrFewShares: fewer than two custodians have given theirs.
	ErrFewShares = errors.New("fewer than two shares are given")
	// ErrRecoveryEnded: there is nothing left to give or to take.
	ErrRecoveryEnded = errors.New("the recovery has ended")
	// ErrOtherPaper: the shares are for another sheet than this one.
	ErrOtherPaper = errors.New("the recovery was asked for with another paper key")
)

const recoveryPath = "/api/v1/safe/recovery"

// Recovery is the newest of the caller's safe, as the gateway tells it: to be
// shown. What counts is verified where it is used.
type Recovery struct {
	Request []byte         `json:"request"`
	Custody []byte         `json:"custody"`
	State   string         `json:"state"` // open, ended
	Reason  string         `json:"reason"`
	Created time.Time      `json:"created"`
	Ended   *time.Time     `json:"ended"`
	Ready   *time.Time     `json:"ready"`
	Parts   []RecoveryPart `json:"parts"`
}

// RecoveryPart is what one custodian has done.
type RecoveryPart struct {
	Custodian string     `json:"custodian"`
	Name      string     `json:"name"`
	AgreedAt  *time.Time `json:"agreedAt"`
	GivenAt   *time.Time `json:"givenAt"`
	Sealed    []byte     `json:"sealed"`
}

// Recovery asks for it. ErrNotFound when there never was one.
func (c *Client) Recovery(ctx context.Context) (Recovery, error) {
	var r Recovery
	err := c.get(ctx, recoveryPath, nil, &r)
	if IsProblem(err, "not-found") {
		return r, fmt.Errorf("read recovery: %w", ErrNotFound)
	}
	return r, err
}

// StartRecovery asks the custodians for their shares, to be sealed to a paper
// key that was just made. It needs none of the keys that are lost, and so it
// can verify little: the request's code, which the holder tells her
// custodians herself, is what ties it to her.
func (c *Client) StartRecovery(ctx context.Context, paper sealed.Secret) (Recovery, error) {
	me, err := c.Me(ctx)
	if err != nil {
		return Recovery{}, err
	}
	if me.Safe == nil {
		return Recovery{}, ErrNoSafe
	}
	custody, err := c.presentCustody(ctx, me.Safe.ID)
	if err != nil {
		return Recovery{}, err
	}
	request1, err := sealed.NewRequest(me.Safe.ID, custody, paper, c.now())
	if err != nil {
		return Recovery{}, err
	}
	var r Recovery
	in := map[string]any{"request": request1}
	if _, err := c.call(ctx, request{method: http.MethodPost, path: recoveryPath, in: in}, &r); err != nil {
		return Recovery{}, err
	}
	if !bytes.Equal(r.Request, request1) {
		return Recovery{}, withEvidence(mismatch("another request was kept than was sent"), map[string]any{"sent": request1, "kept": r})
	}
	return r, nil
}

// presentCustody is the one that the present keyring speaks of, as far as
// somebody without keys can tell.
func (c *Client) presentCustody(ctx context.Context, id string) ([]byte, error) {
	var in custodyAnswer
	err := c.get(ctx, custodyPath, nil, &in)
	if IsProblem(err, "not-found") {
		return nil, ErrNoCustody
	}
	if err != nil {
		return nil, err
	}
	box, _, err := c.container(ctx, id)
	if err != nil {
		return nil, err
	}
	_, err = custodyOf(box, in.Custody)
	return in.Custody, withEvidence(err, map[string]any{"keyring": box, "custody": in})
}

// container is the safe's keyring, still sealed, not older than what was seen,
// and of a root that the one that was seen leads to.
func (c *Client) container(ctx context.Context, id string) (sealed.Container, string, error) {
	var box sealed.Container
	etag, err := c.call(ctx, request{method: http.MethodGet, path: safeKeyring}, &box)
	if err != nil {
		return box, "", err
	}
	err = box.Check()
	if err == nil && box.Safe != id {
		err = mismatch("keyring of another holder")
	}
	if err == nil {
		h := box.Hash()
		err = c.memory.compareEpoch("keyring:"+id, box.Epoch, hex.EncodeToString(h[:]), "")
	}
	if err == nil {
		err = c.checkLine(box)
	}
	return box, etag, withEvidence(err, map[string]any{"keyring": box})
}

func custodyOf(box sealed.Container, signed []byte) (sealed.Custody, error) {
	vk, err := sealed.ParseVK(box.VK)
	if err != nil {
		return sealed.Custody{}, err
	}
	custody, err := sealed.OpenCustody(signed, vk)
	if err != nil {
		return sealed.Custody{}, err
	}
	for _, x := range box.Copies {
		if x.ID == custody.Unlocker && x.Kind == sealed.KindCustodians && custody.Safe == box.Safe {
			return custody, nil
		}
	}
	return sealed.Custody{}, mismatch("custody of another keyring")
}

// CancelRecovery ends the one under way, and sees in the log that it has
// ended: custodians read it there, whatever they are shown besides.
func (c *Client) CancelRecovery(ctx context.Context) error {
	m, err := c.watch.mark(ctx)
	if err != nil {
		return err
	}
	before, err := c.newest(ctx, m)
	if err != nil {
		return err
	}
	r, err := c.Recovery(ctx)
	if err != nil {
		return err
	}
	if err := c.remove(ctx, recoveryPath); err != nil {
		return err
	}
	note, err := c.watch.checkpoint(ctx)
	if err != nil {
		return err
	}
	found := false
	err = c.watch.entries(ctx, m, before.Size, note, func(_ int64, entry []byte) {
		f, err := journal.ParseRecoveryFact(entry)
		found = found || err == nil && f.Type == journal.FactRecoveryEnded && f.Request == sealed.HashSigned(r.Request)
	})
	if err == nil && !found {
		err = fmt.Errorf("the journal does not say that the recovery has ended: %w", journal.ErrProof)
	}
	return withEvidence(err, map[string]any{"recovery": r.Request, "checkpoint": note})
}

// newest is the log as it is before an act.
func (c *Client) newest(ctx context.Context, m mark) (journal.Checkpoint, error) {
	note, err := c.watch.checkpoint(ctx)
	if err != nil {
		return journal.Checkpoint{}, err
	}
	cp, err := journal.OpenCheckpoint(m.vkey, note)
	if err == nil {
		err = c.watch.accept(ctx, m, cp, note)
	}
	return cp, withEvidence(err, map[string]any{"checkpoint": note})
}

// FinishRecovery opens the safe with the shares that have come. From then on
// it opens with the paper key and with second, and with nothing of before.
func (c *Client) FinishRecovery(ctx context.Context, paper sealed.Secret, label string, second sealed.NewUnlocker) (*Safe, error) {
	r, err := c.Recovery(ctx)
	if err != nil {
		return nil, err
	}
	if r.State != "open" {
		return nil, ErrRecoveryEnded
	}
	me, err := c.Me(ctx)
	if err != nil {
		return nil, err
	}
	if me.Safe == nil {
		return nil, ErrNoSafe
	}
	ring, p, err := c.recovered(ctx, me.Safe.ID, r, paper)
	if err != nil {
		return nil, err
	}
	s, err := c.newSafe(ring, p)
	if err != nil {
		return nil, err
	}
	first := sealed.NewUnlocker{Kind: sealed.KindPaper, Label: label, P: paper}
	if err := s.onlyWith(ctx, []sealed.NewUnlocker{first, second}); err != nil {
		return nil, err
	}
	s.p = paper
	if err := s.current(ctx, s.checkKey); err != nil {
		return nil, err
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	return s, s.apply(ctx, change{edit: unchanged})
}

// recovered combines the shares. That they fit is shown by the keyring that
// they open: its pin vouches for the key that signed custody and shares.
func (c *Client) recovered(ctx context.Context, id string, r Recovery, paper sealed.Secret) (*sealed.Keyring, sealed.Secret, error) {
	var none sealed.Secret
	asked, err := sealed.ParseRequest(r.Request)
	if err != nil {
		return nil, none, withEvidence(err, map[string]any{"recovery": r})
	}
	own, err := sealed.UnlockIdentity(paper)
	if err != nil {
		return nil, none, err
	}
	if asked.Recipient != own.Recipient().String() {
		return nil, none, ErrOtherPaper
	}
	var given [][]byte
	for _, part := range r.Parts {
		if len(part.Sealed) > 0 {
			given = append(given, part.Sealed)
		}
	}
	if len(given) < 2 {
		return nil, none, ErrFewShares
	}
	box, _, err := c.container(ctx, id)
	if err != nil {
		return nil, none, err
	}
	evidence := map[string]any{"keyring": box, "recovery": r}
	if _, err := custodyOf(box, r.Custody); err != nil {
		return nil, none, withEvidence(err, evidence)
	}
	if asked.Custody != sealed.HashSigned(r.Custody) || asked.Safe != id {
		return nil, none, withEvidence(mismatch("request to other custodians"), evidence)
	}
	ring, p, err := sealed.Recover(box, r.Custody, given, paper)
	if err != nil {
		// The sheet is the right one: what does not open is not what was given.
		return nil, none, withEvidence(errors.Join(err, sealed.ErrMismatch), evidence)
	}
	return ring, p, c.rememberKeyring(box)
}

// onlyWith makes these the only ways to open the safe.
func (s *Safe) onlyWith(ctx context.Context, ways []sealed.NewUnlocker) error {
	return s.replaceKeyring(ctx, func(ring *sealed.Keyring) (*sealed.Keyring, sealed.Container, error) {
		var before []string
		for _, u := range ring.Unlockers() {
			before = append(before, u.ID)
		}
		next, box, err := ring.Reseal(ways, before, s.c.now())
		if err != nil {
			return nil, sealed.Container{}, err
		}
		return next, box, prove(box, ways)
	})
}
