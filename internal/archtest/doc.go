// Package archtest holds the plan of the house as a test: which package may
// import what, how long a file may be, what a package comment must say. An
// unknown package, or an import that is not on the map, fails the build.
//
// Trust: the map is only as good as its review. Whoever can change it can
// move a wall; an ADR is expected for every surprising line.
package archtest
