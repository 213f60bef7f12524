package safe

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"mime"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// DepositInput is a plain document on its way through the gateway door. Name
// and Type are sealed with it and kept nowhere else.
type DepositInput struct {
	Key  string // Idempotency-Key; drawn at random by the caller
	Name string
	Type string // media type; "" is application/octet-stream
	Size int64  // of Body, exactly
	Body io.Reader
	// Issue is what the depositor has signed of it (SPEC.md §15); nil is none.
	Issue []byte
}

// DepositReceipt is what the depositor keeps.
type DepositReceipt struct {
	Version Version
	// Content opens the commitment in the event: SHA-256 and length of the
	// plain bytes, computed in passing, under a nonce that is forgotten here.
	Content sealed.Content
	Proof   Proof
}

// deposit is one try: what it is for, and what it has learned so far.
type deposit struct {
	in      DepositInput
	address Address
	to      *sealed.Recipient
	suite   int // of the holder's keys
	version Version
	content sealed.Content
	slip    []byte
	record  string
}

// Deposit seals plain bytes for the holder of an address while they stream to
// the object store, then forgets the key it drew. The caller must be of the
// administration that the address was made for; any other finds nothing.
// Idempotent by (caller, key): a repetition reads its body, compares it and
// gives the same receipt; other content is KeyReused. Memory does not grow
// with Size.
func (s *Domain) Deposit(ctx context.Context, a Actor, id AddressID, in DepositInput) (DepositReceipt, error) {
	ev := s.begin(a, journal.WhatDeposit)
	ev.Address = string(id)
	if in.Type == "" {
		in.Type = "application/octet-stream"
	}
	d := &deposit{in: in}
	done, err := s.beginDeposit(ctx, a, id, d, ev)
	if err != nil {
		return DepositReceipt{}, err
	}
	if done {
		return s.repeatDeposit(ctx, d, ev)
	}
	if err := s.sealDeposit(ctx, d); err != nil {
		s.abandon(ctx, d.version)
		return DepositReceipt{}, s.refuse(ctx, ev, err)
	}
	if err := s.finishDeposit(ctx, d, ev); err != nil {
		s.abandon(ctx, d.version)
		return DepositReceipt{}, err
	}
	out := DepositReceipt{Version: d.version, Content: d.content}
	out.Proof, err = s.proof(ctx, d.record)
	return out, err
}

// checkDeposit is everything that can be said before a byte is read.
func (s *Domain) checkDeposit(in DepositInput) error {
	switch {
	case in.Size == 0:
		return refusal(Empty, "a document has at least one byte")
	case in.Size < 0:
		return refusal(Invalid, "the length must be known")
	case in.Size > s.cfg.Limits.Document:
		return &Error{Kind: DocumentTooLarge, Msg: "document over the limit", Limit: s.cfg.Limits.Document}
	}
	if err := sealed.CheckName(in.Name); err != nil {
		return &Error{Kind: Invalid, Msg: "check name", Err: err}
	}
	if _, _, err := mime.ParseMediaType(in.Type); err != nil || len(in.Type) > 255 {
		return refusal(Invalid, "malformed media type")
	}
	return checkKey(in.Key)
}

