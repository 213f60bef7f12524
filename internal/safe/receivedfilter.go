package safe

import (
	"context"
	"slices"
	"strings"
	"time"
)

// GrantFilter narrows the list of what was shared with an administration. The
// zero value is all of it.
type GrantFilter struct {
	// Services, when there are any: those of these and those of none.
	Services []string
	// Only, when there is any: those of these, ids and names of one service.
	Only  []string
	State string // "live", "expired" or "ended"
	Kind  string // given as this kind of document
	// Reference is that of the file which the request that they answer is about.
	Reference string
	// Words each stand in the citizen's name, the purpose, the procedure or the
	// service; capitals and accents do not count.
	Words []string
	Now   time.Time // by which a grant is expired
}

// ReceivedWanted is what somebody looks for among what was shared with her
// administration.
type ReceivedWanted struct {
	State     string
	Service   string // id or name
	Kind      string
	Reference string
	Text      string
}

const (
	maxWords = 8
	maxText  = 200
)

// filterOf turns what is wanted into what the caller may see of it.
func (s *Domain) filterOf(ctx context.Context, tx Tx, a Actor, w ReceivedWanted) (GrantFilter, error) {
	f := GrantFilter{State: w.State, Kind: w.Kind, Reference: w.Reference, Words: strings.Fields(w.Text), Now: s.now()}
	if w.State != "" && !slices.Contains([]string{"live", "expired", "ended"}, w.State) {
		return f, refusal(Invalid, "no such state of a grant")
	}
	if len(w.Text) > maxText || len(f.Words) > maxWords || len(w.Reference) > maxText || len(w.Kind) > maxText || len(w.Service) > maxText {
		return f, refusal(Invalid, "too much to look for")
	}
	var err error
	if f.Services, err = servicesOf(ctx, tx, a); err != nil || w.Service == "" {
		return f, err
	}
	adm, err := tx.Administrations.Get(ctx, a.Administration)
	if err != nil {
		return f, backend("read administration", err)
	}
	f.Only = []string{w.Service}
	for _, sv := range adm.Services {
		if w.Service == sv.ID || w.Service == sv.Name {
			f.Only = []string{sv.ID, sv.Name}
		}
	}
	return f, nil
}
