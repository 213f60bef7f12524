// Package storagetest holds one conformance suite per port. Every adapter
// runs it, the in-process ones included, so that one may stand in for the other.
//
// Trust: a suite trusts nothing an adapter says: it reads back what was
// written, from another goroutine or transaction where that could differ.
package storagetest
