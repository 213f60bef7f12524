package witness

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	// maxProof is how many lines of proof a request has at most; the spec's.
	maxProof = 63
	// maxBody bounds a request: the longest proof, and a checkpoint with more
	// signatures than anybody makes.
	maxBody  = 64 << 10
	hashSize = 32
)

var errRequest = errors.New("not a request of tlog-witness")

// request of add-checkpoint.
type request struct {
	old   int64
	proof [][]byte
	note  string // signed checkpoint
}

// text is how it is sent.
func (r request) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", r.old)
	for _, h := range r.proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	b.WriteString("\n" + r.note)
	return b.String()
}

func parseRequest(body string) (request, error) {
	head, note, ok := strings.Cut(body, "\n\n")
	if !ok {
		return request{}, errRequest
	}
	lines := strings.Split(head, "\n")
	old, err := parseOld(lines[0])
	if err != nil || len(lines)-1 > maxProof {
		return request{}, errRequest
	}
	r := request{old: old, note: note}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != hashSize || strings.ContainsAny(line, "\r") {
			return request{}, errRequest
		}
		r.proof = append(r.proof, h)
	}
	return r, nil
}

func parseOld(line string) (int64, error) {
	digits, ok := strings.CutPrefix(line, "old ")
	if !ok {
		return 0, errRequest
	}
	return parseSize(digits)
}

// parseSize reads a decimal without sign or leading zeros.
func parseSize(digits string) (int64, error) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != digits {
		return 0, errRequest
	}
	return n, nil
}
