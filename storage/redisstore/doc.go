// Package redisstore keeps short-lived state in Redis or Valkey, for many
// replicas of the gateway: sessions, single-use values, counters, and the word
// that a session has ended. It is the only importer of go-redis.
//
// Each script touches one key, so that it is atomic in a Cluster too. An end
// and the use of a code are acknowledged when as many replicas have them as
// the configuration asks for: a failover to one of these brings nothing back.
// Whatever goes wrong is session.ErrUnavailable, in bounded time; nothing is
// retried that may have happened.
//
// Trust: as session says: whoever can write here can pretend to be anybody
// towards this gateway, and opens no document. Whoever can only read finds who
// is logged in, and no cookie, token or code to come in with: keys are hashes.
// A server that goes back in time (a snapshot restored after a restart) brings
// ended sessions back: let it keep nothing on disk, as ops/README.md says.
package redisstore
