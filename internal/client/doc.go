// Package client talks to a gateway for citizens, administrations and their
// systems, and reads exports without one. Client is the HTTP interface; Safe
// and Office hold the keys of an unlocked safe or administration; Archive is
// an export on a disk.
//
// A Client is safe for concurrent use; Safe, Office and Archive serve one
// caller at a time.
//
// Trust: the gateway is believed in nothing that can be checked. A keyring is
// believed because the pin under the caller's secret vouches for it, a
// manifest or grant because the safe's root signed it, a document because its
// hash stands in one of those, an administration's key because the log holds
// it, a release because its event is in the log after everything seen before.
// Memory, a directory that only its owner can read, holds what was seen last:
// who can change it can hide a rollback. The log's key is trusted on first
// use. Whatever fails one of these checks is an Alarm, and nothing is released.
package client
