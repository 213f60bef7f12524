// Package sqlstore keeps rows and the journal's log in a SQL database. It
// implements safe.Rows and journal.Store. The statements are one text for
// SQLite and PostgreSQL; SQLite (WAL, synchronous=FULL, one writer) is the
// one that is wired.
//
// Trust: it holds no key and decides nothing. Whoever can write the file can
// delete, alter or roll back rows; clients find that out by signatures, and
// everybody by the log, whose checkpoints others remember.
package sqlstore
