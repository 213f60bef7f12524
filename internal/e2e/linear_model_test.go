package e2e_test

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// The states of one grant, which are also what somebody sees of it.
const (
	absent = "absent"
	live   = "live"
	ended  = "ended"
)

// The acts on a grant. To see is to find it in a list or to be given, or
// refused, its key: all of them must agree.
const (
	toCreate = "create"
	toEnd    = "end"
	toSee    = "see"
)

// seen is the outcome of an act: a state that was seen, or one of these.
const (
	ok      = "ok"
	unknown = "unknown" // no answer: it has happened, happens later, or never
)

// act is the input of an operation: on which grant, by whom told.
type act struct{ grant, what, told string }

// grants is the specification: a grant is made once, ends once, and whoever
// looks sees where it is between the two.
func grants() porcupine.Model {
	step := func(state string, a act, out string) []any {
		switch {
		case a.what == toSee && out == state:
			return []any{state}
		case a.what == toCreate && out == ok && state == absent:
			return []any{live}
		case a.what == toEnd && out == ok && state != absent:
			return []any{ended}
		case out == unknown && a.what == toCreate && state == absent:
			return []any{absent, live}
		case out == unknown && a.what == toEnd && state == live:
			return []any{live, ended}
		case out == unknown:
			return []any{state}
		}
		return nil
	}
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{absent} },
		Step: func(state, input, output any) []any { return step(state.(string), input.(act), output.(string)) },
		Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
			of := map[string][]porcupine.Operation{}
			for _, op := range all {
				name := op.Input.(act).grant
				of[name] = append(of[name], op)
			}
			var parts [][]porcupine.Operation
			for _, part := range of {
				parts = append(parts, part)
			}
			return parts
		},
		DescribeOperation: func(input, output any) string {
			a := input.(act)
			return fmt.Sprintf("%s %s by %s: %s", a.what, a.grant, a.told, output)
		},
	}
	return m.ToModel()
}

// history is what everybody did and saw, and when.
type history struct {
	mu    sync.Mutex
	start time.Time
	ops   []porcupine.Operation
}

func (h *history) now() int64 { return time.Since(h.start).Nanoseconds() }

func (h *history) add(who int, a act, call int64, out string) {
	op := porcupine.Operation{ClientId: who, Input: a, Call: call, Output: out, Return: h.now()}
	switch {
	case out == unknown && a.what == toSee:
		return // it changes nothing
	case out == unknown:
		op.Return = math.MaxInt64 // a request that is under way may arrive whenever
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, op)
}

// outcome of an act that may have no answer. ended is one of a release.
func outcome(err error) (string, error) {
	switch {
	case err == nil:
		return ok, nil
	case errors.Is(err, client.ErrOffline), client.IsProblem(err, "unavailable"):
		return unknown, nil
	case client.IsProblem(err, "ended"):
		return ended, nil
	case client.IsProblem(err, "not-found"):
		return absent, nil
	}
	return "", err
}

// linearizable says whether there is one order that explains everything.
func linearizable(t *testing.T, ops []porcupine.Operation) bool {
	t.Helper()
	switch porcupine.CheckOperationsTimeout(grants(), ops, patience) {
	case porcupine.Ok:
		return true
	case porcupine.Illegal:
		return false
	default:
		t.Fatalf("%d operations are too many to decide", len(ops))
		return false
	}
}

// TestTheJudgeIsStrict: what must not happen is found out, and what may is
// not.
func TestTheJudgeIsStrict(t *testing.T) {
	op := func(what, out string, call, ret int64) porcupine.Operation {
		return porcupine.Operation{Input: act{grant: "g", what: what}, Output: out, Call: call, Return: ret}
	}
	made, over := op(toCreate, ok, 1, 2), op(toEnd, ok, 3, 6)
	lost := op(toEnd, unknown, 3, math.MaxInt64)
	for name, c := range map[string]struct {
		legal bool
		ops   []porcupine.Operation
	}{
		"released before its end":                    {true, []porcupine.Operation{made, op(toSee, live, 2, 3), over}},
		"released while it ends":                     {true, []porcupine.Operation{made, over, op(toSee, live, 4, 5)}},
		"released after its end":                     {false, []porcupine.Operation{made, over, op(toSee, live, 7, 8)}},
		"released after it was refused":              {false, []porcupine.Operation{made, over, op(toSee, ended, 3, 4), op(toSee, live, 5, 6)}},
		"released before it was made":                {false, []porcupine.Operation{op(toSee, live, 0, 0), made}},
		"refused before its end":                     {false, []porcupine.Operation{made, op(toSee, ended, 2, 2), over}},
		"missing once it is made":                    {false, []porcupine.Operation{made, op(toSee, absent, 3, 4)}},
		"an end without an answer, released later":   {true, []porcupine.Operation{made, lost, op(toSee, live, 7, 8), op(toSee, ended, 9, 9)}},
		"an end without an answer, and then neither": {false, []porcupine.Operation{made, lost, op(toSee, ended, 7, 8), op(toSee, live, 9, 9)}},
		"a grant without an answer, there or not":    {true, []porcupine.Operation{op(toCreate, unknown, 1, math.MaxInt64), op(toSee, absent, 2, 3), op(toSee, live, 4, 5)}},
		"two ends": {true, []porcupine.Operation{made, over, op(toEnd, ok, 4, 8), op(toSee, ended, 9, 9)}},
	} {
		if got := linearizable(t, c.ops); got != c.legal {
			t.Errorf("%s: linearizable is %v", name, got)
		}
	}
}
