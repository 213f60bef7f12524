package e2e_test

import (
	"os"
	"strconv"
	"testing"
)

// soakFor is set by `make soak`, to a number to begin chance with.
const soakFor = "COFFRE_SOAK"

// soak is how much of something is done: few by default, many by `make soak`.
func soak(few, many int) int {
	if os.Getenv(soakFor) != "" {
		return many
	}
	return few
}

// seed is what chance begins with: the same in every `make test`.
func seed(t *testing.T, usual uint64) uint64 {
	t.Helper()
	if text := os.Getenv(soakFor); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		must(t, err)
		usual += n
	}
	t.Logf("seed %d", usual)
	return usual
}
