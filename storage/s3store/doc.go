// Package s3store keeps sealed bytes in an S3 store. It implements
// safe.Blobs by minio-go for every store, and holds the embedded one: an S3
// server in the same process, on loopback, with files in a directory, made
// durable by a wrapper that syncs before and after an object appears.
//
// Trust: everything it is given is sealed. It trusts the store to keep what it
// acknowledged. A whole object is compared with the store's checksum, which
// finds a disk or a line that errs; one that lies can change both, and clients
// check the hash of what comes back. A store elsewhere is reached by TLS and
// known by its certificate; whoever has its key can delete and withhold. The
// embedded server listens on loopback with credentials drawn at each start:
// another user of the same machine cannot guess them, root can read them in
// memory.
package s3store
