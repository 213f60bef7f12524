// Package journal is the transparency log: events and their salted
// commitments, public facts, the Merkle tree (RFC 9162 by
// golang.org/x/mod/sumdb/tlog), checkpoints (C2SP tlog-checkpoint, signed
// notes), the sequencer that makes them and the functions that verify them.
//
// Trust: a verifier trusts the log's public key and its own memory of an
// older checkpoint, not the operator. The sequencer trusts its Store to
// refuse a Publish whose old head is not the present one: that fence is what
// keeps two replicas from signing two histories. Whoever holds the signing
// key can fork the log; the fork is two signed checkpoints, which anybody who
// meets both can show.
package journal
