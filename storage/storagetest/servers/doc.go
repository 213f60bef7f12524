// Package servers starts real servers for tests: on free ports, with data
// that is thrown away, ended with the test or at the latest with the test's
// process, however that ends. What is missing fails the test with the command
// that installs it; nothing is skipped.
//
// Trust: for tests alone, on loopback; a server here is made for speed, not
// to keep anything. Whoever is on this machine may reach it while it runs.
package servers
