package sqlstore

import (
	"context"
	"hash/fnv"
	"slices"
)

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
		h := fnv.New32a()
		_, _ = h.Write([]byte(whose))
		wanted = append(wanted, h.Sum32()%uint32(len(l.places)))
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
