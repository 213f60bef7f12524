// Package machine is the small authorization server for administrations'
// systems: OAuth 2.0 client credentials only, clients authenticated by
// private_key_jwt (RFC 7523), access tokens per RFC 9068, bound to a key of the
// system's when it sends a DPoP proof (RFC 9449).
//
// Trust: a system is believed when its assertion verifies under a key that the
// operator registered for it, is meant for this issuer, is minutes old at most
// and was not seen before. A token says which system calls; it opens no
// document, since the keys of an administration are never here. A bound token
// is nothing without its key, a proof good for one request and once; an
// unbound one serves whoever has it for its minutes. Whoever holds the signing
// key can pretend to be any system.
package machine
