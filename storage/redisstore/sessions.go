package redisstore

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/coffre-citoyen/coffre/auth/session"
)

// settled is how long ago a session was put when a list that does not find it
// may forget it: Put enters it there first.
const settled = time.Minute

// Sessions implements session.Store. A session is one hash under the hash of
// its cookie; a second one for each account names its sessions by their ids.
type Sessions struct{ r *Redis }

// Sessions keeps sessions here.
func (r *Redis) Sessions() *Sessions { return &Sessions{r} }

func (s *Sessions) key(hash [32]byte) string { return s.r.config.Prefix + ":session:" + text(hash) }

func (s *Sessions) account(account string) string { return s.r.key("account", []byte(account)) }

func text(hash [32]byte) string { return base64.RawURLEncoding.EncodeToString(hash[:]) }

// Put implements session.Store. The account's list comes first: a session
// that is in no list could not be found to be ended.
func (s *Sessions) Put(ctx context.Context, hash [32]byte, v session.Session) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	now := s.r.config.Now()
	entry := fmt.Sprintf("%d %d %s", micro(v.Until), micro(now), text(hash))
	if _, err := s.r.run(ctx, s.r.scripts.addToAccount, s.account(v.Account), micro(now), v.ID, entry, lasts(v.Until.Sub(now))); err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	_, err = s.r.run(ctx, s.r.scripts.putSession, s.key(hash), s.r.channel(), text(hash), lasts(v.Ends().Sub(now)),
		"session", b, "id", v.ID, "account", v.Account, "seen", v.Seen.UnixNano(), "idle", v.IdleUntil.UnixNano(),
		"ends", micro(v.Ends()), "until", micro(v.Until))
	if err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	return nil
}

// fields are what read needs, in its order.
func fields() []string { return []string{"session", "seen", "idle"} }

// read gives a session that lives.
func (s *Sessions) read(got []any) (session.Session, error) {
	var v session.Session
	b, ok := got[0].(string)
	if !ok {
		return session.Session{}, session.ErrNotFound
	}
	err := json.Unmarshal([]byte(b), &v)
	for i, to := range []*time.Time{&v.Seen, &v.IdleUntil} {
		at, _ := got[i+1].(string)
		nano, bad := strconv.ParseInt(at, 10, 64)
		*to, err = time.Unix(0, nano).UTC(), errors.Join(err, bad)
	}
	if err != nil {
		return session.Session{}, fmt.Errorf("read session: %w", err)
	}
	if !s.r.config.Now().Before(v.Ends()) {
		return session.Session{}, session.ErrNotFound
	}
	return v, nil
}

// Get implements session.Store.
func (s *Sessions) Get(ctx context.Context, hash [32]byte) (session.Session, error) {
	var got []any
	err := s.r.do(ctx, func(ctx context.Context) (err error) {
		got, err = s.r.c.HMGet(ctx, s.key(hash), fields()...).Result()
		return err
	})
	if err != nil {
		return session.Session{}, fmt.Errorf("get session: %w", err)
	}
	return s.read(got)
}

// Touch implements session.Store.
func (s *Sessions) Touch(ctx context.Context, hash [32]byte, seen, idleUntil time.Time) error {
	out, err := s.r.run(ctx, s.r.scripts.touchSession, s.key(hash),
		micro(s.r.config.Now()), seen.UnixNano(), idleUntil.UnixNano(), micro(idleUntil))
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	if out != int64(1) {
		return session.ErrNotFound
	}
	return nil
}

// end gives whether there was one that lived.
func (s *Sessions) end(ctx context.Context, hash, account, id string) (live bool, err error) {
	out, err := s.r.confirm(ctx, s.r.scripts.endSession, s.r.config.Prefix+":session:"+hash,
		s.r.channel(), hash, micro(s.r.config.Now()), account, id)
	if err != nil {
		return false, err
	}
	was, _ := out.([]any)
	if len(was) != 3 {
		return false, nil
	}
	// It is over; an entry that stays in the list leads nowhere.
	_ = s.forget(ctx, fmt.Sprint(was[1]), fmt.Sprint(was[0]))
	return was[2] == int64(1), nil
}

func (s *Sessions) forget(ctx context.Context, account string, ids ...string) error {
	return s.r.do(ctx, func(ctx context.Context) error { return s.r.c.HDel(ctx, s.account(account), ids...).Err() })
}

// Delete implements session.Store.
func (s *Sessions) Delete(ctx context.Context, hash [32]byte) error {
	if _, err := s.end(ctx, text(hash), "", ""); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// DeleteID implements session.Store.
func (s *Sessions) DeleteID(ctx context.Context, account, id string) error {
	var entry string
	err := s.r.do(ctx, func(ctx context.Context) (err error) {
		entry, err = s.r.c.HGet(ctx, s.account(account), id).Result()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	_, _, hash, ok := parse(entry)
	if !ok || id == "" {
		return session.ErrNotFound
	}
	live, err := s.end(ctx, hash, account, id)
	if err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	if !live {
		return session.ErrNotFound
	}
	return nil
}

// parse reads an entry of an account's list.
func parse(entry string) (until, put int64, hash string, ok bool) {
	all := strings.Fields(entry)
	if len(all) != 3 {
		return 0, 0, "", false
	}
	until, err1 := strconv.ParseInt(all[0], 10, 64)
	put, err2 := strconv.ParseInt(all[1], 10, 64)
	return until, put, all[2], errors.Join(err1, err2) == nil
}

// OfAccount implements session.Store.
func (s *Sessions) OfAccount(ctx context.Context, account string) ([]session.Session, error) {
	entries, got, err := s.list(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	var all []session.Session
	var gone []string
	for id, cmd := range got {
		v, err := s.read(cmd.Val())
		switch {
		case errors.Is(err, session.ErrNotFound):
			if _, put, _, ok := parse(entries[id]); !ok || put < micro(s.r.config.Now().Add(-settled)) {
				gone = append(gone, id)
			}
		case err != nil:
			return nil, err
		case v.ID == id && v.Account == account:
			all = append(all, v)
		}
	}
	if len(gone) > 0 {
		_ = s.forget(ctx, account, gone...) // the next list tries again
	}
	slices.SortFunc(all, func(a, b session.Session) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID))
	})
	return all, nil
}

func (s *Sessions) list(ctx context.Context, account string) (entries map[string]string, got map[string]*redis.SliceCmd, err error) {
	err = s.r.do(ctx, func(ctx context.Context) (err error) {
		if entries, err = s.r.c.HGetAll(ctx, s.account(account)).Result(); err != nil || len(entries) == 0 {
			return err
		}
		got = make(map[string]*redis.SliceCmd, len(entries))
		_, err = s.r.c.Pipelined(ctx, func(p redis.Pipeliner) error {
			for id, entry := range entries {
				if _, _, hash, ok := parse(entry); ok {
					got[id] = p.HMGet(ctx, s.r.config.Prefix+":session:"+hash, fields()...)
				}
			}
			return nil
		})
		return err
	})
	return entries, got, err
}
