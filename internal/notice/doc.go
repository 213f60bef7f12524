// Package notice carries what waits in the outbox to where it goes: e-mail to
// citizens who chose it, a wake-up to their browsers, signed calls to the
// systems of administrations. What it carries says that there is news, never
// who or what: whoever reads a mail, or sees a call, on its way learns that
// somebody uses a safe.
//
// Nothing here decides what is sent or to whom; internal/safe does, in the
// transaction of the act that is told of. A parcel is sent at least once, under
// an id that stays the same, and whoever receives it twice knows it by that id.
//
// Trust: it is not believed by anybody: a mail asks its reader to come to the
// safe, a call is checked by its signature and says only what to ask for. It
// trusts the relay that the operator names with addresses. It does not trust
// where it calls: only hosts of the configuration, at the very address that was
// looked at, which is a public one or one that the operator lists; no redirect
// is followed, no answer waited for longer than seconds or read beyond a few
// kilobytes. Whoever has its key reads the addresses that rest in the database,
// and can sign calls.
package notice
