package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// look is how many grants, in the order of their list, one search goes through
// at a time, and looks how many times for one page: what nobody finds among ten
// thousand is looked for again from there, with the next page.
const (
	look  = 2000
	looks = 5
)

// listing is what an administration, or a citizen, lists, in one statement: the newest of each
// branch, each from its own part of an index; the newest of these; of them,
// those that the conditions let through. A service with ten grants does not read
// a town's million to find them. Where nothing is looked for the limit is in the
// text: PostgreSQL then plans it once for all arguments, and planning costs more
// than the page. Elsewhere it is an argument, so that each is planned for what is
// looked for: a plan for any kind of document reads all shares for a rare one.
type listing struct {
	column string // of grants: administration or safe
	whose  string
	filter safe.GrantFilter
	args   []any
}

func (l *listing) arg(v any) string {
	l.args = append(l.args, v)
	return fmt.Sprintf("$%d", len(l.args))
}

// listedColumns are those of a grant that lists show.
const (
	listedColumns = `id, safe, doc, version, administration, service, purpose, procedure_name,
idempotency_key, created, not_after, ended, opened, openings, most_openings, request, kind`
	listedOfRequest = `n.id, n.safe, n.doc, n.version, n.administration, n.service, n.purpose, n.procedure_name,
n.idempotency_key, n.created, n.not_after, n.ended, n.opened, n.openings, n.most_openings, n.request, n.kind`
	branchOf        = listedColumns + ` FROM (SELECT ` + listedColumns + ` FROM grants WHERE {column} = $1 AND (created, id) < ($2, $3)`
	branchReference = listedColumns + ` FROM (SELECT ` + listedOfRequest + ` FROM requests r JOIN grants n ON n.request = r.id AND n.request <> ''
WHERE r.administration = $1 AND n.administration = $1 AND (n.created, n.id) < ($2, $3) AND r.reference = `
	branchEnd          = ` ORDER BY created DESC, id DESC LIMIT {most}) AS newest`
	branchReferenceEnd = ` ORDER BY n.created DESC, n.id DESC LIMIT {most}) AS newest`
)

func (l *listing) among(services []string) string {
	all := make([]string, len(services))
	for i, sv := range services {
		all[i] = l.arg(sv)
	}
	return strings.Join(all, ", ")
}

// branches leads through the smallest parts of an index that have everything;
// the filter's conditions that it has met are done. Each holds only what whoever
// asks may see: where a search breaks off is told to him, and is the time and id
// of a share.
func (l *listing) branches() (all []string, rest safe.GrantFilter) {
	rest = l.filter
	add := func(condition string) { all = append(all, branchOf+condition+branchEnd) }
	switch {
	case rest.Reference != "":
		condition := l.arg(rest.Reference)
		if len(rest.Services) > 0 {
			condition += ` AND n.service IN (` + l.among(append([]string{""}, rest.Services...)) + `)`
		}
		all = append(all, branchReference+condition+branchReferenceEnd)
		rest.Reference, rest.Services = "", nil
	case rest.Kind != "" && len(rest.Services) == 0:
		add(` AND kind <> '' AND kind = ` + l.arg(rest.Kind))
		rest.Kind = ""
	case len(rest.Only) > 0:
		for _, sv := range rest.Only {
			if len(rest.Services) == 0 || slices.Contains(rest.Services, sv) {
				add(` AND service = ` + l.arg(sv))
			}
		}
		rest.Only, rest.Services = nil, nil
	case len(rest.Services) > 0:
		add(` AND service = ''`)
		for _, sv := range rest.Services {
			add(` AND service = ` + l.arg(sv))
		}
		rest.Services = nil
	default:
		add("")
	}
	if len(all) == 0 { // none of his services
		add(` AND 1 = 0`)
	}
	return all, rest
}

// newest is the union of the branches, and what is left to look at.
func (l *listing) newest(us int64, id string, most int) (text string, rest safe.GrantFilter) {
	l.args = []any{l.whose, us, id}
	all, rest := l.branches()
	text = `(SELECT ` + listedColumns + ` FROM (SELECT ` + strings.Join(all, ` UNION ALL SELECT `) +
		`) AS c ORDER BY created DESC, id DESC LIMIT {most}) AS g`
	limit := strconv.Itoa(most)
	if len(all) > 1 || l.narrowed() {
		limit = l.arg(most)
	}
	return strings.NewReplacer("{column}", l.column, "{most}", limit).Replace(text), rest
}

