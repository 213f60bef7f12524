package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

type replies struct{ tx *sql.Tx }

const (
	replyNamed = `p.id, p.request, p.safe, p.created, p.changed, p.given, p.refused, p.waiting, COALESCE(h.name, '')`
	replyRead  = `SELECT ` + replyNamed + ` FROM replies p
LEFT JOIN safes s ON s.id = p.safe LEFT JOIN accounts h ON h.id = s.account `
	// everything stands in refused for the whole request: no kind is called so.
	everything = "*"
)

type replyFields struct {
	created, changed, waiting int64
	refused                   string
}

func (f *replyFields) of(p *safe.Reply) []any {
	return []any{&p.ID, &p.Request, &p.Safe, &f.created, &f.changed, &p.Given, &f.refused, &f.waiting, &p.Holder}
}

func (f *replyFields) into(p *safe.Reply) {
	p.Created, p.Changed, p.Waiting = timeOf(f.created), timeOf(f.changed), f.waiting == 1
	p.RefusedAll = f.refused == everything
	if !p.RefusedAll {
		p.Refused = split(f.refused)
	}
}

// split reads a list of kinds, which have no spaces in them.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, " ")
}

func scanReply(r row) (safe.Reply, error) {
	var p safe.Reply
	var f replyFields
	err := r.Scan(f.of(&p)...)
	f.into(&p)
	return p, err
}

func (s replies) Get(ctx context.Context, id safe.ReplyID) (safe.Reply, error) {
	p, err := scanReply(s.tx.QueryRowContext(ctx, replyRead+`WHERE p.id = $1`, string(id)))
	return p, mapError("read reply", err)
}

func (s replies) Of(ctx context.Context, r safe.RequestID, id safe.SafeID) (safe.Reply, error) {
	p, err := scanReply(s.tx.QueryRowContext(ctx, replyRead+`WHERE p.request = $1 AND p.safe = $2`, string(r), string(id)))
	return p, mapError("find reply", err)
}