// beginDeposit finds the address and reserves a version, so that no object
// ever comes before its row. done: an earlier try has finished.
func (s *Domain) beginDeposit(ctx context.Context, a Actor, id AddressID, d *deposit, ev *journal.Event) (done bool, err error) {
	var stale Version
	err = s.update(ctx, ev, func(tx Tx) error {
		done, stale = false, Version{}
		if err := s.depositTarget(ctx, tx, a, id, d, ev); err != nil {
			return err
		}
		old, err := tx.Versions.ByKey(ctx, ev.Who.ID, depositKey(d.in.Key))
		switch {
		case IsKind(err, NotFound):
		case err != nil:
			return backend("find deposit", err)
		case old.Safe != d.address.Safe:
			return refusal(KeyReused, "this key deposited elsewhere")
		case old.SHA256 != [32]byte{}: // set when it came into the inbox, whatever has become of it
			d.version, done = old, true
			return nil
		default:
			// An earlier try was cut, and its key is forgotten: what it has
			// put opens to nobody. Should it still be running, it will find
			// its row gone and withdraw.
			stale = old
			if err := tx.Sweep.Drop(ctx, old.Doc, old.ID); err != nil {
				return backend("drop cut deposit", err)
			}
		}
		return s.reserveDeposit(ctx, tx, d, ev)
	})
	if err == nil && stale.ID != "" {
		err = backend("delete cut deposit", s.blobs.Delete(ctx, stale.Object()))
	}
	return done, err
}

func (s *Domain) depositTarget(ctx context.Context, tx Tx, a Actor, id AddressID, d *deposit, ev *journal.Event) error {
	ad, err := tx.Addresses.Get(ctx, id)
	if err != nil && !IsKind(err, NotFound) {
		return backend("read address", err)
	}
	found := err == nil
	if found && (a.Kind == Agent || a.Kind == System) {
		ev.Safe = string(ad.Safe)
		ev.Administration, ev.AdministrationName = string(ad.Administration), ad.AdministrationName
	}
	if err := s.may(ctx, tx, a, ActDeposit); err != nil {
		return err
	}
	if !found || ad.Administration != a.Administration {
		return refusal(NotFound, "no such address")
	}
	if !ad.Ended.IsZero() {
		return refusal(Ended, "the citizen has stopped this address")
	}
	if err := s.checkDeposit(d.in); err != nil {
		return err
	}
	if err := s.checkIssue(ctx, tx, d.in, ad.Administration); err != nil {
		return err
	}
	sf, err := openSafe(ctx, tx, ad.Safe)
	if err != nil {
		return err
	}
	vk, err := sealed.ParseVK(sf.VK)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "read the safe's verification key", Err: err}
	}
	d.address, d.suite = ad, vk.Suite() // what the holder's programs read
	if d.to, err = sealed.ParseRecipient(sf.Recipient); err != nil {
		return &Error{Kind: Damaged, Msg: "parse recipient of safe", Err: err}
	}
	return nil
}

func (s *Domain) reserveDeposit(ctx context.Context, tx Tx, d *deposit, ev *journal.Event) error {
	size, err := sealed.SealedSizeIn(d.suite, d.in.Size)
	if err != nil {
		return &Error{Kind: Damaged, Msg: "seal deposit", Err: err}
	}
	if err := s.room(ctx, tx, d.address.Safe, size); err != nil {
		return err
	}
	now := s.now()
	d.version = Version{
		Doc: NewID[DocumentID](), ID: NewID[VersionID](), Safe: d.address.Safe, State: Reserved, Sealed: size,
		Door: GatewayDoor, Depositor: ev.Who.ID, Origin: d.address.Administration,
		OriginName: d.address.AdministrationName, Key: depositKey(d.in.Key),
		Created: now, Expires: now.Add(s.cfg.UploadTTL), At: now,
	}
	return backend("reserve deposit", tx.Versions.Insert(ctx, d.version))
}