func (l *listing) statement(us int64, id string, most, limit int) string {
	text, rest := l.newest(us, id, most)
	where := l.conditions(rest)
	return grantShown + ` FROM ` + text + grantBeside + where + ` ORDER BY g.created DESC, g.id DESC LIMIT ` + strconv.Itoa(limit)
}

func (s grants) listed(ctx context.Context, l listing, us int64, id string, most, limit int) ([]safe.Grant, error) {
	text := l.statement(us, id, most, limit)
	return query(ctx, s.tx, "list grants", scanListedGrant, text, l.args...)
}

// edge is the last one that a search from there looks at; more says that there
// may be others behind it.
func (l *listing) edge(us int64, id string) string {
	text, _ := l.newest(us, id, look)
	return strings.Join([]string{`SELECT`, `g.created, g.id, COUNT(*) OVER () FROM`, text, `ORDER BY g.created, g.id LIMIT 1`}, " ")
}

func (s grants) find(ctx context.Context, l listing, us int64, id string, limit int) (found []safe.Grant, next string, err error) {
	for range looks {
		list, err := s.listed(ctx, l, us, id, look, limit+1-len(found))
		if err != nil {
			return nil, "", err
		}
		if found = append(found, list...); len(found) > limit {
			return found[:limit], grantCursor(found[limit-1]), nil
		}
		var n int
		err = s.tx.QueryRowContext(ctx, l.edge(us, id), l.args...).Scan(&us, &id, &n)
		if errors.Is(err, sql.ErrNoRows) || err == nil && n < look {
			return found, "", nil
		}
		if err != nil {
			return nil, "", mapError("list grants", err)
		}
	}
	return found, cursorAt(us, id), nil
}

// conditions are those that no branch has met.
func (l *listing) conditions(f safe.GrantFilter) string {
	where := "WHERE 1 = 1"
	and := func(format string, v any) { where += " AND " + strings.ReplaceAll(format, "?", l.arg(v)) }
	if len(f.Services) > 0 {
		where += " AND g.service IN (" + l.among(append([]string{""}, f.Services...)) + ")"
	}
	if len(f.Only) > 0 {
		where += " AND g.service IN (" + l.among(f.Only) + ")"
	}
	now := micros(f.Now)
	switch f.State {
	case "live":
		and("g.ended = 0 AND g.not_after > ?", now)
	case "expired":
		and("g.ended = 0 AND g.not_after <= ?", now)
	case "ended":
		where += " AND g.ended <> 0"
	}
	if f.Kind != "" {
		and("g.kind = ?", f.Kind)
	}
	said := plain(`COALESCE(h.name, '') || ' ' || g.purpose || ' ' || g.procedure_name || ' ' || g.service`)
	for _, word := range f.Words {
		and(said+` LIKE ? ESCAPE '\'`, "%"+literal(folded().Replace(strings.ToLower(word)))+"%")
	}
	return where
}

// accents are what people leave out when they search. SQLite lowers A to Z only.
func accents() []string {
	return []string{
		"à", "a", "â", "a", "ä", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i", "ô", "o", "ö", "o",
		"ù", "u", "û", "u", "ü", "u", "œ", "oe", "æ", "ae", "’", "'",
		"À", "a", "Â", "a", "Ç", "c", "É", "e", "È", "e", "Ê", "e", "Ë", "e", "Î", "i", "Ï", "i", "Ô", "o", "Ù", "u", "Û", "u", "Œ", "oe",
	}
}

func folded() *strings.Replacer { return strings.NewReplacer(accents()...) }

// plain is a text as it is searched: small letters without accents, in the words
// that both databases know.
func plain(expression string) string {
	text := "LOWER(" + expression + ")"
	for pair := range slices.Chunk(accents(), 2) {
		text = fmt.Sprintf("REPLACE(%s, '%s', '%s')", text, pair[0], strings.ReplaceAll(pair[1], "'", "''"))
	}
	return text
}

// literal takes the meaning of LIKE from a text.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// narrowed tells a list that leaves out some of what its branches lead to.
func (l *listing) narrowed() bool {
	f := l.filter
	return len(f.Words) > 0 || f.State != "" || len(f.Only) > 0 || f.Kind+f.Reference != ""
}
