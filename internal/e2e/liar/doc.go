// Package liar is the hostile gateway of the tests: a proxy between a real
// client and the real gateway that passes everything on, but for one lie at a
// time. README.md counts the lies and says what is not covered.
//
// Trust: it is the adversary of internal/sealed/SPEC.md. It reads and changes
// every answer, remembers all earlier ones, and makes keys of its own; it has
// no key of a citizen or administration. It is never part of a build.
package liar
