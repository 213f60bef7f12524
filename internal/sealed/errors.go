package sealed

import "errors"

// What opening or checking refuses; each is wrapped with more words.
var (
	// ErrForm: not one age file with one mlkem768x25519 stanza, or not the
	// plaintext that SPEC.md describes.
	ErrForm = errors.New("wrong form")
	// ErrLength: other length than announced.
	ErrLength = errors.New("wrong length")
	// ErrHash: other SHA-256 than the signed one.
	ErrHash = errors.New("wrong hash")
	// ErrSignature: not signed by this safe, in this context.
	ErrSignature = errors.New("wrong signature")
	// ErrPin: the secret fits, the verification key is not the one it vouches for.
	ErrPin = errors.New("the safe's verification key was replaced")
	// ErrKey: this key or secret opens nothing here.
	ErrKey = errors.New("wrong key")
	// ErrSuite: made by a later version.
	ErrSuite = errors.New("unknown suite")
	// ErrMismatch: genuine, but of another safe, document, epoch or reader.
	ErrMismatch = errors.New("belongs elsewhere")
	// ErrName: not a file name that SPEC.md §6 allows.
	ErrName = errors.New("not a usable file name")
)