// sealDeposit is the only moment at which the gateway holds a key that opens
// a document. The identity lives in this frame and nowhere else.
func (s *Domain) sealDeposit(ctx context.Context, d *deposit) error {
	identity, err := sealed.NewIdentity()
	if err != nil {
		return &Error{Kind: Unavailable, Msg: "draw version key", Err: err}
	}
	work := newSteps()
	defer work.end()
	plain, whole := sha256.New(), sha256.New()
	stream, err := sealed.SealDocumentIn(d.suite, work.ahead(io.TeeReader(d.in.Body, plain), d.in.Size), d.in.Size, identity.Recipient())
	if err != nil {
		return backend("seal document", err)
	}
	body := &gate{r: work.ahead(io.TeeReader(stream, whole), d.version.Sealed), left: d.version.Sealed}
	if err := s.blobs.Put(ctx, d.version.Object(), body, d.version.Sealed); err != nil {
		return backend("store deposit", err)
	}
	d.content = sealed.NewContent(identity, sum256(plain), d.in.Size)
	if d.version.Content, err = d.content.Commitment(); err != nil {
		return &Error{Kind: Damaged, Msg: "commit to content", Err: err}
	}
	if err := sameIssued(d.in.Issue, sum256(plain), d.in.Size); err != nil {
		return err
	}
	d.version.SHA256 = sum256(whole)
	slip, err := sealed.SealSlip(d.slipGrant(s), identity, d.to)
	if err != nil {
		return &Error{Kind: Invalid, Msg: "seal slip", Err: err}
	}
	d.slip = slip
	return nil
}

func (d *deposit) slipGrant(s *Domain) sealed.Grant {
	v := d.version
	return sealed.Grant{
		Suite: d.suite, Safe: string(v.Safe), Doc: string(v.Doc), Version: string(v.ID),
		SHA256: hexSum(v.SHA256), Sealed: v.Sealed, Size: d.in.Size, Name: d.in.Name, Type: d.in.Type,
		Created: rfc3339(s.now()), Reader: string(v.Safe), Recipient: d.to.Fingerprint(),
		Origin: string(v.Origin), Door: string(GatewayDoor), Issue: d.in.Issue,
	}
}

// finishDeposit puts the version in the inbox. When its row is gone or the
// address was stopped meanwhile, the object goes too.
func (s *Domain) finishDeposit(ctx context.Context, d *deposit, ev *journal.Event) error {
	withdrawn := false
	err := s.update(ctx, ev, func(tx Tx) error {
		withdrawn = false
		now, err := tx.Versions.Get(ctx, d.version.Doc, d.version.ID)
		if IsKind(err, NotFound) || err == nil && now.State != Reserved {
			withdrawn = true
			return refusal(Unavailable, "another try with the same key took over")
		}
		if err != nil {
			return backend("read version", err)
		}
		ad, err := tx.Addresses.Get(ctx, d.address.ID)
		if err != nil {
			return backend("read address", err)
		}
		if !ad.Ended.IsZero() {
			return refusal(Ended, "the citizen has stopped this address")
		}
		now.State, now.SHA256, now.Grant, now.Content, now.At = Inbox, d.version.SHA256, d.slip, d.version.Content, s.now()
		now.Expires = now.At
		if err := tx.Versions.Update(ctx, now); err != nil {
			return backend("put in inbox", err)
		}
		d.version = now
		done := *ev
		done.Doc, done.Version = string(now.Doc), string(now.ID)
		done.Detail = contentDetail(now)
		done.Detail["match"], done.Detail["veil"] = d.match(d.content.SHA256), d.veil(now.ID, d.content.Nonce)
		d.record, err = s.record(ctx, tx, done)
		return err
	})
	if withdrawn {
		err = errors.Join(err, backend("withdraw deposit", s.blobs.Delete(context.WithoutCancel(ctx), d.version.Object())))
	}
	return err
}

// abandon gives the room of a failed deposit back at once. It is an errand of
// kindness: what it cannot do, the end of the reservation does.
func (s *Domain) abandon(ctx context.Context, v Version) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalTime)
	defer cancel()
	err := s.rows.Update(ctx, func(tx Tx) error {
		now, err := tx.Versions.Get(ctx, v.Doc, v.ID)
		if err != nil {
			return err
		}
		if now.State != Reserved {
			return refusal(Stale, "not a reservation any more")
		}
		now.State = Erasing
		return tx.Versions.Update(ctx, now)
	})
	if err == nil {
		_ = s.finishErasure(ctx, v)
	}
}

func sum256(h hash.Hash) [32]byte { return [32]byte(h.Sum(nil)) }
