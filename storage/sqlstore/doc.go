// Package sqlstore keeps rows and the journal's log in a SQL database. It
// implements safe.Rows and journal.Store. The statements are one text for
// SQLite (one file, one writer: a town's one server) and for PostgreSQL 15 or
// later (many replicas); what the two do differently is a dialect.
//
// Trust: it holds no key and decides nothing. Whoever can write the file, or
// into the database, can delete, alter or roll back rows; clients find that
// out by signatures, and everybody by the log, whose checkpoints others
// remember. Whoever is between here and PostgreSQL without TLS can do the same.
package sqlstore
