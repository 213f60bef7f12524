package backup

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// sum tells whether two databases hold the same rows, in whatever order they
// give them: the hashes of all rows, added up modulo 2^256.
type sum struct {
	rows  int64
	total [sha256.Size]byte
}

func (s *sum) add(r Row) error {
	h := sha256.New()
	field := func(kind byte, b []byte) {
		var n [9]byte
		n[0] = kind
		binary.BigEndian.PutUint64(n[1:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	field('t', []byte(r.Table))
	for i, c := range r.Columns {
		field('c', []byte(c))
		switch v := r.Values[i].(type) {
		case nil:
			field('n', nil)
		case int64:
			field('i', binary.BigEndian.AppendUint64(nil, uint64(v))) //nolint:gosec // bits, not a number
		case string:
			field('s', []byte(v))
		case []byte:
			field('b', v)
		default:
			return fmt.Errorf("digest %s: a value of type %T", r.Table, v)
		}
	}
	var carry uint16
	for i, b := range [sha256.Size]byte(h.Sum(nil)) {
		carry += uint16(s.total[i]) + uint16(b)
		s.total[i] = byte(carry)
		carry >>= 8
	}
	s.rows++
	return nil
}

// digest of all rows; visit sees the objects that they need.
func digest(ctx context.Context, rows Rows, visit func(object) error) (sum, error) {
	var s sum
	err := rows.Dump(ctx, func(r Row) error {
		if err := s.add(r); err != nil || visit == nil {
			return err
		}
		o, err := objectOf(r)
		if err != nil || o == nil {
			return err
		}
		return visit(*o)
	})
	return s, err
}
