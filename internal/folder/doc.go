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
// ask for: it can keep documents back, but put nothing in, nor show as given for a
// request, a file or a service what the citizen has not signed for it. A copy is
// deleted after the end that she has signed, or when her journal proves that she has
// ended the grant. The names of documents are hers, and so is what is in them: no
// path leaves the directory, and what looks like a sidecar counts for what the
// administration has signed. Whoever can write in the directory can have documents
// fetched again, or not at all. Nothing is signed with a root that was replaced.
package folder
