package safe

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// ActivityCount is how many of a kind there were in a month, for one safe. It
// is what figures are made of, and leaves the domain in no other form.
type ActivityCount struct {
	Structure StructureID
	Month     string // 2026-11
	Safe      SafeID
	Kind      string // an act of mandates, or one of the two below
	N         int64
}

// What is counted besides acts.
const (
	activitySessions = "sessions" // that began
	activitySeconds  = "seconds"  // of those that ended
)

// activityKind says which act an event of a mediator's is.
func activityKind(ev journal.Event) string {
	switch ev.What {
	case journal.WhatMediationStarted:
		return activitySessions
	case journal.WhatDeposit:
		return sealed.ActDeposit
	case journal.WhatDocumentOpened:
		return sealed.ActRead
	case journal.WhatMediationProposed:
		return sealed.ActOrganise
	case journal.WhatRequestAnswered:
		return sealed.ActAnswer
	case journal.WhatGrantCreated:
		if ev.Detail["request"] == "" { // else it is an answer, and counted as one
			return sealed.ActShare
		}
	}
	return ""
}

// count adds to the figures what a mediator has just done. It goes to the month
// of now, so that a month that is over never changes.
func (s *Domain) count(ctx context.Context, tx Tx, ev journal.Event) error {
	if ev.Who.Kind != string(MediatorActor) || ev.Behalf == nil || ev.Safe == "" {
		return nil
	}
	kind := activityKind(ev)
	if kind == "" {
		return nil
	}
	return s.counted(ctx, tx, StructureID(ev.Who.Administration), SafeID(ev.Safe), kind, 1)
}

// countTime adds how long a session has lasted.
func (s *Domain) countTime(ctx context.Context, tx Tx, d Delegation, over time.Time) error {
	lasted := int64(earlier(s.now(), over).Sub(d.Started) / time.Second)
	if d.Started.IsZero() || lasted <= 0 {
		return nil
	}
	return s.counted(ctx, tx, d.Structure, d.Safe, activitySeconds, lasted)
}

func (s *Domain) counted(ctx context.Context, tx Tx, of StructureID, safe SafeID, kind string, n int64) error {
	return backend("count activity", tx.Activities.Add(ctx, ActivityCount{
		Structure: of, Month: monthOf(s.now()), Safe: safe, Kind: kind, N: n,
	}))
}

func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

// LeastPeople is how many people a figure is about at least.
const LeastPeople = 10

// Activity is what a structure may show of its work in a year: figures of
// months that are over, and of nobody. A period is one month, or as many in a
// row as it takes to reach LeastPeople.
type Activity struct {
	Year    int
	Periods []ActivityPeriod
	// Rest are the months that are over since the last period, when there are
	// any: fewer than LeastPeople were helped in them.
	Rest *ActivityMonths
}

// ActivityMonths are the first and the last of some in a row, like 2026-11.
type ActivityMonths struct{ First, Last string }

// ActivityPeriod is about LeastPeople or more. Of each act it says how often it
// was done, unless fewer people than that had it done.
type ActivityPeriod struct {
	ActivityMonths
	People, Sessions, Minutes int64
	Acts                      map[string]int64 // without those that are held back
	// Total of all acts; nil when it would tell what is held back.
	Total *int64
}

// ActivityActs are the acts that are counted, in their order.
func ActivityActs() []string {
	return []string{sealed.ActDeposit, sealed.ActRead, sealed.ActShare, sealed.ActAnswer, sealed.ActOrganise}
}

// Activity gives the figures of the caller's structure.
func (s *Domain) Activity(ctx context.Context, a Actor, year int) (Activity, error) {
	return s.ActivityOf(ctx, a, a.Structure, year)
}

// ActivityOf is Activity for the operator, who is told no more than the
// structure.
func (s *Domain) ActivityOf(ctx context.Context, a Actor, id StructureID, year int) (Activity, error) {
	if year < 2000 || year > 9999 {
		return Activity{}, refusal(Invalid, "a year has four digits")
	}
	first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	var counts []ActivityCount
	err := s.rows.View(ctx, func(tx Tx) error {
		if err := s.may(ctx, tx, a, ActActivity); err != nil {
			return err
		}
		if a.Kind == MediatorActor && id != a.Structure {
			return refusal(NotFound, "no such structure")
		}
		var err error
		counts, err = tx.Activities.Of(ctx, id, monthOf(first), monthOf(first.AddDate(0, 11, 0)))
		return err
	})
	if err != nil {
		return Activity{}, s.refusePolicy(ctx, s.begin(a, journal.WhatMediationRead), backend("read activity", err))
	}
	return publish(year, s.now(), counts), nil
}

// publish makes the figures of a year. What it says of a period depends on
// nothing that happens later: two tables of different days, one taken from the
// other, tell of no smaller group than each of them does.
func publish(year int, now time.Time, counts []ActivityCount) Activity {
	out := Activity{Year: year}
	var open []string
	var held []ActivityCount
	for m := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); m.Year() == year && !now.Before(m.AddDate(0, 1, 0)); m = m.AddDate(0, 1, 0) {
		month := monthOf(m)
		open = append(open, month)
		for _, c := range counts {
			if c.Month == month {
				held = append(held, c)
			}
		}
		if people(held, nil) < LeastPeople {
			continue
		}
		out.Periods = append(out.Periods, period(ActivityMonths{open[0], month}, held))
		open, held = nil, nil
	}
	if len(open) > 0 {
		out.Rest = &ActivityMonths{open[0], open[len(open)-1]}
	}
	return out
}

func period(of ActivityMonths, counts []ActivityCount) ActivityPeriod {
	p := ActivityPeriod{ActivityMonths: of, People: people(counts, nil), Acts: map[string]int64{}}
	sums := map[string]int64{}
	for _, c := range counts {
		sums[c.Kind] += c.N
	}
	p.Sessions, p.Minutes = sums[activitySessions], sums[activitySeconds]/60
	var total int64
	var hidden []string
	for _, act := range ActivityActs() {
		total += sums[act]
		if n := people(counts, []string{act}); n > 0 && n < LeastPeople {
			hidden = append(hidden, act)
		} else {
			p.Acts[act] = sums[act]
		}
	}
	// Taken from the total, what is shown leaves what is not: one act, or those
	// of a few people.
	if len(hidden) == 0 || len(hidden) > 1 && people(counts, hidden) >= LeastPeople {
		p.Total = &total
	}
	return p
}

// people counts those of whom there is something of these kinds; nil is any.
func people(counts []ActivityCount, kinds []string) int64 {
	seen := map[SafeID]bool{}
	for _, c := range counts {
		if kinds == nil || slices.Contains(kinds, c.Kind) {
			seen[c.Safe] = true
		}
	}
	return int64(len(seen))
}

// Table is the figures in lines of cells, the first with names: what a
// spreadsheet takes. An empty cell is held back.
func (v Activity) Table() [][]string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	acts := ActivityActs()
	out := [][]string{append(append([]string{"from", "to", "people", "sessions", "minutes"}, acts...), "acts")}
	for _, p := range v.Periods {
		line := []string{p.First, p.Last, number(p.People), number(p.Sessions), number(p.Minutes)}
		for _, act := range acts {
			cell := ""
			if n, shown := p.Acts[act]; shown {
				cell = number(n)
			}
			line = append(line, cell)
		}
		total := ""
		if p.Total != nil {
			total = number(*p.Total)
		}
		out = append(out, append(line, total))
	}
	return out
}
