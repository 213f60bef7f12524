package e2e_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// race is one document that is given again and again, ended from two devices
// of the citizen, and fetched by two agents, all at once and through any of
// three gateways.
type race struct {
	t      *testing.T
	f      *fleet
	h      history
	entry  sealed.Entry
	rounds int
	seed   uint64

	mu       sync.Mutex
	ids      map[string]string // of grants that were seen, by purpose
	over     map[string]bool   // ends that were acknowledged
	asked    int               // so many are made, or being made
	given    bool              // there will be no more
	releases map[string]int    // acknowledged
	maybe    map[string]int    // releases without an answer
}

func (r *race) purpose(i int) string { return fmt.Sprintf("acte %03d", i) }

// random is a choice of one of those who run, each with their own.
func (r *race) random(who int) *rand.Rand { return rand.New(rand.NewPCG(r.seed, uint64(who))) }

// found notes what a list showed of the grants that can be in it. Of those that
// are over it notes some: it says the same of them again and again.
func (r *race) found(who int, told string, call int64, list []client.Grant, err error) {
	if _, err := outcome(err); err != nil {
		r.t.Errorf("%s asks for the list: %v", told, err)
	}
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	states := map[string]string{}
	for _, g := range list {
		states[g.Purpose], r.ids[g.Purpose] = g.State, g.ID
	}
	for i := range r.asked {
		p := r.purpose(i)
		if state := cmp.Or(states[p], absent); state != ended || !r.over[p] || (call+int64(i))%8 == 0 {
			r.h.add(who, act{p, toSee, told + "'s list"}, call, state)
		}
	}
}

// through says that everybody may go home: all grants that are there have
// ended, which was acknowledged.
func (r *race) through() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.t.Failed() || r.given && len(r.over) == len(r.ids)
}

// some grant that was seen already.
func (r *race) some(random *rand.Rand) (purpose, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var open []string
	for p := range r.ids {
		if !r.over[p] || random.IntN(4) == 0 { // ended ones are asked for, too
			open = append(open, p)
		}
	}
	if len(open) == 0 {
		return "", ""
	}
	slices.Sort(open)
	purpose = open[random.IntN(len(open))]
	return purpose, r.ids[purpose]
}

// gives makes one grant after the other.
func (r *race) gives(s *client.Safe) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.given = true
	}()
	for i := range r.rounds {
		p := r.purpose(i)
		r.mu.Lock()
		r.asked++
		r.mu.Unlock()
		call := r.h.now()
		g, err := s.Share(r.t.Context(), r.entry, client.ShareOrder{
			Administration: "Mairie de Valmont", Purpose: p, Until: time.Now().AddDate(0, 1, 0),
		})
		out, err := outcome(err)
		if err != nil || out != ok && out != unknown {
			r.t.Errorf("share %s: %s %v", p, out, err)
			return
		}
		r.h.add(0, act{p, toCreate, "first device"}, call, out)
		r.mu.Lock()
		if out == ok {
			r.ids[p] = g.ID
		}
		r.mu.Unlock()
	}
}

// ends takes grants back, as a device does that does not know what the other
// one did.
func (r *race) ends(who int, told string, c *client.Client) {
	random := r.random(who)
	for !r.through() {
		call := r.h.now()
		list, err := c.Grants(r.t.Context())
		r.found(who, told, call, list, err)
		p, id := r.some(random)
		if id == "" || random.IntN(3) > 0 {
			continue
		}
		call = r.h.now()
		out, err := outcome(c.EndGrant(r.t.Context(), id))
		if err != nil || out != ok && out != unknown {
			r.t.Errorf("end %s: %s %v", p, out, err)
			return
		}
		r.h.add(who, act{p, toEnd, told}, call, out)
		r.mu.Lock()
		if out == ok {
			r.over[p] = true
		}
		r.mu.Unlock()
	}
}

// fetches asks for the keys of whatever was seen.
func (r *race) fetches(who int, told string, c *client.Client, o *client.Office) {
	random := r.random(who)
	for !r.through() {
		if random.IntN(3) == 0 {
			call := r.h.now()
			list, err := c.Received(r.t.Context())
			r.found(who, told, call, list, err)
		}
		p, id := r.some(random)
		if id == "" {
			continue
		}
		call := r.h.now()
		_, err := o.Accept(r.t.Context(), id)
		out, err := outcome(err)
		if err != nil {
			r.t.Errorf("release %s: %v", p, err)
			return
		}
		r.mu.Lock()
		switch out {
		case ok:
			r.releases[p]++
			out = live
		case unknown:
			r.maybe[p]++
		}
		r.mu.Unlock()
		r.h.add(who, act{p, toSee, told}, call, out)
	}
}

// device is somebody's browser, at the door of the fleet.
func (f *fleet) device(persona string) *client.Client {
	f.t.Helper()
	h := *f.door.login(persona).http
	h.Transport = &cut{beat: f.beat}
	c, err := client.New(client.Config{Server: f.door.url, HTTP: &h})
	must(f.t, err)
	return c
}

