// Package bench measures, in one run and on one object store: plain S3, the
// gateway door and the client door, with the peak memory of the process that
// seals. It has only tests: `make bench` runs them and prints the figures.
//
// The object store (the embedded S3 server, durable; then MinIO over TLS,
// beside what it does by itself with SSE-C), the gateway (bin/coffred as make
// builds it) and the callers are three processes on one machine. Plain and
// sealed rounds alternate, and medians are compared: ratios of one run say
// something, absolute figures are the machine's.
//
// Trust: figures are worth the machine's quiet; the run prints its load.
package bench
