// Package safe is the domain: what a citizen, an agent, a registered system
// and the operator may do with a safe, and what is true after they did. It
// knows nothing of HTTP, SQL or S3; it speaks to the ports in ports.go. The
// actor is an argument of every use case, the clock a field.
//
// Order of durability: the row that reserves an object precedes the object,
// the object is durable before a row says that it is stored, the row before
// the caller is answered. An act and its journal event are one transaction.
//
// Trust: this package trusts its Actor (the gateway made it from an
// authenticated Principal), its Rows and its clock. It trusts no client: ids,
// lengths, hashes and sealed forms are checked here. It never holds a key
// that opens a document, but for the length of one Deposit: the gateway door
// draws a version's identity, seals to it and forgets it. Whoever controls
// Rows can deny, delay and lie to clients; clients find out by signatures,
// the pin and the log. Whoever controls the clock can make a grant expire
// early or late.
package safe
