package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// found narrows a list of grants. Every condition is on what the index in the
// order of the list leads to, read in that order until a page is full: nothing
// is sorted, and what matches nothing costs one pass over the administration's
// own.
type found struct {
	text strings.Builder
	args []any
}

func (w *found) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

func (w *found) and(format string, v any) {
	w.text.WriteString(" AND " + strings.ReplaceAll(format, "?", w.arg(v)))
}

func (w *found) among(services []string, none bool) {
	if len(services) == 0 {
		return
	}
	var all []string
	if none {
		all = append(all, "''")
	}
	for _, sv := range services {
		all = append(all, w.arg(sv))
	}
	w.text.WriteString(" AND g.service IN (" + strings.Join(all, ", ") + ")")
}

func (w *found) conditions(f safe.GrantFilter) {
	w.among(f.Services, true)
	w.among(f.Only, false)
	now := micros(f.Now)
	switch f.State {
	case "live":
		w.and("g.ended = 0 AND g.not_after > ?", now)
	case "expired":
		w.and("g.ended = 0 AND g.not_after <= ?", now)
	case "ended":
		w.text.WriteString(" AND g.ended <> 0")
	}
	if f.Kind != "" {
		w.and("g.kind = ?", f.Kind)
	}
	if f.Reference != "" {
		w.and("q.reference = ?", f.Reference)
	}
	said := plain(`COALESCE(h.name, '') || ' ' || g.purpose || ' ' || g.procedure_name || ' ' || g.service`)
	for _, word := range f.Words {
		w.and(said+` LIKE ? ESCAPE '\'`, "%"+literal(folded().Replace(strings.ToLower(word)))+"%")
	}
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

// narrowed tells a filter that asks for more than some services.
func narrowed(f safe.GrantFilter) bool {
	return len(f.Only)+len(f.Words) > 0 || f.State+f.Kind+f.Reference != ""
}

func (s grants) find(ctx context.Context, a safe.AdministrationID, f safe.GrantFilter, p safe.Page) ([]safe.Grant, string, error) {
	us, id, err := before(p.After)
	if err != nil {
		return nil, "", err
	}
	w := found{args: []any{string(a), us, id, p.Limit + 1}}
	w.conditions(f)
	text := grantListed + `WHERE g.administration = $1` + w.text.String() +
		` AND (g.created, g.id) < ($2, $3) ORDER BY g.created DESC, g.id DESC LIMIT $4`
	return s.page(ctx, text, w.args, p)
}