// TestGrantsAreLinearizable: two devices of a citizen grant and end, two agents
// list and fetch, three gateways answer, some of them are killed meanwhile. There is one
// order that explains what everybody saw: a grant whose end was acknowledged is
// released to nobody any more, by no gateway. The journal tells of each
// acknowledged act once.
func TestGrantsAreLinearizable(t *testing.T) {
	f := newFleet(t)
	p := f.person("angela")
	must(t, p.put(t.Context(), "acte.pdf", 30_000))
	r := &race{
		t: t, f: f, entry: p.docs["acte.pdf"].entry, rounds: soak(40, 400), seed: seed(t, 20261126), h: history{start: time.Now()},
		ids: map[string]string{}, over: map[string]bool{}, releases: map[string]int{}, maybe: map[string]int{},
	}
	first, second, desk, desk2 := f.device("angela"), f.device("angela"), f.device("camille"), f.device("hugo")
	phrase := secretOf(t, "abeille maison soleil jardin bonheur cerise montagne")
	office, err := desk.UnlockOffice(t.Context(), phrase)
	must(t, err)
	office2, err := desk2.UnlockOffice(t.Context(), phrase)
	must(t, err)
	var all sync.WaitGroup
	for _, do := range []func(){
		func() { r.gives(p.safe) },
		func() { r.ends(1, "first device", first) },
		func() { r.ends(2, "second device", second) },
		func() { r.fetches(3, "camille", desk, office) },
		func() { r.fetches(4, "hugo", desk2, office2) },
	} {
		all.Go(do)
	}
	random := r.random(5)
	for range soak(3, 30) {
		if !f.waits(t.Context()) || r.through() {
			break
		}
		g := f.replicas[random.IntN(3)].on(t)
		_ = g.cmd.Process.Signal(syscall.SIGKILL)
		_ = g.ended()
		g.start()
	}
	all.Wait()
	if t.Failed() {
		return
	}
	call := r.h.now()
	list, err := p.citizen.Grants(t.Context())
	must(t, err)
	r.found(0, "first device", call, list, nil)
	r.judge()
	r.journal(p.citizen)
}

// judge looks for the one order. It then shows that it would have noticed: the
// same history, with one release more at its end.
func (r *race) judge() {
	r.t.Helper()
	counts := map[string]int{}
	for _, op := range r.h.ops {
		counts[fmt.Sprintf("%s: %s", op.Input.(act).what, op.Output)]++
	}
	r.t.Logf("%d operations in %s: %v", len(r.h.ops), time.Duration(r.h.now()).Round(time.Second), counts)
	if counts[toSee+": "+live] == 0 || counts[toSee+": "+ended] == 0 {
		r.t.Errorf("nobody was in anybody's way")
	}
	if !linearizable(r.t, r.h.ops) {
		r.t.Errorf("no order explains what everybody saw: %s", r.evidence())
	}
	now, over := r.h.now(), slices.Sorted(maps.Keys(r.over))
	stale := porcupine.Operation{Input: act{over[0], toSee, "a gateway that is behind"}, Call: now, Output: live, Return: now + 1}
	if linearizable(r.t, append(slices.Clone(r.h.ops), stale)) {
		r.t.Errorf("a release after the end of a grant is not noticed")
	}
}

// evidence is the history of the grants that cannot be explained.
func (r *race) evidence() string {
	m := grants()
	text := ""
	for i := range r.rounds {
		var ops []porcupine.Operation
		for _, op := range r.h.ops {
			if op.Input.(act).grant == r.purpose(i) {
				ops = append(ops, op)
			}
		}
		if linearizable(r.t, ops) {
			continue
		}
		for _, op := range ops {
			text += fmt.Sprintf("\n%12d %12d  %s", op.Call, op.Return, m.DescribeOperation(op.Input, op.Output))
		}
	}
	return text
}

// journal has each act once.
func (r *race) journal(c *client.Client) {
	r.t.Helper()
	items, err := c.Journal(r.t.Context(), 0)
	must(r.t, err)
	done := map[[2]string]int{}
	for _, it := range items {
		if it.Err != nil {
			r.t.Errorf("event %s is not proven: %v", it.Event.What, it.Err)
		}
		if it.Event.Result == journal.ResultDone {
			done[[2]string{it.Event.What, it.Event.Grant}]++
		}
	}
	for i := range r.rounds {
		p := r.purpose(i)
		id := r.ids[p]
		if id == "" {
			continue // it had no answer, and is not there
		}
		if n := done[[2]string{journal.WhatGrantReleased, id}]; n < r.releases[p] || n > r.releases[p]+r.maybe[p] {
			r.t.Errorf("%s was released %d times, and %d times without an answer; the journal tells of %d", p, r.releases[p], r.maybe[p], n)
		}
		for _, what := range []string{journal.WhatGrantCreated, journal.WhatGrantEnded} {
			if n := done[[2]string{what, id}]; n != 1 {
				r.t.Errorf("%s: the journal tells of %s %d times", p, what, n)
			}
		}
	}
}
