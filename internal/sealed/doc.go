// Package sealed is Coffre's formats: documents, grants, keyrings and
// manifests, made and opened with keys, or checked without any. SPEC.md is
// the text that this package and internal/webapp/src/crypto both follow;
// testdata holds the vectors that bind them.
//
// Everything here is a pure function of its arguments and crypto/rand. Values
// are safe for concurrent use once made.
//
// Trust: age authenticates no sender, and the server knows every public key.
// So nothing that was merely decrypted is believed: a keyring is believed
// because the pin under the caller's own secret vouches for its verification
// key, manifests and grants because that key signed them, a document because
// its hash stands in one of those. A deposit slip is signed by nobody and is
// a type of its own for that reason. Whoever holds an unlock secret holds the
// safe.
package sealed
