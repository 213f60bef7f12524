// Package session keeps log-ins on the server's side: the ports of
// short-lived state, and the Manager that starts, reads, rotates and ends
// sessions by cookie or bearer token.
//
// Trust: the store is trusted with who is logged in, not with secrets that
// open anything: it holds only hashes of cookies. Whoever can write to it can
// pretend to be anybody towards this gateway, and still opens no document.
package session
