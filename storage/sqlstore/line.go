package sqlstore

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
)

// errInLine is what a newcomer gets who wants a counter that others stand in
// line for: were it to take that first, those in line might begin anew until
// they have no try left.
var errInLine = errors.New("others stand in line for this journal")

// line is where the transactions of this process stand that were in each
// other's way over a safe's counter: whoever tries again waits for its turn
// before it looks, since a transaction that has looked and then waits has to
// begin anew. Other processes stand in lines of their own. Some safes share a
// place. Safe for concurrent use.
type line struct{ places [256]chan struct{} }

func newLine() *line {
	l := &line{}
	for i := range l.places {
		l.places[i] = make(chan struct{}, 1)
	}
	return l
}

// join waits for the safes' turn, in an order that is the same for everybody;
// leave lets the next one in.
func (l *line) join(ctx context.Context, safes map[string]bool) (leave func(), err error) {
	var wanted []uint32
	for whose := range safes {
		wanted = append(wanted, l.place(whose))
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	taken := 0
	leave = func() {
		for _, at := range wanted[:taken] {
			<-l.places[at]
		}
	}
	for _, at := range wanted {
		select {
		case l.places[at] <- struct{}{}:
			taken++
		case <-ctx.Done():
			leave()
			return nil, mapError("stand in line", ctx.Err())
		}
	}
	return leave, nil
}

func (l *line) place(whose string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(whose))
	return h.Sum32() % uint32(len(l.places))
}

// turn is what one try of a transaction knows of safes' counters.
type turn struct {
	line  *line
	stood map[string]bool // those it stood in line for
	held  map[string]bool // those it wanted, even if others were in the way
}

func newTurn(l *line, stood map[string]bool) *turn {
	return &turn{line: l, stood: stood, held: map[string]bool{}}
}

// take says that these are wanted, and is errInLine when others wait for one.
func (t *turn) take(safes ...string) (err error) {
	for _, whose := range safes {
		had := t.held[whose]
		t.held[whose] = true
		if !had && !t.stood[whose] && len(t.line.places[t.line.place(whose)]) > 0 {
			err = errInLine
		}
	}
	return err
}
