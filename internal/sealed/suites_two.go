//go:build suite2

package sealed

// Suite 2 is for tests: it shows that a safe can leave suite 1. No release knows
// it.
const Suite = 2

func suites() []suite { return []suite{suiteTwo(), suiteOne()} }

// suiteTwo pads every document and manifest to another length than suite 1.
func suiteTwo() suite {
	return suite{number: Suite, padded: func(size int64) int64 { return Padme(max(size, minPlain)) + minPlain }}
}
