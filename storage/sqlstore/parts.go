package sqlstore

import (
	"strconv"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// part reads what is before a time and id, newest first.
type part[T any] func(us int64, id string, limit int) ([]T, error)

// inParts pages through one part after the other: a page that one does not fill
// goes on with the next. What goes over from one to the next meanwhile is seen
// twice, and never missed.
func inParts[T any](p safe.Page, key func(T) (time.Time, string), parts ...part[T]) ([]T, string, error) {
	at, us, id, err := beforeIn(p.After, len(parts))
	if err != nil {
		return nil, "", err
	}
	var all []T
	var of []int // the part of each
	for ; at < len(parts) && len(all) <= p.Limit; at++ {
		list, err := parts[at](us, id, p.Limit+1-len(all))
		if err != nil {
			return nil, "", err
		}
		for _, v := range list {
			all, of = append(all, v), append(of, at)
		}
		us, id = 1<<63-1, ""
	}
	all, next := page(all, p.Limit, func(v T) string {
		created, id := key(v)
		return cursor(strconv.Itoa(of[p.Limit-1]), strconv.FormatInt(micros(created), 10), id)
	})
	return all, next, nil
}

// beforeIn reads a cursor of inParts.
func beforeIn(after string, most int) (at int, us int64, id string, err error) {
	if after == "" {
		return 0, 1<<63 - 1, "", nil
	}
	p, err := parts(after, 3)
	if err != nil {
		return 0, 0, "", err
	}
	at, err1 := strconv.Atoi(p[0])
	us, err2 := strconv.ParseInt(p[1], 10, 64)
	if err1 != nil || err2 != nil || at < 0 || at >= most {
		return 0, 0, "", &safe.Error{Kind: safe.Invalid, Msg: "malformed cursor"}
	}
	return at, us, p[2], nil
}
