package sqlstore

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPagesOfSharesAndRequestsAreReadFromAnIndexInTheirOrder: the first page of
// ten thousand costs what the first page of ten does, since nothing is sorted to
// find it.
func TestPagesOfSharesAndRequestsAreReadFromAnIndexInTheirOrder(t *testing.T) {
	lite, big := openHere(t), openPostgresHere(t)
	paged := regexp.MustCompile(`(?s)FROM (requests|replies|request_notes|grants)\b.* LIMIT \$\d$`)
	all := slices.DeleteFunc(statements(t), func(text string) bool { return !paged.MatchString(text) })
	slices.Sort(all)
	if all = slices.Compact(all); len(all) < 10 {
		t.Fatalf("only %d pages found: this test looks at the wrong thing", len(all))
	}
	for _, text := range all {
		for _, step := range planSQLite(t, lite, text) {
			if strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s\n\tin %s", step, text)
			}
		}
		for _, step := range planPostgres(t, big, text) {
			if strings.Contains(step, "Sort") {
				t.Errorf("%s\n\tin %s", step, text)
			}
		}
	}
}