func (s replies) Put(ctx context.Context, p safe.Reply) error {
	refused, waiting := strings.Join(p.Refused, " "), 0
	if p.RefusedAll {
		refused = everything
	}
	if p.Waiting {
		waiting = 1
	}
	args := []any{string(p.ID), micros(p.Changed), p.Given, refused, waiting}
	done, err := s.tx.ExecContext(ctx, `UPDATE replies SET changed = $2, given = $3, refused = $4, waiting = $5 WHERE id = $1`, args...)
	err = changed("write reply", done, err)
	if !safe.IsKind(err, safe.NotFound) {
		return err
	}
	done, err = s.tx.ExecContext(ctx, `INSERT INTO replies (id, changed, given, refused, waiting, request, safe, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, append(args, string(p.Request), string(p.Safe), micros(p.Created))...)
	return inserted("insert reply", done, err)
}

func (s replies) OfSafe(ctx context.Context, id safe.SafeID, p safe.Page) ([]safe.Asked, string, error) {
	us, after, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	scan := func(r row) (safe.Asked, error) {
		var a safe.Asked
		var f replyFields
		var at requestTimes
		err := r.Scan(append(f.of(&a.Reply), requestFields(&a.Request, &at)...)...)
		f.into(&a.Reply)
		at.into(&a.Request)
		return a, err
	}
	list, err := query(ctx, s.tx, "list replies", scan, `SELECT `+replyNamed+`, `+requestNamed+` FROM replies p
JOIN requests r ON r.id = p.request LEFT JOIN administrations a ON a.id = r.administration
LEFT JOIN safes s ON s.id = p.safe LEFT JOIN accounts h ON h.id = s.account
WHERE p.safe = $1 AND (p.created, p.id) < ($2, $3) ORDER BY p.created DESC, p.id DESC LIMIT $4`, string(id), us, after, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(a safe.Asked) string { return cursorAt(micros(a.Reply.Created), string(a.Reply.ID)) })
	return list, next, nil
}

func (s replies) OfRequest(ctx context.Context, id safe.RequestID, waiting bool, p safe.Page) ([]safe.Reply, string, error) {
	us, after, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	text := replyRead + `WHERE p.request = $1 AND (p.created, p.id) < ($2, $3) ORDER BY p.created DESC, p.id DESC LIMIT $4`
	if waiting {
		text = replyRead + `WHERE p.request = $1 AND p.waiting = 1 AND (p.created, p.id) < ($2, $3) ORDER BY p.created DESC, p.id DESC LIMIT $4`
	}
	list, err := query(ctx, s.tx, "list replies", scanReply, text, string(id), us, after, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(p safe.Reply) string { return cursorAt(micros(p.Created), string(p.ID)) })
	return list, next, nil
}

type answers struct{ tx *sql.Tx }

const noteColumns = `id, reply, sender, about, kinds, for_safe, for_administration, vk, key_leaf, created`

func scanNote(r row) (safe.RequestNote, error) {
	var n safe.RequestNote
	var kinds string
	var created int64
	err := r.Scan(&n.ID, &n.Reply, &n.From, &n.About, &kinds, &n.ForSafe, &n.ForAdministration, &n.VK, &n.KeyLeaf, &created)
	n.Kinds, n.Created = split(kinds), timeOf(created)
	return n, err
}

func (s answers) InsertNote(ctx context.Context, n safe.RequestNote) error {
	done, err := s.tx.ExecContext(ctx, `INSERT INTO request_notes (`+noteColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		string(n.ID), string(n.Reply), n.From, n.About, strings.Join(n.Kinds, " "), n.ForSafe, n.ForAdministration, n.VK, n.KeyLeaf, micros(n.Created))
	return inserted("insert note", done, err)
}

func (s answers) Note(ctx context.Context, id safe.NoteID) (safe.RequestNote, error) {
	n, err := scanNote(s.tx.QueryRowContext(ctx, `SELECT `+noteColumns+` FROM request_notes WHERE id = $1`, string(id)))
	return n, mapError("read note", err)
}

func (s answers) Notes(ctx context.Context, id safe.ReplyID, limit int) ([]safe.RequestNote, error) {
	list, err := query(ctx, s.tx, "list notes", scanNote,
		`SELECT `+noteColumns+` FROM request_notes WHERE reply = $1 ORDER BY created DESC, id DESC LIMIT $2`, string(id), limit)
	slices.Reverse(list)
	return list, err
}

func (s answers) Grants(ctx context.Context, r safe.RequestID, id safe.SafeID, limit int) ([]safe.Grant, error) {
	return query(ctx, s.tx, "list grants", scanListedGrant, grantListed+`WHERE g.request = $1 AND g.request <> '' AND g.safe = $2
ORDER BY g.created DESC, g.id DESC LIMIT $3`, string(r), string(id), limit)
}

func (s answers) GrantsOf(ctx context.Context, r safe.RequestID, p safe.Page) ([]safe.Grant, string, error) {
	of, at, id, err := afterGrant(p.After)
	if err != nil {
		return nil, "", err
	}
	list, err := query(ctx, s.tx, "list grants", scanListedGrant, grantListed+`WHERE g.request = $1 AND g.request <> ''
AND (g.safe, g.created, g.id) > ($2, $3, $4) ORDER BY g.safe, g.created, g.id LIMIT $5`, string(r), of, at, id, p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	list, next := page(list, p.Limit, func(g safe.Grant) string {
		return cursor(string(g.Safe), strconv.FormatInt(micros(g.Created), 10), string(g.ID))
	})
	return list, next, nil
}

func afterGrant(after string) (of string, at int64, id string, err error) {
	if after == "" {
		return "", 0, "", nil
	}
	k, err := parts(after, 3)
	if err != nil {
		return "", 0, "", err
	}
	if at, err = strconv.ParseInt(k[1], 10, 64); err != nil {
		return "", 0, "", &safe.Error{Kind: safe.Invalid, Msg: "malformed cursor"}
	}
	return k[0], at, k[2], nil
}

// lookedAt is how many of the newest grants of one kind are looked at for the
// documents that were given as it.
const lookedAt = 100

func (s answers) Before(ctx context.Context, id safe.SafeID, kinds []string, limit int) ([]safe.Given, error) {
	var all []safe.Given
	for _, kind := range kinds {
		scan := func(r row) (safe.Given, error) {
			g := safe.Given{Kind: kind}
			var at int64
			err := r.Scan(&g.Doc, &at)
			g.At = timeOf(at)
			return g, err
		}
		some, err := query(ctx, s.tx, "find documents given before", scan, `SELECT doc, created FROM grants
WHERE safe = $1 AND kind = $2 AND kind <> '' ORDER BY created DESC, id DESC LIMIT $3`, string(id), kind, lookedAt)
		if err != nil {
			return nil, err
		}
		seen := map[safe.DocumentID]bool{}
		for _, g := range some {
			if !seen[g.Doc] {
				all = append(all, g)
			}
			seen[g.Doc] = true
		}
	}
	slices.SortStableFunc(all, func(a, b safe.Given) int { return b.At.Compare(a.At) })
	return all[:min(len(all), limit)], nil
}
