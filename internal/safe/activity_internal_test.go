package safe

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// drawnWork is what mediators of one structure did in a year, at random: few people,
// so that most groups are small.
func drawnWork(t *rapid.T, months int) []ActivityCount {
	var all []ActivityCount
	crowd := rapid.IntRange(1, 40).Draw(t, "people")
	for m := range months {
		month := fmt.Sprintf("2026-%02d", m+1)
		for p := range crowd {
			if !rapid.Bool().Draw(t, "came") {
				continue
			}
			of := ActivityCount{Month: month, Safe: SafeID(fmt.Sprint("safe ", p))}
			add := func(kind string, n int64) {
				c := of
				c.Kind, c.N = kind, n
				all = append(all, c)
			}
			add(activitySessions, rapid.Int64Range(1, 3).Draw(t, "sessions"))
			add(activitySeconds, rapid.Int64Range(1, 9000).Draw(t, "seconds"))
			for _, act := range ActivityActs() {
				if rapid.IntRange(0, 3).Draw(t, act) == 0 {
					add(act, rapid.Int64Range(1, 5).Draw(t, "acts"))
				}
			}
		}
	}
	return all
}

// shown is one figure that is published, with what it is made of.
type shown struct {
	value int64
	of    []ActivityCount
}

func (s shown) within(o shown) bool {
	for _, c := range s.of {
		if !slices.Contains(o.of, c) {
			return false
		}
	}
	return true
}

func (s shown) less(o shown) (rest []ActivityCount) {
	for _, c := range s.of {
		if !slices.Contains(o.of, c) {
			rest = append(rest, c)
		}
	}
	return rest
}

// figuresOf finds what each published figure is made of, by itself: sums of one
// measure, which whoever reads them can add up and take from each other.
func figuresOf(t *rapid.T, v Activity, all []ActivityCount) map[string][]shown {
	out := map[string][]shown{}
	for _, p := range v.Periods {
		pick := func(kinds ...string) []ActivityCount {
			var some []ActivityCount
			for _, c := range all {
				if c.Month >= p.First && c.Month <= p.Last && slices.Contains(kinds, c.Kind) {
					some = append(some, c)
				}
			}
			return some
		}
		tell := func(measure string, value, unit int64, kinds ...string) {
			s := shown{value: value, of: pick(kinds...)}
			var sum int64
			for _, c := range s.of {
				sum += c.N
			}
			if sum/unit != value {
				t.Fatalf("%s of %v is %d, made of %d", measure, p.ActivityMonths, value, sum)
			}
			out[measure] = append(out[measure], s)
		}
		tell("sessions", p.Sessions, 1, activitySessions)
		tell("minutes", p.Minutes, 60, activitySeconds)
		for act, n := range p.Acts {
			tell("acts", n, 1, act)
		}
		if p.Total != nil {
			tell("acts", *p.Total, 1, ActivityActs()...)
		}
		if p.People < LeastPeople {
			t.Fatalf("a period is about %d people", p.People)
		}
	}
	return out
}

// TestNoFigureIsOfAFew: no figure that is published is about fewer than ten
// people, nor is any that comes from taking some of them from another one.
func TestNoFigureIsOfAFew(t *testing.T) {
	late := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		all := drawnWork(t, 12)
		for measure, figures := range figuresOf(t, publish(2026, late, all), all) {
			for _, big := range figures {
				rest := shown{of: big.of}
				notFew(t, measure, rest.of)
				// One after the other, each that is a part of what is left.
				for _, part := range figures {
					if len(part.of) < len(big.of) && part.within(rest) {
						rest.of = rest.less(part)
						notFew(t, measure+" less what is shown", rest.of)
					}
				}
			}
		}
	})
}

func notFew(t *rapid.T, what string, of []ActivityCount) {
	if n := people(of, nil); n > 0 && n < LeastPeople {
		t.Fatalf("%s: about %d people", what, n)
	}
}

// TestFiguresDoNotMove: a table of today, taken from one of later, is about
// whole periods only.
func TestFiguresDoNotMove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawnWork(t, 12)
		then := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*24-1).Draw(t, "hours")) * time.Hour)
		var by []ActivityCount // what was done until then
		for _, c := range all {
			if c.Month <= monthOf(then) {
				by = append(by, c)
			}
		}
		before, after := publish(2026, then, by), publish(2026, then.AddDate(1, 0, 0), all)
		for i, p := range before.Periods {
			if !reflect.DeepEqual(p, after.Periods[i]) {
				t.Fatalf("on %s: %+v\nlater: %+v", then, p, after.Periods[i])
			}
			if p.Last >= monthOf(then) {
				t.Fatalf("on %s a month that goes on is published: %v", then, p.ActivityMonths)
			}
		}
	})
}

// TestFiguresOfAYear: months of few are joined, an act of few is held back, and
// the total with it.
func TestFiguresOfAYear(t *testing.T) {
	var all []ActivityCount
	add := func(month, kind string, people int, n int64) {
		for i := range people {
			all = append(all, ActivityCount{Month: month, Safe: SafeID(fmt.Sprint(i)), Kind: kind, N: n})
		}
	}
	for month, people := range map[string]int{"2026-01": 6, "2026-02": 9, "2026-03": 12, "2026-04": 25, "2026-05": 3} {
		add(month, activitySessions, people, 1)
		add(month, activitySeconds, people, 90)
		add(month, sealed.ActDeposit, people, 2)
	}
	add("2026-04", sealed.ActRead, 2, 1)
	add("2026-06", sealed.ActDeposit, 50, 1) // goes on
	got := publish(2026, time.Date(2026, 6, 20, 0, 0, 0, 0, time.UTC), all)
	deposits := func(n int64) map[string]int64 {
		return map[string]int64{sealed.ActDeposit: n, sealed.ActRead: 0, sealed.ActShare: 0, sealed.ActAnswer: 0, sealed.ActOrganise: 0}
	}
	n := func(n int64) *int64 { return &n }
	april := deposits(50)
	delete(april, sealed.ActRead)
	want := Activity{Year: 2026, Rest: &ActivityMonths{"2026-05", "2026-05"}, Periods: []ActivityPeriod{
		{ActivityMonths: ActivityMonths{"2026-01", "2026-03"}, People: 12, Sessions: 27, Minutes: 40, Acts: deposits(54), Total: n(54)},
		{ActivityMonths: ActivityMonths{"2026-04", "2026-04"}, People: 25, Sessions: 25, Minutes: 37, Acts: april},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	table := got.Table()
	if line := table[2]; !reflect.DeepEqual(line, []string{"2026-04", "2026-04", "25", "25", "37", "50", "", "0", "0", "0", ""}) {
		t.Errorf("in a table: %q", line)
	}
	add("2026-04", sealed.ActShare, 9, 1)
	for i := range all { // other nine than the two
		if all[i].Kind == sealed.ActShare {
			all[i].Safe += "+"
		}
	}
	if total := publish(2026, time.Date(2026, 6, 20, 0, 0, 0, 0, time.UTC), all).Periods[1].Total; total == nil || *total != 61 {
		t.Errorf("two acts of eleven people: a total of %v", total)
	}
}
