package safe_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestAnAgentLooksForGrants by state, service, kind and words, and finds no more
// than what is for the services that he works for.
func TestAnAgentLooksForGrants(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	c := w.citizen(t, "a")
	live := c.share(t, c.put(t, 1000), m) // with etat-civil
	ended := c.share(t, c.put(t, 1000), m)
	must(t, w.EndGrant(w.ctx, c.Actor, ended.ID))
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), hugo, safe.AgentRole, "ccas")
	find := func(a safe.Actor, q safe.ReceivedWanted) string {
		all, _, err := w.Received(w.ctx, a, q, safe.Page{})
		must(t, err)
		var ids []string
		for _, g := range all {
			ids = append(ids, string(g.ID))
		}
		slices.Sort(ids) // made in the same moment
		return strings.Join(ids, " ")
	}
	both := strings.Join(slices.Sorted(slices.Values([]string{string(ended.ID), string(live.ID)})), " ")
	for name, c := range map[string]struct {
		by   safe.Actor
		q    safe.ReceivedWanted
		want string
	}{
		"all":                      {m.agent, safe.ReceivedWanted{}, both},
		"live":                     {m.agent, safe.ReceivedWanted{State: "live"}, string(live.ID)},
		"ended":                    {m.agent, safe.ReceivedWanted{State: "ended"}, string(ended.ID)},
		"a service":                {m.agent, safe.ReceivedWanted{Service: "etat-civil"}, both},
		"the other service":        {m.agent, safe.ReceivedWanted{Service: "ccas"}, ""},
		"a kind":                   {m.agent, safe.ReceivedWanted{Kind: "diploma"}, ""},
		"the citizen":              {m.agent, safe.ReceivedWanted{Text: strings.ToUpper(live.Holder)}, both},
		"of a service not his own": {hugo, safe.ReceivedWanted{Service: "etat-civil"}, ""},
		"all that is his":          {hugo, safe.ReceivedWanted{}, ""},
	} {
		if got := find(c.by, c.q); got != c.want {
			t.Errorf("%s: found %q, not %q", name, got, c.want)
		}
	}
	for _, q := range []safe.ReceivedWanted{{State: "any"}, {Text: strings.Repeat("a ", 20)}, {Reference: strings.Repeat("a", 300)}} {
		_, _, err := w.Received(w.ctx, m.agent, q, safe.Page{})
		if !safe.IsKind(err, safe.Invalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
