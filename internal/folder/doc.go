// Package folder keeps a directory of what citizens have given an administration:
// every document that can be opened is in it, once, beside a file that says what
// it is and proves how it came; every retrieval is acknowledged; and what has
// ended is deleted again, with an attestation.
//
// What was done is written in the directory, under .coffre, one file for each
// grant, before and after each step. So a process that is killed at any moment
// loses nothing, doubles nothing and asks for no opening twice (for a day).
//
// Trust: nothing appears under its name before its hash, its padding and the
// journal's proof were verified, and the scanner, where there is one, has said
// that it is clean. The lists of the gateway are believed as to what there is to
// ask for and which grants a citizen has ended early: it can keep documents
// back, and have copies deleted before their day, but put nothing in. Whoever can
// write in the directory can have documents fetched again, or not at all.
package folder
