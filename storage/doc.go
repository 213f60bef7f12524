// Package storage is the contract that every adapter below it keeps, and no
// code.
//
// An upload is acknowledged (201) only when, in this order: a row reserved its
// ids and room; the sealed object was synced to disk, its length and hash
// verified, and became visible under its key in one step; a row says that it
// is stored, in a transaction that was synced. Whoever is killed between two
// of these leaves an object without a row or a row without an object, never a
// document that is half there: `coffred check` lists them, `coffred scrub`
// removes them, both leave a trace in the journal.
//
// An erasure is the reverse: the row that makes a document unreadable first,
// the object after it, again until it is gone.
//
// Short-lived state (sessions, codes, counts) may be lost as a whole, which
// logs everybody out; but nothing that was acknowledged as ended or used comes
// back, by no restart and no failover.
//
// Every adapter passes the suite of storagetest for its port: the fakes that
// tests use are the adapters themselves.
//
// Trust: adapters decide nothing. They are trusted to be durable when they
// say so and to keep transactions apart; they are not trusted with content,
// for everything they hold is sealed. Whoever controls a store can withhold,
// delete and roll back, and clients find out by hashes, signatures and the log.
package storage
