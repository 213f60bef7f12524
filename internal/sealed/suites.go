//go:build !suite2

package sealed

// Suite is the one that this program makes safes in, the latest it knows.
const Suite = first

// suites are those that it reads.
func suites() []suite { return []suite{suiteOne()} }
