package safe_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// written notes what is written into the journal.
type written struct {
	safe.Rows
	events *[]journal.Event
}

func (r written) Update(ctx context.Context, fn func(safe.Tx) error) error {
	var now []journal.Event
	err := r.Rows.Update(ctx, func(tx safe.Tx) error {
		now = nil
		tx.Events = noting{tx.Events, &now}
		return fn(tx)
	})
	if err == nil {
		*r.events = append(*r.events, now...)
	}
	return err
}

type noting struct {
	journal.Appender
	events *[]journal.Event
}

func (a noting) Append(ctx context.Context, id string, event []byte, salt [32]byte) (string, error) {
	e, err := journal.DecodeEvent(event)
	if err == nil {
		*a.events = append(*a.events, e)
	}
	return a.Appender.Append(ctx, id, event, salt)
}

// TestO3EveryRefusalIsJournalled walks every use case that somebody asks for,
// those of tomorrow too, with an actor who may nothing: each try is in the
// journal, with who tried, when and why it was refused.
func TestO3EveryRefusalIsJournalled(t *testing.T) {
	w := newWorld(t)
	var events []journal.Event
	domain := w.with(func(c *safe.Config) { c.Rows = written{w.db, &events} }).Domain
	stranger := safe.Actor{Kind: "stranger", Account: safe.NewID[safe.AccountID](), Name: "Quelqu'un", Door: "api"}
	// These ask who is there, and refuse nobody.
	open := []string{
		"Account", "SessionEnded", "SessionEndedAt", "DeviceAnswered", "AcceptTerms",
		"OpenGranted", // of a version that only GrantContent gives, which refuses
	}
	// These look at the form of what they are given first, so they are given what
	// has it. A request that contradicts itself is no try of anything.
	given := map[string][]any{
		"Reserve": {newKey(), "", int64(5000)}, "CreateAddress": {newKey(), safe.NewID[safe.AdministrationID]()},
		"RegisterAdministration": {safe.NewAdministration{SIRET: "11111111111111", Name: "X"}},
		"RegisterSystem":         {safe.NewSystem{Name: "X", KeySet: []byte(`{"keys":[{"kty":"EC"}]}`)}},
		"Share":                  {safe.NewGrant{Key: newKey(), Purpose: "p", NotAfter: w.clock.now().Add(time.Hour)}},
	}
	tried := 0
	v := reflect.ValueOf(domain)
	for i := range v.NumMethod() {
		name, m := v.Type().Method(i).Name, v.Method(i)
		if m.Type().NumIn() < 2 || m.Type().In(1) != reflect.TypeFor[safe.Actor]() || slices.Contains(open, name) {
			continue
		}
		tried++
		args := []reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(stranger)}
		for p := 2; p < m.Type().NumIn(); p++ {
			args = append(args, reflect.Zero(m.Type().In(p)))
			if some := given[name]; some != nil {
				args[p] = reflect.ValueOf(some[p-2]).Convert(m.Type().In(p))
			}
		}
		events = nil
		out := m.Call(args[:m.Type().NumIn()])
		err, _ := out[len(out)-1].Interface().(error)
		if given[name] == nil && (safe.IsKind(err, safe.Invalid) || safe.IsKind(err, safe.Empty)) {
			continue
		}
		if !safe.IsKind(err, safe.Forbidden) && !safe.IsKind(err, safe.WrongForm) {
			t.Errorf("%s: a stranger is told %v", name, err)
		}
		if len(events) != 1 {
			t.Errorf("%s: a refused try writes %d events", name, len(events))
			continue
		}
		e := events[0]
		if e.Result != journal.ResultRefused || (e.Reason != "forbidden" && e.Reason != "wrong-form") || e.Who.ID != string(stranger.Account) || e.Who.Name != stranger.Name ||
			e.Time == "" || e.What == "" || e.Door != "api" {
			t.Errorf("%s: the journal says %+v", name, e)
		}
	}
	if tried < 40 {
		t.Errorf("only %d use cases were tried: this test looks at the wrong thing", tried)
	}
}
