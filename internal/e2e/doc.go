// Package e2e holds the tests of the whole program: the gateway as a process
// of its own, browsers over HTTP, the command line, curl and stock age.
//
// Trust: none; it is never part of a build. Its tests take the gateway as an
// adversary would have it, with every file and the memory of its process.
package e2e
